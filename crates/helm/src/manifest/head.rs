//! What Helm reads of a document: its kind, its name, its annotations.

use crate::go_json::{Decoder, field};
use crate::profile::Profile;
use crate::values::{decoding, read_entries};
use budget::Budget;
use serde_json::Value;
use std::collections::BTreeMap;

/// The head of a document.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) annotations: BTreeMap<String, String>,
}

/// The entries of a document that are looked at. Go finds them in any case of their letters.
const ENTRIES: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// Go's type of `metadata`, as its errors name it.
const METADATA_TYPE: &str =
    "struct { Name string \"json:\\\"name\\\"\"; Annotations map[string]string \"json:\\\"annotations\\\"\" }";

impl Head {
    /// Reads all of a document, so that what is no YAML is found, and keeps its head.
    pub(super) fn read(document: &str, profile: Profile, budget: &mut Budget) -> Result<Head, String> {
        let value = read_entries(document.as_bytes(), &ENTRIES, budget)?;
        let mut decoder = Decoder::default();
        let mut head = Head::default();
        let go_type = if profile.is_four() { "util.SimpleHead" } else { "releaseutil.SimpleHead" };
        if let Some(map) = decoder.object(&value, go_type) {
            head.read_fields(map, &mut decoder);
        }
        decoder.finish().map_err(|cause| decoding(&cause))?;
        Ok(head)
    }

    fn read_fields(&mut self, map: &serde_json::Map<String, Value>, decoder: &mut Decoder) {
        const OWNER: &str = "SimpleHead";
        if let Some(version) = field(map, "apiVersion") {
            decoder.within(OWNER, "apiVersion", |decoder| decoder.text(version));
        }
        if let Some(kind) = field(map, "kind") {
            self.kind = decoder.within(OWNER, "kind", |decoder| decoder.text(kind));
        }
        let Some(metadata) = field(map, "metadata") else { return };
        decoder.within(OWNER, "metadata", |decoder| {
            let Some(map) = decoder.object(metadata, METADATA_TYPE) else { return };
            if let Some(name) = field(map, "name") {
                self.name = decoder.within("", "name", |decoder| decoder.text(name));
            }
            if let Some(annotations) = field(map, "annotations") {
                self.annotations = decoder.within("", "annotations", |decoder| texts(annotations, decoder));
            }
        });
    }
}

fn texts(value: &Value, decoder: &mut Decoder) -> BTreeMap<String, String> {
    let map = decoder.object(value, "map[string]string");
    map.into_iter().flatten().map(|(key, value)| (key.clone(), decoder.text(value))).collect()
}
