//! What go-yaml wrote and read, recorded.

use budget::Budget;
use serde_json::Value;
use yaml::{Dialect, emit, parse_one};

const RECORDED: &str = include_str!("../cases/go-yaml.jsonl");

fn cases(field: &str) -> Vec<Value> {
    let cases = RECORDED.lines().map(|line| serde_json::from_str::<Value>(line).expect("a case is JSON"));
    cases.filter(|case| case.get(field).is_some()).collect()
}

fn text<'c>(case: &'c Value, field: &str) -> &'c str {
    case[field].as_str().expect("a case has texts")
}

#[test]
fn writes_the_same_bytes() {
    let cases = cases("json");
    assert!(cases.len() >= 290);
    for case in cases {
        let value: Value = serde_json::from_str(text(&case, "json")).expect("JSON");
        assert_eq!(emit(&value), text(&case, "yaml"), "{}", text(&case, "json"));
    }
}

#[test]
fn reads_the_same_values() {
    let cases = cases("parse");
    assert!(cases.len() >= 290);
    for case in cases {
        let found = parse_one(text(&case, "parse").as_bytes(), Dialect::V2, &mut Budget::default());
        let expected: Value = serde_json::from_str(text(&case, "gives")).expect("JSON");
        assert!(found.as_ref().is_ok_and(|found| same(found, &expected)), "{}\n{found:?}", text(&case, "parse"));
    }
}

/// Equal, with numbers compared by value: JSON writes large floats without an exponent.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}
