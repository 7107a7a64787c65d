//! Services: which pods stand behind them, as Endpoints and as EndpointSlices. Start at [`plan`].

mod member;
mod ports;

pub use member::Member;

use crate::controller::{Change, Context, Controller, Item};
use crate::difference::merge_patch;
use crate::plan::{Action, CONTROLLER_MANAGER, Part, Plan, Target};
use crate::pod::Pod;
use crate::reading::{controller_reference, is_controlled_by, target, time_text};
use crate::selectors::Selectors;
use apiserver::{Api, EventKind, LabelSelector, Object, resources};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Endpoints in one slice at most, as upstream.
const SLICE_ENDPOINTS_MAX: usize = 100;
/// When the endpoints changed.
const CHANGED_AT: &str = "endpoints.kubernetes.io/last-change-trigger-time";
/// Marks endpoints of services without an address.
const HEADLESS: &str = "service.kubernetes.io/headless";

/// Everything one pass knows.
#[derive(Debug, Clone)]
pub struct Observed {
    /// The service.
    pub service: Object,
    /// The pods it selects, by name.
    pub members: Vec<Member>,
    /// Its Endpoints.
    pub endpoints: Option<Object>,
    /// Its EndpointSlices, by name.
    pub slices: Vec<Object>,
}

/// What to do for a service now.
#[must_use]
pub fn plan(observed: &Observed, now: Timestamp) -> Plan {
    let service = observed.service.value();
    let selects = service["spec"]["selector"].as_object().is_some_and(|selector| !selector.is_empty());
    if !selects || service["spec"]["type"] == "ExternalName" || observed.service.meta().is_terminating() {
        return Plan::nothing();
    }
    let groups = grouped(&service, &observed.members);
    let mut actions = endpoints(observed, &service, &groups, now);
    actions.extend(slices(observed, &service, &groups, now));
    Plan { actions, wake: None }
}

/// Members that offer the same ports.
type Group<'o> = (Vec<Value>, Vec<&'o Member>);

fn grouped<'o>(service: &Value, members: &'o [Member]) -> Vec<Group<'o>> {
    let mut groups: BTreeMap<String, Group<'o>> = BTreeMap::new();
    for member in members {
        let ports = ports::resolve(service, member);
        let key = Value::from(ports.clone()).to_string();
        groups.entry(key).or_insert_with(|| (ports, Vec::new())).1.push(member);
    }
    groups.into_values().collect()
}

fn publishes_all(service: &Value) -> bool {
    service["spec"]["publishNotReadyAddresses"] == true
}

/// The labels the endpoints inherit, with those of their kind.
fn labels(service: &Value, own: &[(&str, &str)]) -> Value {
    let mut labels = service["metadata"]["labels"].as_object().cloned().unwrap_or_default();
    if service["spec"]["clusterIP"] == "None" {
        labels.insert(HEADLESS.to_owned(), "".into());
    }
    labels.extend(own.iter().map(|(key, value)| ((*key).to_owned(), Value::from(*value))));
    Value::Object(labels)
}

fn endpoints(observed: &Observed, service: &Value, groups: &[Group<'_>], now: Timestamp) -> Vec<Action> {
    let address = |member: &Member| {
        let mut address = json!({"ip": member.ip, "nodeName": member.node, "targetRef": member.reference()});
        if let Some(hostname) = &member.hostname {
            address["hostname"] = hostname.as_str().into();
        }
        address
    };
    let subset = |(ports, members): &Group<'_>| {
        let present = members.iter().filter(|member| publishes_all(service) || !member.is_terminating);
        let (ready, unready): (Vec<&Member>, Vec<&Member>) =
            present.copied().partition(|member| member.is_serving || publishes_all(service));
        let mut subset = Map::new();
        for (field, members) in [("addresses", ready), ("notReadyAddresses", unready)] {
            if !members.is_empty() {
                subset.insert(field.to_owned(), members.into_iter().map(address).collect());
            }
        }
        if subset.is_empty() {
            return None;
        }
        if !ports.is_empty() {
            subset.insert("ports".to_owned(), ports.clone().into());
        }
        Some(Value::Object(subset))
    };
    let subsets: Vec<Value> = groups.iter().filter_map(subset).collect();
    let mut object = json!({
        "metadata": {"labels": labels(service, &[("endpoints.kubernetes.io/managed-by", "endpoint-controller")])},
    });
    if !subsets.is_empty() {
        object["subsets"] = subsets.into();
    }
    let made = Made { api_version: "v1", kind: "Endpoints", fields: &["subsets"] };
    let place = Target {
        resource: resources::ENDPOINTS,
        namespace: observed.service.namespace().unwrap_or_default().into(),
        name: observed.service.name().into(),
    };
    made.written(place, observed.endpoints.as_ref(), object, now).into_iter().collect()
}

fn slices(observed: &Observed, service: &Value, groups: &[Group<'_>], now: Timestamp) -> Vec<Action> {
    let endpoint = |member: &&Member| {
        let all = publishes_all(service);
        let ready = all || (member.is_serving && !member.is_terminating);
        let conditions =
            json!({"ready": ready, "serving": all || member.is_serving, "terminating": member.is_terminating});
        let mut endpoint = json!({
            "addresses": [member.ip], "conditions": conditions, "targetRef": member.reference(),
            "nodeName": member.node,
        });
        for (field, value) in [("zone", &member.zone), ("hostname", &member.hostname)] {
            if let Some(value) = value {
                endpoint[field] = value.as_str().into();
            }
        }
        endpoint
    };
    let mut wanted: Vec<(Value, Value)> = Vec::new();
    for (ports, members) in groups {
        for part in members.chunks(SLICE_ENDPOINTS_MAX) {
            wanted.push((part.iter().map(endpoint).collect(), ports.clone().into()));
        }
    }
    if wanted.is_empty() {
        // A service without pods has one empty slice, which tells that somebody looked.
        wanted.push((json!([]), json!([])));
    }
    let own = [
        ("endpointslice.kubernetes.io/managed-by", "endpointslice-controller.k8s.io"),
        ("kubernetes.io/service-name", observed.service.name()),
    ];
    let made = Made { api_version: "discovery.k8s.io/v1", kind: "EndpointSlice", fields: &["endpoints", "ports"] };
    let mut actions = Vec::new();
    for (index, (endpoints, ports)) in wanted.iter().enumerate() {
        let current = observed.slices.get(index);
        let object = json!({
            "metadata": {
                "generateName": format!("{}-", observed.service.name()), "labels": labels(service, &own),
                "ownerReferences": [controller_reference(&observed.service)],
            },
            "addressType": "IPv4", "endpoints": endpoints, "ports": ports,
        });
        let place = Target {
            resource: resources::ENDPOINT_SLICES,
            namespace: observed.service.namespace().unwrap_or_default().into(),
            name: current.map(Object::name).unwrap_or_default().into(),
        };
        actions.extend(made.written(place, current, object, now));
    }
    let surplus = observed.slices.iter().skip(wanted.len()).map(|slice| Action::Delete {
        target: target(&resources::ENDPOINT_SLICES, slice),
        uid: slice.meta().uid.clone(),
        grace_seconds: None,
        propagation: None,
        manager: CONTROLLER_MANAGER,
    });
    actions.extend(surplus);
    actions
}

/// How objects that this controller makes are written: created whole, changed in the fields that matter.
struct Made {
    api_version: &'static str,
    kind: &'static str,
    fields: &'static [&'static str],
}

impl Made {
    fn written(&self, target: Target, current: Option<&Object>, mut object: Value, now: Timestamp) -> Option<Action> {
        let Some(current) = current else {
            object["apiVersion"] = self.api_version.into();
            object["kind"] = self.kind.into();
            if !target.name.is_empty() {
                object["metadata"]["name"] = (*target.name).into();
            }
            object["metadata"]["namespace"] = (*target.namespace).into();
            object["metadata"]["annotations"] = json!({CHANGED_AT: time_text(now)});
            return Some(Action::Create { target, object, manager: CONTROLLER_MANAGER, birth: None });
        };
        let mut change = merge_patch(&self.view(&current.value()), &self.view(&object))?;
        change["metadata"]["annotations"][CHANGED_AT] = time_text(now).into();
        Some(Action::Patch {
            target,
            part: Part::Main,
            change,
            manager: CONTROLLER_MANAGER,
            resource_version: Some(current.meta().resource_version.clone()),
        })
    }

    /// What is compared. Empty lists and absent ones are one thing.
    fn view(&self, object: &Value) -> Value {
        let mut view = json!({"metadata": {"labels": object["metadata"]["labels"]}});
        for field in self.fields {
            view[field] = object.get(*field).filter(|value| !value.is_null()).cloned().unwrap_or_else(|| json!([]));
        }
        view
    }
}

/// The endpoints controllers, both of them.
pub(crate) struct Services {
    selectors: Selectors,
}

impl Services {
    pub(crate) fn new() -> Self {
        Services { selectors: Selectors::of(resources::SERVICES) }
    }
}

impl Controller for Services {
    fn name(&self) -> &'static str {
        "endpoints"
    }

    fn notice(&mut self, change: &Change<'_>, _: &Api) -> Vec<Item> {
        if self.selectors.notice(change) {
            return vec![Item::of(change.object)];
        }
        if *change.resource == resources::PODS {
            let mut items: Vec<_> = change.both().flat_map(|pod| self.selectors.matching(pod)).collect();
            items.sort();
            items.dedup();
            return items;
        }
        if *change.resource == resources::ENDPOINTS && change.kind == EventKind::Deleted {
            return vec![Item::of(change.object)];
        }
        if *change.resource == resources::ENDPOINT_SLICES && change.kind == EventKind::Deleted {
            return change.controllers("Service");
        }
        Vec::new()
    }

    fn pass(&mut self, item: &Item, context: &Context<'_>) -> Plan {
        let api = context.api;
        let Some(service) = api.get(&resources::SERVICES, &item.namespace, &item.name) else {
            return orphaned_endpoints(item, api);
        };
        let selector = LabelSelector::from_value(service.get("/spec/selector").as_ref());
        if selector.is_empty() {
            return Plan::nothing();
        }
        let pods = api.list_matching(&resources::PODS, &item.namespace, &selector).items;
        let mut slices: Vec<_> = api
            .owned_by(&service.meta().uid)
            .into_iter()
            .filter(|(resource, slice)| {
                *resource == resources::ENDPOINT_SLICES && is_controlled_by(slice, &service.meta().uid)
            })
            .map(|(_, slice)| slice)
            .collect();
        slices.sort_by(|one, other| one.name().cmp(other.name()));
        let members = pods.iter().filter_map(|pod| Member::read(pod, &item.name, zone(api, pod))).collect();
        let endpoints = api.get(&resources::ENDPOINTS, &item.namespace, &item.name);
        plan(&Observed { service, members, endpoints, slices }, context.now)
    }
}

/// Endpoints bear no owner: they go with their service.
fn orphaned_endpoints(item: &Item, api: &Api) -> Plan {
    let Some(endpoints) = api.get(&resources::ENDPOINTS, &item.namespace, &item.name) else { return Plan::nothing() };
    let delete = Action::Delete {
        target: target(&resources::ENDPOINTS, &endpoints),
        uid: endpoints.meta().uid.clone(),
        grace_seconds: None,
        propagation: None,
        manager: CONTROLLER_MANAGER,
    };
    Plan { actions: vec![delete], wake: None }
}

fn zone(api: &Api, pod: &Object) -> Option<String> {
    let node = api.get(&resources::NODES, "", &Pod::read(pod).spec.node_name)?;
    node.meta().labels.get("topology.kubernetes.io/zone").map(ToString::to_string)
}
