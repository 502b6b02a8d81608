//! Fewer faces, where many are not needed.
//!
//! Edges collapse, cheapest first: their two ends become one vertex, at the place that is nearest to
//! the planes of all faces that the two stand for (Garland and Heckbert, 1997), rounded to the
//! mesh's lattice.
//! No collapse changes what is connected with what, turns a face over, or makes the last
//! tetrahedron of a piece vanish, so a closed manifold mesh stays one, of the same genus and in as
//! many pieces.

mod build;
mod collapse;
mod half_edges;
mod output;
mod quadric;
mod queue;
mod ring;
mod samples;
mod vertex;

use medshape_types::Mesh;

use super::deviation;
use super::tree::Tree;
use collapse::Collapser;

/// How much of the error the points that are followed may take at first.
const FIRST_SHARE: f64 = 0.7;
/// How often a simplification within an error is tried.
const N_TRIES: usize = 4;

/// A mesh with fewer faces.
#[derive(Debug, Clone, PartialEq)]
pub struct Simplified {
    /// The mesh.
    pub mesh: Mesh,
    /// No point of either surface is farther from the other, in mm: a bound of their Hausdorff
    /// distance, measured on the result.
    pub error_mm: f64,
}

/// The mesh with at most `n_faces` faces, or as many more as its topology and the directions of its
/// faces need. O(n).
///
/// Closed, manifold and wound alike wherever `mesh` is, also after welding by position; borders of
/// an open mesh lose vertices, but those that stay do not move; where faces meet in more than one
/// fan, nothing moves.
/// Vertices that move go to whole multiples of two to the power of `step_exponent`, in mm (see
/// [`Surfaces`](crate::surface::Surfaces)), or coarser ones where 32-bit floats need it.
///
/// How far the result is off is not measured; see [`within`] and
/// [`mutual_deviation_mm`](deviation::mutual_deviation_mm).
///
/// ```
/// use medshape_geometry::mesh::simplify;
/// use medshape_types::Mesh;
///
/// let corners = [0, 1, 2, 3, 4, 5, 6, 7, 8].map(|i| [(i % 3) as f32, (i / 3) as f32, 0.0]);
/// let cells = [0, 1, 3, 4].map(|a| [[a, a + 1, a + 4], [a, a + 4, a + 3]]);
/// let square = Mesh::new(corners.to_vec(), cells.concat()).unwrap();
/// assert_eq!(simplify::to_faces(&square, 2, -8).faces().len(), 2);
/// ```
pub fn to_faces(mesh: &Mesh, n_faces: usize, step_exponent: i32) -> Mesh {
    if mesh.faces().len() <= n_faces {
        return mesh.clone();
    }
    simplified(mesh, n_faces, step_exponent, None)
}

/// The mesh with as few faces as can be found of which no point is farther than `max_error_mm` from
/// `mesh`, nor any point of `mesh` from it.
///
/// Otherwise as [`to_faces`].
/// While edges collapse, vertices of both surfaces and the middles of new faces are held near the
/// other surface; then both surfaces are measured, and if some place between is too far off, all is
/// done again more carefully.
/// What cannot be done within the error comes back as it was, with error 0.
///
/// ```
/// use medshape_geometry::mesh::simplify;
/// use medshape_types::Mesh;
///
/// let corners = [0, 1, 2, 3, 4, 5, 6, 7, 8].map(|i| [(i % 3) as f32, (i / 3) as f32, 0.0]);
/// let cells = [0, 1, 3, 4].map(|a| [[a, a + 1, a + 4], [a, a + 4, a + 3]]);
/// let square = Mesh::new(corners.to_vec(), cells.concat()).unwrap();
/// let simple = simplify::within(&square, 0.1, -8);
/// assert_eq!(simple.mesh.faces().len(), 2);
/// assert!(simple.error_mm < 1e-4);
/// ```
pub fn within(mesh: &Mesh, max_error_mm: f64, step_exponent: i32) -> Simplified {
    let whole = || Simplified { mesh: mesh.clone(), error_mm: 0.0 };
    if max_error_mm <= 0.0 || !max_error_mm.is_finite() {
        return whole();
    }
    let tree = Tree::new(mesh);
    // What lies between vertices is off a little farther than they are.
    let mut share = FIRST_SHARE;
    for _ in 0..N_TRIES {
        let simple = simplified(mesh, 0, step_exponent, Some((share * max_error_mm, &tree)));
        let error_mm = deviation::mutual_deviation_mm(mesh, &simple);
        if error_mm <= max_error_mm {
            return Simplified { mesh: simple, error_mm };
        }
        share *= 0.9 * max_error_mm / error_mm;
    }
    whole()
}

fn simplified(
    mesh: &Mesh,
    n_faces: usize,
    step_exponent: i32,
    bound: Option<(f64, &Tree<'_>)>,
) -> Mesh {
    let step_mm = step_mm(mesh, step_exponent);
    let mut collapser = Collapser::new(mesh, step_mm, bound);
    collapser.run(n_faces);
    let (positions, faces) = collapser.into_parts(mesh.positions(), step_mm);
    Mesh::new(positions, faces).unwrap_or_else(|_| mesh.clone())
}

/// Two to the power of `exponent`, or more if coordinates have more than 24 bits then.
fn step_mm(mesh: &Mesh, exponent: i32) -> f64 {
    let farthest =
        mesh.positions().iter().flatten().fold(0.0_f32, |far, value| far.max(value.abs()));
    let mut step = 2.0_f64.powi(exponent.clamp(-100, 100));
    while f64::from(farthest) / step >= f64::from(1 << 24) {
        step *= 2.0;
    }
    step
}
