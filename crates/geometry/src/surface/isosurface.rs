//! Where a field of numbers passes a level.
//!
//! Marching cubes (Lorensen and Cline, 1987) with a table that is made, not copied: on every side of
//! a cube the corners inside are cut off one group at a time, whichever cube looks at that side, and
//! a polygon is never cut along a side of the cube. So neighbouring cubes always fit, and every mesh
//! is closed and 2-manifold, for all 256 patterns of corners.

mod cube;

use medshape_types::{Grid, Mesh, Volume};
use rayon::prelude::*;

use cube::{EDGES, Table};

/// The surface of the region where a field lies below a level, such as a distance field below 0.
///
/// The field counts as outside beyond its border, which closes the surface half a voxel out. Values
/// that are not numbers are outside. Vertices keep a hundredth of the way to the grid points, so
/// that they stay apart and the mesh stays manifold when it is welded by position.
/// The mesh has no vertices if the surface is nowhere, and also if it had more than 2³² of them.
/// O(voxels), on all threads.
///
/// ```
/// use medshape_geometry::surface::isosurface::isosurface;
/// use medshape_types::{Affine, Grid, Volume};
///
/// let grid = Grid::new([3, 3, 3], Affine::IDENTITY).unwrap();
/// let mut voxels = vec![0.5; 27];
/// voxels[13] = -0.5;
/// let octahedron = isosurface(&Volume::new(grid, voxels).unwrap(), 0.0);
/// assert_eq!(octahedron.faces().len(), 8);
/// ```
pub fn isosurface(field: &Volume<f32>, level: f32) -> Mesh {
    let padded = Padded { field, level };
    let [n_x, n_y, n_z] = padded.dims();
    let counts: Vec<(u64, u64)> =
        (0..n_z - 1).into_par_iter().map(|z| Layer::of(&padded, z).counts()).collect();
    let mut starts = vec![0_u64];
    for (flat, upright) in counts {
        starts.push(starts.last().copied().unwrap_or(0) + flat + upright);
    }
    if starts.last().is_none_or(|&n_vertices| n_vertices >= u64::from(u32::MAX)) {
        return Mesh::default();
    }
    let table = Table::new();
    let outward = field.grid().world_from_voxel().determinant() > 0.0;
    let layers = (0..n_z - 1).into_par_iter();
    let (positions, faces): (Vec<_>, Vec<_>) = layers
        .map(|z| {
            let here = Layer::of(&padded, z);
            let mut positions = Vec::new();
            let below = here.vertices(starts[z] as u32, Some((&padded, &mut positions)));
            let mut faces = Vec::new();
            let above = Layer::of(&padded, z + 1).vertices(starts[z + 1] as u32, None);
            let cells = Cells { n_x, n_y, here: &here, below: &below, above: &above };
            cells.faces(&table, outward, &mut faces);
            (positions, faces)
        })
        .unzip();
    Mesh::new(positions.concat(), faces.concat()).unwrap_or_default()
}

/// A field with a layer of outside around it.
struct Padded<'a> {
    field: &'a Volume<f32>,
    level: f32,
}

impl Padded<'_> {
    fn dims(&self) -> [usize; 3] {
        self.field.grid().dims().map(|dim| dim + 2)
    }

    /// How far the values of a layer lie over the level; infinite outside of the field.
    fn heights(&self, z: usize) -> Vec<f32> {
        let [n_x, n_y, n_z] = self.field.grid().dims();
        let mut heights = vec![f32::INFINITY; (n_x + 2) * (n_y + 2)];
        if (1..=n_z).contains(&z) {
            let first = n_x * n_y * (z - 1);
            let rows = self.field.voxels()[first..first + n_x * n_y].chunks_exact(n_x);
            for (row, values) in heights.chunks_exact_mut(n_x + 2).skip(1).zip(rows) {
                for (height, value) in row[1..].iter_mut().zip(values) {
                    *height = value - self.level;
                }
            }
        }
        heights
    }

    fn grid(&self) -> &Grid {
        self.field.grid()
    }
}

/// Two layers of values: the points of one and the edges that leave them to x, y and z.
struct Layer {
    n_x: usize,
    z: usize,
    here: Vec<f32>,
    above: Vec<f32>,
}

/// The vertex on each edge that leaves the points of a layer, where there is one.
struct Vertices {
    // Along x, y and z.
    along: [Vec<u32>; 3],
}

impl Layer {
    fn of(padded: &Padded<'_>, z: usize) -> Self {
        let n_x = padded.dims()[0];
        Self { n_x, z, here: padded.heights(z), above: padded.heights(z + 1) }
    }

    /// How many edges within the layer, and how many up to the next one, cross the surface.
    fn counts(&self) -> (u64, u64) {
        let crossings = |a: &[f32], b: &[f32]| {
            a.iter().zip(b).filter(|(a, b)| is_inside(**a) != is_inside(**b)).count() as u64
        };
        // The last point of each row is outside, and so is the first one of the next.
        let along_x = crossings(&self.here, &self.here[1..]);
        let along_y = crossings(&self.here, &self.here[self.n_x..]);
        (along_x + along_y, crossings(&self.here, &self.above))
    }

    /// Numbers the vertices from `first` on, and adds their positions if they are asked for.
    fn vertices(
        &self,
        first: u32,
        mut positions: Option<(&Padded<'_>, &mut Vec<[f32; 3]>)>,
    ) -> Vertices {
        let mut next = first;
        let n_points = self.here.len();
        let mut along = [vec![0; n_points], vec![0; n_points], vec![0; n_points]];
        for (axis, along) in along.iter_mut().enumerate() {
            let others = match axis {
                0 => &self.here[1..],
                1 => &self.here[self.n_x..],
                _ => &self.above[..],
            };
            for (point, (&here, &there)) in self.here.iter().zip(others).enumerate() {
                if is_inside(here) != is_inside(there) {
                    along[point] = next;
                    next += 1;
                    if let Some((padded, positions)) = &mut positions {
                        positions.push(self.position(padded, point, axis, share(here, there)));
                    }
                }
            }
        }
        Vertices { along }
    }

    fn position(&self, padded: &Padded<'_>, point: usize, axis: usize, share: f32) -> [f32; 3] {
        let mut voxel = [point % self.n_x, point / self.n_x, self.z].map(|v| v as f64 - 1.0);
        voxel[axis] += f64::from(share);
        let limit = f64::from(f32::MAX);
        padded.grid().world_from_voxel().apply(voxel).map(|v| v.clamp(-limit, limit) as f32)
    }
}

fn is_inside(height: f32) -> bool {
    height < 0.0
}

/// How far along an edge the surface crosses it.
fn share(here: f32, there: f32) -> f32 {
    const LEAST: f32 = 0.01;
    let share = here / (here - there);
    // Towards infinity, which is also what lies around the field, the middle is as good as any.
    if share.is_finite() && here.is_finite() && there.is_finite() {
        share.clamp(LEAST, 1.0 - LEAST)
    } else {
        0.5
    }
}

/// The cubes between two layers.
struct Cells<'a> {
    n_x: usize,
    n_y: usize,
    here: &'a Layer,
    below: &'a Vertices,
    above: &'a Vertices,
}

impl Cells<'_> {
    fn faces(&self, table: &Table, outward: bool, faces: &mut Vec<[u32; 3]>) {
        for y in 0..self.n_y - 1 {
            for x in 0..self.n_x - 1 {
                let point = x + self.n_x * y;
                let pattern = self.pattern(point);
                for triangle in table.triangles(pattern) {
                    let [a, b, c] = triangle.map(|edge| self.vertex(point, usize::from(edge)));
                    faces.push(if outward { [a, b, c] } else { [a, c, b] });
                }
            }
        }
    }

    /// One bit for each corner of a cube that is inside.
    fn pattern(&self, point: usize) -> usize {
        let mut pattern = 0;
        for (layer, heights) in [&self.here.here, &self.here.above].into_iter().enumerate() {
            for (corner, offset) in [0, 1, self.n_x, self.n_x + 1].into_iter().enumerate() {
                pattern |= usize::from(is_inside(heights[point + offset])) << (4 * layer + corner);
            }
        }
        pattern
    }

    fn vertex(&self, point: usize, edge: usize) -> u32 {
        let (axis, [x, y, z]) = EDGES[edge];
        let vertices = if z == 1 { self.above } else { self.below };
        vertices.along[axis][point + x + self.n_x * y]
    }
}

#[cfg(test)]
mod tests;
