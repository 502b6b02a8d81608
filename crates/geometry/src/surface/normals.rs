//! Smooth normals of the border.

use super::border::{Border, Quad};
use super::graph::{Graph, Wide, add, scale};
use super::lowpass::each_corner;
use super::vector::{cross, length};

/// Unit normals at the corners in mm, each towards the higher of two labels, and how far the border
/// bends there: what the mean of the normals around is shorter than 1. One more, 0, at the end.
pub(crate) fn smooth_normals(
    border: &Border,
    graph: &mut Graph,
    offsets: &[Wide],
    spacing_mm: [f32; 3],
) -> Vec<Wide> {
    let mut here = normals(border, graph, offsets, spacing_mm);
    graph.set_turned(border, &here);
    let mut next = here.clone();
    for _ in 0..N_MEANS {
        each_corner(&mut next, graph, |corner, _| {
            scale(0.5, add(here[corner], graph.signed_mean(corner, &here)))
        });
        std::mem::swap(&mut here, &mut next);
    }
    each_corner(&mut here, graph, |_, normal| {
        let [x, y, z, length] = unit(normal);
        [x, y, z, (1.0 - length).max(0.0)]
    });
    here
}

/// How often normals are averaged with those around them.
const N_MEANS: usize = 4;

fn normals(border: &Border, graph: &Graph, offsets: &[Wide], spacing_mm: [f32; 3]) -> Vec<Wide> {
    let mut normals = vec![[0.0; 4]; graph.n_corners() + 1];
    border.add_up(&mut normals[..graph.n_corners()], |quad| {
        let [u, v] = diagonals(border, quad, offsets, spacing_mm);
        let [x, y, z] = if quad.low < quad.high { cross(u, v) } else { cross(v, u) };
        [x, y, z, 0.0]
    });
    each_corner(&mut normals, graph, |_, normal| {
        let [x, y, z, _] = unit(normal);
        [x, y, z, 0.0]
    });
    normals
}

/// From a quad's first corner to its third, and from its second to its last, in mm.
#[inline]
pub(crate) fn diagonals(
    border: &Border,
    quad: &Quad,
    offsets: &[Wide],
    spacing_mm: [f32; 3],
) -> [[f32; 3]; 2] {
    let places = quad.corners.map(|corner| border.corners[corner as usize]);
    let offsets = quad.corners.map(|corner| offsets[corner as usize]);
    [(0, 2), (1, 3)].map(|(from, to)| {
        [0, 1, 2].map(|a| {
            let steps = i32::from(places[to][a]) - i32::from(places[from][a]);
            (steps as f32 + offsets[to][a] - offsets[from][a]) * spacing_mm[a]
        })
    })
}

/// A vector of length 1, and the length that it had.
#[inline]
fn unit([x, y, z, _]: Wide) -> Wide {
    let length = length([x, y, z]);
    let inverse = 1.0 / length.max(f32::MIN_POSITIVE);
    [x * inverse, y * inverse, z * inverse, length]
}
