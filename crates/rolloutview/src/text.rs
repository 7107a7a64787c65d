//! Everything about one Rollout or Experiment as text, and its state in one line.

use crate::experiment::ExperimentView;
use crate::images::{Image, of_experiment};
use crate::paint::Paint;
use crate::rollout::RolloutView;
use crate::tree::Tree;
use jiff::Timestamp;
use std::fmt::Display;

/// What `get rollout` shows.
#[must_use]
pub fn rollout_text(view: &RolloutView, paint: Paint, now: Timestamp) -> String {
    let mut text = String::new();
    line(&mut text, "Name:", &view.name);
    line(&mut text, "Namespace:", &view.namespace);
    line(&mut text, "Status:", format!("{} {}", paint.word(view.icon), view.status));
    if !view.message.is_empty() {
        line(&mut text, "Message:", &view.message);
    }
    line(&mut text, "Strategy:", view.strategy);
    if let Some(canary) = &view.canary {
        line(&mut text, "  Step:", &canary.step);
        line(&mut text, "  SetWeight:", canary.set_weight);
        line(&mut text, "  ActualWeight:", canary.actual_weight);
    }
    images(&mut text, &view.images, paint);
    text.push_str("Replicas:\n");
    line(&mut text, "  Desired:", view.desired);
    line(&mut text, "  Current:", view.current);
    line(&mut text, "  Updated:", view.updated);
    line(&mut text, "  Ready:", view.ready);
    line(&mut text, "  Available:", view.available);
    text + "\n" + &Tree::of_rollout(view, paint, now)
}

/// What `get experiment` shows.
#[must_use]
pub fn experiment_text(view: &ExperimentView, paint: Paint, now: Timestamp) -> String {
    let mut text = String::new();
    line(&mut text, "Name:", &view.name);
    line(&mut text, "Namespace:", &view.namespace);
    line(&mut text, "Status:", format!("{} {}", paint.word(view.icon), view.status));
    if !view.message.is_empty() {
        line(&mut text, "Message:", &view.message);
    }
    images(&mut text, &of_experiment(view), paint);
    text + "\n" + &Tree::of_experiment(view, paint, now)
}

/// What `status` shows: the phase, and why.
#[must_use]
pub fn status_line(phase: &str, message: &str) -> String {
    if message.is_empty() { phase.to_owned() } else { format!("{phase} - {message}") }
}

/// A name in 17 places and a value.
fn line(text: &mut String, name: &str, value: impl Display) {
    text.push_str(&format!("{name:<17}{value}\n"));
}

fn images(text: &mut String, images: &[Image], paint: Paint) {
    for (index, image) in images.iter().enumerate() {
        let tags: Vec<String> = image.tags.iter().map(|tag| paint.word(tag)).collect();
        let tags = if tags.is_empty() { String::new() } else { format!(" ({})", tags.join(", ")) };
        line(text, if index == 0 { "Images:" } else { "" }, format!("{}{tags}", image.name));
    }
}
