//! The engine against Go's own: recorded cases, generated templates, bad input.

mod cases;
mod functions;
mod generate;
mod limits;
mod recorded;
mod sharing;
