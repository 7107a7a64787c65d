//! What one program may use.

use std::time::Duration;

/// The limits of one evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// What the evaluating process sets upon itself.
    pub confinement: Confinement,
    /// Time on the clock on the wall after which the process is ended: only the last resort, for one that is neither
    /// computing nor answering.
    pub wall: Duration,
    /// Bytes of the JSON that the program gives.
    pub result_bytes: u32,
    /// Values in that JSON, a map counting for several: each takes memory many times its text.
    pub result_values: u32,
    /// Files asked for.
    pub imports: u32,
}

/// What an evaluating process is held to by the operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confinement {
    /// Bytes of memory.
    pub memory_bytes: u64,
    /// Seconds of processor time.
    pub processor_seconds: u64,
}

impl Default for Limits {
    /// Three thousand Deployments, each put together of two objects, fit in.
    fn default() -> Self {
        Limits {
            confinement: Confinement { memory_bytes: 256 << 20, processor_seconds: 10 },
            wall: Duration::from_secs(60),
            result_bytes: 10 << 20,
            result_values: 1_000_000,
            imports: 10_000,
        }
    }
}
