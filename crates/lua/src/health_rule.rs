//! What a health script says.

use crate::limits::Limits;
use crate::sandbox::{LuaError, Returned, Run};
use api::HealthStatusCode;
use health::{Health, Override};
use serde_json::Value;

/// Runs a health script.
///
/// # Errors
/// When it fails or returns what is no health.
pub(crate) fn judge(run: &Run<'_>, limits: Limits) -> Result<Override, LuaError> {
    let table = match run.run(limits)? {
        Returned::Nothing => return Ok(Override::SaysNothing),
        Returned::Other(kind) => {
            return Err(LuaError(format!("{}: a table was expected, not a {kind}", run.name)));
        }
        Returned::Table(table) => table,
    };
    let map = match &table {
        Value::Array(items) if items.is_empty() => return Ok(Override::SaysNothing),
        Value::Object(map) => map,
        _ => return Err(LuaError(format!("{}: a table with status and message was expected", run.name))),
    };
    let text = |field: &str| match map.get(field) {
        None | Some(Value::Null) => Ok(""),
        Some(Value::String(text)) => Ok(text.as_str()),
        Some(_) => Err(LuaError(format!("{}: {field} must be a text", run.name))),
    };
    let (status, message) = (text("status")?, text("message")?);
    Ok(Override::Says(match HealthStatusCode::parse(status) {
        Some(status) => Health::new(status, message),
        None => Health::new(HealthStatusCode::Unknown, "Lua returned an invalid health status"),
    }))
}
