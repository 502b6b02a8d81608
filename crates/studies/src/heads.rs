//! Skulls as several tasks have them: phantoms on a common grid, and where the skull of a file lies beside
//! them.

mod label_map;
pub(crate) mod place;
mod skull;

pub use label_map::label_map;
pub use skull::{FIRST_TEST_SEED, Whole};
