//! Triggers: when something is told, how often, and by which templates.

use crate::limits;
use crate::variables::Variables;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use expr::{Environment, Program, Value};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};
use std::collections::BTreeMap;

/// One condition of a trigger, as it is configured.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Condition {
    /// For people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// An expression: once told, it is not told again before this comes to something else.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub once_per: String,
    /// The templates that make the notification.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "nothing_as_default")]
    pub send: Vec<String>,
    /// An expression: whether it is told.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub when: String,
}

fn nothing_as_default<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// A trigger, compiled.
#[derive(Debug, Clone)]
pub struct Trigger {
    conditions: Vec<Condition>,
    compiled: Vec<Compiled>,
}

#[derive(Debug, Clone)]
struct Compiled {
    when: Program,
    once_per: Option<Program>,
}

/// What came of one condition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Its place among the trigger's conditions and the hash of its `when`: part of the key that it is remembered by.
    pub key: String,
    /// What `oncePer` came to; empty where there is none, or the condition does not hold.
    pub once_per: String,
    /// The templates to send.
    pub templates: Vec<String>,
    /// Whether the condition holds.
    pub is_triggered: bool,
    /// Whether it has no `when`: triggers of Rollouts that hold whenever their event happens.
    pub is_unconditional: bool,
    /// Why it could not be evaluated. It does not hold then.
    pub problem: Option<String>,
}

impl Trigger {
    /// Compiles these conditions.
    ///
    /// # Errors
    /// What is wrong with the first of their expressions that is no expression, in expr's words.
    pub fn compile(conditions: Vec<Condition>) -> Result<Self, String> {
        let compiled = conditions.iter().map(|condition| {
            let when = if condition.when.is_empty() { "false" } else { &condition.when };
            let once_per = Some(&condition.once_per).filter(|source| !source.is_empty());
            Ok(Compiled { when: program(when)?, once_per: once_per.map(|source| program(source)).transpose()? })
        });
        let compiled = compiled.collect::<Result<_, String>>()?;
        Ok(Trigger { conditions, compiled })
    }

    /// The conditions as they are configured.
    #[must_use]
    pub fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    /// Whether an expression of it may come to something else without any change of the object.
    #[must_use]
    pub fn depends_on_time(&self) -> bool {
        self.conditions.iter().any(|condition| {
            ["now()", "time.Now"].iter().any(|word| condition.when.contains(word) || condition.once_per.contains(word))
        })
    }

    /// Evaluates all conditions at `now`.
    #[must_use]
    pub fn run(&self, variables: &Variables<'_>, now: Timestamp) -> Vec<Outcome> {
        let environment = variables.environment(now);
        let conditions = self.conditions.iter().zip(&self.compiled).enumerate();
        conditions.map(|(at, (condition, compiled))| run(at, condition, compiled, &environment, now)).collect()
    }
}

fn program(source: &str) -> Result<Program, String> {
    let environment = Environment::open(BTreeMap::new());
    Program::compile(source, &environment, &mut limits::expression()).map_err(|error| error.to_string())
}

fn run(at: usize, condition: &Condition, compiled: &Compiled, environment: &Environment, now: Timestamp) -> Outcome {
    let mut outcome = Outcome {
        key: format!("[{at}].{}", hash(&condition.when)),
        templates: condition.send.clone(),
        is_unconditional: condition.when.is_empty(),
        ..Outcome::default()
    };
    match compiled.when.run(environment, now, &mut limits::expression()) {
        Ok(value) => outcome.is_triggered = value.as_bool() == Some(true),
        Err(error) => outcome.problem = Some(error.to_string()),
    }
    // Compat: `oncePer` is looked at only where the condition holds, so what was told once stays told.
    let once_per = compiled.once_per.as_ref().filter(|_| outcome.is_triggered);
    if let Some(once_per) = once_per {
        let mut budget = limits::expression();
        let printed = once_per.run(environment, now, &mut budget).map_err(|error| error.to_string());
        let printed = printed.and_then(|value: Value| value.printed(&mut budget).map_err(|error| error.to_string()));
        match printed {
            Ok(text) => outcome.once_per = text.to_str_lossy().into_owned(),
            Err(problem) => outcome.problem = Some(problem),
        }
    }
    outcome
}

fn hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha1::digest(text.as_bytes()))
}
