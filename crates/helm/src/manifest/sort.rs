//! All rendered files to manifests and hooks.

use super::head::Head;
use super::hook::{Found, Hook, find};
use super::kinds::install_place;
use super::split::split;
use super::{Manifest, hook};
use crate::profile::Profile;
use crate::warning::Warning;
use budget::Budget;

/// What a chart renders to.
#[derive(Debug, Default)]
pub(crate) struct Sorted {
    pub(crate) manifests: Vec<Manifest>,
    pub(crate) hooks: Vec<Hook>,
    pub(crate) warnings: Vec<Warning>,
}

/// Cuts the rendered files, by path, into documents and puts them in the order of their kinds.
///
/// # Errors
/// When a document is no YAML, in Helm's words.
pub(crate) fn sort(mut files: Vec<(String, String)>, profile: Profile, budget: &mut Budget) -> Result<Sorted, String> {
    let mut sorted = Sorted::default();
    files.sort_by(|(a, _), (b, _)| a.cmp(b));
    // Each file is dropped when its documents have been taken.
    for (path, text) in files {
        if path.rsplit('/').next().is_some_and(|name| name.starts_with('_')) || text.trim().is_empty() {
            continue;
        }
        for (index, document) in split(&text, profile.split()).into_iter().enumerate() {
            sorted.add(&path, index, document, profile, budget)?;
        }
    }
    sorted.manifests.sort_by_cached_key(|manifest| install_place(&manifest.kind, profile));
    sorted.hooks.sort_by_cached_key(|hook| install_place(&hook.manifest.kind, profile));
    Ok(sorted)
}

impl Sorted {
    fn add(
        &mut self,
        path: &str,
        index: usize,
        document: &str,
        profile: Profile,
        budget: &mut Budget,
    ) -> Result<(), String> {
        let head =
            Head::read(document, profile, budget).map_err(|cause| format!("YAML parse error on {path}: {cause}"))?;
        let Head { kind, name, annotations } = head;
        let manifest = Manifest { path: path.to_owned(), content: document.to_owned(), kind, name, index };
        match find(&annotations) {
            Found::NoHook => self.manifests.push(manifest),
            Found::Hook { events, weight, delete_policies } => {
                self.hooks.push(hook::Hook { manifest, events, weight, delete_policies });
            }
            Found::Unknown(hooks) => self.warnings.push(Warning::UnknownHook(hooks)),
        }
        Ok(())
    }
}
