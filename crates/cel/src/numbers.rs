//! Arithmetic and order.

use crate::error::EvalError;
use crate::value::{Evaluated, Value, compare_numbers};
use jiff::SignedDuration;
use std::cmp::Ordering;

fn checked<T>(value: Option<T>, wrap: impl FnOnce(T) -> Value, kind: &str) -> Evaluated {
    value.map(wrap).ok_or_else(|| EvalError::other(format!("{kind} overflow")))
}

/// An operator on two values; `None` when it does not take them.
pub(crate) fn arithmetic(operator: &str, one: &Value, other: &Value) -> Option<Evaluated> {
    match (one, other) {
        (Value::Int(one), Value::Int(other)) => Some(whole(operator, *one, *other)),
        (Value::Uint(one), Value::Uint(other)) => Some(unsigned(operator, *one, *other)),
        (Value::Double(one), Value::Double(other)) => Some(Ok(Value::Double(match operator {
            "_+_" => one + other,
            "_-_" => one - other,
            "_*_" => one * other,
            "_/_" => one / other,
            _ => return None,
        }))),
        (Value::Text(one), Value::Text(other)) if operator == "_+_" => Some(Ok(Value::text(format!("{one}{other}")))),
        (Value::Bytes(one), Value::Bytes(other)) if operator == "_+_" => {
            Some(Ok(Value::Bytes([&**one, &**other].concat().into())))
        }
        _ => of_time(operator, one, other),
    }
}

fn whole(operator: &str, one: i64, other: i64) -> Evaluated {
    match operator {
        "_/_" if other == 0 => Err(EvalError::other("division by zero")),
        "_%_" if other == 0 => Err(EvalError::other("modulus by zero")),
        "_+_" => checked(one.checked_add(other), Value::Int, "integer"),
        "_-_" => checked(one.checked_sub(other), Value::Int, "integer"),
        "_*_" => checked(one.checked_mul(other), Value::Int, "integer"),
        "_/_" => checked(one.checked_div(other), Value::Int, "integer"),
        _ => checked(one.checked_rem(other), Value::Int, "integer"),
    }
}

fn unsigned(operator: &str, one: u64, other: u64) -> Evaluated {
    match operator {
        "_/_" if other == 0 => Err(EvalError::other("division by zero")),
        "_%_" if other == 0 => Err(EvalError::other("modulus by zero")),
        "_+_" => checked(one.checked_add(other), Value::Uint, "unsigned integer"),
        "_-_" => checked(one.checked_sub(other), Value::Uint, "unsigned integer"),
        "_*_" => checked(one.checked_mul(other), Value::Uint, "unsigned integer"),
        "_/_" => checked(one.checked_div(other), Value::Uint, "unsigned integer"),
        _ => checked(one.checked_rem(other), Value::Uint, "unsigned integer"),
    }
}

fn of_time(operator: &str, one: &Value, other: &Value) -> Option<Evaluated> {
    let moved = |time: &jiff::Timestamp, by: Option<i64>| {
        let moved = by.and_then(|by| time.checked_add(SignedDuration::from_nanos(by)).ok());
        checked(moved, Value::Timestamp, "timestamp")
    };
    match (operator, one, other) {
        ("_+_", Value::Duration(one), Value::Duration(other)) => {
            Some(checked(one.checked_add(*other), Value::Duration, "duration"))
        }
        ("_-_", Value::Duration(one), Value::Duration(other)) => {
            Some(checked(one.checked_sub(*other), Value::Duration, "duration"))
        }
        ("_+_", Value::Timestamp(time), Value::Duration(by)) | ("_+_", Value::Duration(by), Value::Timestamp(time)) => {
            Some(moved(time, Some(*by)))
        }
        ("_-_", Value::Timestamp(time), Value::Duration(by)) => Some(moved(time, by.checked_neg())),
        ("_-_", Value::Timestamp(one), Value::Timestamp(other)) => {
            let nanos = i64::try_from(one.duration_since(*other).as_nanos()).ok();
            Some(checked(nanos, Value::Duration, "timestamp"))
        }
        _ => None,
    }
}

/// The negated number; `None` when the value is none.
pub(crate) fn negated(value: &Value) -> Option<Evaluated> {
    match value {
        Value::Int(value) => Some(checked(value.checked_neg(), Value::Int, "integer")),
        Value::Double(value) => Some(Ok(Value::Double(-value))),
        Value::Duration(value) => Some(checked(value.checked_neg(), Value::Duration, "duration")),
        _ => None,
    }
}

/// A comparison; `None` when the two have no order.
pub(crate) fn ordered(operator: &str, one: &Value, other: &Value) -> Option<Evaluated> {
    let is_number = |value: &Value| matches!(value, Value::Int(_) | Value::Uint(_) | Value::Double(_));
    if is_number(one) && is_number(other) {
        // Nothing is in any order with what is not a number.
        return Some(Ok(Value::Bool(compare_numbers(one, other).is_some_and(|order| holds(operator, order)))));
    }
    compare(one, other).map(|order| Ok(Value::Bool(holds(operator, order))))
}

fn holds(operator: &str, order: Ordering) -> bool {
    match operator {
        "_<_" => order.is_lt(),
        "_<=_" => order.is_le(),
        "_>_" => order.is_gt(),
        _ => order.is_ge(),
    }
}

/// The order of two values of one kind.
pub(crate) fn compare(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Bool(one), Value::Bool(other)) => Some(one.cmp(other)),
        (Value::Text(one), Value::Text(other)) => Some(one.cmp(other)),
        (Value::Bytes(one), Value::Bytes(other)) => Some(one.cmp(other)),
        (Value::Timestamp(one), Value::Timestamp(other)) => Some(one.cmp(other)),
        (Value::Duration(one), Value::Duration(other)) => Some(one.cmp(other)),
        _ => compare_numbers(one, other),
    }
}
