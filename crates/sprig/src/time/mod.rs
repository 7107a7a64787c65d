//! Go's `time.Time` as templates see it: an instant, the zone it is shown in, layouts such as `2006-01-02`.
//!
//! Reads no clock and no file of the machine: the present is an input ([`crate::Sources`]), the zones are built in.
//! Start reading at [`Time`].

mod calendar;
mod format;
mod instant;
mod layout;
mod parse;
mod zone;

pub use calendar::{MONTHS, WEEKDAYS};
pub use format::format;
pub use instant::Time;
pub use parse::{ParseError, parse};
pub use zone::Zone;
