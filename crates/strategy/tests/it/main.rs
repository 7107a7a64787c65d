//! The engine against recorded answers of Argo Rollouts, against timelines, and against laws.

mod counts;
mod hashes;
mod laws;
mod leaves;
mod stage;
mod timelines;
mod validation;
