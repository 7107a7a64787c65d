//! The engine against recorded answers of Argo Rollouts, against timelines, and against laws.

mod counts;
mod hashes;
mod laws;
mod stage;
mod timelines;
mod validation;
