//! A closed surface that can be changed: every side of a face knows the side behind it.

use medshape_types::Mesh;

use crate::mesh::components::with_used_vertices;
use crate::mesh::edges::Edges;
use crate::sets::Sets;

/// A vertex, a face or a side that is no more.
const GONE: u32 = u32::MAX;

/// A closed, manifold surface. Side 3 f + k runs from corner k of face f to the next.
pub(super) struct HalfEdges {
    positions: Vec<[f64; 3]>,
    /// The vertex that each side begins at.
    start: Vec<u32>,
    /// The same edge, seen from the other face.
    twin: Vec<u32>,
    /// A side that begins at each vertex.
    side_of: Vec<u32>,
}

impl HalfEdges {
    /// The surface of a mesh of which each edge has two faces that wind alike. A vertex at which
    /// several fans of faces meet becomes several.
    pub(super) fn of(mesh: &Mesh) -> Self {
        let mut twin = vec![GONE; 3 * mesh.faces().len()];
        let mut fans = Sets::new(twin.len());
        Edges::of(mesh).for_each(|edge| {
            if let [a, b] = edge.sides {
                let [a, b] = [a, b].map(|side| 3 * side.face() + side.corner() as u32);
                twin[a as usize] = b;
                twin[b as usize] = a;
                fans.unite(a, next(b));
                fans.unite(next(a), b);
            }
        });
        let start = fans.numbers(twin.len());
        let n_vertices = start.iter().max().map_or(0, |&last| last as usize + 1);
        let mut edges = Self {
            positions: vec![[0.0; 3]; n_vertices],
            side_of: vec![GONE; n_vertices],
            start,
            twin,
        };
        for (side, &vertex) in (0..).zip(mesh.faces().iter().flatten()) {
            let own = edges.start[side as usize] as usize;
            edges.positions[own] = mesh.positions()[vertex as usize].map(f64::from);
            edges.side_of[own] = side;
        }
        edges
    }

    /// The surface as a mesh.
    pub(super) fn mesh(&self) -> Mesh {
        let faces = self.start.as_chunks::<3>().0.iter().filter(|face| face[0] != GONE);
        let positions: Vec<[f32; 3]> =
            self.positions.iter().map(|p| p.map(|value| value as f32)).collect();
        with_used_vertices(&positions, faces.copied().collect())
    }

    /// Sides that there are or were.
    pub(super) fn n_sides(&self) -> u32 {
        self.start.len() as u32
    }

    pub(super) fn is_there(&self, side: u32) -> bool {
        self.start[side as usize] != GONE
    }

    /// All vertices that are there.
    pub(super) fn vertices(&self) -> Vec<u32> {
        (0..self.side_of.len() as u32).filter(|&v| self.side_of[v as usize] != GONE).collect()
    }

    pub(super) fn position(&self, vertex: u32) -> [f64; 3] {
        self.positions[vertex as usize]
    }

    pub(super) fn set_position(&mut self, vertex: u32, position: [f64; 3]) {
        self.positions[vertex as usize] = position;
    }

    pub(super) fn twin(&self, side: u32) -> u32 {
        self.twin[side as usize]
    }

    /// Where a side begins and ends.
    pub(super) fn ends(&self, side: u32) -> [u32; 2] {
        [side, next(side)].map(|side| self.start[side as usize])
    }

    /// The corners of a side's face, beginning with those of the side.
    pub(super) fn corners(&self, side: u32) -> [u32; 3] {
        [side, next(side), next(next(side))].map(|side| self.start[side as usize])
    }

    /// The sides that begin at a vertex.
    pub(super) fn around(&self, vertex: u32) -> impl Iterator<Item = u32> + '_ {
        let first = self.side_of[vertex as usize];
        let turn = move |&side: &u32| {
            let side = self.twin(next(next(side)));
            (side != first).then_some(side)
        };
        std::iter::successors(Some(first), turn)
    }

    fn has_edge(&self, a: u32, b: u32) -> bool {
        self.around(a).any(|side| self.ends(side)[1] == b)
    }

    /// Puts a vertex into the middle of an edge: two faces become four.
    pub(super) fn split(&mut self, side: u32, position: [f64; 3]) {
        let [a, b, c] = self.corners(side);
        let twin = self.twin(side);
        let d = self.corners(twin)[2];
        let middle = self.positions.len() as u32;
        self.positions.push(position);
        let (ahead, twin_ahead) = (next(side), next(twin));
        let (outer, twin_outer) = (self.twin(ahead), self.twin(twin_ahead));
        let new = self.n_sides();
        // The faces keep the halves that begin with the side and its twin.
        self.start[ahead as usize] = middle;
        self.start[twin_ahead as usize] = middle;
        self.start.extend([middle, b, c, middle, a, d]);
        self.twin.extend([GONE; 6]);
        for (one, other) in [
            (new + 1, outer),
            (new + 2, ahead),
            (new + 4, twin_outer),
            (new + 5, twin_ahead),
            (side, new + 3),
            (twin, new),
        ] {
            self.pair(one, other);
        }
        self.side_of.push(ahead);
        self.side_of[a as usize] = side;
        self.side_of[b as usize] = twin;
    }

    fn pair(&mut self, a: u32, b: u32) {
        self.twin[a as usize] = b;
        self.twin[b as usize] = a;
    }

    /// Whether an edge can become a vertex without changing how the surface hangs together: the only
    /// neighbours that its ends share are those of its two faces, and those have edges to spare.
    pub(super) fn can_collapse(&self, side: u32) -> bool {
        let [a, b, c] = self.corners(side);
        let d = self.corners(self.twin(side))[2];
        let n_shared = self
            .around(a)
            .filter(|&side| {
                let other = self.ends(side)[1];
                other != b && self.has_edge(b, other)
            })
            .count();
        let has_spare = |vertex: u32| self.around(vertex).take(4).count() > 3;
        n_shared == 2 && c != d && has_spare(c) && has_spare(d)
    }

    /// Makes an edge a vertex. Only where it [can](Self::can_collapse).
    pub(super) fn collapse(&mut self, side: u32, position: [f64; 3]) {
        let [a, b, c] = self.corners(side);
        let twin = self.twin(side);
        let d = self.corners(twin)[2];
        let sides: Vec<u32> = self.around(a).collect();
        let [from_c, from_a] = [next(side), next(next(side))].map(|side| self.twin(side));
        let [from_d, from_b] = [next(twin), next(next(twin))].map(|side| self.twin(side));
        for side in sides {
            self.start[side as usize] = b;
        }
        for face in [side / 3, twin / 3] {
            self.start[3 * face as usize..3 * face as usize + 3].fill(GONE);
        }
        self.pair(from_c, from_a);
        self.pair(from_d, from_b);
        self.side_of[a as usize] = GONE;
        self.side_of[b as usize] = from_a;
        self.side_of[c as usize] = from_c;
        self.side_of[d as usize] = from_d;
        self.positions[b as usize] = position;
    }

    /// Whether the other diagonal of an edge's two faces is free, and its ends have edges to spare.
    pub(super) fn can_flip(&self, side: u32) -> bool {
        let [a, b, c] = self.corners(side);
        let d = self.corners(self.twin(side))[2];
        let has_spare = |vertex: u32| self.around(vertex).take(4).count() > 3;
        c != d && !self.has_edge(c, d) && has_spare(a) && has_spare(b)
    }

    /// Replaces an edge by the other diagonal of its two faces. Only where it [can](Self::can_flip).
    pub(super) fn flip(&mut self, side: u32) {
        let [a, b, c] = self.corners(side);
        let twin = self.twin(side);
        let d = self.corners(twin)[2];
        let outer = [next(side), next(next(side)), next(twin), next(next(twin))];
        let [beyond_bc, beyond_ca, beyond_ad, beyond_db] = outer.map(|side| self.twin(side));
        let (f, g) = (side - side % 3, twin - twin % 3);
        for (at, vertex) in [(f, c), (f + 1, a), (f + 2, d), (g, c), (g + 1, d), (g + 2, b)] {
            self.start[at as usize] = vertex;
            self.side_of[vertex as usize] = at;
        }
        for (one, other) in
            [(f, beyond_ca), (f + 1, beyond_ad), (f + 2, g), (g + 1, beyond_db), (g + 2, beyond_bc)]
        {
            self.pair(one, other);
        }
    }
}

/// The next side of the same face.
fn next(side: u32) -> u32 {
    if side % 3 == 2 { side - 2 } else { side + 1 }
}
