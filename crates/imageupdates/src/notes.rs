//! What is noted on an Application: versions that are held back, those that were released, and those that were written.

use images::{Hold, ImageReference, TrackedImage};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The annotation with the versions that are held back.
pub const HOLDS: &str = "images.capstan.dev/holds";
/// The annotation with what was written and what was released.
pub const MEMORY: &str = "images.capstan.dev/memory";

/// How many versions are held back for one application; beyond, the oldest are forgotten.
const HOLDS_MAX: usize = 100;

/// All of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notes {
    /// Versions held back.
    pub holds: Vec<Hold>,
    /// The rest.
    pub memory: Memory,
}

/// What was written, and what was released.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Memory {
    /// The version written last, by image.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub written: BTreeMap<String, String>,
    /// The version released last, by image: what led to its hold does not count any more.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub released: BTreeMap<String, String>,
}

impl Notes {
    /// Reads them; what cannot be read is as if it were not there.
    #[must_use]
    pub fn read(annotations: &BTreeMap<String, String>) -> Notes {
        Notes { holds: parsed(annotations, HOLDS), memory: parsed(annotations, MEMORY) }
    }

    /// The annotations that say it, as a merge patch of the Application; `None` where they say it already.
    #[must_use]
    pub fn patch(&self, before: &Notes) -> Option<Value> {
        if self == before {
            return None;
        }
        let text = |is_empty: bool, text: serde_json::Result<String>| match (is_empty, text) {
            (false, Ok(text)) => Value::String(text),
            _ => Value::Null,
        };
        let holds = text(self.holds.is_empty(), serde_json::to_string(&self.holds));
        let memory = text(self.memory == Memory::default(), serde_json::to_string(&self.memory));
        Some(json!({"metadata": {"annotations": {HOLDS: holds, MEMORY: memory}}}))
    }

    /// Holds a version back. Whether that is news.
    pub fn hold(&mut self, hold: Hold) -> bool {
        if self.holds.iter().any(|known| known.image == hold.image && known.version == hold.version) {
            return false;
        }
        self.memory.released.remove(&hold.image);
        self.holds.push(hold);
        if self.holds.len() > HOLDS_MAX {
            self.holds.remove(0);
        }
        true
    }

    /// Releases what is held back of an image, or of all. The versions that were.
    pub fn release(&mut self, image: Option<&str>) -> Vec<Hold> {
        let is_meant = |hold: &Hold| image.is_none_or(|image| hold.image == image);
        let (gone, kept) = std::mem::take(&mut self.holds).into_iter().partition(is_meant);
        self.holds = kept;
        for hold in &gone {
            let Hold { image, version, .. } = hold;
            self.memory.released.insert(image.clone(), version.clone());
            self.memory.written.remove(image);
        }
        gone
    }

    /// Whether somebody said that this version is to be written after all.
    #[must_use]
    pub fn is_released(&self, image: &str, version: &str) -> bool {
        self.memory.released.get(image).is_some_and(|released| released == version)
    }
}

fn parsed<T: Default + serde::de::DeserializeOwned>(annotations: &BTreeMap<String, String>, name: &str) -> T {
    annotations.get(name).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// An image as holds and memory name it.
#[must_use]
pub fn name_of(tracked: &TrackedImage) -> String {
    tracked.image.name()
}

/// A version as holds and memory name it: the digest where there is one, else the tag.
#[must_use]
pub fn version_of(image: &ImageReference) -> String {
    image.digest.clone().or_else(|| image.tag.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hold(image: &str, version: &str) -> Hold {
        let since = jiff::Timestamp::UNIX_EPOCH;
        Hold { image: image.into(), version: version.into(), reason: "a test".into(), since }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut notes = Notes::default();
        assert_eq!(notes.patch(&Notes::default()), None);
        assert!(notes.hold(hold("app", "1.1")) && !notes.hold(hold("app", "1.1")));
        notes.memory.written.insert("app".into(), "1.1".into());
        let patch = notes.patch(&Notes::default()).expect("a patch");
        let annotations: BTreeMap<String, String> =
            serde_json::from_value(patch["metadata"]["annotations"].clone()).expect("annotations");
        assert_eq!(Notes::read(&annotations), notes);
        assert_eq!(Notes::read(&BTreeMap::from([(HOLDS.into(), "nonsense".into())])), Notes::default());
    }

    #[test]
    fn a_release_is_remembered_until_the_version_is_held_again() {
        let mut notes = Notes::default();
        notes.hold(hold("app", "1.1"));
        notes.hold(hold("other", "2"));
        assert_eq!(notes.release(Some("app")), [hold("app", "1.1")]);
        assert!(notes.is_released("app", "1.1") && !notes.is_released("app", "1.2"));
        assert!(notes.hold(hold("app", "1.1")) && !notes.is_released("app", "1.1"));
        assert_eq!(notes.release(None).len(), 2);
    }
}
