//! The rules of one Ingress as routes, each with its host and its path.

use super::{alb, nginx_notes};
use crate::condition::{Condition, Text};
use crate::host::Host;
use crate::reading::{list, text};
use crate::route::{Rank, Route};
use serde_json::Value;

/// The routes of an Ingress's rules.
pub fn of_rules(ingress: &Value) -> Vec<Route> {
    let mut routes = Vec::new();
    for rule in list(ingress, "/spec/rules") {
        let host = Host::parse(text(rule, "/host"));
        for path in list(rule, "/http/paths") {
            let (condition, rank) = path_condition(path, alb::is_balanced(ingress));
            let mut route = Route {
                hosts: vec![host.clone()],
                path: text(path, "/path").to_owned(),
                conditions: condition.into_iter().collect(),
                rank,
                ..Route::of("Ingress", ingress)
            };
            alb::lead(&mut route, ingress, path);
            nginx_notes::apply(&mut route, ingress, text(path, "/path"));
            routes.push(route);
        }
    }
    routes
}

/// What the path must be like. Exact paths come first, then longer ones; a load balancer of AWS takes paths that are
/// its own affair in the order in which they stand.
fn path_condition(path: &Value, is_balanced: bool) -> (Option<Condition>, Rank) {
    let wanted = text(path, "/path");
    let length = u32::try_from(wanted.len()).unwrap_or(u32::MAX);
    match text(path, "/pathType") {
        "Exact" => (Some(Condition::Path(Text::Exact(wanted.to_owned()))), Rank([3, length, 0, 0])),
        "ImplementationSpecific" if is_balanced => {
            let condition = match wanted.strip_suffix('*') {
                Some(prefix) => Condition::Path(Text::Prefix(prefix.to_owned())),
                None if wanted.is_empty() => return (None, Rank([1, 0, 0, 0])),
                None => Condition::Path(Text::Exact(wanted.to_owned())),
            };
            (Some(condition), Rank([1, 0, 0, 0]))
        }
        _ => (Some(Condition::Below(wanted.to_owned())), Rank([2, length, 0, 0])),
    }
}
