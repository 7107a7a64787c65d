//! The end-to-end proof, all of it in `tests/it`: applications in Git come up, heal, are updated and go back, and bad
//! input of every kind is told where it is and concerns nobody else. A whole cluster and the controllers run in one
//! process on a paused clock; what is asked and seen goes through kube-rs, a client nobody here wrote.
//!
//! The same through real kubectl and the real binary is in `crates/capstan/tests`.
