//! Executing templates. One [`machine::Machine`] runs the steps of a template and of all it calls, with stacks of its own
//! on the heap: nothing a template does makes Rust recurse.

mod field;
mod frame;
mod machine;
mod step;

pub(crate) use machine::{Machine, World};
