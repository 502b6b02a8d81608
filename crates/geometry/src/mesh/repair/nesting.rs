//! Which closed pieces lie inside of others.

use medshape_types::{Bounds, Mesh};

use super::RepairReport;
use crate::mesh::closed::Closed;
use crate::mesh::components::{components, split};
use crate::mesh::tree::SignedTree;
use crate::mesh::volume::signed_volume;

/// The mesh with closed pieces facing outward, and those inside an odd number of others, which bound
/// hollows, facing inward. Open pieces stay as they are.
pub(super) fn turned_outward(mesh: &Mesh, report: &mut RepairReport) -> Mesh {
    let pieces = split(mesh);
    let depths = depths(&pieces);
    let is_turned: Vec<bool> = pieces
        .iter()
        .zip(depths)
        .map(|(piece, depth)| {
            let volume = Closed::new(piece).map(signed_volume);
            volume.is_some_and(|volume| volume != 0.0 && (volume > 0.0) == (depth % 2 == 1))
        })
        .collect();
    let component_of_face = components(mesh).component_of_face;
    let mut faces = mesh.faces().to_vec();
    for (face, component) in faces.iter_mut().zip(component_of_face) {
        if is_turned[component as usize] {
            face.swap(1, 2);
            report.n_turned_faces += 1;
        }
    }
    Mesh::new(mesh.positions().to_vec(), faces).unwrap_or_else(|_| mesh.clone())
}

/// How many closed pieces each piece lies inside of.
fn depths(pieces: &[Mesh]) -> Vec<usize> {
    let bounds: Vec<Bounds> = pieces.iter().filter_map(Mesh::bounds).collect();
    // In the order in which they begin along x: those inside of a piece begin within it.
    let mut order: Vec<usize> = (0..bounds.len()).collect();
    order.sort_by(|&a, &b| bounds[a].min[0].total_cmp(&bounds[b].min[0]));
    let mut depths = vec![0; pieces.len()];
    for (outer, piece) in pieces.iter().enumerate() {
        let inner = boxes_inside(outer, &bounds, &order);
        if inner.is_empty() {
            continue;
        }
        let Some(closed) = Closed::new(piece) else { continue };
        let sign = signed_volume(closed).signum() as f32;
        let points: Vec<[f32; 3]> = inner.iter().map(|&at| pieces[at].positions()[0]).collect();
        let distances = SignedTree::new(closed).signed_distances_mm(&points);
        for (at, distance) in inner.into_iter().zip(distances) {
            depths[at] += usize::from(sign * distance < 0.0);
        }
    }
    depths
}

/// The other boxes that lie inside of one; `order` sorts all by where they begin along x.
fn boxes_inside(outer: usize, bounds: &[Bounds], order: &[usize]) -> Vec<usize> {
    let Bounds { min, max } = bounds[outer];
    let first = order.partition_point(|&at| bounds[at].min[0] < min[0]);
    let begins_within = order[first..].iter().take_while(|&&at| bounds[at].min[0] <= max[0]);
    let is_inside = |&&at: &&usize| {
        let inner = bounds[at];
        at != outer && (0..3).all(|a| inner.min[a] >= min[a] && inner.max[a] <= max[a])
    };
    begins_within.filter(is_inside).copied().collect()
}
