//! Filters of a rule of the Gateway API: paths that are rewritten, and clients that are sent elsewhere.

use crate::reading::{list, text};
use crate::rewrite::{Redirect, Rewrite};
use crate::route::Route;
use serde_json::Value;

/// Whether a rule sends clients elsewhere, and needs no backend.
pub fn redirects(rule: &Value) -> bool {
    list(rule, "/filters").iter().any(|filter| filter.get("requestRedirect").is_some())
}

/// The route with the filters of its rule; `prefix` is the path of its match.
pub fn applied(mut route: Route, rule: &Value, prefix: &str) -> Route {
    for filter in list(rule, "/filters") {
        if let Some(rewritten) = filter.get("urlRewrite") {
            route.rewrite = path(rewritten, prefix);
        }
        if let Some(redirect) = filter.get("requestRedirect") {
            route.redirect = Some(of_redirect(redirect, prefix));
        }
    }
    route
}

fn path(filter: &Value, prefix: &str) -> Option<Rewrite> {
    let wanted = filter.get("path")?;
    Some(match text(wanted, "/type") {
        "ReplaceFullPath" => Rewrite::Whole(text(wanted, "/replaceFullPath").to_owned()),
        _ => Rewrite::Prefix { from: prefix.to_owned(), to: text(wanted, "/replacePrefixMatch").to_owned() },
    })
}

fn of_redirect(redirect: &Value, prefix: &str) -> Redirect {
    let given = |field: &str| redirect.get(field).and_then(Value::as_str).map(str::to_owned);
    let number = |field: &str| redirect.get(field).and_then(Value::as_u64).and_then(|it| u16::try_from(it).ok());
    Redirect {
        status: number("statusCode").unwrap_or(302),
        scheme: given("scheme"),
        host: given("hostname"),
        port: number("port"),
        path: path(redirect, prefix),
    }
}
