//! Pods and the templates other kinds make them of.

mod containers;
mod environment;
mod mounts;
mod one_of;
mod probes;
pub mod qos;
mod resources;
mod scheduling;
mod security;
mod spec;
mod template;
mod update;
mod volumes;
mod volumes_by_name;
mod warnings;
mod whole;

pub use template::{forbid_deadline, require_restart_policy, template};
pub use volumes::source as volume_source;
pub use warnings::of_template as template_warnings;

use crate::kind::{CreateContext, Hooks, PLAIN};
use crate::read;
use serde_json::{Value, json};

/// What is special about pods.
pub const HOOKS: Hooks = Hooks {
    create,
    update: |pod, _| crate::admission::add_tolerations(read::at_mut(pod, "spec")),
    update_part: update::keep_for_part,
    validate: whole::validate,
    validate_update: update::validate,
    validate_status: update::validate_status,
    validate_part: update::validate_part,
    warnings: |pod, old| if old.is_some() { Vec::new() } else { warnings::of_pod(pod) },
    ..PLAIN
};

fn create(pod: &mut Value, context: &CreateContext<'_>) {
    let spec = read::at(pod, "spec");
    let mut status = json!({"phase": "Pending", "qosClass": qos::class(spec)});
    if !read::list(spec, "schedulingGates").is_empty() {
        status["conditions"] = json!([{
            "type": "PodScheduled", "status": "False", "lastProbeTime": null, "lastTransitionTime": context.now,
            "reason": "SchedulingGated", "message": "Scheduling is blocked due to non-empty scheduling gates",
        }]);
    }
    read::set(pod, "status", status);
    let spec = read::at_mut(pod, "spec");
    if read::number(spec, "terminationGracePeriodSeconds") < 0 {
        read::set(spec, "terminationGracePeriodSeconds", 1);
    }
}
