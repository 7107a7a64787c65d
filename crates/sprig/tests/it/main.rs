//! Sprig's functions as templates call them, against what the original answers.

mod names;
mod recorded;
mod world;
