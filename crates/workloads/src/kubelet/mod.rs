//! Simulated kubelets: they give pods addresses, report their states over time and end deleted ones. Nothing runs.
//! Start at [`plan`].

mod behaviour;
mod rules;
mod status;
mod timeline;

pub use behaviour::Defaults;
pub use rules::Rules;

use crate::controller::{Change, Context, Controller, Item};
use crate::difference::merge_patch;
use crate::node_health::Health;
use crate::plan::{Action, KUBELET, Note, Part, Plan, Severity};
use crate::pod::Pod;
use crate::reading::{about, target};
use apiserver::{Api, EventKind, Object, resources};
use behaviour::Behaviour;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use status::{Reported, report};
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use timeline::{Stage, moment};

/// A start that takes at least this long is told while it lasts; shorter ones cost one write, not two.
const CREATION_TOLD_FROM: SignedDuration = SignedDuration::from_secs(1);

/// Everything one pass knows.
#[derive(Debug, Clone)]
pub struct Observed {
    /// The pod.
    pub pod: Object,
    /// When its node took it.
    pub seen: Timestamp,
    /// When its node learnt that it is to end.
    pub stopping: Option<Timestamp>,
    /// Its node's address.
    pub host_ip: String,
    /// Its own address.
    pub pod_ip: String,
}

/// What a node does about a pod now.
#[must_use]
pub fn plan(observed: &Observed, defaults: &Defaults, now: Timestamp) -> Plan {
    let pod = observed.pod.value();
    let behaviour = Behaviour::of(&observed.pod, &pod["spec"], defaults);
    if let Some(since) = observed.stopping {
        return stop(observed, &pod, since, &behaviour, now);
    }
    let phase = pod["status"]["phase"].as_str().unwrap_or_default();
    if phase == "Succeeded" || phase == "Failed" {
        return Plan::nothing();
    }
    let moment = moment(&behaviour, observed.seen, now);
    let mut plan = Plan { actions: Vec::new(), wake: moment.next };
    let short = moment.next.is_some_and(|next| next.duration_since(now) < CREATION_TOLD_FROM);
    if moment.stage == Stage::Creating && short {
        return plan;
    }
    let before = &pod["status"];
    let after = report(&Reported {
        spec: &pod["spec"],
        before,
        moment: &moment,
        seen: observed.seen,
        now,
        host_ip: &observed.host_ip,
        pod_ip: &observed.pod_ip,
    });
    if let Some(change) = merge_patch(before, &after) {
        plan.actions.push(Action::Patch {
            target: target(&resources::PODS, &observed.pod),
            part: Part::Status,
            change: json!({"status": change}),
            manager: KUBELET,
            resource_version: Some(observed.pod.meta().resource_version.clone()),
        });
        plan.actions.extend(warning(observed, &pod["spec"], moment.stage));
    }
    plan
}

/// A deleted pod takes its time, its grace period at most, and is gone.
fn stop(observed: &Observed, pod: &Value, since: Timestamp, behaviour: &Behaviour, now: Timestamp) -> Plan {
    let grace = pod["metadata"]["deletionGracePeriodSeconds"].as_i64().unwrap_or_default();
    let wanted = SignedDuration::try_from(behaviour.stop).unwrap_or(SignedDuration::MAX);
    let over = since.checked_add(wanted.min(SignedDuration::from_secs(grace))).unwrap_or(Timestamp::MAX);
    if now < over {
        return Plan { actions: Vec::new(), wake: Some(over) };
    }
    let delete = Action::Delete {
        target: target(&resources::PODS, &observed.pod),
        uid: observed.pod.meta().uid.clone(),
        grace_seconds: Some(0),
        propagation: None,
        manager: KUBELET,
    };
    Plan { actions: vec![delete], wake: None }
}

/// What goes wrong is told; what goes well is not, for there would be thousands of such events.
fn warning(observed: &Observed, spec: &Value, stage: Stage) -> Option<Action> {
    let container = &spec["containers"][0];
    let image = container["image"].as_str().unwrap_or_default();
    let name = container["name"].as_str().unwrap_or_default();
    let (reason, message) = match stage {
        Stage::Pulling("ErrImagePull") => {
            ("Failed", format!("Failed to pull image \"{image}\": failed to pull and unpack image: not found"))
        }
        Stage::Pulling(_) => ("BackOff", format!("Back-off pulling image \"{image}\"")),
        Stage::BackingOff => {
            let pod = observed.pod.name();
            let namespace = observed.pod.namespace().unwrap_or_default();
            ("BackOff", format!("Back-off restarting failed container {name} in pod {pod}_{namespace}"))
        }
        Stage::Running { ready: false, .. } if container.get("readinessProbe").is_some() => {
            ("Unhealthy", "Readiness probe failed: not ready yet".to_owned())
        }
        _ => return None,
    };
    let about = about(&observed.pod);
    Some(Action::Tell(Note { about, source: "kubelet", severity: Severity::Warning, reason, message, action: None }))
}

/// The kubelets of all simulated nodes.
pub(crate) struct Kubelets {
    defaults: Defaults,
    /// The rules from before the ConfigMap, which hold again without it.
    given: Rules,
    /// What is wrong with the ConfigMap.
    complaint: Option<String>,
    runs: BTreeMap<Item, Run>,
    addresses: Addresses,
}

/// What a node remembers of a pod.
struct Run {
    uid: Box<str>,
    seen: Timestamp,
    stopping: Option<Timestamp>,
    address: Ipv4Addr,
}

/// The pods' addresses: handed out in order, none twice at a time.
struct Addresses {
    next: u32,
    used: BTreeSet<Ipv4Addr>,
}

/// The first pod address.
const FIRST_ADDRESS: Ipv4Addr = Ipv4Addr::new(10, 244, 0, 2);
/// Pod addresses there are.
const ADDRESSES_MAX: u32 = 0xfffd;

impl Addresses {
    fn take(&mut self) -> Ipv4Addr {
        for _ in 0..ADDRESSES_MAX {
            let address = Ipv4Addr::from_bits(FIRST_ADDRESS.to_bits() + self.next % ADDRESSES_MAX);
            self.next = self.next.wrapping_add(1);
            if self.used.insert(address) {
                return address;
            }
        }
        FIRST_ADDRESS
    }
}

impl Kubelets {
    /// All pods, when a node is well again: which are its own, each pass finds out.
    fn pods_of(&self, change: &Change<'_>) -> Vec<Item> {
        let was_ill = change.previous.is_some_and(|previous| Health::told(previous) != Health::Ready);
        let is_back = was_ill && Health::told(change.object) == Health::Ready;
        if is_back { self.runs.keys().cloned().collect() } else { Vec::new() }
    }

    pub(crate) fn new(defaults: Defaults) -> Self {
        let given = defaults.rules.clone();
        let addresses = Addresses { next: 0, used: BTreeSet::new() };
        Kubelets { defaults, given, complaint: None, runs: BTreeMap::new(), addresses }
    }

    /// Takes in what the ConfigMap says now: all pods are looked at anew.
    fn learn(&mut self, change: &Change<'_>) -> Vec<Item> {
        if change.object.name() != rules::NAME || change.object.namespace() != Some(rules::NAMESPACE) {
            return Vec::new();
        }
        let read = if change.kind == EventKind::Deleted { Ok(self.given.clone()) } else { Rules::of(change.object) };
        self.complaint = read.as_ref().err().cloned();
        self.defaults.rules = read.unwrap_or_default();
        std::iter::once(Item::of(change.object)).chain(self.runs.keys().cloned()).collect()
    }

    /// Tells what is wrong with the ConfigMap, if that is what the item is.
    fn complain(&self, item: &Item, api: &Api) -> Option<Plan> {
        let message = self.complaint.clone().filter(|_| *item == Item::new(rules::NAMESPACE, rules::NAME))?;
        let map = api.get(&resources::CONFIG_MAPS, rules::NAMESPACE, rules::NAME)?;
        let (about, severity, reason) = (about(&map), Severity::Warning, "RulesIgnored");
        let tell = Action::Tell(Note { about, source: "kubelet", severity, reason, message, action: None });
        Some(Plan { actions: vec![tell], wake: None })
    }

    fn forget(&mut self, item: &Item) {
        if let Some(run) = self.runs.remove(item) {
            self.addresses.used.remove(&run.address);
        }
    }

    /// A pod that already has an address keeps it, and its story begins where it began.
    fn remember(&mut self, item: &Item, object: &Object, pod: &Pod, now: Timestamp) {
        let known = self.runs.get(item).is_some_and(|run| run.uid == object.meta().uid);
        if !known {
            self.forget(item);
            let address = match pod.status.pod_ip.parse() {
                Ok(address) => {
                    self.addresses.used.insert(address);
                    address
                }
                Err(_) => self.addresses.take(),
            };
            let seen = pod.status.start_time.unwrap_or(now);
            let run = Run { uid: object.meta().uid.clone(), seen, stopping: None, address };
            self.runs.insert(item.clone(), run);
        }
        if let Some(run) = self.runs.get_mut(item)
            && object.meta().is_terminating()
        {
            run.stopping.get_or_insert(now);
        }
    }
}

impl Controller for Kubelets {
    fn name(&self) -> &'static str {
        "kubelet"
    }

    fn notice(&mut self, change: &Change<'_>, api: &Api) -> Vec<Item> {
        if *change.resource == resources::NODES {
            return self.pods_of(change);
        }
        if *change.resource == resources::CONFIG_MAPS {
            return self.learn(change);
        }
        if *change.resource != resources::PODS {
            return Vec::new();
        }
        let item = Item::of(change.object);
        if change.kind == EventKind::Deleted {
            self.forget(&item);
            return Vec::new();
        }
        let pod = Pod::read(change.object);
        if pod.spec.node_name.is_empty() {
            return Vec::new();
        }
        self.remember(&item, change.object, &pod, api.clock().now());
        vec![item]
    }

    fn pass(&mut self, item: &Item, context: &Context<'_>) -> Plan {
        if let Some(plan) = self.complain(item, context.api) {
            return plan;
        }
        let Some(pod) = context.api.get(&resources::PODS, &item.namespace, &item.name) else { return Plan::nothing() };
        let Some(run) = self.runs.get(item).filter(|run| run.uid == pod.meta().uid) else { return Plan::nothing() };
        let spec = Pod::read(&pod).spec;
        let Some(node) = context.api.get(&resources::NODES, "", &spec.node_name) else { return Plan::nothing() };
        if Health::told(&node) != Health::Ready {
            return Plan::nothing();
        }
        let host_ip = internal_address(&node);
        let observed = Observed {
            seen: run.seen,
            stopping: run.stopping,
            pod_ip: if spec.host_network { host_ip.clone() } else { run.address.to_string() },
            host_ip,
            pod,
        };
        plan(&observed, &self.defaults, context.now)
    }
}

fn internal_address(node: &Object) -> String {
    let addresses = node.get("/status/addresses").unwrap_or_default();
    let internal = addresses.as_array().into_iter().flatten().find(|address| address["type"] == "InternalIP");
    internal.and_then(|address| address["address"].as_str()).unwrap_or_default().to_owned()
}
