//! The Gateway API: HTTPRoutes and GRPCRoutes by rules; TCPRoutes and TLSRoutes by connection.

mod filters;

use crate::condition::{Condition, Text};
use crate::host::Host;
use crate::objects::{Kind, Objects};
use crate::reading::{list, namespace, share, text, texts};
use crate::route::{Backend, Mirror, Port, Rank, Route, Share};
use crate::sticky::{Sticky, With};
use serde_json::Value;

/// Gateways.
pub const GATEWAY: Kind = ("gateway.networking.k8s.io", "Gateway");
/// HTTPRoutes.
pub const HTTP_ROUTE: Kind = ("gateway.networking.k8s.io", "HTTPRoute");
/// GRPCRoutes.
pub const GRPC_ROUTE: Kind = ("gateway.networking.k8s.io", "GRPCRoute");
/// TCPRoutes.
pub const TCP_ROUTE: Kind = ("gateway.networking.k8s.io", "TCPRoute");
/// TLSRoutes.
pub const TLS_ROUTE: Kind = ("gateway.networking.k8s.io", "TLSRoute");

/// All requests, in millionths.
const MILLION: u64 = 1_000_000;
/// More parameters of a query than a match may have.
const PARAMETERS_MAX: u32 = 17;

/// The routes of all kinds of routes.
pub fn routes(objects: &Objects) -> Vec<Route> {
    let kinds = [HTTP_ROUTE, GRPC_ROUTE, TLS_ROUTE, TCP_ROUTE];
    let served = |kind| objects.all(kind).filter(|route| has_parent(objects, route)).map(move |route| (kind, route));
    kinds.into_iter().flat_map(served).flat_map(|(kind, route)| of_route(kind, route)).collect()
}

/// Whether one of the Gateways it names is there. One that names none is served as well.
fn has_parent(objects: &Objects, route: &Value) -> bool {
    let parents = list(route, "/spec/parentRefs");
    let is_there = |parent: &Value| match text(parent, "/kind") {
        "" | "Gateway" => {
            let place = Some(text(parent, "/namespace")).filter(|it| !it.is_empty()).unwrap_or(namespace(route));
            objects.find(GATEWAY, place, text(parent, "/name")).is_some()
        }
        _ => true,
    };
    parents.is_empty() || parents.iter().any(is_there)
}

fn of_route(kind: Kind, object: &Value) -> Vec<Route> {
    let base = Route { hosts: hosts(object), ..Route::of(kind.1, object) };
    let mut routes = Vec::new();
    for rule in list(object, "/spec/rules") {
        let mut route = base.clone();
        route.shares = list(rule, "/backendRefs").iter().map(|backend| share_of(object, backend)).collect();
        route.mirrors = list(rule, "/filters").iter().filter_map(|filter| mirror(object, filter)).collect();
        route.sticky = session(rule);
        if route.shares.is_empty() && !filters::redirects(rule) {
            route.problem = Some("a rule without backendRefs".to_owned());
        }
        let matches = list(rule, "/matches");
        if matches.is_empty() {
            routes.push(filters::applied(route, rule, "/"));
            continue;
        }
        for one in matches {
            let (conditions, rank) = if kind == GRPC_ROUTE { of_grpc(one) } else { of_http(one) };
            let route = Route { conditions, rank, ..route.clone() };
            routes.push(filters::applied(route, rule, text(one, "/path/value")));
        }
    }
    routes
}

/// How a rule keeps sessions: by a cookie only.
fn session(rule: &Value) -> Option<Sticky> {
    let session = rule.get("sessionPersistence").filter(|it| matches!(text(it, "/type"), "" | "Cookie"))?;
    let cookie = Some(text(session, "/sessionName")).filter(|name| !name.is_empty()).unwrap_or("gateway-session");
    Some(Sticky { cookie: cookie.to_owned(), seconds: None, with: With::Pod })
}

fn hosts(object: &Value) -> Vec<Host> {
    let services = list(object, "/spec/parentRefs").iter().filter(|parent| text(parent, "/kind") == "Service");
    let meshed: Vec<Host> =
        services.flat_map(|parent| Host::of_service(namespace(object), text(parent, "/name"))).collect();
    if meshed.is_empty() { Host::all(texts(object, "/spec/hostnames")) } else { meshed }
}

fn backend(object: &Value, reference: &Value) -> Backend {
    let place = Some(text(reference, "/namespace")).filter(|it| !it.is_empty()).unwrap_or(namespace(object));
    Backend::service(place, text(reference, "/name"), Port::read(reference.get("port")))
}

fn share_of(object: &Value, reference: &Value) -> Share {
    Share { backend: backend(object, reference), weight: share(reference, "/weight").unwrap_or(1) }
}

fn mirror(object: &Value, filter: &Value) -> Option<Mirror> {
    let mirror = filter.get("requestMirror")?;
    let percent = mirror.get("percent").and_then(Value::as_u64).map(|percent| percent * MILLION / 100);
    let numerator = mirror.pointer("/fraction/numerator").and_then(Value::as_u64);
    let denominator = mirror.pointer("/fraction/denominator").and_then(Value::as_u64).unwrap_or(100).max(1);
    let fraction = numerator.map(|numerator| numerator.saturating_mul(MILLION) / denominator);
    Some(Mirror {
        backend: backend(object, &mirror["backendRef"]),
        per_million: percent.or(fraction).unwrap_or(MILLION),
    })
}

/// Paths first, exact ones before others and longer ones before shorter, then methods, then headers.
fn of_http(one: &Value) -> (Vec<Condition>, Rank) {
    let mut conditions = Vec::new();
    let mut rank = [0; 4];
    if let Some(path) = one.get("path") {
        let value = text(path, "/value");
        rank[1] = length(value);
        let (condition, kind) = match text(path, "/type") {
            "Exact" => (Condition::Path(Text::Exact(value.to_owned())), 3),
            "RegularExpression" => (Condition::Path(Text::whole(value)), 1),
            _ => (Condition::Below(value.to_owned()), 2),
        };
        rank[0] = kind;
        conditions.push(condition);
    }
    if let Some(method) = one.get("method").and_then(Value::as_str) {
        rank[2] = 1;
        conditions.push(Condition::Method(Text::Exact(method.to_owned())));
    }
    // Headers first, then queries: neither is ever so many that one would outweigh the other.
    rank[3] = headers(one, &mut conditions).saturating_mul(PARAMETERS_MAX);
    for parameter in list(one, "/queryParams") {
        rank[3] = rank[3].saturating_add(1);
        conditions.push(Condition::Query(text(parameter, "/name").to_owned(), value_of(parameter)));
    }
    (conditions, Rank(rank))
}

fn of_grpc(one: &Value) -> (Vec<Condition>, Rank) {
    let mut conditions = Vec::new();
    let (service, method) = (text(one, "/method/service"), text(one, "/method/method"));
    let is_pattern = text(one, "/method/type") == "RegularExpression";
    let part = |part: &str| match part {
        "" => "[^/]+".to_owned(),
        pattern if is_pattern => format!("(?:{pattern})"),
        exact => regex::escape(exact),
    };
    if one.get("method").is_some() {
        conditions.push(Condition::Path(Text::whole(&format!("/{}/{}", part(service), part(method)))));
    }
    let headers = headers(one, &mut conditions);
    (conditions, Rank([1, length(service), length(method), headers]))
}

/// Adds the headers' conditions, and says how many they are.
fn headers(one: &Value, conditions: &mut Vec<Condition>) -> u32 {
    let headers = list(one, "/headers");
    conditions
        .extend(headers.iter().map(|header| Condition::Header(text(header, "/name").to_owned(), value_of(header))));
    u32::try_from(headers.len()).unwrap_or(u32::MAX)
}

/// What a header or a parameter must be like.
fn value_of(wanted: &Value) -> Text {
    let value = text(wanted, "/value");
    if text(wanted, "/type") == "RegularExpression" { Text::whole(value) } else { Text::Exact(value.to_owned()) }
}

fn length(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}
