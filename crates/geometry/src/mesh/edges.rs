//! The edges of a mesh, found by a counting sort over their lower vertex.
//!
//! Vertices that share an edge mostly lie near each other in memory, so this is several times
//! faster than sorting all edges, and no hashing is involved.

use medshape_types::Mesh;

/// Side `side` of face `face`: from its corner of that number to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Side {
    /// The higher vertex of the edge.
    other: u32,
    pub(crate) face: u32,
    pub(crate) side: u8,
    /// Whether the face walks from the lower to the higher vertex.
    rising: bool,
}

/// Two vertices and the sides of faces that join them.
pub(crate) struct Edge<'a> {
    pub(crate) sides: &'a [Side],
}

impl Edge<'_> {
    /// Whether exactly two faces meet here and wind alike.
    pub(crate) fn is_regular(&self, mesh: &Mesh) -> bool {
        // Faces that wind alike walk their common edge in opposite directions.
        match self.sides {
            [a, b] => a.rising != b.rising && !is_loop(mesh, a),
            _ => false,
        }
    }
}

fn is_loop(mesh: &Mesh, side: &Side) -> bool {
    let face = mesh.faces()[side.face as usize];
    face[usize::from(side.side)] == side.other
        && face[(usize::from(side.side) + 1) % 3] == side.other
}

/// All sides of all faces, by lower vertex, then by higher.
pub(crate) struct Edges {
    starts: Vec<u32>,
    sides: Vec<Side>,
}

impl Edges {
    pub(crate) fn of(mesh: &Mesh) -> Self {
        let mut starts = vec![0_u32; mesh.positions().len() + 2];
        for (low, ..) in sides(mesh) {
            starts[low as usize + 2] += 1;
        }
        for vertex in 2..starts.len() {
            starts[vertex] += starts[vertex - 1];
        }
        let empty = Side { other: 0, face: 0, side: 0, rising: false };
        let mut sorted = vec![empty; 3 * mesh.faces().len()];
        // While filling, `starts[vertex + 1]` runs from the start of a vertex to its end.
        for (low, side) in sides(mesh) {
            let place = &mut starts[low as usize + 1];
            sorted[*place as usize] = side;
            *place += 1;
        }
        let mut edges = Self { starts, sides: sorted };
        edges.sort_each_vertex();
        edges
    }

    fn sort_each_vertex(&mut self) {
        for ends in self.starts.windows(2) {
            self.sides[ends[0] as usize..ends[1] as usize].sort_unstable();
        }
    }

    /// Calls `edge` for every edge in order.
    pub(crate) fn for_each(&self, mut edge: impl FnMut(Edge<'_>)) {
        for ends in self.starts.windows(2) {
            let sides = &self.sides[ends[0] as usize..ends[1] as usize];
            for sides in sides.chunk_by(|a, b| a.other == b.other) {
                edge(Edge { sides });
            }
        }
    }
}

fn sides(mesh: &Mesh) -> impl Iterator<Item = (u32, Side)> + '_ {
    mesh.faces().iter().enumerate().flat_map(|(face, &corners)| {
        [0, 1, 2].map(|side| {
            let (from, to) = (corners[side], corners[(side + 1) % 3]);
            let rising = from < to;
            let (low, other) = if rising { (from, to) } else { (to, from) };
            (low, Side { other, face: face as u32, side: side as u8, rising })
        })
    })
}
