//! What holds for every object.

use compare::{RuleSettings, Rules, Verdict, compare};
use object::{Fetched, Gvk, Object};
use proptest::prelude::*;
use schema::Schema;
use serde_json::{Map, Value, json};

fn word() -> impl Strategy<Value = String> {
    "[a-d]{1,2}"
}

/// A Deployment with a random part of what may be said.
fn deployment() -> impl Strategy<Value = Value> {
    let container =
        (word(), prop::option::of(1..4u16), prop::option::of(prop_oneof![Just("1000m"), Just("0.5"), Just("2")]));
    let containers = prop::collection::btree_map("[a-c]", container, 1..3);
    (prop::option::of(0..5i64), containers, prop::option::of(Just(true)), prop::option::of(word())).prop_map(
        |(replicas, containers, host_network, label)| {
            let containers: Vec<Value> = containers.into_iter().map(|(name, (image, port, cpu))| {
                let mut container = json!({"name": name, "image": image});
                if let Some(port) = port {
                    container["ports"] = json!([{"containerPort": port}]);
                }
                if let Some(cpu) = cpu {
                    container["resources"] = json!({"limits": {"cpu": cpu}});
                }
                container
            }).collect();
            let mut value = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
                "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": containers}}}});
            if let Some(replicas) = replicas {
                value["spec"]["replicas"] = json!(replicas);
            }
            if let Some(host_network) = host_network {
                value["spec"]["template"]["spec"]["hostNetwork"] = json!(host_network);
            }
            if let Some(label) = label {
                value["metadata"]["labels"] = json!({label: "x"});
            }
            value
        },
    )
}

/// An object of a kind nobody knows.
fn thing() -> impl Strategy<Value = Value> {
    let leaf =
        prop_oneof![any::<bool>().prop_map(Value::from), (0..3i64).prop_map(Value::from), word().prop_map(Value::from)];
    let tree = leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map(word(), inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect::<Map<_, _>>())),
        ]
    });
    tree.prop_map(|spec| json!({"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "a"}, "spec": {"tree": spec}}))
}

fn run(desired: &Value, live: &Value, settings: RuleSettings) -> compare::Comparison {
    let (desired, live) = (Object::from_value(desired).expect("desired"), Object::from_value(live).expect("live"));
    compare(Some(&desired), Fetched::Known(&live), None, &Rules::new(settings), Schema::builtin()).expect("comparable")
}

fn defaulted(value: &Value) -> Value {
    let mut value = value.clone();
    defaults::apply(&Gvk::new("apps", "v1", "Deployment"), &mut value);
    value
}

fn with_applied(mut live: Value, applied: &Value) -> Value {
    live["metadata"]["annotations"] = json!({"kubectl.kubernetes.io/last-applied-configuration": applied.to_string()});
    live
}

proptest! {
    // Enough to have found every bug seeded so far, in about two seconds.
    #![proptest_config(ProptestConfig::with_cases(80))]

    #[test]
    fn an_object_equals_its_own_defaulted_form(desired in deployment()) {
        let compared = run(&desired, &defaulted(&desired), RuleSettings::default());
        prop_assert_eq!(compared.verdict, Verdict::Same, "{:#?}", compared.live.zip(compared.predicted).map(|(a, b)| compare::differences(Some(&a), Some(&b))));
    }

    #[test]
    fn applying_what_is_predicted_leaves_no_difference(desired in deployment(), live in deployment(), applied in deployment()) {
        let live = with_applied(defaulted(&live), &applied);
        let compared = run(&desired, &live, RuleSettings::default());
        let predicted = with_applied(compared.predicted.expect("a prediction"), &desired);
        let again = run(&desired, &predicted, RuleSettings::default());
        prop_assert_eq!(again.differences(), vec![]);
    }

    #[test]
    fn the_same_holds_for_kinds_nobody_knows(desired in thing(), live in thing(), applied in thing()) {
        let live = with_applied(live, &applied);
        let compared = run(&desired, &live, RuleSettings::default());
        let predicted = with_applied(compared.predicted.expect("a prediction"), &desired);
        prop_assert_eq!(run(&desired, &predicted, RuleSettings::default()).differences(), vec![]);
    }

    #[test]
    fn ignoring_a_field_never_adds_a_difference(desired in deployment(), live in deployment(), pointer in prop_oneof![
        Just("/spec/replicas"), Just("/metadata/labels"), Just("/spec/template/spec/hostNetwork"), Just("/spec/template"), Just("/nothing")]) {
        let live = defaulted(&live);
        let rule = serde_json::from_value(json!([{"group": "apps", "kind": "Deployment", "jsonPointers": [pointer]}])).expect("a rule");
        let plain = run(&desired, &live, RuleSettings::default()).differences();
        let ignoring = run(&desired, &live, RuleSettings { application: rule, ..RuleSettings::default() }).differences();
        let paths = |differences: &[compare::Difference]| differences.iter().map(|it| it.path.clone()).collect::<Vec<_>>();
        let known = paths(&plain);
        prop_assert!(paths(&ignoring).iter().all(|path| known.contains(path)), "{:?} and then {:?}", known, paths(&ignoring));
    }

    #[test]
    fn an_unreadable_live_object_gives_no_verdict(desired in thing()) {
        let desired = Object::from_value(&desired).expect("desired");
        let rules = Rules::new(RuleSettings::default());
        let compared = compare(Some(&desired), Fetched::Unknown("timeout".into()), None, &rules, Schema::builtin());
        prop_assert_eq!(compared.expect("an answer").verdict, Verdict::Unknown("timeout".into()));
    }

    #[test]
    fn the_short_way_to_a_verdict_leads_to_the_same(desired in deployment(), live in deployment(), applied in deployment()) {
        let rules = Rules::new(RuleSettings::default());
        for live in [defaulted(&live), with_applied(defaulted(&live), &applied), defaulted(&desired)] {
            let long = run(&desired, &live, RuleSettings::default()).verdict;
            let (desired, live) = (Object::from_value(&desired).expect("desired"), Object::from_value(&live).expect("live"));
            let short = compare::verdict(Some(&desired), Fetched::Known(&live), None, &rules, Schema::builtin());
            prop_assert_eq!(short, Ok(long));
        }
    }
}
