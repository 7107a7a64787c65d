//! Notifications at work: observes Applications or Rollouts and their configuration, decides who is to be told what, and
//! sees that they are told, once.
//!
//! What triggers, templates and subscriptions mean is `notifications`' matter, how services are reached `notifiers'`. Every
//! delivery is a task of its own, so that a service which hangs delays nobody else; its end wakes the object, and the next
//! pass records it where upstream records it. Reading order: [`plan::decide`], `evaluate`, `driver`, [`Notify`].

mod key;
mod metrics;
mod self_service;

mod source;

mod fired;

mod outbox;

mod configs;

mod evaluate;

mod observed;

mod problem;

pub mod plan;

mod deliver;

mod driver;

mod run;

pub use configs::{authorities, start_settings_cache};
pub use evaluate::{Due, Evaluation};
pub use fired::{Inbox, Tap};
pub use key::ObjectKey;
pub use metrics::Metrics;
pub use observed::{Observed, Query, Seen};
pub use outbox::{Outcome, Standing};
pub use problem::{CONDITION, Problem};
pub use run::{Notify, Options, StartError};
pub use self_service::{NAME_APPLICATIONS, NAME_ROLLOUTS, SelfService};
pub use source::{Lookups, NoLookups, Sender};
