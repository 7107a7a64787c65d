//! Compiled once, executed many times: on several threads at once, stopped from outside, and without leaving anything held.

use crate::cases::LIMITS;
use crate::functions;
use budget::{Budget, Exceeded, Stop};
use gotemplate::{MissingKey, Run, Set, Value};
use std::sync::Arc;

const TEMPLATE: &str = "{{define \"row\"}}{{range $k, $v := .}}{{$k}}={{printf \"%q\" $v}};{{end}}{{end}}\
    {{$d := dict \"a\" 1}}{{range $i := 50}}{{$_ := set $d (print $i) $i}}{{end}}{{include \"row\" $d}}{{template \"row\" .m}}";

fn set() -> Set {
    let mut set = Set::new(Arc::new(functions::table()), MissingKey::Zero);
    set.parse("t", TEMPLATE.as_bytes(), &mut Budget::new(LIMITS)).expect("it is a template");
    set
}

fn data() -> Value {
    Value::from(&serde_json::json!({ "m": { "x": "y", "n": [1, 2] } }))
}

#[test]
fn one_set_serves_all_threads() {
    let (set, data) = (set(), data());
    let execute = || {
        let mut budget = Budget::new(LIMITS);
        set.execute("t", &data, &mut Run::new(&mut budget)).expect("it succeeds").to_string()
    };
    let expected = execute();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| (0..50).map(|_| execute()).collect::<Vec<_>>())).collect();
        for thread in threads {
            assert!(thread.join().expect("no panic").iter().all(|text| *text == expected));
        }
    });
}

#[test]
fn executions_have_the_same_room_each_time() {
    let set = set();
    let (mut held, mut left) = (Vec::new(), Vec::new());
    for _ in 0..20 {
        let mut budget = Budget::new(LIMITS);
        let text = set.execute("t", &data(), &mut Run::new(&mut budget)).expect("it succeeds");
        held.push(text);
        left.push(budget.bytes_left());
    }
    assert!(left.iter().all(|bytes| *bytes == left[0]), "{left:?}");
}

#[test]
fn a_stop_ends_an_execution() {
    let mut set = set();
    let mut parsing = Budget::new(LIMITS);
    set.parse("t", b"{{range 1000000000}}{{end}}", &mut parsing).expect("it is a template");
    let stop = Stop::default();
    let mut budget = Budget::with_stop(LIMITS, stop.clone());
    stop.set();
    let error = set.execute("t", &data(), &mut Run::new(&mut budget)).expect_err("it was stopped");
    assert_eq!(error.exceeded, Some(Exceeded::Stopped));
}
