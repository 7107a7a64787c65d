//! SkyWalking's answers to GraphQL queries.

use super::{Understood, go_json, json};
use expr::Value;

/// The `data` of an answer.
///
/// # Errors
/// When SkyWalking says so, or there is none.
pub fn skywalking(body: &[u8]) -> Result<Understood, String> {
    let answer = json(body)?;
    if let Some(message) = answer["errors"][0]["message"].as_str() {
        return Err(format!("graphql: {message}"));
    }
    let data = &answer["data"];
    if data.is_null() {
        return Err("no results returned from SkyWalking query".to_owned());
    }
    let value = Value::from_json(data).map_err(|error| error.to_string())?;
    Ok(Understood::plain(value, go_json::text(data), None))
}
