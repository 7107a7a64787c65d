//! What the cluster has told about an application or one of its resources.

use super::place::Place;
use crate::call::Call;
use crate::problem::Problem;
use crate::reply::Reply;
use cluster::ListQuery;
use object::{Gvk, Object};
use serde_json::{Value, json};

/// So many events are given at most, the newest first.
const EVENTS_MAX: usize = 1_000;

/// The events of the application, or of the resource that the query names.
pub async fn list(call: Call) -> Result<Reply, Problem> {
    let query = |name: &str| call.asked.query(name);
    let (name, namespace, uid) = (query("resourceName"), query("resourceNamespace"), query("resourceUID"));
    if name.is_empty() && namespace.is_empty() && uid.is_empty() {
        let entry = call.entry()?;
        let about = About { namespace: entry.namespace(), name: entry.object.name(), uid: &entry.object.meta().uid };
        return events(&call.site.home()?, &about).await;
    }
    let place = Place::of(&call)?;
    // Only what belongs to the application may be asked about.
    let is_it = |object: &Object| {
        *object.meta().uid == *uid && object.name() == name && object.namespace().unwrap_or_default() == namespace
    };
    let node = place.nodes().into_iter().map(|node| node.cached.object).find(is_it);
    let object = node.ok_or_else(|| Problem::invalid("the resource was not found as part of the application"))?;
    let namespace = object.namespace().unwrap_or("default");
    events(&place.client, &About { namespace, name: object.name(), uid: &object.meta().uid }).await
}

/// What events are about.
pub struct About<'a> {
    /// The namespace.
    pub namespace: &'a str,
    /// The name.
    pub name: &'a str,
    /// The uid.
    pub uid: &'a str,
}

/// The events about one object.
///
/// # Errors
/// The cluster's.
pub async fn events(client: &cluster::ClusterClient, about: &About<'_>) -> Result<Reply, Problem> {
    let query = ListQuery::in_namespace(about.namespace);
    let mut found = client.list(&Gvk::new("", "v1", "Event"), &query).await?;
    let is_about = |event: &Object| {
        let text = |pointer: &str| event.get(pointer).and_then(|value| value.as_str().map(str::to_owned));
        text("/involvedObject/uid").as_deref() == Some(about.uid)
            && text("/involvedObject/name").as_deref() == Some(about.name)
    };
    found.retain(is_about);
    found.sort_by_key(|event| std::cmp::Reverse(event.meta().creation_timestamp));
    found.truncate(EVENTS_MAX);
    let items: Vec<Value> = found
        .iter()
        .map(|event| {
            let mut value = event.value();
            if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
                metadata.remove("managedFields");
            }
            value
        })
        .collect();
    Ok(Reply::Json(json!({"metadata": {}, "items": items})))
}
