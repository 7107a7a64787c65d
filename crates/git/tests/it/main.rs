//! Repositories against real servers on loopback: git's own `http-backend` and `upload-pack`, behind an https server and
//! an ssh server that live in the test, and servers that misbehave.

#![allow(clippy::panic, reason = "a test that cannot go on says why")]

mod fixture;
mod http_server;
mod ssh_server;

mod building;
mod hostile;
mod http;
mod local;
mod mirrors;
mod pushing;
mod signing;
mod ssh;
mod trees;
mod watching;
