//! What is done on grids: label maps brought into one orientation, taken apart, measured, repaired and
//! put on other grids.

pub mod cavities;
pub mod components;
pub mod contours;
pub mod crop;
pub mod distance;
pub mod mask;
pub mod morphology;
pub mod neighbours;
pub mod prepare;
pub mod regions;
pub mod reorient;
pub mod resample;
pub mod resize;
pub mod threshold;

pub(crate) mod bits;
pub(crate) mod runs;
