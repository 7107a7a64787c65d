//! Public kustomizations: every one of the repositories that oracle/corpus.toml lists, built with both.

use crate::case::LIMITS;
use crate::disk::Disk;
use crate::peer::Peer;
use crate::repositories::Repositories;
use crate::say::say;
use crate::verdict::{Tally, Verdict, keep, ours};
use anyhow::{Context, Result};
use budget::Budget;
use kustomize::Options;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tree::TreePath;

/// The names of kustomization files.
const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    repository: Vec<Repository>,
    #[serde(default)]
    removed: Vec<Removed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Repository {
    name: String,
    commit: String,
}

/// Where repositories are.
pub struct Places<'p> {
    /// Their clones.
    pub repositories: &'p Repositories,
    /// A folder with the files of some, each as `<owner>+<name>`.
    pub unpacked: Option<&'p Path>,
}

/// A kustomization that is not compared.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Removed {
    repository: String,
    path: String,
    reason: String,
}

/// Compares all of them.
pub fn compare(peer: &Peer, places: &Places<'_>, only: Option<&str>, kept: Option<&Path>) -> Result<()> {
    let list: List = toml::from_str(include_str!("corpus.toml")).context("oracle/corpus.toml")?;
    let mut tally = Tally::default();
    let commits: BTreeMap<String, String> =
        list.repository.iter().map(|repository| (repository.name.clone(), repository.commit.clone())).collect();
    for Repository { name, .. } in &list.repository {
        let scratch = tempfile::tempdir()?;
        let unpacked = places.unpacked.map(|folder| folder.join(name.replacen('/', "+", 1)));
        // Links are followed by the original, and so is the folder's own path in its messages.
        let root = match unpacked.filter(|folder| folder.is_dir()) {
            Some(folder) => folder.canonicalize()?,
            None => {
                let root = scratch.path().canonicalize()?;
                places.repositories.unpack(name, ".", &commits, &root)?;
                root
            }
        };
        for directory in kustomizations(&root)? {
            let path = directory.strip_prefix(&root)?.display().to_string();
            let shown = format!("{name} {path}");
            if only.is_some_and(|only| !shown.contains(only)) {
                continue;
            }
            if let Some(removed) =
                list.removed.iter().find(|removed| removed.repository == *name && removed.path == path)
            {
                say(&format!("REMOVED     {shown}: {}", removed.reason))?;
                continue;
            }
            let at = TreePath::parse(&path).context("a path")?;
            let built = kustomize::build(&Disk(root.clone()), &at, &Options::default(), &mut Budget::new(LIMITS));
            let (ours, theirs) = (ours(&built), peer.build(&directory, &[])?);
            let verdict = tally.note(&shown, &ours, &theirs)?;
            if let (Some(kept), false) = (kept, matches!(verdict, Verdict::Same | Verdict::BothFail)) {
                keep(&kept.join(shown.replace(['/', ' '], "_")), &ours, &theirs)?;
            }
        }
    }
    tally.finish()
}

/// The directories with a kustomization, in order.
fn kustomizations(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut pending = vec![root.to_path_buf()];
    while let Some(next) = pending.pop() {
        if NAMES.iter().any(|name| next.join(name).is_file()) {
            found.push(next.clone());
        }
        for entry in fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() && !path.is_symlink() {
                pending.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
