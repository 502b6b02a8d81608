//! Smooth normals of the border.

use super::border::{Border, JUNCTION};
use super::graph::{Graph, Wide, add, scale};
use super::lowpass::each_corner;
use crate::vector::{cross, length};

/// Normals of the border's corners, with one more of zeros at the end.
pub(crate) struct Normals {
    /// Of length 1 in mm, towards the higher of two labels; behind them 1, or 0 where three labels
    /// meet, so that the direction is an accident.
    pub(crate) units: Vec<Wide>,
    /// How far the border bends: what the mean of the normals around is shorter than 1.
    pub(crate) bends: Vec<f32>,
}

/// How much of a normal each mean keeps, and how often it is taken.
const KEPT: f32 = 1.0 / 3.0;
const N_MEANS: usize = 3;

impl Normals {
    /// The normals where corners are, averaged with those around them.
    pub(crate) fn smooth(
        border: &Border,
        graph: &mut Graph,
        offsets: &[Wide],
        spacing_mm: [f32; 3],
    ) -> Self {
        let mut here = normals(border, graph, offsets, spacing_mm);
        graph.set_turned(border, &here);
        let mut next = here.clone();
        for _ in 0..N_MEANS {
            each_corner(&mut next, graph, |corner, _| {
                add(scale(KEPT, here[corner]), scale(1.0 - KEPT, graph.signed_mean(corner, &here)))
            });
            std::mem::swap(&mut here, &mut next);
        }
        let mut bends = vec![0.0; here.len()];
        each_corner(&mut bends, graph, |corner, _| (1.0 - unit(here[corner]).1).max(0.0));
        each_corner(&mut here, graph, |corner, normal| {
            let ([x, y, z], _) = unit(normal);
            [x, y, z, is_plain(border, corner)]
        });
        Self { units: here, bends }
    }
}

fn is_plain(border: &Border, corner: usize) -> f32 {
    if border.sides[corner] == JUNCTION { 0.0 } else { 1.0 }
}

fn normals(border: &Border, graph: &Graph, offsets: &[Wide], spacing_mm: [f32; 3]) -> Vec<Wide> {
    let mut normals = vec![[0.0; 4]; graph.n_corners() + 1];
    border.add_up(&mut normals[..graph.n_corners()], |quad| {
        let [a, b, c, d] = quad.corners.map(|corner| corner as usize);
        let u = step(border, [a, c], offsets, spacing_mm);
        let v = step(border, [b, d], offsets, spacing_mm);
        let [x, y, z] = if quad.low < quad.high { cross(u, v) } else { cross(v, u) };
        [x, y, z, 0.0]
    });
    each_corner(&mut normals, graph, |corner, normal| {
        let ([x, y, z], _) = unit(normal);
        [x, y, z, is_plain(border, corner)]
    });
    normals
}

const TRUST: f32 = 0.9;

/// From one corner to another, in mm.
#[inline]
fn step(
    border: &Border,
    [from, to]: [usize; 2],
    offsets: &[Wide],
    spacing_mm: [f32; 3],
) -> [f32; 3] {
    let ([a, b, c], [x, y, z]) = (border.corners[from], border.corners[to]);
    let ([d, e, f, _], [u, v, w, _]) = (offsets[from], offsets[to]);
    // Whole steps first, so that no digits are lost.
    let whole = |from: u16, to: u16| f32::from(to.wrapping_sub(from) as i16);
    [
        (whole(a, x) + TRUST * (u - d)) * spacing_mm[0],
        (whole(b, y) + TRUST * (v - e)) * spacing_mm[1],
        (whole(c, z) + TRUST * (w - f)) * spacing_mm[2],
    ]
}

/// A vector of length 1, and the length that it had.
#[inline]
fn unit([x, y, z, _]: Wide) -> ([f32; 3], f32) {
    let length = length([x, y, z]);
    let inverse = 1.0 / length.max(f32::MIN_POSITIVE);
    ([x * inverse, y * inverse, z * inverse], length)
}
