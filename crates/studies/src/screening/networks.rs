//! The networks of the ladder: one way to teach and to ask all of them. Batches have whole pairs, each brain
//! mirrored by chance.

use std::sync::Arc;

use medshape_learn::networks::{Dgcnn, Encoder, Octree, PointCnn, PointNet, Widths};
use medshape_learn::operators::Statistics;
use medshape_learn::sparse::Voxel;
use medshape_learn::train::{AdamOptions, Schedule, Trainer};
use medshape_learn::{Parameters, Random, Rows, SparseGrid, Tape, Tensor};

use super::cohort::Subject;
use super::model::Method;
use super::settings::{Course, Settings};
use super::shape::{POINT, SURFACE, Shape};
use crate::training::{Files, Length, run};
use crate::{Error, Watch};

/// Share of each weight that a step at rate 1 takes away.
const DECAY: f64 = 0.05;

/// How far points are moved while learning, in decimetres.
const JITTER: f64 = 0.01;

/// How many voxels shapes are moved along each axis while learning, at most.
const SHIFT: i64 = 2;

/// Clouds of other points of a shape whose answers are averaged.
const CLOUDS: usize = 2;

/// A network by what it is made of.
#[derive(Debug, Clone)]
enum Network {
    PointNet(PointNet),
    Dgcnn(Dgcnn),
    PointCnn(PointCnn),
    Encoder(Encoder),
    Octree(Octree),
}

impl Network {
    /// That of a method, with new weights; `None` if it has none.
    fn new(method: Method, settings: &Settings) -> Option<(Self, Parameters<f32>)> {
        let (seed, course) = (settings.seed, settings.course(method)?);
        Some(match method {
            Method::Volume | Method::Descriptors => return None,
            Method::PointNet => of(Self::PointNet, PointNet::new(POINT, 1, seed)),
            Method::Dgcnn => {
                of(Self::Dgcnn, Dgcnn::new(POINT, 1, course.neighbours.unwrap_or(Dgcnn::K), seed))
            }
            Method::PointCnn => of(Self::PointCnn, PointCnn::new(POINT, 1, seed)),
            Method::Encoder => of(Self::Encoder, Encoder::new(1, 1, Widths::SMALL, seed)),
            Method::Octree => {
                let depth = settings.resolution.next_power_of_two().ilog2() as usize;
                of(Self::Octree, Octree::new(SURFACE, 1, depth, seed))
            }
        })
    }

    fn run(
        &self,
        tape: &mut Tape<'_, f32>,
        x: &Tensor<f32>,
        statistics: Statistics,
    ) -> Tensor<f32> {
        match self {
            Self::PointNet(network) => network.run(tape, x, statistics),
            Self::Dgcnn(network) => network.run(tape, x, statistics),
            Self::PointCnn(network) => network.run(tape, x, statistics),
            Self::Encoder(network) => network.run(tape, x, statistics),
            Self::Octree(network) => network.run(tape, x, statistics),
        }
    }
}

fn of<N>(
    kind: fn(N) -> Network,
    (network, parameters): (N, Parameters<f32>),
) -> (Network, Parameters<f32>) {
    (kind(network), parameters)
}

/// A network of the ladder with its weights.
#[derive(Debug, Clone)]
pub struct Learner {
    /// Its rung.
    pub method: Method,
    /// Its weights.
    pub parameters: Parameters<f32>,
    network: Network,
    course: Course,
    resolution: usize,
}

impl Learner {
    /// One that has learned nothing yet; `None` if the method has no network or the settings leave it out.
    pub fn new(method: Method, settings: &Settings) -> Option<Self> {
        let course = settings.course(method).filter(|course| course.steps > 0)?.clone();
        let (network, parameters) = Network::new(method, settings)?;
        Some(Self { method, parameters, network, course, resolution: settings.resolution })
    }

    /// Learns from pairs, both of each after each other.
    ///
    /// # Errors
    /// If a file cannot be written, or the work was stopped.
    pub fn train(
        &mut self,
        subjects: &[Subject],
        settings: &Settings,
        (files, resume): (&Files, bool),
        watch: &Watch<'_>,
    ) -> Result<(), Error> {
        let Course { batch, steps, rate, .. } = self.course;
        let schedule = Schedule::Cosine { warm_up: (steps / 10).max(1), n_steps: steps };
        let options = AdamOptions { weight_decay: DECAY, ..AdamOptions::default() };
        let parameters = self.parameters.clone();
        let mut trainer = Trainer::new(parameters, options, rate, schedule, settings.seed);
        if resume && files.run.exists() {
            trainer.resume(&files.run)?;
        }
        let length = Length { steps, save_every: settings.save_every };
        run(&mut trainer, length, files, watch, |trainer| {
            trainer.step(1, |tape, random| {
                let drawn = drawn(subjects, batch, random);
                let (outcomes, seen): (Vec<bool>, Vec<Seen<'_>>) = drawn.into_iter().unzip();
                let Some(x) = self.input(&seen, Some(random)) else { return 0.0 };
                let logits = self.network.run(tape, &x, Statistics::Batch);
                tape.cross_entropy_of_logits(&logits, &outcomes, |_| 1.0)
            })
        })?;
        self.parameters = trainer.parameters;
        Ok(())
    }

    /// The logit of a shape: the mean of the shape and its mirror image, and of networks that see points of two
    /// clouds of each.
    pub fn logit(&self, shape: &Shape) -> f64 {
        let firsts = self.course.points.map_or(vec![0], |n| (0..CLOUDS).map(|c| c * n).collect());
        let both = |first| {
            [false, true].map(|is_mirrored| Seen { shape, is_mirrored, shift: [0; 3], first })
        };
        let seen: Vec<Seen<'_>> = firsts.into_iter().flat_map(both).collect();
        let Some(x) = self.input(&seen, None) else { return 0.0 };
        let tape = &mut Tape::infer(&self.parameters);
        let logits = self.network.run(tape, &x, Statistics::Running).features();
        let values = logits.values();
        values.iter().map(|&value| f64::from(value)).sum::<f64>() / values.len().max(1) as f64
    }

    /// What the network sees of shapes; with chance other points of them each time.
    fn input(&self, seen: &[Seen<'_>], random: Option<&mut Random>) -> Option<Tensor<f32>> {
        match &self.network {
            Network::Encoder(_) => {
                let grids: Vec<SparseGrid> =
                    seen.iter().map(|seen| seen.voxels(self.resolution)).collect();
                Some(Tensor::ones(Arc::new(SparseGrid::batch(&grids)?)))
            }
            Network::Octree(_) => {
                let (grids, signals): (Vec<SparseGrid>, Vec<Vec<f32>>) =
                    seen.iter().map(|seen| seen.surface(self.resolution)).unzip();
                let grid = SparseGrid::batch(&grids)?;
                Tensor::new(Arc::new(grid), Rows::new(SURFACE, signals.concat())?)
            }
            Network::PointNet(_) | Network::Dgcnn(_) | Network::PointCnn(_) => {
                let n_points = self.course.points?;
                PointNet::clouds(n_points, Rows::new(POINT, cloud(seen, n_points, random))?)
            }
        }
    }
}

/// A batch: both of so many pairs, each mirrored or not and moved a little, with whether there is a tumour.
fn drawn<'a>(subjects: &'a [Subject], batch: usize, random: &mut Random) -> Vec<(bool, Seen<'a>)> {
    let n_pairs = subjects.len() / 2;
    let mut drawn = Vec::new();
    for _ in 0..batch.div_ceil(2) {
        let pair = random.below(n_pairs);
        for Subject { shape, has_tumour, .. } in &subjects[2 * pair..2 * pair + 2] {
            let is_mirrored = random.below(2) == 1;
            let shift = [0; 3].map(|_| random.below(2 * SHIFT as usize + 1) as i64 - SHIFT);
            drawn.push((*has_tumour, Seen { shape, is_mirrored, shift, first: 0 }));
        }
    }
    drawn
}

/// A shape as it is looked at.
#[derive(Debug, Clone, Copy)]
struct Seen<'a> {
    shape: &'a Shape,
    is_mirrored: bool,
    /// By so many voxels along each axis; clouds stay where they are.
    shift: [i64; 3],
    /// Number of the first of its points.
    first: usize,
}

impl Seen<'_> {
    /// Where a voxel of the shape is seen in a cube of so many voxels; `None` if outside.
    fn place(&self, [x, y, z]: [u32; 3], resolution: usize) -> Option<[u32; 3]> {
        let n = resolution as i64;
        let x = if self.is_mirrored { n - 1 - i64::from(x) } else { i64::from(x) };
        let place = [x + self.shift[0], i64::from(y) + self.shift[1], i64::from(z) + self.shift[2]];
        place.iter().all(|at| (0..n).contains(at)).then(|| place.map(|at| at as u32))
    }

    fn voxels(&self, resolution: usize) -> SparseGrid {
        let seen = self.shape.voxels.voxels().filter_map(|Voxel { place, .. }| {
            Some(Voxel { batch: 0, place: self.place(place, resolution)? })
        });
        SparseGrid::from_voxels(seen).unwrap_or_default()
    }

    fn surface(&self, resolution: usize) -> (SparseGrid, Vec<f32>) {
        self.shape.surface.moved(self.is_mirrored, |place| self.place(place, resolution))
    }
}

/// Points of shapes, row after row: the first so many, or by chance and moved a little.
fn cloud(seen: &[Seen<'_>], n_points: usize, mut random: Option<&mut Random>) -> Vec<f32> {
    let mut values = Vec::with_capacity(POINT * n_points * seen.len());
    for seen in seen {
        let all = &seen.shape.points;
        let side = if seen.is_mirrored { -1.0 } else { 1.0 };
        for number in 0..n_points {
            let index = match &mut random {
                Some(random) => random.below(all.len()),
                None => (seen.first + number) % all.len(),
            };
            let [mut place, mut normal] = all[index];
            (place[0], normal[0]) = (side * place[0], side * normal[0]);
            if let Some(random) = &mut random {
                place = place.map(|x| x + (JITTER * random.normal()) as f32);
            }
            values.extend(place.into_iter().chain(normal));
        }
    }
    values
}
