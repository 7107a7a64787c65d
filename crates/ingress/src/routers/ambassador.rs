//! Ambassador: Mappings of one prefix share it, those with a weight first and the others what is left.

use crate::condition::{Condition, Text};
use crate::host::Host;
use crate::objects::{Kind, Objects};
use crate::reading::{namespace, share, text};
use crate::rewrite::Rewrite;
use crate::route::{Backend, Port, Rank, Route, Share};
use serde_json::Value;
use std::collections::BTreeMap;

/// Mappings.
pub const MAPPING: Kind = ("getambassador.io", "Mapping");
/// Mappings as they were called later.
pub const OLD_MAPPING: Kind = ("x.getambassador.io", "AmbassadorMapping");

/// What weights are parts of.
const TOTAL: u32 = 100;

/// The routes of all Mappings.
pub fn routes(objects: &Objects) -> Vec<Route> {
    let mut groups: BTreeMap<(String, &str, &str), Vec<&Value>> = BTreeMap::new();
    for mapping in objects.all(MAPPING).chain(objects.all(OLD_MAPPING)) {
        let host = Some(text(mapping, "/spec/hostname")).filter(|host| !host.is_empty());
        let host = host.unwrap_or(text(mapping, "/spec/host")).to_owned();
        groups.entry((host, namespace(mapping), text(mapping, "/spec/prefix"))).or_default().push(mapping);
    }
    groups.into_iter().filter_map(|((host, _, prefix), mappings)| of_group(&host, prefix, &mappings)).collect()
}

fn of_group(host: &str, prefix: &str, mappings: &[&Value]) -> Option<Route> {
    let weighed = |mapping: &&&Value| share(mapping, "/spec/weight").is_some();
    let (canaries, rest): (Vec<&Value>, Vec<&Value>) = {
        let (canaries, rest): (Vec<&&Value>, Vec<&&Value>) = mappings.iter().partition(weighed);
        (canaries.into_iter().copied().collect(), rest.into_iter().copied().collect())
    };
    let taken: u32 = canaries.iter().filter_map(|mapping| share(mapping, "/spec/weight")).sum();
    let mut shares: Vec<Share> = canaries.iter().map(|mapping| one(mapping, share(mapping, "/spec/weight"))).collect();
    let first = rest.first().or(canaries.first())?;
    let left = TOTAL.saturating_sub(taken);
    shares.extend(rest.first().map(|mapping| one(mapping, Some(left))));
    Some(Route {
        hosts: vec![Host::parse(host)],
        conditions: vec![Condition::Path(Text::Prefix(prefix.to_owned()))],
        rank: Rank([2, u32::try_from(prefix.len()).unwrap_or(u32::MAX), 0, 0]),
        shares,
        rewrite: rewrite(prefix, first),
        ..Route::of("Mapping", first)
    })
}

/// A prefix is taken away unless a Mapping says otherwise; by an empty text it stays.
fn rewrite(prefix: &str, mapping: &Value) -> Option<Rewrite> {
    let to = mapping.pointer("/spec/rewrite").and_then(Value::as_str).unwrap_or("/");
    (!to.is_empty()).then(|| Rewrite::Prefix { from: prefix.to_owned(), to: to.to_owned() })
}

/// `http://web.shop:80` and the like.
fn one(mapping: &Value, weight: Option<u32>) -> Share {
    let service = text(mapping, "/spec/service");
    let address = service.split_once("://").map_or(service, |(_, address)| address);
    let (host, port) = address.split_once(':').map_or((address, None), |(host, port)| (host, Some(port)));
    let mut parts = host.split('.');
    let name = parts.next().unwrap_or_default();
    let place = parts.next().unwrap_or(namespace(mapping));
    let port = port.and_then(|port| port.parse().ok()).map_or(Port::Any, Port::Number);
    Share { backend: Backend::service(place, name, port), weight: weight.unwrap_or(0) }
}
