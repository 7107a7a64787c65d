//! Sync windows: when the applications of a project may be synced, and until when they may not.
//!
//! Pure: the time is an argument. Start reading at [`Windows::verdict`]; [`Cron`] is the language of schedules.

mod cron;
mod verdict;
mod window;

pub use cron::{Cron, CronError};
pub use verdict::{Asked, Verdict, Windows};
pub use window::{Kind, Subject, Window, WindowError};
