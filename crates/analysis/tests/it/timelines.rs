//! Timelines as documents: prose, a spec, what providers will say (`script`), what happens (`>`), what was asked and
//! answered (`@seconds`), told (`!`), and how the run then stands (`=`). `UPDATE_CASES=1` writes them anew.

use crate::documents::{Timed, go_as_they_say};
use crate::world::Stage;
use jiff::SignedDuration;

fn run(text: &str) -> String {
    let (mut stage, mut quiet): (Option<Stage>, bool) = (None, false);
    let mut out = String::new();
    for line in text.lines().filter(|line| !line.starts_with(['=', '!', '@'])) {
        out.push_str(line);
        out.push('\n');
        if let Some(spec) = line.strip_prefix("spec ") {
            stage = Some(Stage::new(serde_json::from_str(spec).expect("a spec in JSON")));
        }
        // What only goes on is not told.
        quiet |= line == "quiet";
        let Some(stage) = stage.as_mut() else { continue };
        if let Some(script) = line.strip_prefix("script ") {
            let (metric, said) = script.split_once(": ").expect("`script metric: answers`");
            stage.script.insert(metric.to_owned(), said.split(", ").map(ToOwned::to_owned).collect());
        }
        if let Some(command) = line.strip_prefix("> ") {
            command_on(stage, command);
            for told in
                std::mem::take(&mut stage.told).iter().filter(|told| !(quiet && told.ends_with("running Running")))
            {
                out.push_str(&format!("{told}\n"));
            }
            out.push_str(&format!("= {}\n", stage.line()));
        }
    }
    out
}

fn command_on(stage: &mut Stage, command: &str) {
    let (word, rest) = command.split_once(' ').unwrap_or((command, ""));
    match word {
        "start" => {
            stage.settle();
        }
        "jump" => {
            let by = SignedDuration::from_secs(rest.parse().expect("seconds"));
            stage.now = stage.now.checked_add(by).expect("a time");
            stage.settle();
        }
        "wait" => stage.wait(SignedDuration::from_secs(rest.parse().expect("seconds"))),
        "terminate" => {
            stage.run.spec.terminate = true;
            stage.settle();
        }
        other => unreachable!("no command {other}"),
    }
}

#[test]
fn every_timeline_goes_as_it_says() {
    go_as_they_say(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/timelines"), run);
}
