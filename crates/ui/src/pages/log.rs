//! What containers have written: the last lines, searched on the server, followed by asking again.

use super::at::{At, Open};
use super::head::Look;
use crate::door::User;
use crate::live_tree::object;
use crate::logs::{LINES_MAX, containers, lines};
use crate::problem::Problem;
use crate::site::Site;
use axum::extract::{Extension, Path, State};
use axum::response::{IntoResponse, Response};
use cluster::ClusterClient;
use http::{Uri, header};
use look::{inert, segment};
use maud::{Markup, html};
use object::Object;
use rbac::{Resource, actions};
use std::sync::Arc;

/// The log of a pod with what it is searched by.
pub async fn view(look: &Look<'_>, client: &ClusterClient, pod: &Object, id: &str) -> Result<Markup, Problem> {
    let query = &look.at.log;
    let found = lines(client, pod, query).await;
    let at = look.at.with(|at| at.open = Open::Resource(id.to_owned(), "logs"));
    let at = At { log: query.clone(), ..at };
    let follow = format!("/logs/{}/{}{}", segment(&at.namespace), segment(&at.name), at.query());
    Ok(html! {
        form.search.log method="get" action=(look.at.path()) role="search" {
            input type="hidden" name="node" value=(id); input type="hidden" name="tab" value="logs";
            label.words { (look::marks::sign("search")) span.unseen { "Search the log" } input type="search" name="find" value=(query.words) placeholder="Only lines with" autocomplete="off" spellcheck="false"; }
            label { span.unseen { "Container" } select name="container" { @for own in containers(pod) { option value=(own) selected[own == query.container] { (inert(&own)) } } } }
            label.check { input type="checkbox" name="previous" value="1" checked[query.previous]; span { "Before the last restart" } }
            label.check.scripted-only { input type="checkbox" id="follow" checked; span { "Follow" } }
            button.scriptless type="submit" { "Search" }
        }
        @match found {
            Ok(found) => {
                @if found.len() >= LINES_MAX { p.quiet { "The last " (LINES_MAX) " lines." } }
                pre.log id="log" tabindex="0" data-log=(follow) { @for line in &found { (inert(line)) "\n" } }
                @if found.is_empty() { p.quiet { "It has written nothing" @if !query.words.is_empty() { " with these words" } "." } }
            }
            Err(problem) => { p.quiet { (inert(&problem.message)) } }
        }
    })
}

/// The same lines as text, for who follows.
pub async fn text(
    State(site): State<Arc<Site>>,
    Extension(user): Extension<User>,
    Path((namespace, name)): Path<(String, String)>,
    uri: Uri,
) -> Result<Response, Problem> {
    let entry = site.application(&user, &namespace, &name).await?;
    if !site.may(&user, Resource::Logs, actions::GET, &entry.policy) {
        return Err(Problem::refused("read logs"));
    }
    let at = At::read(&namespace, &name, uri.query());
    let Open::Resource(id, _) = &at.open else { return Err(Problem::missing()) };
    let (client, pod) = object(&site, site.world().await?, &entry, id).await?;
    let found = lines(&client, &pod, &at.log).await?;
    let text: String = found.iter().map(|line| format!("{}\n", inert(line))).collect();
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}
