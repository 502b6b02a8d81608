//! Levels of detail: the same surface with fewer and fewer faces, each with its error.

use medshape_types::Mesh;

use super::simplify::within_if;

/// Errors in mm that suit scenes of one organ up to those of whole bodies.
pub const ERRORS_MM: [f64; 4] = [0.05, 0.2, 0.8, 3.0];

/// A level is kept if it has at most this share of the faces of the finer one.
const LARGEST_SHARE: f64 = 0.6;

/// A mesh with fewer faces.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// Which of the errors that were asked for it stays within.
    pub place: usize,
    /// The mesh.
    pub mesh: Mesh,
    /// No point of either surface is farther from the other, in mm: measured.
    pub error_mm: f64,
}

/// Coarser and coarser versions of a mesh, for errors that grow, as far as each saves at least two
/// fifths of the faces of the one before.
///
/// Each is made from the one before, so their errors add up; the sum is what `error_mm` says and
/// what stays within `errors_mm`.
/// Vertices lie on the lattice that `step_exponent` says, as in
/// [`to_faces`](super::simplify::to_faces).
///
/// ```
/// use medshape_geometry::mesh::levels::{ERRORS_MM, levels};
/// use medshape_geometry::surface::{SurfaceOptions, surfaces};
/// use medshape_types::{Affine, Grid, LabelMap};
///
/// let inside = |i: usize| [i % 16, i / 16 % 16, i / 256].map(|v| (v as i32 - 8).pow(2)).iter().sum::<i32>() < 40;
/// let grid = Grid::new([16; 3], Affine::IDENTITY).unwrap();
/// let ball = (0..4096).map(|i| u16::from(inside(i))).collect();
/// let found = surfaces(&LabelMap::new(grid, ball, vec![0, 1]).unwrap(), &SurfaceOptions::default());
/// let levels = levels(&found.meshes[1], &ERRORS_MM, found.step_exponent);
/// assert!(levels.iter().all(|level| level.error_mm <= 3.0));
/// assert!(levels.last().unwrap().mesh.faces().len() < 60);
/// ```
pub fn levels(mesh: &Mesh, errors_mm: &[f64], step_exponent: i32) -> Vec<Level> {
    let mut levels: Vec<Level> = Vec::new();
    for (place, &error_mm) in errors_mm.iter().enumerate() {
        let (finer, used_mm) =
            levels.last().map_or((mesh, 0.0), |last| (&last.mesh, last.error_mm));
        let n_most = (LARGEST_SHARE * finer.faces().len() as f64) as usize;
        if let Some(found) = within_if(finer, error_mm - used_mm, step_exponent, n_most) {
            levels.push(Level { place, mesh: found.mesh, error_mm: used_mm + found.error_mm });
        }
    }
    levels
}
