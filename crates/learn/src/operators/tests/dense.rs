//! Each operator beside the plain way: a map from places to rows, and loops over offsets.

use proptest::prelude::*;

use super::super::{MIN_ROWS, Pooling, Statistics, Stride, UpAndConvolve};
use super::*;
use crate::Tape;

/// `y[u] = bias + Σ x[v] W[tap]` over the pairs (tap, v) of each output.
fn reference(
    x: &Dense,
    outputs: impl Iterator<Item = (u32, [i64; 3])>,
    inputs_of: impl Fn([i64; 3]) -> Vec<(usize, [i64; 3])>,
    parameters: &Parameters<f64>,
    layer: Convolution,
) -> Dense {
    let (kernel, bias) = (parameters.get(layer.kernel), parameters.get(layer.bias.unwrap()));
    let [_, width_in, width_out] = kernel.shape[..] else { panic!("a kernel has three sizes") };
    let row = |(batch, place): (u32, [i64; 3])| {
        let mut row = bias.values.clone();
        for (tap, from) in inputs_of(place) {
            for (i, value) in x.get(&(batch, from)).into_iter().flatten().enumerate() {
                for o in 0..width_out {
                    row[o] += value * kernel.values[(tap * width_in + i) * width_out + o];
                }
            }
        }
        ((batch, place), row)
    };
    outputs.map(row).collect()
}

fn offsets(edge: i64) -> Vec<(usize, [i64; 3])> {
    (0..edge.pow(3))
        .map(|tap| (tap as usize, [tap % edge, tap / edge % edge, tap / edge / edge]))
        .collect()
}

fn plus(a: [i64; 3], b: [i64; 3], factor: i64) -> [i64; 3] {
    std::array::from_fn(|axis| a[axis] + factor * b[axis])
}

fn halved(place: [i64; 3]) -> [i64; 3] {
    place.map(|c| c.div_euclid(2))
}

fn child(place: [i64; 3]) -> usize {
    (place[0].rem_euclid(2) + 2 * place[1].rem_euclid(2) + 4 * place[2].rem_euclid(2)) as usize
}

/// Runs an operator in f32 and in f64 and compares both with the same reference.
macro_rules! check {
    ($x:expr, $parameters:expr, |$tape:ident, $in:ident| $run:expr, $expected:expr) => {{
        let (x, parameters, expected): (&Tensor<f64>, &Parameters<f64>, Dense) =
            (&$x, &$parameters, $expected);
        let (mut tape, input) = (Tape::infer(parameters), x.clone());
        let ($tape, $in) = (&mut tape, &input);
        assert_close(&dense(&$run), &expected, 1e-12);
        let single = parameters.cast::<f32>();
        let values = x.rows.values().iter().map(|&value| value as f32).collect();
        let input = Tensor::new(x.grid.clone(), Rows::new(x.width(), values).unwrap()).unwrap();
        let mut tape = Tape::infer(&single);
        let ($tape, $in) = (&mut tape, &input);
        assert_close(&dense(&$run), &expected, 1e-4);
    }};
}

prop_compose! {
    /// A seed, a sparsity, and numbers of channels that kernels meet as blocks and as rests.
    fn cases()(
        seed in any::<u64>(),
        one_in in prop::sample::select(vec![1, 2, 5, 40, 500]),
        width_in in prop::sample::select(vec![1usize, 3, 8, 16, 19]),
        width_out in prop::sample::select(vec![1usize, 2, 8, 16, 22, 40, 64]),
    ) -> (Chance, u32, usize, usize) {
        (Chance(seed), one_in, width_in, width_out)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn submanifold((mut chance, one_in, width_in, width_out) in cases()) {
        let (grid, mut parameters) = (chance.grid(one_in), Parameters::new());
        let x = chance.tensor(&grid, width_in);
        let layer = chance.convolution(&mut parameters, [27, width_in, width_out]);
        let inputs = |place| offsets(3).into_iter().map(|(tap, step)| (tap, plus(plus(place, step, 1), [1; 3], -1))).collect();
        let expected = reference(&dense(&x), dense(&x).into_keys(), inputs, &parameters, layer);
        check!(x, parameters, |tape, x| tape.convolve(x, layer), expected);
    }

    #[test]
    fn down((mut chance, one_in, width_in, width_out) in cases()) {
        let (grid, mut parameters) = (chance.grid(one_in), Parameters::new());
        let x = chance.tensor(&grid, width_in);
        let layer = chance.convolution(&mut parameters, [8, width_in, width_out]);
        let outputs = dense(&x).into_keys().map(|(batch, place)| (batch, halved(place)));
        let inputs = |place| offsets(2).into_iter().map(|(tap, step)| (tap, plus(step, place, 2))).collect();
        let expected = reference(&dense(&x), outputs, inputs, &parameters, layer);
        check!(x, parameters, |tape, x| tape.down(x, layer), expected);
    }

    #[test]
    fn up_to_all_and_to_some((mut chance, one_in, width_in, width_out) in cases()) {
        let (fine, mut parameters) = (chance.grid(one_in), Parameters::new());
        let x = chance.tensor(&Arc::new(fine.coarsen()), width_in);
        let layer = chance.convolution(&mut parameters, [8, width_in, width_out]);
        let inputs = |place| vec![(child(place), halved(place))];
        let all = dense(&x).into_keys().flat_map(|(batch, place)| offsets(2).into_iter().map(move |(_, step)| (batch, plus(step, place, 2))));
        let expected = reference(&dense(&x), all, inputs, &parameters, layer);
        check!(x, parameters, |tape, x| tape.up(x, layer), expected);
        let some = fine.voxels().map(|voxel| (voxel.batch, voxel.place.map(i64::from)));
        let expected = reference(&dense(&x), some, inputs, &parameters, layer);
        check!(x, parameters, |tape, x| tape.up_to(x, fine.clone(), layer), expected);
    }

    #[test]
    fn kernels_of_4_and_strided_kernels_of_3((mut chance, one_in, width_in, width_out) in cases()) {
        let (grid, mut parameters) = (chance.grid(4 * one_in), Parameters::new());
        let x = chance.tensor(&grid, width_in);
        let layer = chance.convolution(&mut parameters, [64, width_in, width_out]);
        let outputs = dense(&x).into_keys().flat_map(|(batch, place)| offsets(4).into_iter().map(move |(_, step)| (batch, plus(step, place, 2))));
        let inputs = |place| {
            let from = offsets(4).into_iter().map(|(tap, step)| (tap, plus(place, step, -1)));
            from.filter(|(_, from)| child(*from) == 0).map(|(tap, from)| (tap, halved(from))).collect()
        };
        let expected = reference(&dense(&x), outputs, inputs, &parameters, layer);
        let shape = Stride { edge: 4, stride: 2, pad: 0 };
        check!(x, parameters, |tape, x| tape.spread_all(x, shape, layer), expected);
        let layer = chance.convolution(&mut parameters, [27, width_in, width_out]);
        let outputs = dense(&x).into_keys().map(|(batch, place)| (batch, halved(place)));
        let inputs = |place| offsets(3).into_iter().map(|(tap, step)| (tap, plus(plus(step, place, 2), [1; 3], -1))).collect();
        let expected = reference(&dense(&x), outputs, inputs, &parameters, layer);
        let shape = Stride { edge: 3, stride: 2, pad: 1 };
        let coarse = Arc::new(grid.coarsen());
        check!(x, parameters, |tape, x| tape.strided(x, shape, coarse.clone(), layer), expected);
    }

    #[test]
    fn linear((mut chance, one_in, width_in, width_out) in cases()) {
        let (grid, mut parameters) = (chance.grid(one_in), Parameters::new());
        let x = chance.tensor(&grid, width_in);
        let layer = chance.convolution(&mut parameters, [1, width_in, width_out]);
        let expected = reference(&dense(&x), dense(&x).into_keys(), |place| vec![(0, place)], &parameters, layer);
        check!(x, parameters, |tape, x| tape.linear(x, layer), expected);
    }

    #[test]
    fn norms_leave_mean_and_deviation((mut chance, one_in, width, _) in cases()) {
        let (grid, mut parameters) = (chance.grid(one_in), Parameters::new());
        let x: Tensor<f64> = chance.tensor(&grid, width);
        let norm = chance.norm(&mut parameters, width);
        let [weight, bias, mean, var] = [norm.weight, norm.bias, norm.running_mean, norm.running_var].map(|id| parameters.get(id).values.clone());
        for statistics in [Statistics::Volume, Statistics::Batch, Statistics::Running] {
            let moments = |rows: Vec<&Vec<f64>>, channel: usize| {
                let n = rows.len() as f64;
                let mean = rows.iter().map(|row| row[channel]).sum::<f64>() / n;
                (mean, rows.iter().map(|row| (row[channel] - mean).powi(2)).sum::<f64>() / n)
            };
            let plain = dense(&x);
            let expected = plain.iter().map(|(&(batch, place), row)| {
                let of_volume = |other: &u32| statistics == Statistics::Batch || *other == batch;
                let rows: Vec<&Vec<f64>> = plain.iter().filter(|((b, _), _)| of_volume(b)).map(|(_, row)| row).collect();
                let normal = |channel: usize| {
                    let (mean, var) = match statistics {
                        Statistics::Running => (mean[channel], var[channel]),
                        _ if rows.len() < MIN_ROWS => return row[channel],
                        _ => moments(rows.clone(), channel),
                    };
                    (row[channel] - mean) / (var + 1e-5).sqrt()
                };
                let out = |channel| (weight[channel] * normal(channel) + bias[channel]).max(0.0);
                ((batch, place), (0..width).map(out).collect())
            });
            // The reference is quadratic.
            if plain.len() < 500 {
                let expected: Dense = expected.collect();
                check!(x, parameters, |tape, x| tape.normalise(x, norm, statistics, 0.0), expected);
            }
        }
    }

    #[test]
    fn slices_are_the_whole((mut chance, one_in, width, _) in cases(), n_leaves in 1usize..4) {
        let (grid, mut parameters) = (chance.grid(one_in), Parameters::new());
        // One volume: slices know no others.
        let voxels = grid.voxels().filter(|voxel| voxel.batch == 0);
        let grid = Arc::new(SparseGrid::from_voxels(voxels).unwrap());
        let x: Tensor<f64> = chance.tensor(&grid, width);
        let up = chance.convolution(&mut parameters, [8, width, 5]);
        let norm = chance.norm(&mut parameters, 5);
        let layers = UpAndConvolve { up, norm, same: chance.convolution(&mut parameters, [27, 5, 3]) };
        for statistics in [Statistics::Volume, Statistics::Running] {
            let mut tape = Tape::train(&parameters);
            let raw = tape.up(&x, up);
            let fine = tape.normalise(&raw, norm, statistics, 0.0);
            let whole = tape.convolve(&fine, layers.same);
            let fused = Tape::train(&parameters).up_and_convolve(x.clone(), layers, statistics);
            assert_close(&dense(&fused), &dense(&whole), 1e-12);
            check!(x, parameters, |tape, x| tape.in_slices(x, layers, statistics, n_leaves), dense(&whole));
        }
    }

    #[test]
    fn sums_unions_and_pruning((mut chance, one_in, width, _) in cases()) {
        let (a, b) = (chance.grid(one_in), chance.grid(2 * one_in));
        let (x, y): (Tensor<f64>, Tensor<f64>) = (chance.tensor(&a, width), chance.tensor(&b, width));
        let parameters = Parameters::new();
        let mut tape = Tape::infer(&parameters);
        let mut expected = dense(&x);
        for (place, row) in dense(&y) {
            let sum = expected.entry(place).or_insert(vec![0.0; width]);
            sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        }
        let sum = tape.add(&x, &y);
        assert_close(&dense(&sum), &expected, 0.0);
        let keep: Vec<bool> = chance.numbers::<f64>(sum.grid.n_rows()).iter().map(|x| *x > 0.0).collect();
        let bent = tape.activate(&sum, 0.1);
        let pruned = tape.prune(&bent, keep.clone());
        let kept: Vec<Vec<f64>> = dense_rows(&sum).into_iter().zip(&keep).filter(|(_, keep)| **keep).map(|(row, _)| row).collect();
        let bend = |x: &f64| if *x < 0.0 { 0.1 * x } else { *x };
        let kept: Vec<Vec<f64>> = kept.iter().map(|row| row.iter().map(bend).collect()).collect();
        prop_assert_eq!(dense_rows(&pruned), kept);
        let both = tape.concatenate(&x, &x);
        for (row, twice) in dense(&x).into_values().zip(dense(&both).into_values()) {
            prop_assert_eq!([row.clone(), row].concat(), twice);
        }
    }

    #[test]
    fn pooling((mut chance, one_in, width, _) in cases()) {
        let grid = chance.grid(one_in);
        let x: Tensor<f64> = chance.tensor(&grid, width);
        let parameters = Parameters::new();
        let mut groups: BTreeMap<(u32, [i64; 3]), Vec<Vec<f64>>> = BTreeMap::new();
        for ((batch, place), row) in dense(&x) {
            groups.entry((batch, halved(place))).or_default().push(row.clone());
            groups.entry((batch, [-1; 3])).or_default().push(row);
        }
        let pooled = |whole: bool, pool: &dyn Fn(Vec<f64>) -> f64| -> Dense {
            let chosen = groups.iter().filter(|((_, place), _)| (*place == [-1; 3]) == whole);
            let column = |rows: &[Vec<f64>], channel: usize| rows.iter().map(|row| row[channel]).collect();
            let row = |rows: &[Vec<f64>]| (0..width).map(|channel| pool(column(rows, channel))).collect();
            chosen.map(|(&(batch, place), rows)| ((batch, place.map(|c| c.max(0))), row(rows))).collect()
        };
        let mean = |x: Vec<f64>| x.iter().sum::<f64>() / x.len() as f64;
        let largest = |x: Vec<f64>| x.into_iter().fold(f64::NEG_INFINITY, f64::max);
        check!(x, parameters, |tape, x| tape.pool(x, Pooling::Mean), pooled(false, &mean));
        check!(x, parameters, |tape, x| tape.pool(x, Pooling::Max), pooled(false, &largest));
        check!(x, parameters, |tape, x| tape.pool_all(x, Pooling::Mean), pooled(true, &mean));
        check!(x, parameters, |tape, x| tape.pool_all(x, Pooling::Max), pooled(true, &largest));
    }
}

fn dense_rows(x: &Tensor<f64>) -> Vec<Vec<f64>> {
    x.features().values().chunks_exact(x.width()).map(<[f64]>::to_vec).collect()
}

#[test]
fn losses_have_their_known_values() {
    let grid = Arc::new(SparseGrid::full([2, 1, 1]).unwrap());
    let parameters = Parameters::<f64>::new();
    let mut tape = Tape::infer(&parameters);
    let logits = Tensor::new(grid.clone(), Rows::new(1, vec![0.0, 3f64.ln()]).unwrap()).unwrap();
    // Chances 1/2 and 3/4, of which the second is of what is not.
    let entropy = tape.cross_entropy_of_logits(&logits, &[true, false], |_| 1.0);
    assert!((entropy - (2f64.ln() + 4f64.ln()) / 2.0).abs() < 1e-12);
    let dice = tape.dice_loss(&logits, &[true, false]);
    assert!((dice - (1.0 - (2.0 * 0.5 + 1.0) / (1.25 + 1.0 + 1.0))).abs() < 1e-12);
    let two =
        Tensor::new(grid, Rows::new(2, vec![0.0, 3f64.ln(), 700.0, -700.0]).unwrap()).unwrap();
    let classes = tape.class_loss(&two, &[1, 0]);
    assert!((classes - (4f64 / 3.0).ln() / 2.0).abs() < 1e-12);
    assert_eq!(tape.squared_loss(&logits, &[2.0, 3f64.ln()]), 2.0);
}

#[test]
fn extreme_logits_give_finite_losses() {
    let grid = Arc::new(SparseGrid::full([2, 1, 1]).unwrap());
    let parameters = Parameters::<f32>::new();
    let logits = Tensor::new(grid, Rows::new(1, vec![1e30, -1e30]).unwrap()).unwrap();
    let mut tape = Tape::infer(&parameters);
    assert_eq!(tape.cross_entropy_of_logits(&logits, &[true, false], |_| 1.0), 0.0);
    assert!(tape.cross_entropy_of_logits(&logits, &[false, true], |_| 1.0).is_finite());
}
