//! The same over the API of a server: repositories, templates of credentials, clusters and projects by its routes.

use super::stored::{Existing, MANAGED_BY, Stored};
use crate::failure::Failure;
use crate::session::{Api, part};
use api::names::{API_VERSION, APP_PROJECT};
use applications::sources::SECRET_TYPE;
use object::Object;
use reqwest::Method;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// How the API has one type of Secrets: its route, and the field and key that address one of them.
struct Kind {
    label: &'static str,
    route: &'static str,
    address: (&'static str, &'static str),
}

const KINDS: [Kind; 3] = [
    Kind { label: "repository", route: "/api/v1/repositories", address: ("repo", "url") },
    Kind { label: "repo-creds", route: "/api/v1/repocreds", address: ("url", "url") },
    Kind { label: "cluster", route: "/api/v1/clusters", address: ("server", "server") },
];

fn kind_of(label: &str) -> Result<&'static Kind, Failure> {
    let found = KINDS.iter().find(|kind| kind.label == label);
    found.ok_or_else(|| Failure::new(format!("the API of a server has no Secrets of type {label}: use --kubeconfig")))
}

/// What one type of Secrets declares, as far as the server tells it.
pub(super) async fn stored(api: &Api, label: &str, namespace: &str) -> Result<Vec<Stored>, Failure> {
    let kind = kind_of(label)?;
    let told = api.get(kind.route, &[]).await?;
    let items = told["items"].as_array().into_iter().flatten();
    items.map(|item| one(kind, item, namespace)).collect()
}

fn one(kind: &Kind, item: &Value, namespace: &str) -> Result<Stored, Failure> {
    let mut values = BTreeMap::new();
    for (field, value) in item.as_object().into_iter().flatten() {
        let key = if field == kind.address.0 { kind.address.1 } else { field };
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Bool(is) => is.to_string(),
            Value::Number(number) => number.to_string(),
            _ => continue,
        };
        values.insert(key.to_owned(), text);
    }
    for key in ["status", "message"] {
        if let Some(text) = item["connectionState"][key].as_str() {
            values.insert(key.to_owned(), text.to_owned());
        }
    }
    // A Secret of which only this is known; it is never written, only named.
    let object = json!({
        "apiVersion": "v1", "kind": "Secret", "stringData": values,
        "metadata": {
            "name": "of-the-server", "namespace": namespace,
            "labels": {SECRET_TYPE: kind.label}, "annotations": {MANAGED_BY.0: MANAGED_BY.1},
        },
    });
    let object = Object::from_value(&object).map_err(|error| Failure::new(error.to_string()))?;
    Ok(Stored { object, values })
}

/// Declares what a Secret of one type holds.
pub(super) async fn declare(
    api: &Api,
    label: &str,
    values: &BTreeMap<&str, String>,
    existing: Existing,
) -> Result<(), Failure> {
    let kind = kind_of(label)?;
    let mut body = Map::new();
    for (key, text) in values {
        let field = if *key == kind.address.1 { kind.address.0 } else { key };
        body.insert(field.to_owned(), typed(label, key, text));
    }
    let upsert = if existing == Existing::Overwritten { "true" } else { "false" };
    api.send(Method::POST, kind.route, &[("upsert", upsert)], Some(&Value::Object(body))).await.map(drop)
}

/// A value of a Secret as the API has it.
fn typed(label: &str, key: &str, text: &str) -> Value {
    match (label, key) {
        ("cluster", "namespaces") => json!(text.split(',').map(str::trim).collect::<Vec<_>>()),
        ("cluster", "config") => serde_json::from_str(text).unwrap_or_default(),
        (_, "githubAppID" | "githubAppInstallationID" | "depth") => {
            text.parse::<i64>().map_or_else(|_| json!(text), |number| json!(number))
        }
        _ if matches!(text, "true" | "false") => json!(text == "true"),
        _ => json!(text),
    }
}

/// All projects, by name.
pub(super) async fn projects(api: &Api) -> Result<Vec<Object>, Failure> {
    let told = api.get("/api/v1/projects", &[]).await?;
    let items = told["items"].as_array().cloned().unwrap_or_default();
    items.into_iter().map(project_of).collect()
}

/// One project.
pub(super) async fn project(api: &Api, name: &str) -> Result<Object, Failure> {
    project_of(api.get(&project_at(name), &[]).await?)
}

/// Upstream's server leaves out what every item is.
fn project_of(mut item: Value) -> Result<Object, Failure> {
    item["apiVersion"] = json!(API_VERSION);
    item["kind"] = json!(APP_PROJECT);
    Object::from_value(&item).map_err(|error| Failure::new(error.to_string()))
}

fn project_at(name: &str) -> String {
    format!("/api/v1/projects/{}", part(name))
}

/// Makes a project.
pub(super) async fn create(api: &Api, object: &Object) -> Result<(), Failure> {
    let body = json!({"project": object.value()});
    api.send(Method::POST, "/api/v1/projects", &[], Some(&body)).await.map(drop)
}

/// Changes a project; the server refuses it where somebody else was quicker.
pub(super) async fn patch(api: &Api, object: &Object, body: &Value) -> Result<(), Failure> {
    let changed = merge::merge_patch::apply(&object.value(), body);
    let body = json!({"project": changed});
    api.send(Method::PUT, &project_at(object.name()), &[], Some(&body)).await.map(drop)
}

/// Deletes a project, or what a Secret declares.
pub(super) async fn delete(api: &Api, object: &Object) -> Result<(), Failure> {
    let Some(label) = object.meta().labels.get(SECRET_TYPE) else {
        return api.send(Method::DELETE, &project_at(object.name()), &[], None).await.map(drop);
    };
    let kind = kind_of(label)?;
    let value = |key: &str| object.get(&format!("/stringData/{key}")).and_then(|text| text.as_str().map(str::to_owned));
    let (address, project) = (value(kind.address.1).unwrap_or_default(), value("project").unwrap_or_default());
    let query = match kind.label {
        "cluster" => vec![("id.type", "url")],
        "repository" => vec![("appProject", project.as_str())],
        _ => Vec::new(),
    };
    api.send(Method::DELETE, &format!("{}/{}", kind.route, part(&address)), &query, None).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_of_the_server_reads_as_its_secret_would() {
        let item = json!({"repo": "https://git.example.com/a", "enableLfs": true, "project": "shop", "username": "me",
            "connectionState": {"status": "Successful", "message": ""}});
        let stored = one(&KINDS[0], &item, "argocd").expect("a repository");
        assert_eq!((stored.get("url"), stored.get("project")), ("https://git.example.com/a", "shop"));
        assert!(stored.is("enableLfs"));
        assert_eq!(stored.get("status"), "Successful");
    }

    #[test]
    fn values_go_out_with_the_types_that_the_api_has() {
        assert_eq!(typed("cluster", "namespaces", "a,b"), json!(["a", "b"]));
        assert_eq!(typed("cluster", "config", "{\"bearerToken\":\"x\"}"), json!({"bearerToken": "x"}));
        assert_eq!(typed("repository", "enableOCI", "true"), json!(true));
        assert_eq!(typed("repository", "githubAppID", "7"), json!(7));
        assert_eq!(typed("repository", "password", "12"), json!("12"));
        assert!(kind_of("repo-write-creds").is_err());
    }
}
