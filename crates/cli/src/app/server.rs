//! Applications over a server's API, in place of a cluster.

use super::found::{AppName, Found, read};
use crate::failure::Failure;
use crate::session::{Api, part};
use api::ApplicationDestination;
use applications::destinations::Destination;
use cluster::ClusterId;
use object::Object;
use reqwest::Method;
use serde_json::{Value, json};

/// One application, `None` when there is none of that name that one may see.
pub(super) async fn find(api: &Api, name: &AppName) -> Result<Option<Found>, Failure> {
    let query = [("name", name.name.as_str()), ("appNamespace", name.namespace.as_str())];
    Ok(list(api, &query).await?.pop())
}

/// The applications that a query selects.
pub(super) async fn list(api: &Api, query: &[(&str, &str)]) -> Result<Vec<Found>, Failure> {
    let query: Vec<(&str, &str)> = query.iter().copied().filter(|(_, value)| !value.is_empty()).collect();
    let told = api.get("/api/v1/applications", &query).await?;
    let items = told["items"].as_array().cloned().unwrap_or_default();
    items.into_iter().map(one).collect()
}

/// Upstream's server leaves out what every item is.
fn one(mut item: Value) -> Result<Found, Failure> {
    item["apiVersion"] = json!(api::names::API_VERSION);
    item["kind"] = json!(api::names::APPLICATION);
    read(Object::from_value(&item).map_err(|error| Failure::new(error.to_string()))?)
}

/// The path of an application, and the query that goes with it.
pub(super) fn at<'f>(found: &'f Found, below: &str) -> (String, [(&'static str, &'f str); 2]) {
    let metadata = &found.app.metadata;
    let query = [("appNamespace", metadata.namespace.as_str()), ("project", found.app.spec.project_name())];
    (format!("/api/v1/applications/{}{below}", part(&metadata.name)), query)
}

/// Changes an application by a merge patch.
pub(super) async fn patch(api: &Api, found: &Found, body: &Value) -> Result<(), Failure> {
    let (path, _) = at(found, "");
    let asked = asked(found, json!({"patch": body.to_string(), "patchType": "merge"}));
    api.send(Method::PATCH, &path, &[], Some(&asked)).await.map(drop)
}

/// Starts a sync, or a rollback to that number.
pub(super) async fn start(api: &Api, found: &Found, operation: &Value, rollback: Option<i64>) -> Result<(), Failure> {
    let sync = &operation["sync"];
    if let Some(id) = rollback {
        let body = asked(found, json!({"id": id, "prune": sync["prune"] == true, "dryRun": sync["dryRun"] == true}));
        return api.send(Method::POST, &at(found, "/rollback").0, &[], Some(&body)).await.map(drop);
    }
    let mut body = json!({"prune": sync["prune"] == true, "dryRun": sync["dryRun"] == true});
    let parts = [
        ("revision", &sync["revision"]),
        ("strategy", &sync["syncStrategy"]),
        ("resources", &sync["resources"]),
        ("infos", &operation["info"]),
        ("retryStrategy", &operation["retry"]),
    ];
    for (name, value) in parts.into_iter().filter(|(_, value)| !value.is_null()) {
        body[name] = value.clone();
    }
    if !sync["syncOptions"].is_null() {
        body["syncOptions"] = json!({"items": sync["syncOptions"]});
    }
    api.send(Method::POST, &at(found, "/sync").0, &[], Some(&asked(found, body))).await.map(drop)
}

fn asked(found: &Found, mut body: Value) -> Value {
    body["name"] = json!(found.app.metadata.name);
    body["appNamespace"] = json!(found.app.metadata.namespace);
    body["project"] = json!(found.app.spec.project_name());
    body
}

/// Asks for a refresh, and waits for it.
pub(super) async fn refresh(api: &Api, found: &Found, kind: &str) -> Result<Found, Failure> {
    let (path, query) = at(found, "");
    let query = [query[0], query[1], ("refresh", kind)];
    one(api.get(&path, &query).await?)
}

/// Ends the operation that runs.
pub(super) async fn terminate(api: &Api, found: &Found) -> Result<(), Failure> {
    let (path, query) = at(found, "/operation");
    api.send(Method::DELETE, &path, &query, None).await.map(drop)
}

/// Deletes an application, with what becomes of its resources.
pub(super) async fn delete(api: &Api, found: &Found, cascade: &str, policy: &str) -> Result<(), Failure> {
    let (path, query) = at(found, "");
    let query = [query[0], query[1], ("cascade", cascade), ("propagationPolicy", policy)];
    let query: Vec<(&str, &str)> = query.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    api.send(Method::DELETE, &path, &query, None).await.map(drop)
}

/// The manifests of an application, as objects.
pub(super) async fn manifests(api: &Api, found: &Found, revision: Option<&str>) -> Result<Vec<Value>, Failure> {
    let (path, query) = at(found, "/manifests");
    let query = [query[0], query[1], ("revision", revision.unwrap_or_default())];
    let told = api.get(&path, &query).await?;
    let texts = told["manifests"].as_array().cloned().unwrap_or_default();
    Ok(texts.iter().filter_map(Value::as_str).filter_map(|text| serde_json::from_str(text).ok()).collect())
}

/// What an application manages, at a revision or the one it follows: texts of each resource as it should be and as it is.
pub(super) async fn managed(api: &Api, found: &Found, revision: Option<&str>) -> Result<Vec<Value>, Failure> {
    let (path, query) = at(found, "/managed-resources");
    let told = match revision {
        Some(revision) => api.get(&path, &[query[0], query[1], ("revision", revision)]).await?,
        None => api.get(&path, &query).await?,
    };
    Ok(told["items"].as_array().cloned().unwrap_or_default())
}

/// A text of JSON in such an answer; `None` for nothing.
pub(super) fn state(item: &Value, name: &str) -> Option<Value> {
    let read: Value = serde_json::from_str(item[name].as_str()?).ok()?;
    (!read.is_null()).then_some(read)
}

/// One project.
pub(super) async fn project(api: &Api, name: &str) -> Result<Object, Failure> {
    let mut told = api.get(&format!("/api/v1/projects/{}", part(name)), &[]).await?;
    told["apiVersion"] = json!(api::names::API_VERSION);
    told["kind"] = json!(api::names::APP_PROJECT);
    Object::from_value(&told).map_err(|error| Failure::new(error.to_string()))
}

/// The cluster that is meant, if it is one of those that one may see.
pub(super) async fn destination(api: &Api, to: &ApplicationDestination) -> Result<Option<Destination>, Failure> {
    let told = api.get("/api/v1/clusters", &[]).await?;
    let text = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
    let is_meant = |item: &&Value| match to.server.is_empty() {
        true => !to.name.is_empty() && text(item, "name") == to.name,
        false => text(item, "server") == to.server.trim_end_matches('/'),
    };
    let found = told["items"].as_array().into_iter().flatten().find(is_meant);
    Ok(found.map(|item| {
        let server = text(item, "server");
        let is_home = server == api::names::IN_CLUSTER_SERVER;
        let id = if is_home { ClusterId::home() } else { ClusterId::named(&server) };
        Destination { id, server, name: text(item, "name"), project: text(item, "project") }
    }))
}
