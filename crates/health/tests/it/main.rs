//! Health of objects and applications.

mod aggregate;
mod cases;
mod switching;
