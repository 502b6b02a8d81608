//! What a store promises, tried on the real program: `kill -9`, a full disk, errors of the system, loss of
//! power, many who write at once. `docs/guarantees.md` has the list.
//!
//! `MEDSHAPE_LONG=1` runs the long versions.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may panic and say what it did, and why it skips"
)]

#[path = "../common/mod.rs"]
#[allow(dead_code, reason = "this program uses a part of it")]
mod common;

mod disk;
mod injected;
mod kills;
mod model;
mod power;
mod stop;
mod writers;

/// `short`, or `long` where the long versions are asked for.
fn rounds(short: usize, long: usize) -> usize {
    if std::env::var_os("MEDSHAPE_LONG").is_some() { long } else { short }
}

/// Numbers that look random and are the same in every run (Marsaglia, 2003).
struct XorShift(u64);

impl XorShift {
    fn new() -> Self {
        let seed = std::env::var("MEDSHAPE_SEED").ok().and_then(|seed| seed.parse().ok());
        Self(seed.unwrap_or(0x9e37_79b9_7f4a_7c15))
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}
