//! Replays recorded request sequences of a real Kubernetes API server against another one, given as a `tower`
//! service, and compares the answers case by case. Placeholders in the recordings stand for what differs from run to
//! run (uids, revisions, times, generated names); they are bound at their first appearance and must agree after that.
//!
//! Knows nothing of the server under test. Start reading at [`replay`].

mod case;
mod clean;
mod client;
mod compare;
mod placeholder;
mod replay;
mod report;

pub use case::{Case, LoadError, Step, load};
pub use clean::clean;
pub use client::Service;
pub use replay::replay;
pub use report::{Known, Outcome, Report, Verdict};
