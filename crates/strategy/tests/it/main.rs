//! The engine against recorded answers of Argo Rollouts, against timelines, and against laws.

mod counts;
mod hashes;
mod index;
mod laws;
mod leaves;
mod stage;
mod status_leaves;
mod timelines;
mod validation;
