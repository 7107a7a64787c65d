//! Answers of any web service.

use super::{Understood, go_json};
use expr::Value;

/// Where the value stands when nothing is said: the whole answer is it.
const WHOLE: &str = "{$}";

/// The first value that the JSON path finds; of an answer that is no JSON, its whole text.
///
/// # Errors
/// When the path is none, or finds nothing.
pub fn web(json_path: &str, body: &[u8]) -> Result<Understood, String> {
    let json_path = if json_path.is_empty() { WHOLE } else { json_path };
    let Ok(answer) = serde_json::from_slice::<serde_json::Value>(body) else {
        let text = String::from_utf8_lossy(body).into_owned();
        return Ok(Understood::plain(Value::from(text.as_str()), text, None));
    };
    let found = jsonpath::first(json_path, &answer);
    let found = found.map_err(|error| format!("Could not find JSONPath in body: {error}"))?;
    let found = found.ok_or("result of web metric produced no value")?;
    let value = Value::from_json(&found).map_err(|error| error.to_string())?;
    Ok(Understood::plain(value, go_json::text(&found), None))
}
