//! Smooth random fields: sums of plane waves.

use crate::phantom::implicit::{Point, dot, wave};
use crate::random::Random;

/// A smooth field of numbers over space.
#[derive(Debug, Clone)]
pub(in crate::phantom) struct Field {
    amplitude: f64,
    /// Turns a millimetre along each axis, and where the wave begins.
    waves: Vec<(Point, f64)>,
}

impl Field {
    /// A field of a standard deviation, of so many waves whose lengths lie between two.
    pub(in crate::phantom) fn draw(
        deviation: f64,
        [shortest_mm, longest_mm]: [f64; 2],
        n_waves: usize,
        random: &mut Random,
    ) -> Self {
        let mut one = || {
            let direction = direction(random);
            let turns = 1.0 / random.between(shortest_mm, longest_mm);
            (direction.map(|part| part * turns), random.uniform())
        };
        let waves = (0..n_waves).map(|_| one()).collect();
        Self { amplitude: deviation * (2.0 / n_waves as f64).sqrt(), waves }
    }

    /// A field whose correlation at a distance falls like that of white noise after a Gaussian
    /// filter of deviation `sigma_mm` (random Fourier features; Rahimi and Recht, 2007). It does not
    /// change along an axis.
    pub(super) fn filtered_noise(
        deviation: f64,
        sigma_mm: f64,
        along: usize,
        random: &mut Random,
    ) -> Self {
        const N_WAVES: usize = 32;
        let spread = 1.0 / (std::f64::consts::SQRT_2 * sigma_mm * std::f64::consts::TAU);
        let mut one = || {
            let mut turns = [0; 3].map(|_| spread * random.normal());
            turns[along] = 0.0;
            (turns, random.uniform())
        };
        let waves = (0..N_WAVES).map(|_| one()).collect();
        Self { amplitude: deviation * (2.0 / N_WAVES as f64).sqrt(), waves }
    }

    /// The field at a place.
    pub(in crate::phantom) fn at(&self, place: Point) -> f64 {
        let sum: f64 =
            self.waves.iter().map(|(turns, begin)| wave(dot(*turns, place) + begin)).sum();
        self.amplitude * sum
    }
}

/// The place on the other side.
pub(in crate::phantom) fn mirrored([x, y, z]: Point) -> Point {
    [-x, y, z]
}

fn direction(random: &mut Random) -> Point {
    loop {
        let vector = [0; 3].map(|_| random.between(-1.0, 1.0));
        let square = dot(vector, vector);
        if (0.01..=1.0).contains(&square) {
            return vector.map(|part| part / square.sqrt());
        }
    }
}
