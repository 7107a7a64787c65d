//! The web UI: pages to look at applications and act on them, rendered here and kept up to date by events.
//!
//! Knows HTTP and HTML; what things mean is `appview`'s, who may is [`Door`]'s, what is desired is [`Judge`]'s. Guarantees:
//! nothing is followed before somebody looks; nothing is shown or done that [`Door::may`] does not permit; no page refers
//! to anything outside; a button that is shown does what it says. Reading order: [`router`], `site` (what every request
//! gets), `world` and `entry` (what is in the cluster), `pages` (what is answered), `act` (what is done).

mod door;
mod judge;
mod plane;
mod problem;
mod view;

mod entry;
mod follow;

mod world;

mod explain;
mod live_tree;

mod act;
mod log_stream;
mod logs;

mod assets;
mod respond;
mod site;

mod guard;
mod stream;

mod pages;
mod rollouts_at;

mod router;

mod at_server;

pub use at_server::pages;
pub use door::{Door, SignedIn, User};
pub use judge::{Compared, Judge, NoJudge};
pub use plane::{Ask, NoPlane, Plane};
pub use problem::Problem;
pub use router::router;
pub use site::Options;
