//! What people tell a Rollout — promote, abort, retry, restart, pause, undo, another image — as the patches that tell it.
//!
//! Pure: objects go in, patches come out; knows no cluster, no terminal and no page. The command line and the dashboard
//! both speak through it, so that a button does what the command of its name does. Start reading at [`promote`], then
//! [`undo`].

mod field;
mod image;
mod promote;
mod refused;
mod undo;
mod workload;

pub use field::{abort, pause, restart, resume, retry};
pub use image::{ImageFor, set_images};
pub use promote::{Patches, Promotion, promote};
pub use refused::Refused;
pub use undo::{Undone, controlled_by, selector_of, undo};
pub use workload::{Workload, workload_of};
