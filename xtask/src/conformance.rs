//! `conformance`: recorded requests against a cluster of the caller's. The comparison itself is an example of
//! `crates/vectors`, so that this tool needs no Kubernetes client.

use crate::workspace;
use anyhow::{Result, bail};
use std::process::Command;

/// Runs the comparison with `arguments`.
pub fn run(arguments: &[String]) -> Result<()> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // Started where the caller is, for paths in the arguments are relative to that.
    cargo.args(["run", "--quiet", "--manifest-path"]).arg(workspace::root().join("Cargo.toml"));
    cargo.args(["--package", "vectors", "--example", "conformance"]);
    if !cargo.arg("--").args(arguments).status()?.success() {
        bail!("the cluster does not answer as the recorded server did");
    }
    Ok(())
}
