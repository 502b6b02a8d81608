//! Mirroring: what surgeons do by hand. The other side fills the hole.

use medshape_learn::SparseGrid;

use super::cohort::mirrored;

/// The skull, completed by its mirror image. The plane of symmetry is taken for known.
pub fn complete(partial: &SparseGrid, width: usize) -> SparseGrid {
    partial.union(&mirrored(partial, width))
}
