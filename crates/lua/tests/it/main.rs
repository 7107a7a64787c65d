//! What scripts of users may say and do, and what they may not.

mod actions;
mod health;
mod limits;
mod world;
