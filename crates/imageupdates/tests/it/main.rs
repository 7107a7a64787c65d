//! Image updates, whole: a registry and repositories on this machine, an embedded cluster with Applications as their
//! controller leaves them.

mod stage;

mod commits;
mod elsewhere;
mod held;
mod hostile;
mod many;
mod merging;
