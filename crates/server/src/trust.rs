//! Whom the control plane trusts: certificates and known hosts of repositories, keys of signatures. All of it is public.

use crate::call::Call;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::site::Site;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cluster::{Change, Part, PatchKind, Target, Write};
use object::{Gvk, Object};
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The ConfigMaps, and the key of known hosts.
const TLS: &str = applications::sources::TLS_CERTS;
const HOSTS: &str = applications::sources::KNOWN_HOSTS;
const HOSTS_KEY: &str = "ssh_known_hosts";
const KEYS: &str = "argocd-gpg-keys-cm";

/// The certificates and known hosts.
pub async fn list(call: Call) -> Result<Reply, Problem> {
    let query = |name: &str| call.asked.query(name);
    let fits = |wanted: &str, own: &str| wanted.is_empty() || wanted == "*" || wanted == own;
    let mut items = Vec::new();
    if fits(query("certType"), "ssh") {
        items.extend(hosts(&call.site).into_iter().map(|(host, kind, key)| {
            let print = STANDARD.decode(&key).map(|key| fingerprint(&key)).unwrap_or_default();
            json!({"serverName": host, "certType": "ssh", "certSubType": kind, "certInfo": print})
        }));
    }
    if fits(query("certType"), "https") {
        let own = call.site.plane.config_map(TLS);
        items.extend(own.into_keys().map(|host| json!({"serverName": host, "certType": "https", "certInfo": ""})));
    }
    items.retain(|item| fits(query("hostNamePattern"), item["serverName"].as_str().unwrap_or_default()));
    Ok(Reply::Json(json!({"metadata": {}, "items": items})))
}

fn fingerprint(key: &[u8]) -> String {
    let sum = STANDARD.encode(digest(&SHA256, key));
    format!("SHA256:{}", sum.trim_end_matches('='))
}

/// Host, kind and key of each line.
fn hosts(site: &Site) -> Vec<(String, String, String)> {
    let text = site.plane.config_map(HOSTS).remove(HOSTS_KEY).unwrap_or_default();
    let line = |line: &str| {
        let mut words = line.split_whitespace();
        Some((words.next()?.to_owned(), words.next()?.to_owned(), words.next()?.to_owned()))
    };
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).filter_map(line).collect()
}

/// Adds certificates and known hosts.
pub async fn create(call: Call) -> Result<Reply, Problem> {
    let items = call.asked.body["items"].as_array().cloned().unwrap_or_default();
    let mut known = hosts(&call.site);
    let mut certificates = BTreeMap::new();
    for item in &items {
        let text = |name: &str| item[name].as_str().unwrap_or_default();
        let data = STANDARD.decode(text("certData")).map_err(|_| Problem::invalid("certData must be base64"))?;
        let data = String::from_utf8(data).map_err(|_| Problem::invalid("certData must be text"))?;
        let host = text("serverName");
        if host.is_empty() || host.contains(char::is_whitespace) {
            return Err(Problem::invalid("serverName must be the name of a host"));
        }
        match text("certType") {
            "ssh" => {
                let kind = text("certSubType").to_owned();
                known.retain(|(own, own_kind, _)| !(own == host && *own_kind == kind));
                known.push((host.to_owned(), kind, data.trim().to_owned()));
            }
            "https" => drop(certificates.insert(host.to_owned(), json!(data))),
            _ => return Err(Problem::invalid("certType must be ssh or https")),
        }
    }
    if !certificates.is_empty() {
        put(&call.site, TLS, json!(certificates)).await?;
    }
    put_hosts(&call.site, &known).await?;
    Ok(Reply::Json(json!({"items": items})))
}

async fn put_hosts(site: &Site, known: &[(String, String, String)]) -> Result<(), Problem> {
    let text: String = known.iter().map(|(host, kind, key)| format!("{host} {kind} {key}\n")).collect();
    put(site, HOSTS, json!({HOSTS_KEY: text})).await
}

/// Takes certificates and known hosts away.
pub async fn delete(call: Call) -> Result<Reply, Problem> {
    let query = |name: &str| call.asked.query(name);
    let (host, kind) = (query("hostNamePattern"), query("certType"));
    if host.is_empty() {
        return Err(Problem::invalid("hostNamePattern must name a host"));
    }
    if matches!(kind, "" | "ssh" | "*") {
        let mut known = hosts(&call.site);
        known.retain(|(own, sub, _)| own != host || !(query("certSubType").is_empty() || query("certSubType") == sub));
        put_hosts(&call.site, &known).await?;
    }
    if matches!(kind, "" | "https" | "*") && call.site.plane.config_map(TLS).contains_key(host) {
        put(&call.site, TLS, json!({host: null})).await?;
    }
    Ok(Reply::Json(json!({"items": []})))
}

/// The keys of signatures.
pub async fn list_keys(call: Call) -> Result<Reply, Problem> {
    let keys = call.site.plane.config_map(KEYS);
    let items: Vec<Value> = keys.keys().map(|id| json!({"keyID": id})).collect();
    Ok(Reply::Json(json!({"metadata": {}, "items": items})))
}

/// One of them.
pub async fn get_key(call: Call) -> Result<Reply, Problem> {
    let id = call.asked.part("keyID");
    match call.site.plane.config_map(KEYS).get(id) {
        Some(key) => Ok(Reply::Json(json!({"keyID": id, "keyData": key}))),
        None => Err(Problem::new(crate::problem::Code::NotFound, format!("no such key: {id:?}"))),
    }
}

/// A key is no longer trusted.
pub async fn delete_key(call: Call) -> Result<Reply, Problem> {
    let id = call.asked.query("keyID");
    if !call.site.plane.config_map(KEYS).contains_key(id) {
        return Err(Problem::new(crate::problem::Code::NotFound, format!("no such key: {id:?}")));
    }
    put(&call.site, KEYS, json!({id: null})).await?;
    Ok(Reply::done())
}

/// Changes entries of a ConfigMap, which is made if there is none.
async fn put(site: &Site, name: &str, data: Value) -> Result<(), Problem> {
    let home = site.home()?;
    let namespace = site.plane.namespace();
    let gvk = Gvk::new("", "v1", "ConfigMap");
    let body = json!({"data": data});
    if home.get(&gvk, Some(namespace), name).await?.is_none() {
        let value = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {},
            "metadata": {"name": name, "namespace": namespace, "labels": {"app.kubernetes.io/part-of": "argocd"}}});
        let made = Object::from_value(&value).map_err(|error| Problem::invalid(error.to_string()))?;
        home.write(&Write::new(Target::of(&made), Change::Create(made))).await?;
    }
    let change = Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
    home.write(&Write::new(Target::new(gvk, Some(namespace), name), change)).await?;
    Ok(())
}
