//! Files with new versions in them: several applications may write to one file, so that each edit goes over those before.

use budget::Budget;
use images::write::{SourceKind, helm_values, kustomization, parameters};
use images::{FileTarget, ImageReference, TrackedImage};
use std::collections::BTreeMap;
use tree::{EntryKind, Tree, TreePath, resolve};

/// The largest file that is edited.
const FILE_BYTES_MAX: u64 = 4 << 20;

/// Names of files that Kustomize takes for its own.
const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// The files of a commit, and what was changed of them.
pub(crate) struct Files<'t> {
    tree: &'t dyn Tree,
    /// Before and after, by path.
    changed: BTreeMap<String, (Option<String>, String)>,
}

/// Whether an edit changed anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edited {
    /// It did.
    Changed,
    /// The file says so already.
    Same,
}

impl<'t> Files<'t> {
    pub(crate) fn new(tree: &'t dyn Tree) -> Self {
        Files { tree, changed: BTreeMap::new() }
    }

    /// What was changed: path, what the file said, what it says.
    pub(crate) fn changed(&self) -> impl Iterator<Item = (&String, &Option<String>, &String)> {
        self.changed.iter().map(|(path, (before, after))| (path, before, after))
    }

    /// Writes the versions of `images` into the file. A failure changes nothing.
    pub(crate) fn write(
        &mut self,
        target: &FileTarget,
        kind: Option<SourceKind>,
        images: &[(&TrackedImage, &ImageReference)],
    ) -> Result<Edited, String> {
        let budget = &mut Budget::default();
        let (path, before) = self.find(target)?;
        let text = before.clone().unwrap_or_default();
        let at = |error: &dyn std::fmt::Display| format!("{path}: {error}");
        let after = match target {
            FileTarget::Parameters(_) => {
                let kind = kind.ok_or("neither Helm nor Kustomize renders its source")?;
                parameters(&text, kind, images, budget)
            }
            FileTarget::Kustomization(_) => kustomization(&text, images, budget),
            FileTarget::HelmValues(_) => helm_values(&text, images, budget),
        };
        let after = after.map_err(|error| at(&error))?;
        if before.as_ref() == Some(&after) || (before.is_none() && after.is_empty()) {
            return Ok(Edited::Same);
        }
        let original = self.changed.remove(path.as_str()).map_or(before, |(original, _)| original);
        self.changed.insert(path, (original, after));
        Ok(Edited::Changed)
    }

    /// The file's path, links followed, and what it says now; only parameters may be missing.
    fn find(&self, target: &FileTarget) -> Result<(String, Option<String>), String> {
        match target {
            FileTarget::Parameters(path) => {
                let path = self.real(path)?;
                Ok((path.as_str().to_owned(), self.read(&path)?))
            }
            FileTarget::HelmValues(path) => {
                let path = self.real(path)?;
                let text = self.read(&path)?.ok_or_else(|| format!("there is no file {path}"))?;
                Ok((path.as_str().to_owned(), Some(text)))
            }
            FileTarget::Kustomization(directory) => {
                let directory = self.real(directory)?;
                for name in KUSTOMIZATIONS {
                    let path = self.real(directory.child(name).as_str())?;
                    if let Some(text) = self.read(&path)? {
                        return Ok((path.as_str().to_owned(), Some(text)));
                    }
                }
                Err(format!("there is no kustomization in {:?}", directory.as_str()))
            }
        }
    }

    fn real(&self, path: &str) -> Result<TreePath, String> {
        let path = TreePath::parse(path).map_err(|error| error.to_string())?;
        resolve(self.tree, &path).map_err(|error| error.to_string())
    }

    fn read(&self, path: &TreePath) -> Result<Option<String>, String> {
        if let Some((_, text)) = self.changed.get(path.as_str()) {
            return Ok(Some(text.clone()));
        }
        match self.tree.entry(path).map_err(|error| error.to_string())? {
            None => Ok(None),
            Some(entry) if entry.kind == EntryKind::File => {
                let bytes = self.tree.read(path, FILE_BYTES_MAX).map_err(|error| error.to_string())?;
                let text = String::from_utf8(bytes.to_vec()).map_err(|_| format!("{path} is not UTF-8 text"))?;
                Ok(Some(text))
            }
            Some(_) => Err(format!("{path} is not a file")),
        }
    }
}
