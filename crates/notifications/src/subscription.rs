//! Who wants to be told of what: annotations of objects and projects, and the configuration's own subscriptions.

use crate::destination::{Destination, Destinations};
use crate::limits;
use crate::selector::Selector;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use yaml::Dialect;

const SUBSCRIBE: &str = "notifications.argoproj.io/subscribe.";
const SUBSCRIPTIONS: &str = "notifications.argoproj.io/subscriptions";
const LEGACY: &str = "recipients.argocd-notifications.argoproj.io";

/// An object's annotations or labels.
pub type Texts = BTreeMap<Box<str>, Box<str>>;

/// Triggers that hold where a subscription names none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Defaults {
    /// For all services.
    pub triggers: Vec<String>,
    /// For one service each.
    pub by_service: BTreeMap<String, Vec<String>>,
}

/// A subscription of the configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Global {
    /// Whom.
    pub recipients: Vec<Destination>,
    /// Of what; when empty, of the default triggers.
    pub triggers: Vec<String>,
    /// Of which objects.
    pub selector: Selector,
}

/// Whether annotations subscribe to anything.
#[must_use]
pub fn subscribes(annotations: &Texts) -> bool {
    let is_one = |key: &str| key.starts_with(SUBSCRIBE) || key.starts_with(SUBSCRIPTIONS) || key.ends_with(LEGACY);
    annotations.keys().any(|key| is_one(key))
}

/// What annotations subscribe to, and what of them cannot be read.
#[must_use]
pub fn of_annotations(annotations: &Texts, defaults: &Defaults, into: &mut Destinations) -> Vec<String> {
    let mut problems = Vec::new();
    for (key, value) in annotations {
        if let Some(rest) = key.strip_prefix(SUBSCRIBE) {
            let mut parts = rest.split('.');
            let first = parts.next().unwrap_or_default();
            let (trigger, service) = parts.next().map_or(("", first), |service| (first, service));
            // Compat: an empty value is one recipient without a name.
            let recipients = if value.is_empty() { vec![String::new()] } else { recipients(value) };
            subscribe(trigger, service, &recipients, defaults, into);
        } else if key.starts_with(SUBSCRIPTIONS) {
            match structured(value) {
                Ok(subscriptions) => subscriptions.iter().for_each(|(trigger, service, recipients)| {
                    subscribe(trigger, service, recipients, defaults, into);
                }),
                Err(why) => problems.push(format!("annotation {key} is no list of subscriptions: {why}")),
            }
        }
    }
    problems
}

fn recipients(value: &str) -> Vec<String> {
    value.split(';').map(str::trim).filter(|recipient| !recipient.is_empty()).map(str::to_owned).collect()
}

fn subscribe(trigger: &str, service: &str, recipients: &[String], defaults: &Defaults, into: &mut Destinations) {
    let named = [trigger.to_owned()];
    let triggers = match trigger {
        "" => defaults.by_service.get(service).unwrap_or(&defaults.triggers).as_slice(),
        _ => &named,
    };
    for recipient in recipients {
        for trigger in triggers {
            into.add(trigger, Destination { service: service.to_owned(), recipient: recipient.clone() });
        }
    }
}

type Subscription = (String, String, Vec<String>);

/// The annotation that holds a list: triggers, destinations, recipients.
fn structured(value: &str) -> Result<Vec<Subscription>, String> {
    let read =
        yaml::parse_one(value.as_bytes(), Dialect::V2, &mut limits::reading()).map_err(|error| error.to_string())?;
    let items = match &read {
        Json::Null => &Vec::new(),
        Json::Array(items) => items,
        _ => return Err("it must be a list".to_owned()),
    };
    let mut all = Vec::new();
    for item in items {
        let mut triggers = words(member(item, "trigger"))?;
        if triggers.is_empty() {
            triggers.push(String::new());
        }
        for destination in member(item, "destinations").and_then(Json::as_array).into_iter().flatten() {
            let service = member(destination, "service").and_then(Json::as_str).unwrap_or_default();
            let recipients = words(member(destination, "recipients"))?;
            all.extend(triggers.iter().map(|trigger| (trigger.clone(), service.to_owned(), recipients.clone())));
        }
    }
    Ok(all)
}

/// Compat: Go finds members whatever the case of their names.
fn member<'j>(item: &'j Json, name: &str) -> Option<&'j Json> {
    item.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn words(list: Option<&Json>) -> Result<Vec<String>, String> {
    let items = match list {
        None | Some(Json::Null) => return Ok(Vec::new()),
        Some(Json::Array(items)) => items,
        Some(_) => return Err("triggers and recipients must be lists of texts".to_owned()),
    };
    let word = |item: &Json| item.as_str().map(str::to_owned).ok_or_else(|| "a text was expected in a list".to_owned());
    items.iter().map(word).collect()
}

/// What annotations of the oldest form subscribe to: `<trigger>.recipients.argocd-notifications.argoproj.io`.
pub fn of_legacy_annotations(annotations: &Texts, defaults: &Defaults, into: &mut Destinations) {
    for (key, value) in annotations {
        let Some(head) = key.strip_suffix(LEGACY) else { continue };
        let named = [head.trim_end_matches('.').to_owned()];
        let all = if named[0].is_empty() { defaults.triggers.as_slice() } else { &named };
        for recipient in value.split(',').map(str::trim).filter(|recipient| !recipient.is_empty()) {
            let destination = Destination::parse(recipient);
            // Compat: a service's default triggers stand before the one that is named.
            let triggers = defaults.by_service.get(&destination.service).map_or(all, Vec::as_slice);
            triggers.iter().for_each(|trigger| into.add(trigger, destination.clone()));
        }
    }
}

/// What the configuration subscribes an object with these labels to.
pub fn of_configuration(globals: &[Global], labels: &Texts, defaults: &Defaults, into: &mut Destinations) {
    for global in globals.iter().filter(|global| global.selector.matches(labels)) {
        let triggers = if global.triggers.is_empty() { &defaults.triggers } else { &global.triggers };
        for trigger in triggers {
            global.recipients.iter().for_each(|destination| into.add(trigger, destination.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(entries: &[(&str, &str)]) -> Texts {
        entries.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect()
    }

    fn defaults() -> Defaults {
        let by_service = BTreeMap::from([("mail".to_owned(), vec!["on-b".to_owned()])]);
        Defaults { triggers: vec!["on-a".to_owned()], by_service }
    }

    fn lines(destinations: &Destinations) -> Vec<String> {
        let line =
            |(trigger, all): (&str, &[Destination])| all.iter().map(|it| format!("{trigger} {it}")).collect::<Vec<_>>();
        destinations.iter().flat_map(line).collect()
    }

    #[test]
    fn every_form_of_annotation_subscribes() {
        let annotations = texts(&[
            ("notifications.argoproj.io/subscribe.on-x.slack", "one; two;;one"),
            ("notifications.argoproj.io/subscribe.slack", "dflt"),
            ("notifications.argoproj.io/subscribe.mail", "a@b"),
            ("notifications.argoproj.io/subscribe.on-x.grafana", ""),
            (
                "notifications.argoproj.io/subscriptions",
                "- trigger: [on-y, on-z]\n  destinations:\n  - service: slack\n    recipients: [c1]\n- destinations:\n  - {service: mail, recipients: [x]}\n",
            ),
            ("other.example/x", "y"),
        ]);
        let mut found = Destinations::default();
        assert_eq!(of_annotations(&annotations, &defaults(), &mut found), Vec::<String>::new());
        let expected = [
            "on-a slack:dflt",
            "on-b mail:a@b",
            "on-b mail:x",
            "on-x grafana",
            "on-x slack:one",
            "on-x slack:two",
            "on-y slack:c1",
            "on-z slack:c1",
        ];
        assert_eq!(lines(&found), expected);
    }

    #[test]
    fn what_cannot_be_read_is_named_and_harms_nothing_else() {
        let annotations = texts(&[
            ("notifications.argoproj.io/subscriptions", "trigger: on-x"),
            ("notifications.argoproj.io/subscribe.on-x.slack", "one"),
        ]);
        let mut found = Destinations::default();
        let problems = of_annotations(&annotations, &defaults(), &mut found);
        assert_eq!(problems.len(), 1);
        assert!(problems[0].contains("subscriptions is no list"), "{problems:?}");
        assert_eq!(lines(&found), ["on-x slack:one"]);
    }

    #[test]
    fn the_oldest_form_is_understood() {
        let annotations = texts(&[
            ("on-x.recipients.argocd-notifications.argoproj.io", "slack:one, mail:a@b"),
            ("recipients.argocd-notifications.argoproj.io", "slack:two"),
        ]);
        let mut found = Destinations::default();
        of_legacy_annotations(&annotations, &defaults(), &mut found);
        assert_eq!(lines(&found), ["on-a slack:two", "on-b mail:a@b", "on-x slack:one"]);
    }
}
