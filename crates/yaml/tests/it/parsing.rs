//! What texts mean, and which are refused.

use budget::{Budget, Exceeded, Limits};
use serde_json::{Value, json};
use yaml::{Dialect, YamlError, parse_all, parse_one};

fn parse(text: &str) -> Result<Value, YamlError> {
    parse_one(text.as_bytes(), Dialect::V2, &mut Budget::default())
}

#[test]
fn structures_anchors_and_merges() {
    let text =
        "base: &b {a: 1, b: 2}\nuse:\n  <<: *b\n  b: 3\nmany:\n  <<: [{x: 1}, {x: 2, z: 3}]\nlist:\n- *b\n- yes\n";
    let expected = json!({
        "base": {"a": 1, "b": 2}, "use": {"a": 1, "b": 3}, "many": {"x": 1, "z": 3}, "list": [{"a": 1, "b": 2}, true],
    });
    assert_eq!(parse(text), Ok(expected));
}

#[test]
fn keys_become_text_and_the_last_wins() {
    let expected = json!({"true": 1, "10": 2, "1.5": 3, "a": 6});
    assert_eq!(parse("y: 1\n10: 2\n1.5: 3\na: 5\na: 6\n"), Ok(expected));
}

#[test]
fn tags_and_quotes_decide_types() {
    let text = "a: !!str 1\nb: \"yes\"\nc: !custom 2\nd: !!int \"3\"\ne: !!binary aGk=\nf: 2001-01-02\ng: |\n  x\n  y\nh: >\n  x\n  y\n";
    let expected =
        json!({"a": "1", "b": "yes", "c": "2", "d": 3, "e": "hi", "f": "2001-01-02", "g": "x\ny\n", "h": "x y\n"});
    assert_eq!(parse(text), Ok(expected));
}

#[test]
fn documents_know_their_lines() {
    let text = "# top\n---\na: 1\n---\n---\n\nb: 2\n...\n";
    let documents = parse_all(text.as_bytes(), Dialect::V2, &mut Budget::default()).expect("valid");
    let found: Vec<_> = documents.into_iter().map(|document| (document.line, document.value)).collect();
    assert_eq!(found[0], (3, json!({"a": 1})));
    assert_eq!(found.last(), Some(&(7, json!({"b": 2}))));
}

#[test]
fn utf16_and_byte_order_marks_are_read() {
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend("a: ü\n".encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(parse_one(&bytes, Dialect::V2, &mut Budget::default()), Ok(json!({"a": "ü"})));
    assert_eq!(parse("\u{feff}a: 1\n"), Ok(json!({"a": 1})));
    assert_eq!(parse_one(&[0x61, 0xff], Dialect::V2, &mut Budget::default()), Err(YamlError::Encoding("UTF-8")));
}

#[test]
fn broken_text_is_located() {
    let error = parse("a: 1\nb: [1, 2\nc: 3\n").expect_err("an unclosed sequence");
    assert!(matches!(error, YamlError::Syntax { .. }), "{error}");
    assert!(error.line().is_some_and(|line| (2..=4).contains(&line)), "{error}");
    assert!(matches!(parse("~: 1"), Err(YamlError::NotJson { line: 1, .. })));
    assert!(matches!(parse("a: .inf"), Err(YamlError::NotJson { line: 1, .. })));
    assert!(matches!(parse("a: *nowhere"), Err(YamlError::Syntax { line: 1, .. })));
}

#[test]
fn exploding_aliases_stop_at_the_limit_of_bytes() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..30 {
        let previous = format!("*a{}", level - 1);
        text.push_str(&format!("a{level}: &a{level} [{}]\n", [previous.as_str(); 10].join(", ")));
    }
    let error = parse(&text).expect_err("ten to the thirtieth nodes");
    assert!(matches!(error, YamlError::Limit { exceeded: Exceeded::Bytes(_), .. }), "{error}");
}

#[test]
fn deep_nesting_stops_at_the_depth_limit() {
    for text in ["[".repeat(100_000), "- ".repeat(100_000), "{a: ".repeat(100_000)] {
        let error = parse(&text).expect_err("too deep");
        assert!(matches!(error, YamlError::Limit { exceeded: Exceeded::Depth(128), .. }), "{}: {error}", &text[..4]);
    }
}

#[test]
fn large_texts_stop_before_they_are_read() {
    let limits = Limits { bytes: 10, ..Limits::default() };
    let error = parse_one(b"aaaaaaaaaaaaaaaa", Dialect::V2, &mut Budget::new(limits)).expect_err("too large");
    assert_eq!(error, YamlError::Limit { line: 1, exceeded: Exceeded::Bytes(10) });
}

#[test]
fn keys_a_mapping_has_twice_are_told_of_in_the_words_of_strict_decoding() {
    let text = "a: 1\nb: {c: 1,\n  c: 2}\na: 3\n---\n1: x\n1: y\n";
    let documents = parse_all(text.as_bytes(), Dialect::V2, &mut Budget::default()).expect("two documents");
    let told: Vec<Vec<String>> =
        documents.iter().map(|document| document.duplicates.iter().map(ToString::to_string).collect()).collect();
    let first = [r#"line 3: key "c" already set in map"#, r#"line 4: key "a" already set in map"#];
    assert_eq!(told, [first.map(str::to_owned).to_vec(), vec!["line 7: key 1 already set in map".to_owned()]]);
    assert_eq!(documents[0].value, json!({ "a": 3, "b": { "c": 2 } }), "the last value is kept");
}
