//! Whether a selector selects an object by its labels. Pure. A leaf module.

use api::rollouts::{LabelSelector, LabelSelectorRequirement};
use object::Meta;

/// Whether a selector says nothing, and so would select everything.
#[must_use]
pub fn is_empty(selector: &LabelSelector) -> bool {
    selector.match_labels.is_empty() && selector.match_expressions.is_empty()
}

/// Whether it selects the object.
#[must_use]
pub fn selects(selector: &LabelSelector, meta: &Meta) -> bool {
    let label = |key: &str| meta.labels.get(key).map(|value| &**value);
    selector.match_labels.iter().all(|(key, value)| label(key) == Some(value))
        && selector.match_expressions.iter().all(|one| is_met(one, label(&one.key)))
}

fn is_met(requirement: &LabelSelectorRequirement, value: Option<&str>) -> bool {
    let is_listed = value.is_some_and(|value| requirement.values.iter().any(|listed| listed == value));
    match requirement.operator.as_str() {
        "In" => is_listed,
        "NotIn" => !is_listed,
        "Exists" => value.is_some(),
        "DoesNotExist" => value.is_none(),
        // An operator that is none selects nothing; the spec is refused for it.
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use object::Object;
    use serde_json::json;

    #[test]
    fn labels_and_expressions_must_all_hold() {
        let value = json!({"apiVersion": "v1", "kind": "X", "metadata": {"name": "x", "labels": {"a": "1", "b": "2"}}});
        let object = Object::from_value(&value).expect("an object");
        let holds = |selector: serde_json::Value| {
            selects(&serde_json::from_value(selector).expect("a selector"), object.meta())
        };
        assert!(holds(json!({"matchLabels": {"a": "1", "b": "2"}})));
        assert!(!holds(json!({"matchLabels": {"a": "1", "c": "3"}})));
        let one = |operator: &str, key: &str| {
            holds(json!({"matchExpressions": [
            {"key": key, "operator": operator, "values": ["1"]}]}))
        };
        assert!(one("In", "a") && !one("In", "b") && !one("In", "c"));
        assert!(!one("NotIn", "a") && one("NotIn", "b") && one("NotIn", "c"));
        assert!(one("Exists", "a") && !one("Exists", "c"));
        assert!(!one("DoesNotExist", "a") && one("DoesNotExist", "c"));
        assert!(!one("Near", "a"));
    }
}
