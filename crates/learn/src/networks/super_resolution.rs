//! Super-resolution of shapes: which voxels of a finer grid a coarse shape has.
//!
//! Only voxels on both sides of the coarse surface can be anything but what they are, so nothing else is
//! looked at. A U-Net reads them at the coarse resolution; its features go to their eight finer voxels,
//! which are judged, and those on both sides of the surface found go on to the next resolution: as the
//! decoder of the sparse completion network (Li et al., Sci. Rep. 13:20229, 2023), but beyond the
//! resolution of the input, instead of over an input that was made finer beforehand.

use std::sync::Arc;

use super::build::Build;
use super::unet::UNet;
use crate::operators::{Convolution, Norm, Statistics, UpAndConvolve};
use crate::sparse::neighbours::step;
use crate::sparse::{Trilinear, Voxel};
use crate::{Parameters, Real, Rows, SparseGrid, Tape, Tensor};

/// Numbers that are read of each coarse voxel: on which side of the surface it lies, and one.
const N_IN: usize = 2;

/// How fast the chance of a voxel grows with its share by interpolation: logit 2 a quarter above a half.
const STEEPNESS: f64 = 8.0;

/// One doubling of the resolution.
#[derive(Debug, Clone, Copy)]
struct Doubling {
    layers: UpAndConvolve,
    norm: Norm,
    /// What the logit by interpolation is corrected by, for each finer voxel.
    head: Convolution,
}

/// The network. Its numbers are in the [`Parameters`] that it was built with.
#[derive(Debug, Clone)]
pub struct SuperResolution {
    trunk: UNet,
    doublings: Vec<Doubling>,
}

/// A finer shape.
#[derive(Debug)]
pub struct Upsampled<T> {
    /// Its voxels.
    pub shape: SparseGrid,
    /// Sum over the doublings of the mean binary cross-entropy, if there was a lesson.
    pub loss: f64,
    /// The finest voxels that were looked at and their logits: above 0 where the shape has them.
    pub logits: Tensor<T>,
}

/// What a shape should be at each doubling, and which part of it is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Lesson<'a> {
    /// The shape at each resolution, coarsest first.
    pub truths: &'a [SparseGrid],
    /// For each doubling but the first the corner and the end of the box, in voxels that it begins from,
    /// outside of which nothing is looked at. Where there are fewer boxes, everything is.
    pub windows: &'a [[[u32; 3]; 2]],
}

impl SuperResolution {
    /// The network with new parameters, which depend on the seed alone. `widths` are the channels of the
    /// U-Net, finest first; `finer` those after each doubling, as many as it can do.
    pub fn new<T: Real>(widths: &[usize], finer: &[usize], seed: u64) -> (Self, Parameters<T>) {
        let build = &mut Build::new(seed);
        let mut before = widths.first().copied().unwrap_or(N_IN);
        let trunk = UNet::build(build, [N_IN, before], widths);
        let mut doublings = Vec::new();
        for (level, &width) in finer.iter().enumerate() {
            let name = format!("finer.{level}");
            let up = build.kernel(&format!("{name}.0"), [8, before, width], 1);
            let norm = build.norm(&format!("{name}.0"), width);
            let same = build.kernel(&format!("{name}.1"), [27, width, width], 27);
            doublings.push(Doubling {
                layers: UpAndConvolve { up, norm, same },
                norm: build.norm(&format!("{name}.1"), width),
                head: build.kernel_and_bias(&format!("{name}.head"), [1, width, 1], 1),
            });
            before = width;
        }
        (Self { trunk, doublings }, std::mem::take(&mut build.parameters))
    }

    /// How often it can double a resolution.
    pub fn n_doublings(&self) -> usize {
        self.doublings.len()
    }

    /// The shape at `n_doublings` times twice the resolution. `band` are the voxels that are looked at:
    /// those of the shape's [border](SparseGrid::border), or some of them. With a lesson, the loss is
    /// noted on the tape.
    ///
    /// # Panics
    /// If it cannot double so often, or a lesson has fewer truths.
    pub fn run<T: Real>(
        &self,
        tape: &mut Tape<'_, T>,
        coarse: &SparseGrid,
        band: Arc<SparseGrid>,
        n_doublings: usize,
        lesson: Option<Lesson<'_>>,
    ) -> Upsampled<T> {
        let mut x = self.trunk.run(tape, &sides(coarse, band.clone()));
        let mut made = Upsampled { shape: coarse.clone(), loss: 0.0, logits: x.clone() };
        for (level, doubling) in self.doublings[..n_doublings].iter().enumerate() {
            if level > 0 {
                let keep = to_look_at(&made, level, lesson);
                x = tape.prune(&x, keep);
            }
            let looked_at = x.grid().clone();
            let raw = tape.up_and_convolve(x, doubling.layers, Statistics::Volume);
            x = tape.normalise(&raw, doubling.norm, Statistics::Volume, 0.0);
            drop(raw);
            let correction = tape.linear(&x, doubling.head);
            let usual = interpolated(coarse, x.grid(), level + 1);
            made.logits = tape.add(&correction, &usual);
            drop((correction, usual));
            if let Some(lesson) = lesson {
                let answers = x.grid().is_in(&lesson.truths[level]);
                made.loss += tape.cross_entropy_of_logits(&made.logits, &answers, |_| 1.0);
            }
            let is_in: Vec<bool> =
                made.logits.rows.values().iter().map(|&logit| logit > T::ZERO).collect();
            let settled = made.shape.difference(&looked_at).refine();
            made.shape = settled.union(&x.grid().select(&is_in));
        }
        made
    }
}

/// What is read of the voxels of a band.
fn sides<T: Real>(coarse: &SparseGrid, band: Arc<SparseGrid>) -> Tensor<T> {
    let side = |is_in: bool| if is_in { T::ONE } else { T::of(-1.0) };
    let values = band.is_in(coarse).into_iter().flat_map(|is_in| [side(is_in), T::ONE]).collect();
    let rows = Rows::new(N_IN, values).unwrap_or_else(|| Rows::filled(N_IN, 0, T::ZERO));
    Tensor::new(band, rows).expect("a row for each voxel of the band")
}

/// Logits by linear interpolation of a coarse shape's occupancy, for voxels that come of its own by so many
/// doublings: what the network corrects, so that it need not learn what half of a voxel is.
fn interpolated<T: Real>(
    coarse: &SparseGrid,
    fine: &Arc<SparseGrid>,
    n_doublings: usize,
) -> Tensor<T> {
    let factor = 1 << n_doublings;
    let trilinear = Trilinear::new(factor);
    let (mut parent, mut around) = (None, [0.0; 27]);
    let logit = |Voxel { batch, place }: Voxel| {
        let here = place.map(|at| at / factor);
        // Voxels of one coarse voxel follow each other.
        if parent != Some((batch, here)) {
            parent = Some((batch, here));
            around = std::array::from_fn(|n| occupancy(coarse, batch, here, step(n)));
        }
        let share = trilinear.at(&around, place.map(|at| at % factor));
        T::of(STEEPNESS * (share - 0.5))
    };
    let rows = Rows::new(1, fine.voxels().map(logit).collect());
    let rows = rows.unwrap_or_else(|| Rows::filled(1, 0, T::ZERO));
    Tensor::new(fine.clone(), rows).expect("a row for each voxel")
}

fn occupancy(coarse: &SparseGrid, batch: u32, place: [u32; 3], step: [i64; 3]) -> f64 {
    let there = [0, 1, 2].map(|axis| u32::try_from(i64::from(place[axis]) + step[axis]).ok());
    let [Some(x), Some(y), Some(z)] = there else { return 0.0 };
    f64::from(u8::from(coarse.row_of(Voxel { batch, place: [x, y, z] }).is_some()))
}

/// Which of the voxels judged are looked at again: those at the surface that was found, and with a lesson
/// those at the true one too, so that it is learned what to do there.
fn to_look_at<T: Real>(made: &Upsampled<T>, level: usize, lesson: Option<Lesson<'_>>) -> Vec<bool> {
    let judged = made.logits.grid();
    let mut keep = judged.is_in(&made.shape.border());
    let Some(lesson) = lesson else { return keep };
    let at_truth = judged.is_in(&lesson.truths[level - 1].border());
    keep.iter_mut().zip(at_truth).for_each(|(keep, also)| *keep |= also);
    if let Some([low, end]) = lesson.windows.get(level - 1) {
        let is_near = |Voxel { place, .. }: Voxel| {
            (0..3).all(|axis| (low[axis]..end[axis]).contains(&place[axis]))
        };
        keep.iter_mut().zip(judged.voxels()).for_each(|(keep, voxel)| *keep &= is_near(voxel));
    }
    keep
}
