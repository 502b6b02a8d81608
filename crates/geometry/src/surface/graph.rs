//! The corners of a border as a graph, and means over neighbours.

use rayon::prelude::*;

use super::border::{Border, JUNCTION};
use super::lowpass::CHUNK;
use super::neighbours::neighbours;

/// Three numbers and a spare one, as processors add them up at one time.
pub(crate) type Wide = [f32; 4];

/// For each corner the corners that an edge of some quad joins it with.
///
/// Functions that average take lists of one value a corner and one more: the value 0 at the end,
/// which stands for neighbours that are not there. That is cheaper than to guess a branch.
pub(crate) struct Graph {
    /// x low, x high, y low, ... or the number of corners.
    joined: Vec<[u32; 6]>,
    /// A bit for each neighbour that is there.
    present: Vec<u8>,
    /// A bit for each neighbour whose normal points the other way; see [`Graph::set_turned`].
    turned: Vec<u8>,
}

impl Graph {
    pub(crate) fn of(border: &Border) -> Self {
        let joined = neighbours(border);
        let n_corners = joined.len() as u32;
        let mut present = vec![0; joined.len()];
        joined.par_iter().zip(&mut present).with_min_len(CHUNK).for_each(|(joined, present)| {
            for (edge, &neighbour) in joined.iter().enumerate() {
                *present |= u8::from(neighbour != n_corners) << edge;
            }
        });
        Self { turned: vec![0; present.len()], joined, present }
    }

    pub(crate) fn n_corners(&self) -> usize {
        self.joined.len()
    }

    /// Marks the neighbours whose normals point the other way.
    ///
    /// A normal points towards the higher of two labels. Where more than two meet, which way it
    /// points is an accident.
    pub(crate) fn set_turned(&mut self, border: &Border, normals: &[Wide]) {
        let junctions = border.sides.iter().enumerate().filter(|&(_, &sides)| sides == JUNCTION);
        for (corner, _) in junctions {
            let [x, y, z, _] = normals[corner];
            for (edge, neighbour) in self.joined[corner].into_iter().enumerate() {
                let [u, v, w, _] = normals[neighbour as usize];
                if x * u + y * v + z * w < 0.0 {
                    self.turned[corner] |= 1 << edge;
                    // The same edge as seen from its other end.
                    self.turned[neighbour as usize] |= 1 << (edge ^ 1);
                }
            }
        }
    }

    /// The mean of the neighbours' values.
    #[inline]
    pub(crate) fn mean(&self, corner: usize, values: &[Wide]) -> Wide {
        let [a, b, c, d, e, f] = self.joined[corner];
        let x = add(values[a as usize], values[b as usize]);
        let y = add(values[c as usize], values[d as usize]);
        let z = add(values[e as usize], values[f as usize]);
        scale(self.around(corner)[3], add(add(x, y), z))
    }

    /// The mean of the neighbours' places, as seen from the corner's place, in voxels; last the
    /// number 1 / neighbours.
    #[inline]
    pub(crate) fn around(&self, corner: usize) -> Wide {
        AROUND[usize::from(self.present[corner] & 63)]
    }

    /// As [`Graph::mean`], with the other sign where normals are turned.
    #[inline]
    pub(crate) fn signed_mean(&self, corner: usize, values: &[Wide]) -> Wide {
        if self.turned[corner] == 0 {
            self.mean(corner, values)
        } else {
            self.mean_with_turned(corner, |neighbour| values[neighbour])
        }
    }

    /// As [`Graph::signed_mean`], of one number a corner.
    #[inline]
    pub(crate) fn signed_mean_of_numbers(&self, corner: usize, values: &[f32]) -> f32 {
        if self.turned[corner] != 0 {
            let [mean, ..] =
                self.mean_with_turned(corner, |neighbour| [values[neighbour], 0.0, 0.0, 0.0]);
            return mean;
        }
        let [a, b, c, d, e, f] = self.joined[corner];
        let x = values[a as usize] + values[b as usize];
        let y = values[c as usize] + values[d as usize];
        let z = values[e as usize] + values[f as usize];
        ((x + y) + z) * self.around(corner)[3]
    }

    #[cold]
    #[inline(never)]
    fn mean_with_turned(&self, corner: usize, value: impl Fn(usize) -> Wide) -> Wide {
        let mut sum = [0.0; 4];
        for (edge, &neighbour) in self.joined[corner].iter().enumerate() {
            let sign = if self.turned[corner] >> edge & 1 == 1 { -1.0 } else { 1.0 };
            sum = add(sum, scale(sign, value(neighbour as usize)));
        }
        scale(self.around(corner)[3], sum)
    }

    /// The neighbours of a corner: x low, x high, y low, ... or the number of corners.
    #[inline]
    pub(crate) fn joined(&self, corner: usize) -> [u32; 6] {
        self.joined[corner]
    }
}

/// [`Graph::around`] for each set of neighbours.
const AROUND: [Wide; 64] = {
    let mut table = [[0.0; 4]; 64];
    let mut present = 1;
    while present < 64 {
        let inverse = 1.0 / (present as u32).count_ones() as f32;
        let mut axis = 0;
        while axis < 3 {
            let [low, high] = [present >> (2 * axis) & 1, present >> (2 * axis + 1) & 1];
            table[present][axis] = (high as f32 - low as f32) * inverse;
            axis += 1;
        }
        table[present][3] = inverse;
        present += 1;
    }
    table
};

#[inline]
pub(crate) fn add(a: Wide, b: Wide) -> Wide {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]]
}

#[inline]
pub(crate) fn multiply(a: Wide, b: Wide) -> Wide {
    [a[0] * b[0], a[1] * b[1], a[2] * b[2], a[3] * b[3]]
}

#[inline]
pub(crate) fn scale(factor: f32, a: Wide) -> Wide {
    multiply([factor; 4], a)
}
