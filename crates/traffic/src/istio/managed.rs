//! The routes that steps make: for requests with certain headers, and for copies of requests. They stand before all
//! others, in the order of `managedRoutes`.

use super::select::http;
use super::versions::{Versions, name_of, routes_of};
use crate::routes::managed;
use api::rollouts::{IstioVirtualService, Rollout, RouteMatch, SetHeaderRoute, SetMirrorRoute, StringMatch};
use serde_json::{Map, Value, json};

/// The share of requests that are copied when a step names none.
const ALL: i32 = 100;

/// Managed routes of one VirtualService.
pub struct Routes<'a> {
    /// The Rollout.
    pub rollout: &'a Rollout,
    /// What it says of the VirtualService.
    pub block: &'a IstioVirtualService,
    /// How versions are recognised.
    pub versions: &'a Versions<'a>,
}

impl Routes<'_> {
    /// Takes away all routes that steps have made. A route that is weighted is never one of them.
    pub fn remove_all(&self, virtual_service: &mut Value) {
        let steps = self.rollout.spec.strategy.canary.iter().flat_map(|canary| &canary.steps);
        let headers = steps.clone().filter_map(|step| Some(step.set_header_route.as_ref()?.name.as_str()));
        let mirrors = steps.filter_map(|step| Some(step.set_mirror_route.as_ref()?.name.as_str()));
        let mut names = managed(self.rollout);
        names.extend(headers.chain(mirrors));
        names.retain(|name| !name.is_empty() && !self.block.routes.iter().any(|own| own == name));
        if let Some(routes) = virtual_service.pointer_mut("/spec/http").and_then(Value::as_array_mut) {
            routes.retain(|route| !names.contains(&name_of(route)));
        }
    }

    /// A route of all requests with one of the headers to the new version; no header takes it away.
    ///
    /// # Errors
    /// When there are no HTTP routes.
    pub fn set_header(&self, virtual_service: &mut Value, header: &SetHeaderRoute) -> Result<(), String> {
        if header.matches.is_empty() {
            return self.put(virtual_service, &header.name, None);
        }
        let matches = header.matches.iter().map(|one| {
            let value = one.header_value.as_ref().map(text_match);
            json!({"headers": { one.header_name.as_str(): value.unwrap_or_else(|| json!({})) }})
        });
        let matches: Vec<Value> = matches.collect();
        let destination = self.canary(virtual_service)?;
        let route = json!({
            "name": header.name,
            "match": matches,
            "route": [{"destination": destination, "weight": ALL}],
        });
        self.put(virtual_service, &header.name, Some(route))
    }

    /// A route whose requests are copied to the new version; no match takes it away.
    ///
    /// # Errors
    /// When there is no route whose weights it could have.
    pub fn set_mirror(&self, virtual_service: &mut Value, mirror: &SetMirrorRoute) -> Result<(), String> {
        if mirror.matches.is_empty() {
            return self.put(virtual_service, &mirror.name, None);
        }
        let destinations = self.weighted(virtual_service)?["route"].clone();
        let matches: Vec<Value> = mirror.matches.iter().map(request_match).collect();
        let route = json!({
            "name": mirror.name,
            "match": matches,
            "route": destinations,
            "mirror": self.canary(virtual_service)?,
            "mirrorPercentage": {"value": mirror.percentage.unwrap_or(ALL)},
        });
        self.put(virtual_service, &mirror.name, Some(route))
    }

    /// Puts a managed route where its name wants it, or takes it away.
    fn put(&self, virtual_service: &mut Value, name: &str, route: Option<Value>) -> Result<(), String> {
        let Some(routes) = virtual_service.pointer_mut("/spec/http").and_then(Value::as_array_mut) else {
            return Err("spec.http not found".to_owned());
        };
        if self.block.routes.iter().any(|own| own == name) {
            return Err(format!(
                "the route `{name}` is weighted, a step cannot make it: give the step's route another name"
            ));
        }
        routes.retain(|old| name_of(old) != name);
        routes.extend(route);
        let steps = managed(self.rollout);
        let rank = |route: &Value| steps.iter().position(|name| *name == name_of(route)).unwrap_or(steps.len());
        routes.sort_by_key(rank);
        Ok(())
    }

    /// The first of the routes that are weighted.
    fn weighted<'v>(&self, virtual_service: &'v Value) -> Result<&'v Value, String> {
        let first = http(virtual_service, self.rollout, self.block)?.into_iter().next();
        let route = first.and_then(|chosen| routes_of(virtual_service, chosen.kind).get(chosen.at));
        route.ok_or_else(|| "spec.http not found".to_owned())
    }

    /// Where requests for the new version go, by the port of the weighted route.
    fn canary(&self, virtual_service: &Value) -> Result<Value, String> {
        let versions = self.versions;
        let host = if versions.host.is_empty() { versions.canary } else { &versions.host };
        let mut destination = Map::from_iter([("host".to_owned(), json!(host))]);
        if let Some(port) = self.weighted(virtual_service)?.pointer("/route/0/destination/port/number") {
            destination.insert("port".to_owned(), json!({ "number": port }));
        }
        if !versions.canary_subset.is_empty() {
            destination.insert("subset".to_owned(), json!(versions.canary_subset));
        }
        Ok(Value::Object(destination))
    }
}

fn request_match(wanted: &RouteMatch) -> Value {
    let mut fields = Map::new();
    for (field, value) in [("method", &wanted.method), ("uri", &wanted.path)] {
        if let Some(value) = value {
            fields.insert(field.to_owned(), text_match(value));
        }
    }
    if !wanted.headers.is_empty() {
        let headers = wanted.headers.iter().map(|(name, value)| (name.clone(), text_match(value)));
        fields.insert("headers".to_owned(), Value::Object(headers.collect()));
    }
    Value::Object(fields)
}

fn text_match(wanted: &StringMatch) -> Value {
    let parts = [("exact", &wanted.exact), ("regex", &wanted.regex), ("prefix", &wanted.prefix)];
    let given = parts.into_iter().filter(|(_, text)| !text.is_empty());
    Value::Object(given.map(|(field, text)| (field.to_owned(), json!(text))).collect())
}
