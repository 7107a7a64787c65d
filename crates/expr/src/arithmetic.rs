//! Arithmetic, with Go's types: integers wrap around and stay integers, but a quotient is always a `float64`.

use crate::builtin::{Call, float_of, int_of};
use crate::compare::{Numbers, numbers};
use crate::error::{Outcome, Wrong};
use crate::types::{IntKind, ListType};
use crate::value::{Integer, Value};
use std::sync::Arc;

fn mismatched(one: &Value, operator: &str, other: &Value) -> Wrong {
    Wrong::new(format!("invalid operation: {} {operator} {}", one.type_name(), other.type_name()))
}

/// `one + other`.
pub(crate) fn add(one: &Value, other: &Value, call: &mut Call<'_>) -> Outcome<Value> {
    match numbers(one, other) {
        Some(Numbers::Integers(one, other)) => return Ok(Value::int(one.wrapping_add(other))),
        Some(Numbers::Floats(one, other)) => return Ok(Value::Float(one + other)),
        None => {}
    }
    match (one, other) {
        (Value::String(one), Value::String(other)) => call.text([one.as_bytes(), other.as_bytes()].concat()),
        (Value::Time(time), Value::Duration(nanos)) | (Value::Duration(nanos), Value::Time(time)) => {
            Ok(Value::Time(Arc::new(time.plus(*nanos))))
        }
        (Value::Duration(one), Value::Duration(other)) => Ok(Value::Duration(one.wrapping_add(*other))),
        _ => Err(mismatched(one, "+", other)),
    }
}

/// `one - other`.
pub(crate) fn subtract(one: &Value, other: &Value) -> Outcome<Value> {
    match numbers(one, other) {
        Some(Numbers::Integers(one, other)) => return Ok(Value::int(one.wrapping_sub(other))),
        Some(Numbers::Floats(one, other)) => return Ok(Value::Float(one - other)),
        None => {}
    }
    match (one, other) {
        (Value::Time(one), Value::Time(other)) => Ok(Value::Duration(one.since(other))),
        (Value::Time(time), Value::Duration(nanos)) => Ok(Value::Time(Arc::new(time.plus(nanos.wrapping_neg())))),
        (Value::Duration(one), Value::Duration(other)) => Ok(Value::Duration(one.wrapping_sub(*other))),
        _ => Err(mismatched(one, "-", other)),
    }
}

/// `one * other`.
pub(crate) fn multiply(one: &Value, other: &Value) -> Outcome<Value> {
    match numbers(one, other) {
        Some(Numbers::Integers(one, other)) => return Ok(Value::int(one.wrapping_mul(other))),
        Some(Numbers::Floats(one, other)) => return Ok(Value::Float(one * other)),
        None => {}
    }
    match (one, other) {
        (Value::Duration(one), Value::Duration(other)) => Ok(Value::Duration(one.wrapping_mul(*other))),
        (Value::Duration(nanos), Value::Int(times)) | (Value::Int(times), Value::Duration(nanos)) => {
            Ok(Value::Duration(nanos.wrapping_mul(times.value)))
        }
        (Value::Duration(nanos), Value::Float(times)) | (Value::Float(times), Value::Duration(nanos)) => {
            Ok(Value::Float(*nanos as f64 * times))
        }
        _ => Err(mismatched(one, "*", other)),
    }
}

/// `one / other`: by zero it is infinite, or no number.
pub(crate) fn divide(one: &Value, other: &Value) -> Outcome<Value> {
    match (one, other) {
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => {
            Ok(Value::Float(float_of(one)? / float_of(other)?))
        }
        _ => Err(mismatched(one, "/", other)),
    }
}

/// `one % other`, of integers.
pub(crate) fn modulo(one: &Value, other: &Value) -> Outcome<Value> {
    match (one, other) {
        (Value::Int(_), Value::Int(Integer { value: 0, .. })) => {
            Err(Wrong::new("runtime error: integer divide by zero"))
        }
        (Value::Int(one), Value::Int(other)) => Ok(Value::int(one.value.wrapping_rem(other.value))),
        _ => Err(mismatched(one, "%", other)),
    }
}

/// `one ** other`.
pub(crate) fn power(one: &Value, other: &Value) -> Outcome<Value> {
    Ok(Value::Float(powered(float_of(one)?, float_of(other)?)))
}

/// Go's `math.Pow`: by repeated squaring, so that its last digits are Go's.
pub(crate) fn powered(base: f64, exponent: f64) -> f64 {
    if exponent == 1.0 {
        return base;
    }
    if exponent.abs() == 0.5 && base.is_finite() && base != 0.0 {
        return if exponent > 0.0 { base.sqrt() } else { 1.0 / base.sqrt() };
    }
    let is_special = exponent == 0.0 || base == 1.0 || base == 0.0 || !base.is_finite() || !exponent.is_finite();
    let (mut whole, mut fraction) = (exponent.abs().trunc(), exponent.abs().fract());
    // There all machines agree; beyond 63 bits the result is 0, 1 or infinite.
    if is_special || whole >= 9.2e18 || (fraction != 0.0 && base < 0.0) {
        return base.powf(exponent);
    }
    let (mut product, mut power) = (1.0_f64, 0_i64);
    if fraction != 0.0 {
        if fraction > 0.5 {
            fraction -= 1.0;
            whole += 1.0;
        }
        product = (fraction * base.ln()).exp();
    }
    let (mut factor, mut factor_power) = halved(base);
    let mut left = whole as i64;
    while left != 0 {
        if factor_power.abs() > 1 << 12 {
            power += factor_power;
            break;
        }
        if left & 1 == 1 {
            product *= factor;
            power += factor_power;
        }
        factor *= factor;
        factor_power *= 2;
        if factor < 0.5 {
            factor += factor;
            factor_power -= 1;
        }
        left >>= 1;
    }
    if exponent < 0.0 {
        (product, power) = (1.0 / product, -power);
    }
    doubled(product, power)
}

/// `value` as a number in ½ … 1 times a power of two: Go's `math.Frexp`.
fn halved(value: f64) -> (f64, i64) {
    const MANTISSA_BITS: u32 = 52;
    let (value, offset) = if value.is_normal() { (value, 0) } else { (value * 2_f64.powi(54), -54) };
    let bits = value.to_bits();
    let power = (bits >> MANTISSA_BITS & 0x7ff) as i64 - 1022;
    (f64::from_bits(bits & !(0x7ff << MANTISSA_BITS) | 1022 << MANTISSA_BITS), power + offset)
}

/// `value` times a power of two: Go's `math.Ldexp`.
fn doubled(value: f64, power: i64) -> f64 {
    let power = power.clamp(-3_000, 3_000) as i32;
    // In steps that are powers of two themselves; the last one rounds, once.
    let half = (power / 3).clamp(-1000, 1000);
    value * 2_f64.powi(half) * 2_f64.powi(half) * 2_f64.powi(power - 2 * half)
}

/// `-value`.
pub(crate) fn negate(value: &Value) -> Outcome<Value> {
    match value {
        Value::Float(value) => Ok(Value::Float(-value)),
        Value::Int(Integer { value, kind }) => {
            let negated = value.wrapping_neg();
            let value = if *kind == IntKind::Uint8 { negated & 0xff } else { negated };
            Ok(Value::Int(Integer { value, kind: *kind }))
        }
        Value::Nil => Err(Wrong::new("invalid operation: - <nil>")),
        _ => Err(Wrong::new(format!("invalid operation: - {}", value.type_name()))),
    }
}

/// All integers from one to the other.
pub(crate) fn range(from: &Value, to: &Value, call: &mut Call<'_>) -> Outcome<Value> {
    let (from, to) = (int_of(from)?, int_of(to)?);
    let size = to.wrapping_sub(from).wrapping_add(1).max(0);
    call.grow(size.unsigned_abs())?;
    Value::list(ListType::Int, (0..size).map(|at| Value::int(from.wrapping_add(at))).collect()).map_err(Into::into)
}
