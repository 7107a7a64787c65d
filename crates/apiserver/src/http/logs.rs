//! What a simulated container has to say: nothing runs, so its log tells when it started and how it ended.

use super::query::Query;
use crate::error::ApiError;
use object::Object;
use serde_json::Value;

/// The log of one container of a pod, chosen as upstream chooses it.
pub fn log(pod: &Object, query: &Query) -> Result<String, ApiError> {
    let value = pod.value();
    let name = container(pod.name(), &value, query.text("container"))?;
    let status = all(&value["status"], ["initContainerStatuses", "containerStatuses"]);
    let status = status.into_iter().find(|status| status["name"] == name).unwrap_or_default();
    let state = if query.text("previous") == "true" { &status["lastState"] } else { &status["state"] };
    let image = status["image"].as_str().unwrap_or_default();
    let mut lines = Vec::new();
    if let Some(started) = state["running"]["startedAt"].as_str().or(state["terminated"]["startedAt"].as_str()) {
        lines.push(format!("{started} simulated container {name} of image {image} started"));
    } else {
        let reason = state["waiting"]["reason"].as_str().unwrap_or("ContainerCreating");
        let message = format!("container \"{name}\" in pod \"{}\" is waiting to start: {reason}", pod.name());
        return Err(ApiError::bad_request(message));
    }
    if let Some(finished) = state["terminated"]["finishedAt"].as_str() {
        let code = state["terminated"]["exitCode"].as_i64().unwrap_or_default();
        lines.push(format!("{finished} simulated container {name} exited with code {code}"));
    }
    let tail = query.text("tailLines").parse().unwrap_or(usize::MAX);
    let kept = lines.len().saturating_sub(tail);
    Ok(lines[kept..].iter().map(|line| format!("{line}\n")).collect())
}

fn all(object: &Value, lists: [&str; 2]) -> Vec<Value> {
    lists.iter().flat_map(|list| object[*list].as_array().cloned().unwrap_or_default()).collect()
}

fn container(pod: &str, value: &Value, wanted: &str) -> Result<String, ApiError> {
    let names = |list: &str| -> Vec<String> {
        let containers = value["spec"][list].as_array().into_iter().flatten();
        containers.filter_map(|container| container["name"].as_str()).map(str::to_owned).collect()
    };
    let (main, initial) = (names("containers"), names("initContainers"));
    match (wanted, main.as_slice()) {
        ("", [only]) => Ok(only.clone()),
        ("", _) => {
            let mut message =
                format!("a container name must be specified for pod {pod}, choose one of: [{}]", main.join(" "));
            if !initial.is_empty() {
                message.push_str(&format!(" or one of the init containers: [{}]", initial.join(" ")));
            }
            Err(ApiError::bad_request(message))
        }
        (wanted, _) if main.iter().chain(&initial).any(|name| name == wanted) => Ok(wanted.to_owned()),
        (wanted, _) => Err(ApiError::bad_request(format!("container {wanted} is not valid for pod {pod}"))),
    }
}
