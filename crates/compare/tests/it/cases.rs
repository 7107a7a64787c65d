//! One file a theme under `tests/cases`: named cases of a desired and a live object with the lines of difference that
//! are expected. `applied` is put on the live object as what was applied last; `desired` there stands for the desired
//! object itself.

use budget::{Budget, Limits};
use compare::{AggregatedRoles, ApplyMethod, KnownTypeField, RuleSettings, Rules, StatusFields, Verdict, compare};
use object::{Fetched, Object};
use schema::Schema;
use serde_json::{Value, json};
use std::path::Path;

fn settings(case: &Value) -> RuleSettings {
    let settings = &case["settings"];
    RuleSettings {
        application: serde_json::from_value(settings["ignore"].clone()).unwrap_or_default(),
        system: serde_json::from_value(settings["system"].clone()).unwrap_or_default(),
        status: if settings["status"] == "compared" { StatusFields::Compared } else { StatusFields::default() },
        aggregated_roles: match settings["aggregatedRoles"].as_str() {
            Some("ignored") => AggregatedRoles::Ignored,
            _ => AggregatedRoles::Compared,
        },
        known_type_fields: settings["knownTypes"].as_array().into_iter().flatten().map(known_type_field).collect(),
        apply: if settings["serverSide"] == true { ApplyMethod::ServerSide } else { ApplyMethod::ClientSide },
        ..RuleSettings::default()
    }
}

/// `group/Kind field type`.
fn known_type_field(line: &Value) -> KnownTypeField {
    let words: Vec<String> = line.as_str().expect("a line").split(' ').map(str::to_owned).collect();
    let (group, kind) = words[0].split_once('/').expect("group/Kind");
    let (group, kind) = (group.to_owned(), kind.to_owned());
    KnownTypeField { group, kind, field: words[1].clone(), type_name: words[2].clone() }
}

fn live(case: &Value) -> Option<Object> {
    let mut live = case.get("live")?.clone();
    match case.get("applied") {
        Some(Value::String(text)) if text != "desired" => set_applied(&mut live, text.clone()),
        Some(Value::String(_)) => set_applied(&mut live, case["desired"].to_string()),
        Some(applied) => set_applied(&mut live, applied.to_string()),
        None => {}
    }
    Some(Object::from_value(&live).expect("a live object"))
}

fn set_applied(live: &mut Value, text: String) {
    live["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] = json!(text);
}

fn lines(case: &Value) -> Vec<String> {
    let desired = case.get("desired").map(|desired| Object::from_value(desired).expect("a desired object"));
    let live = live(case);
    let live = live.as_ref().map_or(Fetched::Absent, Fetched::Known);
    let rules = Rules::new(settings(case));
    let compared = match compare(desired.as_ref(), live, case.get("predicted"), &rules, Schema::builtin()) {
        Ok(compared) => compared,
        Err(error) => return vec![format!("error: {error}")],
    };
    let differences = compared.differences().iter().map(ToString::to_string).collect();
    match compared.verdict {
        Verdict::Same | Verdict::Different => {
            assert_eq!(compared.verdict == Verdict::Different, compared.is_modified());
            differences
        }
        Verdict::Missing => vec!["missing".to_owned()],
        Verdict::Extra => vec!["extra".to_owned()],
        Verdict::Unknown(cause) => vec![format!("unknown: {cause}")],
    }
}

#[test]
fn every_case_has_the_expected_differences() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("cases").map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.is_file());
    files.sort();
    let mut wrong = Vec::new();
    let mut count = 0;
    for path in &files {
        let text = std::fs::read(path).expect("a case file");
        let file = yaml::parse_one(&text, yaml::Dialect::V2, &mut Budget::new(Limits::default())).expect("YAML");
        for (name, case) in file.as_object().expect("cases by name") {
            count += 1;
            let expected: Vec<String> = serde_json::from_value(case["expect"].clone()).expect("expect");
            let got = lines(case);
            if got != expected {
                wrong.push(format!("{}: {name}\n  expected {expected:#?}\n  got {got:#?}", path.display()));
            }
        }
    }
    assert!(count > 40, "{count} cases found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_applied_respects_what_is_ignored() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/respected/respected.yaml");
    let text = std::fs::read(path).expect("a case file");
    let file = yaml::parse_one(&text, yaml::Dialect::V2, &mut Budget::new(Limits::default())).expect("YAML");
    let read = |value: &Value| Object::from_value(value).expect("an object");
    for (name, case) in file.as_object().expect("cases by name") {
        let rules = Rules::new(settings(case));
        let (desired, live) = (read(&case["desired"]), read(&case["live"]));
        let applied = compare::respecting_ignored(&desired, &live, &rules, Schema::builtin());
        assert_eq!(applied.value(), case["applies"], "{name}");
    }
}

#[test]
fn filters_that_cannot_be_read_are_named_with_their_place() {
    let settings = json!({"ignore": [{"kind": "A", "jqPathExpressions": [".a", ".b |"]}]});
    let rules = Rules::new(self::settings(&json!({ "settings": settings })));
    assert_eq!(
        rules.problems(),
        ["spec.ignoreDifferences[0].jqPathExpressions[1]: at character 5: a filter was expected"]
    );
}

#[test]
fn what_others_put_into_an_answer_does_not_count() {
    let owners = |ours: Value| json!([{"manager": "argocd-controller", "operation": "Apply", "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": ours}]);
    let object = |data: Value, ours: Value| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "managedFields": owners(ours)}, "data": data});
    let live = object(json!({"a": "1", "gone": "1"}), json!({"f:data": {"f:a": {}, "f:gone": {}}}));
    let answered = object(json!({"a": "2", "webhook": "x"}), json!({"f:data": {"f:a": {}}}));
    let live = Object::from_value(&live).expect("an object");
    let predicted = compare::owned_prediction(&live, &answered, Schema::builtin());
    assert_eq!(predicted["data"], json!({"a": "2"}));
}
