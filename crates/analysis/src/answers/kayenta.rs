//! Kayenta's answers: which configuration, which judgement, and how it ended.

use super::json;
use serde_json::Value as Json;

/// How a judgement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KayentaState {
    /// It goes on.
    Running,
    /// It ended with this score.
    Score(i64),
}

/// The id of the configuration called `name`.
///
/// # Errors
/// When there is none, or the answer is of another shape.
pub fn kayenta_configuration(body: &[u8], name: &str) -> Result<String, String> {
    let answer = json(body)?;
    let configurations = answer.as_array().map(Vec::as_slice).unwrap_or_default();
    let found = configurations.iter().find(|configuration| configuration["name"] == name);
    let id = found.and_then(|configuration| configuration["id"].as_str());
    id.map(ToOwned::to_owned).ok_or_else(|| "Canary config not found".to_owned())
}

/// The id of the judgement that was begun.
///
/// # Errors
/// When there is none.
pub fn kayenta_execution(body: &[u8]) -> Result<String, String> {
    let answer = json(body)?;
    let id = answer["canaryExecutionId"].as_str().filter(|id| !id.is_empty());
    id.map(ToOwned::to_owned).ok_or_else(|| "Invalid canaryExecutionId".to_owned())
}

/// How the judgement stands.
///
/// # Errors
/// When it ended without a score, or the answer is of another shape.
pub fn kayenta_state(body: &[u8]) -> Result<KayentaState, String> {
    let answer = json(body)?;
    match answer["complete"].as_bool() {
        None => Err("Missing Complete Status".to_owned()),
        Some(false) => Ok(KayentaState::Running),
        Some(true) => {
            let score = answer.pointer("/result/judgeResult/score/score").and_then(Json::as_f64);
            score.map(|score| KayentaState::Score(score as i64)).ok_or_else(|| "Missing Score".to_owned())
        }
    }
}
