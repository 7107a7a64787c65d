//! A simulated ingress: real HTTP on loopback, split as the objects of routers and Services say, and answered by
//! simulated pods, which count what reaches them.
//!
//! Reads API objects through the ordinary client and nothing else: it knows nothing of Rollouts nor of anybody's
//! memory, so what moves here would move behind a real ingress. Reading order: [`Table`] (routes of objects, pure),
//! [`Snapshot`] (with who stands behind them, pure), [`Ingress`] (kept up to date, and served).

mod reading;

mod ask;
mod condition;
mod host;
mod objects;

mod rewrite;
mod sticky;

mod route;
mod routers;
mod table;

mod backends;
mod pods;
mod snapshot;

mod front;

mod statuses;

mod follow;
mod server;

mod ingress;

pub use ask::{Ask, plain_host};
pub use condition::{Condition, Text};
pub use front::{Answer, Front, Reply};
pub use host::Host;
pub use ingress::{Bound, Ingress, StartError};
pub use objects::{Kind, Objects};
pub use pods::{Count, Identity, Pod, Tallies};
pub use rewrite::{Redirect, Rewrite};
pub use route::{Backend, Mirror, Origin, Port, Rank, Route, Share};
pub use routers::{KINDS, routes};
pub use server::{COUNTS_PATH, METRICS_PATH};
pub use snapshot::Snapshot;
pub use sticky::{Sticky, With};
pub use table::Table;
