//! What one run of a script may use, and the counting of it.

use std::cell::Cell;

/// What one run of a script may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Instructions of the interpreter, each step of pattern matching among them.
    pub instructions: u64,
    /// Bytes held at a time, besides what the object itself takes.
    pub memory_bytes: usize,
    /// Values in what a script returns: tables may hold each other many times over.
    pub returned_values: usize,
    /// Nesting of what a script returns.
    pub returned_depth: usize,
}

/// What every run may use: the scripts that upstream ships stay below a thousandth of it, and all of it is gone in a
/// fraction of a second, so that a worker is not held up for long.
pub const LIMITS: Limits =
    Limits { instructions: 5_000_000, memory_bytes: 16 << 20, returned_values: 100_000, returned_depth: 64 };

/// How many instructions pass between two looks at the counter.
pub(crate) const COUNTED_AT_A_TIME: u32 = 250;

/// So many bytes more than at the start count as one instruction, at every look: large texts make single instructions
/// slow.
const BYTES_PER_INSTRUCTION: u64 = 64;

/// Counts what a run uses.
#[derive(Debug)]
pub(crate) struct Fuel {
    left: Cell<u64>,
    all: u64,
}

/// The run used all it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("stopped: it takes more than {0} instructions (limit: instructions {0})")]
pub(crate) struct Exhausted(u64);

impl Fuel {
    pub(crate) fn new(instructions: u64) -> Self {
        Fuel { left: Cell::new(instructions), all: instructions }
    }

    /// Uses some.
    pub(crate) fn spend(&self, instructions: u64) -> Result<(), Exhausted> {
        match self.left.get().checked_sub(instructions) {
            Some(left) => {
                self.left.set(left);
                Ok(())
            }
            None => {
                self.left.set(0);
                Err(Exhausted(self.all))
            }
        }
    }

    /// Uses what a look at the counter stands for, while so many bytes more than at the start are held.
    pub(crate) fn spend_look(&self, grown_bytes: usize) -> Result<(), Exhausted> {
        self.spend(u64::from(COUNTED_AT_A_TIME) + grown_bytes as u64 / BYTES_PER_INSTRUCTION)
    }

    /// Whether the run must end, whatever it caught.
    pub(crate) fn ended(&self) -> Result<(), Exhausted> {
        if self.left.get() == 0 { Err(Exhausted(self.all)) } else { Ok(()) }
    }
}
