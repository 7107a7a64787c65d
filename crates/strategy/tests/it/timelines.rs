//! Timelines as documents: prose, a strategy, what happens (`>`), and what the world then looks like (`=`), with the
//! events told meanwhile (`!`).

use crate::stage::{Stage, template};
use serde_json::{Value, json};
use std::path::Path;

fn run(text: &str) -> String {
    let mut stage: Option<Stage> = None;
    let mut out = String::new();
    for line in text.lines().filter(|line| !line.starts_with('=') && !line.starts_with('!')) {
        out.push_str(line);
        out.push('\n');
        if let Some(spec) = line.strip_prefix("spec ") {
            let mut spec: Value = serde_json::from_str(spec).expect("a spec in JSON");
            spec["selector"] = json!({"matchLabels": {"app": "web"}});
            spec["template"] = template("v1");
            stage = Some(Stage::new(spec));
        }
        if let Some(command) = line.strip_prefix("> ") {
            let stage = stage.as_mut().expect("`spec` comes first");
            command_on(stage, command);
            stage.settle(|_| {});
            let events: Vec<String> = std::mem::take(&mut stage.events);
            out.push_str(&format!("= {}\n", stage.line()));
            if !events.is_empty() {
                out.push_str(&format!("! {}\n", events.join(" ")));
            }
        }
    }
    out
}

fn command_on(stage: &mut Stage, command: &str) {
    let (word, rest) = command.split_once(' ').unwrap_or((command, ""));
    let number = rest.trim_end_matches('s').parse::<i32>().unwrap_or(0);
    match word {
        "apply" => {}
        "image" => stage.change(|rollout| rollout.spec.template = template(rest)),
        "scale" => stage.change(|rollout| rollout.spec.replicas = Some(number)),
        "pause" => stage.change(|rollout| rollout.spec.paused = true),
        "resume" => stage.change(|rollout| rollout.spec.paused = false),
        "promote" => stage.patch(|status| status.pause_conditions.clear()),
        "skip" => stage.patch(|status| {
            status.pause_conditions.clear();
            status.current_step_index = status.current_step_index.map(|index| index + 1);
        }),
        "promote-full" => stage.patch(|status| status.promote_full = true),
        "abort" => stage.patch(|status| status.abort = true),
        "retry" => stage.patch(|status| status.abort = false),
        "wait" => stage.pass_time(i64::from(number)),
        "break" => {
            stage.broken.insert(rest.to_owned());
        }
        "repair" => {
            stage.broken.remove(rest);
        }
        other => unreachable!("no command {other}"),
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
            let name = file.file_name();
            wrong.push(format!("--- {} goes\n{found}", name.to_string_lossy()));
        }
    }
    assert!(!files.is_empty());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
