//! `undo`: the template of an earlier revision put back into the spec.

use super::arguments::integer;
use super::ending::failed;
use super::session::{Named, Session};
use crate::failure::Failure;
use crate::terminal;
use api::rollouts::names::{ANNOTATION_REVISION, LABEL_POD_TEMPLATE_HASH};
use api::rollouts::{LabelSelector, ROLLOUT};
use clap::Args;
use cluster::{Change, ListQuery, Part, PatchKind};
use object::{Gvk, Object};
use serde_json::{Value, json};

/// The flags of `undo`.
#[derive(Debug, Args)]
pub(super) struct Undo {
    #[arg(value_name = "ROLLOUT_NAME")]
    name: String,
    /// The revision to rollback to. Default to 0 (last revision)
    #[arg(long, value_name = "N", default_value = "0", hide_default_value = true, value_parser = integer)]
    to_revision: i64,
}

impl Undo {
    pub(super) async fn run(&self, session: &Session) -> Result<(), Failure> {
        let rollout = session.get(Named { kind: ROLLOUT, name: &self.name }).await?;
        let spec = rollout.get("/spec").unwrap_or_default();
        let sets = sets(session, &rollout, &spec).await?;
        let set = self.revision(&sets)?;
        let mut template = set.get("/spec/template").unwrap_or_default();
        forget_hash(&mut template);
        let mut current = spec["template"].clone();
        forget_hash(&mut current);
        // A template that comes from another workload is not compared: it does not stand here.
        if !current.is_null() && is_contained(&current, &template) {
            let message = "skipped rollback (current template already matches revision";
            return terminal::print(&format!("{message} {})\n", self.to_revision));
        }
        let gvk = workload(&spec)?;
        let name = spec["workloadRef"]["name"].as_str().unwrap_or(&self.name);
        let body = json!([{"op": "replace", "path": "/spec/template", "value": template}]);
        let change = Change::Patch { kind: PatchKind::Json, body, part: Part::Whole };
        session.write(gvk, name, change).await.map_err(|failure| {
            failed(format!("failed restoring revision {}: {}", self.to_revision, failure.message))
        })?;
        terminal::print(&format!("rollout '{}' undo\n", self.name))
    }

    fn revision<'s>(&self, sets: &'s [Object]) -> Result<&'s Object, Failure> {
        let mut revisions: Vec<(i64, &Object)> = sets.iter().filter_map(|set| Some((revision(set)?, set))).collect();
        if self.to_revision > 0 {
            let found = revisions.iter().find(|(revision, _)| *revision == self.to_revision);
            return found
                .map(|(_, set)| *set)
                .ok_or_else(|| failed(format!("unable to find specified revision {} in history", self.to_revision)));
        }
        revisions.sort_by_key(|(revision, _)| *revision);
        match revisions.as_slice() {
            [.., (_, previous), _] => Ok(previous),
            _ => Err(failed(format!("no revision found for rollout {:?}", self.name))),
        }
    }
}

/// 0 without a revision, `None` when it is no number.
fn revision(set: &Object) -> Option<i64> {
    set.meta().annotations.get(ANNOTATION_REVISION).map_or(Some(0), |text| text.parse().ok())
}

/// The ReplicaSets that a Rollout controls.
async fn sets(session: &Session, rollout: &Object, spec: &Value) -> Result<Vec<Object>, Failure> {
    let selector: LabelSelector = serde_json::from_value(spec["selector"].clone()).unwrap_or_default();
    let query = ListQuery::in_namespace(&session.namespace);
    let query = if spec["selector"].is_object() { query.labels(&selector.to_text()) } else { query };
    let mut sets = session.select(&Gvk::new("apps", "v1", "ReplicaSet"), &query).await?;
    let uid = &rollout.meta().uid;
    sets.retain(|set| {
        set.meta().owner_references.iter().any(|owner| owner.controller == Some(true) && owner.uid == *uid)
    });
    Ok(sets)
}

/// What the template stands in.
fn workload(spec: &Value) -> Result<Gvk, Failure> {
    match spec["workloadRef"]["kind"].as_str() {
        None => Ok(Session::gvk(ROLLOUT)),
        Some(kind @ ("Deployment" | "ReplicaSet")) => Ok(Gvk::new("apps", "v1", kind)),
        Some("PodTemplate") => Ok(Gvk::new("", "v1", "PodTemplate")),
        Some(kind) => Err(failed(format!("workload of type {kind} is not supported"))),
    }
}

fn forget_hash(template: &mut Value) {
    if let Some(labels) = template.pointer_mut("/metadata/labels").and_then(Value::as_object_mut) {
        labels.remove(LABEL_POD_TEMPLATE_HASH);
    }
}

/// Whether everything that `part` says is said by `whole` too; what is empty says nothing.
fn is_contained(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Object(part), whole) => {
            part.iter().all(|(key, value)| is_contained(value, whole.get(key).unwrap_or(&Value::Null)))
        }
        (Value::Array(part), _) if part.is_empty() => true,
        (Value::Array(part), Value::Array(whole)) => {
            part.len() == whole.len() && part.iter().zip(whole).all(|(part, whole)| is_contained(part, whole))
        }
        (Value::Null, _) => true,
        (Value::String(text), _) if text.is_empty() => true,
        (part, whole) => part == whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_defaults_add_is_no_difference() {
        let part = json!({"metadata": {"labels": {"a": "b"}, "creationTimestamp": null}, "spec": {"containers": [{"name": "c"}]}});
        let whole =
            json!({"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}], "x": 1}});
        assert!(is_contained(&part, &whole));
        assert!(!is_contained(&whole, &part));
        assert!(!is_contained(&json!({"a": [1]}), &json!({"a": [1, 2]})));
    }
}
