//! Each operator's gradient beside differences of its loss, in f64.

use super::super::{Nearest, Pooling, Statistics, Stride, UpAndConvolve};
use super::*;
use crate::Tape;

/// Half of the step over which differences are taken.
const STEP: f64 = 1e-6;

/// Compares the gradients of a loss with respect to features and all parameters with differences.
fn check(
    parameters: &Parameters<f64>,
    x: &Tensor<f64>,
    loss: impl Fn(&mut Tape<'_, f64>, &Tensor<f64>) -> f64,
) {
    let mut tape = Tape::train(parameters);
    let variable = tape.variable(x.clone());
    loss(&mut tape, &variable);
    let (gradients, _) = tape.backward();
    let loss_of =
        |parameters: &Parameters<f64>, x: &Tensor<f64>| loss(&mut Tape::train(parameters), x);
    let near = |found: f64, plus: f64, minus: f64, what: &str| {
        let expected = (plus - minus) / (2.0 * STEP);
        assert!(
            (found - expected).abs() < 1e-7 + 1e-5 * expected.abs(),
            "{what}: {found}, not {expected}"
        );
    };
    let dx = gradients.of(&variable).expect("the loss depends on the features");
    for index in some_of(dx.len()) {
        let moved = |by: f64| {
            let mut rows = (*x.rows).clone();
            rows.values_mut()[index] += by;
            loss_of(parameters, &Tensor::new(x.grid.clone(), rows).unwrap())
        };
        near(dx[index], moved(STEP), moved(-STEP), &format!("feature {index}"));
    }
    for (number, parameter) in parameters.iter().enumerate() {
        let id = ParameterId(number);
        let gradient = gradients.of_parameter(id);
        let is_unused = gradient.is_empty();
        for index in some_of(parameter.values.len()) {
            let moved = |by: f64| {
                let mut parameters = parameters.clone();
                parameters.values_mut(id)[index] += by;
                loss_of(&parameters, x)
            };
            let found = if is_unused { 0.0 } else { gradient[index] };
            // What running statistics are has no gradient by definition.
            if !is_unused || parameter.role == Role::Weight {
                near(found, moved(STEP), moved(-STEP), &format!("parameter {number}, {index}"));
            }
        }
    }
}

/// All indices of few, and some of many.
fn some_of(n: usize) -> impl Iterator<Item = usize> {
    (0..n).step_by(n.div_ceil(40).max(1))
}

/// A loss that every output number moves, some more than others.
fn loss_of(tape: &mut Tape<'_, f64>, y: &Tensor<f64>) -> f64 {
    let target: Vec<f64> = (0..y.rows.values().len()).map(|n| (n % 7) as f64).collect();
    tape.squared_loss(y, &target)
}

fn setting(width: usize) -> (Chance, Parameters<f64>, Tensor<f64>) {
    let mut chance = Chance(7);
    let grid = chance.grid(9);
    let x = chance.tensor(&grid, width);
    (chance, Parameters::new(), x)
}

#[test]
fn convolutions() {
    let (mut chance, mut parameters, x) = setting(3);
    let same = chance.convolution(&mut parameters, [27, 3, 5]);
    check(&parameters, &x, |tape, x| {
        let y = tape.convolve(x, same);
        loss_of(tape, &y)
    });
    let (mut chance, mut parameters, x) = setting(3);
    let down = chance.convolution(&mut parameters, [8, 3, 9]);
    check(&parameters, &x, |tape, x| {
        let y = tape.down(x, down);
        loss_of(tape, &y)
    });
    let (mut chance, mut parameters, x) = setting(3);
    let up = chance.convolution(&mut parameters, [8, 3, 2]);
    check(&parameters, &x, |tape, x| {
        let y = tape.up(x, up);
        loss_of(tape, &y)
    });
    let (mut chance, mut parameters, x) = setting(3);
    let linear = chance.convolution(&mut parameters, [1, 3, 4]);
    check(&parameters, &x, |tape, x| {
        let y = tape.linear(x, linear);
        loss_of(tape, &y)
    });
}

#[test]
fn inverse_convolutions() {
    let mut chance = Chance(3);
    let (fine, mut parameters) = (chance.grid(5), Parameters::new());
    let x = chance.tensor(&Arc::new(fine.coarsen()), 4);
    let up = chance.convolution(&mut parameters, [8, 4, 3]);
    check(&parameters, &x, |tape, x| {
        let y = tape.up_to(x, fine.clone(), up);
        loss_of(tape, &y)
    });
}

#[test]
fn convolutions_by_table() {
    let (mut chance, mut parameters, x) = setting(2);
    let spread = chance.convolution(&mut parameters, [64, 2, 3]);
    let shape = Stride { edge: 4, stride: 2, pad: 0 };
    check(&parameters, &x, |tape, x| {
        let y = tape.spread_all(x, shape, spread);
        loss_of(tape, &y)
    });
    let (mut chance, mut parameters, x) = setting(2);
    let strided = chance.convolution(&mut parameters, [27, 2, 3]);
    let (shape, coarse) = (Stride { edge: 3, stride: 2, pad: 1 }, Arc::new(x.grid.coarsen()));
    check(&parameters, &x, |tape, x| {
        let y = tape.strided(x, shape, coarse.clone(), strided);
        loss_of(tape, &y)
    });
}

#[test]
fn norms() {
    for statistics in [Statistics::Volume, Statistics::Batch, Statistics::Running] {
        let (mut chance, mut parameters, x) = setting(3);
        let norm = chance.norm(&mut parameters, 3);
        for id in [norm.running_mean, norm.running_var] {
            parameters.iter_mut().nth(id.0).unwrap().role = Role::Statistic;
        }
        check(&parameters, &x, |tape, x| {
            let y = tape.normalise(x, norm, statistics, 0.2);
            loss_of(tape, &y)
        });
    }
}

#[test]
fn a_norm_is_read_by_every_kind_of_convolution() {
    let (mut chance, mut parameters, x) = setting(3);
    let norm = chance.norm(&mut parameters, 3);
    let same = chance.convolution(&mut parameters, [27, 3, 3]);
    let down = chance.convolution(&mut parameters, [8, 3, 3]);
    let up = chance.convolution(&mut parameters, [8, 3, 3]);
    let linear = chance.convolution(&mut parameters, [1, 3, 3]);
    for id in [norm.running_mean, norm.running_var] {
        parameters.iter_mut().nth(id.0).unwrap().role = Role::Statistic;
    }
    check(&parameters, &x, |tape, x| {
        let y = tape.normalise(x, norm, Statistics::Volume, 0.0);
        let (a, b) = (tape.convolve(&y, same), tape.linear(&y, linear));
        let coarse = tape.down(&y, down);
        let coarse = tape.activate(&coarse, 0.1);
        let c = tape.up_to(&coarse, x.grid.clone(), up);
        let sum = tape.add(&a, &b);
        let sum = tape.add(&sum, &c);
        let sum = tape.add(&sum, &y);
        let sum = tape.shift(sum, linear.bias);
        loss_of(tape, &sum)
    });
}

#[test]
fn rows_made_again_on_the_way_back() {
    for statistics in [Statistics::Volume, Statistics::Batch] {
        let (mut chance, mut parameters, x) = setting(3);
        let up = chance.convolution(&mut parameters, [8, 3, 4]);
        let norm = chance.norm(&mut parameters, 4);
        let same = chance.convolution(&mut parameters, [27, 4, 2]);
        for id in [norm.running_mean, norm.running_var] {
            parameters.iter_mut().nth(id.0).unwrap().role = Role::Statistic;
        }
        let layers = UpAndConvolve { up, norm, same };
        check(&parameters, &x, |tape, x| {
            let bent = tape.activate(x, 0.1);
            let y = tape.up_and_convolve(bent, layers, statistics);
            loss_of(tape, &y)
        });
    }
}

#[test]
fn sums_pruning_and_joining() {
    let (mut chance, parameters, x) = setting(3);
    let grid = chance.grid(4);
    let other: Tensor<f64> = chance.tensor(&grid, 3);
    check(&parameters, &x, |tape, x| {
        let sum = tape.add(x, &other);
        let sum = tape.add(&other, &sum);
        let keep = (0..sum.grid.n_rows()).map(|row| row % 3 > 0).collect();
        let bent = tape.activate(&sum, 0.3);
        let kept = tape.prune(&bent, keep);
        let twice = tape.concatenate(&kept, &kept);
        loss_of(tape, &twice)
    });
}

#[test]
fn pools() {
    for pooling in [Pooling::Max, Pooling::Mean] {
        let (_, parameters, x) = setting(3);
        check(&parameters, &x, |tape, x| {
            let y = tape.pool(x, pooling);
            let z = tape.pool_all(&y, pooling);
            loss_of(tape, &y) + loss_of(tape, &z)
        });
    }
}

/// Two volumes of a few points, and the nearest four of each; a choice that stays when features move a little.
fn neighbours(width: usize) -> (Chance, Tensor<f64>, Nearest) {
    let mut chance = Chance(21);
    let grid = chance.grid(60);
    let places: Tensor<f64> = chance.tensor(&grid, 3);
    let nearest = Nearest::of(&places, &places, 4).unwrap();
    let x = chance.tensor(&grid, width);
    (chance, x, nearest)
}

#[test]
fn gathering_and_joining_neighbours() {
    let (_, x, nearest) = neighbours(3);
    check(&Parameters::new(), &x, |tape, x| {
        let bent = tape.activate(x, 0.3);
        let pairs = tape.gather(&bent, &nearest);
        let bent = tape.activate(&pairs, 0.1);
        let joined = tape.join_pairs(&bent, &nearest);
        loss_of(tape, &joined)
    });
}

#[test]
fn edges_and_the_largest_of_them() {
    let (mut chance, x, nearest) = neighbours(3);
    let mut parameters = Parameters::new();
    let [own, other] = [0; 2].map(|_| chance.convolution(&mut parameters, [1, 3, 5]));
    for pooling in [Pooling::Max, Pooling::Mean] {
        check(&parameters, &x, |tape, x| {
            let (a, b) = (tape.linear(x, own), tape.linear(x, other));
            let edges = tape.edges(&a, &b, &nearest);
            let edges = tape.activate(&edges, 0.2);
            let pooled = tape.pool_pairs(&edges, &nearest, pooling);
            loss_of(tape, &pooled)
        });
    }
}

#[test]
fn neighbours_mixed_by_matrices() {
    let (mut chance, x, nearest) = neighbours(3);
    let mut parameters = Parameters::new();
    let matrix = chance.convolution(&mut parameters, [1, 3, 16]);
    check(&parameters, &x, |tape, x| {
        let matrices = tape.linear(x, matrix);
        let pairs = tape.gather(x, &nearest);
        let mixed = tape.mix_pairs(&pairs, &matrices, &nearest);
        loss_of(tape, &mixed)
    });
}

#[test]
fn losses() {
    let (_, parameters, x) = setting(1);
    let answers: Vec<bool> = (0..x.grid.n_rows()).map(|row| row % 3 == 0).collect();
    check(&parameters, &x, |tape, x| {
        tape.cross_entropy_of_logits(x, &answers, |row| (row % 4) as f64)
    });
    check(&parameters, &x, |tape, x| tape.dice_loss(x, &answers));
    let (_, parameters, x) = setting(4);
    let classes: Vec<usize> = (0..x.grid.n_rows()).map(|row| row % 4).collect();
    check(&parameters, &x, |tape, x| tape.class_loss(x, &classes));
}
