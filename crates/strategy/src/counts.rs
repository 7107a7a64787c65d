//! How many pods each version has: the arithmetic of canaries, without anything around it.
//!
//! Start reading at [`approximate`], then [`basic`] (traffic follows the numbers of pods) and [`routed`] (a router shares
//! it out). All of it is integer arithmetic; where upstream divides floating numbers, the results are the same.

mod approximate;
mod basic;
mod fenceposts;
mod routed;
mod share;
mod threshold;
mod versions;
mod weight;

pub use approximate::approximate;
pub use basic::basic;
pub use fenceposts::{Fenceposts, fenceposts};
pub use routed::{minimum_pods, routed};
pub use share::pods_for_weight;
pub use threshold::{at_desired, threshold_met};
pub use versions::{Desired, Versions};
pub use weight::{
    CurrentStep, abort_delay_seconds, canary_scale, current_step, desired_weight, has_explicit_abort_delay, set_weight,
    weight_max,
};
