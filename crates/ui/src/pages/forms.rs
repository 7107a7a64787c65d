//! What buttons do. Each is permitted, or refused, here and nowhere else.

use super::at::At;
use super::layout;
use super::panels::{SYNC_FLAGS, SYNC_OPTIONS};
use crate::act::{Acting, Deletion, SyncWish};
use crate::door::User;
use crate::entry::Entry;
use crate::live_tree::object;
use crate::problem::Problem;
use crate::respond::{self, Fields};
use crate::site::Site;
use appview::parse_node_id;
use axum::body::Body;
use axum::extract::{Extension, Path, State};
use axum::response::Response;
use cluster::Propagation;
use http::{HeaderMap, StatusCode};
use rbac::actions;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use sync::Pruning;

/// What was done, and where to look then.
pub struct Done {
    /// For people.
    pub message: String,
    /// Where to look; `None` stays.
    pub location: Option<String>,
}

/// Does what a button says, and sends the browser back to the page; a script is told in JSON.
pub async fn act(
    State(site): State<Arc<Site>>,
    Extension(user): Extension<User>,
    Path((namespace, name, action)): Path<(String, String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let at = At { namespace, name, ..At::default() };
    let done = carry_out(&site, &user, &at, &action, body).await;
    answer(&user, &headers, done, &at.path())
}

/// The answer to a form.
pub fn answer(user: &User, headers: &HeaderMap, done: Result<Done, Problem>, page: &str) -> Response {
    let is_script = respond::is_script(headers);
    match done {
        Ok(done) if is_script => {
            respond::json(StatusCode::OK, &json!({"message": done.message, "location": done.location}))
        }
        Ok(done) => respond::see_other(done.location.as_deref().unwrap_or(page)),
        Err(problem) if is_script => respond::json(problem.status, &json!({"message": problem.message})),
        Err(problem) => layout::problem(user, &problem, page),
    }
}

async fn carry_out(site: &Site, user: &User, at: &At, action: &str, body: Body) -> Result<Done, Problem> {
    let fields = respond::form(body).await?;
    let entry = site.application(user, &at.namespace, &at.name).await?;
    let acting = Acting { site, world: site.world().await?, who: &user.name };
    let may = |action: &str, what: &str| {
        if site.may_app(user, action, &entry) { Ok(()) } else { Err(Problem::refused(what)) }
    };
    let at_panel = |panel| Some(at.at_panel(panel));
    let told = |message: &str, location| Ok(Done { message: format!("{} {message}", at.name), location });
    match action {
        "sync" => {
            may(actions::SYNC, "sync this application")?;
            let wish = wish(&fields)?;
            if !wish.revision.is_empty() && wish.revision != entry.row.target {
                may(actions::OVERRIDE, "sync to another revision than its source names")?;
            }
            acting.sync(&entry, &wish).await?;
            told("is being synced", at_panel("result"))
        }
        "refresh" | "hard-refresh" => {
            may(actions::GET, "refresh this application")?;
            acting.refresh(&entry, if action == "refresh" { "normal" } else { "hard" }).await?;
            told("is being looked at again", None)
        }
        "rollback" => {
            may(actions::SYNC, "roll this application back")?;
            let id = fields.get("id").parse().map_err(|_| Problem::wrong("Choose a deployment."))?;
            let pruning = if fields.is("prune") { Pruning::Prune } else { Pruning::Keep };
            acting.rollback(&entry, id, pruning).await?;
            told("is being rolled back", at_panel("result"))
        }
        "terminate" => {
            may(actions::SYNC, "end this operation")?;
            acting.terminate(&entry).await?;
            told("ends its operation", None)
        }
        "change" => {
            may(actions::UPDATE, "change this application")?;
            acting.change(&entry, changed(&entry, &fields)).await?;
            told("has been changed", None)
        }
        "confirm-deletion" => {
            may(actions::UPDATE, "approve deletions")?;
            acting.confirm_deletion(&entry).await?;
            told("may delete what asked for approval", None)
        }
        "delete" => {
            may(actions::DELETE, "delete this application")?;
            confirmed(&fields, &at.name)?;
            let how = match fields.get("how") {
                "background" => Deletion::Background,
                "leave" => Deletion::Leaving,
                _ => Deletion::Foreground,
            };
            acting.delete(&entry, how).await?;
            told("is being deleted", Some("/applications".to_owned()))
        }
        "run" | "delete-resource" => on_resource(&acting, user, &entry, action, &fields).await,
        _ => Err(Problem::missing()),
    }
}

async fn on_resource(
    acting: &Acting<'_>,
    user: &User,
    entry: &Entry,
    action: &str,
    fields: &Fields,
) -> Result<Done, Problem> {
    let site = acting.site;
    let key = parse_node_id(fields.get("node")).ok_or_else(Problem::missing)?;
    if action == "delete-resource" {
        let namespace = key.namespace.as_deref().unwrap_or_default();
        let own = actions::on_delete(&key.group, &key.kind, namespace, &key.name);
        if !site.may_app(user, &own, entry) && !site.may_app(user, actions::DELETE, entry) {
            return Err(Problem::refused("delete this resource"));
        }
        confirmed(fields, &key.name)?;
        let (client, live) = object(site, acting.world, entry, fields.get("node")).await?;
        acting.remove(&client, &live, Propagation::Background).await?;
        return Ok(Done { message: format!("{} is being deleted", key.name), location: None });
    }
    let name = fields.get("action");
    if !site.may_app(user, &actions::on_action(&key.group, &key.kind, name), entry) {
        return Err(Problem::refused("run this action"));
    }
    let (client, live) = object(site, acting.world, entry, fields.get("node")).await?;
    let available = health::actions::discover(&live);
    let known =
        available.iter().find(|own| own.name == name).ok_or_else(|| Problem::wrong("It has no such action."))?;
    let parameters: BTreeMap<String, String> = known
        .parameters
        .iter()
        .map(|own| ((*own).to_owned(), fields.get(&format!("param-{own}")).to_owned()))
        .collect();
    acting.run(&client, &live, name, &parameters).await?;
    Ok(Done { message: format!("{}: {}", key.name, name.replace('-', " ")), location: None })
}

fn confirmed(fields: &Fields, name: &str) -> Result<(), Problem> {
    if fields.get("confirm") == name {
        Ok(())
    } else {
        Err(Problem::wrong("What you typed is not its name; nothing was deleted."))
    }
}

fn wish(fields: &Fields) -> Result<SyncWish, Problem> {
    let read = |id: &str| parse_node_id(id).ok_or_else(|| Problem::wrong("One of the resources cannot be read."));
    let resources: Result<Vec<_>, _> = fields.all("resource").map(read).collect();
    let options = SYNC_OPTIONS.iter().map(|own| own.0).filter(|own| fields.all("option").any(|it| it == *own));
    Ok(SyncWish {
        revision: fields.get("revision").to_owned(),
        flags: SYNC_FLAGS.iter().map(|own| (own.0, fields.is(own.0))).collect(),
        resources: resources?,
        options: options.collect(),
    })
}

fn changed(entry: &Entry, fields: &Fields) -> Value {
    let mut spec = json!({});
    let source = entry.application.spec.source.as_ref();
    if source.is_some_and(|own| own.target_revision != fields.get("revision")) {
        let revision = fields.get("revision");
        spec["source"] = json!({"targetRevision": if revision.is_empty() { Value::Null } else { json!(revision) }});
    }
    spec["syncPolicy"] = match fields.is("automated") {
        true => json!({"automated": {"enabled": null, "prune": fields.is("prune"), "selfHeal": fields.is("selfHeal")}}),
        false => json!({"automated": null}),
    };
    spec
}
