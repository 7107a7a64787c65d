//! Running a real Helm.

use crate::case::Flags;
use anyhow::{Context, Result, bail};
use helm::{Output, Profile};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A binary, and the profile that imitates it.
pub struct Peer {
    program: PathBuf,
    pub version: String,
    pub profile: Profile,
}

impl Peer {
    /// Asks the program which release it is.
    pub fn find(program: &Path) -> Result<Peer> {
        let program = if program.components().count() > 1 { std::path::absolute(program)? } else { program.into() };
        let mut command = Command::new(&program);
        let asked = command.args(["version", "--template", "{{.Version}}"]).output();
        let output = asked.with_context(|| format!("cannot run {}", program.display()))?;
        let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let line: Vec<&str> = version.splitn(3, '.').take(2).collect();
        match line.join(".").parse() {
            Ok(profile) => Ok(Peer { program, version: format!("helm {version}"), profile }),
            Err(error) => bail!("{} is Helm {version}: {error}", program.display()),
        }
    }

    /// What it prints for the chart in the folder `chart` of `folder`.
    pub fn run(&self, folder: &Path, flags: &Flags) -> Result<Output> {
        let home = folder.join(".helm-home");
        let mut command = Command::new(&self.program);
        command.current_dir(folder).args(flags.arguments()).env_clear();
        // Nothing of the user's own configuration, and no cluster.
        command.env("HOME", &home).env("KUBECONFIG", home.join("none"));
        let output = command.output().with_context(|| format!("cannot run {}", self.program.display()))?;
        // Where the case lies says nothing.
        let place = format!("{}/", folder.display());
        Ok(Output {
            stdout: String::from_utf8_lossy(&output.stdout).replace(&place, ""),
            stderr: String::from_utf8_lossy(&output.stderr).replace(&place, ""),
            code: output.status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX),
        })
    }
}
