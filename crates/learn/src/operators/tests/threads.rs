use super::super::Statistics;
use super::*;
use crate::Tape;

/// The bits of outputs and gradients of a few layers on so many threads.
fn bits(n_threads: usize) -> Vec<u32> {
    let mut chance = Chance(11);
    let (grid, mut parameters) =
        (Arc::new(SparseGrid::full([40, 40, 40]).unwrap()), Parameters::<f32>::new());
    let x = chance.tensor(&grid, 4);
    let layer = chance.convolution(&mut parameters, [27, 4, 16]);
    let norm = chance.norm(&mut parameters, 16);
    let down = chance.convolution(&mut parameters, [8, 16, 24]);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
    pool.install(|| {
        let mut tape = Tape::train(&parameters);
        let x = tape.variable(x.clone());
        let y = tape.convolve(&x, layer);
        let y = tape.normalise(&y, norm, Statistics::Volume, 0.0);
        let y = tape.down(&y, down);
        tape.squared_loss(&y, &vec![0.5; y.rows.values().len()]);
        let (gradients, _) = tape.backward();
        let mut numbers = [y.rows.values(), gradients.of(&x).unwrap()].concat();
        numbers.extend(gradients.into_parameters().concat());
        numbers.into_iter().map(f32::to_bits).collect()
    })
}

#[test]
fn one_two_and_five_threads_give_the_same_bits() {
    let one = bits(1);
    assert!(one == bits(2) && one == bits(5));
}
