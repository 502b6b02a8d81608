//! What is left, as a mesh again.

use super::collapse::Collapser;
use super::half_edges::NONE;
use crate::vector::{add, dot, scaled};

impl Collapser<'_> {
    /// The faces that are left, and their vertices in order of first use, in millimetres.
    pub(super) fn into_parts(self, original: &[[f32; 3]], step_mm: f64) -> Parts {
        let mut numbers = vec![NONE; original.len()];
        let mut positions = Vec::with_capacity(self.n_faces / 2 + 2);
        let mut has_moved = Vec::with_capacity(self.n_faces / 2 + 2);
        let mut faces = Vec::with_capacity(self.n_faces);
        for face in (0..self.mesh.n_faces()).filter_map(|face| self.mesh.face(face)) {
            faces.push(face.map(|vertex| {
                let vertex = &self.vertices[vertex as usize];
                let number = &mut numbers[vertex.source as usize];
                if *number == NONE {
                    *number = positions.len() as u32;
                    let position = vertex.position.map(|steps| (f64::from(steps) * step_mm) as f32);
                    positions.push(position);
                    has_moved.push(position != original[vertex.source as usize]);
                }
                *number
            }));
        }
        set_apart(&mut positions, &has_moved, step_mm as f32);
        (positions, faces)
    }
}

/// Positions and faces.
type Parts = (Vec<[f32; 3]>, Vec<[u32; 3]>);

/// Moves vertices that came to lie on others, by the fewest steps of the lattice, so that a reader
/// who joins vertices by their place does not join these.
fn set_apart(positions: &mut [[f32; 3]], has_moved: &[bool], step_mm: f32) {
    let mut order: Vec<(Key, bool, u32)> = (0_u32..)
        .zip(has_moved)
        .map(|(v, &moved)| (key(positions[v as usize]), moved, v))
        .collect();
    order.sort_unstable();
    // The first of those at one place stays, one that never moved before others.
    let doubles: Vec<u32> = order
        .windows(2)
        .filter(|pair| pair[0].0 == pair[1].0 && pair[1].1)
        .map(|pair| pair[1].2)
        .collect();
    let mut taken: Vec<Key> = Vec::new();
    let steps = if doubles.is_empty() { Vec::new() } else { steps_away() };
    for vertex in doubles {
        let position = positions[vertex as usize];
        let mut places = steps.iter().map(|&steps| add(position, scaled(steps, step_mm)));
        let is_free = |place: &[f32; 3]| {
            let key = key(*place);
            !taken.contains(&key) && order.binary_search_by(|other| other.0.cmp(&key)).is_err()
        };
        if let Some(place) = places.find(is_free) {
            taken.push(key(place));
            positions[vertex as usize] = place;
        }
    }
}

/// Places near zero, nearest first.
fn steps_away() -> Vec<[f32; 3]> {
    let digit = |n: i32| (n % 7 - 3) as f32;
    let mut steps: Vec<[f32; 3]> =
        (0..343).map(|n| [digit(n), digit(n / 7), digit(n / 49)]).collect();
    steps.sort_by(|a, b| dot(*a, *a).total_cmp(&dot(*b, *b)));
    steps
}

type Key = [u32; 3];

/// Bits of a position, with -0 as 0.
fn key(position: [f32; 3]) -> Key {
    position.map(|value| (value + 0.0).to_bits())
}
