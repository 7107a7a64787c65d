//! The hash of a pod template.

use super::encoding::Encoding;
use super::fnv::{fnv1a, safe};
use super::go_json;
use defaults::types;
use object::Gvk;
use serde_json::Value;
use std::sync::LazyLock;

static POD_TEMPLATE: LazyLock<&'static types::Type> = LazyLock::new(|| {
    let template = types::of_kind(&Gvk::new("", "v1", "PodTemplate")).and_then(|kind| kind.field("template"));
    match template.map(|field| &field.shape.form) {
        Some(types::Form::Struct(place)) => types::get(*place),
        _ => unreachable!("invariant: the type table holds v1 PodTemplate with a struct `template`"),
    }
});

/// The hash of a pod template, as it stands in names and labels.
///
/// Compat: FNV-1a of the template as Go's encoder writes the typed struct, then of eight bytes of the collision count if
/// there is one: unknown fields, order of keys and spelling of quantities do not count.
#[must_use]
pub fn template_hash(template: &Value, collisions: Option<i32>, encoding: Encoding) -> String {
    let text = go_json::write(*POD_TEMPLATE, template, encoding);
    let count = collisions.map(|count| u64::from(count.cast_unsigned()).to_le_bytes());
    safe(fnv1a(text.into_bytes().into_iter().chain(count.into_iter().flatten())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn template(name: &str) -> Value {
        json!({"metadata": {"labels": {"app": name}}, "spec": {"containers": [{
            "name": name, "image": "nginx:1.19-alpine",
            "ports": [{"name": "http", "containerPort": 80, "protocol": "TCP"}],
            "resources": {"requests": {"cpu": "5m", "memory": "16Mi"}},
        }]}})
    }

    #[test]
    fn hashes_are_upstreams() {
        let plain = template("canary-scaledowndelay");
        assert_eq!(template_hash(&plain, None, Encoding::Current), "674d8cf959");
        assert_eq!(template_hash(&plain, None, Encoding::BeforeOneNine), "66597877b7");
        let mut gated = template("dynamic-stable-scale");
        gated["spec"]["readinessGates"] = json!([{"conditionType": "argoproj.io/e2e-readiness"}]);
        assert_eq!(template_hash(&gated, None, Encoding::Current), "6b56c8cdb4");
        assert_eq!(template_hash(&gated, None, Encoding::BeforeOneNine), "868d98995b");
    }
}
