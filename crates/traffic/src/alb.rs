//! The Application Load Balancer of AWS: annotations on the Ingress that say what each backend gets.
//!
//! The text of the annotations is compared byte by byte by others, so it is written with the keys in a fixed order.

mod action;
mod managed;
mod question;
mod registration;
mod release;
mod status;
mod verification;

use crate::objects::{Objects, has_rule_with, service_of};
use crate::routing::{Change, Managed, Note, Routed, Router, Routing, Verify, Write};
use crate::services::{Preference, stable_and_canary};
use action::{forward, forward_all, header_conditions};
use api::rollouts::{AlbRouting, Rollout, SetHeaderRoute};
pub use managed::ANNOTATION_MANAGED as ANNOTATION_MANAGED_ALB;
use managed::{ANNOTATION_MANAGED, ManagedKeys};
use object::{Fetched, Gvk};
use question::Question;
pub use registration::{Registration, Target, is_bound_to, registration, target_group_of};
pub use release::release_alb;
use serde_json::{Map, Value, json};
use verification::{VERIFIED, verified};

const ROUTER: &str = "ALB";
const DEFAULT_PREFIX: &str = "alb.ingress.kubernetes.io";
const PATCHING: &str = "PatchingALBIngress";

/// The Application Load Balancer of one Rollout.
pub struct Alb<'a> {
    /// The Rollout.
    pub rollout: &'a Rollout,
    /// Its block.
    pub alb: &'a AlbRouting,
    /// The Ingresses.
    pub objects: &'a Objects,
}

impl Router for Alb<'_> {
    fn route(&self, wanted: &Routing) -> Routed {
        let mut routed =
            self.names().into_iter().fold(Routed::default(), |all, name| all.and(self.route_ingress(name, wanted)));
        let question = self.question();
        let before = &self.rollout.status;
        routed.balancers = status::known(&question, self.objects, &before.albs);
        if wanted.verify == Verify::Now && self.objects.balancers.is_some() {
            // What is not written yet cannot have been verified.
            let written = routed.writes.is_empty();
            let (seen, notes) = verified(&question, self.objects, wanted);
            routed.verified = Some(seen && written);
            let was_verified = before.canary.weights.as_ref().is_some_and(|weights| weights.verified == Some(true));
            routed.notes.extend(notes.into_iter().filter(|note| note.reason != VERIFIED || !was_verified));
        }
        routed
    }
}

impl Alb<'_> {
    fn names(&self) -> Vec<&str> {
        match &self.alb.ingresses {
            Some(names) => names.iter().map(String::as_str).collect(),
            None => vec![self.alb.ingress.as_str()],
        }
    }

    /// What the load balancers are asked about.
    fn question(&self) -> Question<'_> {
        let (stable, canary) = stable_and_canary(self.rollout, Preference::PingPong);
        let namespace = &self.rollout.metadata.namespace;
        Question { namespace, ingresses: self.names(), stable, canary, port: self.alb.service_port }
    }

    fn route_ingress(&self, name: &str, wanted: &Routing) -> Routed {
        let ingress = match self.objects.ingresses.get(name) {
            Some(Fetched::Known(ingress)) => ingress,
            Some(Fetched::Unknown(cause)) => {
                return Routed::refuse(ROUTER, format!("ingress `{name}` could not be read: {cause}"));
            }
            Some(Fetched::Absent) | None => {
                return Routed::refuse(ROUTER, format!("ingress.networking.k8s.io \"{name}\" not found"));
            }
        };
        let service = self.action_service();
        if !has_rule_with(ingress, service) {
            return Routed::refuse(ROUTER, format!("ingress does not have service `{service}` in rules"));
        }
        let mut draft = Draft::of(ingress);
        match self.change(&mut draft, wanted) {
            Ok(notes) => {
                Routed { writes: draft.write(name, ingress), notes: notes_for(name, notes), ..Routed::default() }
            }
            Err(message) => Routed::refuse(ROUTER, format!("ingress `{name}`: {message}")),
        }
    }

    /// Changes annotations and paths as wanted, and says in what respects they were not so before.
    fn change(&self, draft: &mut Draft, wanted: &Routing) -> Result<Vec<String>, String> {
        let mut notes = Vec::new();
        let mut noted = |before: &Draft, after: &Draft, what: String| {
            if before != after {
                notes.push(what);
            }
        };
        let before = draft.clone();
        if wanted.managed == Managed::Remove {
            self.remove_managed_routes(draft)?;
            noted(&before, draft, "removing managed routes".to_owned());
        }
        let before = draft.clone();
        if let Some(header) = &wanted.header {
            self.set_header_route(draft, header)?;
            noted(&before, draft, format!("to headerRoute '{}'", header.name));
        }
        let before = draft.clone();
        let key = self.key("actions", self.action_service());
        let services = stable_and_canary(self.rollout, Preference::PingPong);
        draft.annotations.insert(key.clone(), forward(self.alb, services, wanted)?);
        self.manage(draft, |keys, rollout| keys.add(rollout, &key))?;
        noted(&before, draft, format!("to desiredWeight '{}'", wanted.canary.weight));
        Ok(notes)
    }

    fn set_header_route(&self, draft: &mut Draft, header: &SetHeaderRoute) -> Result<(), String> {
        let (action, conditions) = (self.key("actions", &header.name), self.key("conditions", &header.name));
        if header.matches.is_empty() {
            draft.annotations.remove(&action);
            draft.annotations.remove(&conditions);
            self.manage(draft, |keys, rollout| keys.remove(rollout, &[&action, &conditions]))?;
            draft.remove_paths(&header.name);
        } else {
            let (_, canary) = stable_and_canary(self.rollout, Preference::PingPong);
            draft.annotations.insert(action.clone(), forward_all(self.alb, canary)?);
            draft.annotations.insert(conditions.clone(), header_conditions(&header.matches));
            self.manage(draft, |keys, rollout| {
                keys.add(rollout, &action);
                keys.add(rollout, &conditions);
            })?;
            draft.add_path(&header.name);
        }
        draft.sort_paths(&self.managed_routes());
        Ok(())
    }

    fn remove_managed_routes(&self, draft: &mut Draft) -> Result<(), String> {
        let routes = self.managed_routes();
        let keys: Vec<String> =
            routes.iter().flat_map(|route| [self.key("actions", route), self.key("conditions", route)]).collect();
        if keys.is_empty() {
            return Ok(());
        }
        for key in &keys {
            draft.annotations.remove(key);
        }
        if draft.annotations.contains_key(ANNOTATION_MANAGED) {
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            self.manage(draft, |managed, rollout| managed.remove(rollout, &keys))?;
        }
        for route in routes {
            draft.remove_paths(route);
        }
        Ok(())
    }

    fn manage(&self, draft: &mut Draft, change: impl FnOnce(&mut ManagedKeys, &str)) -> Result<(), String> {
        let mut keys = ManagedKeys::parse(draft.annotations.get(ANNOTATION_MANAGED).map_or("", String::as_str))?;
        change(&mut keys, &self.rollout.metadata.name);
        draft.annotations.insert(ANNOTATION_MANAGED.to_owned(), keys.to_string());
        Ok(())
    }

    fn managed_routes(&self) -> Vec<&str> {
        let routing = self.rollout.spec.strategy.canary.as_ref().and_then(|canary| canary.traffic_routing.as_ref());
        let routes = routing.and_then(|routing| routing.managed_routes.as_ref());
        routes.into_iter().flatten().map(|route| route.name.as_str()).collect()
    }

    fn action_service(&self) -> &str {
        let stable = self.rollout.spec.strategy.canary.as_ref().map_or("", |canary| canary.stable_service.as_str());
        if self.alb.root_service.is_empty() { stable } else { &self.alb.root_service }
    }

    fn key(&self, what: &str, name: &str) -> String {
        let prefix = if self.alb.annotation_prefix.is_empty() { DEFAULT_PREFIX } else { &self.alb.annotation_prefix };
        format!("{prefix}/{what}.{name}")
    }
}

fn notes_for(ingress: &str, notes: Vec<String>) -> Vec<Note> {
    let note = |what: String| Note { reason: PATCHING, message: format!("Updating Ingress `{ingress}` {what}") };
    notes.into_iter().map(note).collect()
}

/// What is changed of an Ingress.
#[derive(Debug, Clone, PartialEq)]
struct Draft {
    annotations: std::collections::BTreeMap<String, String>,
    rules: Vec<Value>,
}

impl Draft {
    fn of(ingress: &Value) -> Self {
        let annotations = ingress.pointer("/metadata/annotations").and_then(Value::as_object);
        let annotations = annotations.into_iter().flatten();
        Draft {
            annotations: annotations
                .map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned()))
                .collect(),
            rules: ingress.pointer("/spec/rules").and_then(Value::as_array).cloned().unwrap_or_default(),
        }
    }

    fn paths(&mut self) -> impl Iterator<Item = &mut Vec<Value>> {
        self.rules.iter_mut().filter_map(|rule| rule.pointer_mut("/http/paths")?.as_array_mut())
    }

    fn remove_paths(&mut self, service: &str) {
        self.paths().for_each(|paths| paths.retain(|path| service_of(path) != service));
    }

    fn add_path(&mut self, service: &str) {
        let path = json!({
            "path": "/*",
            "pathType": "ImplementationSpecific",
            "backend": {"service": {"name": service, "port": {"name": "use-annotation"}}},
        });
        for paths in self.paths() {
            if !paths.iter().any(|path| service_of(path) == service) {
                paths.insert(0, path.clone());
            }
        }
    }

    /// Managed routes come first, in their order of precedence; the others keep theirs.
    fn sort_paths(&mut self, routes: &[&str]) {
        let rank = |path: &Value| routes.iter().position(|route| *route == service_of(path)).unwrap_or(routes.len());
        self.paths().for_each(|paths| paths.sort_by_key(rank));
    }

    /// The patch that makes the Ingress so; none when it is.
    fn write(&self, name: &str, ingress: &Value) -> Vec<Write> {
        let before = Draft::of(ingress);
        let mut patch = Map::new();
        if before.annotations != self.annotations {
            let mut annotations = Map::new();
            for (key, value) in
                self.annotations.iter().filter(|(key, value)| before.annotations.get(*key) != Some(value))
            {
                annotations.insert(key.clone(), json!(value));
            }
            for key in before.annotations.keys().filter(|key| !self.annotations.contains_key(*key)) {
                annotations.insert(key.clone(), Value::Null);
            }
            patch.insert("metadata".to_owned(), json!({"annotations": annotations}));
        }
        if before.rules != self.rules {
            patch.insert("spec".to_owned(), json!({"rules": self.rules}));
        }
        if patch.is_empty() {
            return Vec::new();
        }
        let gvk = Gvk::new("networking.k8s.io", "v1", "Ingress");
        vec![Write { gvk, namespace: None, name: name.to_owned(), change: Change::Merge(Value::Object(patch)) }]
    }
}
