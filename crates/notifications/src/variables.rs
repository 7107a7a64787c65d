//! What expressions and templates may read: the object, its surroundings, and functions.

use crate::facts::Facts;
use crate::functions::{bytes, function, text};
use crate::product::Product;
use crate::secrets::Secrets;
use expr::{Environment, IntKind, Integer, Key, MapType, Type, Value};
use gotemplate::{Frozen, FrozenMap, IntKind as GoInt, Map as GoMap, Value as GoValue};
use jiff::Timestamp;
use serde_json::Value as Json;
use sprig::time::{Time, Zone, parse};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What expressions and templates may read.
#[derive(Debug, Clone, Copy)]
pub struct Variables<'a> {
    /// What the object is.
    pub product: Product,
    /// The object.
    pub object: &'a Json,
    /// The Application's project, where it is known.
    pub project: Option<&'a Json>,
    /// The AnalysisRuns of the Rollout's newest version, the newest first.
    pub runs: Option<&'a Json>,
    /// The configuration's own texts.
    pub context: &'a BTreeMap<String, String>,
    /// The Secret's values; `None` where templates may not have them.
    pub secrets: Option<&'a Secrets>,
    /// What had to be found out beforehand.
    pub facts: &'a Facts,
    /// The destination's service and recipient; `None` while triggers are evaluated.
    pub destination: Option<(&'a str, &'a str)>,
}

const RFC3339: &[u8] = b"2006-01-02T15:04:05Z07:00";

impl Variables<'_> {
    /// The names of an expression.
    pub(crate) fn environment(&self, now: Timestamp) -> Environment {
        let mut names: BTreeMap<String, Value> = BTreeMap::new();
        let mut add = |name: &str, value: Value| drop(names.insert(name.to_owned(), value));
        add(self.product.variable(), self.read(self.object));
        add("time", time(self.product, now));
        if let Some(secrets) = self.secrets {
            add("secrets", strings(secrets.reveal().iter().map(|(key, value)| (key, String::from_utf8_lossy(value)))));
        }
        match self.product {
            Product::Applications => {
                add("appProject", self.project.map_or_else(empty, |project| self.read(project)));
                add("context", strings(self.context().iter()));
                add("strings", texts());
                add("repo", self.facts.as_expression(self.object));
                add("sync", sync());
            }
            Product::Rollouts => add("analysisRuns", self.runs.map_or(Value::Nil, |runs| self.read(runs))),
        }
        Environment::open(names)
    }

    /// The dot of a template.
    pub(crate) fn dot(&self) -> GoValue {
        let mut entries: Vec<(&str, GoValue)> = vec![(self.product.variable(), self.frozen(self.object))];
        let text = |text: &str| GoValue::from(text);
        for (name, value) in sprig::argo::notification_values(self.facts.known()) {
            match (self.product, name) {
                (Product::Applications, "repo") => entries.push((name, self.facts.as_template(self.object, &value))),
                (Product::Applications, _) | (Product::Rollouts, "time" | "strings") => entries.push((name, value)),
                (Product::Rollouts, _) => {}
            }
        }
        if let Some(secrets) = self.secrets {
            // Unlike upstream, whose bytes print as a list of numbers: as its page shows them, as texts.
            let values =
                secrets.reveal().iter().map(|(key, value)| (key.as_str(), text(&String::from_utf8_lossy(value))));
            entries.push(("secrets", GoValue::Map(GoMap::from_entries(values))));
        }
        match self.product {
            Product::Applications => {
                let context = self.context();
                let context = context.iter().map(|(key, value)| (key.as_str(), text(value)));
                entries.push(("context", GoValue::Map(GoMap::from_entries(context))));
                let none = || GoValue::Map(GoMap::frozen(Arc::default()));
                entries.push(("appProject", self.project.map_or_else(none, |project| self.frozen(project))));
            }
            Product::Rollouts => {
                entries.push(("analysisRuns", self.runs.map_or(GoValue::Nil, |runs| self.frozen(runs))));
            }
        }
        if let Some((service, recipient)) = self.destination {
            entries.extend([("serviceType", text(service)), ("recipient", text(recipient))]);
        }
        GoValue::Map(GoMap::from_entries(entries))
    }

    /// The configuration's texts, with the one that upstream adds for old templates.
    fn context(&self) -> BTreeMap<String, String> {
        let mut context = BTreeMap::from([("notificationType".to_owned(), self.service().to_owned())]);
        context.extend(self.context.iter().map(|(key, value)| (key.clone(), value.clone())));
        context
    }

    fn service(&self) -> &str {
        self.destination.map_or("", |(service, _)| service)
    }

    /// Compat: whole numbers of Applications are `int64`, those of Rollouts `float64`, as each product reads its objects.
    fn read(&self, json: &Json) -> Value {
        match self.product {
            // What is nested deeper than objects may be is none.
            Product::Applications => expression_value(json).unwrap_or(Value::Nil),
            Product::Rollouts => Value::from_json(json).unwrap_or(Value::Nil),
        }
    }

    fn frozen(&self, json: &Json) -> GoValue {
        let frozen = match self.product {
            Product::Applications => frozen_value(json),
            Product::Rollouts => Frozen::from(json),
        };
        GoValue::from(&frozen)
    }
}

fn expression_value(json: &Json) -> Result<Value, expr::TooDeep> {
    Ok(match json {
        Json::Number(number) => match number.as_i64() {
            Some(value) => Value::Int(Integer { value, kind: IntKind::Int64 }),
            None => Value::from_json(json)?,
        },
        Json::Array(items) => {
            let items = items.iter().map(expression_value).collect::<Result<_, _>>()?;
            Value::list(expr::ListType::Any, items)?
        }
        Json::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| Ok((Key::from(key.as_str()), expression_value(value)?)));
            Value::map(MapType::Any, entries.collect::<Result<_, expr::TooDeep>>()?)?
        }
        other => Value::from_json(other)?,
    })
}

fn frozen_value(json: &Json) -> Frozen {
    match json {
        Json::Number(number) => match number.as_i64() {
            Some(value) => Frozen::Int(value, GoInt::Int64),
            None => Frozen::from(json),
        },
        Json::Array(items) => Frozen::List(items.iter().map(frozen_value).collect()),
        Json::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| (key.as_str().into(), frozen_value(value)));
            Frozen::Map(Arc::new(FrozenMap::new(entries)))
        }
        other => Frozen::from(other),
    }
}

fn empty() -> Value {
    Value::object([]).unwrap_or(Value::Nil)
}

fn strings(entries: impl Iterator<Item = (impl AsRef<str>, impl AsRef<str>)>) -> Value {
    let entries = entries.map(|(key, value)| (Key::from(key.as_ref()), Value::from(value.as_ref())));
    Value::map(MapType::Strings, entries.collect()).unwrap_or(Value::Nil)
}

fn time(product: Product, now: Timestamp) -> Value {
    const UNITS: [(&str, i64); 6] = [
        ("Nanosecond", 1),
        ("Microsecond", 1_000),
        ("Millisecond", 1_000_000),
        ("Second", 1_000_000_000),
        ("Minute", 60_000_000_000),
        ("Hour", 3_600_000_000_000),
    ];
    let present = Time::from_unix(now.as_second(), now.subsec_nanosecond().into());
    let mut entries = vec![
        (
            "Parse".to_owned(),
            function(&[Type::String], Type::Time, |arguments| {
                let read = parse(RFC3339, &bytes(arguments, 0), &Zone::Utc);
                read.map(|time| Value::Time(Arc::new(time))).map_err(|error| error.to_string())
            }),
        ),
        ("Now".to_owned(), function(&[], Type::Time, move |_| Ok(Value::Time(Arc::new(present.clone()))))),
    ];
    if product == Product::Applications {
        entries.extend(UNITS.map(|(name, nanos)| (name.to_owned(), Value::Duration(nanos))));
        entries.extend(layouts());
    }
    Value::object(entries).unwrap_or(Value::Nil)
}

/// Go's layouts by name, as the values of templates have them.
fn layouts() -> impl Iterator<Item = (String, Value)> {
    let [(_, time), ..] = sprig::argo::notification_values(sprig::argo::Facts::default());
    let entries = match time {
        GoValue::Map(map) => map.entries(),
        _ => Vec::new(),
    };
    entries.into_iter().filter_map(|(name, value)| match value {
        GoValue::Str(layout) => Some((name.to_str_lossy().into_owned(), Value::String(layout))),
        _ => None,
    })
}

fn texts() -> Value {
    const TEXT: Type = Type::String;
    let lossy = |arguments: &[Value], at| String::from_utf8_lossy(&bytes(arguments, at)).into_owned();
    let entries = [
        (
            "ReplaceAll",
            function(&[TEXT, TEXT, TEXT], TEXT, move |arguments| {
                let [subject, old, new] = [0, 1, 2].map(|at| lossy(arguments, at));
                let grown = subject.len().saturating_add(subject.matches(&old).count().saturating_mul(new.len()));
                // Expressions count what their own functions make; this one's is bounded by itself.
                if grown > REPLACED_BYTES_MAX {
                    return Err(format!("strings.ReplaceAll makes more than {REPLACED_BYTES_MAX} bytes (limit)"));
                }
                Ok(text(subject.replace(&old, &new).into_bytes()))
            }),
        ),
        (
            "ToUpper",
            function(&[TEXT], TEXT, move |arguments| Ok(text(lossy(arguments, 0).to_uppercase().into_bytes()))),
        ),
        (
            "ToLower",
            function(&[TEXT], TEXT, move |arguments| Ok(text(lossy(arguments, 0).to_lowercase().into_bytes()))),
        ),
    ];
    Value::object(entries.map(|(name, value)| (name.to_owned(), value))).unwrap_or(Value::Nil)
}

/// The longest text that `strings.ReplaceAll` makes in an expression.
const REPLACED_BYTES_MAX: usize = 4 << 20;

fn sync() -> Value {
    let item = function(&[Type::Map(MapType::Any), Type::String], Type::String, |arguments| {
        let Some(Value::Map(app)) = arguments.first() else { return Ok("".into()) };
        let wanted = bytes(arguments, 1);
        let at = |path: &[&str]| {
            path.iter().try_fold(Value::Map(Arc::clone(app)), |value, key| match value {
                Value::Map(map) => map.get(&Value::from(*key)).cloned(),
                _ => None,
            })
        };
        let infos = at(&["operation", "info"]).or_else(|| at(&["status", "operationState", "operation", "info"]));
        let Some(Value::List(items)) = infos else { return Ok("".into()) };
        let found = items.items().iter().find_map(|item| match item {
            Value::Map(item) if matches!(item.get(&"name".into()), Some(Value::String(name)) if name.as_bytes() == wanted) => {
                Some(item.get(&"value".into()).cloned().unwrap_or_else(|| "".into()))
            }
            _ => None,
        });
        Ok(found.unwrap_or_else(|| "".into()))
    });
    Value::object([("GetInfoItem".to_owned(), item)]).unwrap_or(Value::Nil)
}

/// The tree with another value at a place that is there.
pub(crate) fn replaced(mut tree: Json, pointer: &str, value: Json) -> Json {
    if let Some(place) = tree.pointer_mut(pointer) {
        *place = value;
    }
    tree
}
