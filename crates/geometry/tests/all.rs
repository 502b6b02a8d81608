//! All tests of this crate from outside, as one program: each program more is linked anew, with all that it uses.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails, and says what it saw"
)]

mod features;
mod round_trip;
mod simplify;
mod surface_accuracy;
mod surface_promises;
mod surface_topology;
