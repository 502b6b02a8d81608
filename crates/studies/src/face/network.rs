//! The sparse network: it looks at the bone around the face that the regression makes, and says how far from
//! there the skin lies. A U-Net over the cells of a band around that face; elsewhere nothing is computed.

use std::path::Path;
use std::sync::Arc;

use medshape_geometry::phantom::skull::skin;
use medshape_learn::networks::UNet;
use medshape_learn::sparse::Voxel;
use medshape_learn::train::safetensors::{Contents, Entry};
use medshape_learn::{Parameters, Rows, SparseGrid, Tape, Tensor};

use super::fields::FACE_EVERY;
use super::settings::Course;
use crate::Error;

/// The band reaches so far to both sides of the face of the regression.
pub const BAND_MM: f32 = 11.0;

/// Corrections fade to nothing over the last part of the band, so that the field does not break there.
const FADE_MM: f32 = 3.0;

/// A distance is given as how far it reaches into each of so many spans. The network takes away what all cells of
/// a head have in common, and would see nothing of a distance that is larger everywhere.
const N_SPANS: usize = 5;
const SPAN_MM: f32 = 5.0;

/// Numbers that the network is given for a cell: the distance from the bone, the tissue that the regression puts
/// over it, distances from the face of the regression and from the mean face, and the place.
const N_IN: usize = 2 * N_SPANS + 5;

/// What distances are divided by, so that they are near 1.
const UNIT_MM: f32 = 10.0;

/// What the network is given of a head, all of it by cells of faces.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// Distances from bone; those that are not known are no numbers.
    pub bone: &'a [f32],
    /// The face that the regression makes.
    pub guess: &'a [f32],
    /// The mean face.
    pub mean: &'a [f32],
}

/// How a head is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pose {
    /// Left and right changed.
    pub is_mirrored: bool,
    /// By how many cells it is moved along each axis: the network's coarser cells then lie otherwise.
    pub shift: usize,
}

impl Pose {
    /// How many there are.
    pub const N: usize = 8;

    /// One of them, numbered from 0.
    pub fn numbered(number: usize) -> Self {
        Self { is_mirrored: number % 2 == 1, shift: number / 2 }
    }
}

/// The cells of a band, as the network sees them.
#[derive(Debug, Clone)]
pub struct Look {
    grid: SparseGrid,
    /// The cell of each row.
    pub(super) cells: Vec<usize>,
    rows: Vec<f32>,
}

impl Look {
    /// The band around the face of the regression. Cells of which the bone is not known are left out.
    pub fn new(given: Given<'_>, resolution: usize, pose: Pose) -> Self {
        let [n_x, n_y, n_z] = skin::grid(resolution / FACE_EVERY).dims();
        let sided = |x: usize| if pose.is_mirrored { n_x - 1 - x } else { x };
        let is_seen =
            |cell: &usize| given.guess[*cell].abs() < BAND_MM && given.bone[*cell].is_finite();
        let voxels = (0..given.guess.len()).filter(is_seen).map(|cell| {
            let place = [sided(cell % n_x), cell / n_x % n_y, cell / (n_x * n_y)];
            Voxel { batch: 0, place: place.map(|at| (at + pose.shift) as u32) }
        });
        let grid = SparseGrid::from_voxels(voxels).unwrap_or_default();
        let (mut cells, mut rows) = (Vec::new(), Vec::new());
        for Voxel { place, .. } in grid.voxels() {
            let [x, y, z] = place.map(|at| at as usize - pose.shift);
            let cell = sided(x) + n_x * (y + n_y * z);
            let [bone, guess, mean] = [given.bone, given.guess, given.mean].map(|of| of[cell]);
            let along = |at: usize, n: usize| 2.0 * (at as f32 + 0.5) / n as f32 - 1.0;
            cells.push(cell);
            rows.extend(spans(bone + SPAN_MM));
            rows.extend(spans(bone - guess));
            rows.extend([guess / UNIT_MM, mean / UNIT_MM]);
            rows.extend([along(x, n_x), along(y, n_y), along(z, n_z)]);
        }
        Self { grid, cells, rows }
    }
}

/// How far a distance from 0 on reaches into each span, from 0 to 1.
fn spans(distance_mm: f32) -> [f32; N_SPANS] {
    std::array::from_fn(|number| (distance_mm / SPAN_MM - number as f32).clamp(0.0, 1.0))
}

/// The network with its weights.
#[derive(Debug, Clone)]
pub struct Network {
    unet: UNet,
    pub(super) weights: Parameters<f32>,
}

impl Network {
    /// One that has learned nothing yet.
    pub fn new(course: &Course) -> Self {
        let (unet, weights) = UNet::new(N_IN, 1, &course.widths, course.seed);
        Self { unet, weights }
    }

    /// The same with the weights that a file holds.
    ///
    /// # Errors
    /// If it holds those of another network.
    pub fn filled(mut self, path: &Path, contents: &Contents) -> Result<Self, Error> {
        self.weights.fill(path, contents)?;
        Ok(self)
    }

    /// The weights, as a file holds them.
    pub fn entries(&self) -> Vec<Entry> {
        self.weights.entries()
    }

    /// Corrections in mm, a row a cell of each look, one look after the other. `None` if no look has a cell.
    pub fn run(&self, tape: &mut Tape<'_, f32>, looks: &[&Look]) -> Option<Tensor<f32>> {
        let grids: Vec<SparseGrid> = looks.iter().map(|look| look.grid.clone()).collect();
        let rows: Vec<f32> = looks.iter().flat_map(|look| look.rows.iter().copied()).collect();
        let grid = Arc::new(SparseGrid::batch(&grids)?);
        let x = Tensor::new(grid, Rows::new(N_IN, rows)?).filter(|x| x.grid().n_rows() > 0)?;
        Some(self.unet.run(tape, &x))
    }

    /// The field of the face: that of the regression, moved by the mean of what the network says in all poses.
    pub fn face(&self, given: Given<'_>, resolution: usize) -> Vec<f32> {
        let mut face = given.guess.to_vec();
        for pose in (0..Pose::N).map(Pose::numbered) {
            let look = Look::new(given, resolution, pose);
            let answers = self.run(&mut Tape::infer(&self.weights), &[&look]);
            let Some(answers) = answers.map(|answers| answers.features()) else { return face };
            for (&cell, &answer) in look.cells.iter().zip(answers.values()) {
                let fade = ((BAND_MM - given.guess[cell].abs()) / FADE_MM).min(1.0);
                face[cell] += fade * answer / Pose::N as f32;
            }
        }
        face
    }
}
