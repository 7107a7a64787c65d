//! Repositories and templates of credentials. What opens them is written, never read.

use crate::call::{Asked, Call};
use crate::problem::{Code, Problem};
use crate::reply::Reply;
use crate::site::Site;
use crate::stored::{self, Stored, hash_of};
use api::normalize_git_url;
use rbac::{Resource, actions, scoped_object};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The label's value for repositories, and for templates.
const REPOSITORY: &str = "repository";
const TEMPLATE: &str = "repo-creds";

/// Fields of the API and the keys that Secrets have them under, which may be told.
const OPEN: [(&str, &str); 12] = [
    ("name", "name"),
    ("type", "type"),
    ("project", "project"),
    ("insecure", "insecure"),
    ("enableLfs", "enableLfs"),
    ("enableOCI", "enableOCI"),
    ("insecureOCIForceHttp", "insecureOCIForceHttp"),
    ("githubAppEnterpriseBaseUrl", "githubAppEnterpriseBaseUrl"),
    ("proxy", "proxy"),
    ("noProxy", "noProxy"),
    ("forceHttpBasicAuth", "forceHttpBasicAuth"),
    ("useAzureWorkloadIdentity", "useAzureWorkloadIdentity"),
];

/// Those that open something.
const CLOSED: [(&str, &str); 9] = [
    ("username", "username"),
    ("password", "password"),
    ("bearerToken", "bearerToken"),
    ("sshPrivateKey", "sshPrivateKey"),
    ("tlsClientCertData", "tlsClientCertData"),
    ("tlsClientCertKey", "tlsClientCertKey"),
    ("githubAppPrivateKey", "githubAppPrivateKey"),
    ("gcpServiceAccountKey", "gcpServiceAccountKey"),
    ("githubAppID", "githubAppID"),
];

/// What policies call the repositories that a path names: there may be one for each project. One that is not declared is
/// asked for by its address, so that the answer does not tell whether it is.
#[must_use]
pub fn policy_objects(site: &Site, asked: &Asked) -> Vec<String> {
    let url = asked.part("repo");
    let found = named(site, REPOSITORY, url, asked.query("appProject"));
    match found.is_empty() {
        true => vec![scoped_object(asked.query("appProject"), url)],
        false => found.iter().map(object).collect(),
    }
}

/// What policies call the repository that a body declares.
#[must_use]
pub fn policy_object_in(body: &Value) -> String {
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    scoped_object(text("project"), if text("repo").is_empty() { text("url") } else { text("repo") })
}

fn object(stored: &Stored) -> String {
    scoped_object(stored.get("project"), stored.get("url"))
}

fn named(site: &Site, kind: &str, url: &str, project: &str) -> Vec<Stored> {
    let wanted = normalize_git_url(url);
    let is_it = |stored: &Stored| {
        normalize_git_url(stored.get("url")) == wanted && (project.is_empty() || stored.get("project") == project)
    };
    Stored::all(site, kind).into_iter().filter(is_it).collect()
}

/// The repositories that whoever calls may see.
pub async fn list(call: Call) -> Result<Reply, Problem> {
    let wanted = (call.asked.query("repo"), call.asked.query("appProject"));
    let fits = |stored: &Stored| {
        (wanted.0.is_empty() || normalize_git_url(stored.get("url")) == normalize_git_url(wanted.0))
            && (wanted.1.is_empty() || stored.get("project") == wanted.1)
            && call.may(Resource::Repositories, actions::GET, &object(stored))
    };
    let all = Stored::all(&call.site, REPOSITORY);
    let items: Vec<Value> = all.iter().filter(|stored| fits(stored)).map(|stored| told(stored, "repo")).collect();
    Ok(Reply::Json(json!({"metadata": {}, "items": items})))
}

/// One repository.
pub async fn get(call: Call) -> Result<Reply, Problem> {
    let stored = one(&call, REPOSITORY)?;
    Ok(Reply::Json(told(&stored, "repo")))
}

/// Declares a repository.
pub async fn create(call: Call) -> Result<Reply, Problem> {
    make(&call, REPOSITORY, "repo", "repo").await
}

/// Changes a repository.
pub async fn update(call: Call) -> Result<Reply, Problem> {
    let stored = one(&call, REPOSITORY)?;
    // Moving it to another project needs the permission there.
    call.must(Resource::Repositories, actions::UPDATE, &policy_object_in(&call.asked.body))?;
    change(&call, &stored).await?;
    Ok(Reply::done())
}

/// A repository is no longer declared.
pub async fn delete(call: Call) -> Result<Reply, Problem> {
    let stored = one(&call, REPOSITORY)?;
    stored::delete(&call.site, &stored).await?;
    call.site.audit(&call.who, stored.get("url"), "deleted repository");
    Ok(Reply::done())
}

/// The templates of credentials that whoever calls may see.
pub async fn list_templates(call: Call) -> Result<Reply, Problem> {
    let may = |stored: &Stored| call.may(Resource::Repositories, actions::GET, stored.get("url"));
    let all = Stored::all(&call.site, TEMPLATE);
    let items: Vec<Value> = all.iter().filter(|stored| may(stored)).map(|stored| told(stored, "url")).collect();
    Ok(Reply::Json(json!({"metadata": {}, "items": items})))
}

/// Declares a template.
pub async fn create_template(call: Call) -> Result<Reply, Problem> {
    make(&call, TEMPLATE, "url", "creds").await
}

/// Changes a template.
pub async fn update_template(call: Call) -> Result<Reply, Problem> {
    let stored = one(&call, TEMPLATE)?;
    change(&call, &stored).await?;
    Ok(Reply::done())
}

/// A template is no longer declared.
pub async fn delete_template(call: Call) -> Result<Reply, Problem> {
    let stored = one(&call, TEMPLATE)?;
    stored::delete(&call.site, &stored).await?;
    Ok(Reply::done())
}

fn one(call: &Call, kind: &str) -> Result<Stored, Problem> {
    let mut found = named(&call.site, kind, call.asked.part("repo"), call.asked.query("appProject"));
    if found.len() > 1 {
        return Err(Problem::invalid("several projects declare this repository: name one with appProject"));
    }
    found.pop().ok_or_else(|| {
        Problem::new(Code::NotFound, format!("repository '{}' not found", without_userinfo(call.asked.part("repo"))))
    })
}

async fn make(call: &Call, kind: &str, url_field: &str, prefix: &str) -> Result<Reply, Problem> {
    let body = &call.asked.body;
    let url = body.get(url_field).and_then(Value::as_str).unwrap_or_default();
    if url.is_empty() {
        return Err(Problem::invalid(format!("{url_field} is missing: the address of the repository")));
    }
    let project = call.asked.field("project");
    let known = named(&call.site, kind, url, "").into_iter().find(|stored| stored.get("project") == project);
    if let Some(known) = known {
        if !call.asked.is("upsert") {
            let what = "existing repository spec is different; use upsert flag to force update";
            return match is_same(&known, body) {
                true => Ok(Reply::Json(told(&known, url_field))),
                false => Err(Problem::invalid(what)),
            };
        }
        let object = if kind == TEMPLATE { url.to_owned() } else { object(&known) };
        call.must(Resource::Repositories, actions::UPDATE, &object)?;
        change(call, &known).await?;
        return Ok(Reply::Json(json!({url_field: url, "project": project})));
    }
    let mut values = values(body);
    values.insert("url", url.to_owned());
    // Compat: upstream's names, so that both find what the other has made.
    let name = match project {
        "" => format!("{prefix}-{}", hash_of(&[url])),
        project => format!("{prefix}-{}", hash_of(&[url, project])),
    };
    stored::make(&call.site, kind, &name, &values).await?;
    call.site.audit(&call.who, &without_userinfo(url), "created repository");
    Ok(Reply::Json(json!({url_field: url, "project": project})))
}

fn values(body: &Value) -> BTreeMap<&'static str, String> {
    let mut values = stored::texts(body, &OPEN);
    values.extend(stored::texts(body, &CLOSED));
    values.extend(stored::texts(body, &[("githubAppInstallationID", "githubAppInstallationID")]));
    values
}

fn is_same(known: &Stored, body: &Value) -> bool {
    let wanted = values(body);
    wanted.iter().all(|(key, text)| known.get(key) == text.trim())
        && known.values.keys().all(|key| key == "url" || wanted.contains_key(key.as_str()))
}

/// What the body says takes the place of what is there; what opens it stays unless the body gives something new.
async fn change(call: &Call, known: &Stored) -> Result<(), Problem> {
    let body = &call.asked.body;
    let wanted = values(body);
    let open = OPEN.iter().map(|(_, key)| (*key, wanted.get(key).cloned()));
    let closed = wanted.iter().filter(|(key, _)| CLOSED.iter().any(|(_, own)| own == *key));
    let all: BTreeMap<&str, Option<String>> =
        open.chain(closed.map(|(key, text)| (*key, Some(text.clone())))).collect();
    stored::change(&call.site, known, &all).await?;
    call.site.audit(&call.who, &without_userinfo(known.get("url")), "updated repository");
    Ok(())
}

/// What may be told of it.
fn told(stored: &Stored, url_field: &str) -> Value {
    let mut value = json!({url_field: without_userinfo(stored.get("url"))});
    for (field, key) in OPEN {
        let text = stored.get(key);
        match text {
            "" | "false" => {}
            "true" => value[field] = json!(true),
            text => value[field] = json!(without_userinfo(text)),
        }
    }
    if value.get("type").is_none() {
        value["type"] = json!("git");
    }
    // Compat: the name that is sent along is told, what proves it is not.
    if !stored.get("username").is_empty() {
        value["username"] = json!(stored.get("username"));
    }
    if url_field == "repo" {
        value["connectionState"] = json!({"status": "Unknown", "message": "", "attemptedAt": null});
    }
    value
}

/// An address without what may open it.
#[must_use]
pub fn without_userinfo(text: &str) -> String {
    match url::Url::parse(text) {
        Ok(mut url) if url.password().is_some() || (!url.username().is_empty() && url.scheme().starts_with("http")) => {
            // Neither fails where there is a host, and without one there is no user.
            let _ = url.set_password(None);
            let _ = url.set_username("");
            url.to_string()
        }
        _ => text.to_owned(),
    }
}
