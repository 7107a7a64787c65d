//! Actions that are Lua: which there are for an object, and what one of them writes.

use crate::convert::restore_empty_maps;
use crate::limits::Limits;
use crate::sandbox::{LuaError, Returned, Run};
use health::actions::{ActionError, Available, Effect};
use merge::merge_patch;
use object::Object;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// As many actions an object may have, and objects one may write.
const ACTIONS_MAX: usize = 100;

/// An action that an object has, built in or of the user's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Action {
    /// What it is called.
    pub name: String,
    /// Whether it would change nothing now.
    pub is_disabled: bool,
    /// The parameters it takes.
    pub parameters: Vec<String>,
    /// What pages call it; empty for its name.
    pub display_name: String,
    /// The class of the icon that pages show.
    pub icon_class: String,
}

/// Why an action cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// A built-in one refuses, or there is none of this name.
    #[error(transparent)]
    Refused(#[from] ActionError),
    /// The script fails.
    #[error(transparent)]
    Script(#[from] LuaError),
}

impl From<Available> for Action {
    fn from(built_in: Available) -> Self {
        Action {
            name: built_in.name.to_owned(),
            is_disabled: built_in.is_disabled,
            parameters: built_in.parameters.iter().map(|name| (*name).to_owned()).collect(),
            ..Action::default()
        }
    }
}

/// The actions that a discovery script finds.
pub(crate) fn discover(run: &Run<'_>, limits: Limits) -> Result<BTreeMap<String, Action>, LuaError> {
    let found = match run.run(limits)? {
        Returned::Table(Value::Object(found)) => found,
        Returned::Table(Value::Array(items)) if items.is_empty() => Map::new(),
        Returned::Nothing => Map::new(),
        Returned::Table(_) => return Err(LuaError(format!("{}: a table by names of actions was expected", run.name))),
        Returned::Other(kind) => return Err(LuaError(format!("{}: a table was expected, not a {kind}", run.name))),
    };
    if found.len() > ACTIONS_MAX {
        return Err(LuaError(format!("{}: more than {ACTIONS_MAX} actions", run.name)));
    }
    Ok(found.into_iter().map(|(name, about)| (name.clone(), action(name, &about))).collect())
}

fn action(name: String, about: &Value) -> Action {
    let text = |field: &str| about.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let parameters = about.get("params").and_then(Value::as_array).into_iter().flatten();
    Action {
        name,
        is_disabled: about.get("disabled").and_then(Value::as_bool).unwrap_or_default(),
        parameters: parameters.filter_map(|it| it.get("name")?.as_str()).map(str::to_owned).collect(),
        display_name: text("displayName"),
        icon_class: text("iconClass"),
    }
}

/// What an action's script writes. It returns the object as it shall be, or a list of what to make and to change.
pub(crate) fn act(run: &Run<'_>, live: &Object, limits: Limits) -> Result<Vec<Effect>, LuaError> {
    let wrong = |what: &str| LuaError(format!("{}: {what}", run.name));
    match run.run(limits)? {
        Returned::Table(Value::Array(items)) => {
            if items.is_empty() || items.len() > ACTIONS_MAX {
                return Err(wrong("between 1 and 100 objects were expected"));
            }
            let effects: Result<Vec<Vec<Effect>>, LuaError> =
                items.iter().map(|item| impact(run, item, live)).collect();
            Ok(effects?.concat())
        }
        Returned::Table(object @ Value::Object(_)) => patch(run, object, live),
        Returned::Table(_) | Returned::Nothing => Err(wrong("the changed object was expected, nothing was returned")),
        Returned::Other(kind) => Err(wrong(&format!("the changed object was expected, not a {kind}"))),
    }
}

fn impact(run: &Run<'_>, item: &Value, live: &Object) -> Result<Vec<Effect>, LuaError> {
    let resource = item.get("resource").cloned().unwrap_or_default();
    match item.get("operation").and_then(Value::as_str) {
        Some("create") => Ok(vec![Effect::Create(resource)]),
        Some("patch") => patch(run, resource, live),
        _ => Err(LuaError(format!("{}: each entry needs operation (create or patch) and resource", run.name))),
    }
}

/// The difference between the object and what it shall be; its status apart, for that is written apart.
fn patch(run: &Run<'_>, mut made: Value, live: &Object) -> Result<Vec<Effect>, LuaError> {
    let original = without_nulls(live.value());
    restore_empty_maps(&mut made, &original);
    let is_same = |pointer: &str| made.pointer(pointer) == original.pointer(pointer);
    if !["/kind", "/metadata/name", "/metadata/namespace"].into_iter().all(is_same) {
        return Err(LuaError(format!("{}: a patch must return the object it was given, changed", run.name)));
    }
    let mut difference = merge_patch::create(&original, &made);
    let status = difference.as_object_mut().and_then(|map| map.remove("status"));
    let mut effects = Vec::new();
    if difference.as_object().is_some_and(|map| !map.is_empty()) {
        effects.push(Effect::Patch(difference));
    }
    effects.extend(status.map(|status| Effect::PatchStatus(serde_json::json!({"status": status}))));
    Ok(effects)
}

/// Lua has no nulls, so they are no difference.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let held = map.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(held.map(|(key, value)| (key, without_nulls(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        other => other,
    }
}
