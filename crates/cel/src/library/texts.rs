//! Functions of texts.

mod formatted;

pub(crate) use formatted::check as check_format;

use super::quote::quoted;
use crate::error::EvalError;
use crate::value::{Evaluated, Value};
use std::sync::Arc;

/// Characters a result may have, so that no rule fills the memory: as many as a request may have bytes.
const RESULT_MAX: usize = 3 * 1024 * 1024;

pub(super) fn call(function: &str, args: &[Value]) -> Option<Evaluated> {
    let (target, rest) = args.split_first()?;
    match target {
        Value::Text(text) => of_text(function, text, rest),
        Value::List(list) if function == "join" => {
            let separator = match rest {
                [] => "",
                [Value::Text(separator)] => separator,
                _ => return None,
            };
            let parts = list.items.iter().map(|item| match item {
                Value::Text(text) => Ok(&**text),
                _ => Err(EvalError::NoSuchOverload),
            });
            Some(parts.collect::<Result<Vec<_>, _>>().and_then(|parts| bounded(parts.join(separator))))
        }
        _ => None,
    }
}

fn bounded(text: String) -> Evaluated {
    if text.len() > RESULT_MAX {
        return Err(EvalError::other(format!("the result is longer than {RESULT_MAX} bytes")));
    }
    Ok(Value::text(text))
}

fn of_text(function: &str, text: &Arc<str>, rest: &[Value]) -> Option<Evaluated> {
    let result = match (function, rest) {
        ("startsWith", [Value::Text(prefix)]) => Value::Bool(text.starts_with(&**prefix)),
        ("endsWith", [Value::Text(suffix)]) => Value::Bool(text.ends_with(&**suffix)),
        ("contains", [Value::Text(part)]) => Value::Bool(text.contains(&**part)),
        ("lowerAscii", []) => Value::text(text.to_ascii_lowercase()),
        ("upperAscii", []) => Value::text(text.to_ascii_uppercase()),
        ("trim", []) => Value::text(text.trim()),
        ("charAt", [Value::Int(at)]) => return Some(char_at(text, *at)),
        ("substring", [Value::Int(from)]) => return Some(substring(text, *from, None)),
        ("substring", [Value::Int(from), Value::Int(to)]) => return Some(substring(text, *from, Some(*to))),
        ("indexOf", [Value::Text(part), from @ ..]) => return index_of(text, part, from),
        ("lastIndexOf", [Value::Text(part), from @ ..]) => return last_index_of(text, part, from),
        ("replace", [Value::Text(from), Value::Text(to)]) => return Some(replaced(text, from, to, None)),
        ("replace", [Value::Text(from), Value::Text(to), Value::Int(times)]) => {
            return Some(replaced(text, from, to, usize::try_from(*times).ok()));
        }
        ("split", [Value::Text(separator)]) => split(text, separator, None),
        ("split", [Value::Text(separator), Value::Int(limit)]) => split(text, separator, usize::try_from(*limit).ok()),
        ("strings.quote", []) => Value::text(quoted(text)),
        ("format", [Value::List(args)]) => return Some(formatted::format(text, &args.items).and_then(bounded)),
        _ => return None,
    };
    Some(Ok(result))
}

fn replaced(text: &str, from: &str, to: &str, times: Option<usize>) -> Evaluated {
    let count = text.matches(from).count().min(times.unwrap_or(usize::MAX));
    if count.saturating_mul(to.len()).saturating_add(text.len()) > RESULT_MAX {
        return Err(EvalError::other(format!("the result is longer than {RESULT_MAX} bytes")));
    }
    Ok(Value::text(match times {
        None => text.replace(from, to),
        Some(times) => text.replacen(from, to, times),
    }))
}

fn out_of_range(at: i64) -> EvalError {
    EvalError::other(format!("index out of range: {at}"))
}

fn char_at(text: &str, at: i64) -> Evaluated {
    let length = text.chars().count();
    let index = usize::try_from(at).ok().filter(|index| *index <= length).ok_or_else(|| out_of_range(at))?;
    Ok(Value::text(text.chars().nth(index).map(String::from).unwrap_or_default()))
}

fn substring(text: &str, from: i64, to: Option<i64>) -> Evaluated {
    let length = text.chars().count();
    let place = |at: i64| usize::try_from(at).ok().filter(|at| *at <= length).ok_or_else(|| out_of_range(at));
    let (start, end) = (place(from)?, to.map_or(Ok(length), place)?);
    if start > end {
        let to = to.unwrap_or_default();
        return Err(EvalError::other(format!("invalid substring range. start: {from}, end: {to}")));
    }
    Ok(Value::text(text.chars().skip(start).take(end - start).collect::<String>()))
}

/// Characters before a byte.
fn characters(text: &str, bytes: usize) -> Value {
    Value::Int(i64::try_from(text[..bytes].chars().count()).unwrap_or(i64::MAX))
}

fn byte_of(text: &str, character: usize) -> Option<usize> {
    text.char_indices().map(|(at, _)| at).chain([text.len()]).nth(character)
}

fn index_of(text: &str, part: &str, from: &[Value]) -> Option<Evaluated> {
    let from = match from {
        [] => 0,
        [Value::Int(from)] => *from,
        _ => return None,
    };
    let Some(start) = usize::try_from(from).ok().and_then(|from| byte_of(text, from)) else {
        return Some(Err(out_of_range(from)));
    };
    let found = text[start..].find(part).map(|at| characters(text, start + at));
    Some(Ok(found.unwrap_or(Value::Int(-1))))
}

fn last_index_of(text: &str, part: &str, from: &[Value]) -> Option<Evaluated> {
    let end = match from {
        [] => text.len(),
        [Value::Int(from)] => {
            let Some(start) = usize::try_from(*from).ok().and_then(|from| byte_of(text, from)) else {
                return Some(Err(out_of_range(*from)));
            };
            (start + part.len()).min(text.len())
        }
        _ => return None,
    };
    let head = text.get(..end).unwrap_or(text);
    Some(Ok(head.rfind(part).map_or(Value::Int(-1), |at| characters(text, at))))
}

fn split(text: &str, separator: &str, limit: Option<usize>) -> Value {
    let parts: Vec<Value> = match (separator, limit) {
        (_, Some(0)) => Vec::new(),
        ("", limit) => {
            let limit = limit.unwrap_or(usize::MAX);
            let mut parts: Vec<String> = text.chars().take(limit.saturating_sub(1)).map(String::from).collect();
            let rest: String = text.chars().skip(limit.saturating_sub(1)).collect();
            if !rest.is_empty() {
                parts.push(rest);
            }
            parts.into_iter().map(Value::text).collect()
        }
        (separator, None) => text.split(separator).map(Value::text).collect(),
        (separator, Some(limit)) => text.splitn(limit, separator).map(Value::text).collect(),
    };
    Value::list(parts)
}
