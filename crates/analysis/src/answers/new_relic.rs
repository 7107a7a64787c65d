//! New Relic's answers to queries of NerdGraph.

use super::{Understood, json};
use expr::{ListType, Value};

/// The row of an answer, or all rows when there are several.
///
/// # Errors
/// When New Relic says so, or there are no rows.
pub fn new_relic(body: &[u8]) -> Result<Understood, String> {
    let answer = json(body)?;
    if let Some(message) = answer["errors"][0]["message"].as_str() {
        return Err(message.to_owned());
    }
    let rows = answer["data"]["actor"]["account"]["nrql"]["results"].as_array().map(Vec::as_slice).unwrap_or_default();
    let read = |row| Value::from_json(row).map_err(|error| error.to_string());
    match rows {
        [row] if row.as_object().is_some_and(|row| !row.is_empty()) => {
            Ok(Understood::plain(read(row)?, row.to_string(), None))
        }
        [] | [_] => Err("no results returned from NRQL query".to_owned()),
        rows => {
            let values = rows.iter().map(read).collect::<Result<_, _>>()?;
            let list = Value::list(ListType::Maps("[]nrdb.NRDBResult"), values).map_err(|error| error.to_string())?;
            Ok(Understood::plain(list, serde_json::Value::from(rows.to_vec()).to_string(), None))
        }
    }
}
