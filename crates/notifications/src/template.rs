//! Templates: what is told, for each type of service.

use crate::compiled::{Compiled, Node, compile, render};
use crate::definition::{checked, shown};
use crate::fields::{self, SERVICES};
use crate::limits;
use crate::variables::Variables;
use gotemplate::{Run, Value};
use jiff::Timestamp;
use serde_json::{Map, Value as Json};
use sprig::time::Time;
use std::collections::BTreeMap;
use std::fmt;
use yaml::Dialect;

/// A template, compiled.
#[derive(Clone)]
pub struct Template {
    definition: Notification,
    message: Compiled,
    sections: BTreeMap<&'static str, BTreeMap<String, Node>>,
}

/// What is told: a message, and what each type of service can show besides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notification {
    /// For every service.
    pub message: String,
    /// By type of service: its fields.
    pub sections: BTreeMap<String, Json>,
}

/// Which sections are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sections<'k> {
    /// All there are: for people to look at.
    All,
    /// Those of one type of service. Unlike upstream, a broken section of another is not in its way.
    Of(&'k str),
}

impl Template {
    /// Reads the template `name`.
    ///
    /// # Errors
    /// When it is no YAML, or a field is of another type than it must be, or is no template.
    pub fn parse(name: &str, text: &str) -> Result<Self, String> {
        let read = yaml::parse_one(text.as_bytes(), Dialect::V2, &mut limits::reading());
        Template::read(name, &read.map_err(|error| error.to_string())?)
    }

    /// The template of a tree that was read.
    ///
    /// # Errors
    /// As [`Template::parse`].
    pub fn read(name: &str, tree: &Json) -> Result<Self, String> {
        let none = Map::new();
        let entries = match tree {
            Json::Null => &none,
            Json::Object(entries) => entries,
            _ => return Err("a template must have fields, message: first of all".to_owned()),
        };
        let message = match entries.get("message") {
            None | Some(Json::Null) => String::new(),
            Some(Json::String(message)) => message.clone(),
            Some(_) => return Err("message must be a text: quote it".to_owned()),
        };
        let (mut sections, mut given) = (BTreeMap::new(), BTreeMap::new());
        for (kind, rows) in SERVICES {
            if let Some(section) = entries.get(kind).filter(|section| !section.is_null()) {
                let values = checked(rows, section, kind)?;
                sections.insert(kind, compile(name, rows, &values)?);
                given.insert(kind.to_owned(), values);
            }
        }
        let compiled = Compiled::new(name, &message)?;
        Ok(Template { definition: Notification { message, sections: given }, message: compiled, sections })
    }

    /// What it was read from: texts that are templates themselves.
    #[must_use]
    pub fn definition(&self) -> &Notification {
        &self.definition
    }

    /// Renders the templates one after the other into one notification.
    ///
    /// # Errors
    /// When one fails, in Go's words, or they exceed what a notification may cost.
    pub fn render(
        templates: &[(&str, &Template)],
        variables: &Variables<'_>,
        sections: Sections<'_>,
        now: Timestamp,
    ) -> Result<Notification, String> {
        let mut budget = limits::rendering();
        let mut run = Run::new(&mut budget);
        let present = Time::from_unix(now.as_second(), now.subsec_nanosecond().into());
        run.state.put(sprig::Sources { now: present, ..sprig::Sources::default() });
        let dot = variables.dot();
        let mut notification = Notification::default();
        for (name, template) in templates {
            template.render_into(name, &dot, &mut run, sections, &mut notification)?;
        }
        if let Some(alert) = notification.sections.get_mut("alertmanager") {
            finish_alert(alert, now);
        }
        Ok(notification)
    }

    fn render_into(
        &self,
        name: &str,
        dot: &Value,
        run: &mut Run<'_>,
        sections: Sections<'_>,
        into: &mut Notification,
    ) -> Result<(), String> {
        let message = self.message.render(dot, run)?;
        if !message.is_empty() {
            into.message = message;
        }
        for (kind, nodes) in &self.sections {
            if sections != Sections::All && sections != Sections::Of(kind) {
                continue;
            }
            let section = into.sections.entry((*kind).to_owned()).or_insert_with(|| Json::Object(Map::new()));
            if let Json::Object(entries) = section {
                render(nodes, dot, run, entries)?;
                if *kind == "alertmanager" {
                    name_alert(entries, name)?;
                }
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Template({:?})", self.definition)
    }
}

/// An alert has a name: the template's, unless its labels give one.
fn name_alert(alert: &mut Map<String, Json>, name: &str) -> Result<(), String> {
    match alert.get_mut("labels") {
        Some(Json::Object(labels)) if !labels.is_empty() => {
            labels.entry("alertname").or_insert_with(|| name.into());
            Ok(())
        }
        _ => Err("at least one label pair required".to_owned()),
    }
}

fn finish_alert(alert: &mut Json, now: Timestamp) {
    if let Json::Object(alert) = alert {
        let url = alert.get("generatorURL").and_then(Json::as_str).unwrap_or_default().to_owned();
        if let Some(rest) = url.strip_prefix("git@") {
            alert.insert("generatorURL".to_owned(), format!("https://{}", rest.replacen(':', "/", 1)).into());
        }
        alert.insert("startsAt".to_owned(), now.to_string().into());
    }
}

impl Notification {
    /// The fields of a type of service.
    #[must_use]
    pub fn section(&self, kind: &str) -> Option<&Json> {
        self.sections.get(kind)
    }

    /// As upstream prints it: the message, then each section without what is empty.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let mut out = Map::new();
        if !self.message.is_empty() {
            out.insert("message".to_owned(), self.message.as_str().into());
        }
        for (kind, values) in &self.sections {
            let mut values = shown(fields::of(kind).unwrap_or_default(), values);
            if let (Some(started), Json::Object(values)) = (self.started(kind), &mut values) {
                values.insert("startsAt".to_owned(), started);
            }
            out.insert(kind.clone(), values);
        }
        Json::Object(out)
    }

    /// When an alert began; of a definition, Go's first moment.
    fn started(&self, kind: &str) -> Option<Json> {
        let alert = self.sections.get(kind).filter(|_| kind == "alertmanager")?;
        Some(alert.get("startsAt").cloned().unwrap_or_else(|| "0001-01-01T00:00:00Z".into()))
    }

    /// One line of it, for lists.
    #[must_use]
    pub fn preview(&self) -> String {
        let text = if self.message.is_empty() { self.to_json().to_string() } else { self.message.clone() };
        let line = text.split('\n').next().unwrap_or_default();
        if line.len() <= 100 {
            return line.to_owned();
        }
        // Compat: upstream cuts between bytes; here the character before stays whole.
        let end = (0..=99).rev().find(|at| line.is_char_boundary(*at)).unwrap_or_default();
        format!("{}...", &line[..end])
    }
}
