//! What can be read once.

use crate::action::not_found;
use crate::entry::Entry;
use crate::info::{Extent, rollout_info};
use crate::problem::{Code, Problem};
use crate::respond::json;
use crate::site::Site;
use crate::snapshot::Snapshot;
use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use serde_json::json;
use std::sync::Arc;

/// The version.
pub async fn version(State(site): State<Arc<Site>>) -> Response {
    json(json!({"rolloutsVersion": site.options.version}).to_string())
}

/// The namespace that is shown first, and those that have Rollouts.
pub async fn namespace(State(site): State<Arc<Site>>) -> Result<Response, Problem> {
    let snapshot = site.board().await?.now();
    let mut fields = crate::go_json::Fields::default();
    fields.text("namespace", &site.options.namespace);
    let namespaces = snapshot.namespaces().into_iter().map(Into::into).collect();
    Ok(json(fields.list("availableNamespaces", namespaces).take().to_string()))
}

/// The Rollouts of a namespace.
pub async fn list(State(site): State<Arc<Site>>, Path(namespace): Path<String>) -> Result<Response, Problem> {
    let snapshot = site.board().await?.now();
    readable(&snapshot)?;
    let mut body = Vec::from(b"{");
    for (index, entry) in snapshot.entries_in(Some(&namespace)).enumerate() {
        body.extend_from_slice(if index == 0 { b"\"rollouts\":[" } else { b"," });
        body.extend_from_slice(listed(entry));
    }
    body.extend_from_slice(if body.len() > 1 { b"]}" } else { b"}" });
    Ok(json(body))
}

/// One Rollout.
pub async fn one(
    State(site): State<Arc<Site>>,
    Path((namespace, name)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let snapshot = site.board().await?.now();
    Ok(json(whole(find(&snapshot, &namespace, &name)?).clone()))
}

/// One Rollout of a snapshot.
pub fn find<'s>(snapshot: &'s Snapshot, namespace: &str, name: &str) -> Result<&'s Arc<Entry>, Problem> {
    readable(snapshot)?;
    if let Some(cause) = snapshot.unreadable.get(&(namespace.to_owned(), name.to_owned())) {
        return Err(Problem::new(Code::FailedPrecondition, cause.clone()));
    }
    snapshot.entry(namespace, name).ok_or_else(|| not_found(name))
}

/// Unknown is not absent: where Rollouts cannot be read, nothing is said of which there are.
pub fn readable(snapshot: &Snapshot) -> Result<(), Problem> {
    match snapshot.blind.iter().find(|(kind, _)| kind == api::rollouts::ROLLOUT) {
        Some((_, cause)) => Err(Problem::new(Code::Unavailable, format!("Rollouts cannot be read: {cause}"))),
        None => Ok(()),
    }
}

/// The RolloutInfo of a Rollout.
pub fn whole(entry: &Entry) -> &Bytes {
    entry.made.info.get_or_init(|| rollout_info(entry, Extent::Whole).to_string().into())
}

/// The same as lists have it.
pub fn listed(entry: &Entry) -> &Bytes {
    entry.made.listed.get_or_init(|| rollout_info(entry, Extent::Listed).to_string().into())
}
