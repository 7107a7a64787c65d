//! Programs through the evaluating process: their values, their errors, their limits.

mod bench_of_tests;
mod cases;
mod limits;
