//! What is said about texts that are no YAML, in go-yaml v2's words (recorded from Helm 3.21's `fromYaml`).

use yaml::{Dialect, parse_one};

const CASES: &[(&str, &str)] = &[
    ("[1\n", "yaml: line 1: did not find expected ',' or ']'"),
    ("a: {b\n", "yaml: line 1: did not find expected ',' or '}'"),
    ("a: [1, 2\n", "yaml: line 1: did not find expected ',' or ']'"),
    ("a: 'x", "yaml: found unexpected end of stream"),
    ("a: \"b", "yaml: found unexpected end of stream"),
    ("[1", "yaml: line 1: did not find expected ',' or ']'"),
    ("a: b: c", "yaml: mapping values are not allowed in this context"),
    ("a:\n- b\n c: d", "yaml: line 3: mapping values are not allowed in this context"),
    ("a\nb: c", "yaml: line 2: mapping values are not allowed in this context"),
    ("a: b\n  c: d", "yaml: line 2: mapping values are not allowed in this context"),
    ("a: @x", "yaml: found character that cannot start any token"),
    ("a: |x\n  b", "yaml: did not find expected comment or line break"),
    ("a: \"\\q\"", "yaml: found unknown escape character"),
    ("a: !<x", "yaml: did not find the expected '>'"),
    ("- a\nb: c", "yaml: line 1: did not find expected '-' indicator"),
    ("}", "yaml: did not find expected node content"),
    ("kind: A\nb: [1,\n", "yaml: line 2: did not find expected node content"),
    ("[", "yaml: line 1: did not find expected node content"),
    ("{a: [b}\n", "yaml: did not find expected ',' or ']'"),
    ("{? a\n: b\n", "yaml: line 2: did not find expected ',' or '}'"),
    ("-\nkind: F\nkind: G\n", "yaml: line 1: did not find expected node content"),
    ("d: *v1.Version\n", "yaml: did not find expected alphabetic or numeric character"),
    ("a: b # c\n*# : f\n", "yaml: line 2: did not find expected alphabetic or numeric character"),
    ("\"---\na:", "yaml: line 2: found unexpected end of stream"),
    ("a: 1\nb\n\n# c\nc: d\n", "yaml: line 4: could not find expected ':'"),
    ("? a\nk", "yaml: line 3: could not find expected ':'"),
];

#[test]
fn broken_rules_are_told_in_go_yamls_words() {
    let mut wrong = Vec::new();
    for (text, expected) in CASES {
        let error = parse_one(text.as_bytes(), Dialect::V2, &mut budget::Budget::default()).expect_err("no YAML");
        let given = error.as_go();
        if given != *expected {
            wrong.push(format!("{text:?}\n  go   {expected}\n  ours {given}  ({error:?})"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
