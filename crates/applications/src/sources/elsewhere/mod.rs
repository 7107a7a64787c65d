//! What sources need that lies in no commit of theirs: charts of chart repositories, files behind URLs, bases in other
//! repositories.
//!
//! Nothing waits for it: a render that misses something ends, what is missing is fetched beside everything else, and the
//! application is told when it is here. A host that is slow or dead holds up those who need it, nobody else.

mod fetcher;
mod outside;
mod port;

pub use fetcher::{Fetcher, Got, Had, Missed, Stored, Trust};
pub(super) use outside::{Outside, Settled, Slot, State as OutsideState};
pub(super) use port::{Here, Port};
