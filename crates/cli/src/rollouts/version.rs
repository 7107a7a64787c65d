//! `version`.

use crate::failure::Failure;
use crate::terminal;
use clap::Args;

/// The flags of `version`.
#[derive(Debug, Args)]
pub(super) struct Version {
    /// Print just the version number
    #[arg(long)]
    short: bool,
}

impl Version {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let mut text = format!("kubectl-argo-rollouts: v{}+capstan\n", env!("CARGO_PKG_VERSION"));
        if !self.short {
            text += &format!("  Platform: {}/{}\n", std::env::consts::OS, std::env::consts::ARCH);
        }
        terminal::print(&text)
    }
}
