//! The `images` of a kustomization.

use super::WriteError;
use crate::reference::ImageReference;
use crate::settings::TrackedImage;
use budget::Budget;
use yamledit::{Document, Path};

/// A kustomization with the versions of `images` in it: the entry of each image's name is set, or added at the end.
///
/// # Errors
/// When the file cannot be edited.
pub fn kustomization(
    text: &str,
    images: &[(&TrackedImage, &ImageReference)],
    budget: &mut Budget,
) -> Result<String, WriteError> {
    let mut document = Document::parse(text, budget)?;
    for (tracked, version) in images {
        let entry = Entry::new(tracked, version);
        match position(&document, &entry.name) {
            Some(position) => entry.set(&mut document, &list().index(position), budget)?,
            None => document.append(&list(), &entry.fields(), budget)?,
        }
    }
    Ok(document.text().to_owned())
}

fn list() -> Path {
    Path::default().key("images")
}

fn position(document: &Document, name: &str) -> Option<usize> {
    let count = document.len(&list())?;
    (0..count).find(|position| document.scalar(&list().index(*position).key("name")) == Some(name))
}

/// What an entry of `images` says.
struct Entry {
    name: String,
    /// Another image in its place.
    new_name: Option<String>,
    new_tag: Option<String>,
    digest: Option<String>,
}

impl Entry {
    fn new(tracked: &TrackedImage, version: &ImageReference) -> Entry {
        let replaced = tracked.target.kustomize.as_ref().and_then(|target| target.name.clone());
        let name = replaced.unwrap_or_else(|| version.name());
        let new_name = (name != version.name()).then(|| version.name());
        Entry { name, new_name, new_tag: version.tag.clone(), digest: version.digest.clone() }
    }

    /// In the order in which Kustomize's own command writes them.
    fn fields(&self) -> Vec<(&'static str, &str)> {
        let optional = [("newName", &self.new_name), ("newTag", &self.new_tag), ("digest", &self.digest)];
        let given = optional.into_iter().filter_map(|(key, value)| Some((key, value.as_deref()?)));
        std::iter::once(("name", self.name.as_str())).chain(given).collect()
    }

    fn set(&self, document: &mut Document, at: &Path, budget: &mut Budget) -> Result<(), WriteError> {
        for (key, value) in self.fields() {
            let place = at.key(key);
            if document.scalar(&place) != Some(value) {
                document.set(&place, value, budget)?;
            }
        }
        // A digest of the version before would be run instead of the new tag.
        if self.digest.is_none() && document.kind(&at.key("digest")).is_some() {
            document.remove(&at.key("digest"), budget)?;
        }
        Ok(())
    }
}
