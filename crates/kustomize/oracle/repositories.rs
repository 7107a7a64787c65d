//! Clones of public repositories: one commit of each, fetched when it is not there.

use anyhow::{Context, Result, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder they lie in, each as `<owner>+<name>/repo`, bare.
pub struct Repositories(pub PathBuf);

impl Repositories {
    /// Puts the files of a repository, as they are in a commit, at `target`.
    pub fn unpack(&self, repository: &str, commit: &str, target: &Path) -> Result<()> {
        let clone = self.clone_of(repository, commit)?;
        std::fs::create_dir_all(target)?;
        let mut archive = git(&clone);
        let mut archive = archive.args(["archive", "--format=tar", commit]).stdout(Stdio::piped()).spawn()?;
        let stream = archive.stdout.take().context("git gives no archive")?;
        let unpacked = Command::new("tar").arg("x").arg("-C").arg(target).stdin(stream).status()?;
        if !archive.wait()?.success() || !unpacked.success() {
            bail!("cannot unpack {}", clone.display());
        }
        Ok(())
    }

    fn clone_of(&self, repository: &str, commit: &str) -> Result<PathBuf> {
        let clone = self.0.join(repository.replacen('/', "+", 1)).join("repo");
        let object = format!("{commit}^{{commit}}");
        if clone.is_dir() && git(&clone).args(["cat-file", "-e", &object]).stderr(Stdio::null()).status()?.success() {
            return Ok(clone);
        }
        std::fs::create_dir_all(&clone)?;
        ensure!(git(&clone).args(["init", "--quiet", "--bare"]).status()?.success(), "git makes no repository");
        let address = format!("https://github.com/{repository}");
        let fetched = git(&clone).args(["fetch", "--quiet", "--depth=1", &address, commit]).status()?;
        ensure!(fetched.success(), "commit {commit} of {address} cannot be fetched");
        Ok(clone)
    }
}

fn git(clone: &Path) -> Command {
    let mut git = Command::new("git");
    git.arg("--git-dir").arg(clone);
    git
}
