//! Broken meshes made whole, and an account of every change.
//!
//! What comes from other programs may name vertices twice, hold faces twice, wind unevenly, let
//! three faces meet at an edge, have holes and crumbs. [`repair`] goes through these in the order in
//! which each step needs the one before:
//!
//! 1. weld vertices of one position, drop faces that lose a corner or are there twice;
//! 2. take apart what hangs together at edges of more than two faces or at single vertices;
//! 3. wind the faces of each piece alike;
//! 4. fill holes up to a size;
//! 5. drop crumbs;
//! 6. turn closed pieces outward, and hollows inside of others inward.
//!
//! Faces that pass through each other are left as they are: [`intersections`](super::intersections)
//! counts them.

mod holes;
mod nesting;
mod partners;

use medshape_types::Mesh;

use super::closed::Closed;
use super::components::{components, split, with_used_vertices};
use super::volume::signed_volume;
use super::weld::weld;
use partners::Partners;

/// What is repaired, beyond what every mesh needs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RepairOptions {
    /// Holes of at most this many edges are filled; 0 fills none.
    pub max_hole_edges: usize,
    /// Pieces with fewer faces than this are dropped.
    pub min_piece_faces: usize,
    /// Closed pieces with less volume than this are dropped.
    pub min_piece_volume_mm3: f64,
}

impl Default for RepairOptions {
    /// Fills holes of up to 100 edges and drops nothing but single faces.
    fn default() -> Self {
        Self { max_hole_edges: 100, min_piece_faces: 2, min_piece_volume_mm3: 0.0 }
    }
}

/// What was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RepairReport {
    /// Vertices that had the position of another.
    pub n_welded_vertices: usize,
    /// Faces dropped because they name a vertex twice.
    pub n_degenerate_faces: usize,
    /// Faces dropped because another names the same vertices.
    pub n_duplicate_faces: usize,
    /// Edges with more than two faces, where the surface was taken apart.
    pub n_cut_edges: usize,
    /// Vertices added because several fans of faces met at one, or passed an edge together.
    pub n_added_vertices: usize,
    /// Edges cut because a piece has one side only, as a Möbius strip has.
    pub n_one_sided_edges: usize,
    /// Faces that were turned around.
    pub n_turned_faces: usize,
    /// Holes filled.
    pub n_filled_holes: usize,
    /// Faces that fill them.
    pub n_added_faces: usize,
    /// Holes left, because they are too large or cannot be filled.
    pub n_holes_left: usize,
    /// Pieces dropped because they were too small.
    pub n_dropped_pieces: usize,
    /// Their faces.
    pub n_dropped_faces: usize,
}

/// The mesh without its faults, and what was done.
///
/// The result is manifold and wound alike, and closed where all holes could be filled. Vertices that
/// were taken apart lie where they were: a reader that welds them undoes it.
///
/// ```
/// use medshape_geometry::mesh::{closed::Closed, repair::{RepairOptions, repair}};
/// use medshape_types::Mesh;
///
/// // A tetrahedron without one side, and with another one turned around.
/// let corners = vec![[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
/// let broken = Mesh::new(corners, vec![[0, 1, 2], [0, 1, 3], [1, 2, 3]]).unwrap();
/// let (mesh, report) = repair(&broken, &RepairOptions::default());
/// assert!(Closed::new(&mesh).is_some());
/// assert_eq!((report.n_turned_faces, report.n_filled_holes), (1, 1));
/// ```
pub fn repair(mesh: &Mesh, options: &RepairOptions) -> (Mesh, RepairReport) {
    let mut report = RepairReport::default();
    let mesh = cleaned(mesh, &mut report);
    let mesh = partners_apart(&mesh, &mut report);
    let mesh = holes::filled(mesh, options.max_hole_edges, &mut report);
    let mesh = without_crumbs(&mesh, options, &mut report);
    (nesting::turned_outward(&mesh, &mut report), report)
}

/// Welded, without faces that are none or are there twice.
fn cleaned(mesh: &Mesh, report: &mut RepairReport) -> Mesh {
    let welded = weld(mesh);
    report.n_welded_vertices = mesh.positions().len() - welded.positions().len();
    let is_sound =
        |face: &&[u32; 3]| face[0] != face[1] && face[1] != face[2] && face[2] != face[0];
    let sound: Vec<[u32; 3]> = welded.faces().iter().filter(is_sound).copied().collect();
    report.n_degenerate_faces = mesh.faces().len() - sound.len();
    let mut order: Vec<([u32; 3], usize)> = sound.iter().map(sorted).zip(0..).collect();
    order.sort_unstable();
    order.dedup_by_key(|(corners, _)| *corners);
    report.n_duplicate_faces = sound.len() - order.len();
    let mut kept: Vec<usize> = order.into_iter().map(|(_, face)| face).collect();
    kept.sort_unstable();
    with_used_vertices(welded.positions(), kept.into_iter().map(|face| sound[face]).collect())
}

fn sorted(face: &[u32; 3]) -> [u32; 3] {
    let mut corners = *face;
    corners.sort_unstable();
    corners
}

/// Wound alike, and with a vertex of its own for each fan of faces.
fn partners_apart(mesh: &Mesh, report: &mut RepairReport) -> Mesh {
    let mut partners = Partners::of(mesh);
    report.n_cut_edges = partners.n_crowded_edges;
    let is_turned = partners.wind_alike(mesh);
    report.n_one_sided_edges = partners.n_one_sided_edges;
    report.n_turned_faces = is_turned.iter().filter(|turned| **turned).count();
    let (apart, sources) = partners.apart(mesh);
    report.n_added_vertices = apart.positions().len() - mesh.positions().len();
    let (positions, mut faces) = apart.into_parts();
    for (face, source) in faces.iter_mut().zip(sources) {
        if is_turned[source as usize] {
            face.swap(1, 2);
        }
    }
    Mesh::new(positions, faces).expect("the faces name the vertices that they named before")
}

/// Without pieces that are too small.
fn without_crumbs(mesh: &Mesh, options: &RepairOptions, report: &mut RepairReport) -> Mesh {
    let found = components(mesh);
    let is_crumb: Vec<bool> = split(mesh)
        .iter()
        .map(|piece| {
            let volume = Closed::new(piece).map(|closed| signed_volume(closed).abs());
            piece.faces().len() < options.min_piece_faces
                || volume.is_some_and(|volume| volume < options.min_piece_volume_mm3)
        })
        .collect();
    let pairs = mesh.faces().iter().zip(&found.component_of_face);
    let kept = pairs.filter(|(_, component)| !is_crumb[**component as usize]);
    let kept: Vec<[u32; 3]> = kept.map(|(face, _)| *face).collect();
    report.n_dropped_pieces = is_crumb.iter().filter(|crumb| **crumb).count();
    report.n_dropped_faces = mesh.faces().len() - kept.len();
    with_used_vertices(mesh.positions(), kept)
}

#[cfg(test)]
mod tests;
