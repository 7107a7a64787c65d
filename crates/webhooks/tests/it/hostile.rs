//! Bodies that are cut off, wrong, deep or huge: refused or read, never more than that.

use crate::{Case, cases};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use webhooks::{Delivery, Refusal, Secrets, receive};

/// Cases whose body is read at all.
fn read() -> Vec<Case> {
    cases().into_iter().filter(|case| !case.expected.starts_with("refused")).collect()
}

#[test]
fn every_body_cut_off_anywhere_is_refused_or_ignored() {
    for case in read() {
        let whole = case.body.iter().rposition(|byte| *byte == b'}').expect("a body ends");
        for end in (0..whole).step_by(7) {
            match case.receive(&case.body[..end]) {
                Err(refusal @ Refusal::Body { .. }) => assert_eq!(refusal.status(), 400),
                // A ping's body is not looked at.
                Ok(webhooks::Event::Nothing(_)) => {
                    assert!(case.name.contains("ping") || case.name.contains("test"), "{}", case.name)
                }
                other => panic!("{} cut at {end}: {other:?}", case.name),
            }
        }
    }
}

/// Every value of every body replaced by one of another type, one at a time.
#[test]
fn every_value_of_another_type_is_refused_or_ignored() {
    let others = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!("x"),
        json!([]),
        json!([[1]]),
        json!({}),
        json!({"a": {}}),
    ];
    let mut tried = 0;
    for case in read() {
        let body: Value = serde_json::from_slice(&case.body).expect("JSON");
        for pointer in pointers(&body) {
            for other in &others {
                let mut changed = body.clone();
                *changed.pointer_mut(&pointer).expect("a value") = other.clone();
                let text = serde_json::to_vec(&changed).expect("JSON");
                if let Err(refusal) = case.receive(&text) {
                    assert!(matches!(refusal.status(), 400 | 401), "{} {pointer} {other}", case.name);
                }
                tried += 1;
            }
        }
    }
    assert!(tried > 5_000, "{tried} bodies");
}

fn pointers(value: &Value) -> Vec<String> {
    let below = |key: String, value: &Value| {
        pointers(value).into_iter().map(move |rest| format!("/{key}{rest}")).collect::<Vec<_>>()
    };
    let own = std::iter::once(String::new());
    match value {
        Value::Object(map) => own.chain(map.iter().flat_map(|(key, value)| below(key.clone(), value))).collect(),
        Value::Array(list) => {
            own.chain(list.iter().enumerate().flat_map(|(at, value)| below(at.to_string(), value))).collect()
        }
        _ => own.collect(),
    }
}

fn github(body: &[u8]) -> Result<webhooks::Event, Refusal> {
    let headers = BTreeMap::from([("x-github-event".to_owned(), "push".to_owned())]);
    receive(&Delivery { headers: &headers, query: &BTreeMap::new(), body }, &Secrets::default(), 8 << 20)
}

#[test]
fn deep_bodies_are_refused_wherever_they_are_deep() {
    let open = "[".repeat(200_000);
    for body in [open.clone(), format!("{{\"ref\":{open}"), format!("{{\"unknown\":{open}"), "{\"a\":".repeat(200_000)]
    {
        assert!(matches!(github(body.as_bytes()), Err(Refusal::Body { .. })));
    }
}

#[test]
fn bodies_beyond_the_limit_are_not_read() {
    let body = vec![b' '; (8 << 20) + 1];
    assert_eq!(github(&body), Err(Refusal::TooLarge(8 << 20)));
    assert_eq!(Refusal::TooLarge(1).status(), 413);
}

/// Millions of commits or paths take no more memory than a push may tell, and make its files unknown.
#[test]
fn long_lists_are_cut() {
    let tail = r#","before":"1","after":"2","ref":"refs/heads/a","repository":{"html_url":"https://x/y"}}"#;
    let commits = format!("{{\"commits\":[{}{{}}]{tail}", "{},".repeat(1_000_000));
    let paths: String = (0..300_000).map(|n| format!("\"{n}\",")).collect();
    let files = format!("{{\"commits\":[{{\"added\":[{paths}\"x\"]}}]{tail}");
    for body in [commits, files] {
        let Ok(webhooks::Event::Push(push)) = github(body.as_bytes()) else { panic!("a push") };
        assert_eq!(push.files, webhooks::Files::Unknown);
    }
}

/// No refusal quotes the delivery.
#[test]
fn refusals_hold_nothing_of_the_body() {
    for body in [r#"{"ref": 5, "x": "hunter2"}"#, r#"{"ref": {"hunter2": 1}}"#, r#"{"commits": "hunter2"}"#, "hunter2"]
    {
        let refusal = github(body.as_bytes()).expect_err("refused");
        assert!(!refusal.to_string().contains("hunter2") && !format!("{refusal:?}").contains("hunter2"), "{refusal:?}");
    }
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    assert!(matches!(github(b"\xff\xfe{}"), Err(Refusal::Body { .. })));
    assert!(matches!(github(b"{\"ref\":\"\xff\"}"), Err(Refusal::Body { .. })));
    assert!(matches!(github(b""), Err(Refusal::Body { .. })));
}
