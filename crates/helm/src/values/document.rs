//! YAML files of values, with Go's words for what is wrong with them.

use super::{freeze_map, merge_maps, numbers_to_floats};
use crate::go_json::Decoder;
use crate::profile::Profile;
use budget::Budget;
use gotemplate::FrozenMap;
use serde_json::{Map, Value};
use std::sync::Arc;
use yaml::{Dialect, YamlError};

/// The first document of a YAML text, as Helm reads one.
pub(crate) fn read_document(text: &[u8], budget: &mut Budget) -> Result<Value, String> {
    let mut documents = Vec::new();
    let read = yaml::parse_until(text, Dialect::V2, budget, &mut documents);
    first(documents, read)
}

/// As [`read_document`], for a caller that looks at these entries only, whatever the case of their letters: the others may
/// be empty.
pub(crate) fn read_entries(text: &[u8], entries: &[&str], budget: &mut Budget) -> Result<Value, String> {
    let mut documents = Vec::new();
    let read = yaml::parse_entries(text, Dialect::V2, entries, budget, &mut documents);
    first(documents, read)
}

fn first(documents: Vec<yaml::Document>, read: Result<(), YamlError>) -> Result<Value, String> {
    // Compat: what stands behind the first document is not even looked at.
    match (documents.into_iter().next(), read) {
        (Some(first), _) => Ok(first.value),
        (None, Ok(())) => Ok(Value::Null),
        (None, Err(error)) => Err(converting(&error)),
    }
}

/// The map a YAML text holds; `None` when it holds nothing. Numbers are floats.
pub(crate) fn read_table(text: &[u8], budget: &mut Budget) -> Result<Option<Map<String, Value>>, String> {
    let mut value = read_document(text, budget)?;
    numbers_to_floats(&mut value);
    let mut decoder = Decoder::default();
    let is_map = decoder.object(&value, "map[string]interface {}").is_some();
    decoder.finish().map_err(|cause| decoding(&cause))?;
    match value {
        Value::Object(map) if is_map => Ok(Some(map)),
        _ => Ok(None),
    }
}

/// A chart's values.yaml.
pub(crate) fn read_defaults(
    text: &[u8],
    profile: Profile,
    budget: &mut Budget,
) -> Result<Option<Arc<FrozenMap>>, String> {
    let map =
        if profile.merges_value_documents() { Some(read_documents(text, budget)?) } else { read_table(text, budget)? };
    Ok(map.map(|map| freeze_map(&map)))
}

/// Every document of a values file, merged in order, as Helm 4 reads one.
pub(super) fn read_documents(text: &[u8], budget: &mut Budget) -> Result<Map<String, Value>, String> {
    let mut merged = Map::new();
    for document in split(text) {
        let map = read_table(document, budget).map_err(|cause| format!("cannot unmarshal yaml document: {cause}"))?;
        merge_maps(&mut merged, map.unwrap_or_default());
    }
    Ok(merged)
}

/// Cuts at lines that begin with `---`, as Kubernetes' reader of streams does.
pub(crate) fn split(text: &[u8]) -> Vec<&[u8]> {
    let mut documents = Vec::new();
    let mut begin = 0;
    let mut at = 0;
    while at < text.len() {
        let end = text[at..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |line| at + line + 1);
        if is_separator(&text[at..end]) {
            if at > begin {
                documents.push(&text[begin..at]);
            }
            begin = end;
        }
        at = end;
    }
    if begin < text.len() {
        documents.push(&text[begin..]);
    }
    documents
}

/// `---` with nothing but white space behind it.
fn is_separator(line: &[u8]) -> bool {
    line.strip_prefix(b"---").is_some_and(|rest| rest.iter().all(u8::is_ascii_whitespace))
}

/// What `sigs.k8s.io/yaml` says when JSON does not fit.
pub(crate) fn decoding(cause: &str) -> String {
    format!("error unmarshaling JSON: while decoding JSON: {cause}")
}

/// What `sigs.k8s.io/yaml` says when YAML cannot be read.
pub(crate) fn converting(error: &YamlError) -> String {
    let cause = match error {
        YamlError::NotJson { what: "an infinite or undefined number", .. } => {
            "json: unsupported value: +Inf".to_owned()
        }
        other => other.as_go(),
    };
    format!("error converting YAML to JSON: {cause}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_cut_at_separators() {
        let cut: Vec<_> = split(b"---\na: 1\n--- \nb: 2\n---x\n").into_iter().map(String::from_utf8_lossy).collect();
        assert_eq!(cut, ["a: 1\n", "b: 2\n---x\n"]);
    }
}
