//! `trigger get`, `template get`.

use super::place::Output;
use crate::failure::Failure;
use crate::tabs::{Layout, align};
use crate::terminal;
use notifications::{Config, Template, Trigger};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// Shows triggers.
pub(super) fn triggers(config: &Config, name: Option<&str>, output: Output) -> Result<(), Failure> {
    let found: BTreeMap<&str, &Trigger> = picked(&config.triggers, "trigger", name);
    let mut table = "NAME\tTEMPLATE\tCONDITION\n".to_owned();
    for (name, trigger) in &found {
        for (at, condition) in trigger.conditions().iter().enumerate() {
            let name = if at == 0 { name } else { "" };
            table.push_str(&format!("{name}\t{}\t{}\n", condition.send.join(", "), condition.when));
        }
    }
    let tree = |trigger: &Trigger| serde_json::to_value(trigger.conditions()).unwrap_or_default();
    show(&found, &table, tree, output)
}

/// Shows templates.
pub(super) fn templates(config: &Config, name: Option<&str>, output: Output) -> Result<(), Failure> {
    let found: BTreeMap<&str, &Template> = picked(&config.templates, "template", name);
    let mut table = "NAME\tPREVIEW\n".to_owned();
    for (name, template) in &found {
        table.push_str(&format!("{name}\t{}\n", template.definition().preview()));
    }
    show(&found, &table, |template: &Template| template.definition().to_json(), output)
}

/// Those that can be read; of others it is said why not.
fn picked<'c, T>(
    all: &'c BTreeMap<String, Result<T, String>>,
    kind: &str,
    name: Option<&str>,
) -> BTreeMap<&'c str, &'c T> {
    let wanted = all.iter().filter(|(known, _)| name.is_none_or(|name| name == known.as_str()));
    let mut found = BTreeMap::new();
    for (name, item) in wanted {
        match item {
            Ok(item) => drop(found.insert(name.as_str(), item)),
            Err(why) => terminal::note(&format!("{kind}.{name} cannot be read: {why}")),
        }
    }
    found
}

fn show<T>(found: &BTreeMap<&str, &T>, table: &str, tree: impl Fn(&T) -> Json, output: Output) -> Result<(), Failure> {
    let all = || Json::Object(found.iter().map(|(name, item)| ((*name).to_owned(), tree(item))).collect::<Map<_, _>>());
    terminal::print(&match output {
        Output::Wide => align(table, Layout::PROGRESS),
        Output::Name => found.keys().map(|name| format!("{name}\n")).collect(),
        Output::Yaml => yaml::emit(&all()),
        Output::Json => format!("{:#}\n", all()),
    })
}
