//! Sync windows by cases: `tests/cases/*.yaml`, each a list of windows and, line by line, a time, who asks, when the
//! sync began (`-` when it has not), and the verdict.

#![allow(clippy::panic, reason = "a test helper that is used wrongly ends the test")]

use budget::Budget;
use std::path::Path;
use windows::{Asked, Subject, Verdict, Windows};

fn line(windows: &Windows, subject: &Subject<'_>, question: &str) -> String {
    let words: Vec<&str> = question.split_whitespace().collect();
    let [now, who, began] = words[..] else { panic!("{question}: time, who and beginning expected") };
    let asked = if who == "hand" { Asked::ByHand } else { Asked::Automatically };
    let began = (began != "-").then(|| began.parse().expect("a time"));
    match windows.verdict(subject, asked, began, now.parse().expect("a time")) {
        Verdict::Allowed => "allowed".to_owned(),
        Verdict::Blocked { by, until: Some(until) } => format!("blocked by {by}, until {until}"),
        Verdict::Blocked { by, until: None } => format!("blocked by {by}"),
    }
}

#[test]
fn every_case_has_the_expected_verdict() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut count = 0;
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(folder).expect("cases") {
        let text = std::fs::read(entry.expect("an entry").path()).expect("a case file");
        let file = yaml::parse_one(&text, yaml::Dialect::V2, &mut Budget::default()).expect("YAML");
        for (name, case) in file.as_object().expect("cases by name") {
            let list: Vec<api::SyncWindow> = serde_json::from_value(case["windows"].clone()).expect("windows");
            let ready = Windows::new(&list);
            let text = |field: &str, other: &'static str| case[field].as_str().unwrap_or(other).to_owned();
            let (application, namespace) = (text("application", "shop"), text("namespace", "shop"));
            let subject = Subject {
                application: &application,
                namespace: &namespace,
                server: "https://kubernetes.default.svc",
                cluster: "in-cluster",
            };
            for (question, expected) in case["expect"].as_object().expect("expectations") {
                count += 1;
                let got = line(&ready, &subject, question);
                if Some(&*got) != expected.as_str() {
                    wrong.push(format!("{name}: {question}: expected {expected}, got {got:?}"));
                }
            }
        }
    }
    assert!(count > 20, "{count} expectations found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
