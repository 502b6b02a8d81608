//! A surface cut anew into triangles of one size.
//!
//! Long edges are split, short ones collapsed, others flipped so that six meet at each vertex, and
//! vertices moved to the middle of their neighbours along the surface and back onto it, some five
//! times over (Botsch and Kobbelt, 2004). Sharp edges are not kept.

mod half_edges;

use medshape_types::Mesh;

use super::area::area;
use super::closed::Closed;
use super::tree::Tree;
use crate::vector::{add, cross, dot, scaled, sub, unit};
use half_edges::HalfEdges;

/// More faces than this are not made.
const MAX_FACES: f64 = 2e7;

/// How a surface is cut anew.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RemeshOptions {
    /// Length that edges shall have.
    pub edge_mm: f64,
    /// How often all of it is done.
    pub n_rounds: usize,
}

impl RemeshOptions {
    /// Five rounds at this length of edges.
    pub fn with_edge_mm(edge_mm: f64) -> Self {
        Self { edge_mm, n_rounds: 5 }
    }
}

/// The mesh with edges of about one length, mostly 0.6 to 1.4 times the target; closed and manifold.
///
/// Vertices lie on the old surface, rounded to 32 bits. Parts thinner than an edge keep shorter
/// edges rather than change how the surface hangs together. Edges are never made longer than about
/// 4/3 of the target, so a length far above the size of the mesh gives the fewest faces that
/// still hang together as before. O(area by edge² · log n) for each round.
///
/// `None` if the length is not above zero, or so short that it would take over 20 million faces.
///
/// ```
/// use medshape_geometry::mesh::{closed::Closed, remesh::{RemeshOptions, remesh}};
/// use medshape_types::Mesh;
///
/// let corners = vec![[0.0; 3], [6.0, 0.0, 0.0], [0.0, 6.0, 0.0], [0.0, 0.0, 6.0]];
/// let faces = vec![[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]];
/// let tetrahedron = Mesh::new(corners, faces).unwrap();
/// let closed = Closed::new(&tetrahedron).unwrap();
/// let fine = remesh(closed, &RemeshOptions::with_edge_mm(1.0)).unwrap();
/// assert!(fine.faces().len() > 100 && Closed::new(&fine).is_some());
/// ```
pub fn remesh(mesh: Closed<'_>, options: &RemeshOptions) -> Option<Mesh> {
    let old = mesh.mesh();
    // An equilateral triangle has 0.43 times the area of its edge squared.
    let n_faces = area(old) / (0.43 * options.edge_mm * options.edge_mm);
    if options.edge_mm <= 0.0 || n_faces.is_nan() || n_faces > MAX_FACES {
        return None;
    }
    let tree = Tree::new(old);
    let mut edges = HalfEdges::of(old);
    let squared = |factor: f64| (factor * options.edge_mm).powi(2);
    for _ in 0..options.n_rounds {
        split_long(&mut edges, squared(4.0 / 3.0));
        collapse_short(&mut edges, squared(4.0 / 5.0), squared(4.0 / 3.0));
        flip_to_six(&mut edges);
        relax(&mut edges, &tree);
    }
    Some(edges.mesh())
}

fn squared_length(edges: &HalfEdges, side: u32) -> f64 {
    let [a, b] = edges.ends(side).map(|vertex| edges.position(vertex));
    let d = sub(b, a);
    dot(d, d)
}

/// Splits edges until none is longer.
fn split_long(edges: &mut HalfEdges, max_squared: f64) {
    let mut side = 0;
    while side < edges.n_sides() {
        if edges.is_there(side) && squared_length(edges, side) > max_squared {
            let [a, b] = edges.ends(side).map(|vertex| edges.position(vertex));
            edges.split(side, scaled(add(a, b), 0.5));
            // What is left of the side may still be too long.
        } else {
            side += 1;
        }
    }
}

/// Collapses short edges, unless that makes a long one, turns a face over or changes the topology.
fn collapse_short(edges: &mut HalfEdges, min_squared: f64, max_squared: f64) {
    for side in 0..edges.n_sides() {
        if !edges.is_there(side) || squared_length(edges, side) >= min_squared {
            continue;
        }
        let [a, b] = edges.ends(side);
        let middle = scaled(add(edges.position(a), edges.position(b)), 0.5);
        let is_near = |vertex: u32| {
            edges.around(vertex).all(|side| {
                let d = sub(edges.position(edges.ends(side)[1]), middle);
                dot(d, d) <= max_squared
            })
        };
        if is_near(a)
            && is_near(b)
            && edges.can_collapse(side)
            && keeps_facing(edges, a, b, middle)
            && keeps_facing(edges, b, a, middle)
        {
            edges.collapse(side, middle);
        }
    }
}

/// Whether the faces around a vertex, but for those at another, face as before when it moves.
fn keeps_facing(edges: &HalfEdges, vertex: u32, but: u32, to: [f64; 3]) -> bool {
    edges.around(vertex).all(|side| {
        let [_, b, c] = edges.corners(side);
        if b == but || c == but {
            return true;
        }
        let [p, q, r] = [vertex, b, c].map(|v| edges.position(v));
        let before = cross(sub(q, p), sub(r, p));
        let after = cross(sub(q, to), sub(r, to));
        dot(unit(before), unit(after)) > 0.5
    })
}

/// Flips edges where that brings the vertices around closer to six edges each.
fn flip_to_six(edges: &mut HalfEdges) {
    for side in 0..edges.n_sides() {
        if !edges.is_there(side) {
            continue;
        }
        let [a, b, c] = edges.corners(side);
        let d = edges.corners(edges.twin(side))[2];
        let off = |vertex: u32, more: i64| (edges.around(vertex).count() as i64 + more - 6).abs();
        let before = off(a, 0) + off(b, 0) + off(c, 0) + off(d, 0);
        let after = off(a, -1) + off(b, -1) + off(c, 1) + off(d, 1);
        if after < before && edges.can_flip(side) && flips_flat(edges, [a, b, c, d]) {
            edges.flip(side);
        }
    }
}

/// Whether the two faces of the other diagonal face as those of this one do.
fn flips_flat(edges: &HalfEdges, corners: [u32; 4]) -> bool {
    let [a, b, c, d] = corners.map(|vertex| edges.position(vertex));
    let normal = |[p, q, r]: [[f64; 3]; 3]| unit(cross(sub(q, p), sub(r, p)));
    let before = [normal([a, b, c]), normal([b, a, d])];
    let after = [normal([c, a, d]), normal([c, d, b])];
    before.iter().all(|&before| after.iter().all(|&after| dot(before, after) > 0.7))
}

/// Moves each vertex to the middle of its neighbours along the surface, then onto the old surface.
fn relax(edges: &mut HalfEdges, tree: &Tree<'_>) {
    let vertices = edges.vertices();
    let moved: Vec<[f32; 3]> = vertices.iter().map(|&vertex| along(edges, vertex)).collect();
    let nearest = tree.in_turn(&moved, [0.0; 3], |nearest, _| nearest.point);
    for (vertex, point) in vertices.into_iter().zip(nearest) {
        if keeps_facing(edges, vertex, u32::MAX, point) {
            edges.set_position(vertex, point);
        }
    }
}

fn along(edges: &HalfEdges, vertex: u32) -> [f32; 3] {
    let position = edges.position(vertex);
    let (mut normal, mut middle, mut n) = ([0.0; 3], [0.0; 3], 0.0);
    for side in edges.around(vertex) {
        let [_, b, c] = edges.corners(side).map(|v| edges.position(v));
        normal = add(normal, cross(sub(b, position), sub(c, position)));
        middle = add(middle, b);
        n += 1.0;
    }
    let normal = unit(normal);
    let away = sub(scaled(middle, 1.0 / n), position);
    let along = sub(away, scaled(normal, dot(away, normal)));
    add(position, along).map(|v| v as f32)
}

#[cfg(test)]
mod tests;
