//! Server-side apply, patches and sets against the answers of a real API server, and the laws they obey.

#![allow(clippy::unwrap_used, reason = "helpers of tests, which may panic as tests do")]

mod kubernetes;
mod laws;
mod patches;
mod vectors;
