//! Pictures at eye height: houses, lamps, signs, bins, dumped things, cars.

use super::canvas::{At, Canvas, HEIGHT, Ink, WIDTH, oval, ragged, slab};
use crate::demo::dice::Dice;

const W: f64 = WIDTH as f64;
const H: f64 = HEIGHT as f64;
const NIGHT: Ink = Ink(0.06, 0.08, 0.15);
const DARK: Ink = Ink(0.1, 0.1, 0.11);

/// A sky and a row of houses down to the horizon; `light` 1 is a clear day, 0 is night.
pub(super) fn houses(canvas: &mut Canvas, horizon: f64, light: f64, dice: &mut Dice) {
    let (zenith, low) = (NIGHT.to(Ink(0.42, 0.6, 0.82), light), Ink(0.22, 0.17, 0.22).to(Ink(0.86, 0.89, 0.91), light));
    canvas.band(0.0, horizon, |_, y| zenith.to(low, (y / horizon).clamp(0.0, 1.0)));
    let mut x = -40.0;
    while x < W {
        let (wide, high) = (dice.between(90.0, 200.0), horizon * dice.between(0.35, 0.75));
        let brick = [Ink(0.6, 0.38, 0.3), Ink(0.78, 0.72, 0.62), Ink(0.55, 0.55, 0.58), Ink(0.7, 0.6, 0.45)][dice.below(4)];
        let wall = canvas.rough(brick.lit(0.12 + 0.8 * light), 20.0, 0.12);
        canvas.fill(&slab(x, horizon - high, wide, high + 3.0, 0.0), 1.0, wall);
        let roof = [(x - 8.0, horizon - high), (x + wide / 2.0, horizon - high - 46.0), (x + wide + 8.0, horizon - high)];
        canvas.fill(&roof, 1.0, |_, _| Ink(0.36, 0.25, 0.22).lit(0.2 + 0.8 * light));
        for row in 0..(high / 58.0) as i64 {
            for column in 0..(wide / 46.0) as i64 {
                let glass =
                    if light < 0.5 && dice.chance(0.35) { Ink(0.95, 0.78, 0.42) } else { Ink(0.2, 0.25, 0.3).lit(0.3 + 0.7 * light) };
                let (left, top) = (x + 14.0 + column as f64 * 46.0, horizon - high + 16.0 + row as f64 * 58.0);
                canvas.fill(&slab(left, top, 22.0, 34.0, 0.0), 1.0, |_, _| glass);
            }
        }
        x += wide + if dice.chance(0.2) { 40.0 } else { 0.0 };
    }
}

fn pavement(canvas: &mut Canvas, horizon: f64, light: f64) {
    let stone = canvas.rough(Ink(0.6, 0.58, 0.55).lit(0.15 + 0.85 * light), 30.0, 0.14);
    canvas.band(horizon, H, stone);
    let road = canvas.rough(Ink(0.33, 0.33, 0.35).lit(0.15 + 0.85 * light), 24.0, 0.18);
    canvas.fill(&[(0.0, H * 0.86), (W, H * 0.8), (W, H), (0.0, H)], 1.0, road);
}

/// A dark lamp in the evening, another one burning far off.
pub(super) fn lamp(canvas: &mut Canvas, dice: &mut Dice) {
    let light = dice.between(0.05, 0.25);
    houses(canvas, H * 0.68, light, dice);
    pavement(canvas, H * 0.68, light);
    let post = |canvas: &mut Canvas, x: f64, foot: f64, high: f64, lean: f64| {
        let ink = DARK.lit(0.8);
        let top = (x + lean, foot - high);
        canvas.stroke(
            &[(x, foot), top, (top.0 + high * 0.09, top.1 - high * 0.05), (top.0 + high * 0.22, top.1 - high * 0.04)],
            high * 0.022 + 2.0,
            ink,
        );
        let head = (top.0 + high * 0.24, top.1 - high * 0.025);
        canvas.fill(&oval(head, high * 0.06, high * 0.022), 1.0, |_, _| DARK.lit(1.5));
        head
    };
    for x in [W * 0.78, W * 0.9] {
        let head = post(canvas, x, H * 0.7, 190.0, 0.0);
        canvas.glow(head, 110.0, Ink(1.0, 0.86, 0.55), 0.75);
        canvas.glow((head.0, H * 0.72), 130.0, Ink(0.9, 0.75, 0.5), 0.25);
    }
    let lean = if dice.chance(0.3) { 60.0 } else { 0.0 };
    post(canvas, W * dice.between(0.25, 0.45), H * 0.88, 470.0, lean);
}

/// A sign that was hit.
pub(super) fn sign(canvas: &mut Canvas, dice: &mut Dice) {
    houses(canvas, H * 0.6, 0.9, dice);
    pavement(canvas, H * 0.6, 0.9);
    let foot = (W * dice.between(0.3, 0.6), H * 0.85);
    let lean = dice.between(80.0, 240.0) * if dice.chance(0.5) { 1.0 } else { -1.0 };
    let head = (foot.0 + lean, foot.1 - 330.0 + lean.abs() * 0.5);
    canvas.glow(foot, 90.0, DARK, 0.35);
    canvas.stroke(&[foot, head], 13.0, Ink(0.62, 0.64, 0.66));
    let red = Ink(0.76, 0.12, 0.13);
    if dice.chance(0.5) {
        canvas.fill(&oval(head, 92.0, 88.0), 1.0, |_, _| red);
        canvas.fill(&slab(head.0 - 62.0, head.1 - 15.0, 124.0, 30.0, lean * 0.04), 1.0, |_, _| Ink(0.93, 0.93, 0.92));
    } else {
        let at = |x: f64, y: f64| (head.0 + x + y * lean * 0.002, head.1 + y);
        canvas.fill(&[at(0.0, -105.0), at(112.0, 80.0), at(-112.0, 80.0)], 1.0, |_, _| red);
        canvas.fill(&[at(0.0, -68.0), at(78.0, 60.0), at(-78.0, 60.0)], 1.0, |_, _| Ink(0.94, 0.94, 0.92));
        canvas.stroke(&[at(0.0, -35.0), at(0.0, 15.0)], 14.0, DARK);
    }
}

fn bag(canvas: &mut Canvas, at: At, size: f64, dice: &mut Dice) {
    let ink = [Ink(0.1, 0.1, 0.12), Ink(0.12, 0.2, 0.36), Ink(0.8, 0.8, 0.78), Ink(0.1, 0.1, 0.11)][dice.below(4)];
    canvas.glow((at.0, at.1 + size * 0.55), size * 1.3, DARK, 0.4);
    canvas.fill(&ragged(at, size, size * 0.78, 0.2, dice), 1.0, |x, y| {
        ink.lit(1.5 - (x - at.0 + size * 0.4).abs() / size * 0.5 - (y - at.1) / size * 0.5)
    });
    canvas.fill(&[(at.0 - 8.0, at.1 - size * 0.65), (at.0 + 4.0, at.1 - size * 1.05), (at.0 + 13.0, at.1 - size * 0.65)], 1.0, |_, _| {
        ink.lit(1.2)
    });
    for _ in 0..5 {
        let spot = (at.0 + dice.bell() * size * 0.35, at.1 - size * 0.1 + dice.bell() * size * 0.25);
        canvas.fill(&ragged(spot, size * 0.16, size * 0.05, 0.4, dice), 0.25, |_, _| Ink(1.0, 1.0, 1.0));
    }
}

/// Dumped furniture and bags before a wall.
pub(super) fn dumped(canvas: &mut Canvas, dice: &mut Dice) {
    houses(canvas, H * 0.52, 0.85, dice);
    pavement(canvas, H * 0.52, 0.85);
    if dice.chance(0.55) {
        let lean = dice.between(30.0, 110.0);
        let (left, top) = (W * dice.between(0.2, 0.4), H * 0.36);
        canvas.glow((left + 160.0, top + 270.0), 240.0, DARK, 0.4);
        let cloth = canvas.rough(Ink(0.83, 0.8, 0.74), 40.0, 0.1);
        canvas.fill(&slab(left, top, 290.0, 260.0, lean), 1.0, cloth);
        canvas.fill(&slab(left + 290.0, top, 26.0, 260.0, lean), 1.0, |_, _| Ink(0.6, 0.57, 0.52));
        for stripe in 0..6 {
            let x = left + 24.0 + f64::from(stripe) * 46.0;
            canvas.stroke(&[(x + lean, top + 4.0), (x, top + 256.0)], 4.0, Ink(0.5, 0.58, 0.7));
        }
    } else {
        let (x, y) = (W * 0.25, H * 0.5);
        let ink = [Ink(0.5, 0.2, 0.18), Ink(0.25, 0.36, 0.3), Ink(0.45, 0.35, 0.26)][dice.below(3)];
        let cloth = |canvas: &Canvas, by: f64| canvas.rough(ink.lit(by), 16.0, 0.16);
        canvas.glow((x + 200.0, y + 170.0), 290.0, DARK, 0.4);
        let (back, seat, arm) = (cloth(canvas, 0.9), cloth(canvas, 1.25), cloth(canvas, 0.75));
        canvas.fill(&slab(x, y - 50.0, 400.0, 140.0, 0.0), 1.0, back);
        canvas.fill(&slab(x + 30.0, y + 50.0, 340.0, 60.0, 12.0), 1.0, seat);
        canvas.fill(&slab(x + 20.0, y + 105.0, 360.0, 60.0, 0.0), 1.0, &arm);
        canvas.fill(&slab(x - 14.0, y + 5.0, 52.0, 165.0, 0.0), 1.0, &arm);
        canvas.fill(&slab(x + 362.0, y + 5.0, 52.0, 165.0, 0.0), 1.0, &arm);
    }
    for _ in 0..3 + dice.below(4) {
        let at = (W * dice.between(0.12, 0.88), H * dice.between(0.66, 0.8));
        bag(canvas, at, dice.between(38.0, 75.0), dice);
    }
}

/// A public bin with more on it than in it.
pub(super) fn bin(canvas: &mut Canvas, dice: &mut Dice) {
    houses(canvas, H * 0.5, 0.9, dice);
    pavement(canvas, H * 0.5, 0.9);
    let x = W * dice.between(0.38, 0.55);
    let ink = [Ink(0.13, 0.3, 0.2), Ink(0.2, 0.2, 0.22), Ink(0.62, 0.33, 0.1)][dice.below(3)];
    canvas.glow((x + 70.0, H * 0.86), 170.0, DARK, 0.5);
    for _ in 0..6 {
        let at = (x + 70.0 + dice.bell() * 50.0, H * 0.42 + dice.bell() * 18.0);
        bag(canvas, at, dice.between(24.0, 46.0), dice);
    }
    canvas.fill(&[(x - 12.0, H * 0.45), (x + 152.0, H * 0.45), (x + 132.0, H * 0.87), (x + 8.0, H * 0.87)], 1.0, |px, _| {
        ink.lit(0.7 + 0.7 * ((px - x) / 140.0))
    });
    canvas.fill(&slab(x - 20.0, H * 0.44, 180.0, 20.0, 0.0), 1.0, |_, _| ink.lit(0.6));
    canvas.fill(&slab(x + 30.0, H * 0.52, 80.0, 26.0, 0.0), 1.0, |_, _| DARK);
    for _ in 0..40 {
        let at = (x + 70.0 + dice.bell() * 170.0, H * 0.89 + dice.bell() * 26.0);
        let ink = [Ink(0.9, 0.9, 0.88), Ink(0.75, 0.2, 0.18), Ink(0.8, 0.7, 0.3), Ink(0.3, 0.5, 0.75)][dice.below(4)];
        canvas.fill(&ragged(at, dice.between(5.0, 16.0), dice.between(3.0, 9.0), 0.4, dice), 1.0, |_, _| ink);
    }
}

/// A car from the side; `foot` is where its left wheel stands.
pub(super) fn car(canvas: &mut Canvas, foot: At, scale: f64, dice: &mut Dice) {
    let ink = [Ink(0.5, 0.1, 0.1), Ink(0.78, 0.78, 0.76), Ink(0.2, 0.28, 0.4), Ink(0.35, 0.36, 0.37), Ink(0.2, 0.33, 0.25)][dice.below(5)];
    let at = |x: f64, y: f64| (foot.0 + x * scale, foot.1 + y * scale);
    canvas.glow(at(170.0, 25.0), 260.0 * scale, DARK, 0.45);
    let body = [
        at(-95.0, -30.0),
        at(-90.0, -85.0),
        at(-20.0, -100.0),
        at(40.0, -165.0),
        at(235.0, -165.0),
        at(300.0, -100.0),
        at(405.0, -85.0),
        at(415.0, -20.0),
        at(400.0, 0.0),
        at(-90.0, 0.0),
    ];
    let top = foot.1 - 170.0 * scale;
    canvas.fill(&body, 1.0, |_, y| ink.lit(1.35 - 0.7 * (y - top) / (170.0 * scale)));
    let glass = Ink(0.17, 0.22, 0.26);
    canvas.fill(&[at(5.0, -102.0), at(52.0, -153.0), at(128.0, -153.0), at(128.0, -102.0)], 1.0, |_, _| glass);
    canvas.fill(&[at(142.0, -102.0), at(142.0, -153.0), at(228.0, -153.0), at(275.0, -102.0)], 1.0, |_, _| glass);
    canvas.stroke(&[at(135.0, -150.0), at(135.0, -15.0)], 2.5 * scale, ink.lit(0.5));
    for x in [0.0, 310.0] {
        let flat = if dice.chance(0.5) { 6.0 } else { 0.0 };
        canvas.fill(&oval(at(x, -8.0 + flat), 46.0 * scale, (44.0 - flat) * scale), 1.0, |_, _| DARK.lit(0.8));
        canvas.fill(&oval(at(x, -8.0 + flat), 24.0 * scale, 24.0 * scale), 1.0, |_, _| Ink(0.55, 0.56, 0.58));
    }
    canvas.fill(&oval(at(402.0, -62.0), 13.0 * scale, 10.0 * scale), 1.0, |_, _| Ink(0.9, 0.86, 0.7));
}

/// A car where it should not be.
pub(super) fn parked(canvas: &mut Canvas, dice: &mut Dice) {
    houses(canvas, H * 0.5, 0.85, dice);
    pavement(canvas, H * 0.5, 0.85);
    car(canvas, (W * dice.between(0.18, 0.32), H * dice.between(0.74, 0.84)), dice.between(1.0, 1.35), dice);
    if dice.chance(0.6) {
        for _ in 0..120 {
            let leaf = (W * dice.unit(), H * dice.between(0.8, 0.96));
            canvas.fill(&ragged(leaf, 8.0, 4.0, 0.4, dice), 0.9, |_, _| Ink(0.5, 0.33, 0.12));
        }
    }
}
