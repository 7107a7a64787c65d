//! Which fields of an answer are wanted: `fields=items.metadata.name,items.spec`, or with a minus in front which are not.
//! Pure.

use serde_json::{Map, Value};

/// Which fields of an answer are wanted.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Fields {
    paths: Vec<Vec<String>>,
    is_without: bool,
}

/// So many fields are told apart at most.
const FIELDS_MAX: usize = 256;

impl Fields {
    /// Reads the parameter.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let (text, is_without) = match text.strip_prefix('-') {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        let paths = text.split(',').map(str::trim).filter(|path| !path.is_empty()).take(FIELDS_MAX);
        let paths = paths.map(|path| path.split('.').map(str::to_owned).collect());
        Fields { paths: paths.collect(), is_without }
    }

    /// Whether nothing is left out.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.paths.is_empty()
    }

    /// The wanted part of a value.
    #[must_use]
    pub fn take(&self, mut value: Value) -> Value {
        let paths: Vec<&[String]> = self.paths.iter().map(Vec::as_slice).collect();
        if self.is_without {
            drop_paths(&mut value, &paths);
            value
        } else if paths.is_empty() {
            value
        } else {
            keep_paths(&value, &paths)
        }
    }
}

fn below<'p>(paths: &[&'p [String]], key: &str) -> Vec<&'p [String]> {
    paths.iter().filter(|path| path.first().is_some_and(|own| own == key)).map(|path| &path[1..]).collect()
}

fn keep_paths(value: &Value, paths: &[&[String]]) -> Value {
    if paths.iter().any(|path| path.is_empty()) {
        return value.clone();
    }
    match value {
        Value::Array(items) => items.iter().map(|item| keep_paths(item, paths)).collect(),
        Value::Object(map) => {
            let mut kept = Map::new();
            for (key, value) in map {
                let paths = below(paths, key);
                if !paths.is_empty() {
                    kept.insert(key.clone(), keep_paths(value, &paths));
                }
            }
            Value::Object(kept)
        }
        other => other.clone(),
    }
}

fn drop_paths(value: &mut Value, paths: &[&[String]]) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| drop_paths(item, paths)),
        Value::Object(map) => {
            map.retain(|key, value| {
                let paths = below(paths, key);
                let stays = !paths.iter().any(|path| path.is_empty());
                if stays && !paths.is_empty() {
                    drop_paths(value, &paths);
                }
                stays
            });
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_are_kept_or_left_out() {
        let list = json!({"metadata": {"resourceVersion": "1"},
            "items": [{"metadata": {"name": "a", "labels": {}}, "spec": {"project": "x"}}]});
        let take = |text: &str| Fields::read(text).take(list.clone());
        assert_eq!(take(""), list);
        assert_eq!(
            take("items.metadata.name,items.spec"),
            json!({"items": [{"metadata": {"name": "a"}, "spec": {"project": "x"}}]})
        );
        assert_eq!(take("-items.spec,metadata"), json!({"items": [{"metadata": {"name": "a", "labels": {}}}]}));
    }
}
