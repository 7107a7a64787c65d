//! The check of Helm 3.18 and later: a schema of any draft, complaints as a tree.
//!
//! Start reading at [`check`]; `left` keeps what no keyword has looked at yet, which later drafts ask for.

mod arrays;
mod conditions;
mod left;
mod objects;
mod scalars;

use super::document::{Document, Draft};
use super::format::check as check_format;
use super::limits::NESTING_MAX;
use super::number::{is_whole, same};
use super::patterns::Patterns;
use super::problem::{Kind, Problem, quoted};
use budget::{Budget, Exceeded};
use left::Left;
use serde_json::{Map, Value};

/// What is wrong with `values`; the text that stands below the chart's name.
pub(super) fn check(document: &Document<'_>, values: &Value, budget: &mut Budget) -> Result<Option<String>, Exceeded> {
    let draft = document.draft.unwrap_or(Draft::D2020);
    let mut check = Check { document, draft, budget, patterns: Patterns::default(), depth: 0 };
    let done = check.value(document.root, values, &[], Left::default());
    match done {
        Ok(_) => Ok(None),
        Err(Unfit::Limit(exceeded)) => Err(exceeded),
        Err(Unfit::Problem(problem)) => Ok(Some(problem.lines() + "\n")),
    }
}

/// Why a value does not pass.
enum Unfit {
    Problem(Box<Problem>),
    Limit(Exceeded),
}

impl From<Exceeded> for Unfit {
    fn from(exceeded: Exceeded) -> Self {
        Unfit::Limit(exceeded)
    }
}

struct Check<'c, 's> {
    document: &'c Document<'s>,
    draft: Draft,
    budget: &'c mut Budget,
    patterns: Patterns,
    depth: u32,
}

/// A value, where it stands, the schema it is held against and what has been found.
struct Visit<'v> {
    schema: &'v Map<String, Value>,
    value: &'v Value,
    at: &'v [String],
    left: Left,
    problems: Vec<Problem>,
}

impl Visit<'_> {
    fn tell(&mut self, told: impl Into<String>) {
        self.tell_with(told, Vec::new());
    }

    fn tell_with(&mut self, told: impl Into<String>, causes: Vec<Problem>) {
        self.problems.push(Problem { at: self.at.to_vec(), kind: Kind::Told(told.into()), causes });
    }

    /// Keeps the complaint of a part.
    fn keep(&mut self, done: Result<Left, Unfit>) -> Result<(), Exceeded> {
        match done {
            Ok(_) => Ok(()),
            Err(Unfit::Problem(problem)) => {
                self.problems.push(*problem);
                Ok(())
            }
            Err(Unfit::Limit(exceeded)) => Err(exceeded),
        }
    }

    /// As [`Visit::keep`], for a schema of the value itself: what it has looked at counts.
    fn keep_own(&mut self, done: Result<Left, Unfit>) -> Result<(), Exceeded> {
        if let Ok(left) = &done {
            self.left.keep_common(left);
        }
        self.keep(done)
    }

    fn end(mut self) -> Result<Left, Unfit> {
        if self.problems.len() > 1 {
            let at = self.at.to_vec();
            return Err(Unfit::Problem(Box::new(Problem { at, kind: Kind::Group, causes: self.problems })));
        }
        match self.problems.pop() {
            None => Ok(self.left),
            Some(problem) => Err(Unfit::Problem(Box::new(problem))),
        }
    }
}

fn refuse<T>(at: &[String], told: impl Into<String>) -> Result<T, Unfit> {
    Err(Unfit::Problem(Box::new(Problem { at: at.to_vec(), kind: Kind::Told(told.into()), causes: Vec::new() })))
}

impl Check<'_, '_> {
    /// Holds `value` against `schema`; gives what is still left of `left`.
    fn value(&mut self, schema: &Value, value: &Value, at: &[String], left: Left) -> Result<Left, Unfit> {
        self.budget.spend(1)?;
        if self.depth >= NESTING_MAX {
            return Err(Exceeded::Depth(NESTING_MAX).into());
        }
        self.depth += 1;
        let done = match schema {
            Value::Bool(false) => refuse(at, "false schema"),
            Value::Object(map) => {
                let left = left.of(map, value);
                self.object_schema(schema, Visit { schema: map, value, at, left, problems: Vec::new() })
            }
            _ => Ok(left),
        };
        self.depth -= 1;
        done
    }

    /// A part of a value, against a schema of its own.
    fn part(&mut self, schema: &Value, value: &Value, at: &[String], step: &str) -> Result<Left, Unfit> {
        let mut at = at.to_vec();
        at.push(step.to_owned());
        self.value(schema, value, &at, Left::default())
    }

    fn object_schema(&mut self, holder: &Value, mut visit: Visit<'_>) -> Result<Left, Unfit> {
        let is_reference = visit.schema.get("$ref").is_some_and(Value::is_string);
        if is_reference && self.draft < Draft::D2019 {
            // What stands beside a reference says nothing in these drafts.
            return self.reference(holder, &visit);
        }
        first_refusal(&visit, self.draft)?;
        if is_reference {
            let done = self.reference(holder, &visit);
            visit.keep_own(done)?;
        }
        match visit.value {
            Value::Object(map) => self.object(&mut visit, map)?,
            Value::Array(items) => self.array(&mut visit, items)?,
            Value::String(text) => self.text(&mut visit, text),
            Value::Number(number) => self.number(&mut visit, number),
            _ => {}
        }
        if self.draft >= Draft::D2019
            && ["$recursiveRef", "$dynamicRef"].iter().any(|keyword| visit.schema.contains_key(*keyword))
        {
            let done = self.reference(holder, &visit);
            visit.keep_own(done)?;
        }
        self.conditions(&mut visit)?;
        if self.draft >= Draft::D2019 {
            self.unevaluated(&mut visit)?;
        }
        visit.end()
    }

    fn reference(&mut self, holder: &Value, visit: &Visit<'_>) -> Result<Left, Unfit> {
        let target = self.document.target(holder);
        match self.value(target, visit.value, visit.at, visit.left.clone()) {
            Err(Unfit::Problem(problem)) => {
                let causes = if problem.kind == Kind::Group { problem.causes } else { vec![*problem] };
                Err(Unfit::Problem(Box::new(Problem { at: visit.at.to_vec(), kind: Kind::Reference, causes })))
            }
            done => done,
        }
    }
}

/// What ends a check at once: the wrong type, constant, enumeration or format.
fn first_refusal(visit: &Visit<'_>, draft: Draft) -> Result<(), Unfit> {
    let Visit { schema, value, at, .. } = visit;
    let types = types(schema.get("type"));
    if !types.is_empty() && !types.iter().any(|one| is_of_type(value, one)) {
        return refuse(at, format!("got {}, want {}", type_of(value), types.join(" or ")));
    }
    if let Some(constant) = schema.get("const").filter(|_| draft >= Draft::D6)
        && !same(value, constant)
    {
        return refuse(
            at,
            match constant {
                Value::Array(_) | Value::Object(_) => "'const' failed".to_owned(),
                constant => format!("value must be {}", shown(constant)),
            },
        );
    }
    if let Some(Value::Array(wanted)) = schema.get("enum")
        && !wanted.iter().any(|one| same(value, one))
    {
        return refuse(at, enumeration(wanted));
    }
    if let (Some(Value::String(format)), Value::String(text)) = (schema.get("format"), value)
        && draft < Draft::D2019
        && let Err(told) = check_format(format, text)
    {
        return refuse(at, format!("{} is not valid {format}: {told}", quoted(text)));
    }
    Ok(())
}

fn enumeration(wanted: &[Value]) -> String {
    if wanted.iter().any(|one| one.is_array() || one.is_object()) {
        return "'enum' failed".to_owned();
    }
    match wanted {
        [only] => format!("value must be {}", shown(only)),
        all => format!("value must be one of {}", all.iter().map(shown).collect::<Vec<_>>().join(", ")),
    }
}

/// A value that is no map and no list, as Go prints it.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Null => "<nil>".to_owned(),
        other => other.to_string(),
    }
}

/// The types that are named, in the library's own order.
fn types(named: Option<&Value>) -> Vec<&'static str> {
    const ALL: [&str; 7] = ["null", "boolean", "number", "integer", "string", "array", "object"];
    let is_named = |one: &&str| match named {
        Some(Value::String(name)) => name == one,
        Some(Value::Array(names)) => names.iter().any(|name| name == one),
        _ => false,
    };
    ALL.into_iter().filter(is_named).collect()
}

fn is_of_type(value: &Value, wanted: &str) -> bool {
    match value {
        Value::Number(number) if wanted == "integer" => is_whole(number),
        value => type_of(value) == wanted,
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// A keyword's whole number.
fn count(schema: &Map<String, Value>, keyword: &str) -> Option<usize> {
    let number = schema.get(keyword)?.as_number().filter(|number| is_whole(number))?;
    number.as_u64().or_else(|| number.as_f64().map(|float| float as u64)).and_then(|count| usize::try_from(count).ok())
}
