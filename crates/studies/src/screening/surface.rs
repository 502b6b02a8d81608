//! The surface of a brain in voxels, as octree networks see it.

use medshape_learn::SparseGrid;
use medshape_learn::sparse::Voxel;
use medshape_types::{Grid, Mesh};

/// Numbers of a voxel.
pub const SURFACE: usize = 4;

/// The voxels that a surface passes through, each with the mean normal of the surface in it, and how far in front
/// of the voxel's centre the surface lies along it, in voxels (Wang et al., 2017 and 2018).
#[derive(Debug, Clone)]
pub struct Surface {
    grid: SparseGrid,
    /// One row of [`SURFACE`] numbers a voxel.
    values: Vec<f32>,
}

impl Surface {
    /// That of a mesh whose triangles are smaller than the voxels of a grid: each counts for the voxel that its
    /// middle is in, by its area. `None` where none is in the grid.
    pub fn of(mesh: &Mesh, grid: &Grid) -> Option<Self> {
        let to_voxel = grid.world_from_voxel().inverse();
        let dims = grid.dims();
        let mut parts: Vec<([u32; 3], [f64; 7])> = Vec::new();
        for corners in mesh.triangles() {
            let corners = corners.map(|corner| corner.map(f64::from));
            let [a, b, c] = corners;
            let middle = to_voxel.apply([0, 1, 2].map(|axis| (a[axis] + b[axis] + c[axis]) / 3.0));
            let nearest = middle.map(|at| (at + 0.5).floor());
            if (0..3).any(|axis| !(0.0..dims[axis] as f64).contains(&nearest[axis])) {
                continue;
            }
            let (u, v) =
                ([0, 1, 2].map(|axis| b[axis] - a[axis]), [0, 1, 2].map(|axis| c[axis] - a[axis]));
            let normal =
                [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
            let area = length(normal);
            let off = [0, 1, 2].map(|axis| area * (middle[axis] - nearest[axis]));
            let [x, y, z] = normal;
            parts.push((nearest.map(|at| at as u32), [x, y, z, off[0], off[1], off[2], area]));
        }
        let places = parts.iter().map(|&(place, _)| Voxel { batch: 0, place });
        let voxels = SparseGrid::from_voxels(places).filter(|voxels| voxels.n_rows() > 0)?;
        let mut sums = vec![[0.0; 7]; voxels.n_rows()];
        for (place, part) in parts {
            let sum = &mut sums[voxels.row_of(Voxel { batch: 0, place })?];
            sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
        }
        Some(Self { grid: voxels, values: sums.into_iter().flat_map(signal).collect() })
    }

    /// Voxels and numbers of the surface as it is seen elsewhere: `to` says where each voxel goes, or that it is out of
    /// sight. Where it is mirrored from left to right, so are the normals.
    pub fn moved(
        &self,
        is_mirrored: bool,
        to: impl Fn([u32; 3]) -> Option<[u32; 3]>,
    ) -> (SparseGrid, Vec<f32>) {
        let seen = |voxel: Voxel| Some(Voxel { batch: 0, place: to(voxel.place)? });
        let voxels = self.grid.voxels().filter_map(seen);
        let grid = SparseGrid::from_voxels(voxels).unwrap_or_default();
        let mut values = vec![0.0; SURFACE * grid.n_rows()];
        for (voxel, from) in self.grid.voxels().zip(self.values.chunks_exact(SURFACE)) {
            let Some(row) = seen(voxel).and_then(|voxel| grid.row_of(voxel)) else { continue };
            let to = &mut values[row * SURFACE..][..SURFACE];
            to.copy_from_slice(from);
            to[0] = if is_mirrored { -to[0] } else { to[0] };
        }
        (grid, values)
    }
}

/// Mean normal and displacement, from sums of normals by area, of places by area, and of areas.
fn signal([x, y, z, off_x, off_y, off_z, area]: [f64; 7]) -> [f32; SURFACE] {
    let sum = length([x, y, z]);
    // Both sides of a thin sheet cancel.
    if sum <= 1e-9 * area || area <= 0.0 {
        return [0.0; SURFACE];
    }
    let normal = [x, y, z].map(|part| part / sum);
    let off = (normal[0] * off_x + normal[1] * off_y + normal[2] * off_z) / area;
    [normal[0] as f32, normal[1] as f32, normal[2] as f32, off as f32]
}

fn length(vector: [f64; 3]) -> f64 {
    vector.iter().map(|part| part * part).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use medshape_types::Affine;

    /// A square at z = 2.3 in voxels of 2 mm, cut into small triangles, that looks up or down.
    fn square(is_up: bool) -> Surface {
        let at = |x: i32, y: i32| [0.7 * x as f32, 0.7 * y as f32, 4.6];
        let (mut corners, mut faces) = (Vec::new(), Vec::new());
        for (x, y) in (0..12).flat_map(|y| (0..12).map(move |x| (x, y))) {
            let first = corners.len() as u32;
            corners.extend([at(x, y), at(x + 1, y), at(x + 1, y + 1), at(x, y + 1)]);
            let turned = |[a, b, c]: [u32; 3]| if is_up { [a, b, c] } else { [a, c, b] };
            faces.extend([[0, 1, 2], [0, 2, 3]].map(|face| turned(face.map(|n| first + n))));
        }
        let mesh = Mesh::new(corners, faces).unwrap();
        let affine = Affine::from_spacing([2.0; 3], [0.0; 3]).unwrap();
        Surface::of(&mesh, &Grid::new([8, 8, 8], affine).unwrap()).unwrap()
    }

    #[test]
    fn voxels_of_a_plane_have_its_normal_and_its_distance() {
        for (is_up, sign) in [(true, 1.0), (false, -1.0)] {
            let (grid, values) = square(is_up).moved(false, Some);
            // From 0 to 8.4 mm: voxels 0 to 4, the last of which reaches from 7 mm on.
            assert_eq!(grid.n_rows(), 25);
            assert!(grid.voxels().all(|voxel| voxel.place[2] == 2));
            for row in values.chunks_exact(SURFACE) {
                assert_eq!(row[..3], [0.0, 0.0, sign]);
                assert!((row[3] - 0.3 * sign).abs() < 1e-6, "{row:?}");
            }
        }
    }

    #[test]
    fn a_mirror_image_has_its_voxels_on_the_other_side() {
        let mirror = |n: u32| move |[x, y, z]: [u32; 3]| Some([n - 1 - x, y, z]);
        let (grid, values) = square(true).moved(true, mirror(8));
        let places: Vec<u32> = grid.voxels().map(|voxel| voxel.place[0]).collect();
        assert_eq!((places.iter().min(), places.iter().max()), (Some(&3), Some(&7)));
        assert!(values.chunks_exact(SURFACE).all(|row| row[2] == 1.0 && row[0] == 0.0));
        let tilted =
            Surface { grid: SparseGrid::first(1).unwrap(), values: vec![0.6, 0.0, 0.8, 0.1] };
        let (grid, values) = tilted.moved(true, mirror(4));
        assert_eq!(grid.voxels().next().map(|voxel| voxel.place), Some([3, 0, 0]));
        assert_eq!(values, [-0.6, 0.0, 0.8, 0.1]);
        assert_eq!(tilted.moved(false, |_| None), (SparseGrid::default(), vec![]));
    }
}
