//! Counted limits for everything that works on input from outside: fuel (steps), bytes produced, depth, and a stop
//! signal. Nothing here reads a clock: a caller that wants a time limit sets the stop signal from its own timer.
//!
//! Start reading at [`Budget`].

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// How much one piece of work may use. Handed down by `&mut`; every loop over input spends from it.
#[derive(Debug, Clone)]
pub struct Budget {
    limits: Limits,
    fuel_left: u64,
    bytes_left: u64,
    depth: u32,
    stop: Stop,
}

/// The three counted limits of a [`Budget`], with what they count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Steps: nodes parsed, instructions run, items compared.
    pub fuel: u64,
    /// Bytes read or produced.
    pub bytes: u64,
    /// Nesting of input or of calls.
    pub depth: u32,
}

impl Default for Limits {
    /// Generous for one application, small for one machine: ten million steps, 40 MiB, 128 levels. What is made of so many
    /// bytes, one text twice while it is handed on, stays below 64 MiB.
    fn default() -> Self {
        Limits { fuel: 10_000_000, bytes: 40 << 20, depth: 128 }
    }
}

/// How often the largest text goes into all bytes: while it grows or is handed on, it is there several times.
const TEXT_SHARE: u64 = 4;
/// What one text may always have.
const TEXT_BYTES: u64 = 8 << 20;
/// What the values of one input may always take in memory.
const VALUES_BYTES: u64 = 32 << 20;

/// A flag that stops work at its next step. Cheap to clone; all clones are one flag.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks all work that holds this flag to stop.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the work should stop.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Which limit was exceeded. The message names the limit and its value, never the input's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Exceeded {
    /// More steps than allowed.
    #[error("more than {0} steps of work (limit: fuel {0})")]
    Fuel(u64),
    /// More bytes than allowed.
    #[error("more than {0} bytes (limit: bytes {0})")]
    Bytes(u64),
    /// Nested deeper than allowed.
    #[error("nested deeper than {0} levels (limit: depth {0})")]
    Depth(u32),
    /// The stop signal was set.
    #[error("stopped before it was finished")]
    Stopped,
}

impl Default for Budget {
    fn default() -> Self {
        Budget::new(Limits::default())
    }
}

impl Budget {
    /// A full budget under `limits`, with a stop signal of its own.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Budget::with_stop(limits, Stop::default())
    }

    /// A full budget that also ends when `stop` is set.
    #[must_use]
    pub fn with_stop(limits: Limits, stop: Stop) -> Self {
        Budget { limits, fuel_left: limits.fuel, bytes_left: limits.bytes, depth: 0, stop }
    }

    /// The limits this budget started with.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Bytes that may still be read or produced: the bound to hand to a reader.
    #[must_use]
    pub fn bytes_left(&self) -> u64 {
        self.bytes_left
    }

    /// Spends `steps` of fuel.
    ///
    /// # Errors
    /// [`Exceeded::Fuel`] when less than `steps` is left, [`Exceeded::Stopped`] when asked to stop.
    pub fn spend(&mut self, steps: u64) -> Result<(), Exceeded> {
        if self.stop.is_set() {
            return Err(Exceeded::Stopped);
        }
        self.fuel_left = self.fuel_left.checked_sub(steps).ok_or(Exceeded::Fuel(self.limits.fuel))?;
        Ok(())
    }

    /// Counts `bytes` read or produced.
    ///
    /// # Errors
    /// [`Exceeded::Bytes`] when fewer than `bytes` are left.
    pub fn take_bytes(&mut self, bytes: u64) -> Result<(), Exceeded> {
        self.bytes_left = self.bytes_left.checked_sub(bytes).ok_or(Exceeded::Bytes(self.limits.bytes))?;
        Ok(())
    }

    /// Counts the bytes of one text. It may have a quarter of all, but always 8 MiB.
    ///
    /// # Errors
    /// [`Exceeded::Bytes`] when it is too large, or fewer than `bytes` are left.
    pub fn take_text(&mut self, bytes: u64) -> Result<(), Exceeded> {
        self.text_fits(bytes)?;
        self.take_bytes(bytes)
    }

    /// Whether one text may be so large: for one that grows and is counted bit by bit.
    ///
    /// # Errors
    /// [`Exceeded::Bytes`] when it may not.
    pub fn text_fits(&self, bytes: u64) -> Result<(), Exceeded> {
        fits(bytes, (self.limits.bytes / TEXT_SHARE).max(TEXT_BYTES).min(self.limits.bytes))
    }

    /// Whether the values that one input was read to may take so many bytes in memory, by estimate: as many as may be
    /// read, but always 32 MiB. They are not counted, for they are there for a moment; a dense input makes a hundred
    /// times its length of them.
    ///
    /// # Errors
    /// [`Exceeded::Bytes`] when they may not.
    pub fn values_fit(&self, bytes: u64) -> Result<(), Exceeded> {
        fits(bytes, self.limits.bytes.max(VALUES_BYTES))
    }

    /// Goes one level deeper; pair with [`Budget::leave`].
    ///
    /// # Errors
    /// [`Exceeded::Depth`] at the deepest level allowed.
    pub fn enter(&mut self) -> Result<(), Exceeded> {
        if self.depth >= self.limits.depth {
            return Err(Exceeded::Depth(self.limits.depth));
        }
        self.depth += 1;
        Ok(())
    }

    /// Comes back up one level.
    pub fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }
}

fn fits(bytes: u64, allowed: u64) -> Result<(), Exceeded> {
    if bytes > allowed { Err(Exceeded::Bytes(allowed)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Limits = Limits { fuel: 3, bytes: 10, depth: 2 };

    #[test]
    fn each_limit_is_named_when_exceeded() {
        let mut budget = Budget::new(SMALL);
        assert_eq!(budget.spend(3), Ok(()));
        assert_eq!(budget.spend(1), Err(Exceeded::Fuel(3)));
        assert_eq!(budget.take_bytes(11), Err(Exceeded::Bytes(10)));
        assert_eq!(budget.enter().and_then(|()| budget.enter()).and_then(|()| budget.enter()), Err(Exceeded::Depth(2)));
        assert_eq!(Exceeded::Bytes(10).to_string(), "more than 10 bytes (limit: bytes 10)");
    }

    #[test]
    fn one_text_may_have_a_part_of_all_bytes() {
        let mut budget = Budget::default();
        assert_eq!(budget.take_text((10 << 20) + 1), Err(Exceeded::Bytes(10 << 20)));
        assert_eq!(budget.take_text(10 << 20), Ok(()));
        assert_eq!(budget.bytes_left(), 30 << 20);
        assert_eq!(Budget::new(SMALL).take_text(11), Err(Exceeded::Bytes(10)));
        assert_eq!(Budget::new(SMALL).values_fit(32 << 20), Ok(()));
        assert_eq!(Budget::default().values_fit((40 << 20) + 1), Err(Exceeded::Bytes(40 << 20)));
    }

    #[test]
    fn leaving_gives_depth_back() {
        let mut budget = Budget::new(SMALL);
        for _ in 0..100 {
            budget.enter().expect("one level is allowed");
            budget.leave();
        }
    }

    #[test]
    fn a_stop_ends_work_at_the_next_step() {
        let stop = Stop::default();
        let mut budget = Budget::with_stop(SMALL, stop.clone());
        assert_eq!(budget.spend(1), Ok(()));
        stop.set();
        assert_eq!(budget.spend(1), Err(Exceeded::Stopped));
    }
}
