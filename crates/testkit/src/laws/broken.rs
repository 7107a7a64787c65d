//! How a law was broken.

use crate::world::World;
use std::fmt;

/// How much of the trace is shown with a broken law.
const TAIL_LINES: usize = 60;

/// A law that was broken: enough to see it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Which law.
    pub law: &'static str,
    /// Under which seed.
    pub seed: u64,
    /// In which situation, and how.
    pub how: String,
    /// The end of the trace.
    pub trace: Vec<String>,
}

impl Broken {
    pub(crate) fn new(law: &'static str, seed: u64, how: impl Into<String>, world: &World) -> Self {
        Broken { law, seed, how: how.into(), trace: world.trace.tail(TAIL_LINES) }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the law '{}' is broken under seed {}: {}", self.law, self.seed, self.how)?;
        for line in &self.trace {
            writeln!(f, "  {line}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Broken {}
