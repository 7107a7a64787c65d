//! Files read strictly: a field that nobody knows is an error, as upstream's commands have it.

use super::ending::failed;
use crate::failure::Failure;
use api::rollouts::{
    ANALYSIS_RUN, ANALYSIS_TEMPLATE, AnalysisRun, AnalysisTemplate, CLUSTER_ANALYSIS_TEMPLATE, EXPERIMENT, Experiment,
    ROLLOUT, Rollout,
};
use api::{Shape, Shaped};
use budget::{Budget, Limits};
use object::{Gvk, Object};
use serde_json::Value;
use std::path::Path;

/// Every document of a file, in order; empty ones are left out.
pub(super) fn documents(path: &Path) -> Result<Vec<Value>, Failure> {
    let bytes = std::fs::read(path).map_err(|error| failed(format!("open {}: {}", path.display(), os_text(&error))))?;
    let documents = yaml::parse_all(&bytes, yaml::Dialect::V2, &mut Budget::new(Limits::default()))
        .map_err(|error| failed(format!("{}: {error}", path.display())))?;
    if let Some(duplicate) = documents.iter().flat_map(|document| &document.duplicates).next() {
        return Err(failed(format!("{}: {duplicate}", path.display())));
    }
    Ok(documents.into_iter().map(|document| document.value).filter(|value| !value.is_null()).collect())
}

/// What the system says, in its own lower-case words.
fn os_text(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// The object in a document.
pub(super) fn object(value: &Value) -> Result<Object, Failure> {
    Object::from_value(value).map_err(|error| failed(error.to_string()))
}

/// The first field of an object of Argo Rollouts that nobody knows, in upstream's words.
pub(super) fn check(object: &Object, value: &Value) -> Result<(), Failure> {
    let shape = match &*object.gvk().kind {
        ROLLOUT => Rollout::shape(),
        EXPERIMENT => Experiment::shape(),
        ANALYSIS_RUN => AnalysisRun::shape(),
        ANALYSIS_TEMPLATE | CLUSTER_ANALYSIS_TEMPLATE => AnalysisTemplate::shape(),
        _ => return Ok(()),
    };
    let field = unknown(value, &shape).or_else(|| unknown_in_template(object, value));
    field.map_or(Ok(()), |field| {
        Err(failed(format!("error unmarshaling JSON: while decoding JSON: json: unknown field {field:?}")))
    })
}

/// The shape bounds the depth. Metadata is Kubernetes' own.
fn unknown(value: &Value, shape: &Shape) -> Option<String> {
    match (shape, value) {
        (Shape::Object(object), Value::Object(map)) => {
            map.iter().find_map(|(key, value)| match object.fields.iter().find(|field| field.name == key) {
                None => Some(key.clone()),
                Some(field) if field.name == "metadata" => None,
                Some(field) => unknown(value, &field.shape),
            })
        }
        (Shape::List(items), Value::Array(values)) => values.iter().find_map(|value| unknown(value, items)),
        (Shape::Map(values), Value::Object(map)) => map.values().find_map(|value| unknown(value, values)),
        _ => None,
    }
}

fn unknown_in_template(object: &Object, value: &Value) -> Option<String> {
    let template = value.pointer("/spec/template").filter(|_| &*object.gvk().kind == ROLLOUT)?;
    let holder = serde_json::json!({
        "apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": "t"}, "template": template,
    });
    let decoded = defaults::decode_value(&Gvk::new("", "v1", "PodTemplate"), holder).ok()?;
    let message =
        decoded.strict.into_iter().find_map(|problem| problem.strip_prefix("unknown field ").map(str::to_owned))?;
    let path = message.trim_matches('"');
    Some(path.rsplit('.').next().unwrap_or(path).to_owned())
}
