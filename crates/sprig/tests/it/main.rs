//! Sprig's functions as templates call them, against what the original answers.

mod argo;
mod limits;
mod names;
mod recorded;
mod world;
