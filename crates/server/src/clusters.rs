//! The clusters that applications go to. How they are opened is written, never read.

use crate::call::{Asked, Call};
use crate::problem::{Code, Problem};
use crate::reply::Reply;
use crate::site::Site;
use crate::stored::{self, Stored, hash_of};
use api::names::{IN_CLUSTER_NAME, IN_CLUSTER_SERVER};
use applications::sources::SECRET_TYPE;
use cluster::ClusterId;
use rbac::{Resource, actions, scoped_object};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const CLUSTER: &str = "cluster";

/// One cluster as the API tells it.
struct Known {
    server: String,
    name: String,
    project: String,
    stored: Option<Stored>,
}

/// What policies call the clusters that a path names; by what the path says when there is none.
#[must_use]
pub fn policy_objects(site: &Site, asked: &Asked) -> Vec<String> {
    let found: Vec<String> =
        named(site, asked).iter().map(|known| scoped_object(&known.project, &known.server)).collect();
    if found.is_empty() { vec![asked.part("id").to_owned()] } else { found }
}

/// What policies call the cluster that a body declares.
#[must_use]
pub fn policy_object_in(body: &Value) -> String {
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    scoped_object(text("project"), text("server"))
}

fn all(site: &Site) -> Vec<Known> {
    let mut known: Vec<Known> = Stored::all(site, CLUSTER)
        .into_iter()
        .map(|stored| Known {
            server: stored.get("server").trim_end_matches('/').to_owned(),
            name: stored.get("name").to_owned(),
            project: stored.get("project").to_owned(),
            stored: Some(stored),
        })
        .collect();
    let is_home_on = site.plane.now().config.get("cluster.inClusterEnabled").is_none_or(|text| text.trim() != "false");
    if is_home_on && !known.iter().any(|known| known.server == IN_CLUSTER_SERVER) {
        known.push(Known {
            server: IN_CLUSTER_SERVER.to_owned(),
            name: IN_CLUSTER_NAME.to_owned(),
            project: String::new(),
            stored: None,
        });
    }
    known.sort_by(|a, b| a.server.cmp(&b.server));
    known
}

fn named(site: &Site, asked: &Asked) -> Vec<Known> {
    let (id, kind) = (asked.part("id"), asked.query("id.type"));
    let by_name = matches!(kind, "name" | "name_escaped");
    let is_it = |known: &Known| if by_name { known.name == id } else { known.server == id.trim_end_matches('/') };
    all(site).into_iter().filter(is_it).collect()
}

/// The clusters that whoever calls may see.
pub async fn list(call: Call) -> Result<Reply, Problem> {
    let fits = |known: &Known| {
        let (server, name) = (call.asked.query("server"), call.asked.query("name"));
        (server.is_empty() || known.server == server)
            && (name.is_empty() || known.name == name)
            && call.may(Resource::Clusters, actions::GET, &scoped_object(&known.project, &known.server))
    };
    let items: Vec<Value> =
        all(&call.site).iter().filter(|known| fits(known)).map(|known| told(&call.site, known)).collect();
    Ok(Reply::Json(json!({"metadata": {}, "items": items})))
}

/// One cluster.
pub async fn get(call: Call) -> Result<Reply, Problem> {
    let known = one(&call)?;
    Ok(Reply::Json(told(&call.site, &known)))
}

/// Declares a cluster.
pub async fn create(call: Call) -> Result<Reply, Problem> {
    let body = &call.asked.body;
    let server = call.asked.field("server").trim_end_matches('/');
    let address = url::Url::parse(server).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let host = address.as_ref().and_then(url::Url::host_str).map(str::to_owned);
    let host = host.ok_or_else(|| Problem::invalid("server must be the address of a cluster, as https://host:port"))?;
    let known = all(&call.site).into_iter().find(|known| known.server == server && known.stored.is_some());
    if let Some(known) = known {
        if !call.asked.is("upsert") {
            return Err(Problem::invalid("existing cluster spec is different; use upsert flag to force update"));
        }
        call.must(Resource::Clusters, actions::UPDATE, &scoped_object(&known.project, &known.server))?;
        change(&call, &known).await?;
        return Ok(Reply::Json(told(&call.site, &known)));
    }
    let mut values = values(body);
    values.insert("server", server.to_owned());
    // Compat: upstream's name, so that both find what the other has made.
    let name = format!("cluster-{}-{}", host.to_lowercase(), hash_of(&[server]));
    stored::make(&call.site, CLUSTER, &name, &values).await?;
    call.site.audit(&call.who, server, "created cluster");
    Ok(Reply::Json(json!({"server": server, "name": values.get("name"), "project": values.get("project")})))
}

/// Changes a cluster: only the fields that `updatedFields` names, or all.
pub async fn update(call: Call) -> Result<Reply, Problem> {
    let known = one(&call)?;
    let project = call.asked.field("project");
    if project != known.project {
        call.must(Resource::Clusters, actions::UPDATE, &scoped_object(project, &known.server))?;
    }
    change(&call, &known).await?;
    Ok(Reply::Json(told(&call.site, &known)))
}

/// A cluster is no longer declared.
pub async fn delete(call: Call) -> Result<Reply, Problem> {
    let known = one(&call)?;
    let stored = known.stored.as_ref().ok_or_else(|| Problem::precondition("the control plane's own cluster stays"))?;
    stored::delete(&call.site, stored).await?;
    call.site.audit(&call.who, &known.server, "deleted cluster");
    Ok(Reply::done())
}

/// Its cache is to be made anew.
pub async fn invalidate_cache(call: Call) -> Result<Reply, Problem> {
    let known = one(&call)?;
    if let Some(stored) = &known.stored {
        let now = call.site.clock.now().to_string();
        let body = json!({"metadata": {"annotations": {"argocd.argoproj.io/refresh": now}}});
        stored::patch(&call.site, stored, body).await?;
    }
    Ok(Reply::Json(told(&call.site, &known)))
}

/// Its bearer token is to be made anew.
pub async fn rotate_auth(call: Call) -> Result<Reply, Problem> {
    let known = one(&call)?;
    let _ = &known;
    let why = "the token of this cluster is not one that this server has made: run `capstan cluster rotate-auth`";
    Err(Problem::new(Code::Unimplemented, why))
}

fn one(call: &Call) -> Result<Known, Problem> {
    let found = named(&call.site, &call.asked).into_iter().next();
    found.ok_or_else(|| Problem::new(Code::NotFound, format!("cluster {:?} not found", call.asked.part("id"))))
}

/// What a body declares, by the keys that Secrets have it under.
fn values(body: &Value) -> BTreeMap<&'static str, String> {
    let mut values = stored::texts(
        body,
        &[("name", "name"), ("project", "project"), ("shard", "shard"), ("clusterResources", "clusterResources")],
    );
    if let Some(namespaces) = body["namespaces"].as_array() {
        let names: Vec<&str> = namespaces.iter().filter_map(Value::as_str).collect();
        values.insert("namespaces", names.join(","));
    }
    if body["config"].is_object() {
        values.insert("config", body["config"].to_string());
    }
    values
}

async fn change(call: &Call, known: &Known) -> Result<(), Problem> {
    let stored = known.stored.as_ref();
    let stored =
        stored.ok_or_else(|| Problem::precondition("the control plane's own cluster is not declared by a Secret"))?;
    let only = call.asked.all("updatedFields");
    let wanted = values(&call.asked.body);
    let is_meant = |key: &str| only.is_empty() || only.contains(&key);
    let mut all: BTreeMap<&str, Option<String>> = ["name", "namespaces", "project", "clusterResources"]
        .into_iter()
        .filter(|key| is_meant(key))
        .map(|key| (key, wanted.get(key).cloned()))
        .collect();
    // What opens it stays unless the body gives something new.
    if let Some(config) = wanted.get("config").filter(|config| is_meant("config") && config.as_str() != "{}") {
        all.insert("config", Some(config.clone()));
    }
    let wanted = call.asked.body["labels"].as_object().filter(|_| is_meant("labels"));
    let metadata = wanted.map_or_else(|| json!({}), |wanted| json!({"labels": relabelled(stored, wanted)}));
    stored::change_with(&call.site, stored, &all, metadata).await?;
    call.site.audit(&call.who, &known.server, "updated cluster");
    Ok(())
}

/// The merge patch that puts labels in place of those there; the one that makes it a cluster stays.
fn relabelled(stored: &Stored, wanted: &Map<String, Value>) -> Map<String, Value> {
    let own = stored.object.meta().labels.keys().map(|key| (key.to_string(), Value::Null));
    let mut labels: Map<String, Value> = own.collect();
    labels.extend(wanted.iter().map(|(key, value)| (key.clone(), value.clone())));
    labels.remove(SECRET_TYPE);
    labels
}

/// What may be told of it.
fn told(site: &Site, known: &Known) -> Value {
    let id = if known.server == IN_CLUSTER_SERVER { ClusterId::home() } else { ClusterId::named(&known.server) };
    let users = site.index.all();
    let to = |entry: &&std::sync::Arc<crate::index::Entry>| {
        let server = entry.object.get("/spec/destination/server");
        let name = entry.object.get("/spec/destination/name");
        server.is_some_and(|own| own == known.server.as_str()) || name.is_some_and(|own| own == known.name.as_str())
    };
    let count = users.values().filter(to).count();
    let cache = site.clusters.get(&id).and_then(|cluster| cluster.cache);
    let now = site.clock.now().to_string();
    let (status, message) = match (&cache, count) {
        (Some(_), _) => ("Successful", ""),
        (None, 0) => ("Unknown", "Cluster has no applications and is not being monitored."),
        (None, _) => ("Failed", "the cluster is not connected"),
    };
    let state = json!({"status": status, "message": message, "attemptedAt": now});
    let version =
        cache.as_ref().and_then(|cache| cache.client().known_served()).map(|served| served.cluster_version.clone());
    let mut value = json!({
        "server": known.server, "name": known.name, "connectionState": state,
        "serverVersion": version, "config": {"tlsClientConfig": {"insecure": false}},
        "info": {"connectionState": state, "applicationsCount": count, "serverVersion": version,
            "cacheInfo": cache.as_ref().map(|cache| json!({"resourcesCount": cache.size().0})).unwrap_or_else(|| json!({}))},
    });
    if !known.project.is_empty() {
        value["project"] = json!(known.project);
    }
    if let Some(stored) = &known.stored {
        let namespaces: Vec<&str> =
            stored.get("namespaces").split(',').map(str::trim).filter(|it| !it.is_empty()).collect();
        if !namespaces.is_empty() {
            value["namespaces"] = json!(namespaces);
        }
        value["clusterResources"] = json!(stored.is("clusterResources"));
    }
    value
}
