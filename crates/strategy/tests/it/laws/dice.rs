//! Chance from a seed; the same seed gives the same run.

/// The dice.
pub struct Dice(u64);

impl Dice {
    /// Those of this seed.
    pub fn new(seed: u64) -> Self {
        // Neighbouring seeds begin far apart.
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5DEE_CE66_D1CE_5EED)
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    /// True once in so many times.
    pub fn once_in(&mut self, times: u64) -> bool {
        self.roll(times) == 0
    }

    /// One of some.
    pub fn pick<T: Clone>(&mut self, values: &[T]) -> T {
        let index = usize::try_from(self.roll(values.len() as u64)).expect("small");
        values[index].clone()
    }
}
