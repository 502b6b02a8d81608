//! Meshes to signed distance fields.
//!
//! The distance of every voxel centre is searched for in a tree, beginning with the face that was
//! nearest to the voxel before: what is left of the search is to make sure that none is nearer.
//! The side comes from the rows of [`voxelise`], which costs next to nothing and cannot be fooled
//! by where exactly the nearest point lies.

use medshape_types::{Grid, Volume};
use rayon::prelude::*;

use super::closed::Closed;
use super::tree::Tree;
use super::voxelise::voxelise;

/// Distance of every voxel centre to a mesh in mm, negative inside.
///
/// Exact everywhere, as far as 32-bit floats go; see [`Tree`] for what that means.
/// O(voxels · log faces) and more where many faces are nearly as far, on all threads.
///
/// ```
/// use medshape_geometry::mesh::{closed::Closed, distance_field::distance_field};
/// use medshape_types::{Affine, Grid, Mesh};
///
/// let corners = vec![[0.0; 3], [3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 3.0]];
/// let mesh = Mesh::new(corners, vec![[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]]).unwrap();
/// let along_x = Affine::from_spacing([1.0; 3], [-1.5, 0.5, 0.5]).unwrap();
/// let grid = Grid::new([3, 1, 1], along_x).unwrap();
/// let field = distance_field(Closed::new(&mesh).unwrap(), &grid);
/// assert_eq!(field.voxels(), [1.5, 0.5, -0.5]);
/// ```
pub fn distance_field(mesh: Closed<'_>, grid: &Grid) -> Volume<f32> {
    distance_field_within(mesh, grid, f32::INFINITY)
}

/// Like [`distance_field`] up to `band_mm` from the surface, and plus or minus `band_mm` beyond.
///
/// Much cheaper where the band is thin.
pub fn distance_field_within(mesh: Closed<'_>, grid: &Grid, band_mm: f32) -> Volume<f32> {
    let tree = Tree::new(mesh.mesh());
    let inside = voxelise(mesh, grid);
    let [n_x, n_y, _] = grid.dims();
    let mut voxels = vec![band_mm; grid.n_voxels()];
    voxels.par_chunks_mut(n_x * n_y).enumerate().for_each(|(z, layer)| {
        let mut face = None;
        for (y, row) in layer.chunks_mut(n_x).enumerate() {
            // The face nearest to the first voxel of a row serves the row after it.
            let mut guess = face;
            for (x, voxel) in row.iter_mut().enumerate() {
                let point = grid.world_from_voxel().apply([x, y, z].map(|index| index as f64));
                guess = tree.nearest_face_within(point, guess, band_mm);
                if x == 0 {
                    face = guess;
                }
                if let Some(face) = guess {
                    *voxel = band_mm.min(tree.measured(face, point).distance_mm as f32);
                }
            }
        }
    });
    for (voxel, &inside) in voxels.iter_mut().zip(inside.voxels()) {
        if inside {
            *voxel = -*voxel;
        }
    }
    Volume::new(*grid, voxels).expect("there is one distance a voxel")
}

#[cfg(test)]
mod tests {
    use medshape_types::Affine;

    use super::*;
    use crate::mesh::tree::SignedTree;
    use crate::mesh::tree::tests::torus;

    #[test]
    fn a_torus_has_the_distances_of_its_formula() {
        let mesh = torus(128);
        let affine = Affine::from_spacing([2.1, -1.9, 1.3], [-30.0, 29.0, -12.0]).unwrap();
        let grid = Grid::new([30, 31, 20], affine).unwrap();
        let field = distance_field(Closed::new(&mesh).unwrap(), &grid);
        let points: Vec<[f32; 3]> = (0..grid.n_voxels())
            .map(|index| [index % 30, index / 30 % 31, index / 930].map(|value| value as f64))
            .map(|voxel| affine.apply(voxel).map(|value| value as f32))
            .collect();
        let tree = SignedTree::new(Closed::new(&mesh).unwrap());
        let by_normals = tree.signed_distances_mm(&points);
        for ((&found, by_normals), point) in field.voxels().iter().zip(by_normals).zip(points) {
            let [x, y, z] = point.map(f64::from);
            let expected = ((x * x + y * y).sqrt() - 18.0).hypot(z) - 6.0;
            assert!((f64::from(found) - expected).abs() < 0.015, "{found} for {expected}");
            assert!((found - by_normals).abs() < 1e-5, "{found} for {by_normals}");
        }
    }

    #[test]
    fn beyond_the_band_there_is_the_band() {
        let mesh = torus(24);
        let grid =
            Grid::new([50, 50, 20], Affine::from_spacing([1.0; 3], [-25.0, -25.0, -9.5]).unwrap());
        let grid = grid.unwrap();
        let closed = Closed::new(&mesh).unwrap();
        let field = distance_field(closed, &grid);
        let within = distance_field_within(closed, &grid, 2.0);
        for (&within, &field) in within.voxels().iter().zip(field.voxels()) {
            assert!((within - field.clamp(-2.0, 2.0)).abs() < 1e-5);
        }
    }
}
