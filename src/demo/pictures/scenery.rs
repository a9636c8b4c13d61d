//! Pictures of walls and green: graffiti, cracked houses, fallen trees, high grass, benches.

use super::canvas::{At, Canvas, HEIGHT, Ink, WIDTH, ragged, slab};
use crate::demo::dice::Dice;

const W: f64 = WIDTH as f64;
const H: f64 = HEIGHT as f64;
const DARK: Ink = Ink(0.1, 0.1, 0.1);

fn bricks(canvas: &mut Canvas, dice: &mut Dice) {
    let base = [Ink(0.58, 0.32, 0.25), Ink(0.72, 0.68, 0.6), Ink(0.5, 0.5, 0.5)][dice.below(3)];
    let mortar = canvas.rough(base.lit(0.7), 12.0, 0.2);
    canvas.band(0.0, H, mortar);
    for row in 0..24 {
        let y = f64::from(row) * 29.0;
        for column in -1..13 {
            let x = f64::from(column) * 76.0 + if row % 2 == 0 { 0.0 } else { 38.0 };
            let paint = canvas.rough(base.lit(dice.between(0.85, 1.12)), 10.0, 0.12);
            canvas.fill(&slab(x, y, 71.0, 25.0, 0.0), 1.0, paint);
        }
    }
}

fn loops(from: At, dice: &mut Dice) -> Vec<At> {
    let (mut at, mut aim) = (from, (26.0, -20.0));
    let mut line = vec![at];
    for _ in 0..34 {
        // each step turns a little: by about 25 degrees, more or less, so that the line writes loops
        let turn = dice.between(-0.2, 0.75);
        let size = (1.0 + turn * turn).sqrt();
        aim = ((aim.0 - aim.1 * turn) / size, (aim.1 + aim.0 * turn) / size);
        at = (at.0 + aim.0 + 7.0, at.1 + aim.1);
        line.push((at.0.clamp(40.0, W - 40.0), at.1.clamp(60.0, H - 60.0)));
    }
    line
}

/// Sprayed names on a wall.
pub(super) fn graffiti(canvas: &mut Canvas, dice: &mut Dice) {
    bricks(canvas, dice);
    let inks =
        [Ink(0.85, 0.1, 0.35), Ink(0.1, 0.45, 0.8), Ink(0.1, 0.1, 0.1), Ink(0.15, 0.65, 0.35), Ink(0.95, 0.75, 0.1), Ink(0.92, 0.92, 0.95)];
    for _ in 0..2 + dice.below(2) {
        let line = loops((W * dice.between(0.1, 0.35), H * dice.between(0.35, 0.7)), dice);
        let (first, second) = (dice.below(6), dice.below(5));
        let width = dice.between(16.0, 30.0);
        canvas.stroke(&line, width + 12.0, inks[(first + 1 + second) % 6]);
        canvas.stroke(&line, width, inks[first]);
        for _ in 0..5 {
            let drip = *dice.pick(&line);
            canvas.stroke(&[drip, (drip.0, drip.1 + dice.between(20.0, 90.0))], 4.0, inks[first]);
        }
    }
}

/// A wall that comes apart.
pub(super) fn cracked(canvas: &mut Canvas, dice: &mut Dice) {
    let plaster = canvas.rough(Ink(0.76, 0.7, 0.6), 60.0, 0.12);
    canvas.band(0.0, H, plaster);
    for _ in 0..4 {
        let centre = (W * dice.unit(), H * dice.unit());
        let brick = canvas.rough(Ink(0.55, 0.32, 0.25), 18.0, 0.3);
        canvas.fill(&ragged(centre, dice.between(40.0, 130.0), dice.between(30.0, 90.0), 0.45, dice), 1.0, brick);
    }
    for _ in 0..4 {
        let mut at = (W * dice.between(0.2, 0.8), 0.0);
        let mut line = vec![at];
        while at.1 < H * 0.9 {
            at = (at.0 + dice.bell() * 22.0, at.1 + dice.between(18.0, 46.0));
            line.push(at);
        }
        canvas.stroke(&line, dice.between(2.0, 7.0), DARK);
    }
    let window = slab(W * 0.62, H * 0.18, 170.0, 230.0, 0.0);
    canvas.fill(&window, 1.0, |_, y| Ink(0.15, 0.18, 0.22).lit(1.4 - y / H));
}

fn meadow(canvas: &mut Canvas, horizon: f64) {
    let (zenith, low) = (Ink(0.5, 0.66, 0.84), Ink(0.88, 0.91, 0.92));
    canvas.band(0.0, horizon, |_, y| zenith.to(low, y / horizon));
    let grass = canvas.rough(Ink(0.36, 0.47, 0.22), 20.0, 0.3);
    canvas.band(horizon, H, grass);
}

fn crown(canvas: &mut Canvas, centre: At, size: f64, dice: &mut Dice) {
    for _ in 0..55 {
        let at = (centre.0 + dice.bell() * size * 0.5, centre.1 + dice.bell() * size * 0.32);
        let ink = Ink(0.2, 0.34, 0.13).lit(dice.between(0.6, 1.5));
        let (wide, high) = (dice.between(14.0, 40.0), dice.between(10.0, 28.0));
        canvas.fill(&ragged(at, wide, high, 0.35, dice), 0.9, |_, _| ink);
    }
}

/// A tree across a path.
pub(super) fn tree(canvas: &mut Canvas, dice: &mut Dice) {
    meadow(canvas, H * 0.42);
    for x in [0.08, 0.3, 0.62, 0.9] {
        canvas.stroke(&[(W * x, H * 0.46), (W * x, H * 0.2)], 12.0, Ink(0.3, 0.24, 0.18));
        crown(canvas, (W * x, H * 0.17), 110.0, dice);
    }
    let path = canvas.rough(Ink(0.66, 0.62, 0.55), 26.0, 0.15);
    canvas.fill(&[(W * 0.44, H * 0.42), (W * 0.53, H * 0.42), (W * 0.85, H), (W * 0.15, H)], 1.0, path);
    let tilt = dice.between(-50.0, 50.0);
    canvas.glow((W * 0.5, H * 0.76), 330.0, DARK, 0.3);
    let bark = canvas.rough(Ink(0.34, 0.26, 0.19), 9.0, 0.4);
    canvas.fill(
        &[(W * 0.06, H * 0.66 - tilt), (W * 0.75, H * 0.68 + tilt), (W * 0.75, H * 0.72 + tilt), (W * 0.06, H * 0.76 - tilt)],
        1.0,
        bark,
    );
    for _ in 0..6 {
        let x = dice.between(0.4, 0.75);
        let end = (W * x + dice.bell() * 60.0, H * 0.68 - dice.between(60.0, 160.0));
        canvas.stroke(&[(W * x, H * 0.7 + tilt * (x - 0.4)), end], dice.between(5.0, 12.0), Ink(0.3, 0.23, 0.17));
    }
    crown(canvas, (W * 0.78, H * 0.64 + tilt), 300.0, dice);
}

/// Grass as high as a sign.
pub(super) fn grass(canvas: &mut Canvas, dice: &mut Dice) {
    meadow(canvas, H * 0.45);
    canvas.stroke(&[(W * 0.55, H * 0.85), (W * 0.55, H * 0.34)], 10.0, Ink(0.6, 0.6, 0.6));
    canvas.fill(&slab(W * 0.45, H * 0.26, 190.0, 62.0, 0.0), 1.0, |_, _| Ink(0.12, 0.3, 0.55));
    for _ in 0..900 {
        let (x, y) = (W * dice.unit(), H * dice.between(0.55, 1.08));
        let high = dice.between(70.0, 190.0) * (y / H);
        let ink = Ink(0.33, 0.45, 0.16).to(Ink(0.66, 0.62, 0.35), dice.unit() * 0.6).lit(dice.between(0.6, 1.2));
        let bend = dice.bell() * 16.0;
        canvas.fill(&[(x - 3.0, y), (x + bend, y - high), (x + 3.0, y)], 0.95, |_, _| ink);
    }
}

/// A broken bench, or a swing with one chain.
pub(super) fn bench(canvas: &mut Canvas, dice: &mut Dice) {
    meadow(canvas, H * 0.4);
    crown(canvas, (W * 0.15, H * 0.25), 260.0, dice);
    let iron = Ink(0.16, 0.18, 0.19);
    if dice.chance(0.5) {
        let wood = [Ink(0.5, 0.34, 0.2), Ink(0.42, 0.36, 0.28)][dice.below(2)];
        canvas.glow((W * 0.5, H * 0.84), 330.0, DARK, 0.35);
        for x in [0.24, 0.76] {
            canvas.stroke(&[(W * x, H * 0.85), (W * x, H * 0.6), (W * x - 22.0, H * 0.38)], 13.0, iron);
        }
        let broken = dice.below(5);
        for plank in 0..5 {
            let y = H * (0.38 + 0.065 * plank as f64);
            let paint = canvas.rough(wood.lit(dice.between(0.85, 1.15)), 7.0, 0.3);
            let drop = if plank == broken { 130.0 } else { 0.0 };
            canvas.fill(&[(W * 0.18, y), (W * 0.82, y + drop), (W * 0.82, y + 25.0 + drop), (W * 0.18, y + 25.0)], 1.0, paint);
        }
    } else {
        for x in [0.2, 0.8] {
            canvas.stroke(&[(W * x - 40.0, H * 0.9), (W * x, H * 0.16), (W * x + 40.0, H * 0.9)], 12.0, Ink(0.75, 0.25, 0.15));
        }
        canvas.stroke(&[(W * 0.2, H * 0.16), (W * 0.8, H * 0.16)], 12.0, Ink(0.75, 0.25, 0.15));
        canvas.stroke(&[(W * 0.35, H * 0.16), (W * 0.35, H * 0.7)], 4.0, iron);
        canvas.stroke(&[(W * 0.46, H * 0.16), (W * 0.46, H * 0.3)], 4.0, iron);
        canvas.stroke(&[(W * 0.35, H * 0.7), (W * 0.43, H * 0.84)], 16.0, Ink(0.3, 0.22, 0.16));
        canvas.stroke(&[(W * 0.58, H * 0.16), (W * 0.58, H * 0.7)], 4.0, iron);
        canvas.stroke(&[(W * 0.68, H * 0.16), (W * 0.68, H * 0.7)], 4.0, iron);
        canvas.stroke(&[(W * 0.57, H * 0.7), (W * 0.69, H * 0.7)], 16.0, Ink(0.3, 0.22, 0.16));
    }
}
