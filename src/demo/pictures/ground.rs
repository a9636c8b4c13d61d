//! Pictures of the ground: holes, slabs, leaves, drains, water.

use super::canvas::{At, Canvas, HEIGHT, Ink, WIDTH, oval, ragged, slab};
use crate::demo::dice::Dice;

const ASPHALT: Ink = Ink(0.36, 0.36, 0.37);
const STONE: Ink = Ink(0.62, 0.6, 0.56);
const DARK: Ink = Ink(0.09, 0.085, 0.08);
const W: f64 = WIDTH as f64;
const H: f64 = HEIGHT as f64;

fn road(canvas: &mut Canvas, dice: &mut Dice) {
    let ground = canvas.rough(ASPHALT.lit(dice.between(0.8, 1.2)), 26.0, 0.22);
    canvas.band(0.0, H, ground);
    let paint = canvas.rough(Ink(0.85, 0.84, 0.8), 9.0, 0.25);
    let x = dice.between(0.05, 0.2) * W;
    canvas.fill(&[(x + 60.0, 0.0), (x + 82.0, 0.0), (x + 30.0, H), (x - 10.0, H)], 0.8, paint);
}

fn crack(canvas: &mut Canvas, from: At, reach: f64, dice: &mut Dice) {
    let (mut at, mut line) = (from, vec![from]);
    let aim = (dice.bell(), dice.bell() * 0.6);
    for _ in 0..7 {
        at = (at.0 + (aim.0 + dice.bell() * 0.7) * reach / 7.0, at.1 + (aim.1 + dice.bell() * 0.5) * reach / 7.0);
        line.push(at);
    }
    canvas.stroke(&line, dice.between(1.5, 3.5), DARK.lit(1.6));
}

/// A hole in the asphalt, dry or with water in it.
pub(super) fn pothole(canvas: &mut Canvas, dice: &mut Dice) {
    road(canvas, dice);
    let centre = (W * dice.between(0.42, 0.62), H * dice.between(0.45, 0.62));
    let size = dice.between(120.0, 210.0);
    (0..9).for_each(|_| crack(canvas, centre, size * 1.5, dice));
    let outline = |grow: f64, dice: &mut Dice| ragged(centre, size * grow, size * 0.62 * grow, 0.32, dice);
    let rim = canvas.rough(ASPHALT.lit(0.72), 8.0, 0.5);
    canvas.fill(&outline(1.12, dice), 0.75, rim);
    let inside = canvas.rough(Ink(0.2, 0.18, 0.16), 11.0, 0.8);
    let top = centre.1 - size * 0.62;
    canvas.fill(&outline(0.95, dice), 1.0, |x, y| inside(x, y).lit(0.45 + 0.8 * ((y - top) / (size * 1.24)).clamp(0.0, 1.0)));
    if dice.chance(0.45) {
        let sky = Ink(0.55, 0.62, 0.68);
        canvas.fill(&outline(0.72, dice), 0.85, |_, y| sky.to(DARK, ((y - top) / (size * 1.5)).clamp(0.0, 1.0)));
    }
    for _ in 0..60 {
        let stone = (centre.0 + dice.bell() * size * 1.1, centre.1 + dice.bell() * size * 0.7);
        let ink = ASPHALT.lit(dice.between(0.6, 1.5));
        canvas.fill(&ragged(stone, dice.between(2.0, 8.0), dice.between(2.0, 6.0), 0.3, dice), 1.0, |_, _| ink);
    }
}

/// A deep hole behind cones.
pub(super) fn cave_in(canvas: &mut Canvas, dice: &mut Dice) {
    pothole(canvas, dice);
    let centre = (W * 0.52, H * 0.55);
    let pit = ragged(centre, 190.0, 120.0, 0.25, dice);
    canvas.fill(&pit, 1.0, |_, y| Ink(0.16, 0.13, 0.1).lit(((y - centre.1 + 130.0) / 260.0).clamp(0.05, 1.0)));
    for _ in 0..3 {
        let (x, y) = (W * dice.between(0.12, 0.85), H * dice.between(0.55, 0.8));
        canvas.glow((x, y + 6.0), 60.0, DARK, 0.5);
        canvas.fill(&[(x - 9.0, y - 120.0), (x + 9.0, y - 120.0), (x + 38.0, y), (x - 38.0, y)], 1.0, |px, _| {
            Ink(0.9, 0.34, 0.1).lit(1.1 - (px - x).abs() / 70.0)
        });
        canvas.fill(&[(x - 18.0, y - 80.0), (x + 18.0, y - 80.0), (x + 25.0, y - 52.0), (x - 25.0, y - 52.0)], 1.0, |_, _| {
            Ink(0.92, 0.92, 0.9)
        });
        canvas.fill(&slab(x - 52.0, y - 6.0, 104.0, 14.0, 0.0), 1.0, |_, _| Ink(0.75, 0.26, 0.08));
    }
}

/// Slabs in perspective, one of them tilted.
pub(super) fn paving(canvas: &mut Canvas, dice: &mut Dice) {
    const SLAB: f64 = 175.0;
    let base = STONE.lit(dice.between(0.85, 1.1));
    let joints = canvas.rough(base.lit(0.45), 8.0, 0.3);
    canvas.band(0.0, H, joints);
    // what lies flat at (x, y) in slabs is seen closer together farther away
    let seen = |x: f64, y: f64| {
        let near = 0.42 + 0.85 * y / 6.0;
        (W / 2.0 + (x - 3.0) * SLAB * near, H * (0.08 * y + 0.014 * y * y) - 20.0)
    };
    let bad = (3 + dice.below(2) as i64, 1 + dice.below(3) as i64);
    for (row, column) in (0..8i64).flat_map(|row| (-2..8i64).map(move |column| (row, column))) {
        let (x, y) = (column as f64 + if row % 2 == 0 { 0.0 } else { 0.5 }, row as f64);
        let flat = [seen(x + 0.02, y + 0.03), seen(x + 0.98, y + 0.03), seen(x + 0.98, y + 0.97), seen(x + 0.02, y + 0.97)];
        let ink = base.lit(dice.between(0.86, 1.1));
        if (row, column) == bad {
            canvas.fill(&flat, 1.0, |_, _| DARK);
            let [a, b, c, d] = flat;
            let (up, down) = (dice.between(16.0, 34.0), dice.between(4.0, 12.0));
            canvas.fill(
                &[(a.0 + 6.0, a.1 - up), (b.0, b.1 - down), (c.0, c.1 - 3.0), (d.0 + 4.0, d.1 - up * 0.7)],
                1.0,
                canvas.rough(ink.lit(1.12), 14.0, 0.16),
            );
            (0..3).for_each(|_| crack(canvas, (a.0 + 70.0, a.1 + 20.0), 130.0, dice));
        } else {
            canvas.fill(&flat, 1.0, canvas.rough(ink, 14.0, 0.16));
        }
    }
}

/// Leaves or broken glass over a path.
pub(super) fn litter(canvas: &mut Canvas, dice: &mut Dice) {
    let ground = canvas.rough(STONE.lit(0.8), 30.0, 0.2);
    canvas.band(0.0, H, ground);
    let glass = dice.chance(0.4);
    for _ in 0..520 {
        let at = (dice.unit() * W, H * dice.unit() * (0.4 + 0.6 * dice.unit()));
        let size = 4.0 + 14.0 * at.1 / H;
        if glass {
            let ink = Ink(0.45, 0.7, 0.55).to(Ink(0.95, 1.0, 0.98), dice.unit());
            let corner = |dice: &mut Dice| (at.0 + dice.bell() * size, at.1 + dice.bell() * size * 0.6);
            let shard = [corner(dice), corner(dice), corner(dice)];
            canvas.fill(&shard, 0.8, |_, _| ink);
        } else {
            let ink = Ink(0.75, 0.45, 0.12).to(Ink(0.45, 0.24, 0.1), dice.unit()).lit(dice.between(0.7, 1.2));
            canvas.fill(&ragged(at, size, size * dice.between(0.35, 0.8), 0.35, dice), 1.0, |_, _| ink);
        }
    }
}

/// A gully under a puddle.
pub(super) fn drain(canvas: &mut Canvas, dice: &mut Dice) {
    road(canvas, dice);
    let kerb = canvas.rough(STONE, 18.0, 0.2);
    canvas.fill(&[(0.0, 0.0), (W, 0.0), (W, 120.0), (0.0, 175.0)], 1.0, kerb);
    canvas.fill(&[(0.0, 175.0), (W, 120.0), (W, 135.0), (0.0, 195.0)], 1.0, |_, _| DARK.lit(2.0));
    let centre = (W * dice.between(0.4, 0.6), H * 0.52);
    let sky = Ink(0.62, 0.68, 0.72);
    let puddle = ragged(centre, 330.0, 150.0, 0.2, dice);
    canvas.fill(&puddle, 0.8, |x, y| sky.to(DARK, 0.2 + 0.6 * ((y - centre.1) / 300.0 + 0.5) + 0.04 * ((x / 37.0).floor() % 2.0)));
    canvas.fill(&slab(centre.0 - 95.0, centre.1 - 45.0, 190.0, 95.0, 18.0), 0.9, |_, _| DARK);
    for bar in 0..8 {
        let x = centre.0 - 88.0 + f64::from(bar) * 24.0;
        canvas.fill(&slab(x, centre.1 - 41.0, 10.0, 86.0, 17.0), 0.9, |_, _| Ink(0.3, 0.3, 0.31));
    }
    for _ in 0..70 {
        let at = (centre.0 + dice.bell() * 90.0, centre.1 + dice.bell() * 45.0);
        let ink = Ink(0.42, 0.28, 0.12).lit(dice.between(0.5, 1.3));
        canvas.fill(&ragged(at, dice.between(6.0, 17.0), dice.between(3.0, 9.0), 0.3, dice), 1.0, |_, _| ink);
    }
}

/// Water over a street, with ripples and the sky in it.
pub(super) fn flood(canvas: &mut Canvas, dice: &mut Dice) {
    let horizon = H * dice.between(0.3, 0.4);
    super::street::houses(canvas, horizon, 0.75, dice);
    let water = Ink(0.42, 0.44, 0.42);
    let sky = Ink(0.66, 0.69, 0.72);
    canvas.band(horizon, H, |_, y| sky.to(water, ((y - horizon) / (H - horizon)).clamp(0.0, 1.0)));
    for _ in 0..160 {
        let y = horizon + (H - horizon) * dice.unit() * dice.unit();
        let depth = (y - horizon) / (H - horizon);
        let (x, wide) = (dice.unit() * W, (20.0 + 130.0 * depth) * dice.between(0.4, 1.2));
        let ink = sky.lit(dice.between(0.75, 1.15));
        canvas.fill(&oval((x, y), wide, 1.0 + 4.0 * depth), 0.5, |_, _| ink);
    }
    if dice.chance(0.6) {
        let line = H * 0.62 - 14.0;
        super::street::car(canvas, (W * dice.between(0.2, 0.5), H * 0.62), 0.9, dice);
        canvas.fill(&slab(0.0, line, W, 60.0, 0.0), 1.0, |_, y| sky.to(water, ((y - horizon) / (H - horizon)).clamp(0.0, 1.0)));
        for _ in 0..60 {
            let (x, y) = (W * dice.unit(), line + 60.0 * dice.unit());
            canvas.fill(&oval((x, y), dice.between(20.0, 90.0), 2.0), 0.5, |_, _| sky.lit(ripple(x)));
        }
    }
}

/// Some ripples are brighter than others.
fn ripple(x: f64) -> f64 {
    0.8 + 0.3 * (x / 37.0).fract()
}
