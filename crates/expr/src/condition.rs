//! Conditions of metrics, as Argo Rollouts evaluates them: `result` is what was measured, and a few functions are there.

use crate::environment::Environment;
use crate::error::Error;
use crate::program::Program;
use crate::types::{Signature, Type};
use crate::value::{Calling, Function, Value};
use budget::Budget;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Why a condition is neither true nor false. Displays as Rollouts does: without a place in the source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConditionError {
    /// It cannot be compiled or evaluated.
    #[error("{}", .0.message)]
    Expression(#[from] Error),
    /// It comes to something else than what it must.
    #[error("expected {wanted}, but got {found}")]
    Type {
        /// What it must come to.
        wanted: &'static str,
        /// Go's name of what it came to.
        found: String,
    },
}

/// Whether `condition` holds for `result`.
///
/// # Errors
/// When it cannot be evaluated, exceeds `budget`, or is no condition.
pub fn holds(condition: &str, result: &Value, now: Timestamp, budget: &mut Budget) -> Result<bool, ConditionError> {
    let mut names = numeric_tests();
    let measured = result.clone();
    let unary = |returns: Type| Signature::new(&[Type::Any], returns);
    names.insert("result".to_owned(), result.clone());
    names.insert(
        "asInt".to_owned(),
        Value::Function(Function::new(unary(Type::INT64), Calling::Reflected, |args| as_int(&args[0]))),
    );
    names.insert(
        "asFloat".to_owned(),
        Value::Function(Function::new(unary(Type::Float), Calling::Direct, |args| as_float(&args[0]))),
    );
    let is_nil = result.is_nil();
    // Compat: these two look at what was measured, whatever they are given.
    names.insert(
        "isNil".to_owned(),
        Value::Function(Function::new(unary(Type::Bool), Calling::Direct, move |_| Ok(is_nil.into()))),
    );
    let default = move |args: &[Value]| Ok(if is_nil { args[1].clone() } else { measured.clone() });
    names.insert(
        "default".to_owned(),
        Value::Function(Function::new(Signature::new(&[Type::Any, Type::Any], Type::Any), Calling::Direct, default)),
    );
    match evaluated(condition, names, now, budget)? {
        Value::Bool(holds) => Ok(holds),
        other => Err(ConditionError::Type { wanted: "bool", found: other.type_name() }),
    }
}

/// The instant that `expression` comes to: how ranges of queries are given.
///
/// # Errors
/// When it cannot be evaluated, exceeds `budget`, or is no instant.
pub fn instant(expression: &str, now: Timestamp, budget: &mut Budget) -> Result<Timestamp, ConditionError> {
    match evaluated(expression, numeric_tests(), now, budget)? {
        Value::Time(time) => {
            let found = Timestamp::new(time.unix(), time.nanosecond().cast_signed());
            found.map_err(|_| ConditionError::Type {
                wanted: "a time within ten thousand years",
                found: "more".to_owned(),
            })
        }
        other => Err(ConditionError::Type { wanted: "time.Time", found: other.type_name() }),
    }
}

fn evaluated(
    source: &str,
    names: BTreeMap<String, Value>,
    now: Timestamp,
    budget: &mut Budget,
) -> Result<Value, ConditionError> {
    let environment = Environment::strict(names);
    let program = Program::compile(source, &environment, budget)?;
    Ok(program.run(&environment, now, budget)?)
}

fn numeric_tests() -> BTreeMap<String, Value> {
    let test = |test: fn(f64) -> bool| {
        Value::Function(Function::new(Signature::new(&[Type::Float], Type::Bool), Calling::Direct, move |args| {
            Ok(matches!(args[0], Value::Float(value) if test(value)).into())
        }))
    };
    BTreeMap::from([("isNaN".to_owned(), test(f64::is_nan)), ("isInf".to_owned(), test(f64::is_infinite))])
}

fn as_int(value: &Value) -> Result<Value, String> {
    match value {
        Value::Float(value) => Ok(Value::int64(crate::builtin::integer_of_float(*value))),
        Value::Int(integer) => Ok(Value::int64(integer.value)),
        Value::String(text) => {
            let digits = text.to_str_lossy();
            digits.parse().map(Value::int64).map_err(|error: std::num::ParseIntError| {
                use std::num::IntErrorKind::{NegOverflow, PosOverflow};
                let is_out_of_range = matches!(error.kind(), PosOverflow | NegOverflow);
                let why = if is_out_of_range { "value out of range" } else { "invalid syntax" };
                format!("strconv.ParseInt: parsing {}: {why}", gotemplate::quote(text.as_bytes()))
            })
        }
        other => Err(unsupported("asInt", other)),
    }
}

fn as_float(value: &Value) -> Result<Value, String> {
    match value {
        Value::Float(_) | Value::Int(_) => {
            crate::builtin::float_of(value).map(Value::Float).map_err(|wrong| wrong.message)
        }
        Value::String(text) => crate::builtin::parse_float(&text.to_str_lossy())
            .map(Value::Float)
            .map_err(|why| format!("strconv.ParseFloat: parsing {}: {why}", gotemplate::quote(text.as_bytes()))),
        other => Err(unsupported("asFloat", other)),
    }
}

fn unsupported(function: &str, value: &Value) -> String {
    let name = value.type_name();
    format!("{function}() not supported on {name} {}", crate::print::shown(value))
}
