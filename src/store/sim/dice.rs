//! Chance that can be repeated.

/// A seeded generator (SplitMix64): the same seed gives the same throws for ever.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Dice for a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `sides`; 0 where there are none.
    pub fn below(&mut self, sides: usize) -> usize {
        let thrown = self.draw() % u64::try_from(sides.max(1)).unwrap_or(u64::MAX);
        usize::try_from(thrown).unwrap_or_default()
    }

    /// Heads or tails.
    pub fn coin(&mut self) -> bool {
        self.draw() & 1 == 1
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }
}
