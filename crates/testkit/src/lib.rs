//! Faults, schedules and laws for every controller.
//!
//! A [`World`] holds an embedded cluster, a clock and a seed in one thread; [`simulate`] runs a scenario in it
//! in no real time. A [`Subject`] says what is to be tried; the [`laws`] put it through crashes, refusals, rough
//! watches, old reads and changes of leader. Under the same seed every run is the same run.

pub mod laws;

mod authority;
pub mod http_server;

mod faults;
mod gate;
mod subject;
mod trace;
mod world;

pub use authority::Authority;
pub use faults::{FaultPlan, Weather};
pub use gate::{Gate, Mishap};
pub use subject::{Replica, Subject};
pub use trace::{Trace, parting};
pub use world::{Process, World, simulate};
