//! Registries asked over loopback: one of our own, well-behaved and not, and the distribution's where it is installed.

mod distribution;
mod hostile;
mod packaged;
mod pulling;
mod signatures;
mod stage;
mod vendors;
