//! Statistical shape models: the mean of a population, and the ways in which its members differ
//! (Cootes et al., 1995).
//!
//! ```text
//! meshes of one structure ── correspondence ──> the same vertices on each
//!                         ── procrustes ──────> laid onto each other
//!                         ── model ───────────> mean, modes, explained variance
//! ```

pub mod correspondence;
pub mod field;
pub mod model;
pub mod pieces;
pub mod procrustes;
pub mod typical;

mod stiffness;
