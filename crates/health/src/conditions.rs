//! Rules of custom kinds, which are data: `rules/conditions.yaml`.

use crate::fields::{list, text};
use crate::outcome::Health;
use api::{Glob, HealthStatusCode};
use budget::Budget;
use object::Object;
use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

const DATA: &str = include_str!("../rules/conditions.yaml");

/// How well a live object of a custom kind is; `None` for kinds without a rule.
pub(crate) fn health(live: &Object) -> Option<Health> {
    let rule = RULES.find(&live.gvk().group, &live.gvk().kind)?;
    Some(rule.judge(&live.value(), &live.gvk().kind))
}

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let read = yaml::parse_one(DATA.as_bytes(), yaml::Dialect::V2, &mut Budget::default());
    let entries = read.expect("invariant: the rules are YAML, which a test reads");
    let entries: Vec<Entry> = serde_json::from_value(entries).expect("invariant: the rules have the form a test reads");
    Rules::new(entries)
});

/// All rules, by kind.
struct Rules {
    rules: Vec<Rule>,
    exact: BTreeMap<(String, String), usize>,
    /// Groups of which every kind follows a rule.
    groups: Vec<(Glob, usize)>,
}

/// A rule as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    kinds: Vec<String>,
    #[serde(default)]
    observed: Option<String>,
    #[serde(default)]
    each: Option<String>,
    #[serde(default)]
    suspended: Vec<String>,
    #[serde(default)]
    degraded: Vec<String>,
    #[serde(default)]
    progressing: Vec<String>,
    #[serde(default)]
    healthy: Vec<String>,
    #[serde(default, rename = "static")]
    without_status: Vec<String>,
    #[serde(default)]
    message: Option<String>,
    otherwise: String,
}

struct Rule {
    observed: Option<String>,
    each: Option<String>,
    lines: Vec<(HealthStatusCode, Line)>,
    without_status: Vec<String>,
    message: Option<String>,
    otherwise: Health,
}

/// What a line asks of an object.
#[derive(Debug, PartialEq)]
enum Line {
    /// A condition of that type has that status, and that reason where one is named.
    Condition { kind: String, status: String, reason: Option<String> },
    /// A field holds that word.
    Equals(String, String),
    /// The number in one field is at least that in another.
    AtLeast(String, String),
    /// A field is there and says something.
    Says(String),
}

impl Rules {
    fn new(entries: Vec<Entry>) -> Self {
        let mut rules = Rules { rules: Vec::new(), exact: BTreeMap::new(), groups: Vec::new() };
        for entry in entries {
            let place = rules.rules.len();
            for kind in &entry.kinds {
                let (group, kind) = kind.split_once('/').unwrap_or(("", kind));
                match kind {
                    "*" => rules.groups.push((Glob::new(group, &[]), place)),
                    kind => drop(rules.exact.insert((group.to_owned(), kind.to_owned()), place)),
                }
            }
            rules.rules.push(Rule::new(entry));
        }
        rules
    }

    fn find(&self, group: &str, kind: &str) -> Option<&Rule> {
        let exact = self.exact.get(&(group.to_owned(), kind.to_owned())).copied();
        let place = exact.or_else(|| self.groups.iter().find(|(glob, _)| glob.matches(group)).map(|(_, place)| *place));
        self.rules.get(place?)
    }
}

impl Rule {
    fn new(entry: Entry) -> Self {
        use HealthStatusCode::{Degraded, Healthy, Progressing, Suspended};
        let lists = [
            (Suspended, entry.suspended),
            (Degraded, entry.degraded),
            (Progressing, entry.progressing),
            (Healthy, entry.healthy),
        ];
        let lines = lists
            .into_iter()
            .flat_map(|(status, lines)| lines.into_iter().map(move |line| (status, Line::read(&line))));
        let mut lines: Vec<(HealthStatusCode, Line)> = lines.collect();
        lines.sort_by_key(|(_, line)| !line.names_reason());
        let (word, message) = entry.otherwise.split_once(' ').unwrap_or((&entry.otherwise, ""));
        let otherwise = Health::new(HealthStatusCode::parse(word).unwrap_or(Progressing), message);
        let Entry { observed, each, without_status, message, .. } = entry;
        Rule {
            observed: observed.map(|it| pointer(&it)),
            each: each.map(|it| pointer(&it)),
            lines,
            without_status,
            message: message.map(|it| pointer(&it)),
            otherwise,
        }
    }

    fn judge(&self, value: &Value, kind: &str) -> Health {
        if self.without_status.iter().any(|own| own == kind) {
            return Health::new(HealthStatusCode::Healthy, "");
        }
        if self.observed.as_ref().is_some_and(|observed| is_behind(value, observed)) {
            return Health::new(HealthStatusCode::Progressing, "Waiting for the change to be observed");
        }
        let mut health = match &self.each {
            Some(each) => self.judge_each(list(value, each)),
            None => self.judge_one(value, list(value, "/status/conditions")),
        };
        if let Some(message) = self.message.as_deref().map(|pointer| text(value, pointer)).filter(|it| !it.is_empty()) {
            message.clone_into(&mut health.message);
        }
        health
    }

    /// The worst of several places; where there is none, what is said otherwise.
    fn judge_each(&self, places: &[Value]) -> Health {
        let judged = places.iter().map(|place| self.judge_one(place, list(place, "/conditions")));
        judged.max_by_key(|health| health.status).unwrap_or_else(|| self.otherwise.clone())
    }

    fn judge_one(&self, value: &Value, conditions: &[Value]) -> Health {
        for (status, line) in &self.lines {
            if let Some(message) = line.matches(value, conditions) {
                return Health::new(*status, message);
            }
        }
        self.otherwise.clone()
    }
}

/// Whether the last change of the object was not looked at yet.
fn is_behind(value: &Value, observed: &str) -> bool {
    let number = |pointer: &str| value.pointer(pointer).and_then(Value::as_i64);
    match (number("/metadata/generation"), number(observed)) {
        (Some(generation), Some(observed)) => generation > observed,
        _ => false,
    }
}

impl Line {
    fn read(line: &str) -> Line {
        if let Some(field) = line.strip_prefix('.') {
            return match field.split_once(">=") {
                Some((field, other)) => Line::AtLeast(pointer(field), pointer(other)),
                None => match field.split_once('=') {
                    Some((field, value)) => Line::Equals(pointer(field), value.to_owned()),
                    None => Line::Says(pointer(field)),
                },
            };
        }
        let (kind, status) = line.split_once('=').unwrap_or((line, "True"));
        let (status, reason) = match status.split_once('/') {
            Some((status, reason)) => (status, Some(reason.to_owned())),
            None => (status, None),
        };
        Line::Condition { kind: kind.to_owned(), status: status.to_owned(), reason }
    }

    fn names_reason(&self) -> bool {
        matches!(self, Line::Condition { reason: Some(_), .. })
    }

    /// The message where the line matches.
    fn matches(&self, value: &Value, conditions: &[Value]) -> Option<String> {
        match self {
            Line::Condition { kind, status, reason } => {
                let is_it = |condition: &&Value| {
                    text(condition, "/type") == kind
                        && text(condition, "/status") == status
                        && reason.as_deref().is_none_or(|reason| text(condition, "/reason") == reason)
                };
                conditions.iter().find(is_it).map(|condition| text(condition, "/message").to_owned())
            }
            Line::Equals(field, word) => {
                let shown = match value.pointer(field)? {
                    Value::String(text) => Cow::from(text),
                    other => Cow::from(other.to_string()),
                };
                (shown == word.as_str()).then(String::new)
            }
            Line::AtLeast(field, other) => {
                let number = |pointer: &str| value.pointer(pointer).and_then(Value::as_f64);
                (number(field)? >= number(other).unwrap_or(1.0)).then(String::new)
            }
            Line::Says(field) => match value.pointer(field)? {
                Value::Null | Value::Bool(false) => None,
                Value::String(text) => (!text.is_empty()).then(|| text.clone()),
                _ => Some(String::new()),
            },
        }
    }
}

/// `.status.phase` as a JSON pointer.
fn pointer(field: &str) -> String {
    format!("/{}", field.trim_start_matches('.').replace('.', "/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_can_be_read_and_none_hides_another() {
        let count: usize = RULES.exact.len() + RULES.groups.len();
        assert!(count > 180, "{count} kinds");
        let named: usize = DATA.matches("- kinds:").count();
        assert_eq!(RULES.rules.len(), named);
        let kinds: Vec<&str> = DATA
            .lines()
            .filter_map(|line| line.strip_prefix("- kinds: ["))
            .flat_map(|line| line.trim_end_matches(']').split(", "))
            .collect();
        assert_eq!(kinds.len(), count, "a kind is named twice");
    }

    #[test]
    fn lines_are_read() {
        assert_eq!(Line::read(".status.a=b c"), Line::Equals("/status/a".into(), "b c".into()));
        assert_eq!(Line::read(".a>=.b"), Line::AtLeast("/a".into(), "/b".into()));
        let condition = Line::Condition { kind: "Ready".into(), status: "False".into(), reason: Some("Failed".into()) };
        assert_eq!(Line::read("Ready=False/Failed"), condition);
    }
}
