//! `vectors`: recorded answers of a real API server against the embedded one. The replay itself is an example of
//! `crates/vectors`, so that this tool does not have to build an API server.

use crate::workspace;
use anyhow::{Result, bail};
use std::path::PathBuf;
use std::process::Command;

/// Replays `folder`, or the cases of the repository.
pub fn run(folder: Option<PathBuf>) -> Result<()> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(workspace::root()).args(["run", "--quiet", "--package", "vectors", "--example", "replay", "--"]);
    cargo.args(folder.map(std::path::absolute).transpose()?);
    if !cargo.status()?.success() {
        bail!("some recorded answers are not met");
    }
    Ok(())
}
