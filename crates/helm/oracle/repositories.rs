//! Clones of public repositories: one commit of each, fetched when it is not there.

use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder they lie in, each as `<owner>+<name>/repo`, bare.
pub struct Repositories(pub PathBuf);

impl Repositories {
    /// Puts a folder of a repository, as it is in its commit, at `target`.
    pub fn unpack(
        &self,
        repository: &str,
        path: &str,
        commits: &BTreeMap<String, String>,
        target: &Path,
    ) -> Result<()> {
        let commit = commits.get(repository).with_context(|| format!("no commit is named for {repository}"))?;
        let clone = self.clone_of(repository, commit)?;
        let tree = if path == "." { commit.clone() } else { format!("{commit}:{path}") };
        std::fs::create_dir_all(target)?;
        let mut archive = git(&clone);
        let mut archive = archive.args(["archive", "--format=tar", &tree]).stdout(Stdio::piped()).spawn()?;
        let stream = archive.stdout.take().context("git gives no archive")?;
        let unpacked = Command::new("tar").arg("x").arg("-C").arg(target).stdin(stream).status()?;
        if !archive.wait()?.success() || !unpacked.success() {
            bail!("cannot unpack {path} of {}", clone.display());
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
