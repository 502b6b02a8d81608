//! The program `medshape`.

fn main() {}
