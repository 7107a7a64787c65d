//! Objects as the bytes that are kept: JSON with a gap for the revision, which is known only at the commit.

use bytes::Bytes;
use serde_json::{Map, Value};

const TYPE_FIELDS: [&str; 2] = ["kind", "apiVersion"];
const LEADING: [&str; 3] = ["kind", "apiVersion", "metadata"];

/// An object written as JSON up to and after the text of `metadata.resourceVersion`.
#[derive(Debug, Clone)]
pub struct Encoded {
    head: Vec<u8>,
    tail: Vec<u8>,
}

impl Encoded {
    /// Writes `object` once: `kind`, `apiVersion` and `metadata` first, as Kubernetes does, so that lists can leave the
    /// first two out by cutting a prefix. A `resourceVersion` it carries is ignored; a `metadata` that is no map
    /// counts as empty.
    #[must_use]
    pub fn new(object: &Value) -> Self {
        let empty = Map::new();
        let top = object.as_object().unwrap_or(&empty);
        let mut writer = Writer { head: Vec::with_capacity(1024), tail: Vec::new(), past_gap: false };
        writer.push(b"{");
        let mut first = true;
        for key in TYPE_FIELDS {
            if let Some(value) = top.get(key) {
                writer.entry(key, value, &mut first);
            }
        }
        writer.metadata(top.get("metadata").and_then(Value::as_object).unwrap_or(&empty), &mut first);
        for (key, value) in top.iter().filter(|(key, _)| !TYPE_FIELDS.contains(&key.as_str()) && *key != "metadata") {
            writer.entry(key, value, &mut first);
        }
        writer.push(b"}");
        Encoded { head: writer.head, tail: writer.tail }
    }

    /// Writes an object with the `resourceVersion` it carries, or none, in the same order of fields.
    #[must_use]
    pub fn plain(object: &Value) -> Bytes {
        let mut text = Vec::with_capacity(1024);
        text.push(b'{');
        let ordered = LEADING.iter().filter_map(|key| object.get(key).map(|value| (*key, value)));
        let all = object.as_object().into_iter().flatten();
        let rest = all.map(|(key, value)| (key.as_str(), value)).filter(|(key, _)| !LEADING.contains(key));
        for (key, value) in ordered.chain(rest) {
            if text.len() > 1 {
                text.push(b',');
            }
            serde_json::to_writer(&mut text, key).expect("invariant: a string always serialises into memory");
            text.push(b':');
            serde_json::to_writer(&mut text, value).expect("invariant: a tree of values always serialises into memory");
        }
        text.push(b'}');
        Bytes::from(text)
    }

    /// The whole text with this revision in the gap.
    #[must_use]
    pub fn with_revision(&self, revision: u64) -> Bytes {
        let digits = revision.to_string();
        let mut text = Vec::with_capacity(self.head.len() + digits.len() + self.tail.len());
        text.extend_from_slice(&self.head);
        text.extend_from_slice(digits.as_bytes());
        text.extend_from_slice(&self.tail);
        Bytes::from(text)
    }

    /// The text around the gap: equal for two objects that differ in their revision only.
    #[must_use]
    pub fn same_but_revision(&self, text: &[u8], revision: u64) -> bool {
        let digits = revision.to_string();
        text.len() == self.head.len() + digits.len() + self.tail.len()
            && text.starts_with(&self.head)
            && text.ends_with(&self.tail)
    }
}

struct Writer {
    head: Vec<u8>,
    tail: Vec<u8>,
    past_gap: bool,
}

impl Writer {
    fn push(&mut self, text: &[u8]) {
        if self.past_gap { self.tail.extend_from_slice(text) } else { self.head.extend_from_slice(text) }
    }

    fn json(&mut self, value: &Value) {
        let buffer = if self.past_gap { &mut self.tail } else { &mut self.head };
        serde_json::to_writer(buffer, value).expect("invariant: a tree of values always serialises into memory");
    }

    fn key(&mut self, key: &str, first: &mut bool) {
        if !std::mem::take(first) {
            self.push(b",");
        }
        let buffer = if self.past_gap { &mut self.tail } else { &mut self.head };
        serde_json::to_writer(buffer, key).expect("invariant: a string always serialises into memory");
        self.push(b":");
    }

    fn entry(&mut self, key: &str, value: &Value, first: &mut bool) {
        self.key(key, first);
        self.json(value);
    }

    fn metadata(&mut self, metadata: &Map<String, Value>, first: &mut bool) {
        self.key("metadata", first);
        self.push(b"{");
        let mut first = true;
        for (key, value) in metadata.iter().filter(|(key, _)| key.as_str() != "resourceVersion") {
            if !self.past_gap && key.as_str() > "resourceVersion" {
                self.gap(&mut first);
            }
            self.entry(key, value, &mut first);
        }
        if !self.past_gap {
            self.gap(&mut first);
        }
        self.push(b"}");
    }

    fn gap(&mut self, first: &mut bool) {
        self.key("resourceVersion", first);
        self.push(b"\"");
        self.past_gap = true;
        self.push(b"\"");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_gap_is_metadata_resource_version_and_nothing_else() {
        for object in [
            json!({"a": 1, "metadata": {"name": "x", "resourceVersion": "old", "uid": "u"}, "spec": {"resourceVersion": "keep"}}),
            json!({"kind": "K", "metadata": {}}),
            json!({"kind": "K", "zeta": [1, 2]}),
            json!({}),
        ] {
            let encoded = Encoded::new(&object);
            let text = encoded.with_revision(42);
            let mut expected = object.clone();
            expected["metadata"]["resourceVersion"] = json!("42");
            assert_eq!(serde_json::from_slice::<Value>(&text).expect("JSON"), expected);
            assert!(encoded.same_but_revision(&text, 42));
            assert!(!encoded.same_but_revision(&text, 421));
        }
    }
}
