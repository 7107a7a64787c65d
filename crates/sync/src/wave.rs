//! The wave an object asks for.

use object::Meta;

/// The annotation that names an object's wave.
pub const SYNC_WAVE: &str = "argocd.argoproj.io/sync-wave";
/// Helm's weight of a hook, which counts as a wave where none is named.
const HELM_HOOK_WEIGHT: &str = "helm.sh/hook-weight";

/// The wave of an object: its annotation, else its weight as a Helm hook, else 0.
#[must_use]
pub fn wave(meta: &Meta) -> i64 {
    let number = |key| meta.annotation(key).and_then(|text| text.parse::<i64>().ok());
    // Compat: a wave that is no number falls through to the weight rather than being an error.
    number(SYNC_WAVE).or_else(|| number(HELM_HOOK_WEIGHT)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use object::Object;
    use serde_json::json;

    #[test]
    fn annotation_then_weight_then_zero() {
        let of = |annotations: serde_json::Value| {
            let object =
                json!({"apiVersion": "v1", "kind": "A", "metadata": {"name": "a", "annotations": annotations}});
            wave(Object::from_value(&object).expect("an object").meta())
        };
        assert_eq!(of(json!({})), 0);
        assert_eq!(of(json!({"argocd.argoproj.io/sync-wave": "-3", "helm.sh/hook-weight": "7"})), -3);
        assert_eq!(of(json!({"argocd.argoproj.io/sync-wave": "early", "helm.sh/hook-weight": "7"})), 7);
        assert_eq!(of(json!({"helm.sh/hook-weight": "x"})), 0);
    }
}
