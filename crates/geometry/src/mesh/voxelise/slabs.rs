use medshape_types::{Grid, Mesh};
use rayon::prelude::*;

/// Layers of voxels that one thread takes at once.
pub(super) const SLAB: usize = 8;

/// The triangles of a mesh in voxel coordinates, by the slabs of a grid that they reach.
pub(super) struct Slabs<'a> {
    mesh: &'a Mesh,
    positions: Vec<[f64; 3]>,
    starts: Vec<usize>,
    faces: Vec<u32>,
}

impl<'a> Slabs<'a> {
    /// Sorts the faces by the slabs whose layers they reach, or would if they were `margin` voxels
    /// longer at both ends.
    pub(super) fn of(mesh: &'a Mesh, grid: &Grid, margin: f64) -> Self {
        let voxel_from_world = grid.world_from_voxel().inverse();
        let positions: Vec<[f64; 3]> = mesh
            .positions()
            .par_iter()
            .map(|position| voxel_from_world.apply(position.map(f64::from)))
            .collect();
        let n_slabs = grid.dims()[2].div_ceil(SLAB);
        let reach = |face: &[u32; 3]| {
            let heights = face.map(|vertex| positions[vertex as usize][2]);
            let low = heights.into_iter().fold(f64::INFINITY, f64::min) - margin;
            let high = heights.into_iter().fold(-f64::INFINITY, f64::max) + margin;
            // Negative numbers become 0.
            let end = (high.floor() + 1.0) as usize;
            (low.ceil() as usize / SLAB, end.div_ceil(SLAB).min(n_slabs))
        };
        let mut starts = vec![0; n_slabs + 2];
        for face in mesh.faces() {
            let (first, end) = reach(face);
            for slab in first..end {
                starts[slab + 2] += 1;
            }
        }
        for slab in 2..starts.len() {
            starts[slab] += starts[slab - 1];
        }
        // While filling, `starts[slab + 1]` runs from the start of a slab to its end.
        let mut faces = vec![0; starts[n_slabs + 1]];
        for (number, face) in (0..).zip(mesh.faces()) {
            let (first, end) = reach(face);
            for start in starts.get_mut(first + 1..end + 1).unwrap_or_default() {
                faces[*start] = number;
                *start += 1;
            }
        }
        Self { mesh, positions, starts, faces }
    }

    /// The triangles that reach a slab.
    pub(super) fn triangles(&self, slab: usize) -> impl Iterator<Item = [[f64; 3]; 3]> + '_ {
        self.faces[self.starts[slab]..self.starts[slab + 1]].iter().map(|&face| {
            self.mesh.faces()[face as usize].map(|vertex| self.positions[vertex as usize])
        })
    }
}
