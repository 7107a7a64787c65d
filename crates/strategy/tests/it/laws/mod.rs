//! What holds whatever the spec and whatever happens: thousands of generated Rollouts and schedules. A law that is broken
//! tells the story as a timeline would.

mod dice;
mod ends;
mod held;
mod schedules;
mod specs;

use crate::stage::Stage;
use dice::Dice;
use held::Held;
use std::collections::BTreeMap;
use std::ops::Range;
use strategy::Action;

/// How many things happen in one schedule.
const EVENTS: usize = 12;

/// One schedule, from a new Rollout to an end.
fn play(seed: u64, story: &mut Vec<String>) {
    let mut dice = Dice::new(seed);
    let spec = specs::spec(&mut dice);
    story.push(format!("spec {spec}"));
    let mut stage = Stage::new(spec);
    stage.broken.insert("bad".to_owned());
    stage.pace = dice.pick(&[1, 2, usize::MAX]);
    settle(&mut stage);
    for _ in 0..EVENTS {
        let event = schedules::event(&mut dice, &stage);
        story.push(format!("> {event}"));
        stage.command(&event);
        match dice.roll(4) {
            // The next thing happens before this one has led anywhere, or the process dies in the middle of a pass.
            0 => hurried(&mut stage, &mut dice, story),
            _ => settle(&mut stage),
        }
        story.push(format!("= {}", stage.line()));
    }
    ends::come_to_an_end(&mut stage, story);
}

fn settle(stage: &mut Stage) {
    stage.settle_by(&mut |stage| {
        let mut held = Held::of(stage);
        stage.pass_watched(&mut |stage, action| held.after(stage, action))
    });
}

fn hurried(stage: &mut Stage, dice: &mut Dice, story: &mut Vec<String>) {
    for _ in 0..=dice.roll(3) {
        let mut held = Held::of(stage);
        let mut law = |stage: &Stage, action: &Action| held.after(stage, action);
        if dice.once_in(3) {
            let writes = usize::try_from(dice.roll(4)).expect("small");
            story.push(format!("(it dies after {writes} writes)"));
            stage.pass_cut_short(writes, &mut law);
        } else {
            stage.pass_watched(&mut law);
            story.push("(one pass)".to_owned());
        }
        if dice.once_in(2) {
            stage.move_pods();
        }
    }
}

/// The stories that break a law, by what is broken.
fn broken(seeds: Range<u64>) -> BTreeMap<String, Vec<String>> {
    let mut broken = BTreeMap::<String, Vec<String>>::new();
    for seed in seeds {
        let mut story = vec![format!("seed {seed}")];
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| play(seed, &mut story)));
        if let Err(why) = result {
            let why = why.downcast_ref::<String>().cloned().unwrap_or_else(|| "a panic".to_owned());
            // Those that differ by numbers and names only are of one kind.
            let kind = why.split_whitespace().filter(|word| word.chars().all(|c| c.is_alphabetic() || c == ':'));
            let kind: Vec<&str> = kind.take(8).collect();
            story.push(format!("! {why}"));
            broken.entry(kind.join(" ")).or_default().push(story.join("\n"));
        }
    }
    broken
}

fn hold(seeds: Range<u64>) {
    let broken = broken(seeds);
    let kinds = broken.iter().map(|(kind, stories)| {
        let shortest = stories.iter().min_by_key(|story| story.len()).map_or("", String::as_str);
        format!("{} stories: {kind}\n{shortest}\n", stories.len())
    });
    assert!(broken.is_empty(), "{}", kinds.collect::<Vec<_>>().join("\n"));
}

// Four tests, so that they run beside each other.
#[test]
fn laws_hold_whatever_happens() {
    hold(0..500);
}

#[test]
fn laws_hold_whatever_else_happens() {
    hold(500..1000);
}

#[test]
fn laws_hold_however_often() {
    hold(1000..1500);
}

#[test]
fn laws_hold_after_all_that() {
    hold(1500..2000);
}

#[test]
fn the_same_world_gives_the_same_plan() {
    for seed in 0..50 {
        let mut dice = Dice::new(seed);
        let mut stage = Stage::new(specs::spec(&mut dice));
        stage.settle();
        stage.command("image v2");
        assert_eq!(stage.plan().to_string(), stage.plan().to_string());
    }
}
