//! Server-side apply, patches and sets against the answers of a real API server, and the laws they obey.

mod kubernetes;
mod patches;
mod vectors;
