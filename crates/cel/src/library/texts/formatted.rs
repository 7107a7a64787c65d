//! `format`: a text with `%` clauses and the values to put in.

use crate::error::EvalError;
use crate::library::shown;
use crate::value::Value;

/// Digits after the point at most, so that no clause makes a long text.
const PRECISION_MAX: usize = 1_000;

/// Whether the clauses of a text can be read, and there are so many values.
pub(crate) fn check(text: &str, count: usize) -> Result<(), String> {
    let mut rest = text;
    let mut clauses = 0;
    while let Some(at) = rest.find('%') {
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            rest = after;
            continue;
        }
        let (_, _, after) = clause(rest).map_err(|error| error.to_string())?;
        if clauses >= count {
            return Err(format!("index {clauses} out of range"));
        }
        clauses += 1;
        rest = after;
    }
    Ok(())
}

/// The text with its clauses filled in.
pub(super) fn format(text: &str, args: &[Value]) -> Result<String, EvalError> {
    let mut result = String::new();
    let mut args = args.iter().enumerate();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        result.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            result.push('%');
            rest = after;
            continue;
        }
        let (precision, verb, after) = clause(rest)?;
        let (index, value) =
            args.next().ok_or_else(|| EvalError::other(format!("index {} out of range", text.matches('%').count())))?;
        let part = one(verb, precision, value);
        result.push_str(&part.ok_or_else(|| {
            EvalError::other(format!("error during formatting: could not format argument {index} as %{verb}"))
        })?);
        rest = after;
    }
    result.push_str(rest);
    Ok(result)
}

fn clause(rest: &str) -> Result<(usize, char, &str), EvalError> {
    let (precision, rest) = match rest.strip_prefix('.') {
        None => (6, rest),
        Some(after) => {
            let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
            let precision = after[..end].parse::<usize>().ok().filter(|precision| *precision <= PRECISION_MAX);
            (
                precision.ok_or_else(|| EvalError::other("could not parse precision of a formatting clause"))?,
                &after[end..],
            )
        }
    };
    let verb = rest.chars().next().ok_or_else(|| EvalError::other("unexpected end of string"))?;
    if !"sdfexXbo".contains(verb) {
        return Err(EvalError::other(format!(
            "could not parse formatting clause: unrecognized formatting clause \"{verb}\""
        )));
    }
    Ok((precision, verb, &rest[verb.len_utf8()..]))
}

fn one(verb: char, precision: usize, value: &Value) -> Option<String> {
    Some(match (verb, value) {
        ('s', value) => shown(value),
        ('d', Value::Int(value)) => value.to_string(),
        ('d', Value::Uint(value)) => value.to_string(),
        ('f', value) => format!("{:.precision$}", float(value)?),
        ('e', value) => {
            let text = format!("{:.precision$e}", float(value)?);
            let (digits, power) = text.split_once('e')?;
            let (sign, power) = power.strip_prefix('-').map_or(('+', power), |power| ('-', power));
            format!("{digits}e{sign}{power:0>2}")
        }
        ('b', Value::Bool(value)) => u8::from(*value).to_string(),
        ('b', Value::Int(value)) => signed(*value, |value| format!("{value:b}")),
        ('b', Value::Uint(value)) => format!("{value:b}"),
        ('o', Value::Int(value)) => signed(*value, |value| format!("{value:o}")),
        ('o', Value::Uint(value)) => format!("{value:o}"),
        ('x', value) => hexadecimal(value)?,
        ('X', value) => hexadecimal(value)?.to_uppercase(),
        _ => return None,
    })
}

fn signed(value: i64, digits: impl Fn(u64) -> String) -> String {
    let sign = if value < 0 { "-" } else { "" };
    format!("{sign}{}", digits(value.unsigned_abs()))
}

#[expect(clippy::cast_precision_loss)]
fn float(value: &Value) -> Option<f64> {
    match value {
        Value::Double(value) => Some(*value),
        Value::Int(value) => Some(*value as f64),
        Value::Uint(value) => Some(*value as f64),
        _ => None,
    }
}

fn hexadecimal(value: &Value) -> Option<String> {
    let of_bytes = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    match value {
        Value::Int(value) => Some(signed(*value, |value| format!("{value:x}"))),
        Value::Uint(value) => Some(format!("{value:x}")),
        Value::Text(text) => Some(of_bytes(text.as_bytes())),
        Value::Bytes(bytes) => Some(of_bytes(bytes)),
        _ => None,
    }
}
