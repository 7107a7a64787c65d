//! The tree of an application's resources.

use super::details::{Detail, reference};
use super::place::{Node, Place, statuses};
use crate::call::Call;
use crate::problem::{Code, Problem};
use crate::reply::Reply;
use crate::site::Site;
use cluster::Cached;
use object::Key;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The tree.
pub async fn resource_tree(call: Call) -> Result<Reply, Problem> {
    Ok(Reply::Json(tree(&call.site, &Place::of(&call)?).await?))
}

/// The tree of an application.
///
/// # Errors
/// Its cluster is not followed.
pub async fn tree(site: &Site, place: &Place) -> Result<Value, Problem> {
    if place.cache.is_none() {
        return Err(Problem::new(Code::Unavailable, "the application's cluster is not followed yet; retry"));
    }
    let nodes = place.nodes();
    let cached: Vec<Cached> = nodes.iter().map(|node| node.cached.clone()).collect();
    let details = site.details.of(&place.client, &cached).await;
    let mut told: Vec<Value> = nodes.iter().zip(details).map(|(node, detail)| told(node, detail)).collect();
    // What should be there and is not is shown too.
    let there: BTreeSet<Key> = cached.iter().map(|cached| cached.object.key()).collect();
    for (key, status) in statuses(&place.application) {
        if !there.contains(&key) && !status.hook {
            let mut missing = reference(&key);
            missing["version"] = json!(status.version);
            if let Some(health) = &status.health {
                missing["health"] = json!(health);
            }
            told.push(missing);
        }
    }
    Ok(json!({"nodes": told}))
}

fn told(node: &Node, detail: Detail) -> Value {
    let object = &node.cached.object;
    let meta = object.meta();
    let mut value = reference(&object.key());
    value["version"] = json!(meta.gvk.version);
    value["uid"] = json!(meta.uid);
    value["resourceVersion"] = json!(meta.resource_version);
    if let Some(created) = meta.creation_timestamp {
        value["createdAt"] = json!(created.to_string());
    }
    let parents: Vec<Value> = node
        .parents
        .iter()
        .map(|parent| {
            let mut reference = reference(&parent.key());
            reference["uid"] = json!(parent.meta().uid);
            reference
        })
        .collect();
    if !parents.is_empty() {
        value["parentRefs"] = json!(parents);
    }
    if !detail.health.is_null() {
        let mut health = detail.health;
        if let Some(health) = health.as_object_mut() {
            health.retain(|_, text| text != "");
        }
        value["health"] = health;
    }
    if !detail.images.is_empty() {
        value["images"] = json!(detail.images);
    }
    if !detail.info.is_empty() {
        value["info"] = json!(detail.info);
    }
    let labels: Map<String, Value> = meta.labels.iter().map(|(key, text)| (key.to_string(), json!(text))).collect();
    if &*meta.gvk.kind == "Pod" && !labels.is_empty() {
        value["networkingInfo"] = json!({"labels": labels});
    }
    value
}
