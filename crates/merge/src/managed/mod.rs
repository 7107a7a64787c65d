//! Who set which field of an object: server-side apply and the record that ordinary writes leave.
//!
//! An API server calls one function for each write: [`apply`] for an apply patch, [`record_update`] for everything
//! else, then [`restore_times`] before it decides whether anything changed. What it calls them with is a [`Write`].
//! Knows nothing of requests, storage or admission. The algorithm is in `updater`.

mod adopt;
mod apply;
mod cap;
mod conflict;
mod entries;
mod last_applied;
mod record;
mod scale;
mod times;
mod updater;
mod write;

pub use adopt::adopt;
pub use apply::{ApplyError, Force, apply};
pub use conflict::{Conflict, Conflicts};
pub use entries::{EntryError, Manager, Managers, Operation, Owned, decode, encode, set_entries};
pub use record::record_update;
pub use scale::{from_scale, to_scale};
pub use times::restore_times;
pub use write::{OneVersion, Versions, Write};
