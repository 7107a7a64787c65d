//! What a user gives: files, `--set` and its relatives, in Helm's order of precedence.

use super::document::{read_documents, read_table};
use super::{freeze_map, merge_maps, numbers_to_floats};
use crate::profile::Profile;
use crate::strvals::{self, StrvalsError};
use budget::Budget;
use gotemplate::FrozenMap;
use serde_json::{Map, Value};
use std::sync::Arc;

/// One source of values. Files come as content: this crate opens none.
#[derive(Debug, Clone)]
pub enum Source {
    /// `--values`: a YAML file and what it is called in messages.
    File {
        /// Its path, as the user gave it.
        path: String,
        /// Its content.
        content: bytes::Bytes,
    },
    /// `--set-json`.
    Json(String),
    /// `--set`.
    Set(String),
    /// `--set-string`.
    SetString(String),
    /// `--set-file`, with the files it names: path and content.
    SetFile(String, Vec<(String, String)>),
    /// `--set-literal`.
    SetLiteral(String),
}

/// What is wrong with a source, in Helm's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// A file is no YAML map.
    #[error("failed to parse {path}: {cause}")]
    File {
        /// Which.
        path: String,
        /// Go's error.
        cause: String,
    },
    /// Not JSON. The text given is not repeated as Helm does: it may hold a secret.
    #[error("failed parsing --set-json data {0}")]
    Json(String),
    /// A JSON object that is none.
    #[error("failed parsing --set-json data JSON: {0}")]
    JsonObject(String),
    /// Not the grammar of `--set`.
    #[error("failed parsing --{flag} data: {cause}")]
    Set {
        /// The flag's name.
        flag: &'static str,
        /// What is wrong.
        cause: StrvalsError,
    },
}

/// A user's values, merged.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UserValues(Map<String, Value>);

impl UserValues {
    /// Merges `sources`: files first, then JSON, then `--set`, `--set-string`, `--set-file`, `--set-literal`; within a
    /// kind in the order given.
    ///
    /// # Errors
    /// When a source cannot be read, in Helm's words.
    pub fn merge(sources: &[Source], profile: Profile, budget: &mut Budget) -> Result<Self, SourceError> {
        let mut ordered: Vec<&Source> = sources.iter().collect();
        ordered.sort_by_key(|source| source.rank());
        let mut base = Map::new();
        for source in ordered {
            source.add_to(&mut base, profile, budget)?;
        }
        Ok(UserValues(base))
    }

    /// As templates will see them.
    pub(crate) fn freeze(&self) -> Arc<FrozenMap> {
        freeze_map(&self.0)
    }

    /// The plain data.
    #[must_use]
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }
}

impl Source {
    fn rank(&self) -> u8 {
        match self {
            Source::File { .. } => 0,
            Source::Json(_) => 1,
            Source::Set(_) => 2,
            Source::SetString(_) => 3,
            Source::SetFile(..) => 4,
            Source::SetLiteral(_) => 5,
        }
    }

    fn add_to(&self, base: &mut Map<String, Value>, profile: Profile, budget: &mut Budget) -> Result<(), SourceError> {
        let failed = |flag| move |cause| SourceError::Set { flag, cause };
        match self {
            Source::File { path, content } => {
                let read = if profile.merges_value_documents() {
                    read_documents(content, budget)
                } else {
                    read_table(content, budget).map(Option::unwrap_or_default)
                };
                let map = read.map_err(|cause| SourceError::File { path: path.clone(), cause })?;
                merge_maps(base, map);
                Ok(())
            }
            Source::Json(text) => add_json(text, profile, base),
            Source::Set(text) => strvals::parse_typed(text, base).map_err(failed("set")),
            Source::SetString(text) => strvals::parse_strings(text, base).map_err(failed("set-string")),
            Source::SetFile(text, files) => strvals::parse_files(text, files, base).map_err(failed("set-file")),
            Source::SetLiteral(text) => strvals::parse_literal(text, base).map_err(failed("set-literal")),
        }
    }
}

fn add_json(text: &str, profile: Profile, base: &mut Map<String, Value>) -> Result<(), SourceError> {
    let trimmed = text.trim();
    if !(trimmed.starts_with('{') && profile.takes_json_objects()) {
        return strvals::parse_json(text, base).map_err(|_| SourceError::Json(text.to_owned()));
    }
    match serde_json::from_str::<Value>(trimmed) {
        Ok(mut value @ Value::Object(_)) => {
            numbers_to_floats(&mut value);
            if let Value::Object(map) = value {
                merge_maps(base, map);
            }
            Ok(())
        }
        _ => Err(SourceError::JsonObject(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn merged(sources: &[Source]) -> Value {
        let values = UserValues::merge(sources, Profile::V4_2, &mut Budget::default()).expect("merges");
        Value::Object(values.as_map().clone())
    }

    #[test]
    fn later_sources_and_stronger_kinds_win() {
        let file = |content: &'static str| Source::File { path: "f".into(), content: content.into() };
        let sources = [
            Source::SetString("a=5".into()),
            Source::Set("a=4,b.c=null".into()),
            file("a: 1\nb: {c: 1, d: 2}\nl: [1]\n"),
            Source::Json("j={\"x\":1}".into()),
            file("b: {e: 3}\nl: [2]\n"),
        ];
        assert_eq!(
            merged(&sources),
            json!({"a": "5", "b": {"c": null, "d": 2.0, "e": 3.0}, "j": {"x": 1.0}, "l": [2.0]})
        );
    }

    #[test]
    fn nothing_is_said_of_what_a_file_holds() {
        let file = Source::File { path: "secret.yaml".into(), content: "- hunter2".into() };
        let error = UserValues::merge(&[file], Profile::V3_21, &mut Budget::default()).expect_err("no map");
        assert_eq!(
            error.to_string(),
            "failed to parse secret.yaml: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array \
             into Go value of type map[string]interface {}"
        );
    }
}
