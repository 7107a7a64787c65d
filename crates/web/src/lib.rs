//! HTTP clients for everything that fetches what others name: one for every kind of trust, certificate, proxy and reach,
//! none of which follows a redirect by itself.
//!
//! Start reading at [`Clients`]. Which addresses may be asked is [`Reach`]'s to say: names are judged when they are
//! resolved, and connections go to the addresses that were judged.
//!
//! This crate must not know of Git, charts or registries: what is asked, and what an answer means, is its users' matter.

mod secret;

mod trust;

mod reach;

mod cause;
mod challenge;
mod client;

pub use cause::{Cause, pause_asked};
pub use challenge::Challenge;
pub use client::{ClientError, ClientKind, Clients, root_cause};
pub use reach::{Reach, Refused, addresses, are_neighbours, is_loopback, is_same_authority, share_a_domain};
pub use secret::Secret;
pub use trust::{ClientCertificate, PlainHttp, Proxy, ServerTrust};
