//! Closed surfaces of all labels of a label map at once.
//!
//! One pass over the voxels finds the `border`: the faces between voxels of different labels.
//! Their corners are shared by all labels that meet there.
//! They are smoothed (`relax`), and moved until each label has the volume of its voxels again
//! (`restore`), each corner at most half a voxel.
//! Then each label gets its mesh (`assemble`): two triangles a face, on the corners that it
//! shares with its neighbours.
//!
//! Every mesh is closed, 2-manifold and wound outward by construction, also where voxels touch
//! along an edge or at a corner only (`fans`), and stays so when a reader welds it by position.

pub mod isosurface;

mod assemble;
mod border;
mod fans;
mod graph;
mod heights;
mod knots;
mod lattice;
mod lowpass;
mod neighbours;
mod normals;
mod pieces;
mod quads;
mod relax;
mod restore;
mod scan;
mod shape;
mod vertices;

use medshape_types::{LabelMap, Mesh};

use border::{Border, Voxels};
use lattice::Lattice;
use shape::Shape;

/// How surfaces are smoothed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SurfaceOptions {
    /// How many voxels far each filter looks; 0 leaves the faces of the voxels as they are.
    pub reach_voxels: u32,
    /// Waves shorter than this, in voxels, are smoothed away where the surface is bent, and those
    /// shorter than twice that where it is flat.
    pub wavelength_voxels: f64,
    /// Rounds in which the labels' volumes are brought back to those of their voxels.
    pub n_volume_rounds: u32,
}

impl Default for SurfaceOptions {
    fn default() -> Self {
        Self { reach_voxels: 10, wavelength_voxels: 10.0, n_volume_rounds: 3 }
    }
}

/// The meshes of a label map.
#[derive(Debug, Clone, PartialEq)]
pub struct Surfaces {
    /// One mesh a label index, in world millimetres; empty for the background (index 0) and for
    /// labels without voxels.
    pub meshes: Vec<Mesh>,
    /// Every coordinate is a whole multiple of two to this power, in millimetres.
    pub step_exponent: i32,
}

/// A closed mesh of every label, in world millimetres, faces counter-clockwise from outside.
///
/// Touching labels share the exact positions of their common boundary. (The exception are corners
/// where voxels of one label touch along an edge or at a corner only: there each piece's vertex is
/// up to a fiftieth of a voxel off the shared position.) The image is taken to be surrounded by
/// background, so structures that it cuts off are closed at its border.
/// No vertex is farther than half a voxel along each axis from its voxel corner, and no two
/// vertices of a mesh have one position.
///
/// ```
/// use medshape_geometry::surface::{SurfaceOptions, surfaces};
/// use medshape_types::{Affine, Grid, LabelMap};
///
/// let grid = Grid::new([2, 1, 1], Affine::IDENTITY).unwrap();
/// let map = LabelMap::new(grid, vec![1, 2], vec![0, 10, 20]).unwrap();
/// let meshes = surfaces(&map, &SurfaceOptions::default()).meshes;
/// assert!(meshes[0].faces().is_empty());
/// assert_eq!([meshes[1].faces().len(), meshes[2].faces().len()], [12, 12]);
/// ```
pub fn surfaces(map: &LabelMap, options: &SurfaceOptions) -> Surfaces {
    let border = Border::of(map);
    let spacing_mm = map.grid().spacing_mm();
    let offsets = match options.reach_voxels {
        0 => Vec::new(),
        reach => {
            let wavelength = options.wavelength_voxels;
            let mut relaxed = relax::relaxed(&border, reach, wavelength, spacing_mm);
            let rounds = options.n_volume_rounds;
            restore::volumes(&border, map.n_values(), spacing_mm, rounds, &mut relaxed);
            relaxed.offsets
        }
    };
    let lattice = Lattice::of(map.grid());
    let is_reflected = map.grid().world_from_voxel().determinant() < 0.0;
    let meshes = assemble::Assembly {
        voxels: &Voxels::of(map),
        shape: Shape { border: &border, offsets: &offsets, spacing_mm },
        lattice: &lattice,
        is_reflected,
    }
    .meshes(map.n_values());
    Surfaces { meshes, step_exponent: lattice.step_exponent }
}
