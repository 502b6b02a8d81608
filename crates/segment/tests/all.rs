//! All tests of this crate from outside, as one program: each program more is linked anew, with all that it uses.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails, and says what it saw"
)]

mod common;
mod damage;
mod networks;
mod plans;
