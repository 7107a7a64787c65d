//! Fetching from servers on this machine: what they answer well, badly, slowly, or without an end.

mod http;
mod registry;
mod server;
mod stage;
