//! Experiments as documents: prose, templates of analyses (`template`), a spec, what happens (`>`), what is made (`+`),
//! changed (`~`), deleted (`-`) and told (`!`) then, and where the Experiment stands (`=`). `UPDATE_CASES=1` writes them anew.

use crate::documents::{Timed, go_as_they_say};
use crate::laboratory::Laboratory;
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn run(text: &str) -> String {
    let (mut laboratory, mut out) = (None, String::new());
    let mut templates = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with(['=', '!', '+', '~', '-'])) {
        out.push_str(line);
        out.push('\n');
        if let Some((name, spec)) = line.strip_prefix("template ").and_then(|rest| rest.split_once(' ')) {
            templates.insert(name.to_owned(), serde_json::from_str(spec).expect("a template in JSON"));
        }
        if let Some(spec) = line.strip_prefix("spec ") {
            let mut new = Laboratory::new(completed(serde_json::from_str(spec).expect("a spec in JSON")));
            new.templates = templates.clone();
            laboratory = Some(new);
        }
        let (Some(laboratory), Some(command)) = (laboratory.as_mut(), line.strip_prefix("> ")) else { continue };
        command_on(laboratory, command);
        for told in std::mem::take(&mut laboratory.told) {
            out.push_str(&format!("{told}\n"));
        }
        out.push_str(&format!("= {}\n", laboratory.line()));
    }
    out
}

/// Versions have pods, which a document need not show.
fn completed(mut spec: Value) -> Value {
    for version in spec["templates"].as_array_mut().into_iter().flatten() {
        let container = json!({"name": "web", "image": "web:1", "ports": [{"containerPort": 8080}]});
        let defaults = [
            ("selector", json!({"matchLabels": {"app": "web"}})),
            ("template", json!({"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container]}})),
        ];
        for (field, value) in defaults {
            if version.get(field).is_none() {
                version[field] = value;
            }
        }
    }
    spec
}

fn command_on(laboratory: &mut Laboratory, command: &str) {
    let words: Vec<&str> = command.splitn(4, ' ').collect();
    match words.as_slice() {
        ["start"] => drop(laboratory.settle()),
        ["wait", seconds] => laboratory.wait(SignedDuration::from_secs(seconds.parse().expect("seconds"))),
        ["pods", version, count] => laboratory.pods(version, count.parse().expect("a count")),
        ["run", name, phase] => laboratory.run(name, phase, ""),
        ["run", name, phase, message] => laboratory.run(name, phase, message),
        ["crash"] => laboratory.crash(),
        ["taken", version] => laboratory.taken.push((*version).to_owned()),
        ["terminate"] => laboratory.change(&json!({"terminate": true})),
        _ => unreachable!("no command {command}"),
    }
}

#[test]
fn every_timeline_goes_as_it_says() {
    go_as_they_say(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/experiments"), run);
}
