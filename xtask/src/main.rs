//! The tool runner: `cargo xtask tidy|gen|vectors|bench`.

fn main() {}
