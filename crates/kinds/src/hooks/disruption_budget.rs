//! Pod disruption budgets.

use crate::checks::{labels, numbers};
use crate::field::{Errors, Path};
use crate::kind::{Hooks, PLAIN};
use crate::read;
use serde_json::Value;

/// What is special about disruption budgets.
pub const HOOKS: Hooks = Hooks { validate, validate_update: |new, _, errors| validate(new, errors), ..PLAIN };

const SPEC: Path<'static> = Path::root("spec");

fn validate(budget: &Value, errors: &mut Errors) {
    let spec = read::at(budget, "spec");
    let (least, most) = (read::given(spec, "minAvailable"), read::given(spec, "maxUnavailable"));
    if let (Some(least), Some(most)) = (least, most) {
        // Compat: the specification is shown as Go's own struct.
        let shown = format!(
            "{{\"MinAvailable\":{least},\"Selector\":{},\"MaxUnavailable\":{most},\"UnhealthyPodEvictionPolicy\":{}}}",
            read::at(spec, "selector"),
            read::at(spec, "unhealthyPodEvictionPolicy")
        );
        errors.invalid_shown(&SPEC, shown, "minAvailable and maxUnavailable cannot be both set");
    }
    for (field, value) in [("minAvailable", least), ("maxUnavailable", most)] {
        if let Some(value) = value {
            numbers::number_or_percent(&SPEC.child(field), value, errors);
            numbers::at_most_all(&SPEC.child(field), value, errors);
        }
    }
    labels::selector(&SPEC.child("selector"), read::at(spec, "selector"), errors);
    let policy = read::text(spec, "unhealthyPodEvictionPolicy");
    if !matches!(policy, "" | "IfHealthyBudget" | "AlwaysAllow") {
        let path = SPEC.child("unhealthyPodEvictionPolicy");
        errors.not_supported(&path, policy, &["AlwaysAllow", "IfHealthyBudget"]);
    }
}
