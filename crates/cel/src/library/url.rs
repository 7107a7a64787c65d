//! Functions of URLs.

use crate::error::EvalError;
use crate::things::Url;
use crate::value::{Evaluated, Key, Library, Value};
use std::sync::Arc;

pub(super) fn call(function: &str, args: &[Value]) -> Option<Evaluated> {
    match (function, args) {
        ("url", [Value::Text(text)]) => {
            let parsed = Url::parse(text).map(|url| Value::library(Library::Url(url)));
            Some(
                parsed.map_err(|error| {
                    EvalError::other(format!("URL parse error during conversion from string: {error}"))
                }),
            )
        }
        ("isURL", [Value::Text(text)]) => Some(Ok(Value::Bool(Url::parse(text).is_ok()))),
        (function, [Value::Library(target)]) => {
            let Library::Url(url) = &**target else { return None };
            Some(Ok(match function {
                "getScheme" => Value::text(url.scheme.as_str()),
                "getHost" => Value::text(url.host.as_str()),
                "getHostname" => Value::text(url.hostname()),
                "getPort" => Value::text(url.port()),
                "getEscapedPath" => Value::text(url.path.as_str()),
                "getQuery" => query(url),
                _ => return None,
            }))
        }
        _ => None,
    }
}

fn query(url: &Url) -> Value {
    let values = |values: Vec<String>| Value::list(values.into_iter().map(Value::text).collect());
    let entries = url.query().into_iter().map(|(name, found)| (Key::Text(name.into()), values(found)));
    Value::Map(Arc::new(entries.collect()))
}
