//! What may be passed where: literals take the type of the parameter, values are checked against it.

use crate::number::Number;
use crate::program::Literal;
use crate::types::Type;
use crate::value::{List, Map, MapClass, Value};

/// The zero of a type that can be nil; of others too, for missing map entries.
pub(crate) fn zero(of: Type) -> Value {
    match of {
        Type::Reflect => Value::NoValue,
        Type::Any | Type::Func | Type::Named(_) => Value::Nil,
        Type::Bool => Value::Bool(false),
        Type::Int(kind) => Value::Int(0, kind),
        Type::Uint(kind) => Value::Uint(0, kind),
        Type::Float64 => Value::Float(0.0),
        Type::Complex128 => Value::Complex(0.0, 0.0),
        Type::String => Value::text(""),
        Type::List(list) => Value::List(List::nil(list)),
        Type::Map(map) if map == MapClass::STRINGS.map_type => Value::Map(Map::nil(&MapClass::STRINGS)),
        Type::Map(_) => Value::Map(Map::nil(&MapClass::ANY)),
    }
}

/// The value of a literal passed where `target` is expected, or Go's message. `shown` gives the literal as Go prints it.
pub(crate) fn literal(literal: &Literal, target: Type, shown: impl Fn() -> String) -> Result<Value, String> {
    if let Literal::Nil = literal {
        return if target.can_be_nil() { Ok(zero(target)) } else { Err(format!("cannot assign nil to {target}")) };
    }
    match (target, literal) {
        (Type::Any | Type::Reflect, Literal::Number(number, _)) => ideal_number(number, &shown()),
        (Type::Any | Type::Reflect, Literal::Bool(value)) => Ok(Value::Bool(*value)),
        (Type::Any | Type::Reflect, Literal::String(value, _)) => Ok(value.clone()),
        (Type::Bool, Literal::Bool(value)) => Ok(Value::Bool(*value)),
        (Type::Bool, _) => Err(format!("expected bool; found {}", shown())),
        (Type::String, Literal::String(value, _)) => Ok(value.clone()),
        (Type::String, _) => Err(format!("expected string; found {}", shown())),
        (Type::Int(kind), Literal::Number(Number { int: Some(value), .. }, _)) => Ok(Value::Int(*value, kind)),
        (Type::Int(_), _) => Err(format!("expected integer; found {}", shown())),
        (Type::Uint(kind), Literal::Number(Number { uint: Some(value), .. }, _)) => Ok(Value::Uint(*value, kind)),
        (Type::Uint(_), _) => Err(format!("expected unsigned integer; found {}", shown())),
        (Type::Float64, Literal::Number(Number { float: Some(value), .. }, _)) => Ok(Value::Float(*value)),
        (Type::Float64, _) => Err(format!("expected float; found {}", shown())),
        (Type::Complex128, Literal::Number(Number { complex: Some((a, b)), .. }, _)) => Ok(Value::Complex(*a, *b)),
        (Type::Complex128, _) => Err(format!("expected complex; found {}", shown())),
        _ => Err(format!("can't handle {} for arg of type {target}", shown())),
    }
}

/// A number where nothing says which type it should have.
pub(crate) fn ideal_number(number: &Number, text: &str) -> Result<Value, String> {
    let hexadecimal =
        text.len() > 2 && (text.starts_with("0x") || text.starts_with("0X")) && !text.contains(['p', 'P']);
    let looks_like_float = !hexadecimal && !text.starts_with('\'') && text.contains(['.', 'e', 'E', 'p', 'P']);
    match *number {
        Number { complex: Some((real, imaginary)), .. } => Ok(Value::Complex(real, imaginary)),
        Number { float: Some(value), .. } if looks_like_float => Ok(Value::Float(value)),
        Number { int: Some(value), .. } => Ok(Value::int(value)),
        Number { uint: Some(_), .. } => Err(format!("{text} overflows int")),
        _ => Ok(Value::NoValue),
    }
}

/// Go's `validateType`: `value` as an argument of type `target`, or Go's message. `in_interface` says that the value came
/// out of an `interface {}`, which shows when it is nil.
pub(crate) fn argument(value: Value, in_interface: bool, target: Type) -> Result<Value, String> {
    match value {
        Value::NoValue if target.can_be_nil() => return Ok(zero(target)),
        Value::NoValue => return Err(format!("invalid value; expected {target}")),
        Value::Nil if matches!(target, Type::Any | Type::Reflect) => return Ok(Value::Nil),
        Value::Nil if in_interface => {
            return Err(format!("wrong type for value; expected {target}; got interface {{}}"));
        }
        _ => {}
    }
    if matches!(target, Type::Any | Type::Reflect) {
        return Ok(value);
    }
    let Some(own) = value.go_type() else {
        return if target.can_be_nil() { Ok(zero(target)) } else { Err(format!("invalid value; expected {target}")) };
    };
    if own.assignable_to(target) || dereferenced(own, target) {
        return Ok(value);
    }
    Err(format!("wrong type for value; expected {target}; got {own}"))
}

/// A pointer is passed for what it points to.
fn dereferenced(own: Type, target: Type) -> bool {
    matches!((own, target), (Type::Named(pointer), Type::Named(name)) if pointer.strip_prefix('*') == Some(name))
}
