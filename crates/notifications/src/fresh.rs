//! Whether an Application's status may be told of yet: after an operation ended, only once it was compared anew.

use jiff::Timestamp;
use serde_json::Value as Json;

/// Whether what the Application's status says is of after its last operation, as upstream judges it.
#[must_use]
pub fn is_refreshed(application: &Json) -> bool {
    let word = |pointer: &str| application.pointer(pointer).and_then(Json::as_str);
    let time = |pointer: &str| word(pointer).and_then(|text| text.parse::<Timestamp>().ok());
    let Some(phase) = word("/status/operationState/phase") else { return true };
    if !matches!(phase, "Failed" | "Error" | "Succeeded") {
        return true;
    }
    let Some(finished) = time("/status/operationState/finishedAt") else { return false };
    let is_before = |other: Option<Timestamp>| other.is_none_or(|other| finished > other);
    !(is_before(time("/status/reconciledAt")) && is_before(time("/status/observedAt")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_ended_operation_is_told_of_once_it_was_compared() {
        let of = |phase: &str, finished: &str, reconciled: &str| {
            let state = json!({"phase": phase, "finishedAt": finished});
            is_refreshed(&json!({"status": {"operationState": state, "reconciledAt": reconciled}}))
        };
        let (early, late) = ("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z");
        assert!(!of("Succeeded", late, early));
        assert!(of("Succeeded", early, late) && of("Succeeded", late, late) && of("Running", late, early));
        assert!(!of("Failed", "", late) && is_refreshed(&json!({})));
    }
}
