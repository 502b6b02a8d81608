use medshape_types::Mesh;

use super::{Feature, Nearest, Tree};
use crate::mesh::closed::Closed;
use crate::mesh::edges::Edges;
use crate::vector::{add, dot, doubled_area, scaled, sub, unit};

/// A tree that also knows inside from outside.
///
/// The side is that of the nearest point's normal: of the face in its middle, the mean of both
/// faces on an edge, the mean weighted by angles at a vertex. That is exact for every closed mesh
/// that does not pass through itself (Bærentzen and Aanæs, 2005).
///
/// ```
/// use medshape_geometry::mesh::{closed::Closed, tree::SignedTree};
/// use medshape_types::Mesh;
///
/// let corners = vec![[0.0; 3], [3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 3.0]];
/// let mesh = Mesh::new(corners, vec![[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]]).unwrap();
/// let tree = SignedTree::new(Closed::new(&mesh).unwrap());
/// assert_eq!(tree.signed_distances_mm(&[[0.5; 3], [-2.0, 0.5, 0.5]]), [-0.5, 2.0]);
/// ```
#[derive(Debug, Clone)]
pub struct SignedTree<'a> {
    tree: Tree<'a>,
    // Unit normals of the faces; zero for faces without area.
    normals: Vec<[f32; 3]>,
    // The face behind each side of each face.
    neighbours: Vec<[u32; 3]>,
    // Sums of unit normals times angles.
    vertex_normals: Vec<[f32; 3]>,
}

impl<'a> SignedTree<'a> {
    /// The tree of a closed mesh.
    pub fn new(mesh: Closed<'a>) -> Self {
        let mesh = mesh.mesh();
        let normals: Vec<[f32; 3]> = mesh
            .triangles()
            .map(|triangle| {
                unit(doubled_area(triangle.map(|p| p.map(f64::from)))).map(|v| v as f32)
            })
            .collect();
        let vertex_normals = vertex_normals(mesh, &normals);
        Self { tree: Tree::new(mesh), neighbours: neighbours(mesh), normals, vertex_normals }
    }

    /// The tree without sides.
    pub fn tree(&self) -> &Tree<'a> {
        &self.tree
    }

    /// Distance of each point to the surface in mm, negative inside. On all threads.
    pub fn signed_distances_mm(&self, points_mm: &[[f32; 3]]) -> Vec<f32> {
        self.tree.in_turn(points_mm, f32::INFINITY, |nearest, point| {
            let sign = if self.is_inside(nearest, point) { -1.0 } else { 1.0 };
            (sign * nearest.distance_mm) as f32
        })
    }

    /// Whether a point lies inside, given the nearest point of the mesh.
    pub fn is_inside(&self, nearest: &Nearest, point_mm: [f32; 3]) -> bool {
        dot(sub(point_mm.map(f64::from), nearest.point), self.normal(nearest)) < 0.0
    }

    /// The direction that tells the sides of the surface apart at a point of it; not of length 1.
    pub fn normal(&self, nearest: &Nearest) -> [f64; 3] {
        let face = nearest.face as usize;
        let normal = self.normals[face].map(f64::from);
        match nearest.feature {
            Feature::Inside => normal,
            Feature::Edge(side) => {
                let other = self.neighbours[face][usize::from(side)];
                add(normal, self.normals[other as usize].map(f64::from))
            }
            Feature::Vertex(corner) => {
                let vertex = self.tree.mesh().faces()[face][usize::from(corner)];
                self.vertex_normals[vertex as usize].map(f64::from)
            }
        }
    }
}

fn neighbours(mesh: &Mesh) -> Vec<[u32; 3]> {
    let mut neighbours = vec![[0; 3]; mesh.faces().len()];
    Edges::of(mesh).for_each(|edge| {
        if let [a, b] = edge.sides {
            neighbours[a.face() as usize][a.corner()] = b.face();
            neighbours[b.face() as usize][b.corner()] = a.face();
        }
    });
    neighbours
}

fn vertex_normals(mesh: &Mesh, normals: &[[f32; 3]]) -> Vec<[f32; 3]> {
    let mut sums = vec![[0.0_f32; 3]; mesh.positions().len()];
    for ((face, triangle), &normal) in mesh.faces().iter().zip(mesh.triangles()).zip(normals) {
        let triangle = triangle.map(|corner| corner.map(f64::from));
        for corner in 0..3 {
            let [a, b, c] = [0, 1, 2].map(|turn| triangle[(corner + turn) % 3]);
            let cosine = dot(unit(sub(b, a)), unit(sub(c, a)));
            let angle = cosine.clamp(-1.0, 1.0).acos() as f32;
            let sum = &mut sums[face[corner] as usize];
            *sum = add(*sum, scaled(normal, angle));
        }
    }
    sums
}
