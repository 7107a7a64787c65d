//! The pages over an embedded cluster with both controllers, and repositories in memory: asked as a program asks, and looked
//! at in a real browser.

mod server;
mod stage;

mod answers;
mod hostile;
mod logs;
mod pages;
mod settings;

mod chromedriver;
