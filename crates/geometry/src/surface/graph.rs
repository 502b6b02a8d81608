//! The corners of a border as a graph, and means over neighbours.

use super::border::{Border, JUNCTION};
use super::neighbours::{NONE, neighbours};
use super::vector::dot;

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
        let mut joined = neighbours(border);
        let n_corners = joined.len() as u32;
        let present = |joined: &mut [u32; 6]| {
            let mut bits = 0;
            for (edge, neighbour) in joined.iter_mut().enumerate() {
                bits |= u8::from(*neighbour != NONE) << edge;
                *neighbour = (*neighbour).min(n_corners);
            }
            bits
        };
        let present: Vec<u8> = joined.iter_mut().map(present).collect();
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
        let is_junction = |corner: usize| border.sides[corner] == JUNCTION;
        for (corner, turned) in self.turned.iter_mut().enumerate() {
            *turned = 0;
            for (edge, neighbour) in self.joined[corner].iter().map(|&n| n as usize).enumerate() {
                let is_there = self.present[corner] >> edge & 1 == 1;
                if is_there && (is_junction(corner) || is_junction(neighbour)) {
                    let [a, b] = [corner, neighbour].map(|n| normals[n]);
                    let is_turned = dot([a[0], a[1], a[2]], [b[0], b[1], b[2]]) < 0.0;
                    *turned |= u8::from(is_turned) << edge;
                }
            }
        }
    }

    /// The mean of the neighbours' values.
    #[inline]
    pub(crate) fn mean(&self, corner: usize, values: &[Wide]) -> Wide {
        let [a, b, c, d, e, f] = self.joined[corner].map(|neighbour| values[neighbour as usize]);
        let sum = add(add(add(a, b), add(c, d)), add(e, f));
        scale(self.around(corner)[3], sum)
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
        let turned = self.turned[corner];
        if turned == 0 {
            return self.mean(corner, values);
        }
        let mut sum = [0.0; 4];
        for (edge, &neighbour) in self.joined[corner].iter().enumerate() {
            let sign = if turned >> edge & 1 == 1 { -1.0 } else { 1.0 };
            sum = add(sum, scale(sign, values[neighbour as usize]));
        }
        scale(self.around(corner)[3], sum)
    }

    /// As [`Graph::signed_mean`], of one number a corner.
    #[inline]
    pub(crate) fn signed_mean_of_numbers(&self, corner: usize, values: &[f32]) -> f32 {
        let [a, b, c, d, e, f] = self.joined[corner].map(|neighbour| values[neighbour as usize]);
        let turned = self.turned[corner];
        let sum = if turned == 0 {
            ((a + b) + (c + d)) + (e + f)
        } else {
            let signed = |(edge, value): (usize, f32)| if turned >> edge & 1 == 1 { -value } else { value };
            [a, b, c, d, e, f].into_iter().enumerate().map(signed).sum()
        };
        sum * self.around(corner)[3]
    }

    /// The neighbours of a corner that are there: number of the edge (x low, x high, y low, ...),
    /// corner, and whether its normal is turned.
    #[inline]
    pub(crate) fn neighbours(&self, corner: usize) -> impl Iterator<Item = (usize, usize, bool)> {
        let (present, turned) = (self.present[corner], self.turned[corner]);
        let is_there = move |&(edge, _): &(usize, u32)| present >> edge & 1 == 1;
        self.joined[corner]
            .into_iter()
            .enumerate()
            .filter(is_there)
            .map(move |(edge, neighbour)| (edge, neighbour as usize, turned >> edge & 1 == 1))
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
pub(crate) fn scale(factor: f32, a: Wide) -> Wide {
    a.map(|value| factor * value)
}
