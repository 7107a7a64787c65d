//! Single resources of an application: read, changed, deleted, acted on. What is no part of the application's tree is
//! not reached, whoever asks.

use super::place::Place;
use crate::call::Call;
use crate::problem::Problem;
use crate::redact::without_secrets;
use crate::reply::Reply;
use cluster::{Change, Part, PatchKind, Precondition, Propagation, Target, Write};
use health::actions::Effect;
use object::{Gvk, Key, Object};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Upstream's reasons of events.
const RESOURCE_UPDATED: &str = "ResourceUpdated";
const RESOURCE_DELETED: &str = "ResourceDeleted";
const ACTION_RAN: &str = "ResourceActionRan";

/// Tells who did what to a resource, as an event of the application.
fn told(call: &Call, reason: &str, what: &str, resource: &Object) -> Result<(), Problem> {
    let Gvk { group, kind, .. } = resource.gvk();
    let what = format!("{what} resource {group}/{kind} {}", resource.name());
    call.site.audit_application(&call.who, &call.entry()?.object, reason, &what);
    Ok(())
}

/// One live resource, without secrets. `manifest` is text, as upstream has it.
pub async fn get(call: Call) -> Result<Reply, Problem> {
    let place = Place::of(&call)?;
    let live = live(&call, &place).await?;
    Ok(manifest(&live))
}

/// Changes one live resource.
pub async fn patch(call: Call) -> Result<Reply, Problem> {
    let place = Place::of(&call)?;
    let live = live(&call, &place).await?;
    let kind = match call.asked.text("patchType") {
        "application/json-patch+json" | "" => PatchKind::Json,
        "application/merge-patch+json" => PatchKind::Merge,
        "application/strategic-merge-patch+json" => PatchKind::Strategic,
        other => return Err(Problem::invalid(format!("patch type {other:?} is not supported"))),
    };
    // Compat: the body is the patch itself, as a text of JSON.
    let text = call.asked.body.as_str().unwrap_or_else(|| call.asked.field("patch"));
    let body: Value = serde_json::from_str(text).map_err(|_| Problem::invalid("the patch is not JSON"))?;
    let only_if = Precondition { uid: Some(live.meta().uid.clone()), resource_version: None };
    let change = Change::Patch { kind, body, part: Part::Whole };
    let written = place.client.write(&Write::new(Target::of(&live), change).only_if(only_if)).await?;
    told(&call, RESOURCE_UPDATED, "patched", &live)?;
    Ok(manifest(&written.object.unwrap_or(live)))
}

/// Deletes one live resource.
pub async fn delete(call: Call) -> Result<Reply, Problem> {
    let place = Place::of(&call)?;
    let key = key(&call);
    let node = place.node(&key).ok_or_else(|| absent(&call))?;
    let propagation = match (call.asked.is("force"), call.asked.is("orphan")) {
        (_, true) => Propagation::Orphan,
        (true, false) => Propagation::Background,
        (false, false) => Propagation::Foreground,
    };
    let object = node.cached.object;
    let only_if = Precondition { uid: Some(object.meta().uid.clone()), resource_version: None };
    place.client.write(&Write::new(Target::of(&object), Change::Delete(propagation)).only_if(only_if)).await?;
    told(&call, RESOURCE_DELETED, "deleted", &object)?;
    Ok(Reply::done())
}

/// The actions that one resource has.
pub async fn list_actions(call: Call) -> Result<Reply, Problem> {
    let place = Place::of(&call)?;
    let live = live(&call, &place).await?;
    let mut actions = Vec::new();
    let said = call.site.plane.now();
    let found = said.settings.customizations.discover(&live, call.site.clock.now());
    for action in found.map_err(|error| Problem::precondition(error.to_string()))? {
        let mut value = json!({"name": action.name});
        if action.is_disabled {
            value["disabled"] = json!(true);
        }
        if !action.parameters.is_empty() {
            let parameters: Vec<Value> = action.parameters.iter().map(|name| json!({"name": name})).collect();
            value["params"] = json!(parameters);
        }
        actions.push(value);
    }
    Ok(Reply::Json(json!({"actions": actions})))
}

/// Runs an action of one resource.
pub async fn run_action(call: Call) -> Result<Reply, Problem> {
    let place = Place::of(&call)?;
    let live = live(&call, &place).await?;
    let action = call.asked.body.as_str().unwrap_or_else(|| call.asked.field("action"));
    let given = call.asked.body.get("resourceActionParameters").and_then(Value::as_array);
    let pair = |one: &Value| Some((one["name"].as_str()?.to_owned(), one["value"].as_str()?.to_owned()));
    let parameters: BTreeMap<String, String> = given.into_iter().flatten().filter_map(pair).collect();
    let said = call.site.plane.now();
    let effects = said.settings.customizations.act(&live, action, &parameters, call.site.clock.now());
    for effect in effects.map_err(|error| Problem::invalid(error.to_string()))? {
        let patch = |body, part| Write::new(Target::of(&live), Change::Patch { kind: PatchKind::Merge, body, part });
        let write = match effect {
            Effect::Patch(body) => patch(body, Part::Whole),
            Effect::PatchStatus(body) => patch(body, Part::Status),
            Effect::Create(value) => {
                let made = Object::from_value(&value).map_err(|error| Problem::invalid(error.to_string()))?;
                // What an action makes must be permitted as what a source declares is.
                if !place.permits(&made.key()) {
                    return Err(Problem::denied());
                }
                Write::new(Target::of(&made), Change::Create(made))
            }
        };
        place.client.write(&write).await?;
    }
    told(&call, ACTION_RAN, &format!("ran action {action} on"), &live)?;
    Ok(Reply::done())
}

/// The live object that a call names, of the application's tree.
async fn live(call: &Call, place: &Place) -> Result<Object, Problem> {
    let key = key(call);
    let node = place.node(&key).ok_or_else(|| absent(call))?;
    let gvk = node.cached.object.gvk();
    let wanted = call.asked.text("version");
    let gvk = if wanted.is_empty() { gvk.clone() } else { Gvk::new(&gvk.group, wanted, &gvk.kind) };
    let found = place.client.get(&gvk, key.namespace.as_deref(), &key.name).await?;
    found.ok_or_else(|| absent(call))
}

fn key(call: &Call) -> Key {
    let text = |name: &str| call.asked.text(name);
    let namespace = Some(text("namespace")).filter(|namespace| !namespace.is_empty());
    Key::new(text("group"), text("kind"), namespace, text("resourceName"))
}

/// Compat: upstream's words.
fn absent(call: &Call) -> Problem {
    let text = |name: &str| call.asked.text(name);
    let (kind, group, name) = (text("kind"), text("group"), text("resourceName"));
    Problem::invalid(format!("{kind} {group} {name} not found as part of application {}", call.asked.part("name")))
}

fn manifest(object: &Object) -> Reply {
    Reply::Json(json!({"manifest": without_secrets(object.value()).to_string()}))
}
