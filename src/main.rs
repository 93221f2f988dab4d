//! The `leakwatch` program.

fn main() {}
