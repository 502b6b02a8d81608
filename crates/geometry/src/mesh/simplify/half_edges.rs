//! Faces that know their neighbours.
//!
//! Every corner of a face begins a *half-edge*, which goes to the face's next corner.
//! Its *twin* is the half-edge of the neighbouring face that goes the other way.
//! The half-edges that leave one vertex are found by turning around it, without any list.

/// No half-edge: the other side of a border.
pub(super) const NONE: u32 = u32::MAX;

/// Four times the face, plus the corner.
pub(super) type HalfEdge = u32;

/// All that is known of a face, in half a cache line.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(32))]
struct Face {
    /// Three vertices, then a bit of each corner that the queue holds, and [`DEAD`].
    corners: [u32; 4],
    /// What lies beyond the edge that each corner begins.
    twins: [u32; 4],
}

const DEAD: u32 = 8;

/// The faces of a mesh of which no edge joins more than two.
pub(super) struct HalfEdges {
    faces: Vec<Face>,
}

/// The half-edge of the same face that begins where this one ends.
pub(super) fn next(half_edge: HalfEdge) -> HalfEdge {
    half_edge & !3 | 0b00_10_01 >> (2 * (half_edge & 3)) & 3
}

/// The half-edge of the same face that ends where this one begins.
pub(super) fn previous(half_edge: HalfEdge) -> HalfEdge {
    half_edge & !3 | 0b01_00_10 >> (2 * (half_edge & 3)) & 3
}

impl HalfEdges {
    /// Joins faces at the edges that exactly two of them walk, in opposite directions.
    ///
    /// No face names a vertex twice.
    pub(super) fn new(n_vertices: usize, faces: impl Iterator<Item = [u32; 3]>) -> Self {
        let faces: Vec<Face> =
            faces.map(|[a, b, c]| Face { corners: [a, b, c, 0], twins: [NONE; 4] }).collect();
        let mut half_edges = Self { faces };
        half_edges.join(&Sides::new(n_vertices, &half_edges.faces));
        half_edges
    }

    fn join(&mut self, sides: &Sides) {
        for sides in sides.by_lower_vertex() {
            for (index, &side) in sides.iter().enumerate() {
                let mut others = sides.iter().filter(|other| other.higher == side.higher);
                let (Some(a), Some(b), None) = (others.next(), others.next(), others.next()) else {
                    continue;
                };
                if std::ptr::eq(a, &sides[index]) && a.is_rising() != b.is_rising() {
                    self.set_twins(a.half_edge(), b.half_edge());
                }
            }
        }
    }

    pub(super) fn n_faces(&self) -> usize {
        self.faces.len()
    }

    /// All half-edges of all faces.
    pub(super) fn half_edges(&self) -> impl Iterator<Item = HalfEdge> + use<> {
        (0..4 * self.faces.len() as u32).filter(|half_edge| half_edge & 3 != 3)
    }

    /// Vertices of a face that is alive.
    pub(super) fn face(&self, face: usize) -> Option<[u32; 3]> {
        let [a, b, c, state] = self.faces[face].corners;
        (state & DEAD == 0).then_some([a, b, c])
    }

    pub(super) fn is_alive(&self, half_edge: HalfEdge) -> bool {
        self.faces[(half_edge >> 2) as usize].corners[3] & DEAD == 0
    }

    pub(super) fn kill(&mut self, half_edge: HalfEdge) {
        self.faces[(half_edge >> 2) as usize].corners[3] |= DEAD;
    }

    /// Whether the queue holds this half-edge.
    pub(super) fn is_queued(&self, half_edge: HalfEdge) -> bool {
        self.faces[(half_edge >> 2) as usize].corners[3] >> (half_edge & 3) & 1 == 1
    }

    pub(super) fn set_queued(&mut self, half_edge: HalfEdge, is_queued: bool) {
        let state = &mut self.faces[(half_edge >> 2) as usize].corners[3];
        let corner = half_edge & 3;
        *state = *state & !(1 << corner) | u32::from(is_queued) << corner;
    }

    pub(super) fn origin(&self, half_edge: HalfEdge) -> u32 {
        self.faces[(half_edge >> 2) as usize].corners[(half_edge & 3) as usize]
    }

    pub(super) fn set_origin(&mut self, half_edge: HalfEdge, vertex: u32) {
        self.faces[(half_edge >> 2) as usize].corners[(half_edge & 3) as usize] = vertex;
    }

    pub(super) fn target(&self, half_edge: HalfEdge) -> u32 {
        self.origin(next(half_edge))
    }

    /// The corner of the face that is not on the edge.
    pub(super) fn apex(&self, half_edge: HalfEdge) -> u32 {
        self.origin(previous(half_edge))
    }

    /// The half-edge that goes the other way, or [`NONE`].
    pub(super) fn twin(&self, half_edge: HalfEdge) -> HalfEdge {
        self.faces[(half_edge >> 2) as usize].twins[(half_edge & 3) as usize]
    }

    /// Makes each the twin of the other; either may be [`NONE`].
    pub(super) fn set_twins(&mut self, a: HalfEdge, b: HalfEdge) {
        for (of, twin) in [(a, b), (b, a)] {
            if of != NONE {
                self.faces[(of >> 2) as usize].twins[(of & 3) as usize] = twin;
            }
        }
    }

    /// The next half-edge, counter-clockwise, that leaves the same vertex, or [`NONE`].
    pub(super) fn turn_left(&self, half_edge: HalfEdge) -> HalfEdge {
        self.twin(previous(half_edge))
    }

    /// The next half-edge, clockwise, that leaves the same vertex, or [`NONE`].
    pub(super) fn turn_right(&self, half_edge: HalfEdge) -> HalfEdge {
        match self.twin(half_edge) {
            NONE => NONE,
            twin => next(twin),
        }
    }

    /// The rightmost half-edge of the fan that this one is in, or the same if the fan is closed.
    pub(super) fn rightmost(&self, half_edge: HalfEdge) -> HalfEdge {
        let mut rightmost = half_edge;
        loop {
            match self.turn_right(rightmost) {
                NONE => return rightmost,
                closed if closed == half_edge => return half_edge,
                further => rightmost = further,
            }
        }
    }

    /// Half-edges that leave a vertex, from one on to the left.
    pub(super) fn fan(&self, first: HalfEdge) -> impl Iterator<Item = HalfEdge> + '_ {
        std::iter::successors(Some(first), move |&half_edge| {
            let left = self.turn_left(half_edge);
            (left != NONE && left != first).then_some(left)
        })
    }
}

/// A half-edge as seen from the lower of its vertices.
#[derive(Debug, Clone, Copy, Default)]
struct Side {
    higher: u32,
    /// Twice the half-edge, plus one if it goes up.
    half_edge: u32,
}

impl Side {
    fn half_edge(self) -> HalfEdge {
        self.half_edge >> 1
    }

    fn is_rising(self) -> bool {
        self.half_edge & 1 == 1
    }
}

/// All half-edges, sorted by counting over their lower vertices.
struct Sides {
    starts: Vec<u32>,
    sides: Vec<Side>,
}

impl Sides {
    fn new(n_vertices: usize, faces: &[Face]) -> Self {
        let mut starts = vec![0_u32; n_vertices + 2];
        for &[a, b, c, _] in faces.iter().map(|face| &face.corners) {
            for lower in [a.min(b), b.min(c), c.min(a)] {
                starts[lower as usize + 2] += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut sides = vec![Side::default(); 3 * faces.len()];
        // While filling, `starts[vertex + 1]` runs from the start of a vertex to its end.
        for (face, base) in faces.iter().zip((0_u32..).step_by(4)) {
            let [a, b, c, _] = face.corners;
            for (from, to, half_edge) in [(a, b, base), (b, c, base + 1), (c, a, base + 2)] {
                let place = &mut starts[from.min(to) as usize + 1];
                let half_edge = 2 * half_edge + u32::from(from < to);
                sides[*place as usize] = Side { higher: from.max(to), half_edge };
                *place += 1;
            }
        }
        Self { starts, sides }
    }

    fn by_lower_vertex(&self) -> impl Iterator<Item = &[Side]> {
        self.starts.windows(2).map(|ends| &self.sides[ends[0] as usize..ends[1] as usize])
    }
}
