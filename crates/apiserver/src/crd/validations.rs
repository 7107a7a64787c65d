//! Rules in CEL over custom resources: compiled once when the definition is accepted, evaluated at every write.
//! Upstream source: `apiextensions-apiserver`'s `schema/cel`. Start at [`Rules::compile`], then [`Rules::check`].

mod field_path;

pub use field_path::parse as parse_field_path;

use super::expressions::{Level, data, declared};
use cel::{Bindings, Declared, EvalError, Program, Run, Type};
use kinds::{FieldError, FieldErrorKind};
use serde_json::Value;
use std::collections::BTreeMap;

/// Cost of one evaluation at most.
const CALL_COST_MAX: u64 = 1_000_000;
/// Cost of all evaluations of one write.
const WRITE_COST_MAX: u64 = 10_000_000;
/// Bytes of a message that an expression makes.
const MESSAGE_BYTES_MAX: usize = 5 * 1024;
/// How deep schemas are followed; definitions nest no deeper.
const DEPTH_MAX: usize = 100;

/// The rules of a schema and of those within it.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    own: Vec<Rule>,
    level: Option<Level>,
    schema: Value,
    items: Option<Box<Rules>>,
    properties: BTreeMap<String, Rules>,
    additional: Option<Box<Rules>>,
    all_of: Vec<Rules>,
}

/// One rule.
#[derive(Debug, Clone)]
struct Rule {
    /// As the definition has it.
    document: Value,
    compiled: Result<Program, String>,
    message: Option<Program>,
    /// Where the error is reported below the data, when not at it.
    place: String,
}

/// The variables of a rule over data of this type.
pub fn variables(data: &Declared, rule: &Value) -> BTreeMap<String, Type> {
    let old = if rule["optionalOldSelf"] == true { Type::optional(data.ty()) } else { data.ty() };
    BTreeMap::from([("self".to_owned(), data.ty()), ("oldSelf".to_owned(), old)])
}

impl Rules {
    /// The rules of a schema; `None` when it has none.
    pub fn compile(schema: &Value) -> Option<Rules> {
        compile(schema, schema, Level::Object, DEPTH_MAX)
    }

    #[cfg(test)]
    pub fn compile_part(schema: &Value) -> Option<Rules> {
        compile(schema, schema, Level::Part, DEPTH_MAX)
    }

    #[cfg(test)]
    pub fn check_counted(&self, value: &Value, old: Option<&Value>) -> (Vec<FieldError>, u64) {
        let (errors, left) = self.run(value, old);
        (errors, WRITE_COST_MAX - left.unwrap_or_default())
    }

    /// What is wrong with a value; `old` is what it was before. Rules about the change run only when there was something
    /// before; what breaks a rule and has not changed is let be.
    pub fn check(&self, value: &Value, old: Option<&Value>) -> Vec<FieldError> {
        self.run(value, old).0
    }

    /// What is wrong, and what was left to spend.
    fn run(&self, value: &Value, old: Option<&Value>) -> (Vec<FieldError>, Option<u64>) {
        let mut run = Check { errors: Vec::new(), budget: Some(WRITE_COST_MAX) };
        let unchanged = if old == Some(value) { Unchanged::Yes } else { Unchanged::No };
        run.visit(self, "", value, old, unchanged);
        (run.errors, run.budget)
    }
}

fn compile(rules: &Value, schema: &Value, level: Level, depth: usize) -> Option<Rules> {
    let depth = depth.checked_sub(1)?;
    let mut compiled = Rules { level: Some(level), ..Rules::default() };
    let documents = rules["x-kubernetes-validations"].as_array();
    if let Some(documents) = documents.filter(|documents| !documents.is_empty()) {
        let data = declared(schema, level, "object");
        compiled.own = documents.iter().map(|document| rule(document, schema, data.as_ref())).collect();
    }
    let below = |word: &str| Some((rules.get(word).filter(|inner| inner.is_object())?, schema.get(word)?));
    compiled.items =
        below("items").and_then(|(rules, schema)| compile(rules, schema, Level::below(schema), depth)).map(Box::new);
    compiled.additional = below("additionalProperties")
        .and_then(|(rules, schema)| compile(rules, schema, Level::below(schema), depth))
        .map(Box::new);
    let properties = rules["properties"].as_object().into_iter().flatten();
    compiled.properties = properties
        .filter_map(|(name, rules)| {
            let schema = schema["properties"].get(name)?;
            Some((name.clone(), compile(rules, schema, Level::below(schema), depth)?))
        })
        .collect();
    let alternatives = rules["allOf"].as_array().into_iter().flatten();
    compiled.all_of = alternatives.filter_map(|rules| compile(rules, schema, level, depth)).collect();
    let is_empty = compiled.own.is_empty()
        && compiled.items.is_none()
        && compiled.additional.is_none()
        && compiled.properties.is_empty()
        && compiled.all_of.is_empty();
    if is_empty {
        return None;
    }
    compiled.schema = schema.clone();
    Some(compiled)
}

fn rule(document: &Value, schema: &Value, data: Option<&Declared>) -> Rule {
    let text = |word: &str| document[word].as_str().unwrap_or_default();
    let program = |source: &str| match data {
        Some(data) => Program::compile(source, &variables(data, document), data).map_err(|issues| issues.to_string()),
        None => Err("failed to convert to declType for CEL validation rules".to_owned()),
    };
    let message = text("messageExpression");
    Rule {
        compiled: program(text("rule")),
        message: (!message.is_empty()).then(|| program(message).ok()).flatten(),
        place: parse_field_path(text("fieldPath"), schema).unwrap_or_default(),
        document: document.clone(),
    }
}

impl Rule {
    fn text(&self, word: &str) -> &str {
        self.document[word].as_str().unwrap_or_default()
    }

    /// The rule as messages name it.
    fn shown(&self) -> &str {
        let message = self.text("message").trim();
        if message.is_empty() { self.text("rule").trim() } else { message }
    }

    fn message_or_default(&self) -> String {
        match self.text("message") {
            "" => format!("failed rule: {}", self.shown()),
            message => message.trim().to_owned(),
        }
    }
}

/// Whether data are as they were: then what is wrong with them is let be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unchanged {
    Yes,
    No,
}

struct Check {
    errors: Vec<FieldError>,
    /// What may still be spent; `None` when nothing more is looked at.
    budget: Option<u64>,
}

/// What one evaluation is about.
struct Site<'a> {
    rules: &'a Rules,
    path: &'a str,
    value: &'a Value,
    old: Option<&'a Value>,
    unchanged: Unchanged,
}

impl Check {
    fn visit(&mut self, rules: &Rules, path: &str, value: &Value, old: Option<&Value>, unchanged: Unchanged) {
        if value.is_null() || self.budget.is_none() {
            return;
        }
        let old = old.filter(|old| !old.is_null());
        self.own(&Site { rules, path, value, old, unchanged });
        for alternative in &rules.all_of {
            self.visit(alternative, path, value, old, Unchanged::No);
        }
        match value {
            Value::Array(items) => self.items(rules, path, items, old, unchanged),
            Value::Object(map) => {
                for (name, inner) in map {
                    let before = old.and_then(|old| old.get(name));
                    let same = if before == Some(inner) { Unchanged::Yes } else { unchanged };
                    if let Some(additional) = &rules.additional {
                        self.visit(additional, &format!("{path}[{name}]"), inner, before, same);
                    }
                    if let Some(property) = rules.properties.get(name) {
                        self.visit(property, &child(path, name), inner, before, same);
                    }
                }
            }
            _ => {}
        }
    }

    /// Items are the same ones as before only where keys tell them apart.
    fn items(&mut self, rules: &Rules, path: &str, items: &[Value], old: Option<&Value>, unchanged: Unchanged) {
        let Some(inner) = &rules.items else { return };
        let keys: Vec<&str> = match rules.schema["x-kubernetes-list-type"].as_str() {
            Some("map") => {
                let keys = rules.schema["x-kubernetes-list-map-keys"].as_array().into_iter().flatten();
                keys.filter_map(Value::as_str).collect()
            }
            _ => Vec::new(),
        };
        for (index, item) in items.iter().enumerate() {
            let is_same = |before: &&Value| !keys.is_empty() && keys.iter().all(|key| before.get(key) == item.get(key));
            let before = old.and_then(Value::as_array).into_iter().flatten().find(is_same);
            let same = if before == Some(item) { Unchanged::Yes } else { unchanged };
            self.visit(inner, &format!("{path}[{index}]"), item, before, same);
        }
    }

    fn own(&mut self, site: &Site<'_>) {
        let Site { rules, path, value, old, .. } = *site;
        if rules.own.is_empty() {
            return;
        }
        let level = rules.level.unwrap_or(Level::Part);
        let kind = Value::from(rules.schema["type"].as_str().unwrap_or_default());
        let now = data(value, &rules.schema, level);
        let before = old.map(|old| data(old, &rules.schema, level));
        for rule in &rules.own {
            let program = match &rule.compiled {
                Ok(program) => program,
                Err(error) => {
                    self.invalid(path, &kind, format!("rule compile error: {error}"));
                    continue;
                }
            };
            let is_optional = rule.document["optionalOldSelf"] == true;
            if program.uses("oldSelf") && before.is_none() && !is_optional {
                continue;
            }
            let mut bindings = Bindings::from([("self".to_owned(), now.clone())]);
            if is_optional {
                bindings.insert("oldSelf".to_owned(), cel::Value::Optional(before.clone().map(Into::into)));
            } else if let Some(before) = &before {
                bindings.insert("oldSelf".to_owned(), before.clone());
            }
            self.evaluate(site, rule, program, &bindings, &kind);
            if self.budget.is_none() {
                return;
            }
        }
    }

    fn evaluate(&mut self, site: &Site<'_>, rule: &Rule, program: &Program, bindings: &Bindings, kind: &Value) {
        const SPENT: &str =
            "validation failed due to running out of cost budget, no further validation rules will be run";
        let Run { outcome, cost } = program.run(bindings, CALL_COST_MAX);
        self.budget = self.budget.and_then(|budget| budget.checked_sub(cost));
        if self.budget.is_none() {
            self.invalid(site.path, kind, SPENT);
            return;
        }
        match outcome {
            Ok(cel::Value::Bool(true)) => {}
            Ok(_) => self.broken(site, rule, program, bindings, kind),
            Err(error @ EvalError::NoSuchOverload) => {
                let detail = format!(
                    "'{error}': call arguments did not match a supported operator, function or macro signature for \
                     rule: {}",
                    rule.shown()
                );
                self.invalid(site.path, kind, detail);
            }
            Err(error @ EvalError::CostLimit) => {
                let detail = format!(
                    "'{error}': no further validation rules will be run due to call cost exceeds limit for rule: {}",
                    rule.shown()
                );
                self.invalid(site.path, kind, detail);
                self.budget = None;
            }
            Err(error) => self.invalid(site.path, kind, format!("{error} evaluating rule: {}", rule.shown())),
        }
    }

    /// Reports that data break a rule, unless they were so before.
    fn broken(&mut self, site: &Site<'_>, rule: &Rule, program: &Program, bindings: &Bindings, kind: &Value) {
        let message = rule.message.as_ref().map(|message| self.message(message, rule, bindings));
        let path = format!("{}{}", site.path, rule.place);
        let path = path.trim_start_matches('.');
        let detail = match message {
            Some(Err(fatal)) => {
                self.invalid(path, kind, fatal);
                return;
            }
            Some(Ok(Some(message))) => message,
            Some(Ok(None)) | None => rule.message_or_default(),
        };
        if site.unchanged == Unchanged::Yes && !program.uses("oldSelf") {
            return;
        }
        // Compat: lists and objects are not shown.
        let shown = (!site.value.is_object() && !site.value.is_array()).then(|| site.value.to_string());
        let (kind, value) = match rule.text("reason") {
            "FieldValueForbidden" => (FieldErrorKind::Forbidden, None),
            "FieldValueRequired" => (FieldErrorKind::Required, None),
            "FieldValueDuplicate" => (FieldErrorKind::Duplicate, shown),
            _ => (FieldErrorKind::Invalid, shown),
        };
        let detail = if kind == FieldErrorKind::Duplicate { String::new() } else { detail };
        self.errors.push(FieldError { kind, field: path.to_owned(), value, detail });
    }

    /// The message an expression makes; none when it makes no good one, an error when nothing more may be spent.
    fn message(&mut self, message: &Program, rule: &Rule, bindings: &Bindings) -> Result<Option<String>, String> {
        let Run { outcome, cost } = message.run(bindings, CALL_COST_MAX);
        self.budget = self.budget.and_then(|budget| budget.checked_sub(cost));
        if self.budget.is_none() {
            let spent = "messageExpression evaluation failed due to running out of cost budget, no further validation \
                         rules will be run";
            return Err(spent.to_owned());
        }
        match outcome {
            Err(EvalError::CostLimit) => {
                self.budget = None;
                let source = rule.text("messageExpression");
                Err(format!(
                    "no further validation rules will be run due to call cost exceeds limit for messageExpression: \
                     {source:?}"
                ))
            }
            Ok(cel::Value::Text(text)) => {
                let text = text.trim();
                let fits = !text.is_empty() && text.len() <= MESSAGE_BYTES_MAX && !text.contains('\n');
                Ok(fits.then(|| text.to_owned()))
            }
            _ => Ok(None),
        }
    }

    fn invalid(&mut self, path: &str, value: &Value, detail: impl Into<String>) {
        self.errors.push(FieldError {
            kind: FieldErrorKind::Invalid,
            field: path.to_owned(),
            value: Some(value.to_string()),
            detail: detail.into(),
        });
    }
}

fn child(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
