//! `capstan kustomize …`, speaking as `kustomize` does: the same flags, outputs and exit codes, with nothing executed.
//!
//! What is built is decided by the crate `kustomize`; here flags become its options, and directories become trees.

mod arguments;
mod build;
mod failed;
mod output;
mod remote;

use crate::failure::Failure;
use clap::Subcommand;
use clock::Clock;

/// What can be asked of kustomizations.
#[derive(Debug, Subcommand)]
pub(crate) enum Kustomize {
    /// Build a kustomization and print its objects
    Build(Box<arguments::BuildArguments>),
}

impl Kustomize {
    pub(crate) fn run(&self, clock: &Clock) -> Result<(), Failure> {
        match self {
            Kustomize::Build(arguments) => build::run(arguments, clock),
        }
    }
}
