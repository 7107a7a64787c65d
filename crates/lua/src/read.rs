//! What `argocd-cm` says about health and actions, read into scripts by kind.

use crate::sandbox::Libraries;
use crate::scripts::{Customizations, Definition, Script, UserActions};
use api::Glob;
use budget::Budget;
use serde_json::Value;
use std::collections::BTreeMap;

const HEALTH: &str = "resource.customizations.health.";
const ACTIONS: &str = "resource.customizations.actions.";
const OPEN_LIBRARIES: &str = "resource.customizations.useOpenLibs.";
const OLD_FORM: &str = "resource.customizations";

/// Reads the data of the ConfigMap. What cannot be read is named; the rest holds.
pub(crate) fn read(data: &BTreeMap<String, String>) -> (Customizations, Vec<String>) {
    let mut read = Customizations::default();
    let mut problems = Vec::new();
    for (key, text) in data {
        let result = if key == OLD_FORM {
            old_form(&mut read, text)
        } else if let Some(kind) = key.strip_prefix(HEALTH) {
            let has_many = data.get(&format!("{OPEN_LIBRARIES}{kind}")).is_some_and(|text| text.trim() == "true");
            let libraries = if has_many { Libraries::Many } else { Libraries::Few };
            insert_health(&mut read, &kind_of(kind), text, libraries);
            Ok(())
        } else if let Some(kind) = key.strip_prefix(ACTIONS) {
            actions(text).map(|actions| drop(read.actions.insert(kind_of(kind), actions)))
        } else {
            Ok(())
        };
        if let Err(problem) = result {
            problems.push(format!("argocd-cm: {key}: {problem}"));
        }
    }
    (read, problems)
}

/// `group_Kind` or `Kind` as `group/Kind` or `Kind`. Groups have no underscore; kinds neither.
fn kind_of(key: &str) -> String {
    match key.split_once('_') {
        Some((group, kind)) if !group.is_empty() => format!("{group}/{kind}"),
        Some((_, kind)) => kind.to_owned(),
        None => key.to_owned(),
    }
}

/// All customizations in one text, by `group/Kind`; either may hold `*`.
fn old_form(read: &mut Customizations, text: &str) -> Result<(), String> {
    let all = yaml(text)?;
    for (kind, own) in all.as_object().into_iter().flatten() {
        if let Some(script) = own.get("health.lua").and_then(Value::as_str) {
            let has_many = own.get("health.lua.useOpenLibs").and_then(Value::as_bool).unwrap_or_default();
            let libraries = if has_many { Libraries::Many } else { Libraries::Few };
            insert_health(read, kind, script, libraries);
        }
        match own.get("actions") {
            Some(Value::String(text)) => drop(read.actions.insert(kind.clone(), actions(text)?)),
            Some(value @ Value::Object(_)) => drop(read.actions.insert(kind.clone(), user_actions(value)?)),
            _ => {}
        }
    }
    Ok(())
}

fn insert_health(read: &mut Customizations, kind: &str, text: &str, libraries: Libraries) {
    if text.trim().is_empty() {
        return;
    }
    let script = Script { text: text.into(), libraries };
    if kind.contains(['*', '?', '[', '{']) {
        read.patterns.push((kind.to_owned(), Glob::new(kind, &[]), script));
    } else {
        read.health.insert(kind.to_owned(), script);
    }
}

fn actions(text: &str) -> Result<UserActions, String> {
    user_actions(&yaml(text)?)
}

fn user_actions(value: &Value) -> Result<UserActions, String> {
    let text = |value: &Value, field: &str| value.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut definitions = Vec::new();
    for definition in value.get("definitions").and_then(Value::as_array).into_iter().flatten() {
        let name = text(definition, "name");
        if name.is_empty() {
            return Err("definitions: each needs a name".to_owned());
        }
        definitions.push(Definition { name, script: text(definition, "action.lua").into() });
    }
    Ok(UserActions {
        discovery: text(value, "discovery.lua").into(),
        merges_built_in: value.get("mergeBuiltinActions").and_then(Value::as_bool).unwrap_or_default(),
        definitions,
    })
}

fn yaml(text: &str) -> Result<Value, String> {
    yaml::parse_one(text.as_bytes(), yaml::Dialect::V2, &mut Budget::default()).map_err(|error| error.to_string())
}
