//! Levels of detail: the same surface with fewer and fewer faces, each with its error.

use medshape_types::Mesh;

use super::deviation::mutual_bound_mm;
use super::simplify::{Simplified, to_faces};

/// How many levels there are at most.
pub const N_LEVELS: usize = 4;

/// By how much each level has fewer faces than the one before, so that all levels together add a
/// third to the mesh.
const SAVING: usize = 4;

/// A level that has more than this share of the faces of the finer one is not worth its bytes.
const LARGEST_SHARE: f64 = 0.6;

/// How far the error may be overstated: a viewer needs no better, and 5 % costs a sixth of an ingest.
const TOLERANCE: f64 = 0.3;

/// Meshes of fewer faces are coarse enough.
const FEWEST_FACES: usize = 64;

/// Coarser and coarser versions of a mesh, each with a quarter of the faces of the one before, as far
/// as their errors stay within `max_error_mm`.
///
/// Each is made from the one before and measured against it, so errors add up.
/// To ask for an error instead of a number of faces, and pay some twenty times the time, see
/// [`within`](super::simplify::within).
/// Vertices lie on the lattice that `step_exponent` says, as in [`to_faces`].
///
/// ```
/// use medshape_geometry::mesh::levels::levels;
/// use medshape_geometry::surface::{SurfaceOptions, surfaces};
/// use medshape_types::{Affine, Grid, LabelMap};
///
/// let inside = |i: usize| [i % 16, i / 16 % 16, i / 256].map(|v| (v as i32 - 8).pow(2)).iter().sum::<i32>() < 40;
/// let grid = Grid::new([16; 3], Affine::IDENTITY).unwrap();
/// let ball = (0..4096).map(|i| u16::from(inside(i))).collect();
/// let found = surfaces(&LabelMap::new(grid, ball, vec![0, 1]).unwrap(), &SurfaceOptions::default());
/// let levels = levels(&found.meshes[1], 3.0, found.step_exponent);
/// assert!(levels.iter().all(|level| level.error_mm <= 3.0));
/// assert!(4 * levels[0].mesh.faces().len() <= found.meshes[1].faces().len());
/// ```
pub fn levels(mesh: &Mesh, max_error_mm: f64, step_exponent: i32) -> Vec<Simplified> {
    let mut levels: Vec<Simplified> = Vec::new();
    while levels.len() < N_LEVELS {
        let (finer, used_mm) =
            levels.last().map_or((mesh, 0.0), |last| (&last.mesh, last.error_mm));
        let n_faces = finer.faces().len() / SAVING;
        if n_faces < FEWEST_FACES {
            break;
        }
        let mesh = to_faces(finer, n_faces, step_exponent);
        if mesh.faces().len() as f64 > LARGEST_SHARE * finer.faces().len() as f64 {
            break;
        }
        let error_mm = used_mm + mutual_bound_mm(finer, &mesh, TOLERANCE);
        if error_mm > max_error_mm {
            break;
        }
        levels.push(Simplified { mesh, error_mm });
    }
    levels
}
