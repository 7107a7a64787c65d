//! What containers have written: the last lines, searched on the server, and those that follow as a stream.

use super::at::{At, Open};
use super::head::Look;
use crate::door::User;
use crate::live_tree::object;
use crate::log_stream::Following;
use crate::logs::{Container, LINES_MAX, containers, lines};
use crate::problem::Problem;
use crate::site::Site;
use axum::body::Body;
use axum::extract::{Extension, Path, State};
use axum::response::{IntoResponse, Response};
use cluster::ClusterClient;
use http::{HeaderMap, StatusCode, Uri, header};
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
    // What was written before the last restart does not grow.
    let follow = Some(follow).filter(|_| !query.previous);
    Ok(html! {
        form.search.log method="get" action=(look.at.path()) role="search" {
            input type="hidden" name="node" value=(id); input type="hidden" name="tab" value="logs";
            label.words { (look::marks::sign("search")) span.unseen { "Search the log" } input type="search" name="find" value=(query.words) placeholder="Only lines with" autocomplete="off" spellcheck="false"; }
            label { span.unseen { "Container" } select name="container" { @for own in containers(pod) { option value=(own) selected[own == query.container] { (inert(&own)) } } } }
            label.check { input type="checkbox" name="previous" value="1" checked[query.previous]; span { "Before the last restart" } }
            @if !query.previous { label.check.scripted-only { input type="checkbox" id="follow" checked; span { "Follow" } } }
            button.scriptless type="submit" { "Search" }
        }
        @match found {
            Ok((found, last)) => {
                @if found.len() >= LINES_MAX { p.quiet { "The last " (LINES_MAX) " lines." } }
                pre.log id="log" tabindex="0" aria-label="Log" data-log=[&follow] data-after=[last] { @for line in &found { (line.text) "\n" } }
                p.quiet id="log-said" role="status" { @if found.is_empty() { "It has written nothing" @if !query.words.is_empty() { " with these words" } "." } }
            }
            Err(problem) => { p.quiet { (inert(&problem.message)) } }
        }
    })
}

/// The lines that follow, as events.
pub async fn follow(
    State(site): State<Arc<Site>>,
    Extension(user): Extension<User>,
    Path((namespace, name)): Path<(String, String)>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let entry = site.application(&user, &namespace, &name).await?;
    if !site.may(&user, Resource::Logs, actions::GET, &entry.policy) {
        return Err(Problem::refused("read logs"));
    }
    let at = At::read(&namespace, &name, uri.query());
    let Open::Resource(id, _) = &at.open else { return Err(Problem::missing()) };
    let busy = |_| Problem::new(StatusCode::TOO_MANY_REQUESTS, "Too many logs are followed at once; try again later.");
    let place = Arc::clone(&site.followers).try_acquire_owned().map_err(busy)?;
    let (client, pod) = object(&site, site.world().await?, &entry, id).await?;
    let container = Container::of(&pod, &at.log)?;
    // A stream that broke says where it ended; the first one begins behind what the page shows.
    let told = headers.get("last-event-id").and_then(|own| own.to_str().ok()).map(str::to_owned);
    let asked = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let asked = asked.into_owned().find(|(key, _)| key == "after").map(|own| own.1);
    let after = told.or(asked).and_then(|own| own.parse().ok());
    let following = Following::new(client, container, &at.log, after, place);
    let body = Body::from_stream(futures::stream::unfold(following, Following::next));
    Ok(([(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")], body).into_response())
}
