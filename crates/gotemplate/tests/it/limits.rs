//! What bad templates cost: every limit is counted and named, and nothing panics, whatever the input.

use crate::cases::{Failed, run};
use crate::generate::{BESIDE, Dice, damage, template};
use budget::{Exceeded, Limits};
use serde_json::{Value as Json, json};

/// Little enough that thousands of inputs are run in a moment.
const SMALL: Limits = Limits { fuel: 20_000, bytes: 256 << 10, depth: 60 };

fn exceeded(text: &str, limits: Limits) -> Option<Exceeded> {
    match run(&json!({ "t": text }), limits) {
        Err(Failed::Execute(error)) => error.exceeded,
        Err(Failed::Parse(gotemplate::ParseError::Limit { exceeded, .. })) => Some(exceeded),
        _ => None,
    }
}

#[test]
fn endless_templates_are_stopped() {
    let deep = Limits { fuel: 1_000_000, bytes: 1 << 20, depth: 1_000 };
    let cases = [
        ("{{define \"a\"}}{{template \"a\"}}{{end}}{{template \"a\"}}", Exceeded::Depth(1_000)),
        ("{{define \"a\"}}{{include \"a\" .}}{{end}}{{include \"a\" .}}", Exceeded::Depth(1_000)),
        ("{{$t := `{{tpl .t .}}`}}{{$d := dict `t` $t}}{{tpl $t $d}}", Exceeded::Depth(1_000)),
        ("{{range 1000000000}}{{end}}", Exceeded::Fuel(1_000_000)),
        ("{{range 1000000000}}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa{{end}}", Exceeded::Bytes(1 << 20)),
        ("{{printf \"%1000000d%1000000d\" 1 2}}", Exceeded::Bytes(1 << 20)),
        ("{{printf \"%.1000000f%.1000000f\" 1.0 2.0}}", Exceeded::Bytes(1 << 20)),
        ("{{$x := \"aaaaaaaa\"}}{{range 60}}{{$x = print $x $x}}{{end}}", Exceeded::Bytes(1 << 20)),
    ];
    for (text, expected) in cases {
        assert_eq!(exceeded(text, deep), Some(expected), "{text}");
    }
}

#[test]
fn nesting_costs_no_stack() {
    let wide = Limits { fuel: 50_000_000, bytes: 64 << 20, depth: 100_000 };
    let opened = "{{if true}}".repeat(50_000) + "x" + &"{{end}}".repeat(50_000);
    assert_eq!(run(&json!({ "t": opened }), wide).expect("it is a template").to_string(), "x");
    let chained = "{{if false}}".to_owned() + &"{{else if false}}".repeat(50_000) + "{{else}}x{{end}}";
    assert_eq!(run(&json!({ "t": chained }), wide).expect("it is a template").to_string(), "x");
    let nested = "{{$x := list}}{{range 200000}}{{$x = list $x}}{{end}}done";
    assert_eq!(run(&json!({ "t": nested }), wide).expect("it is a template").to_string(), "done");
    let chain = "{{$a := dict}}{{$c := $a}}{{range 100000}}{{$n := dict}}{{$_ := set $c `n` $n}}{{$c = $n}}{{end}}{{$a = 1}}done";
    assert_eq!(run(&json!({ "t": chain }), wide).expect("it is a template").to_string(), "done");
    let parentheses = "{{".to_owned() + &"(".repeat(150) + "1" + &")".repeat(150) + "}}";
    assert_eq!(run(&json!({ "t": parentheses }), wide).expect("it is a template").to_string(), "1");
    let parentheses = "{{".to_owned() + &"(".repeat(5_000) + "1" + &")".repeat(5_000) + "}}";
    let message = run(&json!({ "t": parentheses }), wide).expect_err("too deep").message();
    assert_eq!(message, "template: x:1: max expression depth exceeded");
    let recursion = "{{define \"a\"}}{{template \"a\"}}{{end}}{{template \"a\"}}";
    assert_eq!(exceeded(recursion, wide), Some(Exceeded::Depth(100_000)));
}

#[test]
fn values_that_contain_themselves_are_not_followed() {
    for verb in ["{{$a}}", "{{printf `%v` $a}}", "{{html $a}}"] {
        let text = format!("{{{{$a := dict}}}}{{{{$_ := set $a `self` $a}}}}{verb}");
        assert_eq!(exceeded(&text, SMALL), Some(Exceeded::Depth(gotemplate::VALUE_DEPTH_MAX)), "{verb}");
    }
}

/// Whatever happens, it is text, Go's error or a limit.
fn survives(text: &[u8]) {
    let case = json!({ "hex": hex::encode(text), "files": { "b": BESIDE } });
    if let Err(failed) = run(&case, SMALL) {
        assert!(!failed.message().is_empty());
    }
}

#[test]
fn random_bytes_are_no_danger() {
    let mut dice = Dice::new(11);
    for _ in 0..4_000 {
        let text: Vec<u8> = (0..dice.below(60)).map(|_| dice.next() as u8).collect();
        survives(&text);
        let within = [b"{{", text.as_slice(), b"}}"].concat();
        survives(&within);
    }
}

#[test]
fn damaged_templates_are_no_danger() {
    let mut dice = Dice::new(12);
    let language = include_str!("../cases/go/language.jsonl");
    let known: Vec<String> = language
        .lines()
        .filter_map(|line| serde_json::from_str::<Json>(line).ok()?["t"].as_str().map(str::to_owned))
        .collect();
    for round in 0..6_000 {
        let mut text = if round % 2 == 0 { template(&mut dice) } else { known[dice.below(known.len())].clone() };
        for _ in 0..=dice.below(3) {
            damage(&mut dice, &mut text);
        }
        survives(text.as_bytes());
    }
}

#[test]
fn formats_are_no_danger() {
    const PIECES: &[&str] = &[
        "%",
        "#",
        "0",
        "+",
        "-",
        " ",
        "*",
        ".",
        "[1]",
        "[9]",
        "[",
        "5",
        "999999999",
        "v",
        "d",
        "x",
        "q",
        "s",
        "e",
        "T",
        "p",
        "é",
    ];
    let mut dice = Dice::new(13);
    for _ in 0..6_000 {
        let format: String = (0..dice.below(8)).map(|_| dice.one(PIECES)).collect();
        let value = dice.one(&["1", "\"a\"", ".l", ".m", "nil", "-1.5", "(thing \"a\")", "1i", "(bytes \"a\")"]);
        survives(format!("{{{{printf `%{format}` {value} {value}}}}}").as_bytes());
    }
}
