//! The API server from outside.

mod handle;
