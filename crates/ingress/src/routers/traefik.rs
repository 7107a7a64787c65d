//! Traefik: IngressRoutes, which lead to Services or to the weights of TraefikServices.

use crate::condition::{Condition, Text};
use crate::host::Host;
use crate::objects::{Kind, Objects};
use crate::reading::{list, namespace, share, text};
use crate::route::{Backend, Port, Rank, Route, Share};
use crate::sticky::{Sticky, With};
use serde_json::Value;

/// TraefikServices, of the group of today and of the one before.
pub const TRAEFIK_SERVICES: [Kind; 2] = [("traefik.io", "TraefikService"), ("traefik.containo.us", "TraefikService")];
/// IngressRoutes, of both groups.
pub const INGRESS_ROUTES: [Kind; 2] = [("traefik.io", "IngressRoute"), ("traefik.containo.us", "IngressRoute")];

/// The routes of all IngressRoutes.
pub fn routes(objects: &Objects) -> Vec<Route> {
    INGRESS_ROUTES.into_iter().flat_map(|kind| objects.all(kind)).flat_map(|it| of_object(objects, it)).collect()
}

fn of_object(objects: &Objects, object: &Value) -> Vec<Route> {
    let one = |rule: &Value| {
        let mut route = Route::of("IngressRoute", object);
        let wanted = text(rule, "/match");
        if let Err(word) = read_match(wanted, &mut route) {
            route.problem = Some(format!(
                "only Host, Path, PathPrefix, Header, HeaderRegexp, Query and Method joined by && are simulated, not {word}"
            ));
        }
        let priority = rule.get("priority").and_then(Value::as_u64).filter(|priority| *priority > 0);
        let priority = priority.unwrap_or(wanted.len() as u64);
        route.rank = Rank([1, u32::try_from(priority).unwrap_or(u32::MAX), 0, 0]);
        for reference in list(rule, "/services") {
            route.shares.extend(shares(objects, namespace(object), reference));
            route.sticky = route.sticky.or_else(|| sticky(objects, namespace(object), reference));
        }
        route
    };
    list(object, "/spec/routes").iter().map(one).collect()
}

/// The Service that is named, or the shares of the TraefikService.
fn shares(objects: &Objects, place: &str, reference: &Value) -> Vec<Share> {
    let place = Some(text(reference, "/namespace")).filter(|it| !it.is_empty()).unwrap_or(place);
    let name = text(reference, "/name");
    if text(reference, "/kind") != "TraefikService" {
        return vec![weighed(place, reference)];
    }
    let found = TRAEFIK_SERVICES.into_iter().find_map(|kind| objects.find(kind, place, name));
    found.into_iter().flat_map(|it| list(it, "/spec/weighted/services")).map(|it| weighed(place, it)).collect()
}

/// How clients stay with one of the Services of a TraefikService.
fn sticky(objects: &Objects, place: &str, reference: &Value) -> Option<Sticky> {
    let place = Some(text(reference, "/namespace")).filter(|it| !it.is_empty()).unwrap_or(place);
    let name = text(reference, "/name");
    let found = TRAEFIK_SERVICES.into_iter().find_map(|kind| objects.find(kind, place, name));
    let cookie =
        found.filter(|_| text(reference, "/kind") == "TraefikService")?.pointer("/spec/weighted/sticky/cookie")?;
    let named = Some(text(cookie, "/name")).filter(|name| !name.is_empty()).unwrap_or("_traefik");
    let seconds = cookie.get("maxAge").and_then(Value::as_u64).filter(|seconds| *seconds > 0);
    Some(Sticky { cookie: named.to_owned(), seconds, with: With::Version })
}

fn weighed(place: &str, reference: &Value) -> Share {
    let place = Some(text(reference, "/namespace")).filter(|it| !it.is_empty()).unwrap_or(place);
    let backend = Backend::service(place, text(reference, "/name"), Port::read(reference.get("port")));
    Share { backend, weight: share(reference, "/weight").unwrap_or(1) }
}

/// Reads `Host(`a`) && PathPrefix(`/b`)`; gives the word that is not known.
fn read_match(wanted: &str, route: &mut Route) -> Result<(), String> {
    for term in wanted.split("&&").map(str::trim).filter(|term| !term.is_empty()) {
        let (word, rest) = term.split_once('(').ok_or_else(|| term.to_owned())?;
        let inner = rest.strip_suffix(')').ok_or_else(|| term.to_owned())?;
        let arguments: Vec<String> =
            inner.split(',').map(|it| it.trim().trim_matches(['`', '"', '\'']).to_owned()).collect();
        let exact = |it: &String| Text::Exact(it.clone());
        match (word.trim(), arguments.as_slice()) {
            ("Host", hosts) => route.hosts = Host::all(hosts.iter().map(String::as_str)),
            ("Path", paths) => {
                route.conditions.push(Condition::Any(paths.iter().map(exact).map(Condition::Path).collect()));
            }
            ("PathPrefix", paths) => {
                let prefixes = paths.iter().map(|it| Condition::Path(Text::Prefix(it.clone())));
                route.conditions.push(Condition::Any(prefixes.collect()));
            }
            ("Method", [method]) => route.conditions.push(Condition::Method(exact(method))),
            ("Header" | "Headers", [name, value]) => {
                route.conditions.push(Condition::Header(name.clone(), exact(value)));
            }
            ("Query", [both]) if both.contains('=') => {
                let (name, value) = both.split_once('=').unwrap_or((both, ""));
                route.conditions.push(Condition::Query(name.to_owned(), Text::Exact(value.to_owned())));
            }
            ("Query", [name, value]) => route.conditions.push(Condition::Query(name.clone(), exact(value))),
            ("HeaderRegexp" | "HeadersRegexp", [name, pattern]) => {
                route.conditions.push(Condition::Header(name.clone(), Text::part(pattern)));
            }
            _ => return Err(term.to_owned()),
        }
    }
    Ok(())
}
