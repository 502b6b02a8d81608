//! The implant: what a completed skull has and the given one has not.

use medshape_geometry::mesh::closed::Closed;
use medshape_geometry::surface::{SurfaceOptions, surfaces};
use medshape_geometry::voxels::components::{Connectivity, largest_only};
use medshape_geometry::voxels::mask::MaskView;
use medshape_geometry::voxels::morphology::opened;
use medshape_learn::SparseGrid;
use medshape_types::{Grid, LabelMap, Mesh};

use crate::heads::label_map;

/// Parts thinner than twice this are no implant.
const OPENING_MM: f64 = 1.0;

/// The implant as a map of one label: the largest piece of what is new, once parts thinner than 2 mm
/// are taken away (which no part is where a voxel is larger).
pub fn implant(completed: &SparseGrid, partial: &SparseGrid, grid: &Grid) -> LabelMap {
    let new = label_map(&completed.difference(partial), grid);
    let new = opened(MaskView::of(&new, 1), OPENING_MM);
    largest_only(new, Connectivity::Corners).0
}

/// The surface of the largest part of an implant that hangs together by faces of voxels, so that it can
/// be printed in one piece; in world millimetres, closed, manifold, its faces outwards. `None` if there is
/// no implant.
pub fn printable(implant: &LabelMap) -> Option<Mesh> {
    let (solid, _) = largest_only(implant.clone(), Connectivity::Faces);
    let mesh = surfaces(&solid, &SurfaceOptions::default()).meshes.into_iter().nth(1)?;
    Closed::new(&mesh).is_some().then_some(mesh)
}
