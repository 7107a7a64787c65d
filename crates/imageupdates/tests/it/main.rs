//! Image updates, whole: a registry and repositories on this machine, an embedded cluster with Applications as their
//! controller leaves them.

#![allow(clippy::panic, reason = "a test that cannot go on says why")]

mod stage;

mod commits;
mod elsewhere;
mod held;
mod hostile;
mod many;
mod merging;
mod secured;
mod status;
