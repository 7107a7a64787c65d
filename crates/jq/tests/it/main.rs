//! Filters by cases: `tests/cases/*.yaml`, each a filter with an input and what it gives (`run`) or leaves (`delete`).

use budget::{Budget, Limits};
use jq::Filter;
use serde_json::{Value, json};
use std::path::Path;

fn outcome(case: &Value) -> Value {
    let mut budget = Budget::default();
    let filter = match Filter::parse(case["filter"].as_str().expect("a filter")) {
        Ok(filter) => filter,
        Err(error) => return json!(format!("error {error}")),
    };
    let mut input = case["input"].clone();
    let outcome = if case.get("leaves").is_some() {
        filter.delete_from(&mut input, &mut budget).map(|()| input)
    } else {
        filter.run(&input, &mut budget).map(Value::Array)
    };
    outcome.unwrap_or_else(|error| json!(format!("error {error}")))
}

#[test]
fn every_case_gives_what_jq_gives() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let (mut wrong, mut count) = (Vec::new(), 0);
    for entry in std::fs::read_dir(folder).expect("cases") {
        let text = std::fs::read(entry.expect("an entry").path()).expect("a case file");
        let file = yaml::parse_one(&text, yaml::Dialect::V2, &mut Budget::default()).expect("YAML");
        for case in file.as_array().expect("cases") {
            count += 1;
            let expected = case.get("leaves").unwrap_or(&case["gives"]);
            let got = outcome(case);
            if got != *expected {
                wrong.push(format!("{}: expected {expected}, got {got}", case["filter"]));
            }
        }
    }
    assert!(count > 60, "{count} cases found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn endless_filters_end_at_their_limit() {
    for filter in
        ["recurse(.)", "[recurse(. + 1)]", "recurse(.; .) // 1", "[.[] | .[] | .[] | .[] | .[] | .[] | .[] | .[]]"]
    {
        let Ok(filter) = Filter::parse(filter) else { continue };
        let wide = Value::Array(vec![json!([1, 2, 3]); 3]);
        let mut budget = Budget::new(Limits { fuel: 10_000, bytes: 100_000, depth: 100 });
        assert!(filter.run(&wide, &mut budget).is_err());
    }
}

#[test]
fn deep_nesting_is_refused_before_it_is_parsed() {
    let deep = format!("{}.{}", "(".repeat(5_000), ")".repeat(5_000));
    let error = Filter::parse(&deep).expect_err("too deep").to_string();
    assert!(error.contains("nested deeper than 100 levels"), "{error}");
}
