//! All routes, found by request. Pure. Of the hosts that fit the most particular counts first, then the route's rank.

use crate::ask::Ask;
use crate::host::Host;
use crate::route::Route;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// All routes.
#[derive(Debug, Clone, Default)]
pub struct Table {
    routes: Vec<Route>,
    exact: BTreeMap<String, Vec<usize>>,
    /// The longest first.
    endings: Vec<(String, Vec<usize>)>,
    any: Vec<usize>,
}

impl Table {
    /// A table of these routes; of two of the same rank the first answers.
    #[must_use]
    pub fn of(mut routes: Vec<Route>) -> Self {
        routes.sort_by_key(|route| Reverse(route.rank));
        let mut table = Table::default();
        let mut endings: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, route) in routes.iter().enumerate() {
            for host in &route.hosts {
                match host {
                    Host::Exact(host) => table.exact.entry(host.clone()).or_default().push(at),
                    Host::Ending(ending) => endings.entry(ending.clone()).or_default().push(at),
                    Host::Any => table.any.push(at),
                }
            }
        }
        table.endings = endings.into_iter().collect();
        table.endings.sort_by_key(|(ending, _)| Reverse(ending.len()));
        table.routes = routes;
        table
    }

    /// All routes, the most particular first.
    #[must_use]
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// The place of the route that answers a request.
    #[must_use]
    pub fn find(&self, ask: &Ask) -> Option<usize> {
        if ask.is_for_anybody() {
            return self.routes.iter().position(|route| route.answers(ask));
        }
        let exact = self.exact.get(&ask.host).into_iter();
        let ending = |ending: &str| ask.host.len() > ending.len() && ask.host.ends_with(ending);
        let endings = self.endings.iter().filter(|(it, _)| ending(it)).map(|(_, places)| places);
        let places = exact.chain(endings).chain([&self.any]).flatten().copied();
        let mut places = places.filter(|at| self.routes.get(*at).is_some_and(|route| route.answers(ask)));
        places.next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition::Condition;
    use crate::route::Rank;
    use serde_json::json;

    fn route(name: &str, host: &str, below: &str, rank: u32) -> Route {
        Route {
            hosts: vec![Host::parse(host)],
            conditions: vec![Condition::Below(below.to_owned())],
            rank: Rank([rank, 0, 0, 0]),
            ..Route::of("Ingress", &json!({"metadata": {"name": name}}))
        }
    }

    #[test]
    fn the_most_particular_host_and_then_rank_answers() {
        let table = Table::of(vec![
            route("all", "", "/", 0),
            route("wild", "*.example.com", "/", 5),
            route("shop", "shop.example.com", "/", 1),
            route("cart", "shop.example.com", "/cart", 2),
        ]);
        let found = |host: &str, path: &str| {
            let at = table.find(&Ask::get(host, path));
            at.map_or("none", |at| table.routes()[at].origin.name.as_str())
        };
        assert_eq!(found("shop.example.com", "/"), "shop");
        assert_eq!(found("shop.example.com", "/cart/1"), "cart");
        assert_eq!(found("blog.example.com", "/"), "wild");
        assert_eq!(found("example.com", "/"), "all");
        assert_eq!(found("127.0.0.1", "/cart"), "wild", "any route may answer; the highest rank does");
    }
}
