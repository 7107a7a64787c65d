//! Requests to servers that others name — metrics, notifications: within limits of time and size, to addresses that may be
//! asked only, signed where a service wants it.
//!
//! Must not know what is asked, nor what an answer means. Start reading at [`Http`]; where a request may go is
//! [`Network`]'s to say.

mod network;

mod fetch;

pub use fetch::{Call, Http, Reply, header, server, url};
pub use network::{NamedBy, Network};
