//! Held to the original by its recorded answers, and to limits.

mod cases;
mod limits;
mod recorded;
