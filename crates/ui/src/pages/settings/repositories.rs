//! Repositories, and credentials for all whose addresses begin alike.

use super::desk::{Desk, asked, hidden_text, line, lines, secrets, text};
use crate::pages::forms::Done;
use crate::problem::Problem;
use crate::respond::Fields;
use applications::sources::secret_values;
use http::Method;
use look::segment;
use maud::{Markup, html};
use object::Object;
use rbac::{Resource, actions, scoped_object};
use serde_json::{Value, json};
use server::repositories::without_userinfo;

/// The label of Secrets, the route of the API, the name of its field for addresses, and the words for people.
const KINDS: [(&str, &str, &str, &str); 2] = [
    ("repository", "repositories", "repo", "repository"),
    ("repo-creds", "repocreds", "url", "credentials for all that begin so"),
];

/// What is told of how one signs in, by the values that do it.
const WAYS: [(&str, &str); 5] = [
    ("password", "password"),
    ("sshPrivateKey", "SSH key"),
    ("bearerToken", "token"),
    ("githubAppPrivateKey", "GitHub App"),
    ("tlsClientCertKey", "client certificate"),
];

/// Those that are declared.
pub fn declared(desk: &Desk<'_>) -> Vec<Markup> {
    let all = KINDS.iter().flat_map(|(kind, _, _, word)| desk.secrets(kind).into_iter().map(move |own| (own, *word)));
    all.filter_map(|(secret, word)| one(desk, &secret, word)).collect()
}

fn one(desk: &Desk<'_>, secret: &Object, word: &str) -> Option<Markup> {
    let values = secret_values(secret);
    let text = |key: &str| values.get(key).map_or("", |own| own.trim());
    let policy = scoped_object(text("project"), text("url"));
    if !desk.may(Resource::Repositories, actions::GET, &policy) {
        return None;
    }
    let ways: Vec<&str> = WAYS.iter().filter(|own| !text(own.0).is_empty()).map(|own| own.1).collect();
    let address = without_userinfo(text("url"));
    let name = if text("name").is_empty() { &address } else { text("name") };
    let may = desk.may(Resource::Repositories, actions::DELETE, &policy);
    let question = "What needs it can no longer be rendered. Disconnect it?";
    let doing = asked("Disconnect", question, "/settings/repositories/disconnect", &[("secret", secret.name())], may);
    let kind = if text("type").is_empty() { "git" } else { text("type") };
    let facts = [
        ("Address", address.clone()),
        ("Type", kind.to_owned()),
        ("Project", text("project").to_owned()),
        ("Signs in with", ways.join(", ")),
    ];
    Some(line(name, word, &facts, &doing))
}

/// The form to declare one.
pub fn form() -> Markup {
    html! {
        details.makes id="make" {
            summary.button.first { "Connect a repository" }
            form.panel method="post" action="/settings/repositories/connect" data-reset {
                label { span { "What" } select name="kind" { @for (kind, _, _, word) in KINDS { option value=(kind) { (word) } } } }
                label { span { "Type" } select name="type" { @for kind in ["git", "helm", "oci"] { option value=(kind) { (kind) } } } }
                (text("Address", "url", "", "https://example.org/shop.git"))
                (text("Name", "name", "", ""))
                (text("Project", "project", "", "all projects"))
                (text("User", "username", "", ""))
                (hidden_text("Password or token", "password"))
                (lines("SSH private key", "sshPrivateKey", "", 3))
                label.check { input type="checkbox" name="enableOCI"; span { "Charts are in an OCI registry" } }
                label.check { input type="checkbox" name="insecure"; span { b { "Insecure" } span.quiet { "Do not check certificates or host keys" } } }
                div.buttons { button.first type="submit" { "Connect" } }
            }
        }
    }
}

/// Declares one.
pub async fn connect(desk: &Desk<'_>, fields: &Fields) -> Result<Done, Problem> {
    let (kind, route, field, _) = KINDS.iter().find(|own| own.0 == fields.get("kind")).unwrap_or(&KINDS[0]);
    let url = fields.get("url");
    if url.is_empty() {
        return Err(Problem::wrong("The address is missing."));
    }
    let mut body = json!({*field: url});
    for name in ["type", "name", "project", "username", "password"] {
        if !fields.get(name).is_empty() {
            body[name] = json!(fields.get(name));
        }
    }
    // Readers of keys insist on the end of the last line, which forms lose.
    let key = fields.get("sshPrivateKey").replace("\r\n", "\n");
    if !key.is_empty() {
        body["sshPrivateKey"] = json!(format!("{key}\n"));
    }
    for name in ["enableOCI", "insecure"].into_iter().filter(|name| fields.is(name)) {
        body[name] = json!(true);
    }
    desk.ask("connect this repository", Method::POST, format!("/api/v1/{route}"), body).await?;
    let is_it = |own: &Object| secret_values(own).get("url").is_some_and(|own| own == url);
    desk.world.until(|world| secrets(world, kind).iter().any(is_it)).await;
    Ok(Done { message: format!("{} is connected", without_userinfo(url)), location: Some(PAGE.to_owned()) })
}

const PAGE: &str = "/settings/repositories";

/// One is no longer declared.
pub async fn disconnect(desk: &Desk<'_>, fields: &Fields) -> Result<Done, Problem> {
    let name = fields.get("secret");
    let found = KINDS.iter().find_map(|(kind, route, ..)| {
        desk.secrets(kind).into_iter().find(|own| own.name() == name).map(|own| (own, *kind, *route))
    });
    let (secret, kind, route) = found.ok_or_else(Problem::missing)?;
    let values = secret_values(&secret);
    let text = |key: &str| values.get(key).map_or("", |own| own.trim());
    // Who may not see it is told the same as if there were none.
    if !desk.may(Resource::Repositories, actions::GET, &scoped_object(text("project"), text("url"))) {
        return Err(Problem::missing());
    }
    let path = format!("/api/v1/{route}/{}?appProject={}", segment(text("url")), segment(text("project")));
    desk.ask("disconnect this repository", Method::DELETE, path, Value::Null).await?;
    desk.world.until(|world| secrets(world, kind).iter().all(|own| own.name() != name)).await;
    Ok(Done { message: format!("{} is disconnected", without_userinfo(text("url"))), location: Some(PAGE.to_owned()) })
}
