//! From a mesh to one that can lose edges.

use medshape_types::Mesh;

use super::collapse::Collapser;
use super::half_edges::{HalfEdge, HalfEdges, NONE};
use super::quadric::Quadric;
use super::queue::Queue;
use super::ring::Ring;
use super::samples::Samples;
use super::vertex::{Kind, Vertex};
use crate::mesh::tree::Tree;
use crate::vector::{cross, dot, scaled, sub};

/// How much more a border weighs than the surface.
const BORDER_WEIGHT: f32 = 10.0;

impl<'a> Collapser<'a> {
    /// `mesh` with vertices in steps of `step_mm`, a power of two, ready to lose edges; with
    /// `bound`, an error in mm and the tree of `mesh`, none that would take a vertex of either
    /// surface farther than that from the other.
    pub(super) fn new(mesh: &Mesh, step_mm: f64, bound: Option<(f64, &'a Tree<'a>)>) -> Self {
        let is_proper = |&[a, b, c]: &[u32; 3]| a != b && b != c && c != a;
        let faces: Vec<[u32; 3]> = mesh.faces().iter().copied().filter(is_proper).collect();
        let steps_per_mm = (1.0 / step_mm) as f32;
        let vertex = |(&position, source): (&[f32; 3], u32)| Vertex {
            position: scaled(position, steps_per_mm),
            quadric: Quadric::default(),
            out: NONE,
            kind: Kind::Inner,
            n_merged: 0,
            source,
        };
        let vertices: Vec<Vertex> = mesh.positions().iter().zip(0..).map(vertex).collect();
        let samples =
            bound.map(|(error_mm, original)| Samples::new(original, step_mm, error_mm, &faces));
        let mut collapser = Self {
            n_faces: faces.len(),
            mesh: HalfEdges::new(vertices.len(), faces.into_iter()),
            vertices,
            queue: Queue::new(),
            rings: [Ring::empty(), Ring::empty()],
            samples,
            new_faces: Vec::new(),
        };
        collapser.find_fans();
        collapser.add_planes();
        collapser.fill_queue();
        collapser
    }

    /// Finds each vertex's fan of faces, and makes a vertex of every further fan.
    fn find_fans(&mut self) {
        let mut n_faces = vec![0_u32; self.vertices.len()];
        for half_edge in self.mesh.half_edges() {
            let vertex = self.mesh.origin(half_edge) as usize;
            self.vertices[vertex].out = half_edge;
            n_faces[vertex] += 1;
        }
        let mut with_more = vec![];
        for (vertex, &n_faces) in n_faces.iter().enumerate().filter(|(_, n_faces)| **n_faces > 0) {
            let out = self.mesh.rightmost(self.vertices[vertex].out);
            let n_in_fan = self.mesh.fan(out).count();
            let is_border = self.mesh.twin(out) == NONE;
            self.vertices[vertex].out = out;
            self.vertices[vertex].kind = if is_border { Kind::Border } else { Kind::Inner };
            if n_in_fan as u32 != n_faces {
                with_more.push(vertex as u32);
            }
        }
        if !with_more.is_empty() {
            self.split(&with_more);
        }
    }

    /// Makes a vertex of every fan but the first at vertices where there are several.
    fn split(&mut self, vertices: &[u32]) {
        let mut is_split = vec![false; self.vertices.len()];
        vertices.iter().for_each(|&vertex| is_split[vertex as usize] = true);
        let is_in_question = |mesh: &HalfEdges, half_edge| {
            is_split.get(mesh.origin(half_edge) as usize).is_some_and(|is_split| *is_split)
        };
        for &vertex in vertices {
            self.vertices[vertex as usize].kind = Kind::Fixed;
        }
        for half_edge in self.mesh.half_edges() {
            if is_in_question(&self.mesh, half_edge) {
                let out = self.mesh.rightmost(half_edge);
                let vertex = self.vertices[self.mesh.origin(half_edge) as usize];
                if !self.mesh.fan(vertex.out).any(|spoke| spoke == half_edge) {
                    self.add_fan(out, vertex);
                }
            }
        }
    }

    fn add_fan(&mut self, out: HalfEdge, vertex: Vertex) {
        let copy = self.vertices.len() as u32;
        self.vertices.push(Vertex { out, ..vertex });
        let spokes: Vec<HalfEdge> = self.mesh.fan(out).collect();
        spokes.into_iter().for_each(|spoke| self.mesh.set_origin(spoke, copy));
    }

    fn add_planes(&mut self) {
        for face in 0..self.mesh.n_faces() as u32 {
            let half_edges = [4 * face, 4 * face + 1, 4 * face + 2];
            let corners = half_edges.map(|half_edge| self.mesh.origin(half_edge) as usize);
            let [a, b, c] = corners.map(|vertex| self.vertices[vertex].position);
            let normal = cross(sub(b, a), sub(c, a));
            let plane = Quadric::plane(normal);
            for vertex in corners {
                self.vertices[vertex].quadric.add(&plane);
            }
            for half_edge in half_edges {
                if self.mesh.twin(half_edge) == NONE {
                    self.add_border(half_edge, normal);
                }
            }
        }
    }

    /// A plane through a border, upright on its face.
    fn add_border(&mut self, half_edge: HalfEdge, normal: [f32; 3]) {
        let ends = [self.mesh.origin(half_edge), self.mesh.target(half_edge)];
        let [from, to] = ends.map(|vertex| self.vertices[vertex as usize].position);
        let along = sub(to, from);
        let area = dot(normal, normal).max(f32::MIN_POSITIVE);
        let weight = BORDER_WEIGHT * (dot(along, along) / area).sqrt();
        let plane = Quadric::plane(scaled(cross(normal, along), weight));
        for vertex in ends {
            self.vertices[vertex as usize].quadric.add(&plane);
        }
    }

    fn fill_queue(&mut self) {
        for half_edge in self.mesh.half_edges() {
            // Without a twin, NONE is the larger.
            if half_edge < self.mesh.twin(half_edge) {
                self.enqueue(half_edge);
            }
        }
    }
}
