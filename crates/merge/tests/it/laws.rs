//! Laws that hold for every object, tried on random pods, services and config maps.

use merge::fields::{PathElement, Set, from_fields_v1, to_fields_v1};
use merge::managed::{Force, OneVersion, Write, apply, record_update};
use merge::typed::{compare, extract, field_set, merge, remove};
use merge::{json_patch, merge_patch, strategic, three_way};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use schema::{Schema, TypeRef};
use serde_json::{Value, json};

fn subset(names: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    proptest::sample::subsequence(names, 0..=names.len()).prop_shuffle()
}

fn text_map(names: &'static [&'static str]) -> impl Strategy<Value = Value> {
    (subset(names), proptest::collection::vec(prop_oneof!["1", "2"], names.len())).prop_map(|(names, values)| {
        Value::Object(names.into_iter().zip(values).map(|(name, value)| (name.into(), value.into())).collect())
    })
}

fn containers() -> impl Strategy<Value = Value> {
    let container = (prop_oneof!["i:1", "i:2"], text_map(&["A", "B", "C"]), subset(&["a", "b", "c"]));
    (subset(&["x", "y", "z"]), proptest::collection::vec(container, 3)).prop_map(|(names, parts)| {
        let made = names.into_iter().zip(parts).map(|(name, (image, env, args))| {
            let env: Vec<Value> =
                env.as_object().unwrap().iter().map(|(k, v)| json!({"name": k, "value": v})).collect();
            json!({"name": name, "image": image, "env": env, "args": args})
        });
        made.collect()
    })
}

prop_compose! {
    fn pod()(
        labels in text_map(&["a", "b"]),
        // In order: kubectl's patches lose the order of merged lists of text, see the cases from Kubernetes.
        finalizers in proptest::sample::subsequence(vec!["f/a", "f/b"], 0..=2),
        containers in containers(),
        node_selector in text_map(&["n", "m"]),
        host_network in proptest::option::of(any::<bool>()),
    ) -> Value {
        let mut spec = json!({"containers": containers, "nodeSelector": node_selector});
        if let Some(host_network) = host_network {
            spec["hostNetwork"] = json!(host_network);
        }
        json!({"apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": "p", "labels": labels, "finalizers": finalizers}, "spec": spec})
    }
}

fn pod_type() -> TypeRef {
    Schema::builtin().of("v1", "Pod").unwrap()
}

fn write<'w>(manager: &'w str, versions: &'w OneVersion, ignored: &'w Set, now: &'w str) -> Write<'w> {
    Write { manager, api_version: "v1", kind: "Pod", subresource: "", now, versions, ignored }
}

fn versions() -> OneVersion {
    OneVersion { api_version: "v1".into(), ty: pod_type() }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(2), ..ProptestConfig::with_cases(64) })]

    #[test]
    fn a_two_way_patch_makes_one_object_of_the_other(a in pod(), b in pod()) {
        let patch = strategic::two_way(&a, &b, &pod_type()).unwrap();
        prop_assert_eq!(&strategic::apply(&a, &patch, &pod_type()).unwrap(), &b);
        prop_assert_eq!(merge_patch::apply(&a, &merge_patch::create(&a, &b)), b);
    }

    #[test]
    fn what_is_applied_again_changes_nothing(a in pod(), b in pod()) {
        let ty = pod_type();
        prop_assert_eq!(strategic::three_way(&a, &a, &a, &ty).unwrap(), json!({}));
        let patched = strategic::apply(&b, &strategic::three_way(&a, &a, &b, &ty).unwrap(), &ty).unwrap();
        // The patch may still name the order of lists that have items of somebody else.
        let again = strategic::three_way(&a, &a, &patched, &ty).unwrap();
        prop_assert_eq!(&strategic::apply(&patched, &again, &ty).unwrap(), &patched);
        let patched = merge_patch::apply(&b, &three_way::create(&a, &a, &b));
        prop_assert_eq!(three_way::create(&a, &a, &patched), json!({}));
    }

    #[test]
    fn sets_survive_fields_v1(a in pod(), b in pod()) {
        let set = field_set(&a, &pod_type());
        prop_assert_eq!(&from_fields_v1(&to_fields_v1(&set)).unwrap(), &set);
        let other = field_set(&b, &pod_type());
        prop_assert_eq!(&set.difference(&other).union(&set.intersection(&other)), &set);
        prop_assert!(set.paths().iter().all(|path| set.contains(path)) && set.paths().len() == set.len());
    }

    #[test]
    fn comparing_says_what_merging_and_removing_do(a in pod(), b in pod()) {
        let ty = pod_type();
        prop_assert!(compare(&a, &a, &ty).is_same());
        let merged = merge(&a, &b, &ty).unwrap();
        prop_assert!(compare(&a, &merged, &ty).removed.is_empty());
        let there = compare(&a, &b, &ty).added;
        prop_assert_eq!(compare(&b, &a, &ty).removed, there);
        prop_assert_eq!(remove(&a, &Set::new(), &ty), a.clone());
        prop_assert_eq!(extract(&a, &field_set(&a, &ty), &ty)["metadata"]["name"].clone(), json!("p"));
    }

    #[test]
    fn applying_twice_is_applying_once(a in pod(), b in pod()) {
        let (versions, ignored) = (versions(), Set::new());
        let created = record_update(None, a, &write("creator", &versions, &ignored, "2024-01-01T00:00:00Z"));
        let first = write("applier", &versions, &ignored, "2024-01-01T00:00:01Z");
        let once = apply(Some(&created), &b, Force::Yes, &first).unwrap();
        let second = write("applier", &versions, &ignored, "2024-01-01T00:00:02Z");
        prop_assert_eq!(&apply(Some(&once), &b, Force::No, &second).unwrap(), &once);
    }

    #[test]
    fn an_update_that_changes_nothing_changes_no_owner(a in pod()) {
        let (versions, ignored) = (versions(), Set::new());
        let created = record_update(None, a, &write("creator", &versions, &ignored, "2024-01-01T00:00:00Z"));
        let other = write("other", &versions, &ignored, "2024-01-01T00:00:01Z");
        prop_assert_eq!(&record_update(Some(&created), created.clone(), &other), &created);
    }

    #[test]
    fn a_json_patch_of_tests_finds_what_is_there(a in pod()) {
        let patch = json!([{"op": "test", "path": "", "value": a}, {"op": "test", "path": "/spec", "value": a["spec"]}]);
        prop_assert_eq!(json_patch::apply(&a, &patch).unwrap(), a);
    }
}

#[test]
fn steps_of_every_kind_survive_fields_v1() {
    let fields = json!({
        "f:a": {".": {}, "k:{\"name\":\"\\u003cx\\u003e\",\"port\":80}": {}},
        "f:b": {"v:\"x\"": {}, "v:1": {}, "i:3": {"f:c": {}}},
    });
    let set = from_fields_v1(&fields).unwrap();
    let key = PathElement::Key([("name".into(), json!("<x>")), ("port".into(), json!(80))].into());
    assert!(set.contains(&[PathElement::field("a"), key]) && set.contains(&[PathElement::field("a")]));
    assert!(!set.contains(&[PathElement::field("b")]));
    assert_eq!(to_fields_v1(&set), fields);
    assert!(from_fields_v1(&json!({"f": {}})).is_err() && from_fields_v1(&json!({"fa:": {}})).is_err());
}
