//! The original, as a process. It reaches no network: what it would fetch, it fails to.

use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;

/// An installed kustomize.
pub struct Peer {
    program: PathBuf,
    helm: PathBuf,
}

/// What a build gave.
pub struct Outcome {
    /// The output; `None` when it failed.
    pub output: Option<String>,
    /// Standard error.
    pub told: String,
}

/// Nobody listens here.
const NOWHERE: &str = "http://127.0.0.1:9";

impl Peer {
    /// Makes sure that it is there and says its version.
    pub fn find(program: PathBuf, helm: PathBuf) -> Result<Self> {
        let version = Command::new(&program).arg("version").output();
        let version = version.with_context(|| format!("cannot run {}: install kustomize", program.display()))?;
        let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
        crate::say::say(&format!("kustomize {version}, this program follows {}", kustomize::PROFILE))?;
        ensure!(!version.is_empty(), "{} is no kustomize", program.display());
        Ok(Peer { program, helm })
    }

    /// Builds a directory.
    pub fn build(&self, directory: &Path, flags: &[String]) -> Result<Outcome> {
        let mut command = Command::new(&self.program);
        command.arg("build").arg(directory).args(flags);
        if flags.iter().any(|flag| flag == "--enable-helm") {
            command.arg("--helm-command").arg(&self.helm);
        }
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", std::env::temp_dir());
        command.env("GIT_ALLOW_PROTOCOL", "file").env("HTTPS_PROXY", NOWHERE).env("HTTP_PROXY", NOWHERE);
        let output = command.output().context("kustomize does not run")?;
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        let output = output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned());
        Ok(Outcome { output, told })
    }
}
