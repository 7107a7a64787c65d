//! Numbers, and what becomes one.

use super::define::{Call, Checking, Definition, one, wrong_count};
use crate::error::{Outcome, Wrong};
use crate::types::{IntKind, Type};
use crate::value::{Integer, Value};

pub(super) const TABLE: &[Definition] = &[
    Definition { name: "abs", checking: Checking::Rule(check_abs), call: abs },
    Definition { name: "ceil", checking: Checking::Rule(|types| rounding("ceil", types)), call: ceil },
    Definition { name: "floor", checking: Checking::Rule(|types| rounding("floor", types)), call: floor },
    Definition { name: "round", checking: Checking::Rule(|types| rounding("round", types)), call: round },
    Definition { name: "int", checking: Checking::Rule(check_int), call: int },
    Definition { name: "float", checking: Checking::Rule(check_float), call: float },
];

fn is_number(ty: &Type) -> bool {
    ty.is_unknown() || ty.is_number() || matches!(ty, Type::Duration | Type::Month | Type::Weekday)
}

fn check_abs(types: &[Type]) -> Result<Type, String> {
    let ty = one(types)?;
    if is_number(ty) { Ok(ty.clone()) } else { Err(format!("invalid argument for abs (type {})", go_name(ty))) }
}

fn rounding(name: &str, types: &[Type]) -> Result<Type, String> {
    let ty = one(types)?;
    if is_number(ty) { Ok(Type::Float) } else { Err(format!("invalid argument for {name} (type {})", go_name(ty))) }
}

fn check_int(types: &[Type]) -> Result<Type, String> {
    let ty = one(types)?;
    let is_fit = is_number(ty) || *ty == Type::String;
    if is_fit { Ok(Type::INT) } else { Err(format!("invalid argument for int (type {})", go_name(ty))) }
}

fn check_float(types: &[Type]) -> Result<Type, String> {
    let ty = one(types)?;
    let is_fit = is_number(ty) || *ty == Type::String;
    if is_fit { Ok(Type::Float) } else { Err(format!("invalid argument for float (type {})", go_name(ty))) }
}

/// How Go prints a type that may be missing.
pub(super) fn go_name(ty: &Type) -> String {
    match ty {
        Type::Nil => "%!s(<nil>)".to_owned(),
        _ => ty.to_string(),
    }
}

fn argument(arguments: &[Value]) -> Outcome<&Value> {
    match arguments {
        [one] => Ok(one),
        _ => Err(Wrong::new(wrong_count("1", arguments.len()))),
    }
}

fn abs(arguments: &[Value], _: &mut Call<'_>) -> Outcome<Value> {
    match argument(arguments)? {
        Value::Float(value) if *value < 0.0 => Ok(Value::Float(-value)),
        Value::Float(value) => Ok(Value::Float(*value)),
        Value::Int(Integer { value, kind }) => {
            let is_signed = !matches!(kind, IntKind::Uint8 | IntKind::Uint64);
            let value = if is_signed { value.wrapping_abs() } else { *value };
            Ok(Value::Int(Integer { value, kind: *kind }))
        }
        other => Err(Wrong::new(format!("invalid argument for abs (type {})", other.type_name()))),
    }
}

fn rounded(name: &str, arguments: &[Value], how: fn(f64) -> f64) -> Outcome<Value> {
    match argument(arguments)? {
        Value::Float(value) => Ok(Value::Float(how(*value))),
        Value::Int(integer) => Ok(Value::Float(integer.value as f64)),
        other => Err(Wrong::new(format!("invalid argument for {name} (type {})", other.type_name()))),
    }
}

fn ceil(arguments: &[Value], _: &mut Call<'_>) -> Outcome<Value> {
    rounded("ceil", arguments, f64::ceil)
}

fn floor(arguments: &[Value], _: &mut Call<'_>) -> Outcome<Value> {
    rounded("floor", arguments, f64::floor)
}

fn round(arguments: &[Value], _: &mut Call<'_>) -> Outcome<Value> {
    rounded("round", arguments, f64::round)
}

fn int(arguments: &[Value], _: &mut Call<'_>) -> Outcome<Value> {
    Ok(Value::int(match argument(arguments)? {
        Value::Float(value) => integer_of_float(*value),
        Value::Int(integer) => integer.value,
        Value::Duration(value) | Value::Month(value) | Value::Weekday(value) => *value,
        Value::String(text) => {
            let parsed = text.as_str().and_then(|text| text.parse().ok());
            parsed.ok_or_else(|| Wrong::new(format!("invalid operation: int({text})")))?
        }
        Value::Nil => return Err(Wrong::new("reflect: call of reflect.Value.Type on zero Value")),
        other => return Err(Wrong::new(format!("invalid operation: int({})", other.type_name()))),
    }))
}

fn float(arguments: &[Value], _: &mut Call<'_>) -> Outcome<Value> {
    Ok(Value::Float(match argument(arguments)? {
        Value::Float(value) => *value,
        Value::Int(integer) => float_of_integer(*integer),
        Value::String(text) => {
            parse_float(&text.to_str_lossy()).map_err(|_| Wrong::new(format!("invalid operation: float({text})")))?
        }
        other => return Err(Wrong::new(format!("invalid operation: float({})", other.type_name()))),
    }))
}

fn float_of_integer(integer: Integer) -> f64 {
    if integer.kind == IntKind::Uint64 { integer.value as u64 as f64 } else { integer.value as f64 }
}

/// Go's conversion of a `float64` to an `int` on the machines that matter: what does not fit is the smallest integer.
pub(crate) fn integer_of_float(value: f64) -> i64 {
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    if value > -BEYOND && value < BEYOND { value as i64 } else { i64::MIN }
}

/// `strconv.ParseFloat`; the error is Go's reason.
pub(crate) fn parse_float(text: &str) -> Result<f64, &'static str> {
    let digits = text.trim_start_matches(['+', '-']);
    let is_word = digits.starts_with(['i', 'I', 'n', 'N']);
    let is_signed_nan = digits.len() < text.len() && digits.starts_with(['n', 'N']);
    let value: f64 = text.parse().map_err(|_| "invalid syntax")?;
    match value {
        _ if is_signed_nan => Err("invalid syntax"),
        value if value.is_infinite() && !is_word => Err("value out of range"),
        value => Ok(value),
    }
}

/// The integer that a number stands for where one is wanted.
pub(crate) fn int_of(value: &Value) -> Outcome<i64> {
    match value {
        Value::Float(value) => Ok(integer_of_float(*value)),
        Value::Int(integer) => Ok(integer.value),
        other => Err(Wrong::new(format!("invalid operation: int({})", other.type_name()))),
    }
}

/// The `float64` that a number stands for.
pub(crate) fn float_of(value: &Value) -> Outcome<f64> {
    match value {
        Value::Float(value) => Ok(*value),
        Value::Int(integer) => Ok(float_of_integer(*integer)),
        other => Err(Wrong::new(format!("invalid operation: float({})", other.type_name()))),
    }
}
