//! Services, Ingresses and DestinationRules that Rollouts have left behind: what was put into them is taken out again.

use crate::observed::SeenService;
use api::rollouts::names::{ANNOTATION_MANAGED_BY, LABEL_POD_TEMPLATE_HASH};
use cluster::{Change, Part, PatchKind, Target, Write};
use controller::{Guard, Plan, Planned};
use object::Object;
use serde_json::{Value, json};

/// A Service that no Rollout names selects every version again.
pub fn service(seen: &SeenService) -> Plan {
    // What nobody marked as a Rollout's was written by somebody else.
    if seen.service.managed_by.is_none() {
        return Plan::default();
    }
    let mut body = json!({"metadata": {"annotations": { ANNOTATION_MANAGED_BY: null }}});
    if seen.service.hash.is_some() {
        body["spec"]["selector"] = json!({ LABEL_POD_TEMPLATE_HASH: null });
    }
    one(&seen.object, body)
}

/// An Ingress keeps only the actions of Rollouts that still share traffic out by it.
pub fn ingress(object: &Object, routed_by: &[Box<str>]) -> Plan {
    let routed_by: Vec<&str> = routed_by.iter().map(|name| &**name).collect();
    traffic::release_alb(&object.value(), &routed_by).map_or_else(Plan::default, |body| one(object, body))
}

/// A DestinationRule that no Rollout names tells pods apart by nothing that a Rollout gave them.
pub fn destination_rule(object: &Object) -> Plan {
    traffic::release_destination_rule(&object.value()).map_or_else(Plan::default, |body| one(object, body))
}

fn one(object: &Object, body: Value) -> Plan {
    let change = Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
    let write = Write::new(Target::of(object), change);
    Plan { writes: vec![Planned::new(write, Guard::unchanged(object.meta()))], ..Plan::default() }
}
