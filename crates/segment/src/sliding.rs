//! A network over an image that is larger than its patches: overlapping tiles, summed with weights.

use rayon::prelude::*;

use crate::array::{Array, Shape, Span};
use crate::model::Model;
use crate::plans::Configuration;
use crate::{Error, Watch, tiles};

/// For each answer of a network to an image, one array a channel, its value at each voxel: the mean over
/// the tiles that have the voxel, each weighted by how near the voxel is to its middle.
///
/// With `mirror`, every tile is also seen flipped along each subset of these axes, and the answers are
/// averaged.
///
/// # Errors
/// The network fails or answers with something else, or somebody stopped the work.
pub fn answers(
    model: &mut Model,
    image: Vec<Array<f32>>,
    configuration: &Configuration,
    n_answers: usize,
    mirror: &[usize],
    watch: &Watch<'_>,
) -> Result<Vec<Array<f32>>, Error> {
    let patch = configuration.patch;
    let (span, padded) = padding(image[0].shape(), patch);
    let channels: Vec<Array<f32>> =
        image.into_iter().map(|channel| channel.placed(&span, padded)).collect();
    let mut sums = Sums::new(padded, patch, n_answers);
    let mut network = Network::new(model, configuration, channels.len(), n_answers, mirror);
    let [along_i, along_j, along_k] = tiles::starts(padded, patch);
    let n_tiles = (along_i.len() * along_j.len() * along_k.len()) as u64;
    let mut n_done = 0;
    for &i in &along_i {
        for &j in &along_j {
            for &k in &along_k {
                if watch.is_stopped() {
                    return Err(Error::Stopped);
                }
                (watch.progress)(n_done, n_tiles);
                cut(&channels, [i, j, k], patch, &mut network.patch);
                network.run()?;
                sums.add([i, j, k], &network.sum);
                n_done += 1;
            }
        }
    }
    (watch.progress)(n_done, n_tiles);
    Ok(sums.means().into_iter().map(|answer| answer.cropped(&span)).collect())
}

/// How many tiles an image of this shape takes.
pub fn n_tiles(image: Shape, patch: Shape) -> usize {
    let (_, padded) = padding(image, patch);
    tiles::starts(padded, patch).iter().map(Vec::len).product()
}

/// An image is at least as large as a patch: where it lies in what it is padded to, with zeros on both
/// sides.
pub(crate) fn padding(shape: Shape, patch: Shape) -> (Span, Shape) {
    let axes = [0, 1, 2];
    let padded = axes.map(|axis| shape[axis].max(patch[axis]));
    (Span { first: axes.map(|axis| (padded[axis] - shape[axis]) / 2), shape }, padded)
}

/// A tile of each channel, one after the other.
fn cut(channels: &[Array<f32>], first: Shape, patch: Shape, out: &mut [f32]) {
    let mut rows = out.chunks_exact_mut(patch[2]);
    for channel in channels {
        for_rows(first, patch, channel.shape(), |start| {
            let row = rows.next().expect("a row of the patch for each of the tile");
            row.copy_from_slice(&channel.values()[start..start + patch[2]]);
        });
    }
}

/// Calls for each row of a tile with its place in the image.
fn for_rows(first: Shape, patch: Shape, shape: Shape, mut each: impl FnMut(usize)) {
    for i in first[0]..first[0] + patch[0] {
        for j in first[1]..first[1] + patch[1] {
            each((i * shape[1] + j) * shape[2] + first[2]);
        }
    }
}

/// A network with room for a patch and its answer.
struct Network<'a> {
    model: &'a mut Model,
    shape: Shape,
    /// Of channels and voxels, as the model has them.
    input_shape: Vec<usize>,
    n_answers: usize,
    /// Subsets of the axes, the empty one first.
    flips: Vec<[bool; 3]>,
    patch: Vec<f32>,
    flipped: Vec<f32>,
    /// The answer: the mean over all flips.
    sum: Vec<f32>,
}

impl<'a> Network<'a> {
    fn new(
        model: &'a mut Model,
        configuration: &Configuration,
        n_channels: usize,
        n_answers: usize,
        mirror: &[usize],
    ) -> Self {
        let shape = configuration.patch;
        let n_voxels: usize = shape.iter().product();
        let input_shape = std::iter::once(&n_channels).chain(configuration.sides());
        Self {
            input_shape: input_shape.copied().collect(),
            flips: subsets(mirror),
            patch: vec![0.0; n_channels * n_voxels],
            flipped: Vec::new(),
            sum: vec![0.0; n_answers * n_voxels],
            model,
            shape,
            n_answers,
        }
    }

    /// Answers for the patch, into the sum.
    fn run(&mut self) -> Result<(), Error> {
        let Self { model, shape, input_shape, n_answers, flips, patch, flipped, sum } = self;
        sum.fill(0.0);
        for flip in flips.iter() {
            let input = if *flip == [false; 3] {
                &*patch
            } else {
                flipped.clear();
                flipped.extend_from_slice(patch);
                self::flip(patch, *shape, *flip, |at, row, is_back| {
                    put(&mut flipped[at..at + row.len()], row, is_back, |to, from| *to = from);
                });
                &*flipped
            };
            model.answer(input, input_shape, *n_answers, |answer| {
                self::flip(answer, *shape, *flip, |at, row, is_back| {
                    put(&mut sum[at..at + row.len()], row, is_back, |to, from| *to += from);
                });
            })?;
        }
        let n = flips.len() as f32;
        sum.iter_mut().for_each(|value| *value /= n);
        Ok(())
    }
}

/// All subsets of some axes, the empty one first.
fn subsets(axes: &[usize]) -> Vec<[bool; 3]> {
    let has = |subset: usize, axis: usize| {
        axes.iter().position(|a| *a == axis).is_some_and(|at| subset >> at & 1 == 1)
    };
    (0..1_usize << axes.len()).map(|subset| [0, 1, 2].map(|axis| has(subset, axis))).collect()
}

/// Calls for each row of blocks of `shape` with the place that it goes to, and whether it goes there
/// from its end to its beginning.
fn flip(values: &[f32], shape: Shape, axes: [bool; 3], mut each: impl FnMut(usize, &[f32], bool)) {
    let [n_i, n_j, n_k] = shape;
    let turn = |at: usize, n: usize, is_flipped: bool| if is_flipped { n - 1 - at } else { at };
    for (at, row) in values.chunks_exact(n_k).enumerate() {
        let (block, i, j) = (at / (n_i * n_j), at / n_j % n_i, at % n_j);
        let [i, j] = [turn(i, n_i, axes[0]), turn(j, n_j, axes[1])];
        each(((block * n_i + i) * n_j + j) * n_k, row, axes[2]);
    }
}

fn put(to: &mut [f32], from: &[f32], is_back: bool, each: impl Fn(&mut f32, f32)) {
    match is_back {
        true => to.iter_mut().zip(from.iter().rev()).for_each(|(to, from)| each(to, *from)),
        false => to.iter_mut().zip(from).for_each(|(to, from)| each(to, *from)),
    }
}

/// Sums of answers, each by its weight, and of the weights.
struct Sums {
    patch: Shape,
    weights: Vec<f32>,
    answers: Vec<Array<f32>>,
    total: Array<f32>,
}

impl Sums {
    fn new(shape: Shape, patch: Shape, n_answers: usize) -> Self {
        let empty = || Array::filled(shape, 0.0);
        Self {
            patch,
            weights: tiles::weights(patch),
            answers: (0..n_answers).map(|_| empty()).collect(),
            total: empty(),
        }
    }

    /// Adds the answers of a tile; each is summed by one thread, tile after tile.
    fn add(&mut self, first: Shape, tile: &[f32]) {
        let Self { patch, weights, answers, total } = self;
        let shape = total.shape();
        let add = |array: &mut Array<f32>, tile: Option<&[f32]>| {
            let mut at = 0;
            for_rows(first, *patch, shape, |start| {
                let row = &mut array.values_mut()[start..start + patch[2]];
                let weights = &weights[at..at + patch[2]];
                match tile {
                    Some(tile) => {
                        let tile = &tile[at..at + patch[2]];
                        let parts = row.iter_mut().zip(weights).zip(tile);
                        parts.for_each(|((sum, weight), value)| *sum += weight * value);
                    }
                    None => row.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += weight),
                }
                at += patch[2];
            });
        };
        let tiles = tile.par_chunks_exact(weights.len());
        answers.par_iter_mut().zip(tiles).for_each(|(answer, tile)| add(answer, Some(tile)));
        add(total, None);
    }

    fn means(self) -> Vec<Array<f32>> {
        let Self { mut answers, total, .. } = self;
        answers.par_iter_mut().for_each(|answer| {
            let parts = answer.values_mut().iter_mut().zip(total.values());
            parts.for_each(|(sum, weight)| *sum /= weight);
        });
        answers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_subsets_of_the_axes_are_seen() {
        assert_eq!(subsets(&[]), [[false; 3]]);
        assert_eq!(subsets(&[0, 1, 2]).len(), 8);
        assert_eq!(subsets(&[2]), [[false; 3], [false, false, true]]);
    }

    #[test]
    fn flipping_goes_to_the_other_end_of_each_axis() {
        let values: Vec<f32> = (0..16).map(|at| at as f32).collect();
        let mut out = [0.0; 16];
        flip(&values, [2, 2, 2], [true, false, true], |at, row, is_back| {
            put(&mut out[at..at + row.len()], row, is_back, |to, from| *to = from);
        });
        assert_eq!(out[..8], [5.0, 4.0, 7.0, 6.0, 1.0, 0.0, 3.0, 2.0]);
        assert_eq!(out[8..], [13.0, 12.0, 15.0, 14.0, 9.0, 8.0, 11.0, 10.0]);
    }

    /// Whatever the tiles, the mean of a value that all of them agree on is that value.
    #[test]
    fn tiles_that_agree_give_what_they_agree_on() {
        let (shape, patch) = ([9, 11, 6], [4, 5, 6]);
        let field = |i: usize, j: usize, k: usize| (i * 100 + j * 10 + k) as f32;
        let mut sums = Sums::new(shape, patch, 1);
        let [along_i, along_j, along_k] = tiles::starts(shape, patch);
        let firsts = along_i.iter().flat_map(|&i| along_j.iter().map(move |&j| [i, j]));
        let firsts = firsts.flat_map(|[i, j]| along_k.iter().map(move |&k| [i, j, k]));
        for [i, j, k] in firsts {
            let at = |at: usize| field(i + at / 30, j + at / 6 % 5, k + at % 6);
            let tile: Vec<f32> = (0..120).map(at).collect();
            sums.add([i, j, k], &tile);
        }
        for (at, value) in sums.means()[0].values().iter().enumerate() {
            let expected = field(at / 66, at / 6 % 11, at % 6);
            assert!((value - expected).abs() < 1e-3, "{at}: {value} {expected}");
        }
    }

    #[test]
    fn a_small_image_lies_in_the_middle_of_a_patch() {
        let (span, padded) = padding([3, 9, 4], [8, 8, 5]);
        assert_eq!((span.first, padded), ([2, 0, 0], [8, 9, 5]));
    }
}
