//! A small container registry in memory, served on loopback: what the distribution specification says of pushing, pulling,
//! tags and referrers, with anonymous, basic and token auth. For tests, examples and measurements: nothing is kept.
//!
//! Start reading at [`Server`]. [`Server::push`] puts an image there without a client; real clients push over HTTP.

mod content;
mod image;

mod auth;
mod behaviour;

mod answers;
mod reading;
mod writing;

mod server;

pub use auth::Auth;
pub use behaviour::{Asked, Behaviour, Canned};
pub use content::digest_of;
pub use image::{Image, artifact};
pub use server::Server;
