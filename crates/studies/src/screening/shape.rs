//! What is seen of a brain: its mask in the middle of a cube, points of its surface, descriptors, and
//! nothing that says where a tumour is.

use medshape_geometry::phantom::brain::{self, Brain};
use medshape_geometry::points::sample::sample;
use medshape_geometry::surface::{SurfaceOptions, surfaces};
use medshape_learn::{Random, SparseGrid};
use medshape_types::{LabelMap, Mask};

use super::cohort::voxels;
use super::descriptors::{self, N};
pub use super::surface::{SURFACE, Surface};

/// Points that are kept of a surface.
const N_POINTS: usize = 4096;

/// Numbers of a point: its place and the normal of the surface there.
pub const POINT: usize = 6;

/// Cells along an edge of the field of shares that principal components are taken of.
pub const CELLS: usize = 16;

/// What is seen of a brain.
#[derive(Debug, Clone)]
pub struct Shape {
    /// Its voxels, their middle in the middle of the cube.
    pub voxels: SparseGrid,
    /// Points spread over its surface by area, in no order: places in decimetres from the middle of the cube, and
    /// normals.
    pub points: Vec<[[f32; 3]; 2]>,
    /// The voxels that its surface passes through.
    pub surface: Surface,
    /// Numbers that describe it, in the order of [`descriptors::NAMES`].
    pub descriptors: [f64; N],
    /// The share of each of 16×16×16 cells of the cube that is brain, x fastest.
    pub shares: Vec<f32>,
}

impl Shape {
    /// That of a phantom.
    pub fn of_phantom(brain: &Brain, resolution: usize, seed: u64) -> Option<Self> {
        Self::of_mask(&voxels(brain, resolution, seed), resolution)
    }

    /// That of a mask on a cube of so many voxels, moved by whole voxels until its middle is in the middle of
    /// the cube. `None` if nothing is inside.
    pub fn of_mask(mask: &LabelMap, resolution: usize) -> Option<Self> {
        let map = centred(mask, resolution)?;
        let mesh = surfaces(&map, &SurfaceOptions::default()).meshes.pop()?;
        let cloud = sample(&mesh, N_POINTS, 1);
        let places = cloud.positions().iter().map(|place| place.map(|x| x / 100.0));
        let mut points: Vec<[[f32; 3]; 2]> =
            places.zip(cloud.normals()).map(|(place, normal)| [place, *normal]).collect();
        let mut random = Random::new(1);
        for end in (1..points.len()).rev() {
            points.swap(end, random.below(end + 1));
        }
        let voxels = SparseGrid::from_mask(&Mask::of_label(&map, 1)).ok()?;
        let descriptors = descriptors::of(&map, &mesh)?;
        let surface = Surface::of(&mesh, map.grid())?;
        Some(Self { voxels, points, surface, descriptors, shares: shares(&map, resolution) })
    }
}

/// The mask on the grid of brains, its middle in the middle; what would leave the cube is lost.
fn centred(mask: &LabelMap, resolution: usize) -> Option<LabelMap> {
    let grid = brain::grid(resolution);
    let n = grid.dims()[0];
    let place = |index: usize| [index % n, index / n % n, index / (n * n)];
    let inside = || mask.voxels().iter().enumerate().filter(|(_, label)| *label == 1);
    let n_inside = inside().count();
    if n_inside == 0 || mask.grid().dims() != grid.dims() {
        return None;
    }
    let mut sums = [0.0; 3];
    inside().for_each(|(index, _)| (0..3).for_each(|axis| sums[axis] += place(index)[axis] as f64));
    let shift = sums.map(|sum| (0.5 * (n as f64 - 1.0) - sum / n_inside as f64).round() as isize);
    let mut voxels = vec![0u16; grid.n_voxels()];
    for (index, _) in inside() {
        let at = [0, 1, 2].map(|axis| place(index)[axis].checked_add_signed(shift[axis]));
        if let [Some(x), Some(y), Some(z)] = at
            && x < n
            && y < n
            && z < n
        {
            voxels[grid.index([x, y, z])] = 1;
        }
    }
    LabelMap::new(grid, voxels, vec![0, 1]).ok()
}

fn shares(map: &LabelMap, resolution: usize) -> Vec<f32> {
    let (edge, mut counts) = (resolution / CELLS, vec![0.0f32; CELLS * CELLS * CELLS]);
    for (index, label) in map.voxels().iter().enumerate() {
        let at = [
            index % resolution,
            index / resolution % resolution,
            index / (resolution * resolution),
        ];
        let [x, y, z] = at.map(|at| (at / edge).min(CELLS - 1));
        counts[x + CELLS * (y + CELLS * z)] += f32::from(label);
    }
    let all = (edge * edge * edge) as f32;
    counts.iter().map(|count| count / all).collect()
}
