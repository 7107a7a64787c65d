//! The Ingress controller of NGINX: a second Ingress takes a part of what the first one's paths get.

use super::rules::of_rules;
use crate::condition::{Condition, Text};
use crate::route::{Origin, Route, Share};
use serde_json::Value;

/// What `canary-weight` is a part of.
const TOTAL: u32 = 100;
/// The value of a header or cookie that leads to the canary.
const ALWAYS: &str = "always";
/// The value of a header or cookie that leads away from it.
const NEVER: &str = "never";

/// A second Ingress.
pub struct Canary<'o> {
    ingress: &'o Value,
    prefix: &'o str,
}

impl<'o> Canary<'o> {
    /// The Ingress, if it is a second one.
    pub fn of(ingress: &'o Value) -> Option<Self> {
        let annotations = ingress.pointer("/metadata/annotations")?.as_object()?;
        let marks = annotations.iter().filter(|(_, value)| value.as_str() == Some("true"));
        let prefix = marks.filter_map(|(key, _)| key.strip_suffix("/canary")).next()?;
        Some(Canary { ingress, prefix })
    }

    fn note(&self, name: &str) -> Option<&'o str> {
        self.ingress["metadata"]["annotations"].get(format!("{}/{name}", self.prefix))?.as_str()
    }

    /// Takes its part of the routes of the first Ingresses of its namespace that have the same hosts and paths.
    pub fn join(&self, routes: &mut Vec<Route>) {
        let origin = Origin::of("Ingress", self.ingress);
        for own in of_rules(self.ingress) {
            let Some(share) = own.shares.into_iter().next() else { continue };
            let is_same = |route: &Route| {
                route.origin.kind == origin.kind
                    && route.origin.namespace == origin.namespace
                    && route.hosts == own.hosts
                    && route.path == own.path
                    && route.rank.0[2] == 0
            };
            let Some(at) = routes.iter().position(is_same) else { continue };
            let asked = self.asked(&routes[at], &share);
            self.weigh(&mut routes[at], share);
            routes.splice(at..at, asked);
        }
    }

    fn weigh(&self, route: &mut Route, share: Share) {
        let total = self.note("canary-weight-total").and_then(|text| text.parse().ok()).unwrap_or(TOTAL);
        let weight = self.note("canary-weight").and_then(|text| text.parse::<u32>().ok()).unwrap_or(0).min(total);
        route.shares.iter_mut().for_each(|stable| stable.weight = total - weight);
        route.shares.push(Share { weight, ..share });
    }

    /// Routes for requests that ask for one version or the other; a header is heard before a cookie.
    fn asked(&self, stable: &Route, canary: &Share) -> Vec<Route> {
        let route = |condition: Condition, shares: Vec<Share>, turn: u32| {
            let mut route = Route { shares, ..stable.clone() };
            route.conditions.push(condition);
            route.rank.0[2] = turn;
            route
        };
        let canary = || vec![Share { weight: 1, ..canary.clone() }];
        let exact = |value: &str| Text::Exact(value.to_owned());
        let mut routes = Vec::new();
        if let Some(header) = self.note("canary-by-header") {
            let is = |text| Condition::Header(header.to_owned(), text);
            let value = self.note("canary-by-header-value").map(exact);
            // Compat: a pattern counts only where no value is given.
            let pattern = self.note("canary-by-header-pattern").map(Text::part);
            match value.or(pattern) {
                Some(wanted) => routes.push(route(is(wanted), canary(), 2)),
                None => {
                    routes.push(route(is(exact(ALWAYS)), canary(), 2));
                    routes.push(route(is(exact(NEVER)), stable.shares.clone(), 2));
                }
            }
        }
        if let Some(cookie) = self.note("canary-by-cookie") {
            let is = |text| Condition::Cookie(cookie.to_owned(), text);
            routes.push(route(is(exact(ALWAYS)), canary(), 1));
            routes.push(route(is(exact(NEVER)), stable.shares.clone(), 1));
        }
        routes
    }
}
