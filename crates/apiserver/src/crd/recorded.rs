//! Rules in CEL beside what Kubernetes made of the same ones: recorded from its own packages, which the file names.
//! `unlike` marks the cases whose cost is counted differently: at run time upstream does not count what it can work out
//! beforehand, and its estimates know more of some functions of lists and sets.

use super::expressions::{Level, declared};
use super::validations::{Rules, variables};
use cel::{Program, Type};
use serde_json::Value;

const RECORDED: &str = include_str!("../../tests/cases/expressions.json");

/// The names Kubernetes makes up for types, which differ from run to run.
fn without_made_up_names(text: &str) -> String {
    regex::Regex::new(r"selfType\d+").expect("a pattern").replace_all(text, "object").into_owned()
}

fn refusal(rule: &Value, schema: &Value) -> Result<u64, String> {
    let data = declared(schema, Level::Part, "object").ok_or("no type")?;
    let source = rule["rule"].as_str().unwrap_or_default();
    let program = Program::compile(source, &variables(&data, rule), &data);
    let program = program.map_err(|issues| format!("compilation failed: {issues}"))?;
    if *program.ty() != Type::Bool {
        return Err("cel expression must evaluate to a bool".to_owned());
    }
    Ok(program.cost_max())
}

/// What differs from the record, in one line; `None` when nothing does.
fn difference(case: &Value, recorded: &Value) -> Option<String> {
    let named = |list: &str, name: &str| case[name].as_str().map(|key| recorded[list][key].clone());
    let mut schema = named("schemas", "schema")?;
    let rule = &case["rule"];
    let expected = case["refused"].as_str().map(without_made_up_names);
    match (refusal(rule, &schema), expected) {
        (Err(got), Some(expected)) if got == expected => return None,
        (Err(got), expected) => return Some(format!("refused: {got}, expected {expected:?}")),
        (Ok(_), Some(expected)) => return Some(format!("accepted, expected {expected}")),
        (Ok(cost), None) if case["costMax"] != cost && case["unlike"] != "estimate" => {
            return Some(format!("estimated at {cost}, expected {}", case["costMax"]));
        }
        (Ok(_), None) => {}
    }
    let object = named("objects", "object")?;
    schema["x-kubernetes-validations"] = vec![rule.clone()].into();
    let rules = Rules::compile_part(&schema)?;
    let (errors, cost) = rules.check_counted(&object, named("objects", "old").as_ref());
    let shown: Vec<Value> = errors
        .iter()
        .map(|error| {
            let place = if error.field.is_empty() { "<nil>" } else { &error.field };
            format!("{place}: {}", error.message()).into()
        })
        .collect();
    let expected = case["errors"].as_array().cloned().unwrap_or_default();
    if shown != expected {
        return Some(format!("said {shown:?}, expected {expected:?}"));
    }
    (case["cost"] != cost && case["unlike"].is_null()).then(|| format!("cost {cost}, expected {}", case["cost"]))
}

#[test]
fn rules_come_to_what_kubernetes_makes_of_them() {
    let recorded: Value = serde_json::from_str(RECORDED).expect("JSON");
    let cases = recorded["cases"].as_array().expect("cases");
    let broken: Vec<String> = cases
        .iter()
        .filter_map(|case| Some(format!("{}: {}", case["rule"]["rule"], difference(case, &recorded)?)))
        .collect();
    assert!(broken.is_empty(), "{} of {}:\n{}", broken.len(), cases.len(), broken.join("\n"));
}
