//! What routers write, compared as text.

#![allow(clippy::panic, reason = "a test helper that is used wrongly ends the test")]

mod alb;
mod cases;
mod nginx;
mod stage;
