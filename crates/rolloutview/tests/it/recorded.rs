//! Whole outputs against those that `kubectl-argo-rollouts` (9f8d111d) gave for the same objects at the same time.

use crate::objects::{Objects, folder, now};
use rolloutview::{
    ExperimentRow, ExperimentView, ListColumns, Paint, RolloutRow, RolloutView, experiment_text, experiments_text,
    rollout_text, rollouts_text,
};

fn recorded(case: &str, file: &str) -> Option<String> {
    std::fs::read_to_string(folder(case).join(file)).ok()
}

fn check(case: &str, file: &str, found: &str) {
    let expected = recorded(case, file).expect("a recorded output");
    assert_eq!(found, expected, "{case}/{file}");
}

const PAINTS: [(Paint, &str); 2] = [(Paint::Plain, "txt"), (Paint::Ansi, "colour.txt")];

fn whole(case: &str) {
    let objects = Objects::of(case);
    let view = RolloutView::of(&objects.seen());
    for (paint, ending) in PAINTS {
        check(case, &format!("rollout.{ending}"), &rollout_text(&view, paint, now()));
    }
    for (paint, ending) in PAINTS {
        if let Some(experiment) = objects.experiments.first() {
            let view = ExperimentView::of(experiment, &objects.sets, &objects.pods, &objects.runs);
            check(case, &format!("experiment.{ending}"), &experiment_text(&view, paint, now()));
        }
    }
    lists(case, &objects);
}

/// `list rollouts` and `list experiments`, alone and with all columns.
fn lists(case: &str, objects: &Objects) {
    let rollouts: Vec<RolloutRow> = objects.rollouts.iter().map(RolloutRow::of).collect();
    let experiments: Vec<ExperimentRow> = objects.experiments.iter().map(|it| ExperimentRow::of(it, now())).collect();
    let mut text = String::new();
    for columns in [ListColumns::default(), ListColumns { time: Some(now()), namespace: true }] {
        text += &rollouts_text(&rollouts, columns);
        text += "\n";
        text += &if experiments.is_empty() {
            "No resources found.\n".to_owned()
        } else {
            experiments_text(&experiments, columns)
        };
    }
    check(case, "list.txt", &text);
}

macro_rules! cases {
    ($($case:ident),* $(,)?) => { $(
        #[test]
        fn $case() {
            whole(stringify!($case));
        }
    )* };
}

cases!(
    healthy_canary,
    paused_canary,
    paused_canary_routed,
    promoted_canary_routed,
    degraded_canary,
    blue_green_preview,
    blue_green_switched,
    aborted_with_analysis,
    experiment_step,
    ping_pong,
    invalid_spec,
    not_observed,
    resumed,
    phase_not_written,
    states_of_pods,
);

#[test]
fn every_folder_is_a_case() {
    let source = include_str!("recorded.rs");
    for entry in std::fs::read_dir(folder("")).expect("the cases") {
        let name = entry.expect("a folder").file_name().into_string().expect("a name");
        assert!(source.contains(&format!("    {name},\n")), "{name} is compared with nothing");
    }
}

#[test]
fn one_revision_alone() {
    let objects = Objects::of("aborted_with_analysis");
    let mut view = RolloutView::of(&objects.seen());
    view.keep_revision(1);
    let text = rollout_text(&view, Paint::Plain, now());
    let tree: Vec<&str> = text.lines().filter(|line| line.contains('─')).map(str::trim_end).collect();
    assert_eq!(tree[0], "└──# revision:1");
    assert_eq!(tree.len(), 8, "{text}");
}
