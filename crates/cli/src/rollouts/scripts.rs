//! `completion`: scripts that ask the binary itself what could come next, so that names come from the cluster.

use super::binary::BINARY;
use super::ending::failed;
use crate::failure::Failure;
use crate::terminal;
use clap::Args;

/// The flags of `completion`.
#[derive(Debug, Args)]
pub(super) struct Completion {
    #[arg(value_name = "bash|zsh|fish|powershell")]
    shells: Vec<String>,
}

const BASH: &str = include_str!("scripts/completion.bash");
const ZSH: &str = include_str!("scripts/completion.zsh");
const FISH: &str = include_str!("scripts/completion.fish");
const POWERSHELL: &str = include_str!("scripts/completion.ps1");

impl Completion {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let [shell] = self.shells.as_slice() else {
            return Err(failed(format!("accepts 1 arg(s), received {}", self.shells.len())));
        };
        let script = match shell.as_str() {
            "bash" => BASH,
            "zsh" => ZSH,
            "fish" => FISH,
            "powershell" => POWERSHELL,
            _ => return Err(failed(format!("invalid argument {shell:?} for \"{BINARY} completion\""))),
        };
        terminal::print(script)
    }
}
