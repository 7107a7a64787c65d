//! The engine against Go's own: recorded cases, generated templates, bad input.

mod cases;
mod functions;
mod generate;
mod generate_html;
mod html;
mod limits;
mod recorded;
mod sharing;
