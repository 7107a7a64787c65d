//! Functions of semantic versions.

use crate::things::{Reading, Semver};
use crate::value::{Evaluated, Library, Value};

pub(super) fn call(function: &str, args: &[Value]) -> Option<Evaluated> {
    let wrapped = |semver: Semver| Value::library(Library::Semver(semver));
    let reading = |is_lenient: bool| if is_lenient { Reading::Lenient } else { Reading::Strict };
    match (function, args) {
        ("semver", [Value::Text(text)]) => Some(Semver::parse(text, Reading::Strict).map(wrapped)),
        ("semver", [Value::Text(text), Value::Bool(lenient)]) => {
            Some(Semver::parse(text, reading(*lenient)).map(wrapped))
        }
        ("isSemver", [Value::Text(text)]) => Some(Ok(Value::Bool(Semver::parse(text, Reading::Strict).is_ok()))),
        ("isSemver", [Value::Text(text), Value::Bool(lenient)]) => {
            Some(Ok(Value::Bool(Semver::parse(text, reading(*lenient)).is_ok())))
        }
        (function, [Value::Library(target), rest @ ..]) => {
            let Library::Semver(one) = &**target else { return None };
            of_semver(function, one, rest).map(Ok)
        }
        _ => None,
    }
}

fn of_semver(function: &str, one: &Semver, rest: &[Value]) -> Option<Value> {
    let part = |index: usize| Value::Int(i64::try_from(one.numbers[index]).unwrap_or(i64::MAX));
    let other = match rest {
        [] => {
            return match function {
                "major" => Some(part(0)),
                "minor" => Some(part(1)),
                "patch" => Some(part(2)),
                _ => None,
            };
        }
        [Value::Library(other)] => other,
        _ => return None,
    };
    let Library::Semver(other) = &**other else { return None };
    let order = one.precedence(other);
    Some(match function {
        "isGreaterThan" => Value::Bool(order.is_gt()),
        "isLessThan" => Value::Bool(order.is_lt()),
        "compareTo" => Value::Int(order as i64),
        _ => return None,
    })
}
