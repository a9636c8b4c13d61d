//! Repeatable chance: the same seed gives the same throws on every machine and in every version. It refuses the operating system's
//! randomness, and functions such as `sin` or `exp` whose last bit depends on the platform's C library.

/// A stream of pseudo-random throws: SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
#[derive(Clone, Debug)]
pub struct Dice {
    state: u64,
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Dice {
    /// The stream that belongs to a seed.
    pub fn new(seed: u64) -> Dice {
        Dice { state: mix(seed.wrapping_add(GOLDEN)) }
    }

    /// A stream of its own for one part of the work, so that parts do not disturb each other's throws.
    pub fn named(seed: u64, part: &str) -> Dice {
        // FNV-1a over the name: any spreading of bytes will do, `mix` finishes it
        let name = part.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Dice::new(seed ^ mix(name))
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix(self.state)
    }

    /// Even between 0 (included) and 1 (not included).
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Even between two numbers.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number below `limit`; 0 where the limit is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        // the product's upper half: unbiased enough (error under 2⁻⁵⁰ for our limits) and without a loop
        ((u128::from(self.bits()) * limit as u128) >> 64) as usize
    }

    /// True with the given probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Bell-shaped around 0 with standard deviation 1: the sum of four even throws (Irwin–Hall), so it never exceeds ±3.5.
    pub fn bell(&mut self) -> f64 {
        (self.unit() + self.unit() + self.unit() + self.unit() - 2.0) * 1.732_050_807_568_877_2
    }

    /// One of the items; the slice must not be empty.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// The index of a weight, more often where the weight is greater.
    pub fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut throw = self.unit() * weights.iter().sum::<f64>();
        for (index, weight) in weights.iter().enumerate() {
            throw -= weight;
            if throw < 0.0 {
                return index;
            }
        }
        weights.len().saturating_sub(1)
    }

    /// The index into running totals (`totals` ascends) in which an even throw falls: `weighted` in logarithmic time.
    pub fn in_totals(&mut self, totals: &[f64]) -> usize {
        let throw = self.unit() * totals.last().copied().unwrap_or(0.0);
        totals.partition_point(|total| *total <= throw).min(totals.len().saturating_sub(1))
    }
}

/// An even number in 0..1 that belongs to a pair of whole numbers: noise that needs no order of asking.
pub fn noise(seed: u64, a: i64, b: i64) -> f64 {
    (mix(seed ^ mix((a as u64).wrapping_mul(GOLDEN) ^ mix(b as u64))) >> 11) as f64 / (1u64 << 53) as f64
}

/// Smooth noise in 0..1 over the plane: corner values of a unit lattice, blended by 3t²−2t³ (value noise).
pub fn smooth_noise(seed: u64, x: f64, y: f64) -> f64 {
    let (column, row) = (x.floor(), y.floor());
    let blend = |t: f64| t * t * (3.0 - 2.0 * t);
    let (u, v) = (blend(x - column), blend(y - row));
    let corner = |dx: i64, dy: i64| noise(seed, column as i64 + dx, row as i64 + dy);
    let top = corner(0, 0) + (corner(1, 0) - corner(0, 0)) * u;
    let bottom = corner(0, 1) + (corner(1, 1) - corner(0, 1)) * u;
    top + (bottom - top) * v
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_throws_of_a_seed_never_change() {
        let mut dice = Dice::new(8311);
        let first: Vec<u64> = (0..3).map(|_| dice.bits()).collect();
        let mut again = Dice::new(8311);
        assert_eq!(first, (0..3).map(|_| again.bits()).collect::<Vec<_>>());
        // the published first output of SplitMix64 from state 0
        assert_eq!(mix(GOLDEN), 0xe220_a839_7b1d_cdaf);
        assert_ne!(Dice::named(1, "streets").bits(), Dice::named(1, "people").bits());
    }

    #[test]
    fn throws_stay_in_their_range_and_follow_their_weights() {
        let mut dice = Dice::new(1);
        let mut seen = [0; 3];
        for _ in 0..10_000 {
            assert!(dice.below(7) < 7);
            assert!((-3.5..=3.5).contains(&dice.bell()));
            seen[dice.weighted(&[1.0, 0.0, 3.0])] += 1;
        }
        assert_eq!(seen[1], 0);
        assert!((2.6..3.4).contains(&(f64::from(seen[2]) / f64::from(seen[0]))));
        let mut fallen = [0; 2];
        (0..10_000).for_each(|_| fallen[dice.in_totals(&[1.0, 4.0])] += 1);
        assert!((2.6..3.4).contains(&(f64::from(fallen[1]) / f64::from(fallen[0]))));
    }
}
