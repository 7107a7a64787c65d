//! Jsonnet, evaluated where it can be stopped. No library for it counts its steps or its memory, so each program runs
//! in a process of its own — the same binary, started with a hidden command — that has given up files, other processes
//! and all but a fixed amount of memory and processor time before it reads its first byte. What it imports it asks for
//! over a pipe; the answer comes from the repository's tree, where every read and every absence is recorded.
//!
//! The parent's side is [`Evaluator`], the port of `render`; the child's side is [`serve`]. They speak [`wire`]'s
//! messages. The language itself is a library's; what differs from the original implementation in Go is mended in
//! `language`.

mod limits;
mod wire;

mod ending;
mod timer;

mod evaluating;
mod evaluator;

mod confine;
mod language;
mod serve;

pub use evaluator::Evaluator;
pub use limits::{Confinement, Limits};
pub use serve::serve;
