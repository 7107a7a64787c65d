//! The evaluating process alone: `jsonnet-evaluator MEMORY_BYTES PROCESSOR_SECONDS`.

use jsonnet::{Confinement, serve};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1).map(|argument| argument.parse());
    match (numbers.next(), numbers.next()) {
        (Some(Ok(memory_bytes)), Some(Ok(processor_seconds))) => serve(Confinement { memory_bytes, processor_seconds }),
        _ => ExitCode::FAILURE,
    }
}
