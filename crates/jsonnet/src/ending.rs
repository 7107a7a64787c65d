//! What the end of an evaluating process says about the limit it ran into.

use crate::limits::Limits;
use render::JsonnetError;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

/// What Rust's runtime says before it aborts, or as it panics, because no memory was given.
const OUT_OF_MEMORY: [&str; 3] = ["memory allocation of", "capacity overflow", "out of memory"];
/// What it says when the stack is used up.
const OUT_OF_STACK: &str = "has overflowed its stack";

/// How an evaluating process ended without an answer.
pub(crate) struct Ending {
    pub(crate) status: Option<ExitStatus>,
    /// The beginning of what it wrote to standard error.
    pub(crate) last_words: String,
    /// Whether it was ended because its time on the wall was over.
    pub(crate) timed_out: bool,
}

impl Ending {
    /// The limit that was exceeded, as an error. What the process wrote itself is never repeated.
    pub(crate) fn explain(&self, limits: &Limits) -> JsonnetError {
        let limit = |limit: String| JsonnetError::Limit { limit };
        let says = |text: &str| self.last_words.contains(text);
        let confinement = limits.confinement;
        if self.timed_out {
            return limit(format!("{} seconds (limit: time)", limits.wall.as_secs()));
        }
        if OUT_OF_MEMORY.iter().any(|text| says(text)) {
            return limit(format!("{} bytes (limit: memory)", confinement.memory_bytes));
        }
        match self.status.and_then(|status| status.signal()) {
            // The second is what the kernel sends when the first was not enough.
            Some(signal) if signal == SIGXCPU || signal == SIGKILL => {
                limit(format!("{} seconds of processor time (limit: processor time)", confinement.processor_seconds))
            }
            Some(signal) if says(OUT_OF_STACK) || signal == SIGSEGV => {
                limit("the stack of one process: the program is nested too deeply (limit: stack)".to_owned())
            }
            _ => JsonnetError::Elsewhere(format!(
                "the evaluating process ended without an answer ({}); this is a fault of Capstan, not of the program",
                self.status.map_or_else(|| "for an unknown reason".to_owned(), |status| status.to_string())
            )),
        }
    }
}

// The numbers are the same on every system that Rust's `ExitStatusExt` has signals for.
const SIGKILL: i32 = 9;
const SIGSEGV: i32 = 11;
const SIGXCPU: i32 = 24;

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(raw: i32, last_words: &str, timed_out: bool) -> String {
        let ending = Ending { status: Some(ExitStatus::from_raw(raw)), last_words: last_words.to_owned(), timed_out };
        ending.explain(&Limits::default()).to_string()
    }

    #[test]
    fn every_ending_names_its_limit() {
        let cases = [
            (explained(6, "memory allocation of 8 bytes failed", false), "limit: memory"),
            (explained(101 << 8, "panicked at x.rs:\ncapacity overflow", false), "limit: memory"),
            (explained(6, "thread 'main' has overflowed its stack", false), "limit: stack"),
            (explained(SIGXCPU, "", false), "limit: processor time"),
            (explained(SIGKILL, "", true), "60 seconds (limit: time)"),
            (explained(101 << 8, "panicked at secret", false), "exit status: 101"),
        ];
        for (message, expected) in cases {
            assert!(message.contains(expected), "{message}");
            assert!(!message.contains("secret"));
        }
    }
}
