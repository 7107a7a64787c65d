//! Hostile expressions end, with an error that names the limit.

use crate::cases::environment;
use budget::{Budget, Exceeded, Limits};
use expr::{Error, Program, Value};
use jiff::Timestamp;

const SMALL: Limits = Limits { fuel: 100_000, bytes: 1 << 20, depth: 128 };

fn run(source: &str) -> Result<Value, Error> {
    let environment = environment();
    let mut budget = Budget::new(SMALL);
    let program = Program::compile(source, &environment, &mut budget)?;
    program.run(&environment, Timestamp::UNIX_EPOCH, &mut budget)
}

fn stopped_by(source: &str) -> Option<Exceeded> {
    run(source).err().and_then(|error| error.exceeded)
}

#[test]
fn nesting_a_hundred_thousand_deep_is_refused() {
    for (open, close) in [("(", ")"), ("[", "]"), ("{a:", "}"), ("-", ""), ("!", ""), ("len(", ")"), ("b ? ", " : no")]
    {
        let source = format!("{}b{}", open.repeat(100_000), close.repeat(100_000));
        assert_eq!(stopped_by(&source), Some(Exceeded::Depth(128)), "{open}");
    }
    assert_eq!(stopped_by(&format!("m{}", ".a".repeat(4_000))), Some(Exceeded::Depth(128)));
    assert_eq!(stopped_by(&format!("arr{}", " | reverse()".repeat(4_000))), Some(Exceeded::Depth(128)));
}

#[test]
fn long_chains_of_operators_are_no_nesting() {
    let sum = vec!["1"; 4_000].join(" + ");
    assert!(matches!(run(&sum), Ok(Value::Int(sum)) if sum.value == 4_000));
    let any = vec!["no"; 4_000].join(" || ");
    assert!(matches!(run(&any), Ok(Value::Bool(false))));
    let comparisons = (1..2_000).map(|at| at.to_string()).collect::<Vec<_>>().join(" < ");
    assert!(matches!(run(&comparisons), Ok(Value::Bool(true))));
}

#[test]
fn more_nodes_than_the_original_allows_are_refused_in_its_words() {
    let error = run(&vec!["1"; 6_000].join(" + ")).expect_err("too many nodes");
    assert_eq!(error.message, "compilation failed: expression exceeds maximum allowed nodes");
}

#[test]
fn walks_within_walks_run_out_of_steps() {
    let source = "sum(1..900, sum(1..900, sum(1..900, #)))";
    assert_eq!(stopped_by(source), Some(Exceeded::Fuel(100_000)));
}

#[test]
fn texts_that_double_run_out_of_bytes() {
    assert!(matches!(stopped_by("reduce(1..64, #acc + #acc, s)"), Some(Exceeded::Bytes(_))));
}

#[test]
fn lists_have_the_originals_limit() {
    assert_eq!(run("1..2000000").expect_err("too long").message, "memory budget exceeded");
    assert_eq!(run("repeat(s, 999999)").expect_err("too long").message, "memory budget exceeded");
}

#[test]
fn values_that_nest_ever_deeper_are_refused() {
    let error = run("reduce(1..1000, [#acc], 0)").expect_err("too deep");
    assert!(error.message.contains("limit: value depth 256"), "{error}");
}

#[test]
fn endless_literals_and_comments_are_errors() {
    for source in ["'abc", "`abc", "/* abc", "\"a\\", "1 +", "", "let x = 1;", "m[", "{", "b ?"] {
        assert!(run(source).is_err(), "{source}");
    }
}

#[test]
fn a_pattern_that_would_backtrack_for_ever_does_not() {
    let source = format!("'{}!' matches '(a+)+$'", "a".repeat(30_000));
    assert!(matches!(run(&source), Ok(Value::Bool(false))));
}
