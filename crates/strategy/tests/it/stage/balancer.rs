//! A router that does what it is told, once it is told; it may be made to refuse, or not to confirm.

use object::Gvk;
use serde_json::{Value, json};
use traffic::{Change, Managed, Routed, Router, Routing, Verify, Write};

/// What traffic is shared out by.
#[derive(Debug, Default)]
pub struct Balancer {
    /// What it does now: shares, and the routes that steps made.
    pub current: Value,
    /// Whether it confirms; `None` where it cannot be asked.
    pub verified: Option<bool>,
    /// It does not take orders.
    pub refuses: bool,
}

impl Balancer {
    /// What was written to it.
    pub fn written(&mut self, write: &Write) {
        self.current = told(write).clone();
    }

    fn routes(&self, wanted: &Routing) -> Vec<Value> {
        let mut routes = self.current["routes"].as_array().cloned().unwrap_or_default();
        if wanted.managed == Managed::Remove {
            routes.clear();
        }
        let header = wanted.header.as_ref().map(|it| (it.name.clone(), !it.matches.is_empty()));
        let mirror = wanted.mirror.as_ref().map(|it| (it.name.clone(), !it.matches.is_empty()));
        for (name, is_made) in header.into_iter().chain(mirror) {
            routes.retain(|known| *known != name.as_str());
            if is_made {
                routes.push(name.into());
            }
        }
        routes
    }
}

impl Router for Balancer {
    fn route(&self, wanted: &Routing) -> Routed {
        if self.refuses {
            return Routed::refuse("balancer", "the balancer takes no orders");
        }
        let mut shares = json!({
            "canary": wanted.canary.weight, "stable": wanted.stable.weight, "max": wanted.weight_max,
        });
        for extra in &wanted.additional {
            shares["others"][&extra.service] = extra.weight.into();
        }
        let routes = self.routes(wanted);
        if !routes.is_empty() {
            shares["routes"] = routes.into();
        }
        let is_told = shares == self.current;
        let write = Write {
            gvk: Gvk::new("", "v1", "Balancer"),
            namespace: None,
            name: "b".to_owned(),
            change: Change::Merge(shares),
        };
        let writes = if is_told { Vec::new() } else { vec![write] };
        let verified = if wanted.verify == Verify::Now { self.verified } else { None };
        Routed { writes, verified, ..Routed::default() }
    }
}

/// What a write says.
fn told(write: &Write) -> &Value {
    match &write.change {
        Change::Merge(value) => value,
        other => unreachable!("the balancer is never told so: {other:?}"),
    }
}
