use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::safetensors::{Contents, Entry, Kind};
use super::*;
use crate::networks::{Completion, Widths};
use crate::operators::Statistics;
use crate::{Parameter, Parameters, Role, SparseGrid, Tape, Tensor};

fn single(values: Vec<f64>) -> Parameters<f64> {
    let mut parameters = Parameters::new();
    let (name, shape) = ("w".to_owned(), vec![values.len()]);
    parameters.add(Parameter { name, shape, values, role: Role::Weight });
    parameters
}

/// Weights after three steps with the gradients 1, -0.5 and 0.01.
fn after_three(options: AdamOptions) -> f64 {
    let mut parameters = single(vec![1.0]);
    let mut adam = Adam::new(&parameters, options);
    for gradient in [1.0, -0.5, 0.01] {
        adam.step(&mut parameters, &[vec![gradient]], 0.1);
    }
    parameters.iter().next().unwrap().values[0]
}

#[test]
fn adam_steps_as_pytorch_does() {
    // torch.optim of PyTorch 2.15 in double precision.
    let plain = AdamOptions::default();
    let amsgrad = AdamOptions { amsgrad: true, ..plain };
    let decay = AdamOptions { weight_decay: 0.1, ..plain };
    for (options, expected) in [(plain, ADAM), (amsgrad, AMSGRAD), (decay, ADAMW)] {
        let found = after_three(options);
        assert!((found - expected).abs() < 1e-12, "{found} {expected}");
    }
}

const ADAM: f64 = 0.852_207_328_253_187_6;
const AMSGRAD: f64 = 0.852_217_062_940_539_2;
const ADAMW: f64 = 0.824_762_665_269_578_5;

#[test]
fn schedules_have_their_known_values() {
    let cosine = Schedule::Cosine { warm_up: 4, n_steps: 104 };
    assert_eq!([0, 1, 3, 4].map(|step| cosine.factor(step)), [0.25, 0.5, 1.0, 1.0]);
    assert!((cosine.factor(54) - 0.5).abs() < 1e-12);
    assert!(cosine.factor(104) < 1e-12 && cosine.factor(1000) < 1e-12);
    let steps = Schedule::Steps { every: 10, factor: 0.5 };
    assert_eq!([0, 9, 10, 25].map(|step| steps.factor(step)), [1.0, 1.0, 0.5, 0.25]);
    assert_eq!(Schedule::Constant.factor(1_000_000), 1.0);
}

/// A box without a corner, and the box.
fn sample() -> (Arc<SparseGrid>, SparseGrid) {
    let dims = [22, 20, 18];
    let whole = SparseGrid::full(dims).unwrap();
    let corner = SparseGrid::full([9, 8, 7]).unwrap();
    (Arc::new(whole.difference(&corner)), whole)
}

fn trainer(seed: u64) -> (Completion, Trainer<f32>) {
    let (network, parameters) = Completion::new(Widths::TINY, seed);
    let options = AdamOptions { amsgrad: true, ..AdamOptions::default() };
    (network, Trainer::new(parameters, options, 1e-2, Schedule::Constant, seed))
}

fn train(network: &Completion, trainer: &mut Trainer<f32>, n_steps: usize) -> f64 {
    let (partial, whole) = sample();
    let mut loss = f64::NAN;
    for _ in 0..n_steps {
        loss = trainer.step(2, |tape: &mut Tape<'_, f32>, random| {
            let without =
                if random.below(2) == 0 { partial.clone() } else { Arc::new(whole.clone()) };
            network.run(tape, &Tensor::ones(without), Some(&whole), Statistics::Volume).loss
        });
    }
    loss
}

#[test]
fn training_lowers_the_loss() {
    let (network, mut trainer) = trainer(5);
    let first = train(&network, &mut trainer, 1);
    let last = train(&network, &mut trainer, 40);
    assert!(last < 0.5 * first, "{first} {last}");
}

#[test]
fn the_same_seed_gives_the_same_weights_on_one_and_on_two_threads() {
    let run = |n_threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| {
            let (network, mut trainer) = trainer(9);
            train(&network, &mut trainer, 4);
            trainer
        })
    };
    let one = run(1);
    assert!(one == run(2));
    let (network, mut other) = trainer(10);
    train(&network, &mut other, 4);
    assert!(one != other);
}

#[test]
fn a_resumed_training_is_the_one_that_never_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.safetensors");
    let (network, mut never_stopped) = trainer(6);
    train(&network, &mut never_stopped, 5);
    let (_, mut stopped) = trainer(6);
    train(&network, &mut stopped, 2);
    stopped.save(&path).unwrap();
    let (_, mut resumed) = trainer(77);
    resumed.resume(&path).unwrap();
    assert!(resumed == stopped);
    train(&network, &mut resumed, 3);
    assert!(resumed == never_stopped);
}

#[test]
fn weights_of_another_network_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("small.safetensors");
    let (_, small) = Completion::new::<f32>(Widths::SMALL, 1);
    small.save(&path).unwrap();
    let (_, mut same) = Completion::new::<f32>(Widths::SMALL, 2);
    same.load(&path).unwrap();
    assert!(same == small);
    let (_, mut tiny) = Completion::new::<f32>(Widths::TINY, 2);
    let message = tiny.load(&path).unwrap_err().to_string();
    assert!(
        message.contains("small.safetensors") && message.contains("another network"),
        "{message}"
    );
    let message = trainer(1).1.resume(&path).unwrap_err().to_string();
    assert!(message.contains("another network") || message.contains("no training"), "{message}");
    let absent = tiny.load(&folder.path().join("absent")).unwrap_err().to_string();
    assert!(absent.contains("absent"));
}

#[test]
fn safetensors_are_laid_out_as_published() {
    let entry = Entry {
        name: "a".to_owned(),
        shape: vec![1, 2],
        kind: Kind::F32,
        bytes: vec![0, 0, 128, 63, 0, 0, 0, 64],
    };
    let contents = Contents { entries: vec![entry], ..Contents::default() };
    let bytes = safetensors::write(&contents);
    let length = u64::from_le_bytes(*bytes.first_chunk().unwrap()) as usize;
    let header = str::from_utf8(&bytes[8..8 + length]).unwrap();
    assert_eq!(header.trim_end(), r#"{"a":{"data_offsets":[0,8],"dtype":"F32","shape":[1,2]}}"#);
    assert_eq!(bytes[8 + length..], [0, 0, 128, 63, 0, 0, 0, 64]);
    assert_eq!(length % 8, 0);
    assert_eq!(safetensors::read(&bytes).unwrap(), contents);
}

#[test]
fn lying_headers_are_refused() {
    let file = |header: &str, data: &[u8]| {
        [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
    };
    for (header, data) in [
        (r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 4),
        (r#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, 8),
        (r#"{"a":{"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]}}"#, 8),
        (r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, 8),
        (r#"{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}"#, 8),
        (r#"{"a":5}"#, 8),
        ("[1]", 0),
    ] {
        assert!(safetensors::read(&file(header, &vec![0; data])).is_err(), "{header}");
    }
    assert!(safetensors::read(&u64::MAX.to_le_bytes()).is_err());
    assert!(safetensors::read(&[1, 2]).is_err());
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = safetensors::read(&bytes);
        let framed = [&(bytes.len() as u64).to_le_bytes()[..], &bytes].concat();
        let _ = safetensors::read(&framed);
    }
}

#[test]
fn a_log_is_a_table() {
    let mut text = Vec::new();
    let mut log = Log::new(&mut text, true).unwrap();
    let elapsed = Duration::from_millis(1500);
    log.write(LogLine { step: 3, loss: 0.25, rate: 1e-3, elapsed }).unwrap();
    assert_eq!(
        String::from_utf8(text).unwrap(),
        "step\tloss\trate\tseconds\n3\t0.250000\t1.000e-3\t1.50\n"
    );
}
