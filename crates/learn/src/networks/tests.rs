use std::sync::Arc;

use super::*;
use crate::operators::Statistics;
use crate::sparse::Voxel;
use crate::train::{AdamOptions, Schedule, Trainer};
use crate::{Parameters, Random, Rows, SparseGrid, Tape, Tensor};

/// A ball with a bite taken out, and the whole ball; no anatomy, but solid.
fn bitten_ball(radius: i64) -> (Arc<SparseGrid>, SparseGrid) {
    let side = 0..2 * radius;
    let places = side
        .clone()
        .flat_map(|z| side.clone().flat_map(move |y| (0..2 * radius).map(move |x| [x, y, z])));
    let distance = |place: &[i64; 3], centre: [i64; 3]| -> i64 {
        (0..3).map(|axis| (place[axis] - centre[axis]).pow(2)).sum()
    };
    let ball: Vec<[i64; 3]> =
        places.filter(|place| distance(place, [radius; 3]) < radius * radius).collect();
    let corner = [radius * 3 / 2, radius, radius];
    let is_left = |place: &&[i64; 3]| distance(place, corner) > radius * radius / 6;
    let grid = |places: Vec<&[i64; 3]>| {
        let voxel = |place: &&[i64; 3]| Voxel { batch: 0, place: place.map(|c| c as u32) };
        SparseGrid::from_voxels(places.iter().map(voxel)).unwrap()
    };
    (Arc::new(grid(ball.iter().filter(is_left).collect())), grid(ball.iter().collect()))
}

#[test]
fn the_networks_have_the_published_numbers_of_parameters() {
    let count = |widths| Completion::new::<f32>(widths, 0).1.n_weights();
    assert_eq!(count(Widths::SMALL), 434_695);
    assert_eq!(count(Widths::LARGE), 18_137_201);
    assert_eq!(count(Widths::TINY), 16_563);
    assert_eq!(Autoencoder::new::<f32>(0).1.n_weights(), 22_167_776);
    assert_eq!(PointNet::new::<f32>(3, 1, 0).1.n_weights(), 806_721);
    assert_eq!(Encoder::new::<f32>(1, 1, Widths::SMALL, 0).1.n_weights(), 231_241);
    // 1.8 million, as its authors have it for 40 classes.
    assert_eq!(Dgcnn::new::<f32>(3, 40, Dgcnn::K, 0).1.n_weights(), 1_809_576);
    assert_eq!(PointCnn::new::<f32>(3, 1, 0).1.n_weights(), 164_161);
    assert_eq!(Octree::new::<f32>(4, 1, 6, 0).1.n_weights(), 598_353);
}

#[test]
fn parameters_have_the_names_of_the_twin() {
    let (_, parameters) = Completion::new::<f32>(Widths::SMALL, 0);
    let shape = |name: &str| parameters.iter().find(|p| p.name == name).map(|p| p.shape.clone());
    assert_eq!(shape("enc_block_s1.0.kernel"), Some(vec![27, 1, 8]));
    assert_eq!(shape("enc_block_s32s64.4.bn.running_var"), Some(vec![64]));
    assert_eq!(shape("dec_block_s64s32.0.kernel"), Some(vec![64, 64, 32]));
    assert_eq!(shape("dec_block_s2s1.3.kernel"), Some(vec![27, 8, 8]));
    assert_eq!(shape("dec_s1_cls.bias"), Some(vec![1, 1]));
}

#[test]
fn the_completion_networks_gradient_is_that_of_its_loss() {
    let (partial, whole) = bitten_ball(24);
    let (network, parameters) = Completion::new::<f64>(Widths::TINY, 3);
    let run = |parameters: &Parameters<f64>| {
        let mut tape = Tape::train(parameters);
        let x = Tensor::ones(partial.clone());
        let completed = network.run(&mut tape, &x, Some(&whole), Statistics::Volume);
        let made: Vec<usize> =
            completed.logits.iter().map(|logits| logits.grid().n_rows()).collect();
        (completed.loss, made, tape.backward().0.into_parameters())
    };
    let (loss, made, gradients) = run(&parameters);
    assert!(loss.is_finite() && loss > 0.0);
    let mut n_checked = 0;
    for (number, gradient) in gradients.iter().enumerate() {
        let Some(index) = steepest(gradient) else { continue };
        let at = |by: f64| {
            let (loss, there, _) = run(&moved(&parameters, (number, index), by));
            (there == made).then_some(loss)
        };
        // The loss jumps where a voxel begins to be kept; the step is to be too small for that.
        let slope = |step: f64| Some((at(step)? - at(-step)?) / (2.0 * step));
        let Some(expected) = [1e-6, 1e-7, 1e-8].into_iter().find_map(slope) else { continue };
        let difference = (gradient[index] - expected).abs();
        assert!(
            difference < 1e-6 + 1e-3 * expected.abs(),
            "parameter {number}: {} not {expected}",
            gradient[index]
        );
        n_checked += 1;
    }
    assert!(n_checked > 60);
}

#[test]
fn a_network_that_prunes_everything_gives_nothing() {
    let (partial, _) = bitten_ball(10);
    let (network, mut parameters) = Completion::new::<f32>(Widths::TINY, 3);
    for parameter in parameters.iter_mut().filter(|parameter| parameter.name.ends_with("cls.bias"))
    {
        parameter.values.fill(-1e6);
    }
    let mut tape = Tape::infer(&parameters);
    let completed = network.run(&mut tape, &Tensor::ones(partial), None, Statistics::Volume);
    assert_eq!(completed.grid.n_rows(), 0);
}

#[test]
fn the_autoencoder_answers_for_each_voxel_of_its_box() {
    let grid = Arc::new(SparseGrid::full([16, 16, 16]).unwrap());
    let (network, parameters) = Autoencoder::new::<f32>(1);
    let x = Tensor::new(grid.clone(), Rows::filled(1, grid.n_rows(), 1.0)).unwrap();
    let logits = network.run(&mut Tape::infer(&parameters), &x);
    assert_eq!((logits.grid(), logits.width()), (&grid, 12));
    assert!(logits.features().values().iter().all(|logit| logit.is_finite()));
}

/// Where a gradient is largest, if it has any numbers.
fn steepest(gradient: &[f64]) -> Option<usize> {
    let size = |at: &usize| gradient[*at].abs();
    (0..gradient.len()).max_by(|a, b| size(a).total_cmp(&size(b)))
}

/// Parameters of which one number is another.
fn moved(parameters: &Parameters<f64>, (index, place): (usize, usize), by: f64) -> Parameters<f64> {
    let mut moved = parameters.clone();
    moved.iter_mut().nth(index).unwrap().values[place] += by;
    moved
}

#[test]
fn the_u_nets_gradient_is_that_of_its_loss() {
    let (partial, whole) = bitten_ball(12);
    let (network, parameters) = UNet::new::<f64>(1, 2, &[2, 3, 4], 5);
    let answers: Vec<f64> = partial.is_in(&whole).iter().map(|_| 1.0).collect();
    let run = |parameters: &Parameters<f64>| {
        let mut tape = Tape::train(parameters);
        let x = Tensor::ones(partial.clone());
        let logits = network.run(&mut tape, &x);
        assert_eq!((logits.grid().n_rows(), logits.width()), (answers.len(), 2));
        let target: Vec<f64> =
            answers.iter().zip(0..).flat_map(|(y, n)| [*y, f64::from(n % 3)]).collect();
        (tape.squared_loss(&logits, &target), tape.backward().0.into_parameters())
    };
    let (_, gradients) = run(&parameters);
    let step = 1e-5;
    for (index, gradient) in gradients.iter().enumerate() {
        let Some(place) = steepest(gradient) else { continue };
        let at = |by: f64| run(&moved(&parameters, (index, place), by)).0;
        let measured = (at(step) - at(-step)) / (2.0 * step);
        let error = (measured - gradient[place]).abs() / gradient[place].abs().max(1e-3);
        assert!(error < 1e-4, "parameter {index}: {measured} is not {}", gradient[place]);
    }
}

#[test]
fn super_resolution_settles_what_lies_off_the_surface_and_doubles_the_rest() {
    let (_, ball) = bitten_ball(12);
    let (network, parameters) = SuperResolution::new::<f32>(&[4, 4], &[4, 3, 2], 7);
    assert_eq!(network.n_doublings(), 3);
    let band = Arc::new(ball.border());
    let deep = ball.difference(&band);
    for n in 1..=3 {
        let mut tape = Tape::infer(&parameters);
        let made = network.run(&mut tape, &ball, band.clone(), n, None);
        let finer = |grid: &SparseGrid| (0..n).fold(grid.clone(), |grid, _| grid.refine());
        assert_eq!(made.shape.intersection(&finer(&deep)), finer(&deep));
        assert_eq!(made.shape.difference(&finer(&deep.union(&band))).n_rows(), 0);
        let at_surface = made.logits.grid();
        assert_eq!(at_surface.difference(&finer(&band)).n_rows(), 0);
        // What was looked at last has what its logits say.
        let is_in: Vec<bool> =
            made.logits.features().values().iter().map(|&logit| logit > 0.0).collect();
        assert_eq!(at_surface.is_in(&made.shape), is_in);
    }
}

#[test]
fn super_resolution_looks_only_into_its_windows() {
    let (_, ball) = bitten_ball(12);
    let (network, parameters) = SuperResolution::new::<f32>(&[4, 4], &[4, 3], 7);
    let truths = [ball.refine(), ball.refine().refine()];
    let window = [[20, 4, 0], [28, 40, 48]];
    let lesson = Lesson { truths: &truths, windows: &[window] };
    let mut tape = Tape::train(&parameters);
    let made = network.run(&mut tape, &ball, Arc::new(ball.border()), 2, Some(lesson));
    let places: Vec<[u32; 3]> = made.logits.grid().voxels().map(|voxel| voxel.place).collect();
    for axis in 0..3 {
        let along = || places.iter().map(|place| place[axis] / 2);
        assert!(along().min() >= Some(window[0][axis]) && along().max() < Some(window[1][axis]));
    }
    assert!(places.len() > 1000 && made.loss > 0.0);
}

#[test]
fn the_gradient_of_super_resolution_is_that_of_its_loss() {
    let (bitten, ball) = bitten_ball(7);
    let (network, parameters) = SuperResolution::new::<f64>(&[2, 3], &[3, 2], 5);
    let truths = [bitten.refine(), ball.refine().refine()];
    let run = |parameters: &Parameters<f64>| {
        let mut tape = Tape::train(parameters);
        let lesson = Lesson { truths: &truths, windows: &[] };
        let made = network.run(&mut tape, &bitten, Arc::new(bitten.border()), 2, Some(lesson));
        (made.loss, made.logits.grid().n_rows(), tape.backward().0.into_parameters())
    };
    let (_, n_rows, gradients) = run(&parameters);
    let mut n_checked = 0;
    for (index, gradient) in gradients.iter().enumerate() {
        let Some(place) = steepest(gradient) else { continue };
        // The loss jumps where a voxel begins to be looked at; the step is to be too small for that.
        let at = |by: f64| {
            let (loss, there, _) = run(&moved(&parameters, (index, place), by));
            (there == n_rows).then_some(loss)
        };
        let slope = |step: f64| Some((at(step)? - at(-step)?) / (2.0 * step));
        let Some(measured) = [1e-6, 1e-7, 1e-8].into_iter().find_map(slope) else { continue };
        let error = (measured - gradient[place]).abs() / gradient[place].abs().max(1e-3);
        assert!(error < 1e-3, "parameter {index}: {measured} is not {}", gradient[place]);
        n_checked += 1;
    }
    assert!(n_checked > 30, "{n_checked}");
}

/// Where the corrections are nothing, a half space is cut where linear interpolation cuts it: in the middle
/// between the layers.
#[test]
fn super_resolution_begins_with_linear_interpolation() {
    let slab = (0..12).flat_map(|z| (2..6).flat_map(move |y| (0..12).map(move |x| [x, y, z])));
    let voxel = |place| Voxel { batch: 0, place };
    let slab = SparseGrid::from_voxels(slab.map(voxel)).unwrap();
    let (network, mut parameters) = SuperResolution::new::<f32>(&[4], &[4, 3, 2], 7);
    for parameter in parameters.iter_mut().filter(|p| p.name.contains("head")) {
        parameter.values.fill(0.0);
    }
    let inside = |voxel: &Voxel| [0, 2].iter().all(|&axis| (2..10).contains(&voxel.place[axis]));
    let band: Vec<Voxel> = slab.border().voxels().filter(inside).collect();
    let band = Arc::new(SparseGrid::from_voxels(band).unwrap());
    let made = network.run(&mut Tape::infer(&parameters), &slab, band, 1, None);
    assert_eq!(made.shape, slab.refine());
    for (voxel, &logit) in made.logits.grid().voxels().zip(made.logits.features().values()) {
        // Shares of the layers from 2 to 5: a quarter or three outside and inside of their border.
        let expected = match voxel.place[1] {
            3 | 12 => -2.0,
            4 | 11 => 2.0,
            2 | 13 => -4.0,
            _ => 4.0,
        };
        assert!((logit - expected).abs() < 1e-6, "{voxel:?}: {logit}");
    }
}

/// Compares the gradient of a loss with differences, at the number of each parameter with the steepest slope.
fn check_gradient(parameters: &Parameters<f64>, loss: impl Fn(&mut Tape<'_, f64>) -> f64) -> usize {
    let run = |parameters: &Parameters<f64>| {
        let mut tape = Tape::train(parameters);
        let loss = loss(&mut tape);
        (loss, tape.backward().0.into_parameters())
    };
    let (_, gradients) = run(parameters);
    let mut n_checked = 0;
    for (number, gradient) in gradients.iter().enumerate() {
        let Some(index) = steepest(gradient) else { continue };
        let at = |by: f64| run(&moved(parameters, (number, index), by)).0;
        let slope = |step: f64| (at(step) - at(-step)) / (2.0 * step);
        // Rectifiers and maxima have kinks, which a smaller step may miss.
        let off = |step: f64| (gradient[index] - slope(step)).abs();
        let limit = 1e-7 + 1e-4 * gradient[index].abs();
        let steps = [1e-5, 1e-6, 1e-7];
        assert!(steps.into_iter().any(|step| off(step) < limit), "parameter {number}");
        n_checked += 1;
    }
    n_checked
}

fn cloud_rows(n_rows: usize) -> Rows<f64> {
    let values = (0..3 * n_rows).map(|n| ((n * n % 97) as f64 * 0.37 + n as f64 * 0.11).sin());
    Rows::new(3, values.collect()).unwrap()
}

#[test]
fn the_point_networks_gradient_is_that_of_its_loss() {
    let (network, parameters) = PointNet::new::<f64>(3, 2, 4);
    // 3·64 + 2·64² + 64·128 + 128·1024, norms, 1024·512, 512·256, 256·2, biases.
    let n_points = 3 * 64 + 2 * 64 * 64 + 64 * 128 + 128 * 1024 + 2 * (3 * 64 + 128 + 1024);
    assert_eq!(parameters.n_weights(), n_points + 1024 * 512 + 512 * 256 + 512 + 512 + 256 + 2);
    let clouds = PointNet::clouds(20, cloud_rows(60)).unwrap();
    let n_checked = check_gradient(&parameters, |tape| {
        let logits = network.run(tape, &clouds, Statistics::Batch);
        assert_eq!((logits.grid().n_rows(), logits.width()), (3, 2));
        tape.class_loss(&logits, &[0, 1, 1])
    });
    assert_eq!(n_checked, 3 * 5 + 2 * 3);
}

#[test]
fn points_have_no_order_and_clouds_do_not_see_each_other() {
    let (network, parameters) = PointNet::new::<f64>(3, 1, 4);
    let answers = |rows: Rows<f64>, n_points: usize| {
        let clouds = PointNet::clouds(n_points, rows).unwrap();
        let mut tape = Tape::infer(&parameters);
        network.run(&mut tape, &clouds, Statistics::Running).features().values().to_vec()
    };
    let rows = cloud_rows(60);
    let both = answers(rows.clone(), 30);
    let turned: Vec<f64> = rows.values()[..90].chunks(3).rev().flatten().copied().collect();
    let alone = answers(Rows::new(3, turned).unwrap(), 30);
    assert!((both[0] - alone[0]).abs() < 1e-12 && (both[0] - both[1]).abs() > 1e-6);
    assert!(PointNet::clouds(7, cloud_rows(60)).is_none());
}

#[test]
fn the_encoders_gradient_is_that_of_its_loss() {
    let [small, large] = [12, 20].map(|radius| bitten_ball(radius).1);
    let grid = Arc::new(SparseGrid::batch(&[small, large]).unwrap());
    let (network, parameters) = Encoder::new::<f64>(1, 1, Widths::TINY, 6);
    let x = Tensor::ones(grid);
    let n_checked = check_gradient(&parameters, |tape| {
        let logits = network.run(tape, &x, Statistics::Batch);
        assert_eq!((logits.grid().n_rows(), logits.width()), (2, 1));
        tape.cross_entropy_of_logits(&logits, &[true, false], |_| 1.0)
    });
    assert!(n_checked > 20, "{n_checked}");
}

#[test]
fn shapes_of_a_batch_are_judged_as_if_alone() {
    let [small, large] = [12, 20].map(|radius| bitten_ball(radius).1);
    let (network, parameters) = Encoder::new::<f64>(1, 1, Widths::TINY, 6);
    let answers = |grids: &[SparseGrid]| {
        let x = Tensor::ones(Arc::new(SparseGrid::batch(grids).unwrap()));
        let mut tape = Tape::infer(&parameters);
        network.run(&mut tape, &x, Statistics::Running).features().values().to_vec()
    };
    let both = answers(&[small.clone(), large.clone()]);
    assert!((both[0] - answers(&[small])[0]).abs() < 1e-12);
    assert!((both[1] - answers(&[large])[0]).abs() < 1e-12);
}

/// Weights of a convolution with its norm.
fn normal([taps, n_in, n_out]: [usize; 3]) -> usize {
    taps * n_in * n_out + 2 * n_out
}

/// Layer by layer as docs/learning.md has them.
#[test]
fn parameters_are_as_many_as_the_layers_have() {
    for (n_in, n_out) in [(3, 1), (6, 5)] {
        let edges = [[n_in, 64], [64, 64], [64, 128], [128, 256]];
        let edges: usize = edges.into_iter().map(|[i, o]| normal([1, 2 * i, o])).sum();
        let whole = normal([1, 512, 1024]) + normal([1, 2048, 512]) + normal([1, 512, 256]) + 256;
        let expected = edges + whole + 256 * n_out + n_out;
        assert_eq!(Dgcnn::new::<f32>(n_in, n_out, 12, 0).1.n_weights(), expected);

        let k = 8;
        let layer = |before: usize, lifted: usize, width: usize| {
            let matrix = normal([1, 3 * k, k * k]) + k.pow(4) + k * k;
            let lift = normal([1, 3, lifted]) + normal([1, lifted, lifted]);
            lift + matrix + normal([1, k * (lifted + before), width])
        };
        let layers = layer(n_in, 16, 32) + layer(32, 16, 64) + layer(64, 32, 128);
        let expected = layers + 2 * 128 * 64 + 64 + 64 * n_out + n_out;
        assert_eq!(PointCnn::new::<f32>(n_in, n_out, 0).1.n_weights(), expected);

        // Of depth 7: 2^max(2, 9 - level) channels at levels 7 to 3, then 4³ cells at once.
        let levels = [[n_in, 4], [4, 8], [8, 16], [16, 32], [32, 64]];
        let levels: usize = levels.into_iter().map(|[i, o]| normal([27, i, o])).sum();
        let expected = levels + normal([64, 64, 128]) + 128 * n_out + n_out;
        assert_eq!(Octree::new::<f32>(n_in, n_out, 7, 0).1.n_weights(), expected);
    }
}

/// Points of two clouds that move on spirals of their own, so that no two distances are the same.
fn clouds(n_points: usize, width: usize) -> Tensor<f64> {
    let at = |n: usize| (n as f64 * 0.754_877 + (n * n) as f64 * 0.013).sin();
    let values = (0..2 * n_points * width).map(at).collect();
    PointNet::clouds(n_points, Rows::new(width, values).unwrap()).unwrap()
}

#[test]
fn the_graph_networks_gradient_is_that_of_its_loss() {
    let (network, parameters) = Dgcnn::new::<f64>(3, 1, 4, 8);
    let x = clouds(18, 3);
    let n_checked = check_gradient(&parameters, |tape| {
        let logits = network.run(tape, &x, Statistics::Batch);
        assert_eq!((logits.grid().n_rows(), logits.width()), (2, 1));
        tape.cross_entropy_of_logits(&logits, &[true, false], |_| 1.0)
    });
    // Two halves and a norm an edge convolution, the embedding, two layers with norms of which one has a bias, the last.
    assert_eq!(n_checked, 4 * 4 + 3 + 3 + 4 + 2);
}

#[test]
fn the_point_convolutions_gradient_is_that_of_its_loss() {
    let (network, parameters) = PointCnn::new::<f64>(6, 2, 9);
    let x = clouds(64, 6);
    let n_checked = check_gradient(&parameters, |tape| {
        let logits = network.run(tape, &x, Statistics::Batch);
        assert_eq!((logits.grid().n_rows(), logits.width()), (2, 2));
        tape.class_loss(&logits, &[0, 1])
    });
    assert_eq!(n_checked, 3 * (2 * 3 + 3 + 2 + 3) + 4);
}

/// The surface of balls, with two numbers a voxel.
fn surfaces(radii: [i64; 2]) -> Tensor<f64> {
    let shells = radii.map(|radius| bitten_ball(radius).1.border());
    let grid = Arc::new(SparseGrid::batch(&shells).unwrap());
    let values = (0..2 * grid.n_rows()).map(|n| ((n * n % 89) as f64 * 0.3).sin()).collect();
    Tensor::new(grid, Rows::new(2, values).unwrap()).unwrap()
}

#[test]
fn the_octree_networks_gradient_is_that_of_its_loss() {
    let (network, parameters) = Octree::new::<f64>(2, 1, 5, 3);
    let x = surfaces([9, 13]);
    let n_checked = check_gradient(&parameters, |tape| {
        let logits = network.run(tape, &x, Statistics::Batch);
        assert_eq!((logits.grid().n_rows(), logits.width()), (2, 1));
        tape.cross_entropy_of_logits(&logits, &[true, false], |_| 1.0)
    });
    assert_eq!(n_checked, 3 * 3 + 3 + 2);
}

/// What each of three networks answers for a cloud or shape beside another one and alone.
#[test]
fn clouds_and_surfaces_of_a_batch_are_judged_as_if_alone() {
    let first = |x: &Tensor<f64>| {
        let keep = x.grid().voxels().map(|voxel| voxel.batch == 0).collect();
        Tape::infer(&Parameters::new()).prune(x, keep)
    };
    let near = |both: Vec<f64>, alone: Vec<f64>| {
        assert_eq!((both.len(), alone.len()), (2, 1));
        assert!(
            (both[0] - alone[0]).abs() < 1e-9 && (both[0] - both[1]).abs() > 1e-6,
            "{both:?} {alone:?}"
        );
    };
    let numbers = |x: Tensor<f64>| x.features().values().to_vec();
    let points = clouds(40, 3);
    let (network, parameters) = Dgcnn::new::<f64>(3, 1, 5, 8);
    let run = |x| numbers(network.run(&mut Tape::infer(&parameters), x, Statistics::Running));
    near(run(&points), run(&first(&points)));
    let (network, parameters) = PointCnn::new::<f64>(3, 1, 8);
    let run = |x| numbers(network.run(&mut Tape::infer(&parameters), x, Statistics::Running));
    near(run(&points), run(&first(&points)));
    let shells = surfaces([9, 13]);
    let (network, parameters) = Octree::new::<f64>(2, 1, 5, 8);
    let run = |x| numbers(network.run(&mut Tape::infer(&parameters), x, Statistics::Running));
    near(run(&shells), run(&first(&shells)));
}

/// Bits of answers and gradients of a network on so many threads.
fn bits(
    n_threads: usize,
    parameters: &Parameters<f32>,
    run: impl Fn(&mut Tape<'_, f32>) -> Tensor<f32> + Sync,
) -> Vec<u32> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
    pool.install(|| {
        let mut tape = Tape::train(parameters);
        let logits = run(&mut tape);
        let answers = vec![true; logits.grid().n_rows()];
        tape.cross_entropy_of_logits(&logits, &answers, |_| 1.0);
        let mut numbers = logits.features().values().to_vec();
        numbers.extend(tape.backward().0.into_parameters().concat());
        numbers.into_iter().map(f32::to_bits).collect()
    })
}

#[test]
fn one_and_two_threads_give_the_same_bits() {
    let single = |x: &Tensor<f64>| {
        let values = x.rows.values().iter().map(|&value| value as f32).collect();
        Tensor::new(x.grid().clone(), Rows::new(x.width(), values).unwrap()).unwrap()
    };
    let (points, shells) = (single(&clouds(700, 6)), single(&surfaces([9, 13])));
    let (network, parameters) = Dgcnn::new::<f32>(6, 1, 12, 8);
    let run = |n| bits(n, &parameters, |tape| network.run(tape, &points, Statistics::Batch));
    assert!(run(1) == run(2), "the graph network");
    let (network, parameters) = PointCnn::new::<f32>(6, 1, 8);
    let run = |n| bits(n, &parameters, |tape| network.run(tape, &points, Statistics::Batch));
    assert!(run(1) == run(2), "the point convolution");
    let (network, parameters) = Octree::new::<f32>(2, 1, 5, 8);
    let run = |n| bits(n, &parameters, |tape| network.run(tape, &shells, Statistics::Batch));
    assert!(run(1) == run(2), "the octree network");
}

/// 64 points of the surface of a ball or of a cube, of a size by chance.
fn ball_or_cube(is_ball: bool, random: &mut Random) -> Vec<f32> {
    let size = 0.8 + 0.4 * random.uniform();
    let mut point = || {
        let mut at = [0; 3].map(|_| 2.0 * random.uniform() - 1.0);
        let length = at.iter().map(|x| x * x).sum::<f64>().sqrt();
        if is_ball {
            at = at.map(|x| x / length);
        } else {
            at[random.below(3)] = if random.below(2) == 0 { -0.8 } else { 0.8 };
        }
        at.map(|x| (size * x) as f32)
    };
    (0..64).flat_map(|_| point()).collect()
}

#[test]
fn networks_of_points_learn_to_tell_balls_from_cubes() {
    type Run = Box<dyn Fn(&mut Tape<'_, f32>, &Tensor<f32>) -> Tensor<f32>>;
    let (graph, of_graph) = Dgcnn::new::<f32>(3, 1, 8, 1);
    let (convolution, of_convolution) = PointCnn::new::<f32>(3, 1, 1);
    let networks: [(Run, Parameters<f32>); 2] = [
        (Box::new(move |tape, x| graph.run(tape, x, Statistics::Batch)), of_graph),
        (Box::new(move |tape, x| convolution.run(tape, x, Statistics::Batch)), of_convolution),
    ];
    // Chance has a loss of 0.69.
    for (number, (run, parameters)) in networks.into_iter().enumerate() {
        let options = AdamOptions::default();
        let mut trainer = Trainer::new(parameters, options, 2e-3, Schedule::Constant, 5);
        let mut losses = Vec::new();
        for _ in 0..30 {
            losses.push(trainer.step(1, |tape, random| {
                let answers = [true, false].repeat(8);
                let rows = answers.iter().flat_map(|&is| ball_or_cube(is, random)).collect();
                let clouds = PointNet::clouds(64, Rows::new(3, rows).unwrap()).unwrap();
                let logits = run(tape, &clouds);
                tape.cross_entropy_of_logits(&logits, &answers, |_| 1.0)
            }));
        }
        let last = losses[25..].iter().sum::<f64>() / 5.0;
        assert!(last < 0.45, "network {number}: {losses:?}");
    }
}
