//! The clusters that applications go to: as Secrets declare them, found by name or address, followed as long as they are
//! declared.
//!
//! One that is slow or dead holds up nobody else: nothing here waits for a cluster but the task that is its own. Reading
//! order: `declared` (a Secret as a value, pure), `resolve` (which one a destination means, pure), `registry` (which are
//! followed), `follow` (one of them).

mod declared;
mod follow;
mod news;
mod registry;
mod resolve;

pub use declared::{ClusterSecret, read_clusters};
pub use follow::{ByNetwork, Connect, Connection};
pub use news::{News, Told};
pub use registry::{Destinations, Place};
pub use resolve::{Destination, NoDestination, resolve};
