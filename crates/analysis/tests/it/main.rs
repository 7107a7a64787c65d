//! Runs as timelines, mistakes in specs, templates, and conditions on what providers answer.

mod documents;

mod answers;
mod conditions;
mod mistakes;
mod simulation;
mod templates;
mod timelines;
mod verdicts;
mod world;
