//! Semantic versions.

use crate::eval::{EvalError, Evaluated};
use crate::value::{Library, Value};
use std::cmp::Ordering;

/// A semantic version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Semver {
    numbers: [u64; 3],
    /// Identifiers of a pre-release; versions with some come before the one without.
    pre: Vec<Identifier>,
    build: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Identifier {
    /// Numbers come before texts.
    Number(u64),
    Text(String),
}

#[derive(Clone, Copy)]
enum Reading {
    Strict,
    /// With a leading `v`, missing numbers and leading zeros.
    Lenient,
}

impl Semver {
    fn parse(text: &str, reading: Reading) -> Result<Self, EvalError> {
        let lenient = matches!(reading, Reading::Lenient);
        let read = || {
            let text = if lenient { text.trim().strip_prefix('v').unwrap_or(text.trim()) } else { text };
            let (rest, build) = text.split_once('+').map_or((text, None), |(rest, build)| (rest, Some(build)));
            let (core, pre) = rest.split_once('-').map_or((rest, None), |(core, pre)| (core, Some(pre)));
            let mut parts: Vec<&str> = core.split('.').collect();
            if lenient && parts.len() < 3 && pre.is_none() && build.is_none() {
                parts.resize(3, "0");
            }
            let [major, minor, patch] = parts.as_slice() else { return None };
            let number = |text: &str| number(if lenient { text.trim_start_matches('0') } else { text }, lenient);
            Some(Semver {
                numbers: [number(major)?, number(minor)?, number(patch)?],
                pre: pre.map_or(Some(Vec::new()), |pre| pre.split('.').map(identifier).collect())?,
                build: build.map_or(Some(Vec::new()), |build| build.split('.').map(label).collect())?,
            })
        };
        read().ok_or_else(|| EvalError::other(format!("Invalid semantic version: {text}")))
    }

    fn precedence(&self, other: &Semver) -> Ordering {
        self.numbers.cmp(&other.numbers).then_with(|| match (self.pre.is_empty(), other.pre.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => self.pre.cmp(&other.pre),
        })
    }
}

fn number(text: &str, is_lenient: bool) -> Option<u64> {
    if text.is_empty() {
        return is_lenient.then_some(0);
    }
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    is_plain.then(|| text.parse().ok()).flatten()
}

fn label(text: &str) -> Option<String> {
    let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    fits.then(|| text.to_owned())
}

fn identifier(text: &str) -> Option<Identifier> {
    let text = label(text)?;
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return number(&text, false).map(Identifier::Number);
    }
    Some(Identifier::Text(text))
}

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
