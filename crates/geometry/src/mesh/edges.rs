//! The edges of a mesh, found by a counting sort over their lower vertex.
//!
//! Vertices that share an edge mostly lie near each other in memory, so this is several times
//! faster than sorting all edges, and no hashing is involved.

use medshape_types::Mesh;

/// A side of a face, from one corner to the next, as a number that sorts by its higher vertex,
/// then by three times the face plus the corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Side(u64);

impl Side {
    pub(crate) fn face(self) -> u32 {
        self.half() / 3
    }

    /// The corner that the side begins at: 0, 1 or 2.
    pub(crate) fn corner(self) -> usize {
        (self.half() % 3) as usize
    }

    fn half(self) -> u32 {
        self.0 as u32
    }

    fn higher_vertex(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// Whether the face walks from the lower to the higher vertex.
    fn is_rising(self, mesh: &Mesh) -> bool {
        mesh.faces()[self.face() as usize][self.corner()] != self.higher_vertex()
    }

    fn is_loop(self, mesh: &Mesh) -> bool {
        let face = mesh.faces()[self.face() as usize];
        face[self.corner()] == face[(self.corner() + 1) % 3]
    }
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
            [a, b] => a.is_rising(mesh) != b.is_rising(mesh) && !a.is_loop(mesh),
            _ => false,
        }
    }
}

/// All sides of all faces, by lower vertex, then by higher.
pub(crate) struct Edges {
    starts: Vec<u32>,
    sides: Vec<Side>,
}

impl Edges {
    pub(crate) fn of(mesh: &Mesh) -> Self {
        let mut starts = vec![0_u32; mesh.positions().len() + 2];
        for (low, _) in sides(mesh) {
            starts[low as usize + 2] += 1;
        }
        for vertex in 2..starts.len() {
            starts[vertex] += starts[vertex - 1];
        }
        let mut sorted = vec![Side(0); 3 * mesh.faces().len()];
        // While filling, `starts[vertex + 1]` runs from the start of a vertex to its end.
        for (low, side) in sides(mesh) {
            let place = &mut starts[low as usize + 1];
            sorted[*place as usize] = side;
            *place += 1;
        }
        for ends in starts.windows(2) {
            sorted[ends[0] as usize..ends[1] as usize].sort_unstable();
        }
        Self { starts, sides: sorted }
    }

    /// Calls `edge` for every edge in order.
    pub(crate) fn for_each(&self, mut edge: impl FnMut(Edge<'_>)) {
        for ends in self.starts.windows(2) {
            let sides = &self.sides[ends[0] as usize..ends[1] as usize];
            for sides in sides.chunk_by(|a, b| a.higher_vertex() == b.higher_vertex()) {
                edge(Edge { sides });
            }
        }
    }
}

/// Every side with its lower vertex.
fn sides(mesh: &Mesh) -> impl Iterator<Item = (u32, Side)> + '_ {
    mesh.faces().iter().zip((0_u32..).step_by(3)).flat_map(|(&[a, b, c], half)| {
        [(a, b, half), (b, c, half + 1), (c, a, half + 2)].map(|(from, to, half)| {
            (from.min(to), Side(u64::from(from.max(to)) << 32 | u64::from(half)))
        })
    })
}
