//! What is open beside the resources: a panel of the application, or a resource.

use super::at::{At, Open, TABS};
use super::head::Look;
use super::{app, compared, log, panels, resource};
use crate::live_tree::{client_of, object, tree};
use crate::problem::Problem;
use appview::parse_node_id;
use cluster::ListQuery;
use look::inert;
use look::marks::sign;
use maud::{Markup, html};
use object::Gvk;
use rbac::{Resource, actions};

/// So many events of one resource are shown.
const EVENTS_MAX: usize = 50;

/// What is open; `None` when nothing is.
pub async fn drawer(look: &Look<'_>) -> Option<Markup> {
    let (title, tabs, content) = match &look.at.open {
        Open::Nothing => return None,
        Open::Panel(panel) => (panel_title(panel).to_owned(), html! {}, panel_content(look, panel).await),
        Open::Resource(id, tab) => {
            let key = parse_node_id(id)?;
            (key.name.to_string(), tabs(look.at, id, tab, &key.kind), resource_content(look, id, tab).await)
        }
    };
    let content = content.unwrap_or_else(|problem| html! { p.wrong role="alert" { (inert(&problem.message)) } });
    let version = match &look.at.open {
        Open::Resource(id, tab) if *tab != "summary" => {
            let known = parse_node_id(id).and_then(|key| look.world.cache().get(&key).into_known());
            Some(known.map(|own| own.object.meta().resource_version.to_string()).unwrap_or_default())
        }
        Open::Panel(panel) if *panel != "result" => Some(String::new()),
        _ => None,
    };
    Some(html! {
        header { h2 { (inert(&title)) } span.fill {} a.button.plain id="close" href=(look.at.closed()) data-visit aria-label="Close" title="Close (esc)" { (sign("bad")) } }
        (tabs)
        @if let Some(version) = version { (maud::PreEscaped(app::stamp(look.entry, &version).html())) }
        (content)
    })
}

fn panel_title(panel: &str) -> &'static str {
    match panel {
        "sync" => "Sync",
        "diff" => "What differs",
        "result" => "Last operation",
        "history" => "History and rollback",
        "delete" => "Delete",
        _ => "Details",
    }
}

async fn panel_content(look: &Look<'_>, panel: &str) -> Result<Markup, Problem> {
    Ok(match panel {
        "sync" => panels::sync(look),
        "diff" => compared::all(look).await?,
        "result" => html! { (maud::PreEscaped(crate::view::Part::new("result", panels::result(look)).html())) },
        "history" => panels::history(look),
        "delete" => panels::delete(look),
        _ => panels::details(look),
    })
}

fn tabs(at: &At, id: &str, open: &str, kind: &str) -> Markup {
    html! {
        nav.tabs aria-label="Of this resource" {
            @for (tab, label) in TABS {
                @if tab != "logs" || kind == "Pod" {
                    a.tab href=(at.at_node(id, tab)) data-visit aria-current=[(tab == open).then_some("true")] { (label) }
                }
            }
        }
    }
}

async fn resource_content(look: &Look<'_>, id: &str, tab: &str) -> Result<Markup, Problem> {
    match tab {
        "diff" => compared::one(look, id).await,
        "manifest" => manifest(look, id).await,
        "events" => events(look, id).await,
        "logs" => {
            if !look.site.may(look.user, Resource::Logs, actions::GET, &look.entry.policy) {
                return Err(Problem::refused("read logs"));
            }
            let (client, pod) = object(look.site, look.world, look.entry, id).await?;
            log::view(look, &client, &pod, id).await
        }
        _ => Ok(resource::summary(look, &tree(look.world, look.entry), id)),
    }
}

async fn manifest(look: &Look<'_>, id: &str) -> Result<Markup, Problem> {
    let (_, live) = object(look.site, look.world, look.entry, id).await?;
    let text = compared::yaml_of(&live.key(), Some(live.value()));
    let (text, left_out) = compared::bounded(&text);
    Ok(html! {
        section.manifest {
            @if left_out > 0 { p.notice { (left_out) " more lines are not shown; `kubectl get -o yaml` has them all." } }
            pre.yaml tabindex="0" { code { (text) } }
        }
    })
}

async fn events(look: &Look<'_>, id: &str) -> Result<Markup, Problem> {
    let (_, live) = object(look.site, look.world, look.entry, id).await?;
    let client = client_of(look.site, look.world, look.entry).await?;
    let query = live.namespace().map_or_else(ListQuery::default, ListQuery::in_namespace);
    let query = query.fields(&format!("involvedObject.uid={}", live.meta().uid));
    let listed = client.list(&Gvk::new("", "v1", "Event"), &query).await?;
    let entries = appview::timeline(&appview::Past { applications: &[], events: &listed, drift: &[] });
    Ok(html! {
        @if entries.is_empty() { p.quiet { "The cluster has written down no event of it." } }
        ol.timeline { @for entry in entries.iter().take(EVENTS_MAX) {
            li {
                span class=(if entry.kind == appview::Kind::Trouble { "dot bad" } else { "dot idle" }) { (sign(if entry.kind == appview::Kind::Trouble { "warn" } else { "idle" })) }
                span.when { (look::times::ago(entry.at, look.now)) " ago" }
                div { p { (inert(&entry.what)) @if entry.times > 1 { span.quiet { " (" (entry.times) " times)" } } } @if !entry.who.is_empty() { p.quiet { (inert(&entry.who)) } } }
            }
        } }
    })
}
