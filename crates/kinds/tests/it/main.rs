//! The kinds against what a real API server answered: each recorded creation goes through the functions of this crate
//! in the order of the request pipeline.

mod creation;
mod errors;
mod openapi;
mod recorded;
mod table;
mod tables;
