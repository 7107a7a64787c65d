//! What is measured, one phase a module. Each prints its figures; none fails because a figure is bad.

pub mod from_nothing;

pub mod idle;

pub mod commits;

pub mod drift;
