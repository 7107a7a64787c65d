//! The check of Helm 3.17: the drafts 4, 6 and 7, complaints as one list.
//!
//! A score beside the list says how well a value fits, for of several alternatives the complaints of the best are told.

mod keywords;
mod objects;

use super::document::{Document, Draft};
use super::go_json_text::text as json_text;
use super::limits::NESTING_MAX;
use super::number::is_whole;
use super::patterns::Patterns;
use budget::{Budget, Exceeded};
use serde_json::{Map, Value};

/// What is wrong with `values`; the text that stands below the chart's name.
pub(super) fn check(document: &Document<'_>, values: &Value, budget: &mut Budget) -> Result<Option<String>, Exceeded> {
    let mut check = Check { document, budget, patterns: Patterns::default(), depth: 0 };
    let mut found = Found::default();
    check.value(document.root, values, "(root)", &mut found)?;
    if found.problems.is_empty() {
        return Ok(None);
    }
    Ok(Some(found.problems.iter().map(|problem| format!("- {problem}\n")).collect()))
}

struct Check<'c, 's> {
    document: &'c Document<'s>,
    budget: &'c mut Budget,
    patterns: Patterns,
    depth: u32,
}

/// Complaints, and how well a value fits.
#[derive(Default)]
struct Found {
    problems: Vec<String>,
    score: i64,
}

impl Found {
    /// `at` is the path from the root, which is left out where there is more.
    fn tell(&mut self, at: &str, told: impl std::fmt::Display) {
        self.problems.push(format!("{}: {told}", field(at)));
        self.score -= 2;
    }

    fn merge(&mut self, other: Found) {
        self.problems.extend(other.problems);
        self.score += other.score;
    }

    fn fits(&self) -> bool {
        self.problems.is_empty()
    }
}

fn field(at: &str) -> &str {
    at.strip_prefix("(root).").unwrap_or(at)
}

impl Check<'_, '_> {
    /// Whether a keyword of a later draft counts; without a named draft all do.
    fn knows(&self, since: Draft) -> bool {
        self.document.draft.is_none_or(|draft| draft >= since)
    }

    fn value(&mut self, schema: &Value, value: &Value, at: &str, found: &mut Found) -> Result<(), Exceeded> {
        self.budget.spend(1)?;
        if self.depth >= NESTING_MAX {
            return Err(Exceeded::Depth(NESTING_MAX));
        }
        self.depth += 1;
        let done = match schema {
            Value::Bool(false) => {
                found.tell(at, "False always fails validation");
                Ok(())
            }
            Value::Object(map) if map.get("$ref").is_some_and(Value::is_string) => {
                self.value(self.document.target(schema), value, at, found)
            }
            Value::Object(map) => self.keywords(map, value, at, found),
            _ => Ok(()),
        };
        self.depth -= 1;
        done
    }

    /// A value against a schema, apart from what has been found before.
    fn apart(&mut self, schema: &Value, value: &Value, at: &str) -> Result<Found, Exceeded> {
        let mut found = Found::default();
        self.value(schema, value, at, &mut found)?;
        Ok(found)
    }

    fn keywords(
        &mut self,
        schema: &Map<String, Value>,
        value: &Value,
        at: &str,
        found: &mut Found,
    ) -> Result<(), Exceeded> {
        let types = types(schema.get("type"));
        let given = type_of(value);
        let is_allowed = types.is_empty() || types.contains(&given) || given == "integer" && types.contains(&"number");
        if !is_allowed {
            let expected = match types.as_slice() {
                [only] => (*only).to_owned(),
                several => format!("[{}]", several.join(",")),
            };
            found.tell(at, format!("Invalid type. Expected: {expected}, given: {given}"));
            return Ok(());
        }
        self.alternatives(schema, value, at, found)?;
        match value {
            Value::Array(items) => self.array(schema, items, at, found)?,
            Value::Object(map) => self.object(schema, map, at, found)?,
            _ => {}
        }
        self.common(schema, value, at, found)?;
        match value {
            Value::Object(map) => self.properties(schema, map, at, found)?,
            Value::Number(number) => self.number(schema, number, at, found),
            Value::String(text) => self.text(schema, text, at, found),
            _ => {}
        }
        found.score += 1;
        Ok(())
    }

    /// `const` and `enum`.
    fn common(
        &mut self,
        schema: &Map<String, Value>,
        value: &Value,
        at: &str,
        found: &mut Found,
    ) -> Result<(), Exceeded> {
        if let Some(constant) = schema.get("const").filter(|_| self.knows(Draft::D6)) {
            let wanted = json_text(constant, self.budget)?;
            if json_text(value, self.budget)? != wanted {
                found.tell(at, format!("{} does not match: {wanted}", field(at)));
            }
        }
        if let Some(all) = schema.get("enum").and_then(Value::as_array).filter(|all| !all.is_empty()) {
            let mut wanted = Vec::new();
            for one in all {
                wanted.push(json_text(one, self.budget)?);
            }
            if !wanted.contains(&json_text(value, self.budget)?) {
                found.tell(at, format!("{} must be one of the following: {}", field(at), wanted.join(", ")));
            }
        }
        found.score += 1;
        Ok(())
    }
}

fn types(named: Option<&Value>) -> Vec<&str> {
    match named {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if is_whole(number) => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn below(at: &str, step: &str) -> String {
    format!("{at}.{step}")
}

fn count(schema: &Map<String, Value>, keyword: &str) -> Option<usize> {
    schema.get(keyword)?.as_u64().and_then(|count| usize::try_from(count).ok())
}
