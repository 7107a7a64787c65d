//! StatefulSets: pods with lasting names and claims, made and replaced one after the other. Start at [`plan`].

mod identity;
mod observed;
mod retention;
mod status;

pub use observed::Observed;

use crate::controller::{Change, Context, Controller, Item};
use crate::plan::{Action, Birth, CONTROLLER_MANAGER, Note, Plan, Severity, Target};
use crate::pod::Pod;
use crate::reading::{about, after_seconds, is_controlled_by, read, target};
use crate::revisions::{self, Hashed, Marks, REVISIONS};
use apiserver::{Api, EventKind, GroupResource, Object, resources};
use identity::{claims, ordinal, pod_name};
use jiff::Timestamp;
use observed::{CLAIMS, Member, Pass, STATEFUL_SETS, Status, Whole};
use serde_json::Value;

/// Who tells of a StatefulSet's events.
const SOURCE: &str = "statefulset-controller";
/// The label of a revision's hash.
const MARKS: Marks = Marks { hash_label: "controller.kubernetes.io/hash", hashed: Hashed::Data };

/// What to do for a StatefulSet now.
#[must_use]
pub fn plan(observed: &Observed, now: Timestamp) -> Plan {
    let Whole { spec, status: before } = read(&observed.set);
    let update = revisions::of_template(&observed.set, &spec.template, &observed.revisions, &MARKS);
    let is_known = |name: &str| name == update.name || observed.revisions.iter().any(|known| known.name() == name);
    let current = Some(before.current_revision.clone()).filter(|name| is_known(name)).unwrap_or(update.name.clone());
    let member = |object| {
        let ordinal = ordinal(&observed.set, object)?;
        Some((ordinal, Member { object, pod: Pod::read(object), ordinal }))
    };
    let members = observed.pods.iter().filter_map(member).collect();
    let pass = Pass { observed, spec, members, update, current, now };
    pass.plan(&before)
}

impl Pass<'_> {
    fn plan(&self, before: &Status) -> Plan {
        let mut plan = Plan::nothing();
        plan.actions.extend(self.update.write.clone());
        let status = status::count(self, before);
        plan.actions.extend(status::write(&self.observed.set, before, &status));
        if self.observed.set.meta().is_terminating() {
            return plan;
        }
        // Before pods go: a claim that is to go with its pod must belong to it by then.
        plan.actions.extend(retention::changes(self));
        match self.observed.refused.as_ref().filter(|refusal| self.now < refusal.retry_at) {
            Some(refusal) => plan.wake_at(refusal.retry_at),
            None => plan.actions.extend(self.steps()),
        }
        let mut in_use: Vec<&str> = self.members.values().map(Member::revision).collect();
        in_use.extend([self.update.name.as_str(), self.current.as_str()]);
        let limit = self.spec.revision_history_limit.unwrap_or(10);
        plan.actions.extend(revisions::forgotten(&self.observed.revisions, &in_use, limit));
        if let Some(time) = self.next_available() {
            plan.wake_at(time);
        }
        plan
    }

    fn next_available(&self) -> Option<Timestamp> {
        let waiting = self.members.values().filter(|member| member.is_ready() && !self.is_available(member));
        waiting.filter_map(|member| Some(after_seconds(member.pod.ready_since()?, self.spec.min_ready_seconds))).min()
    }

    /// The writes of this pass: with ordered pods nothing is begun before what is before it is available.
    fn steps(&self) -> Vec<Action> {
        let mut actions = Vec::new();
        for ordinal in self.desired() {
            match self.members.get(&ordinal) {
                None => {
                    actions.extend(self.creation(ordinal));
                    if !self.is_parallel() {
                        return actions;
                    }
                }
                Some(member) if member.pod.is_finished() && !member.is_terminating() => {
                    actions.extend(self.deletion(member));
                    if !self.is_parallel() {
                        return actions;
                    }
                }
                Some(member) if !self.is_parallel() && (member.is_terminating() || !self.is_available(member)) => {
                    // A pod of an old template that cannot start does not keep the new one from replacing it.
                    actions.extend(self.claims_missing(ordinal));
                    return actions;
                }
                Some(_) => actions.extend(self.claims_missing(ordinal)),
            }
        }
        if self.scale_down(&mut actions) {
            self.replace(&mut actions);
        }
        actions
    }

    /// Takes away what is too much, the highest first. Whether that is done.
    fn scale_down(&self, actions: &mut Vec<Action>) -> bool {
        let desired = self.desired();
        let mut is_done = true;
        for member in self.members.values().rev().filter(|member| !desired.contains(&member.ordinal)) {
            is_done = false;
            if !member.is_terminating() {
                actions.extend(self.deletion(member));
            }
            if !self.is_parallel() {
                return false;
            }
        }
        is_done || self.is_parallel()
    }

    /// Replaces pods of an old template, the highest first, down to the partition, one at a time.
    fn replace(&self, actions: &mut Vec<Action>) {
        if self.spec.update_strategy.r#type == "OnDelete" || !actions.is_empty() {
            return;
        }
        let desired = self.desired();
        let first = desired.start + self.spec.update_strategy.rolling_update.partition;
        for ordinal in (first.max(desired.start)..desired.end).rev() {
            let Some(member) = self.members.get(&ordinal) else { return };
            if member.revision() != self.update.name && !member.is_terminating() {
                actions.extend(self.deletion(member));
                return;
            }
            if member.is_terminating() || !self.is_available(member) {
                return;
            }
        }
    }

    fn creation(&self, ordinal: i64) -> Vec<Action> {
        let (template, revision) = self.template_for(ordinal);
        let mut actions = self.claims_missing(ordinal);
        let set = &self.observed.set;
        actions.push(Action::Create {
            target: Target {
                resource: resources::PODS,
                namespace: set.namespace().unwrap_or_default().into(),
                name: pod_name(set, ordinal).into(),
            },
            object: identity::pod(set, &self.spec, &template, &revision, ordinal),
            manager: CONTROLLER_MANAGER,
            birth: None,
        });
        let name = pod_name(set, ordinal);
        let message = format!("create Pod {name} in StatefulSet {} successful", set.name());
        actions.push(self.note("SuccessfulCreate", message));
        actions
    }

    /// Below the partition pods are made of the template everything was of.
    fn template_for(&self, ordinal: i64) -> (Value, String) {
        let first = self.spec.ordinals.start + self.spec.update_strategy.rolling_update.partition;
        let is_rolling = self.spec.update_strategy.r#type != "OnDelete";
        if is_rolling && ordinal < first && self.current != self.update.name {
            let recorded = self.observed.revisions.iter().find(|known| known.name() == self.current);
            if let Some(template) = recorded.and_then(revisions::template_of) {
                return (template, self.current.clone());
            }
        }
        (self.spec.template.clone(), self.update.name.clone())
    }

    fn claims_missing(&self, ordinal: i64) -> Vec<Action> {
        let set = &self.observed.set;
        let missing = claims(set, &self.spec, ordinal)
            .into_iter()
            .filter(|(name, _)| !self.observed.claims.iter().any(|known| known.name() == name));
        missing
            .flat_map(|(name, object)| {
                let message =
                    format!("create Claim {name} Pod {} in StatefulSet {} success", pod_name(set, ordinal), set.name());
                let create = Action::Create {
                    target: Target {
                        resource: CLAIMS,
                        namespace: set.namespace().unwrap_or_default().into(),
                        name: name.into(),
                    },
                    object,
                    manager: CONTROLLER_MANAGER,
                    birth: None::<Birth>,
                };
                [create, self.note("SuccessfulCreate", message)]
            })
            .collect()
    }

    fn deletion(&self, member: &Member<'_>) -> [Action; 2] {
        let delete = Action::Delete {
            target: target(&resources::PODS, member.object),
            uid: member.object.meta().uid.clone(),
            grace_seconds: None,
            propagation: None,
            manager: CONTROLLER_MANAGER,
        };
        let (pod, set) = (member.object.name(), self.observed.set.name());
        [delete, self.note("SuccessfulDelete", format!("delete Pod {pod} in StatefulSet {set} successful"))]
    }

    fn note(&self, reason: &'static str, message: String) -> Action {
        let severity = Severity::Normal;
        Action::Tell(Note { about: about(&self.observed.set), source: SOURCE, severity, reason, message, action: None })
    }
}

/// The sets whose claim this may be, by its name.
fn sets_of_claim(claim: &Object, api: &Api) -> Vec<Item> {
    let sets = api.list(&STATEFUL_SETS, claim.namespace().unwrap_or_default()).items;
    sets.iter().filter(|set| claim.name().contains(&format!("-{}-", set.name()))).map(Item::of).collect()
}

/// The StatefulSet controller.
pub(crate) struct StatefulSets;

impl Controller for StatefulSets {
    fn name(&self) -> &'static str {
        "statefulset"
    }

    fn notice(&mut self, change: &Change<'_>, api: &Api) -> Vec<Item> {
        if *change.resource == STATEFUL_SETS {
            return vec![Item::of(change.object)];
        }
        if *change.resource == CLAIMS && change.kind == EventKind::Added {
            return sets_of_claim(change.object, api);
        }
        if *change.resource == resources::PODS { change.controllers("StatefulSet") } else { Vec::new() }
    }

    fn pass(&mut self, item: &Item, context: &Context<'_>) -> Plan {
        let api = context.api;
        let Some(set) = api.get(&STATEFUL_SETS, &item.namespace, &item.name) else { return Plan::nothing() };
        let uid = set.meta().uid.clone();
        let owned = |resource: &GroupResource| -> Vec<Object> {
            let owned = api.owned_by(&uid).into_iter().filter(|(of, _)| of == resource).map(|(_, object)| object);
            owned.filter(|object| is_controlled_by(object, &uid)).collect()
        };
        let claims = api.list(&CLAIMS, &item.namespace).items;
        let (pods, revisions) = (owned(&resources::PODS), owned(&REVISIONS));
        plan(&Observed { set, pods, revisions, claims, refused: context.refused.cloned() }, context.now)
    }
}
