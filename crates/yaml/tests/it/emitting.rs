//! What values look like, and that they read back the same.

use budget::Budget;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use yaml::{Dialect, emit, emit_all, parse_one};

fn check(value: Value, expected: &str) {
    assert_eq!(emit(&value), expected);
    assert_eq!(parse_one(expected.as_bytes(), Dialect::V2, &mut Budget::default()), Ok(value));
}

#[test]
fn structure() {
    check(
        json!({"b": [1, {"x": 1, "y": [2, [3, 4]]}], "a": {}, "c": [], "d": null, "e": {"f": [{"g": "h"}]}}),
        "a: {}\nb:\n- 1\n- x: 1\n  \"y\":\n  - 2\n  - - 3\n    - 4\nc: []\nd: null\ne:\n  f:\n  - g: h\n",
    );
    check(json!([]), "[]\n");
    check(json!("text"), "text\n");
    check(json!([[1], {"a": [2]}]), "- - 1\n- a:\n  - 2\n");
}

#[test]
fn quoting() {
    let cases = [
        ("plain text", "plain text"),
        ("", "\"\""),
        ("yes", "\"yes\""),
        ("1.0", "\"1.0\""),
        ("0777", "\"0777\""),
        ("1:30", "\"1:30\""),
        ("2001-01-02", "\"2001-01-02\""),
        ("null", "\"null\""),
        ("- a", "'- a'"),
        ("-", "'-'"),
        ("a: b", "'a: b'"),
        ("a #b", "'a #b'"),
        ("#b", "'#b'"),
        ("it's: x", "'it''s: x'"),
        (" a", "' a'"),
        ("*", "'*'"),
        ("a\tb", "\"a\\tb\""),
        ("\u{1F600}", "\"\\U0001F600\""),
        ("<<", "<<"),
        ("=", "="),
        ("a:b", "a:b"),
        ("ünï", "ünï"),
    ];
    for (text, expected) in cases {
        assert_eq!(emit(&json!({"k": text})), format!("k: {expected}\n"), "{text:?}");
    }
}

#[test]
fn literal_blocks() {
    check(json!({"k": "a\nb\n", "l": 1}), "k: |\n  a\n  b\nl: 1\n");
    check(json!({"k": "a\nb"}), "k: |-\n  a\n  b\n");
    check(json!({"k": "a\n\n", "l": 1}), "k: |+\n  a\n\nl: 1\n");
    check(json!({"k": " a\nb"}), "k: |2-\n   a\n  b\n");
    check(json!(["a\nb\n", "c"]), "- |\n  a\n  b\n- c\n");
    assert_eq!(emit(&json!({"k": "a \nb"})), "k: \"a \\nb\"\n");
}

#[test]
fn long_lines_fold_at_a_space_past_column_80() {
    let words = ["word"; 20].join(" ");
    let folded = format!("k: {}\n  {}\n", ["word"; 16].join(" "), ["word"; 4].join(" "));
    check(json!({"k": words}), &folded);
    check(json!({"k": "x".repeat(200)}), &format!("k: {}\n", "x".repeat(200)));
}

#[test]
fn several_documents() {
    assert_eq!(emit_all([&json!({"a": 1}), &json!({"b": 2})]), "a: 1\n---\nb: 2\n");
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[ -~\n\tü😀]{0,12}".prop_map(Value::from),
        "(yes|no|null|1e3|0x1|-|\\? a|a: b|#|\\.inf|=)".prop_map(Value::from),
        "[a-z]{1,9}( [a-z]{1,9}){10,30}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            // Compat: go-yaml writes the key `<<` plain, where it reads back as a merge.
            prop::collection::btree_map("[ -~]{1,8}".prop_filter("no merge key", |key| key != "<<"), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_back_the_same(value in any_value()) {
        let text = emit(&value);
        prop_assert_eq!(parse_one(text.as_bytes(), Dialect::V2, &mut Budget::default()), Ok(value), "{}", text);
    }
}
