//! The neighbourhood of a vertex.

use super::half_edges::{HalfEdge, HalfEdges, NONE};

/// Vertices with more neighbours are left alone until they have fewer.
pub(super) const MAX_NEIGHBOURS: usize = 24;

/// The faces and neighbours of a vertex, counter-clockwise.
pub(super) struct Ring {
    n_faces: usize,
    spokes: [HalfEdge; MAX_NEIGHBOURS],
    rim: [u32; MAX_NEIGHBOURS + 1],
    is_closed: bool,
}

impl Ring {
    pub(super) fn empty() -> Self {
        let (spokes, rim) = ([NONE; MAX_NEIGHBOURS], [NONE; MAX_NEIGHBOURS + 1]);
        Self { n_faces: 0, spokes, rim, is_closed: true }
    }

    /// Takes in the neighbourhood of the vertex that a half-edge leaves (at a border the
    /// rightmost); whether there is room.
    pub(super) fn fill(&mut self, mesh: &HalfEdges, out: HalfEdge) -> bool {
        self.n_faces = 0;
        let mut spoke = out;
        while self.n_faces < MAX_NEIGHBOURS {
            self.spokes[self.n_faces] = spoke;
            self.rim[self.n_faces] = mesh.target(spoke);
            self.n_faces += 1;
            let left = mesh.turn_left(spoke);
            if left == out || left == NONE {
                self.rim[self.n_faces] = mesh.apex(spoke);
                self.is_closed = left != NONE;
                return true;
            }
            spoke = left;
        }
        false
    }

    pub(super) fn n_faces(&self) -> usize {
        self.n_faces
    }

    /// The half-edges that leave the vertex, one of each face.
    pub(super) fn spokes(&self) -> &[HalfEdge] {
        &self.spokes[..self.n_faces]
    }

    /// The vertices around, one more than faces: where the faces close the ring the first again.
    pub(super) fn rim(&self) -> &[u32] {
        &self.rim[..=self.n_faces]
    }

    pub(super) fn neighbours(&self) -> &[u32] {
        &self.rim[..self.n_faces + usize::from(!self.is_closed)]
    }

    pub(super) fn n_common_neighbours(&self, other: &Self) -> usize {
        let others = other.neighbours();
        self.neighbours().iter().map(|v| others.iter().filter(|w| *w == v).count()).sum()
    }

    /// Whether this is the corner of a tetrahedron or the like.
    pub(super) fn is_least(&self) -> bool {
        self.is_closed && self.n_faces == 3
    }
}
