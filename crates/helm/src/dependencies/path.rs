//! Paths into values: names joined by dots.

use gotemplate::{Map, Value};

/// There is no map where one is looked for; the text is Helm's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a table")]
pub(super) struct NoTable(String);

/// The map at a path.
pub(super) fn table(values: &Map, path: &str) -> Result<Map, NoTable> {
    let mut at = values.clone();
    for name in path.split('.') {
        match at.get(name) {
            Some(Value::Map(map)) => at = map,
            _ => return Err(NoTable(name.to_owned())),
        }
    }
    Ok(at)
}

/// What stands at a path, when it is no map.
pub(super) fn scalar(values: &Map, path: &str) -> Option<Value> {
    let (above, name) = path.rsplit_once('.').map_or((None, path), |(above, name)| (Some(above), name));
    let table = match above {
        Some(above) => table(values, above).ok()?,
        None => values.clone(),
    };
    table.get(name).filter(|value| !matches!(value, Value::Map(_)))
}
