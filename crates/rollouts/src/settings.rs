//! What holds for all Rollouts of one process. A leaf module.

use api::rollouts::names::LABEL_INSTANCE_ID;
use object::Meta;

/// Namespace of what controllers of Rollouts share, as upstream has it: the Lease they contend for.
pub const DEFAULT_NAMESPACE: &str = "argo-rollouts";

/// The version of TargetGroupBindings that the controller of AWS's load balancers makes.
pub const TARGET_GROUP_BINDING: &str = "elbv2.k8s.aws/v1beta1";

/// What holds for all Rollouts of one process.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// Only Rollouts of this namespace; `None` for all.
    pub namespace: Option<Box<str>>,
    /// Only Rollouts labelled with this id; when empty, only those without such a label.
    pub instance_id: Box<str>,
    /// The version of TargetGroupBindings; [`TARGET_GROUP_BINDING`] when not given.
    pub target_group_binding: Option<Box<str>>,
}

impl Settings {
    /// Whether an object is this process' own.
    #[must_use]
    pub fn is_own(&self, meta: &Meta) -> bool {
        meta.labels.get(LABEL_INSTANCE_ID).map_or("", |id| id) == &*self.instance_id
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use object::Object;
    use serde_json::json;

    #[test]
    fn rollouts_of_another_instance_are_left_alone() {
        let of = |labels: serde_json::Value| {
            let value = json!({"apiVersion": "v1", "kind": "X", "metadata": {"name": "x", "labels": labels}});
            Object::from_value(&value).expect("an object")
        };
        let (none, one) = (of(json!({})), of(json!({ LABEL_INSTANCE_ID: "one" })));
        let settings = |id: &str| Settings { instance_id: id.into(), ..Settings::default() };
        assert!(settings("").is_own(none.meta()) && !settings("").is_own(one.meta()));
        assert!(settings("one").is_own(one.meta()) && !settings("one").is_own(none.meta()));
        assert!(!settings("two").is_own(one.meta()));
    }
}
