//! APISIX: ApisixRoutes with hosts, paths, methods and expressions on headers.

use crate::condition::{Condition, Text};
use crate::host::Host;
use crate::objects::{Kind, Objects};
use crate::reading::{list, namespace, share, text, texts};
use crate::route::{Backend, Port, Rank, Route, Share};
use serde_json::Value;

/// ApisixRoutes.
pub const APISIX_ROUTE: Kind = ("apisix.apache.org", "ApisixRoute");

/// The weight of a backend that has none.
const WEIGHT: u32 = 100;

/// The routes of all ApisixRoutes.
pub fn routes(objects: &Objects) -> Vec<Route> {
    objects.all(APISIX_ROUTE).flat_map(of_object).collect()
}

fn of_object(object: &Value) -> Vec<Route> {
    let one = |rule: &Value| {
        let priority = rule.get("priority").and_then(Value::as_u64).unwrap_or(0);
        let backend = |it: &Value| Share {
            backend: Backend::service(namespace(object), text(it, "/serviceName"), Port::read(it.get("servicePort"))),
            weight: share(it, "/weight").unwrap_or(WEIGHT),
        };
        Route {
            hosts: Host::all(texts(rule, "/match/hosts")),
            conditions: conditions(&rule["match"]),
            // Priorities may be lower than none is.
            rank: Rank([1, u32::try_from(priority).unwrap_or(u32::MAX), 0, 0]),
            shares: list(rule, "/backends").iter().map(backend).collect(),
            ..Route::of("ApisixRoute", object)
        }
    };
    list(object, "/spec/http").iter().map(one).collect()
}

fn conditions(wanted: &Value) -> Vec<Condition> {
    let path = |path: &str| match path.strip_suffix('*') {
        Some(prefix) => Text::Prefix(prefix.to_owned()),
        None => Text::Exact(path.to_owned()),
    };
    let paths: Vec<Condition> = texts(wanted, "/paths").map(path).map(Condition::Path).collect();
    let methods: Vec<Condition> =
        texts(wanted, "/methods").map(|it| Condition::Method(Text::Exact(it.to_owned()))).collect();
    let mut all: Vec<Condition> =
        [paths, methods].into_iter().filter(|some| !some.is_empty()).map(Condition::Any).collect();
    all.extend(list(wanted, "/exprs").iter().map(expression));
    all
}

fn expression(expression: &Value) -> Condition {
    let (name, value) = (text(expression, "/subject/name"), text(expression, "/value"));
    let wanted = match text(expression, "/op") {
        "Equal" => Text::Exact(value.to_owned()),
        "RegexMatch" => Text::part(value),
        _ => Text::Never,
    };
    match text(expression, "/subject/scope") {
        "Header" => Condition::Header(name.to_owned(), wanted),
        "Cookie" => Condition::Cookie(name.to_owned(), wanted),
        "Query" => Condition::Query(name.to_owned(), wanted),
        _ => Condition::Path(Text::Never),
    }
}
