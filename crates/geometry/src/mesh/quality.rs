//! What is right and wrong with a mesh.

use medshape_types::Mesh;

use super::closed::Closed;
use super::edges::{Edges, Side};
use super::volume::signed_volume;
use crate::sets::Sets;

/// What inspection found. Vertices are those that the faces name; nothing is welded first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MeshQuality {
    /// There are faces, and every edge joins exactly two of them.
    pub closed: bool,
    /// No edge joins more than two faces, and the faces at each vertex form one fan.
    pub manifold: bool,
    /// Neighbouring faces wind alike, and if the mesh is closed its volume is positive: normals
    /// point outward.
    pub oriented: bool,
    /// Edges with one face only.
    pub n_boundary_edges: usize,
    /// Edges with three faces or more.
    pub n_nonmanifold_edges: usize,
    /// Edges whose two faces wind against each other.
    pub n_misoriented_edges: usize,
    /// Vertices where faces meet that do not connect through edges at this vertex.
    pub n_nonmanifold_vertices: usize,
    /// Faces without area: a corner named twice, or corners on a line.
    pub n_degenerate_faces: usize,
    /// Vertices that no face names.
    pub n_unused_vertices: usize,
    /// Pieces whose faces connect through edges.
    pub n_components: usize,
}

/// Inspects every edge, vertex and face of a mesh.
pub fn inspect(mesh: &Mesh) -> MeshQuality {
    let mut quality = MeshQuality {
        n_degenerate_faces: mesh.triangles().filter(is_degenerate).count(),
        ..MeshQuality::default()
    };
    let mut pieces = Sets::new(mesh.faces().len());
    let mut fans = Sets::new(3 * mesh.faces().len());
    Edges::of(mesh).for_each(|edge| {
        match edge.sides.len() {
            1 => quality.n_boundary_edges += 1,
            2 => quality.n_misoriented_edges += usize::from(!edge.is_regular(mesh)),
            _ => quality.n_nonmanifold_edges += 1,
        }
        for pair in edge.sides.windows(2) {
            pieces.unite(pair[0].face(), pair[1].face());
            unite_corners(mesh, &mut fans, pair[0], pair[1].face());
        }
    });
    count_fans(mesh, &mut fans, &mut quality);
    quality.n_components = pieces.count();
    conclude(mesh, &mut quality);
    quality
}

/// How many faces name the same three vertices as an earlier one, whichever way they wind.
pub fn n_duplicate_faces(mesh: &Mesh) -> usize {
    let sorted = |face: &[u32; 3]| {
        let mut corners = *face;
        corners.sort_unstable();
        corners
    };
    let mut faces: Vec<[u32; 3]> = mesh.faces().iter().map(sorted).collect();
    faces.sort_unstable();
    faces.windows(2).filter(|pair| pair[0] == pair[1]).count()
}

fn is_degenerate(triangle: &[[f32; 3]; 3]) -> bool {
    let [a, b, c] = triangle.map(|corner| corner.map(f64::from));
    let [u, v] = [b, c].map(|p| [p[0] - a[0], p[1] - a[1], p[2] - a[2]]);
    u[1] * v[2] == u[2] * v[1] && u[2] * v[0] == u[0] * v[2] && u[0] * v[1] == u[1] * v[0]
}

/// At both ends of a side, joins its face's corner with that of the other face at the edge.
fn unite_corners(mesh: &Mesh, fans: &mut Sets, side: Side, other: u32) {
    let face = side.face();
    let corners = mesh.faces()[face as usize];
    let others = mesh.faces()[other as usize];
    for corner in [side.corner(), (side.corner() + 1) % 3] {
        for other_corner in (0..3).filter(|&c| others[c] == corners[corner]) {
            fans.unite(3 * face + corner as u32, 3 * other + other_corner as u32);
        }
    }
}

fn count_fans(mesh: &Mesh, fans: &mut Sets, quality: &mut MeshQuality) {
    let mut n_fans = vec![0_u8; mesh.positions().len()];
    let mut used = vec![false; mesh.positions().len()];
    for (face, corners) in mesh.faces().iter().enumerate() {
        for (corner, &vertex) in corners.iter().enumerate() {
            used[vertex as usize] = true;
            let n_fans = &mut n_fans[vertex as usize];
            *n_fans = n_fans.saturating_add(u8::from(fans.is_root((3 * face + corner) as u32)));
        }
    }
    quality.n_nonmanifold_vertices = n_fans.iter().filter(|&&n_fans| n_fans > 1).count();
    quality.n_unused_vertices = used.iter().filter(|&&used| !used).count();
}

fn conclude(mesh: &Mesh, quality: &mut MeshQuality) {
    quality.closed = !mesh.faces().is_empty()
        && quality.n_boundary_edges == 0
        && quality.n_nonmanifold_edges == 0;
    quality.manifold = quality.n_nonmanifold_edges == 0 && quality.n_nonmanifold_vertices == 0;
    let outward = || signed_volume(Closed::inspected(mesh)) > 0.0;
    quality.oriented = quality.n_nonmanifold_edges == 0
        && quality.n_misoriented_edges == 0
        && (!quality.closed || outward());
}

#[cfg(test)]
mod tests {
    use super::*;

    const TETRAHEDRON: [[u32; 3]; 4] = [[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]];

    fn corners() -> Vec<[f32; 3]> {
        vec![[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    }

    fn check(positions: Vec<[f32; 3]>, faces: Vec<[u32; 3]>, expected: MeshQuality) {
        assert_eq!(inspect(&Mesh::new(positions, faces).unwrap()), expected);
    }

    fn sound(n_components: usize) -> MeshQuality {
        let all_is_well =
            MeshQuality { closed: true, manifold: true, oriented: true, ..Default::default() };
        MeshQuality { n_components, ..all_is_well }
    }

    #[test]
    fn a_tetrahedron_is_sound() {
        check(corners(), TETRAHEDRON.to_vec(), sound(1));
    }

    #[test]
    fn a_missing_face_leaves_three_boundary_edges() {
        let expected = MeshQuality { closed: false, n_boundary_edges: 3, ..sound(1) };
        check(corners(), TETRAHEDRON[1..].to_vec(), expected);
    }

    #[test]
    fn inward_faces_are_closed_but_not_oriented() {
        let inward = TETRAHEDRON.map(|[a, b, c]| [a, c, b]).to_vec();
        check(corners(), inward, MeshQuality { oriented: false, ..sound(1) });
    }

    #[test]
    fn one_turned_face_is_found_at_its_three_edges() {
        let mut faces = TETRAHEDRON.to_vec();
        faces[0].swap(0, 1);
        let expected = MeshQuality { oriented: false, n_misoriented_edges: 3, ..sound(1) };
        check(corners(), faces, expected);
    }

    #[test]
    fn tetrahedra_that_share_a_vertex_are_not_manifold_there() {
        let mut positions = corners();
        positions.extend([[-1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, -1.0], [9.0; 3]]);
        let mut faces = TETRAHEDRON.to_vec();
        faces.extend(TETRAHEDRON.map(|face| face.map(|v| if v == 0 { 0 } else { v + 3 })));
        faces[4..].iter_mut().for_each(|face| face.swap(0, 1));
        let expected = MeshQuality {
            manifold: false,
            n_nonmanifold_vertices: 1,
            n_unused_vertices: 1,
            ..sound(2)
        };
        check(positions, faces, expected);
    }

    #[test]
    fn tetrahedra_that_share_an_edge_are_not_manifold_there() {
        let mut positions = corners();
        positions.extend([[0.0, -1.0, 0.0], [0.0, 0.0, -1.0]]);
        let mut faces = TETRAHEDRON.to_vec();
        faces.extend(TETRAHEDRON.map(|face| face.map(|v| if v < 2 { v } else { v + 2 })));
        let found = inspect(&Mesh::new(positions, faces).unwrap());
        assert_eq!(found.n_nonmanifold_edges, 1);
        assert!(!found.closed && !found.manifold && !found.oriented);
    }

    #[test]
    fn faces_of_the_same_vertices_are_duplicates() {
        let faces = vec![[0, 1, 2], [2, 1, 0], [1, 2, 0], [0, 1, 3]];
        assert_eq!(n_duplicate_faces(&Mesh::new(corners(), faces).unwrap()), 2);
    }

    #[test]
    fn flat_faces_and_named_twice_are_degenerate() {
        let mut positions = corners();
        positions[3] = [2.0, 0.0, 0.0];
        let found = inspect(&Mesh::new(positions, vec![[0, 1, 3], [1, 1, 2]]).unwrap());
        assert_eq!(found.n_degenerate_faces, 2);
        assert!(!found.closed);
    }
}
