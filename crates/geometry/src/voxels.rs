//! Values on a grid: brought into one orientation, made into label maps, counted, taken apart.

pub mod components;
pub mod distance;
pub mod mask;
pub mod neighbours;
pub mod regions;
pub mod reorient;
pub mod threshold;

mod runs;
