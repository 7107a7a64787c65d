//! What surrounds an application: its windows, its links, where its revisions come from.

use super::place::Place;
use crate::call::Call;
use crate::links;
use crate::problem::Problem;
use crate::reply::Reply;
use serde_json::{Value, json};
use windows::{Asked, Kind, Subject, Verdict, Windows};

/// The windows that concern it, and whether it may be synced by hand now.
pub async fn sync_windows(call: Call) -> Result<Reply, Problem> {
    let app = call.entry()?.application().map_err(|error| Problem::precondition(error.to_string()))?;
    let said = call.site.plane.now();
    let project = said.projects.get(app.spec.project_name()).ok_or_else(Problem::denied)?;
    let destination = said.destination(&app.spec.destination).ok();
    let subject = Subject {
        application: &app.metadata.name,
        namespace: &app.spec.destination.namespace,
        server: destination.as_ref().map_or(&app.spec.destination.server, |it| &it.server),
        cluster: destination.as_ref().map_or(&app.spec.destination.name, |it| &it.name),
    };
    let all = Windows::new(&project.read.spec.sync_windows);
    let now = call.site.clock.now();
    let told = |window: &windows::Window| {
        let kind = if window.kind() == Kind::Allow { "allow" } else { "deny" };
        let declared = project.read.spec.sync_windows.iter().find(|own| {
            own.kind == kind && windows::Window::new(own).is_ok_and(|own| own.describe() == window.describe())
        });
        declared.map_or_else(|| json!({"kind": kind}), |own| {
            json!({"kind": kind, "schedule": own.schedule, "duration": own.duration, "manualSync": own.manual_sync})
        })
    };
    let assigned: Vec<Value> = all.concerning(&subject).map(told).collect();
    let open = all.concerning(&subject).filter(|window| window.open_until(now).is_some());
    let active: Vec<Value> = open.map(told).collect();
    let can_sync = all.verdict(&subject, Asked::ByHand, None, now) == Verdict::Allowed;
    Ok(Reply::Json(json!({"assignedWindows": assigned, "activeWindows": active, "canSync": can_sync})))
}

/// The links of an application.
pub async fn links(call: Call) -> Result<Reply, Problem> {
    let entry = call.entry()?;
    Ok(Reply::Json(json!({"items": links::of(&entry.object)})))
}

/// The links of one of its resources.
pub async fn resource_links(call: Call) -> Result<Reply, Problem> {
    let place = Place::of(&call)?;
    let text = |name: &str| call.asked.text(name);
    let namespace = Some(text("namespace")).filter(|namespace| !namespace.is_empty());
    let key = object::Key::new(text("group"), text("kind"), namespace, text("resourceName"));
    let node =
        place.node(&key).ok_or_else(|| Problem::invalid("the resource was not found as part of the application"))?;
    Ok(Reply::Json(json!({"items": links::of(&node.cached.object)})))
}
