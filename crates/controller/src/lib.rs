//! The runtime every controller shares: observe, ask, plan, act; a keyed queue, retry by error class, isolation of
//! panics, a guard against stale reads, leader election, events.
//!
//! Knows Kubernetes only through the `cluster` crate and nothing of what any controller does. Reading order:
//! [`Controller`] (what to implement), [`Plan`] (what it decides), [`run`] (what drives it).

mod event;
mod plan;
mod reconcile;

mod queue;

mod act;
mod fresh;
mod lanes;
mod leadership;
mod run;

mod event_sink;
mod kube_events;
mod lease;
mod metrics;
mod shutdown;
mod views;

pub use event::{Event, Severity};
pub use event_sink::{EventSink, Silent};
pub use kube_events::{KubeEvents, Reporter};
pub use leadership::{Leadership, Tenure};
pub use lease::{Elector, LeaseConfig};
pub use metrics::{Counter, Metrics, PASS_BUCKETS, Passes, Told};
pub use plan::{Guard, Level, OnFailure, Plan, Planned, Wake};
pub use queue::{Queue, Turn};
pub use reconcile::{Controller, Done, Failure, ROUNDS_MAX, Step};
pub use run::{Environment, run};
pub use shutdown::Shutdown;
pub use views::{View, Views};
