//! Jsonnet: what evaluates it for this program, and the hidden command that the evaluating process is started with.

use clap::Args;
use jsonnet::{Confinement, Evaluator, Limits};
use render::Jsonnet;
use std::process::ExitCode;
use std::sync::Arc;

/// The hidden command's name.
const COMMAND: &str = "evaluate-jsonnet";

/// Evaluates one program, which comes over standard input, within limits.
#[derive(Debug, Args)]
pub(crate) struct EvaluateJsonnet {
    memory_bytes: u64,
    processor_seconds: u64,
}

impl EvaluateJsonnet {
    /// Serves one program. To be called before anything else is started: what runs is confined with it.
    pub(crate) fn serve(&self) -> ExitCode {
        let EvaluateJsonnet { memory_bytes, processor_seconds } = *self;
        jsonnet::serve(Confinement { memory_bytes, processor_seconds })
    }
}

/// What evaluates Jsonnet, by this program started anew; `None` where the system does not tell where it lies.
pub(crate) fn evaluator() -> Option<Arc<dyn Jsonnet>> {
    let evaluator = Evaluator::of_this_program(&[COMMAND], Limits::default());
    evaluator.ok().map(|evaluator| Arc::new(evaluator) as Arc<dyn Jsonnet>)
}
