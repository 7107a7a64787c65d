//! Running a real Helm.

use crate::case::Flags;
use anyhow::{Context, Result};
use helm::Output;
use std::path::Path;
use std::process::Command;

/// What `helm` prints for the chart in the folder `chart` of `folder`.
pub fn run(helm: &Path, folder: &Path, flags: &Flags) -> Result<Output> {
    let home = folder.join(".helm-home");
    let mut command = Command::new(helm);
    command.current_dir(folder).args(flags.arguments()).env_clear();
    // Nothing of the user's own configuration, and no cluster.
    command.env("HOME", &home).env("KUBECONFIG", home.join("none"));
    let output = command.output().with_context(|| format!("cannot run {}", helm.display()))?;
    Ok(Output {
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        code: output.status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX),
    })
}
