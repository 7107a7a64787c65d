//! What routes of a VirtualService do with paths: rewrite them, or send clients elsewhere.

use super::matches::one_of;
use crate::condition::Condition;
use crate::reading::text;
use crate::rewrite::{Redirect, Rewrite};
use crate::route::Route;
use regex::Regex;
use serde_json::Value;

/// The route of a rule, once for each match where what is rewritten depends on it.
pub fn rewritten(route: Route, rule: &Value, matches: &[Value]) -> Vec<Route> {
    let Some(wanted) = rule.get("rewrite") else {
        let conditions = if matches.is_empty() { Vec::new() } else { vec![any_of(matches)] };
        return vec![Route { conditions, ..route }];
    };
    if matches.is_empty() {
        let rewrite = rewrite(wanted, &Value::Null);
        return vec![Route { rewrite, ..route }];
    }
    let one = |it: &Value| Route { conditions: vec![one_of(it)], rewrite: rewrite(wanted, it), ..route.clone() };
    matches.iter().map(one).collect()
}

/// One of several matches.
fn any_of(matches: &[Value]) -> Condition {
    Condition::Any(matches.iter().map(one_of).collect())
}

/// A prefix that was matched is replaced, and anything else as a whole.
fn rewrite(wanted: &Value, matched: &Value) -> Option<Rewrite> {
    if let Some(pattern) = wanted.get("uriRegexRewrite") {
        let from = Regex::new(text(pattern, "/match")).ok()?;
        // Groups are written `\1` there.
        let to = Regex::new(r"\\(\d)").ok()?.replace_all(text(pattern, "/rewrite"), "$${$1}").into_owned();
        return Some(Rewrite::Pattern { from, to });
    }
    let to = wanted.get("uri").and_then(Value::as_str)?.to_owned();
    Some(match matched.pointer("/uri/prefix").and_then(Value::as_str) {
        Some(prefix) => Rewrite::Prefix { from: prefix.to_owned(), to },
        None => Rewrite::Whole(to),
    })
}

/// Where a rule sends clients instead.
pub fn redirect(rule: &Value) -> Option<Redirect> {
    let redirect = rule.get("redirect")?;
    let given = |field: &str| redirect.get(field).and_then(Value::as_str).map(str::to_owned);
    let number = |field: &str| redirect.get(field).and_then(Value::as_u64).and_then(|it| u16::try_from(it).ok());
    Some(Redirect {
        status: number("redirectCode").unwrap_or(301),
        scheme: given("scheme"),
        host: given("authority"),
        port: number("port"),
        path: given("uri").map(Rewrite::Whole),
    })
}
