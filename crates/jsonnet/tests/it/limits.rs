//! Programs that would never end or never stop growing: each ends at a limit that its error names.

use crate::bench_of_tests::{Files, LIMITS, evaluate_within, evaluator, program};
use jsonnet::{Confinement, Evaluator, Limits};
use render::{Jsonnet, JsonnetError, VariableValue};
use std::collections::BTreeMap;
use std::time::Duration;

fn stopped(limits: Limits, text: &str) -> String {
    evaluate_within(limits, text).expect_err(text).to_string()
}

#[test]
fn memory_is_bounded_however_it_is_asked_for() {
    let programs = [
        "std.repeat('x', 1e9)",
        "std.repeat('xxxxxxxx', 2147483647)",
        "std.makeArray(1e9, function(i) i)",
        "std.range(1, 1e9)",
        "[[x, y] for x in std.range(1, 30000) for y in std.range(1, 30000)]",
        "std.format('%0999999999d', [1])",
        "std.join('', [std.repeat('y', 1000000) for i in std.range(1, 1000)])",
        "std.foldl(function(a, _) a + a, std.range(1, 60), [1, 2, 3])",
        "local a = 'xxxxxxxxxx', b = [a, a, a, a, a, a, a, a, a, a], c = [b, b, b, b, b, b, b, b, b, b],
         d = [c, c, c, c, c, c, c, c, c, c], e = [d, d, d, d, d, d, d, d, d, d], f = [e, e, e, e, e, e, e, e, e, e],
         g = [f, f, f, f, f, f, f, f, f, f], h = [g, g, g, g, g, g, g, g, g, g]; h",
    ];
    for text in programs {
        let message = stopped(LIMITS, text);
        assert!(message.contains("67108864 bytes (limit: memory)"), "{text}: {message}");
    }
}

#[test]
fn processor_time_is_bounded() {
    let limits = Limits { confinement: Confinement { processor_seconds: 1, ..LIMITS.confinement }, ..LIMITS };
    let endless = "local f(n) = if n == 0 then 0 else f(n - 1) tailstrict; \
                   std.foldl(function(a, i) a + f(400), std.range(1, 100000), 0)";
    let message = stopped(limits, endless);
    assert!(message.contains("1 seconds of processor time (limit: processor time)"), "{message}");
}

#[test]
fn recursion_is_bounded() {
    let cases = [
        ("local f(x) = 1 + f(x + 1); f(0)", "main.jsonnet:1: max stack frames exceeded (limit: 500 frames)"),
        ("local x = x; x", "main.jsonnet:1: infinite recursion: a value that needs itself"),
        ("{ a: self.b, b: self.a }", "main.jsonnet:1: infinite recursion: a value that needs itself"),
        ("local f() = { g: f() }; f()", "max stack frames exceeded (limit: 500 frames)"),
        ("import 'main.jsonnet'", "main.jsonnet:1: infinite recursion: a value that needs itself"),
    ];
    for (text, expected) in cases {
        let mut files = Files(BTreeMap::from([("main.jsonnet".to_owned(), text.as_bytes().to_vec())]));
        let answer = evaluator(LIMITS).evaluate(&program(text, &[], &[]), &mut files);
        let message = answer.expect_err("it never ends").to_string();
        assert!(message.contains(expected), "{text}: {message}");
    }
}

#[test]
fn nesting_is_bounded() {
    let deep =
        |open: &str, inner: &str, close: &str| format!("{}{inner}{}", open.repeat(100_000), close.repeat(100_000));
    let programs = [
        deep("[", "1", "]"),
        deep("(", "1", ")"),
        deep("{a:", "1", "}"),
        deep("-", "1", ""),
        deep("if true then ", "1", ""),
    ];
    for text in programs {
        let message = stopped(LIMITS, &text);
        assert!(message.contains("limit: "), "{text:.20}: {message}");
    }
    let levels = stopped(LIMITS, &deep_value(200));
    assert!(levels.contains("128 levels of nesting in the result"), "{levels}");
}

fn deep_value(levels: usize) -> String {
    format!("std.foldl(function(inner, _) [inner], std.range(1, {levels}), 1)")
}

#[test]
fn the_result_is_bounded() {
    let bytes = stopped(LIMITS, "[std.repeat('x', 1000) for i in std.range(1, 2000)]");
    assert!(bytes.contains("1048576 bytes of result (limit: size of the result)"), "{bytes}");
    let values = stopped(LIMITS, "std.range(1, 20001)");
    assert!(values.contains("20000 values (limit: values of the result)"), "{values}");
}

#[test]
fn imports_are_counted() {
    let text: String = (0..200).map(|i| format!("(importstr '{}x') + ", "./".repeat(i))).collect::<String>() + "''";
    let mut files = Files(BTreeMap::from([("x".to_owned(), b"1".to_vec())]));
    let answer = evaluator(LIMITS).evaluate(&program(&text, &[], &[]), &mut files);
    assert_eq!(answer, Err(JsonnetError::Limit { limit: "100 imports (limit: imports)".to_owned() }));
}

#[test]
fn variables_are_bounded_as_the_program_is() {
    let bomb = VariableValue::Code("std.repeat('x', 1e9)".to_owned());
    let asked = program("std.length(std.extVar('bomb'))", &[("bomb", bomb)], &[]);
    let message = evaluator(LIMITS).evaluate(&asked, &mut Files(BTreeMap::new())).expect_err("too large").to_string();
    assert!(message.contains("(limit: memory)"), "{message}");
}

#[test]
fn a_process_that_does_not_answer_is_ended() {
    let limits = Limits { wall: Duration::from_millis(200), ..LIMITS };
    let silent = Evaluator::new("/bin/sleep", &["600"], limits);
    let message = silent.evaluate(&program("1", &[], &[]), &mut Files(BTreeMap::new())).expect_err("silence");
    assert!(message.to_string().contains("seconds (limit: time)"), "{message}");
}

#[test]
fn a_program_that_cannot_be_started_is_told() {
    let absent = Evaluator::new("/nonexistent/capstan", &[], LIMITS);
    let message = absent.evaluate(&program("1", &[], &[]), &mut Files(BTreeMap::new())).expect_err("no program");
    assert!(message.to_string().contains("cannot start a process"), "{message}");
}
