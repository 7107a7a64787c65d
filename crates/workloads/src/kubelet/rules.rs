//! How pods behave by their image, namespace or labels: rules as data, read from the ConfigMap `simulated-pods` of
//! `kube-system`. Pure; start at [`Rules::parse`].

use apiserver::Object;
use budget::Budget;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// The ConfigMap's namespace.
pub(crate) const NAMESPACE: &str = "kube-system";
/// The ConfigMap's name.
pub(crate) const NAME: &str = "simulated-pods";
/// The key the rules are under.
const KEY: &str = "rules.yaml";
/// What a rule may say: the names of the annotations.
const WORDS: [&str; 6] = ["start", "ready", "run", "exit", "pull", "stop"];

/// Rules in order: of those that concern a pod, the first that says something about a matter counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules(Vec<Rule>);

/// One rule: which pods it is about, and what they do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Rule {
    /// A part of an image's name.
    image: String,
    namespace: String,
    labels: BTreeMap<String, String>,
    /// What pods do, by the names of the annotations.
    #[serde(flatten)]
    says: BTreeMap<String, Value>,
}

impl Rules {
    /// Reads the rules of the ConfigMap.
    ///
    /// # Errors
    /// The text says which rule is wrong, and what it may say.
    pub fn of(map: &Object) -> Result<Self, String> {
        let text = map.get("/data").and_then(|data| data[KEY].as_str().map(str::to_owned)).unwrap_or_default();
        Rules::parse(&text).map_err(|why| format!("{KEY}: {why}; no rule holds"))
    }

    /// Reads rules: a list in YAML.
    ///
    /// # Errors
    /// As [`Rules::of`].
    pub fn parse(text: &str) -> Result<Self, String> {
        let list = yaml::parse_one(text.as_bytes(), yaml::Dialect::V2, &mut Budget::default());
        let list = list.map_err(|error| error.to_string())?;
        if list.is_null() {
            return Ok(Rules::default());
        }
        let Value::Array(list) = list else { return Err("a list of rules is expected".to_owned()) };
        list.into_iter().enumerate().map(|(index, rule)| read(index + 1, rule)).collect::<Result<_, _>>().map(Rules)
    }

    /// What the rules say about a matter of a pod.
    pub(super) fn say(&self, pod: &Object, spec: &Value, matter: &str) -> Option<String> {
        let said = self.0.iter().filter(|rule| rule.concerns(pod, spec)).find_map(|rule| rule.says.get(matter))?;
        Some(said.as_str().map_or_else(|| said.to_string(), str::to_owned))
    }
}

fn read(number: usize, rule: Value) -> Result<Rule, String> {
    let rule: Rule = serde_json::from_value(rule).map_err(|error| format!("rule {number}: {error}"))?;
    if let Some(unknown) = rule.says.keys().find(|word| !WORDS.contains(&word.as_str())) {
        return Err(format!("rule {number}: {unknown:?} is none of {}", WORDS.join(", ")));
    }
    if let Some((word, _)) = rule.says.iter().find(|(_, said)| said.is_array() || said.is_object() || said.is_null()) {
        return Err(format!("rule {number}: {word} must be one text or number"));
    }
    Ok(rule)
}

impl Rule {
    fn concerns(&self, pod: &Object, spec: &Value) -> bool {
        let labels = &pod.meta().labels;
        (self.image.is_empty() || images(spec).any(|image| image.contains(&self.image)))
            && (self.namespace.is_empty() || pod.namespace() == Some(&self.namespace))
            && self.labels.iter().all(|(key, value)| labels.get(key.as_str()).is_some_and(|own| **own == **value))
    }
}

/// The images of a pod's containers.
pub(super) fn images(spec: &Value) -> impl Iterator<Item = &str> {
    let containers =
        ["initContainers", "containers"].into_iter().flat_map(|list| spec[list].as_array().into_iter().flatten());
    containers.filter_map(|container| container["image"].as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(rules: &str, pod: Value, matter: &str) -> Option<String> {
        let pod = Object::from_value(&pod).expect("an object");
        Rules::parse(rules).expect("rules").say(&pod, &pod.value()["spec"], matter)
    }

    #[test]
    fn the_first_rule_that_says_something_of_a_pod_counts() {
        let rules = "
- {image: broken, namespace: shop, exit: 3}
- {image: broken, exit: 4, run: 2s}
- {labels: {tier: slow}, start: 30s}
";
        let pod = |namespace: &str, image: &str| {
            json!({
                "apiVersion": "v1", "kind": "Pod",
                "metadata": {"name": "p", "namespace": namespace, "labels": {"tier": "slow"}},
                "spec": {"containers": [{"name": "c", "image": image}]},
            })
        };
        assert_eq!(said(rules, pod("shop", "x/broken:1"), "exit").as_deref(), Some("3"));
        assert_eq!(said(rules, pod("shop", "x/broken:1"), "run").as_deref(), Some("2s"));
        assert_eq!(said(rules, pod("default", "x/broken:1"), "exit").as_deref(), Some("4"));
        assert_eq!(said(rules, pod("default", "x/fine:1"), "exit"), None);
        assert_eq!(said(rules, pod("default", "x/fine:1"), "start").as_deref(), Some("30s"));
    }

    #[test]
    fn what_is_wrong_with_rules_is_told() {
        let told = |text: &str| Rules::parse(text).expect_err("refused");
        assert_eq!(told("a: 1"), "a list of rules is expected");
        assert_eq!(
            told("- {image: a}\n- {crash: 1}"),
            "rule 2: \"crash\" is none of start, ready, run, exit, pull, stop"
        );
        assert_eq!(told("- {exit: [1]}"), "rule 1: exit must be one text or number");
        assert!(told("- {image: 1}").starts_with("rule 1: invalid type"), "{}", told("- {image: 1}"));
        assert_eq!(Rules::parse("# nothing"), Ok(Rules::default()));
    }
}
