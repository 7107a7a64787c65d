//! Expressions with the answers that go-jsonnet 0.22.0 gave, and programs of several files.

use crate::bench_of_tests::{Files, LIMITS, evaluate_within, evaluator, program};
use render::{Jsonnet, JsonnetError, VariableValue};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The blocks of a file of cases, each its lines; the first block says what they are.
fn blocks(text: &str) -> Vec<Vec<&str>> {
    text.trim_end().split("\n\n").skip(1).map(|block| block.lines().collect()).collect()
}

fn parsed(json: &str) -> Value {
    serde_json::from_str(json).expect("JSON")
}

/// What is answered, as the files of cases write it.
fn answer(expression: &str) -> Result<Value, String> {
    evaluate_within(LIMITS, expression).map_err(|error| error.to_string())
}

/// Numbers are numbers, whether they were written as whole ones or not.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| one.0 == other.0 && same(one.1, other.1))
        }
        _ => one == other,
    }
}

#[test]
fn values_are_those_of_the_original() {
    let blocks = blocks(include_str!("../cases/values.txt"));
    // All in one program, because each would take a process of its own.
    let all: Vec<String> =
        blocks.iter().map(|block| format!("({})", block[0].replace(" // d", "").replace(" # y", ""))).collect();
    let answers = answer(&format!("[\n{}\n]", all.join(",\n"))).expect("values");
    assert_eq!(answers.as_array().map(Vec::len), Some(blocks.len()));
    for (block, answer) in blocks.iter().zip(answers.as_array().expect("an array")) {
        assert!(same(answer, &parsed(block[1])), "{}: {answer}, not {}", block[0], block[1]);
    }
}

#[test]
fn what_the_original_refuses_is_refused_with_file_and_line() {
    for block in blocks(include_str!("../cases/errors.txt")) {
        assert_eq!(answer(block[0]), Err(block[1].to_owned()), "{}", block[0]);
    }
}

#[test]
fn known_differences_stay_what_they_are() {
    for block in blocks(include_str!("../cases/differences.txt")) {
        let [expression, original, ours] = block[..] else { panic!("{block:?}") };
        match (answer(expression), ours.strip_prefix("ERROR ")) {
            (Ok(value), None) => assert!(same(&value, &parsed(ours)), "{expression}: {value}"),
            (Err(message), Some(expected)) => assert_eq!(message, expected, "{expression}"),
            (answer, _) => panic!("{expression}: {answer:?}, not {ours}"),
        }
        assert!(
            original == "error" || ours.starts_with("ERROR") || !same(&parsed(original), &parsed(ours)),
            "{expression}"
        );
    }
}

fn files(all: &[(&str, &str)]) -> Files {
    Files(all.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect())
}

fn text(value: &str) -> VariableValue {
    VariableValue::Text(value.to_owned())
}

fn code(value: &str) -> VariableValue {
    VariableValue::Code(value.to_owned())
}

#[test]
fn imports_are_code_text_and_bytes_relative_to_the_importing_file() {
    let mut tree = files(&[
        ("lib/a.libsonnet", "{ inner: import 'deep/b.libsonnet', file: std.thisFile }"),
        ("lib/deep/b.libsonnet", "{ text: importstr '../c.txt', again: (import '../a.libsonnet').file }"),
        ("lib/c.txt", "é\n"),
    ]);
    let asked = program("{ a: import 'lib/a.libsonnet', bytes: importbin './lib/c.txt' }", &[], &[]);
    let expected = json!({
        "a": {"inner": {"text": "é\n", "again": "lib/a.libsonnet"}, "file": "lib/a.libsonnet"},
        "bytes": [195, 169, 10],
    });
    let value = evaluator(LIMITS).evaluate(&asked, &mut tree).expect("a value");
    assert!(same(&value, &expected), "{value}");
}

#[test]
fn variables_are_text_or_code_and_the_last_of_a_name_counts() {
    let external =
        [("a", text("one")), ("b", code("{ x: 1 + 1 }")), ("a", text("two")), ("f", code("import 'f.libsonnet'"))];
    let top_level = [("name", text("web")), ("replicas", code("2 * 2"))];
    let main = "function(name, replicas, kind='Pod') { name: name, n: replicas, kind: kind, \
                a: std.extVar('a'), b: std.extVar('b').x, f: std.extVar('f')(20) }";
    let mut tree = files(&[("f.libsonnet", "function(x) x + 1")]);
    let value = evaluator(LIMITS).evaluate(&program(main, &external, &top_level), &mut tree).expect("a value");
    assert!(same(&value, &json!({"name": "web", "n": 4, "kind": "Pod", "a": "two", "b": 2, "f": 21})), "{value}");
    // Arguments of a file that is no function are of no use, and no mistake.
    let value = evaluator(LIMITS).evaluate(&program("{}", &[], &top_level), &mut tree);
    assert_eq!(value, Ok(json!({})));
}

#[test]
fn errors_say_where_and_tell_no_content() {
    let cases = [
        ("\n\nimport 'broken'", "broken:2: syntax error: unexpected here"),
        ("\nimport 'absent'", "main.jsonnet:2: cannot import \"absent\": no such file"),
        ("{ a: 1,\n  b: (import 'fails').x }", "fails:3: field does not exist: y"),
        ("{ a:\n std.extVar('code') }", "external variable \"code\", line 2: division by zero"),
        ("function(x) x", "missing argument: x"),
        ("local r = { a: std.parseYaml(importstr 'secret') };\nr", "main.jsonnet:1: std.parseYaml: line 2"),
        ("{ a: std.assertEqual(importstr 'secret', '') }", "main.jsonnet:1: std.assertEqual: the two values differ"),
        ("std.parseJson(importstr 'secret')", "main.jsonnet:1: failed to parse JSON: line 1, column 1"),
    ];
    let tree = [
        ("broken", "{\n  a 1 }"),
        ("fails", "{\n  local o = {},\n  x: o.y }"),
        ("secret", "hunter2: x\n  hunter2: [\n"),
    ];
    for (main, expected) in cases {
        let asked = program(main, &[("code", code("1 +\n1 / 0"))], &[]);
        let message = evaluator(LIMITS).evaluate(&asked, &mut files(&tree)).expect_err(main).to_string();
        assert!(message.starts_with(expected), "{main}: {message}");
        assert!(!message.contains("hunter2"), "{message}");
    }
}

#[test]
fn a_text_that_is_no_program_by_itself_is_refused() {
    let message = evaluate_within(LIMITS, "1)({}) + (function(x) x").expect_err("not a program");
    assert!(matches!(message, JsonnetError::Program { line: 1, .. }), "{message}");
}

#[test]
fn a_long_error_is_shortened() {
    let message = evaluate_within(LIMITS, "error std.repeat('é', 5000)").expect_err("an error").to_string();
    assert!(message.ends_with("é… (shortened)") && message.len() < 2200, "{message}");
}

#[test]
fn the_child_has_neither_files_nor_environment() {
    let mut tree = Files(BTreeMap::new());
    let asked = program("importstr '/proc/self/environ'", &[], &[]);
    assert!(evaluator(LIMITS).evaluate(&asked, &mut tree).is_err(), "nothing but the tree answers");
}
