//! Which Rollouts may match each other's pods, known without looking at all of them: pods are filed by their labels,
//! selectors by the rarest label they ask for. What is found here may match; whether it does is for whoever asks to see.
//! Pure.

use crate::key::RolloutKey;
use api::rollouts::{LabelSelector, LabelSelectorRequirement, Rollout};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// How many others are told of one Rollout. One is enough for people to see what is wrong; a thousand Rollouts by the same
/// labels must not cost a thousand looks each.
const OTHERS_MAX: usize = 8;

/// How many that share one label are looked at.
const LOOKS_MAX: usize = 64;

/// How many values of one requirement are filed: a selector that lists more is found by another of its requirements.
const VALUES_MAX: usize = 16;

/// A label of a namespace's pods, or a key of one, by its hash: equal hashes only cost another look.
type Mark = u64;

/// Pods and selectors of Rollouts by their labels.
#[derive(Debug, Default)]
pub struct Overlaps {
    rollouts: BTreeMap<RolloutKey, Marks>,
    /// Rollouts by the labels of their pods.
    labelled: BTreeMap<Mark, BTreeSet<RolloutKey>>,
    /// Rollouts by what their selector asks for; each stands under one of its requirements.
    asking: BTreeMap<Mark, BTreeSet<RolloutKey>>,
}

/// What one Rollout is filed under.
#[derive(Debug, Default, PartialEq, Eq)]
struct Marks {
    labels: BTreeSet<Mark>,
    asked: Vec<Mark>,
}

impl Overlaps {
    /// Notes the selector and the labels of a Rollout; gives those whose pods or selector it may match now or did before.
    pub fn rollout_is(&mut self, key: &RolloutKey, rollout: &Rollout) -> BTreeSet<RolloutKey> {
        let labels: BTreeSet<Mark> = rollout
            .spec
            .template_labels()
            .flat_map(|(name, value)| [mark(key, name, Some(value)), mark(key, name, None)])
            .collect();
        let asked = self.rarest(key, rollout.spec.selector.as_ref());
        let marks = Marks { labels, asked };
        if self.rollouts.get(key) == Some(&marks) {
            return BTreeSet::new();
        }
        let mut others = self.rollout_gone(key);
        marks.labels.iter().for_each(|mark| insert(&mut self.labelled, *mark, key));
        marks.asked.iter().for_each(|mark| insert(&mut self.asking, *mark, key));
        self.rollouts.insert(key.clone(), marks);
        others.extend(self.others(key));
        others
    }

    /// A Rollout is gone; gives those whose pods or selector it may have matched.
    pub fn rollout_gone(&mut self, key: &RolloutKey) -> BTreeSet<RolloutKey> {
        let others = self.others(key);
        if let Some(marks) = self.rollouts.remove(key) {
            marks.labels.iter().for_each(|mark| remove(&mut self.labelled, *mark, key));
            marks.asked.iter().for_each(|mark| remove(&mut self.asking, *mark, key));
        }
        others
    }

    /// The Rollouts whose pods this one's selector may match, and whose selectors may match its pods.
    #[must_use]
    pub fn others(&self, key: &RolloutKey) -> BTreeSet<RolloutKey> {
        let Some(marks) = self.rollouts.get(key) else { return BTreeSet::new() };
        let matched = marks.asked.iter().filter_map(|mark| self.labelled.get(mark)).flatten();
        let matching = marks.labels.iter().filter_map(|mark| self.asking.get(mark)).flatten();
        let found = matched.take(LOOKS_MAX).chain(matching.take(LOOKS_MAX));
        let mut others = BTreeSet::new();
        for other in found.filter(|other| *other != key) {
            others.insert(other.clone());
            if others.len() >= OTHERS_MAX {
                break;
            }
        }
        others
    }

    /// Of the requirements of a selector the one that the fewest pods meet; nothing where each only excludes.
    fn rarest(&self, key: &RolloutKey, selector: Option<&LabelSelector>) -> Vec<Mark> {
        let Some(selector) = selector else { return Vec::new() };
        let labels = selector.match_labels.iter().map(|(name, value)| vec![mark(key, name, Some(value))]);
        let expressions = selector.match_expressions.iter().filter_map(|it| asked(key, it));
        let meeting = |marks: &Vec<Mark>| -> usize {
            marks.iter().filter_map(|mark| self.labelled.get(mark)).map(BTreeSet::len).sum()
        };
        labels.chain(expressions).min_by_key(meeting).unwrap_or_default()
    }
}

fn asked(key: &RolloutKey, requirement: &LabelSelectorRequirement) -> Option<Vec<Mark>> {
    match requirement.operator.as_str() {
        "In" if requirement.values.len() <= VALUES_MAX => {
            Some(requirement.values.iter().map(|value| mark(key, &requirement.key, Some(value))).collect())
        }
        "In" | "Exists" => Some(vec![mark(key, &requirement.key, None)]),
        _ => None,
    }
}

fn mark(key: &RolloutKey, name: &str, value: Option<&str>) -> Mark {
    let mut hasher = DefaultHasher::new();
    (&key.namespace, name, value).hash(&mut hasher);
    hasher.finish()
}

fn insert(map: &mut BTreeMap<Mark, BTreeSet<RolloutKey>>, mark: Mark, key: &RolloutKey) {
    map.entry(mark).or_default().insert(key.clone());
}

fn remove(map: &mut BTreeMap<Mark, BTreeSet<RolloutKey>>, mark: Mark, key: &RolloutKey) {
    if let Some(keys) = map.get_mut(&mark) {
        keys.remove(key);
        if keys.is_empty() {
            map.remove(&mark);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn note(overlaps: &mut Overlaps, name: &str, selector: Value, labels: Value) -> Vec<String> {
        let mut rollout = Rollout::default();
        rollout.spec.selector = serde_json::from_value(selector).expect("a selector");
        rollout.spec.template = json!({"metadata": {"labels": labels}});
        names(overlaps.rollout_is(&RolloutKey::new("shop", name), &rollout))
    }

    fn names(keys: BTreeSet<RolloutKey>) -> Vec<String> {
        keys.into_iter().map(|key| key.name.into()).collect()
    }

    fn others(overlaps: &Overlaps, name: &str) -> Vec<String> {
        names(overlaps.others(&RolloutKey::new("shop", name)))
    }

    #[test]
    fn both_sides_know_of_each_other_until_one_changes_or_goes() {
        let mut overlaps = Overlaps::default();
        let web = json!({"matchLabels": {"app": "web"}});
        assert!(note(&mut overlaps, "web", web.clone(), json!({"app": "web"})).is_empty());
        let labels = json!({"app": "web", "of": "second"});
        assert_eq!(note(&mut overlaps, "second", web.clone(), labels.clone()), ["web"]);
        assert!(note(&mut overlaps, "second", web.clone(), labels).is_empty(), "nothing changed");
        assert_eq!(others(&overlaps, "web"), ["second"]);
        let own = json!({"matchLabels": {"app": "second"}});
        assert_eq!(note(&mut overlaps, "second", own.clone(), json!({"app": "second"})), ["web"]);
        assert!(others(&overlaps, "web").is_empty() && others(&overlaps, "second").is_empty());
        // Of another namespace.
        let mut rollout = Rollout::default();
        rollout.spec.selector = serde_json::from_value(web.clone()).expect("a selector");
        assert!(overlaps.rollout_is(&RolloutKey::new("other", "web"), &rollout).is_empty());
        note(&mut overlaps, "third", web, json!({"app": "web"}));
        assert_eq!(names(overlaps.rollout_gone(&RolloutKey::new("shop", "third"))), ["web"]);
        assert!(others(&overlaps, "web").is_empty());
    }

    #[test]
    fn expressions_are_found_by_their_values_and_keys() {
        let mut overlaps = Overlaps::default();
        note(&mut overlaps, "web", json!({"matchLabels": {"app": "web"}}), json!({"app": "web", "tier": "one"}));
        let by = |operator: &str, key: &str, values: Value| json!({"matchExpressions": [{"key": key, "operator": operator, "values": values}]});
        let labels = json!({"app": "other"});
        assert_eq!(note(&mut overlaps, "in", by("In", "app", json!(["other", "web"])), labels.clone()), ["web"]);
        assert_eq!(note(&mut overlaps, "exists", by("Exists", "tier", json!(null)), json!({"tier": "two"})), ["web"]);
        let absent = by("DoesNotExist", "none", json!(null));
        assert!(note(&mut overlaps, "absent", absent, json!({"x": "y"})).is_empty());
    }

    #[test]
    fn what_all_share_is_not_what_is_looked_at() {
        let mut overlaps = Overlaps::default();
        for number in 0..1000 {
            let labels = json!({"app": format!("app-{number}"), "part-of": "shop"});
            assert!(note(&mut overlaps, &format!("r{number}"), json!({"matchLabels": labels}), labels).is_empty());
        }
        assert_eq!(overlaps.asking.values().map(BTreeSet::len).max(), Some(1), "each stands under its own label");
        let same = json!({"part-of": "shop"});
        assert_eq!(note(&mut overlaps, "all", json!({"matchLabels": same}), same).len(), OTHERS_MAX);
    }
}
