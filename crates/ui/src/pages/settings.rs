//! What is set up: repositories, clusters, projects, accounts, certificates. Credentials are never shown.

use super::layout::{self, Page, Section};
use crate::door::User;
use crate::explain::clusters;
use crate::problem::Problem;
use crate::respond;
use crate::site::Site;
use crate::world::World;
use api::AppProject;
use api::names::{APP_PROJECT, GROUP};
use applications::sources::{CONFIG, KNOWN_HOSTS, SECRET_TYPE, TLS_CERTS, secret_values};
use axum::extract::{Extension, Path, State};
use axum::response::Response;
use look::inert;
use maud::{Markup, html};
use object::{Key, Object};
use rbac::{Resource, actions};
use std::collections::BTreeMap;
use std::sync::Arc;

/// So many lines of one kind are shown.
const LINES_MAX: usize = 1_000;

const SECTIONS: [(&str, &str); 5] = [
    ("repositories", "Repositories"),
    ("clusters", "Clusters"),
    ("projects", "Projects"),
    ("accounts", "Accounts"),
    ("certificates", "Certificates"),
];

/// Leads to the first.
pub async fn start() -> Response {
    respond::see_other("/settings/repositories")
}

/// One of the pages.
pub async fn page(
    State(site): State<Arc<Site>>,
    Extension(user): Extension<User>,
    Path(section): Path<String>,
) -> Response {
    let Some((_, title)) = SECTIONS.iter().find(|own| own.0 == section) else {
        return layout::problem(&user, &Problem::missing(), "/settings");
    };
    let world = match site.world().await {
        Ok(world) => world,
        Err(problem) => return layout::problem(&user, &problem, "/applications"),
    };
    let may = |resource, object: &str| site.may(&user, resource, actions::GET, object);
    let lines = match &*section {
        "repositories" => repositories(world, &may),
        "clusters" => declared_clusters(world, &may),
        "projects" => projects(world, &may),
        "accounts" => accounts(world, &user, &may),
        _ => certificates(world, &may),
    };
    let content = html! {
        section id="settings" {
            h1.verdict { (title) }
            nav.tabs aria-label="Settings" { @for (word, label) in SECTIONS { a.tab href=(format!("/settings/{word}")) aria-current=[(word == section).then_some("page")] { (label) } } }
            @if lines.is_empty() { p.quiet.nothing { "There is nothing that you may see. `capstan " (command(&section)) "` adds to it." } }
            ul.rows.settings { @for line in lines.iter().take(LINES_MAX) { (line) } }
        }
    };
    layout::page(&user, Section::Settings, &Page { title, content: content.into_string(), ..Page::default() })
}

fn command(section: &str) -> &'static str {
    match section {
        "repositories" => "repo add",
        "clusters" => "cluster add",
        "projects" => "proj create",
        _ => "admin",
    }
}

type May<'a> = &'a dyn Fn(Resource, &str) -> bool;

fn line(name: &str, more: &str, facts: &[(&str, String)]) -> Markup {
    html! { li.row.setting { span.name { b { (inert(name)) } span.quiet { (inert(more)) } }
    dl { @for (label, value) in facts.iter().filter(|own| !own.1.is_empty()) { div { dt { (label) } dd { (inert(value)) } } } } } }
}

fn secrets(world: &World, kind: &str) -> Vec<Object> {
    let is_it = |own: &Object| {
        own.namespace() == Some(&world.settings().namespace)
            && own.meta().labels.get(SECRET_TYPE).is_some_and(|label| **label == *kind)
    };
    world.objects("", "Secret").into_iter().filter(is_it).collect()
}

fn repositories(world: &World, may: May<'_>) -> Vec<Markup> {
    let mut lines = Vec::new();
    for (kind, word) in [("repository", "repository"), ("repo-creds", "credentials for all that begin so")] {
        for secret in secrets(world, kind) {
            let values = secret_values(&secret);
            let text = |key: &str| values.get(key).cloned().unwrap_or_default();
            let object =
                if text("project").is_empty() { text("url") } else { format!("{}/{}", text("project"), text("url")) };
            if may(Resource::Repositories, &object) {
                let has = |key: &str| values.get(key).is_some_and(|own| !own.is_empty());
                let kinds = [
                    ("password", "password"),
                    ("sshPrivateKey", "SSH key"),
                    ("bearerToken", "token"),
                    ("githubAppPrivateKey", "GitHub App"),
                    ("tlsClientCertKey", "client certificate"),
                ];
                let how: Vec<&str> = kinds.iter().filter(|own| has(own.0)).map(|own| own.1).collect();
                let name = if text("name").is_empty() { text("url") } else { text("name") };
                lines.push(line(
                    &name,
                    word,
                    &[
                        ("Address", text("url")),
                        ("Type", text("type")),
                        ("Project", text("project")),
                        ("Signs in with", how.join(", ")),
                    ],
                ));
            }
        }
    }
    lines
}

fn declared_clusters(world: &World, may: May<'_>) -> Vec<Markup> {
    let mut lines = Vec::new();
    if may(Resource::Clusters, "https://kubernetes.default.svc") {
        let (objects, _) = world.cache().size();
        lines.push(line(
            "in-cluster",
            "this cluster",
            &[("Address", "https://kubernetes.default.svc".to_owned()), ("Objects followed", objects.to_string())],
        ));
    }
    for own in clusters(world) {
        if may(Resource::Clusters, &own.server) {
            let state = own.access.as_ref().err().cloned().unwrap_or_default();
            lines.push(line(
                &own.name,
                "declared by a Secret",
                &[("Address", own.server.to_string()), ("Trouble", state)],
            ));
        }
    }
    lines
}

fn projects(world: &World, may: May<'_>) -> Vec<Markup> {
    let namespace = &world.settings().namespace;
    let own = world.objects(GROUP, APP_PROJECT).into_iter().filter(|own| own.namespace() == Some(namespace));
    let read = own.filter(|own| may(Resource::Projects, own.name())).filter_map(|own| AppProject::read(&own).ok());
    read.map(|own| {
        let spec = &own.spec;
        let to: Vec<String> = spec
            .destinations
            .iter()
            .map(|it| format!("{} {}", if it.name.is_empty() { &it.server } else { &it.name }, it.namespace))
            .collect();
        let roles: Vec<String> = spec.roles.iter().map(|it| it.name.clone()).collect();
        let windows: Vec<String> =
            spec.sync_windows.iter().map(|it| format!("{} {} {}", it.kind, it.schedule, it.duration)).collect();
        line(
            &own.metadata.name,
            &spec.description,
            &[
                ("Sources", spec.source_repos.join(", ")),
                ("Destinations", to.join(", ")),
                ("Roles", roles.join(", ")),
                ("Windows", windows.join("; ")),
            ],
        )
    })
    .collect()
}

fn config(world: &World, name: &str) -> BTreeMap<String, String> {
    let key = Key::new("", "ConfigMap", Some(&world.settings().namespace), name);
    let found = world.cache().get(&key).into_known().and_then(|own| own.object.get("/data"));
    found.and_then(|data| serde_json::from_value(data).ok()).unwrap_or_default()
}

fn accounts(world: &World, user: &User, may: May<'_>) -> Vec<Markup> {
    let data = config(world, CONFIG);
    let mut all: BTreeMap<String, (String, bool)> = BTreeMap::new();
    let is_on = |key: &str| data.get(key).is_none_or(|own| own.trim() != "false");
    all.insert("admin".to_owned(), ("login".to_owned(), is_on("admin.enabled")));
    for (key, value) in &data {
        if let Some(name) = key.strip_prefix("accounts.").filter(|own| !own.contains('.')) {
            all.insert(name.to_owned(), (value.clone(), is_on(&format!("accounts.{name}.enabled"))));
        }
    }
    let seen = all.into_iter().filter(|(name, _)| *name == user.name || may(Resource::Accounts, name));
    seen.map(|(name, (can, is_on))| line(&name, if is_on { "on" } else { "off" }, &[("May", can)])).collect()
}

fn certificates(world: &World, may: May<'_>) -> Vec<Markup> {
    if !may(Resource::Certificates, "*") {
        return Vec::new();
    }
    let hosts = config(world, KNOWN_HOSTS);
    let known =
        hosts.values().flat_map(|own| own.lines()).filter(|own| !own.trim().is_empty() && !own.starts_with('#'));
    let host = |text: &str| {
        let mut words = text.split_whitespace();
        let (name, kind) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        line(name, "SSH host key", &[("Type", kind.to_owned())])
    };
    let tls = config(world, TLS_CERTS);
    let trusted = tls.iter().map(|(name, text)| {
        line(name, "TLS", &[("Certificates", text.matches("BEGIN CERTIFICATE").count().to_string())])
    });
    known.map(host).chain(trusted).collect()
}
