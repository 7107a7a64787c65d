//! One case: a template, what it is executed on, and what Go made of it.

use crate::functions;
use budget::{Budget, Limits};
use gotemplate::html::{self, EscapeError};
use gotemplate::{ExecError, Frozen, MissingKey, ParseError, Run, Set, Text, Value};
use serde_json::Value as Json;
use std::sync::{Arc, LazyLock};

/// What cases without data of their own are executed on.
pub static DATA: LazyLock<Frozen> = LazyLock::new(|| {
    let json: Json = serde_json::from_str(include_str!("../cases/go/data.json")).expect("data.json is JSON");
    Frozen::from(&json)
});

/// What cases of HTML are executed on.
static HTML_DATA: LazyLock<Frozen> = LazyLock::new(|| {
    let json: Json = serde_json::from_str(include_str!("../cases/go/html_data.json")).expect("html_data.json is JSON");
    Frozen::from(&json)
});

pub const LIMITS: Limits = Limits { fuel: 2_000_000, bytes: 8 << 20, depth: 150 };

/// Why a case gave no text.
#[derive(Debug)]
pub enum Failed {
    Parse(ParseError),
    Escape(EscapeError),
    Execute(ExecError),
}

impl Failed {
    pub fn message(&self) -> String {
        match self {
            Failed::Parse(error) => error.to_string(),
            Failed::Escape(error) => error.to_string(),
            Failed::Execute(error) => error.to_string(),
        }
    }
}

/// Runs the case that a line of a case file holds.
pub fn run(case: &Json, limits: Limits) -> Result<Text, Failed> {
    let mut budget = Budget::new(limits);
    let missing = match case["missing"].as_str() {
        Some("zero") => MissingKey::Zero,
        Some("error") => MissingKey::Error,
        _ => MissingKey::Invalid,
    };
    let functions = Arc::new(functions::table());
    if case["html"].as_bool() == Some(true) {
        let mut set = html::Set::new(functions, missing).named("set");
        for (name, text) in texts(case) {
            set.parse(name, &text, &mut budget).map_err(Failed::Parse)?;
        }
        let template = set.escaped("x", &mut budget).map_err(Failed::Escape)?;
        let data = case.get("data").map_or_else(|| Value::from(&*HTML_DATA), Value::from);
        return template.execute(&data, &mut Run::new(&mut budget)).map_err(Failed::Execute);
    }
    let mut set = Set::new(functions, missing).named("set");
    for (name, text) in texts(case) {
        set.parse(name, &text, &mut budget).map_err(Failed::Parse)?;
    }
    let data = case.get("data").map_or_else(|| Value::from(&*DATA), Value::from);
    set.execute("x", &data, &mut Run::new(&mut budget)).map_err(Failed::Execute)
}

/// The texts of a case by name, its own last.
fn texts(case: &Json) -> Vec<(&str, Vec<u8>)> {
    let files = case["files"].as_object().into_iter().flatten();
    let mut texts: Vec<_> =
        files.map(|(name, text)| (name.as_str(), text.as_str().unwrap_or_default().as_bytes().to_vec())).collect();
    texts.push((
        "x",
        match case["hex"].as_str() {
            Some(text) => hex::decode(text).expect("hex is hexadecimal"),
            None => case["t"].as_str().unwrap_or_default().as_bytes().to_vec(),
        },
    ));
    texts
}

/// How our outcome differs from the recorded one; nothing when it does not.
pub fn difference(case: &Json) -> Option<String> {
    let ours = run(case, LIMITS);
    let expected = match (case["out"].as_str(), case["outhex"].as_str()) {
        (Some(text), _) => Some(text.as_bytes().to_vec()),
        (_, Some(text)) => Some(hex::decode(text).expect("outhex is hexadecimal")),
        _ => None,
    };
    match (ours, expected, case["err"].as_str()) {
        (Ok(text), Some(expected), _) if text.as_bytes() == expected => None,
        (Err(failed), None, Some(expected)) if failed.message() == expected => None,
        (Ok(text), _, expected) => Some(format!("ours: {text:?}\n  go:   {:?} {expected:?}", case["out"])),
        (Err(failed), _, expected) => {
            Some(format!("ours: {}\n  go:   {} {}", failed.message(), case["out"], expected.unwrap_or_default()))
        }
    }
}
