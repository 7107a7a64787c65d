//! A new application: a form that shows, while it is filled in, the object and what it would apply.

use super::at::At;
use super::compared::{bounded, texts};
use super::forms::{Done, answer};
use super::layout::{self, Page, Section};
use crate::act::Acting;
use crate::door::User;
use crate::explain::clusters;
use crate::problem::Problem;
use crate::respond::{self, Fields};
use crate::site::Site;
use api::names::{API_VERSION, APP_PROJECT, APPLICATION, GROUP};
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use look::inert;
use maud::{Markup, html};
use object::Object;
use rbac::{Resource, actions};
use serde_json::{Value, json};
use std::sync::Arc;

/// So many resources of a preview are listed.
const LISTED_MAX: usize = 200;

/// The form.
pub async fn page(State(site): State<Arc<Site>>, Extension(user): Extension<User>) -> Response {
    let world = match site.world().await {
        Ok(world) => world,
        Err(problem) => return layout::problem(&user, &problem, "/applications"),
    };
    let mut projects: Vec<String> = world.objects(GROUP, APP_PROJECT).iter().map(|own| own.name().to_owned()).collect();
    projects.retain(|name| site.may(&user, Resource::Applications, actions::CREATE, &format!("{name}/*")));
    let servers: Vec<(String, String)> =
        clusters(world).into_iter().map(|own| (own.server.to_string(), own.name.to_string())).collect();
    let text = |name: &str, label: &str, placeholder: &str, required: bool| {
        html! {
            label { span { (label) } input type="text" name=(name) placeholder=(placeholder) required[required] autocomplete="off" spellcheck="false" autocapitalize="off" maxlength="500"; }
        }
    };
    let content = html! {
        section id="new" {
            nav.crumbs aria-label="Where this is" { a id="up" href="/applications" { (look::marks::sign("back")) "Applications" } }
            h1.verdict { "New application" }
            @if projects.is_empty() { p.notice role="note" { "Your role does not let you make applications in any project." } }
            div.two {
                form.panel id="new-form" method="post" action="/applications/new" data-preview="/applications/new/preview" {
                    (text("name", "Name", "shop", true))
                    label { span { "Project" } select name="project" { @for own in &projects { option value=(own) { (inert(own)) } } } }
                    (text("repo", "Repository", "https://example.org/shop.git", true))
                    (text("path", "Path, or chart", "deploy", true))
                    label.check { input type="checkbox" name="chart"; span { "It is a chart of a Helm repository" } }
                    (text("revision", "Revision", "HEAD", false))
                    label { span { "Cluster" } select name="server" {
                        option value="https://kubernetes.default.svc" { "in-cluster" }
                        @for (server, name) in servers.iter().filter(|own| own.0 != "https://kubernetes.default.svc") { option value=(server) { (inert(name)) } }
                    } }
                    (text("namespace", "Namespace", "shop", true))
                    fieldset { legend { "Sync" }
                        label.check { input type="checkbox" name="automated"; span { b { "Automated" } span.quiet { "Sync whenever the source changes" } } }
                        label.check { input type="checkbox" name="prune"; span { b { "Prune" } span.quiet { "Delete what the source no longer names" } } }
                        label.check { input type="checkbox" name="selfHeal"; span { b { "Heal" } span.quiet { "Undo what others change" } } }
                        label.check { input type="checkbox" name="createNamespace" checked; span { b { "Make the namespace" } } }
                    }
                    div.buttons { button.first type="submit" disabled[projects.is_empty()] { "Create" } button type="submit" formaction="/applications/new/preview" { "Preview what it applies" } }
                }
                section id="preview" aria-live="polite" { p.quiet { "The object, and what it would apply, stand here once the form is filled in." } }
            }
        }
    };
    layout::page(
        &user,
        Section::Applications,
        &Page { title: "New application", content: content.into_string(), ..Page::default() },
    )
}

fn application(site: &Site, fields: &Fields) -> Result<Value, Problem> {
    let (name, project) = (fields.get("name"), fields.get("project"));
    let is_name = !name.is_empty()
        && name.len() <= 253
        && name.bytes().all(|own| own.is_ascii_lowercase() || own.is_ascii_digit() || own == b'-' || own == b'.');
    if !is_name {
        return Err(Problem::wrong("The name has small letters, digits, `-` and `.`."));
    }
    for (field, label) in [("repo", "repository"), ("path", "path"), ("namespace", "namespace"), ("project", "project")]
    {
        if fields.get(field).is_empty() {
            return Err(Problem::wrong(format!("The {label} is missing.")));
        }
    }
    let place = if fields.is("chart") { "chart" } else { "path" };
    let mut source = json!({"repoURL": fields.get("repo"), place: fields.get("path")});
    if !fields.get("revision").is_empty() {
        source["targetRevision"] = json!(fields.get("revision"));
    }
    let mut policy = json!({});
    if fields.is("automated") {
        policy["automated"] = json!({"prune": fields.is("prune"), "selfHeal": fields.is("selfHeal")});
    }
    if fields.is("createNamespace") {
        policy["syncOptions"] = json!(["CreateNamespace=true"]);
    }
    Ok(json!({
        "apiVersion": API_VERSION, "kind": APPLICATION,
        "metadata": {"name": name, "namespace": site.namespace},
        "spec": {
            "project": project, "source": source, "syncPolicy": policy,
            "destination": {"server": fields.get("server"), "namespace": fields.get("namespace")},
        },
    }))
}

fn permitted(site: &Site, user: &User, fields: &Fields) -> Result<(), Problem> {
    let object = rbac::application_object(fields.get("project"), &site.namespace, fields.get("name"), &site.namespace);
    let may = site.may(user, Resource::Applications, actions::CREATE, &object);
    if may { Ok(()) } else { Err(Problem::refused("make applications in this project")) }
}

/// Makes it.
pub async fn make(
    State(site): State<Arc<Site>>,
    Extension(user): Extension<User>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let made = async {
        let fields = respond::form(body).await?;
        permitted(&site, &user, &fields)?;
        let value = application(&site, &fields)?;
        Acting { site: &site, world: site.world().await?, who: &user.name }.create(&value).await?;
        let at = At { namespace: site.namespace.clone(), name: fields.get("name").to_owned(), ..At::default() };
        Ok(Done { message: format!("{} has been made", at.name), location: Some(at.path()) })
    };
    answer(&user, &headers, made.await, "/applications/new")
}

/// What would be made and applied, as a piece of a page.
pub async fn preview(State(site): State<Arc<Site>>, Extension(user): Extension<User>, body: Body) -> Response {
    let shown = async {
        let fields = respond::form(body).await?;
        permitted(&site, &user, &fields)?;
        let value = application(&site, &fields)?;
        let object = Object::from_value(&value).map_err(|error| Problem::wrong(error.to_string()))?;
        Ok::<Markup, Problem>(html! {
            h2 { "The object" } pre.yaml tabindex="0" { code { (yaml::emit(&value)) } }
            h2 { "What it would apply" } (applied(&site, &object).await)
        })
    };
    let content = shown.await.unwrap_or_else(|problem| html! { p.quiet { (inert(&problem.message)) } });
    respond::html(StatusCode::OK, html! { section id="preview" aria-live="polite" { (content) } }.into_string())
}

async fn applied(site: &Site, object: &Object) -> Markup {
    match site.judge.compared(object).await {
        Err(problem) => html! { p.wrong { (inert(&problem.message)) } },
        Ok(all) => html! {
            p { (all.len()) @if all.len() == 1 { " resource" } @else { " resources" } ", of which " (all.iter().filter(|own| own.live.is_some()).count()) " are there already." }
            @for own in all.iter().take(LISTED_MAX) {
                @let (_, text) = texts(own);
                @let (text, left_out) = bounded(&text);
                details { summary { b { (inert(&own.key.kind)) } " " (inert(&own.key.name)) @if own.live.is_some() { span.quiet { " is there already" } } }
                    pre.yaml tabindex="0" { code { (text) } } @if left_out > 0 { p.quiet { (left_out) " more lines." } } }
            }
            @if all.len() > LISTED_MAX { p.quiet { (all.len() - LISTED_MAX) " more." } }
        },
    }
}
