//! What an application should be, rendered: its manifests, and each resource as it should be beside what it is.

use crate::call::Call;
use crate::problem::{Code, Problem};
use crate::redact::{still_masked, without_secrets};
use crate::reply::Reply;
use crate::tools::{Managed, Tools};
use serde_json::{Value, json};
use std::sync::Arc;

/// The manifests of the application's sources.
pub async fn manifests(call: Call) -> Result<Reply, Problem> {
    let entry = call.entry()?;
    let revision = Some(call.asked.query("revision")).filter(|revision| !revision.is_empty());
    let made = tools(&call)?.manifests(&entry.object, revision).await.map_err(Problem::precondition)?;
    let texts: Vec<String> = made.into_iter().map(|value| without_secrets(value).to_string()).collect();
    let app = entry.application().map_err(|error| Problem::precondition(error.to_string()))?;
    let status = app.status.sync.as_ref();
    Ok(Reply::Json(json!({
        "manifests": texts,
        "namespace": app.spec.destination.namespace,
        "server": app.spec.destination.server,
        "revision": status.map(|sync| sync.revision.clone()).unwrap_or_default(),
        "sourceType": app.status.source_type,
    })))
}

/// Each resource as it should be and as it is, as texts of JSON.
pub async fn managed_resources(call: Call) -> Result<Reply, Problem> {
    let managed = managed(&call).await?;
    let query = |name: &str| call.asked.query(name);
    let fits = |wanted: &str, own: &str| wanted.is_empty() || wanted == own;
    let wanted = managed.into_iter().filter(|one| {
        fits(query("group"), &one.key.group)
            && fits(query("kind"), &one.key.kind)
            && fits(query("namespace"), one.key.namespace.as_deref().unwrap_or_default())
            && fits(query("name"), &one.key.name)
    });
    let items: Vec<Value> = wanted.map(told).collect();
    Ok(Reply::Json(json!({"items": items})))
}

/// What applying would change, as the cluster itself says where the tools ask it.
pub async fn server_side_diff(call: Call) -> Result<Reply, Problem> {
    let managed = managed(&call).await?;
    let modified = managed.iter().any(|one| one.is_modified);
    let items: Vec<Value> = managed.into_iter().map(told).collect();
    Ok(Reply::Json(json!({"items": items, "modified": modified})))
}

async fn managed(call: &Call) -> Result<Vec<Managed>, Problem> {
    tools(call)?.managed(&call.entry()?.object).await.map_err(Problem::precondition)
}

fn told(one: Managed) -> Value {
    let text = |value: Option<Value>| value.map_or("null".to_owned(), |value| still_masked(value).to_string());
    let mut value = super::details::reference(&one.key);
    value["targetState"] = json!(text(one.target));
    value["liveState"] = json!(text(one.live));
    value["normalizedLiveState"] = json!(text(one.normalized));
    value["predictedLiveState"] = json!(text(one.predicted));
    value["modified"] = json!(one.is_modified);
    value["hook"] = json!(one.is_hook);
    value
}

fn tools(call: &Call) -> Result<Arc<dyn Tools>, Problem> {
    let none = || Problem::new(Code::Unimplemented, "this server does not render manifests");
    call.site.tools.clone().ok_or_else(none)
}

/// Who made a revision, when, and why.
pub async fn revision_metadata(call: Call) -> Result<Reply, Problem> {
    let entry = call.entry()?;
    let revision = call.asked.part("revision");
    let made = tools(&call)?.revision(&entry.object, revision).await.map_err(Problem::precondition)?;
    Ok(Reply::Json(made))
}
