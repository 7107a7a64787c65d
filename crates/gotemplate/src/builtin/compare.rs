//! `eq`, `lt` and `le`: values of one kind compare, integers of any sign compare with each other, nothing else does.

use crate::format::in_message;
use crate::value::{Args, FuncError, Value};
use std::cmp::Ordering;
use std::sync::Arc;

type Result<T> = std::result::Result<T, FuncError>;

/// Whether the first argument equals any other.
pub(super) fn eq(args: Args<'_>) -> Result<bool> {
    let Some((first, others)) = args.split_first().filter(|(_, others)| !others.is_empty()) else {
        return Err("missing argument for comparison".into());
    };
    for other in others {
        if equal(first, other)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn equal(left: &Value, right: &Value) -> Result<bool> {
    let (a, b) = (left.plain(), right.plain());
    Ok(match (&a, &b) {
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a, _), Value::Int(b, _)) => a == b,
        (Value::Uint(a, _), Value::Uint(b, _)) => a == b,
        (Value::Int(a, _), Value::Uint(b, _)) | (Value::Uint(b, _), Value::Int(a, _)) => u64::try_from(*a) == Ok(*b),
        (Value::Float(a), Value::Float(b)) => a == b,
        (Value::Complex(a, i), Value::Complex(b, j)) => a == b && i == j,
        (Value::Str(a), Value::Str(b)) => a == b,
        (Value::NoValue | Value::Nil, _) | (_, Value::NoValue | Value::Nil) => equal_to_nil(&a, &b),
        _ if is_basic(&a) || is_basic(&b) => return Err(incompatible(left, right).into()),
        _ => return composite(left, right),
    })
}

/// Only values without a basic kind can equal nil.
fn equal_to_nil(a: &Value, b: &Value) -> bool {
    !is_basic(a) && !is_basic(b) && a.is_nil() == b.is_nil()
}

fn is_basic(value: &Value) -> bool {
    use Value::{Bool, Complex, Float, Int, Str, Uint};
    matches!(value, Bool(_) | Int(..) | Uint(..) | Float(_) | Complex(..) | Str(_))
}

fn incompatible(left: &Value, right: &Value) -> String {
    format!("incompatible types for comparison: {} and {}", left.type_name(), right.type_name())
}

/// Maps and slices compare with nil only, objects by identity or as they say.
fn composite(left: &Value, right: &Value) -> Result<bool> {
    if left.kind() != right.kind() {
        let (a, b) = (in_message(left, 's')?, in_message(right, 'v')?);
        let (of, other) = (left.type_name(), right.type_name());
        return Err(format!("non-comparable types {a}: {of}, {other}: {b}").into());
    }
    if left.is_nil() || right.is_nil() {
        return Ok(left.is_nil() == right.is_nil());
    }
    match (left, right) {
        (Value::Object(a), Value::Object(b)) => Ok(Arc::ptr_eq(a, b) || a.equal(b.as_ref())),
        _ => Err(format!("non-comparable type {}: {}", in_message(right, 's')?, right.type_name()).into()),
    }
}

/// Whether the first argument is less than the second.
pub(super) fn lt(args: Args<'_>) -> Result<bool> {
    const BAD: &str = "invalid type for comparison";
    let (left, right) = (args.any(0), args.any(1));
    let (a, b) = (left.plain(), right.plain());
    if !is_basic(&a) || !is_basic(&b) {
        return Err(BAD.into());
    }
    Ok(match (&a, &b) {
        (Value::Int(a, _), Value::Int(b, _)) => a < b,
        (Value::Uint(a, _), Value::Uint(b, _)) => a < b,
        (Value::Int(a, _), Value::Uint(b, _)) => i128::from(*a) < i128::from(*b),
        (Value::Uint(a, _), Value::Int(b, _)) => i128::from(*a) < i128::from(*b),
        (Value::Float(a), Value::Float(b)) => a < b,
        (Value::Str(a), Value::Str(b)) => a.cmp(b) == Ordering::Less,
        (Value::Bool(_), Value::Bool(_)) | (Value::Complex(..), Value::Complex(..)) => return Err(BAD.into()),
        _ => return Err(incompatible(left, right).into()),
    })
}

/// Whether the first argument is less than or equal to the second.
pub(super) fn le(args: Args<'_>) -> Result<bool> {
    Ok(lt(args)? || eq(args)?)
}
