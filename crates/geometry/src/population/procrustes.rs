//! Many shapes with the same vertices, laid onto each other (Gower, 1975).

use crate::align::icp::mapped;
use crate::align::pairs::{Freedom, best_map};
use crate::vector::{add, dot, sub};

/// Shapes that lie on their mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Superimposed {
    /// The mean position of each vertex.
    pub mean: Vec<[f32; 3]>,
    /// The shapes as they lie now.
    pub shapes: Vec<Vec<[f32; 3]>>,
}

/// Lays all shapes onto their mean with the least squared distance, the mean being that of the
/// shapes as they lie. With [`Freedom::Similarity`] they get the same size, that of the first;
/// with [`Freedom::Affine`] what is left is no longer the difference of organs.
///
/// The result lies as the first shape does, its centre at the origin. `None` without shapes, if they have not the
/// same number of vertices, or do not decide how to lie.
pub fn superimposed(shapes: &[Vec<[f32; 3]>], freedom: Freedom) -> Option<Superimposed> {
    const MAX_ROUNDS: usize = 50;
    const TOLERANCE_MM: f64 = 1e-4;
    let first = centred(shapes.first()?);
    let mut mean = first.clone();
    let mut laid = shapes.to_vec();
    for _ in 0..MAX_ROUNDS {
        for (laid, shape) in laid.iter_mut().zip(shapes) {
            *laid = mapped(&best_map(shape, &mean, freedom)?, shape);
        }
        // The mean itself neither drifts nor shrinks: it is laid onto the first shape again.
        let next = mean_of(&laid);
        let next = mapped(&best_map(&next, &first, freedom)?, &next);
        let moved = farthest(&mean, &next);
        mean = next;
        if moved < TOLERANCE_MM {
            break;
        }
    }
    for (laid, shape) in laid.iter_mut().zip(shapes) {
        *laid = mapped(&best_map(shape, &mean, freedom)?, shape);
    }
    Some(Superimposed { mean: mean_of(&laid), shapes: laid })
}

fn centred(shape: &[[f32; 3]]) -> Vec<[f32; 3]> {
    let sum = shape.iter().fold([0.0; 3], |sum, point| add(sum, point.map(f64::from)));
    let centre = sum.map(|value| value / shape.len() as f64);
    shape.iter().map(|p| sub(p.map(f64::from), centre).map(|value| value as f32)).collect()
}

pub(super) fn mean_of(shapes: &[Vec<[f32; 3]>]) -> Vec<[f32; 3]> {
    let n = shapes.len() as f64;
    let vertex = |vertex: usize| {
        let sum = shapes.iter().fold([0.0; 3], |sum, shape| add(sum, shape[vertex].map(f64::from)));
        sum.map(|value| (value / n) as f32)
    };
    (0..shapes.first().map_or(0, Vec::len)).map(vertex).collect()
}

fn farthest(a: &[[f32; 3]], b: &[[f32; 3]]) -> f64 {
    let distance = |(a, b): (&[f32; 3], &[f32; 3])| {
        let step = sub(a.map(f64::from), b.map(f64::from));
        dot(step, step).sqrt()
    };
    a.iter().zip(b).map(distance).fold(0.0, f64::max)
}
