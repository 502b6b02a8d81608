//! Values on a grid: brought into one orientation, made into label maps, counted.

pub mod neighbours;
pub mod regions;
pub mod reorient;
pub mod threshold;
