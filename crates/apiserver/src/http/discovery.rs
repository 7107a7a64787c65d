//! What the server offers, told in the documents clients begin with: groups, versions, resources, OpenAPI, health.

use super::answer;
use super::body::AnswerBody;
use super::negotiate::{Accepted, Encoding, Form, OPEN_API};
use super::path::{Discovery, Route};
use crate::error::ApiError;
use crate::shared::Shared;
use crate::store::Encoded;
use crate::tokens::ISSUER;
use base64::Engine;
use http::Response;
use serde_json::{Value, json};
use sha2::Digest;
use std::collections::BTreeMap;

/// Group, version and kind.
type Gvk = (String, String, String);

/// A resource as discovery tells of it.
#[derive(Debug, Clone)]
struct Offered {
    group: String,
    version: String,
    plural: String,
    singular: String,
    kind: String,
    namespaced: bool,
    short_names: Vec<String>,
    categories: Vec<String>,
    verbs: Vec<String>,
    parts: Vec<Part>,
    /// `group/version/Kind` under which objects are stored.
    stored: String,
}

/// What tells clients that the stored version changed: upstream's hash of its name.
fn storage_version_hash(stored: &str) -> String {
    let digest = sha2::Sha256::digest(stored.as_bytes());
    base64::engine::general_purpose::STANDARD.encode(&digest[..8])
}

#[derive(Debug, Clone)]
struct Part {
    name: String,
    /// What it takes and gives, when that is not the resource's own kind.
    gvk: Option<Gvk>,
    verbs: Vec<String>,
}

/// Whether any resource of the group is served.
pub fn has_group(shared: &Shared, group: &str) -> bool {
    group.is_empty()
        || kinds::KINDS.iter().any(|kind| kind.group == group)
        || shared.registry.custom().keys().any(|(custom, _)| **custom == *group)
}

/// Serves a document.
pub fn document(shared: &Shared, route: &Route, accepted: Accepted) -> Response<AnswerBody> {
    let give = |value: Value| answer::document(200, accepted, Encoded::plain(&value));
    let aggregated = match accepted.form {
        Form::AggregatedDiscovery(version) => Some(version),
        _ => None,
    };
    match route {
        Route::Discovery(Discovery::Core) => match aggregated {
            Some(version) => {
                aggregate(version, offered(shared).into_iter().filter(|one| one.group.is_empty()).collect())
            }
            None => give(json!({
                "kind": "APIVersions", "versions": ["v1"],
                "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1:6443"}],
            })),
        },
        Route::Discovery(Discovery::Groups) => match aggregated {
            Some(version) => {
                aggregate(version, offered(shared).into_iter().filter(|one| !one.group.is_empty()).collect())
            }
            None => {
                let groups: Vec<Value> = group_versions(&offered(shared))
                    .iter()
                    .map(|(group, versions)| group_entry(group, versions))
                    .collect();
                give(json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}))
            }
        },
        Route::Discovery(Discovery::Group(name)) => {
            let all = group_versions(&offered(shared));
            match all.iter().find(|(group, _)| group == name) {
                Some((group, versions)) => {
                    let mut entry = group_entry(group, versions);
                    entry["kind"] = "APIGroup".into();
                    entry["apiVersion"] = "v1".into();
                    give(entry)
                }
                None => answer::text(404, "404 page not found\n"),
            }
        }
        Route::Discovery(Discovery::Version(group, version)) => version_document(shared, group, version, accepted),
        Route::Other(path) => other(shared, path, accepted),
        Route::Resource(_) => answer::text(404, "404 page not found\n"),
    }
}

fn version_document(shared: &Shared, group: &str, version: &str, accepted: Accepted) -> Response<AnswerBody> {
    let mut all = offered(shared);
    all.retain(|one| one.group == group && one.version == version);
    if all.is_empty() {
        return if has_group(shared, group) {
            answer::refusal(&ApiError::no_such_resource(), accepted)
        } else {
            answer::text(404, "404 page not found\n")
        };
    }
    all.sort_by(|a, b| a.plural.cmp(&b.plural));
    let group_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    let resources: Vec<Value> = all.iter().flat_map(resource_entries).collect();
    let mut list = json!({"kind": "APIResourceList", "groupVersion": group_version, "resources": resources});
    if !group.is_empty() {
        list["apiVersion"] = "v1".into();
    }
    answer::document(200, accepted, Encoded::plain(&list))
}

fn resource_entries(one: &Offered) -> Vec<Value> {
    let mut entry = json!({
        "name": one.plural, "singularName": one.singular, "namespaced": one.namespaced, "kind": one.kind,
        "verbs": one.verbs,
    });
    if !one.short_names.is_empty() {
        entry["shortNames"] = json!(one.short_names);
    }
    if !one.categories.is_empty() {
        entry["categories"] = json!(one.categories);
    }
    if one.verbs.iter().any(|verb| verb == "list") {
        entry["storageVersionHash"] = storage_version_hash(&one.stored).into();
    }
    let mut entries = vec![entry];
    for part in &one.parts {
        let mut entry = json!({
            "name": format!("{}/{}", one.plural, part.name), "singularName": "", "namespaced": one.namespaced,
            "kind": part.gvk.as_ref().map_or(&one.kind, |(.., kind)| kind), "verbs": part.verbs,
        });
        if let Some((group, version, _)) = &part.gvk {
            if !group.is_empty() {
                entry["group"] = json!(group);
            }
            entry["version"] = json!(version);
        }
        entries.push(entry);
    }
    entries
}

/// Everything that is served.
fn offered(shared: &Shared) -> Vec<Offered> {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let built_in = kinds::served().map(|served| {
        let kind = served.kind;
        Offered {
            group: kind.group.to_owned(),
            version: served.version.to_owned(),
            plural: kind.plural.to_owned(),
            singular: kind.singular(),
            kind: kind.kind.to_owned(),
            namespaced: kind.scope == kinds::Scope::Namespaced,
            short_names: owned(kind.short_names),
            categories: owned(kind.categories),
            verbs: owned(kind.verbs),
            stored: format!("{}/{}/{}", kind.storage.group, kind.storage.version, kind.kind),
            parts: kind
                .subresources
                .iter()
                .map(|part| Part {
                    name: part.name.to_owned(),
                    gvk: part.gvk.map(|(group, version, kind)| (group.to_owned(), version.to_owned(), kind.to_owned())),
                    verbs: owned(part.verbs),
                })
                .collect(),
        }
    });
    let custom = shared.registry.custom();
    let custom = custom.values().flat_map(|custom| {
        let served = custom.versions.iter().filter(|(_, version)| version.served);
        served.map(|(version, _)| offered_custom(custom, version)).collect::<Vec<_>>()
    });
    built_in.chain(custom).collect()
}

fn offered_custom(custom: &crate::crd::Custom, version: &str) -> Offered {
    let texts = |texts: &[Box<str>]| texts.iter().map(|text| text.to_string()).collect::<Vec<_>>();
    let verbs =
        |part: &str| custom.verbs(version, part).map(|verbs| verbs.iter().map(|verb| (*verb).to_owned()).collect());
    let part = |name: &str, gvk: Option<Gvk>| verbs(name).map(|verbs| Part { name: name.to_owned(), gvk, verbs });
    let scale = ("autoscaling".to_owned(), "v1".to_owned(), "Scale".to_owned());
    Offered {
        group: custom.group.to_string(),
        version: version.to_owned(),
        plural: custom.plural.to_string(),
        singular: custom.singular.to_string(),
        kind: custom.kind.to_string(),
        namespaced: custom.namespaced,
        short_names: texts(&custom.short_names),
        categories: texts(&custom.categories),
        verbs: verbs("").unwrap_or_default(),
        stored: format!("{}/{}/{}", custom.group, custom.storage_version, custom.kind),
        parts: part("status", None).into_iter().chain(part("scale", Some(scale))).collect(),
    }
}

/// Groups in the order of the table, each with its versions in order of preference; core left out.
fn group_versions(all: &[Offered]) -> Vec<(String, Vec<String>)> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for one in all.iter().filter(|one| !one.group.is_empty()) {
        match groups.iter_mut().find(|(group, _)| *group == one.group) {
            Some((_, versions)) if versions.contains(&one.version) => {}
            Some((_, versions)) => versions.push(one.version.clone()),
            None => groups.push((one.group.clone(), vec![one.version.clone()])),
        }
    }
    for (_, versions) in &mut groups {
        versions.sort_by_key(|version| std::cmp::Reverse(version_rank(version)));
    }
    groups
}

/// Orders versions as Kubernetes does: stable before beta before alpha, higher before lower.
fn version_rank(version: &str) -> (u8, u32, u32) {
    let Some(rest) = version.strip_prefix('v') else { return (0, 0, 0) };
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>();
    let major = digits(rest);
    let number = |text: &str| text.parse().unwrap_or_default();
    match &rest[major.len()..] {
        _ if major.is_empty() => (0, 0, 0),
        "" => (3, number(&major), 0),
        beta if beta.starts_with("beta") => (2, number(&major), number(&beta[4..])),
        alpha if alpha.starts_with("alpha") => (1, number(&major), number(&alpha[5..])),
        _ => (0, 0, 0),
    }
}

fn group_entry(group: &str, versions: &[String]) -> Value {
    let entry = |version: &String| json!({"groupVersion": format!("{group}/{version}"), "version": version});
    let list: Vec<Value> = versions.iter().map(entry).collect();
    json!({"name": group, "versions": list, "preferredVersion": list.first()})
}

/// All groups in one document, as newer clients ask for it.
fn aggregate(version: &'static str, all: Vec<Offered>) -> Response<AnswerBody> {
    let mut order: Vec<String> = Vec::new();
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for one in &all {
        if !order.contains(&one.group) {
            order.push(one.group.clone());
        }
        let versions = groups.entry(one.group.clone()).or_default();
        if !versions.contains(&one.version) {
            versions.push(one.version.clone());
            versions.sort_by_key(|version| std::cmp::Reverse(version_rank(version)));
        }
    }
    let items: Vec<Value> = order
        .iter()
        .map(|group| {
            let versions: Vec<Value> =
                groups[group].iter().map(|version| aggregated_version(&all, group, version)).collect();
            let metadata = if group.is_empty() { json!({}) } else { json!({"name": group}) };
            json!({"metadata": metadata, "versions": versions})
        })
        .collect();
    let list = json!({
        "kind": "APIGroupDiscoveryList", "apiVersion": format!("apidiscovery.k8s.io/{version}"),
        "metadata": {}, "items": items,
    });
    let content_type = match version {
        "v2" => "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
        _ => "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList",
    };
    answer::answer(200, content_type, AnswerBody::whole(Encoded::plain(&list)))
}

fn aggregated_version(all: &[Offered], group: &str, version: &str) -> Value {
    let mut resources: Vec<&Offered> = all.iter().filter(|one| one.group == group && one.version == version).collect();
    resources.sort_by(|a, b| a.plural.cmp(&b.plural));
    let gvk = |group: &str, version: &str, kind: &str| json!({"group": group, "version": version, "kind": kind});
    let resources: Vec<Value> = resources
        .into_iter()
        .map(|one| {
            let parts: Vec<Value> = one
                .parts
                .iter()
                .map(|part| {
                    let (group, version, kind) =
                        part.gvk.clone().unwrap_or_else(|| (String::new(), String::new(), one.kind.clone()));
                    json!({"subresource": part.name, "responseKind": gvk(&group, &version, &kind), "verbs": part.verbs})
                })
                .collect();
            let mut entry = json!({
                "resource": one.plural, "responseKind": gvk(&one.group, &one.version, &one.kind),
                "scope": if one.namespaced { "Namespaced" } else { "Cluster" },
                "singularResource": one.singular, "verbs": one.verbs,
            });
            for (field, list) in [("shortNames", &one.short_names), ("categories", &one.categories)] {
                if !list.is_empty() {
                    entry[field] = json!(list);
                }
            }
            if !parts.is_empty() {
                entry["subresources"] = parts.into();
            }
            entry
        })
        .collect();
    json!({"version": version, "resources": resources, "freshness": "Current"})
}

/// The OpenAPI v2 document in its binary form: `swagger: "2.0"` and nothing else. Clients that ask for it (kubectl, of a
/// `kind: List`) check objects by it before they send them; what it does not list they leave to the server.
const OPEN_API_OUTLINE: &[u8] = b"\x0a\x032.0";

/// Health, version and OpenAPI.
fn other(shared: &Shared, path: &str, accepted: Accepted) -> Response<AnswerBody> {
    match path {
        "/healthz" | "/livez" | "/readyz" | "/healthz/ping" | "/readyz/ping" | "/livez/ping" => answer::text(200, "ok"),
        "/version" => answer::document(200, accepted, Encoded::plain(&version())),
        "/openid/v1/jwks" => answer::answer(
            200,
            "application/jwk-set+json",
            AnswerBody::whole(Encoded::plain(&shared.token_key().published())),
        ),
        "/.well-known/openid-configuration" => answer::document(200, accepted, Encoded::plain(&issuer())),
        "/" => {
            let mut paths: Vec<String> =
                ["/api", "/api/v1", "/apis", "/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version"]
                    .map(str::to_owned)
                    .to_vec();
            for (group, versions) in group_versions(&offered(shared)) {
                paths.push(format!("/apis/{group}"));
                paths.extend(versions.iter().map(|version| format!("/apis/{group}/{version}")));
            }
            paths.sort();
            answer::document(200, accepted, Encoded::plain(&json!({"paths": paths})))
        }
        "/openapi/v2" if accepted.encoding == Encoding::OpenApi => {
            answer::answer(200, OPEN_API, AnswerBody::whole(OPEN_API_OUTLINE))
        }
        path => match crate::openapi::document(shared, path) {
            Some(json) => answer::answer(200, "application/json", AnswerBody::whole(json)),
            None => answer::text(404, "404 page not found\n"),
        },
    }
}

/// How others learn to check service accounts' tokens.
fn issuer() -> Value {
    json!({
        "issuer": ISSUER, "jwks_uri": format!("{ISSUER}/openid/v1/jwks"), "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["ES256"],
    })
}

/// The version the server speaks for.
fn version() -> Value {
    json!({
        "major": "1", "minor": "36", "gitVersion": "v1.36.2", "gitTreeState": "clean", "compiler": "rustc",
        "platform": format!("{}/{}", std::env::consts::OS, std::env::consts::ARCH),
    })
}
