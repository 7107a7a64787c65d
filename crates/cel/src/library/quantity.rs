//! Functions of quantities.

use crate::error::EvalError;
use crate::things::Quantity;
use crate::value::{Evaluated, Library, Value};
use defaults::Quantity as Amount;

pub(super) fn call(function: &str, args: &[Value]) -> Option<Evaluated> {
    match (function, args) {
        ("quantity", [Value::Text(text)]) => {
            Some(Amount::parse(text).map(wrapped).map_err(|error| EvalError::other(error.to_string())))
        }
        ("isQuantity", [Value::Text(text)]) => Some(Ok(Value::Bool(Amount::parse(text).is_ok()))),
        _ => {
            let (target, rest) = args.split_first()?;
            of_quantity(function, amount(target)?, rest)
        }
    }
}

fn wrapped(amount: Amount) -> Value {
    Value::library(Library::Quantity(Quantity(amount)))
}

fn amount(value: &Value) -> Option<Amount> {
    let Value::Library(value) = value else { return None };
    match &**value {
        Library::Quantity(quantity) => Some(quantity.0),
        _ => None,
    }
}

fn of_quantity(function: &str, one: Amount, rest: &[Value]) -> Option<Evaluated> {
    let other = rest.first().and_then(|value| match value {
        Value::Int(number) => Some(Amount::whole(*number)),
        value => amount(value),
    });
    Some(Ok(match (function, other) {
        ("sign", None) => Value::Int(if one.is_zero() {
            0
        } else if one.is_negative() {
            -1
        } else {
            1
        }),
        ("isInteger", None) => Value::Bool(one.is_whole()),
        ("asInteger", None) if one.is_whole() => Value::Int(one.value()),
        ("asInteger", None) => return Some(Err(EvalError::other("cannot convert value to integer"))),
        ("asApproximateFloat", None) => Value::Double(one.approximate()),
        ("isGreaterThan", Some(other)) => Value::Bool(one > other),
        ("isLessThan", Some(other)) => Value::Bool(one < other),
        ("compareTo", Some(other)) => Value::Int(one.cmp(&other) as i64),
        ("add", Some(other)) => wrapped(one + other),
        ("sub", Some(other)) => wrapped(one - other),
        _ => return None,
    }))
}
