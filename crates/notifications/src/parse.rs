//! Keys of a ConfigMap, read. Whose they are is not known here.

use crate::destination::Destination;
use crate::limits;
use crate::secrets::Secrets;
use crate::selector::Selector;
use crate::subscription::Global;
use crate::trigger::{Condition, Trigger};
use serde::Deserialize;
use serde_json::Value as Json;
use yaml::Dialect;

#[derive(Deserialize)]
struct RawGlobal {
    #[serde(default)]
    recipients: Option<Vec<String>>,
    #[serde(default)]
    triggers: Option<Vec<String>>,
    #[serde(default)]
    selector: Option<String>,
}

pub(crate) fn tree(text: &str) -> Result<Json, String> {
    yaml::parse_one(text.as_bytes(), Dialect::V2, &mut limits::reading()).map_err(|error| error.to_string())
}

pub(crate) fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    // Serde's words name types and fields, and may hold values: those of a ConfigMap are not secret.
    serde_json::from_value(tree(text)?).map_err(|error| error.to_string())
}

pub(crate) fn trigger(text: &str) -> Result<Trigger, String> {
    Trigger::compile(read::<Option<Vec<Condition>>>(text)?.unwrap_or_default())
}

pub(crate) fn globals(text: &str) -> Result<Vec<Global>, String> {
    let raw: Option<Vec<RawGlobal>> = read(text)?;
    raw.unwrap_or_default().into_iter().map(global).collect()
}

fn global(raw: RawGlobal) -> Result<Global, String> {
    Ok(Global {
        recipients: raw.recipients.unwrap_or_default().iter().map(|text| Destination::parse(text)).collect(),
        triggers: raw.triggers.unwrap_or_default(),
        selector: Selector::parse(&raw.selector.unwrap_or_default())?,
    })
}

/// Every `$key` in the texts of a tree with its value, and the keys that there are none of.
pub(crate) fn resolved(tree: &Json, secrets: &Secrets) -> (Json, Vec<String>) {
    let mut missing = Vec::new();
    (resolve(tree, secrets, &mut missing), missing)
}

// Trees are no deeper than what reads them lets pass.
fn resolve(tree: &Json, secrets: &Secrets, missing: &mut Vec<String>) -> Json {
    let mut text = |text: &str| {
        let (text, lacking) = secrets.resolved(text);
        missing.extend(lacking);
        text
    };
    match tree {
        Json::String(value) => Json::String(text(value)),
        Json::Array(items) => items.iter().map(|item| resolve(item, secrets, missing)).collect(),
        Json::Object(entries) => {
            let mut out = serde_json::Map::new();
            for (key, value) in entries {
                let (key, lacking) = secrets.resolved(key);
                missing.extend(lacking);
                out.insert(key, resolve(value, secrets, missing));
            }
            Json::Object(out)
        }
        other => other.clone(),
    }
}
