//! Keys of the oldest configurations: `config.yaml` in the ConfigMap, `notifiers.yaml` in the Secret.

use crate::config::{Config, ServiceConfig};
use crate::parse::{globals, read};
use crate::template::Template;
use crate::trigger::{Condition, Trigger};
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Legacy {
    triggers: Vec<LegacyTrigger>,
    templates: Vec<Map<String, Json>>,
    context: BTreeMap<String, String>,
    subscriptions: Option<Json>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct LegacyTrigger {
    name: String,
    condition: String,
    description: String,
    template: String,
    enabled: bool,
}

/// Services that the Secret's key may hold, one of each.
const SINGLE: [&str; 4] = ["email", "slack", "opsgenie", "grafana"];

/// Adds what old keys say. Compat: templates and services of theirs take the place of newer ones of the same name.
pub(crate) fn apply(config: &mut Config, data: &BTreeMap<String, String>) {
    if let Some(text) = config.secrets.text("notifiers.yaml").filter(|text| !text.is_empty()) {
        match read::<Option<Map<String, Json>>>(&text) {
            Ok(services) => add_services(config, &services.unwrap_or_default()),
            // The text is a secret: only that it is wrong is told.
            Err(_) => {
                config.problems.push("notifiers.yaml of the Secret cannot be read: it is no YAML of fields".to_owned())
            }
        }
    }
    if let Some(text) = data.get("config.yaml").filter(|text| !text.is_empty()) {
        match read::<Option<Legacy>>(text) {
            Ok(legacy) => add(config, legacy.unwrap_or_default()),
            Err(why) => config.problems.push(format!("config.yaml: {why}")),
        }
    }
}

fn add_services(config: &mut Config, services: &Map<String, Json>) {
    for kind in SINGLE {
        if let Some(options) = services.get(kind).filter(|options| options.is_object()) {
            let service = ServiceConfig { kind: kind.to_owned(), options: options.clone() };
            config.services.insert(kind.to_owned(), Ok(service));
        }
    }
    for options in services.get("webhook").and_then(Json::as_array).into_iter().flatten() {
        if let Some(name) = options.get("name").and_then(Json::as_str) {
            let service = ServiceConfig { kind: "webhook".to_owned(), options: options.clone() };
            config.services.insert(name.to_owned(), Ok(service));
        }
    }
}

fn add(config: &mut Config, legacy: Legacy) {
    config.context.extend(legacy.context);
    if let Some(subscriptions) = legacy.subscriptions.filter(|it| !it.is_null()) {
        match globals(&subscriptions.to_string()) {
            Ok(all) => config.subscriptions = all,
            Err(why) => config.problems.push(format!("config.yaml: subscriptions: {why}")),
        }
    }
    for template in legacy.templates {
        let word = |key: &str| template.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        let (name, subject, body) = (word("name"), word("subject"), word("body"));
        let mut tree = template;
        if !subject.is_empty() {
            let email = tree.entry("email").or_insert_with(|| Json::Object(Map::new()));
            if let Json::Object(email) = email {
                email.insert("subject".to_owned(), subject.into());
            }
        }
        if !body.is_empty() {
            tree.insert("message".to_owned(), body.into());
        }
        let template = Template::read(&name, &Json::Object(tree));
        config.templates.insert(name, template);
    }
    for trigger in legacy.triggers {
        add_trigger(config, trigger);
    }
}

fn add_trigger(config: &mut Config, legacy: LegacyTrigger) {
    let LegacyTrigger { name, condition, description, template, enabled } = legacy;
    if enabled {
        config.defaults.triggers.push(name.clone());
    }
    let known = match config.triggers.get(&name) {
        Some(Ok(trigger)) => trigger.conditions().to_vec(),
        _ => Vec::new(),
    };
    let mut conditions = if known.is_empty() { vec![Condition::default()] } else { known };
    if let Some(first) = conditions.first_mut() {
        let fill = |place: &mut String, text: String| {
            if !text.is_empty() {
                *place = text;
            }
        };
        fill(&mut first.when, condition);
        fill(&mut first.description, description);
        if !template.is_empty() {
            first.send = vec![template];
        }
    }
    config.triggers.insert(name, Trigger::compile(conditions));
}
