//! Timelines as documents: prose, a strategy (`spec`), what happens (`>`), and what the world then looks like (`=`), with
//! the events told meanwhile (`!`). What is planned in each pass is shown (`|`) where a line begins with `>>`; `show` says
//! what else is looked at (`.`). `UPDATE_SNAPSHOTS=1` writes down how they go.

use crate::stage::{Stage, template};
use serde_json::{Value, json};
use std::path::Path;

/// How lines begin that say what was found.
const FOUND: [&str; 4] = ["=", "!", "|", "."];

fn run(text: &str) -> String {
    let mut stage: Option<Stage> = None;
    let mut out = String::new();
    for line in text.lines().filter(|line| !FOUND.iter().any(|mark| line.starts_with(mark))) {
        out.push_str(line);
        out.push('\n');
        if let Some(spec) = line.strip_prefix("spec ").filter(|rest| rest.starts_with('{')) {
            let mut spec: Value = serde_json::from_str(spec).expect("a spec in JSON");
            spec["selector"] = json!({"matchLabels": {"app": "web"}});
            spec["template"] = template("v1");
            stage = Some(Stage::new(spec));
        } else if let Some(what) = line.strip_prefix("show ") {
            let shown = show(stage.as_ref().expect("`spec` comes first"), what);
            shown.iter().for_each(|line| out.push_str(&format!(". {line}\n")));
        } else if let Some(command) = line.strip_prefix(">> ") {
            go_on(stage.as_mut().expect("`spec` comes first"), command, true, &mut out);
        } else if let Some(command) = line.strip_prefix("> ") {
            go_on(stage.as_mut().expect("`spec` comes first"), command, false, &mut out);
        }
    }
    out
}

fn go_on(stage: &mut Stage, command: &str, shows_plans: bool, out: &mut String) {
    stage.command(command);
    let mut plans = String::new();
    if command == "pass" {
        plans = stage.pass().to_string();
        stage.move_pods();
    } else {
        stage.settle_by(&mut |stage| {
            let plan = stage.pass();
            if !plan.is_empty() {
                plans.push_str(&format!("{plan}\n---\n"));
            }
            plan
        });
    }
    if shows_plans {
        plans.trim_end_matches("---\n").lines().for_each(|line| out.push_str(&format!("| {line}\n")));
    }
    out.push_str(&format!("= {}\n", stage.line()));
    let events = std::mem::take(&mut stage.events);
    if !events.is_empty() {
        out.push_str(&format!("! {}\n", events.join(" ")));
    }
}

fn show(stage: &Stage, what: &str) -> Vec<String> {
    let (word, rest) = what.split_once(' ').unwrap_or((what, ""));
    match word {
        "conditions" => stage.conditions(),
        "waiting" => stage.waiting.clone(),
        "plan" => stage.plan().to_string().lines().map(str::to_owned).collect(),
        "balancer" => vec![stage.balancer.current.to_string()],
        "workload" => vec![format!("{:?} pods", stage.workload)],
        "sets" => {
            stage.sets.iter().map(|set| format!("{} {}", stage.image_of(&set.hash), json!(set.annotations))).collect()
        }
        "runs" => {
            let runs = stage.runs.iter().chain(stage.experiments.iter().map(|it| &it.run));
            let ended = |is_terminated| if is_terminated { ", told to end" } else { "" };
            runs.map(|run| format!("{} {}{}", run.name, run.phase, ended(run.is_terminated))).collect()
        }
        "pods" => vec![stage.pod_metadata(rest).to_string()],
        "template" => {
            let set = stage.sets.iter().find(|set| stage.image_of(&set.hash) == rest).expect("the version is there");
            vec![set.template.to_string()]
        }
        "status" => {
            let status = serde_json::to_value(&stage.rollout.status).expect("a status");
            vec![status.pointer(rest).map_or_else(|| "nothing".to_owned(), Value::to_string)]
        }
        other => unreachable!("nothing is shown of {other}"),
    }
}

#[test]
fn every_timeline_goes_as_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/timelines");
    let mut files: Vec<_> = std::fs::read_dir(&folder).expect("the folder").filter_map(Result::ok).collect();
    files.sort_by_key(std::fs::DirEntry::path);
    let mut wrong = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file.path()).expect("a timeline");
        let found = run(&text);
        if found != text {
            if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
                std::fs::write(file.path(), &found).expect("written");
            }
            wrong.push(format!("--- {} goes\n{found}", file.file_name().to_string_lossy()));
        }
    }
    assert!(!files.is_empty());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
