//! How long a pod stays on a node that stopped being ready, when it does not say.

use crate::read;
use serde_json::{Value, json};

/// Five minutes.
const SECONDS: i64 = 300;
const TAINTS: [&str; 2] = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

/// Adds the tolerations that are missing.
pub fn add(spec: &mut Value) {
    let mut tolerations = read::list(spec, "tolerations").to_vec();
    for taint in TAINTS {
        let tolerates = |toleration: &Value| {
            let (key, effect) = (read::text(toleration, "key"), read::text(toleration, "effect"));
            (key == taint || key.is_empty()) && matches!(effect, "" | "NoExecute")
        };
        if !tolerations.iter().any(tolerates) {
            tolerations.push(json!({
                "key": taint, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": SECONDS,
            }));
        }
    }
    read::set(spec, "tolerations", tolerations);
}
