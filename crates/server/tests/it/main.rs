//! The server over real HTTP, beside the controller of applications on an embedded cluster.

mod hostile;
mod images;
mod intruders;
mod journey;
mod secrets;
mod stage;
mod streams;
mod verdicts;
mod webhooks;
