//! Experiments as documents: prose, templates of analyses (`template`), a spec, what happens (`>`), what is made (`+`),
//! changed (`~`), deleted (`-`) and told (`!`) then, and where the Experiment stands (`=`). `UPDATE_CASES=1` writes them anew.

use crate::laboratory::Laboratory;
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

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
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/experiments");
    let mut files: Vec<_> = std::fs::read_dir(&folder).expect("the folder").filter_map(Result::ok).collect();
    files.sort_by_key(std::fs::DirEntry::path);
    let mut wrong = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file.path()).expect("a timeline");
        let found = run(&text);
        if found != text {
            if std::env::var_os("UPDATE_CASES").is_some() {
                std::fs::write(file.path(), &found).expect("written");
            }
            wrong.push(format!("--- {} goes\n{found}", file.file_name().to_string_lossy()));
        }
    }
    assert!(!files.is_empty());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
