//! Between the versions of a kind, and between the two groups that serve events.

mod autoscaler;
mod event;

use crate::kind::Kind;
use crate::read;
use object::Gvk;
use serde_json::Value;

/// Rewrites `value`, which names its version, into version `to` of the same kind, `apiVersion` included. Defaults of
/// the new version are not filled in.
pub fn convert(kind: &Kind, value: &mut Value, to: &Gvk) {
    let from = read::text(value, "apiVersion").to_owned();
    let wanted = to.api_version();
    if from == wanted {
        return;
    }
    match (kind.kind, from.as_str(), wanted.as_str()) {
        ("HorizontalPodAutoscaler", "autoscaling/v1", "autoscaling/v2") => autoscaler::to_v2(value),
        ("HorizontalPodAutoscaler", "autoscaling/v2", "autoscaling/v1") => autoscaler::to_v1(value),
        ("Event", "events.k8s.io/v1", "v1") => event::to_core(value),
        ("Event", "v1", "events.k8s.io/v1") => event::from_core(value),
        _ => (),
    }
    read::set(value, "apiVersion", wanted);
}
