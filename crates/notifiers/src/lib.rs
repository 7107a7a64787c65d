//! Takes notifications to where people read them.
//!
//! Each service has a module of its own in `services`, with the page of its vendor that it follows; adding one is adding a
//! file and its line in the table of [`KINDS`]. What is told, to whom and how often is not decided here: see
//! `notifications`.
//!
//! Guarantees: every delivery ends in time; requests go to addresses that may be asked only, as those of metrics do; an
//! error says whether to try again and when. Start reading at [`Notifiers::send`].

mod authorities;
mod error;
mod options;

mod context;

mod google;
mod jwt;
mod tls;

mod services;

mod notifiers;

pub use authorities::Authorities;
pub use context::Options;
pub use error::SendError;
pub use notifiers::{Delivery, KINDS, Notifiers};
pub use outbound::Network;
