//! DaemonSets: one pod on each node that can take it. Start at [`plan`].

mod observed;
mod placement;
mod status;

pub use observed::Observed;

use crate::controller::{Change, Context, Controller, Item};
use crate::plan::{Action, Birth, CONTROLLER_MANAGER, Note, Plan, Severity, Target};
use crate::pod::Pod;
use crate::reading::{about, after_seconds, is_controlled_by, read, target};
use crate::revisions::{self, Hashed, Marks, REVISION, REVISIONS};
use apiserver::{Api, GroupResource, Object, resources};
use jiff::Timestamp;
use observed::{DAEMON_SETS, Fit, Member, Pass, Site, Status, Whole};
use placement::{fit, pod_for};
use serde_json::Value;
use std::collections::BTreeMap;

/// Who tells of a DaemonSet's events.
const SOURCE: &str = "daemonset-controller";

/// What to do for a DaemonSet now.
#[must_use]
pub fn plan(observed: &Observed, now: Timestamp) -> Plan {
    let Whole { spec, status: before } = read(&observed.set);
    let marks = Marks { hash_label: REVISION, hashed: Hashed::Template(before.collision_count) };
    let update = revisions::of_template(&observed.set, &spec.template, &observed.revisions, &marks);
    let mut by_node: BTreeMap<String, Vec<Member<'_>>> = BTreeMap::new();
    for object in &observed.pods {
        let pod = Pod::read(object);
        let node = placement::node_of(object, &pod);
        by_node.entry(node).or_default().push(Member { object, pod });
    }
    let site = |node: &'_ Object| (node.name().to_owned(), fit(&spec.template["spec"], node));
    let fits: Vec<(String, Fit)> = observed.nodes.iter().map(site).collect();
    let sites = observed
        .nodes
        .iter()
        .zip(fits)
        .map(|(node, (name, fit))| Site { name: node.name(), fit, members: by_node.remove(&name).unwrap_or_default() })
        .collect();
    let stray = by_node.into_values().flatten().collect();
    let pass = Pass { observed, spec, sites, stray, update, now };
    pass.plan(&before)
}

impl<'o> Pass<'o> {
    fn plan(&self, before: &Status) -> Plan {
        let mut plan = Plan::nothing();
        plan.actions.extend(self.update.write.clone());
        let status = status::count(self, before);
        plan.actions.extend(status::write(&self.observed.set, before, &status));
        if self.observed.set.meta().is_terminating() {
            return plan;
        }
        match self.observed.refused.as_ref().filter(|refusal| self.now < refusal.retry_at) {
            Some(refusal) => plan.wake_at(refusal.retry_at),
            None => {
                let mut steps = self.keep_up();
                if steps.is_empty() {
                    steps = self.replace();
                }
                plan.actions.extend(steps);
            }
        }
        let hashes: Vec<String> =
            self.members().map(|member| format!("{}-{}", self.observed.set.name(), member.hash())).collect();
        let mut in_use: Vec<&str> = hashes.iter().map(String::as_str).collect();
        in_use.push(&self.update.name);
        let limit = self.spec.revision_history_limit.unwrap_or(10);
        plan.actions.extend(revisions::forgotten(&self.observed.revisions, &in_use, limit));
        let waiting = self.members().filter(|member| member.pod.is_ready() && !self.is_available(member));
        let next =
            waiting.filter_map(|member| Some(after_seconds(member.pod.ready_since()?, self.spec.min_ready_seconds)));
        next.filter(|time| *time > self.now).min().into_iter().for_each(|time| plan.wake_at(time));
        plan
    }

    fn members(&self) -> impl Iterator<Item = &Member<'o>> {
        self.sites.iter().flat_map(|site| &site.members).chain(&self.stray)
    }

    /// One pod on each node that is to have one, none on the others.
    fn keep_up(&self) -> Vec<Action> {
        let mut actions = Vec::new();
        for site in &self.sites {
            let living: Vec<&Member<'_>> =
                site.members.iter().filter(|member| !member.object.meta().is_terminating()).collect();
            for member in living.iter().filter(|member| member.pod.is_finished() || !site.fit.keeps) {
                actions.extend(self.deletion(member));
            }
            let running: Vec<&&Member<'_>> = living.iter().filter(|member| !member.pod.is_finished()).collect();
            if site.fit.runs && site.members.iter().all(|member| member.pod.is_finished()) && living.is_empty() {
                actions.push(self.creation(site.name));
            }
            if site.fit.keeps && !self.may_surge() {
                // Of several the oldest stays.
                let mut extra = running;
                extra.sort_by_key(|member| (member.object.meta().creation_timestamp, member.object.name().to_owned()));
                for member in extra.into_iter().skip(1) {
                    actions.extend(self.deletion(member));
                }
            }
        }
        for member in self.stray.iter().filter(|member| !member.object.meta().is_terminating()) {
            actions.extend(self.deletion(member));
        }
        actions
    }

    fn may_surge(&self) -> bool {
        self.share(&self.spec.update_strategy.rolling_update.max_surge, 0) > 0
    }

    /// A number or a share of the nodes, rounded up.
    fn share(&self, given: &Value, default: i64) -> i64 {
        let nodes = i64::try_from(self.sites.iter().filter(|site| site.fit.runs).count()).unwrap_or(i64::MAX);
        match given {
            Value::Number(number) => number.as_i64().unwrap_or(default),
            Value::String(text) => {
                let percent = text.trim_end_matches('%').parse::<i64>().unwrap_or_default();
                (nodes.saturating_mul(percent) + 99) / 100
            }
            _ => default,
        }
    }

    /// Replaces pods of an old template as far as so many nodes may be without.
    fn replace(&self) -> Vec<Action> {
        if self.spec.update_strategy.r#type == "OnDelete" {
            return Vec::new();
        }
        let hash = self.update.hash.as_str();
        if self.may_surge() {
            return self.replace_surging(hash);
        }
        let most = self.share(&self.spec.update_strategy.rolling_update.max_unavailable, 1).max(1);
        let mut missing = 0;
        let (mut ready, mut unready) = (Vec::new(), Vec::new());
        for site in self.sites.iter().filter(|site| site.fit.runs) {
            let available = site.members.iter().any(|member| self.is_available(member));
            missing += i64::from(!available);
            let old =
                site.members.iter().filter(|member| member.hash() != hash && !member.object.meta().is_terminating());
            for member in old {
                if available { ready.push(member) } else { unready.push(member) }
            }
        }
        let room = usize::try_from((most - missing).max(0)).unwrap_or_default();
        // What does not run anyway costs nothing.
        unready.into_iter().chain(ready.into_iter().take(room)).flat_map(|member| self.deletion(member)).collect()
    }

    /// The new pod comes first, and the old one goes when it is available.
    fn replace_surging(&self, hash: &str) -> Vec<Action> {
        let mut actions = Vec::new();
        let most = self.share(&self.spec.update_strategy.rolling_update.max_surge, 0);
        let doubled = self.sites.iter().filter(|site| site.members.len() > 1).count();
        let mut room = (most - i64::try_from(doubled).unwrap_or(i64::MAX)).max(0);
        for site in self.sites.iter().filter(|site| site.fit.runs) {
            let living = site.members.iter().filter(|member| !member.object.meta().is_terminating());
            let (new, old): (Vec<_>, Vec<_>) = living.partition(|member| member.hash() == hash);
            if old.is_empty() {
                continue;
            }
            let old_available = old.iter().any(|member| self.is_available(member));
            if new.iter().any(|member| self.is_available(member)) || (new.is_empty() && !old_available) {
                actions.extend(old.iter().flat_map(|member| self.deletion(member)));
            } else if new.is_empty() && room > 0 {
                room -= 1;
                actions.push(self.creation(site.name));
            }
        }
        actions
    }

    fn creation(&self, node: &str) -> Action {
        let set = &self.observed.set;
        Action::Create {
            target: Target {
                resource: resources::PODS,
                namespace: set.namespace().unwrap_or_default().into(),
                name: Box::default(),
            },
            object: pod_for(set, &self.spec.template, &self.update.hash, node),
            manager: CONTROLLER_MANAGER,
            birth: Some(Birth { about: about(set), source: SOURCE, created: "Created pod: " }),
        }
    }

    fn deletion(&self, member: &Member<'_>) -> [Action; 2] {
        let delete = Action::Delete {
            target: target(&resources::PODS, member.object),
            uid: member.object.meta().uid.clone(),
            grace_seconds: None,
            propagation: None,
            manager: CONTROLLER_MANAGER,
        };
        let tell = Action::Tell(Note {
            about: about(&self.observed.set),
            source: SOURCE,
            severity: Severity::Normal,
            reason: "SuccessfulDelete",
            message: format!("Deleted pod: {}", member.object.name()),
            action: None,
        });
        [delete, tell]
    }
}

/// The DaemonSet controller.
pub(crate) struct DaemonSets;

impl Controller for DaemonSets {
    fn name(&self) -> &'static str {
        "daemonset"
    }

    fn notice(&mut self, change: &Change<'_>, api: &Api) -> Vec<Item> {
        if *change.resource == DAEMON_SETS {
            return vec![Item::of(change.object)];
        }
        if *change.resource == resources::NODES {
            let sets = api.list(&DAEMON_SETS, "").items;
            return sets.iter().map(Item::of).collect();
        }
        if *change.resource == resources::PODS { change.controllers("DaemonSet") } else { Vec::new() }
    }

    fn pass(&mut self, item: &Item, context: &Context<'_>) -> Plan {
        let api = context.api;
        let Some(set) = api.get(&DAEMON_SETS, &item.namespace, &item.name) else { return Plan::nothing() };
        let uid = set.meta().uid.clone();
        let owned = |resource: &GroupResource| -> Vec<Object> {
            let owned = api.owned_by(&uid).into_iter().filter(|(of, _)| of == resource).map(|(_, object)| object);
            owned.filter(|object| is_controlled_by(object, &uid)).collect()
        };
        let observed = Observed {
            pods: owned(&resources::PODS),
            revisions: owned(&REVISIONS),
            nodes: api.list(&resources::NODES, "").items,
            refused: context.refused.cloned(),
            set,
        };
        plan(&observed, context.now)
    }
}
