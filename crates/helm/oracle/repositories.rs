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
        let source = Source { clone, commit };
        source.folder(if path == "." { "" } else { path }, target, 0)
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

/// One commit of a clone.
struct Source<'s> {
    clone: PathBuf,
    commit: &'s str,
}

/// How deep links to folders that hold links are followed.
const LINK_DEPTH_MAX: usize = 4;

impl Source<'_> {
    fn folder(&self, path: &str, target: &Path, depth: usize) -> Result<()> {
        std::fs::create_dir_all(target)?;
        let tree = self.object(path);
        let mut archive = git(&self.clone);
        let mut archive = archive.args(["archive", "--format=tar", &tree]).stdout(Stdio::piped()).spawn()?;
        let stream = archive.stdout.take().context("git gives no archive")?;
        let unpacked = Command::new("tar").arg("x").arg("-C").arg(target).stdin(stream).status()?;
        if !archive.wait()?.success() || !unpacked.success() {
            bail!("cannot unpack {path} of {}", self.clone.display());
        }
        self.mend_links(path, target, depth)
    }

    /// Puts what links out of the folder lead to in their places, as packing a chart does.
    fn mend_links(&self, path: &str, folder: &Path, depth: usize) -> Result<()> {
        if depth > LINK_DEPTH_MAX {
            return Ok(());
        }
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let (place, kind) = (entry.path(), entry.file_type()?);
            let own = join(path, &entry.file_name().to_string_lossy());
            if kind.is_dir() {
                self.mend_links(&own, &place, depth)?;
            } else if kind.is_symlink() && !place.exists() {
                let leads_to = join(path, &std::fs::read_link(&place)?.to_string_lossy());
                self.put(&leads_to, &place, depth)?;
            }
        }
        Ok(())
    }

    /// What lies at `path` in the commit, in the place of a link; one that leads nowhere there either stays.
    fn put(&self, path: &str, place: &Path, depth: usize) -> Result<()> {
        let object = self.object(path);
        let kind = git(&self.clone).args(["cat-file", "-t", &object]).stderr(Stdio::null()).output()?;
        match kind.stdout.trim_ascii() {
            b"tree" => {
                std::fs::remove_file(place)?;
                self.folder(path, place, depth + 1)
            }
            b"blob" => {
                let content = git(&self.clone).args(["cat-file", "blob", &object]).output()?;
                std::fs::remove_file(place)?;
                Ok(std::fs::write(place, content.stdout)?)
            }
            _ => Ok(()),
        }
    }

    fn object(&self, path: &str) -> String {
        if path.is_empty() { self.commit.to_owned() } else { format!("{}:{path}", self.commit) }
    }
}

/// A relative path from a folder of the repository.
pub fn join(base: &str, relative: &str) -> String {
    let mut segments: Vec<&str> = base.split('/').filter(|segment| !matches!(*segment, "" | ".")).collect();
    for segment in relative.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            name => segments.push(name),
        }
    }
    segments.join("/")
}

fn git(clone: &Path) -> Command {
    let mut git = Command::new("git");
    git.arg("--git-dir").arg(clone);
    git
}
