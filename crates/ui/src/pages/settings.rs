//! What is set up: repositories, clusters, projects, accounts, certificates. It is changed through the API of the server,
//! in the name of who looks. Credentials are never shown.

mod desk;

mod accounts;
mod certificates;
mod clusters;
mod projects;
mod repositories;

use super::forms::{Done, answer};
use super::layout::{self, Page, Section};
use crate::door::User;
use crate::problem::Problem;
use crate::respond::{self, Fields};
use crate::site::Site;
use axum::body::Body;
use axum::extract::{Extension, Path, State};
use axum::response::Response;
use desk::Desk;
use http::HeaderMap;
use look::inert;
use maud::{Markup, html};
use rbac::{Resource, actions};
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
    headers: HeaderMap,
) -> Response {
    let Some((_, title)) = SECTIONS.iter().find(|own| own.0 == section) else {
        return layout::problem(&user, &Problem::missing(), "/settings");
    };
    let world = match site.world().await {
        Ok(world) => world,
        Err(problem) => return layout::problem(&user, &problem, "/applications"),
    };
    let desk = Desk { site: &site, world, user: &user, headers: &headers };
    let (lines, wrong) = match &*section {
        "repositories" => (repositories::declared(&desk), None),
        "clusters" => (clusters::declared(&desk), None),
        "projects" => (projects::declared(&desk), None),
        "accounts" => match accounts::known(&desk).await {
            Ok(lines) => (lines, None),
            Err(problem) => (Vec::new(), Some(problem.message)),
        },
        _ => (certificates::trusted(&desk), None),
    };
    let content = html! {
        section id="settings" {
            h1.verdict { (title) }
            nav.tabs aria-label="Settings" { @for (word, label) in SECTIONS { a.tab href=(format!("/settings/{word}")) aria-current=[(word == section).then_some("page")] { (label) } } }
            @if let Some(wrong) = &wrong { p.wrong role="alert" { (inert(wrong)) } }
            @else if lines.is_empty() { p.quiet.nothing { "There is nothing that you may see." } }
            (make(&desk, &section))
            ul.rows.settings { @for line in lines.iter().take(LINES_MAX) { (line) } }
            @if lines.len() > LINES_MAX { p.quiet { (lines.len() - LINES_MAX) " more are not shown." } }
        }
    };
    layout::page(&user, Section::Settings, &Page { title, content: content.into_string(), ..Page::default() })
}

/// What makes another one; nothing for who may not, or where commands do it.
fn make(desk: &Desk<'_>, section: &str) -> Markup {
    // Whoever may make them in one project alone is let through here; the API looks at what is then asked for.
    let may = |resource| {
        let own = desk.may(resource, actions::CREATE, "*");
        own || desk
            .world
            .objects(api::names::GROUP, api::names::APP_PROJECT)
            .iter()
            .any(|project| desk.may(resource, actions::CREATE, &format!("{}/x", project.name())))
    };
    html! {
        @match section {
            "repositories" if may(Resource::Repositories) => { (repositories::form()) }
            "projects" if desk.may(Resource::Projects, actions::CREATE, "*") => { (projects::form()) }
            "certificates" if desk.may(Resource::Certificates, actions::CREATE, "*") => { (certificates::form()) }
            "clusters" => { p.quiet { "A cluster is added where its credentials are: " code { "capstan cluster add CONTEXT" } } }
            _ => {}
        }
    }
}

/// What the buttons of these pages do.
pub async fn act(
    State(site): State<Arc<Site>>,
    Extension(user): Extension<User>,
    Path((section, action)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let page = format!("/settings/{}", look::segment(&section));
    let world = match site.world().await {
        Ok(world) => world,
        Err(problem) => return layout::problem(&user, &problem, &page),
    };
    let desk = Desk { site: &site, world, user: &user, headers: &headers };
    let fields = match respond::form(body).await {
        Ok(fields) => fields,
        Err(problem) => return answer(&user, &headers, Err(problem), &page),
    };
    if (&*section, &*action) == ("accounts", "token") {
        return match accounts::make_token(&desk, &fields).await {
            Ok(content) => {
                let page = Page { title: "A token", content: content.into_string(), ..Page::default() };
                layout::page(&user, Section::Settings, &page)
            }
            Err(problem) => answer(&user, &headers, Err(problem), &page),
        };
    }
    answer(&user, &headers, carry_out(&desk, &section, &action, &fields).await, &page)
}

async fn carry_out(desk: &Desk<'_>, section: &str, action: &str, fields: &Fields) -> Result<Done, Problem> {
    match (section, action) {
        ("repositories", "connect") => repositories::connect(desk, fields).await,
        ("repositories", "disconnect") => repositories::disconnect(desk, fields).await,
        ("clusters", "change") => clusters::change(desk, fields).await,
        ("clusters", "remove") => clusters::remove(desk, fields).await,
        ("projects", "create") => projects::create(desk, fields).await,
        ("projects", "change") => projects::change(desk, fields).await,
        ("projects", "spec") => projects::spec(desk, fields).await,
        ("projects", "delete") => projects::delete(desk, fields).await,
        ("accounts", "password") => accounts::change_password(desk, fields).await,
        ("accounts", "revoke") => accounts::revoke(desk, fields).await,
        ("certificates", "hosts") => certificates::add_hosts(desk, fields).await,
        ("certificates", "tls") => certificates::add_tls(desk, fields).await,
        ("certificates", "remove") => certificates::remove(desk, fields).await,
        _ => Err(Problem::missing()),
    }
}
