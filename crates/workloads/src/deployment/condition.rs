//! Conditions as Deployments carry them, and how they are replaced.

use serde::{Deserialize, Serialize};

/// One condition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Condition {
    pub r#type: String,
    pub status: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub last_update_time: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub last_transition_time: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
}

/// Puts a condition in place of the one of its type, at the end of the list.
///
/// Compat: nothing changes, not even the message, when status and reason stay; the transition time stays with the
/// status.
pub(super) fn set(conditions: &mut Vec<Condition>, mut condition: Condition) {
    if let Some(current) = conditions.iter().find(|current| current.r#type == condition.r#type) {
        if current.status == condition.status && current.reason == condition.reason {
            return;
        }
        if current.status == condition.status {
            condition.last_transition_time.clone_from(&current.last_transition_time);
        }
    }
    remove(conditions, &condition.r#type);
    conditions.push(condition);
}

/// Takes away the condition of that type.
pub(super) fn remove(conditions: &mut Vec<Condition>, kind: &str) {
    conditions.retain(|condition| condition.r#type != kind);
}
