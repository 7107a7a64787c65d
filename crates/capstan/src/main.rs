//! The one binary: picks the commands by the name it was called with and runs them.

fn main() {}
