//! The mesh while it loses edges.

use medshape_types::Mesh;

use super::half_edges::{HalfEdge, HalfEdges, NONE, next, previous};
use super::quadric::Quadric;
use super::queue::{self, Queue};
use crate::surface::vector::{cross, dot};

/// What a vertex may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Kind {
    /// Faces all around: moves freely.
    Inner,
    /// On a border: stays on it.
    Border,
    /// One of several fans of a vertex that is not manifold: stays in its place.
    Fixed,
}

/// A vertex, in a line of the cache.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Vertex {
    /// In steps of the lattice.
    pub(super) position: [f32; 3],
    quadric: Quadric,
    /// A half-edge that leaves here; at a border the rightmost.
    out: HalfEdge,
    kind: Kind,
    /// How often it took in another.
    n_merged: u16,
    /// The vertex of the input that this was.
    source: u32,
}

/// Vertices with more neighbours are left alone.
const MAX_NEIGHBOURS: usize = 24;
/// Cosine of the largest angle that a face may turn by.
const LEAST_COSINE: f32 = 0.2;
/// Edges that are looked at together, so that their memory is waited for once.
const BATCH: usize = 24;
/// Levels of the queue that an edge waits when it could not go.
const WAIT: usize = 8;

/// The neighbourhood of a vertex.
struct Ring {
    n_faces: usize,
    spokes: [HalfEdge; MAX_NEIGHBOURS],
    /// Neighbours counter-clockwise; the first again where the fan is closed.
    rim: [u32; MAX_NEIGHBOURS + 1],
    n_neighbours: usize,
}

impl Ring {
    fn empty() -> Self {
        let (spokes, rim) = ([NONE; MAX_NEIGHBOURS], [NONE; MAX_NEIGHBOURS + 1]);
        Self { n_faces: 0, spokes, rim, n_neighbours: 0 }
    }

    /// Takes in the neighbourhood of the vertex that a half-edge leaves; whether there is room.
    fn fill(&mut self, mesh: &HalfEdges, out: HalfEdge) -> bool {
        self.n_faces = 0;
        let mut spoke = out;
        loop {
            if self.n_faces == MAX_NEIGHBOURS {
                return false;
            }
            self.spokes[self.n_faces] = spoke;
            self.rim[self.n_faces] = mesh.target(spoke);
            self.n_faces += 1;
            let left = mesh.turn_left(spoke);
            if left == out || left == NONE {
                self.rim[self.n_faces] = mesh.apex(spoke);
                self.n_neighbours = self.n_faces + usize::from(left == NONE);
                return true;
            }
            spoke = left;
        }
    }

    fn spokes(&self) -> &[HalfEdge] {
        &self.spokes[..self.n_faces]
    }

    fn neighbours(&self) -> &[u32] {
        &self.rim[..self.n_neighbours]
    }

    fn n_common(&self, other: &Self) -> usize {
        let others = other.neighbours();
        self.neighbours().iter().map(|v| others.iter().filter(|w| *w == v).count()).sum()
    }
}

/// How an edge would go.
struct Plan {
    half_edge: HalfEdge,
    /// How often each end had been merged.
    n_merged: [u16; 2],
    cost: f32,
    /// Where to, from the half-edge's target.
    offset: [f32; 3],
}

/// A mesh that loses edges, cheapest first.
pub(super) struct Collapser {
    mesh: HalfEdges,
    vertices: Vec<Vertex>,
    queue: Queue,
    n_faces: usize,
    rings: [Ring; 2],
    step: f64,
    pub(super) stats: [usize; 6],
}

impl Collapser {
    /// `mesh` with vertices in steps of `step_mm`, a power of two.
    pub(super) fn new(mesh: &Mesh, step_mm: f64) -> Self {
        let proper = |&[a, b, c]: &[u32; 3]| a != b && b != c && c != a;
        let faces = mesh.faces().iter().copied().filter(proper);
        let half_edges = HalfEdges::new(mesh.positions().len(), faces);
        let steps_per_mm = (1.0 / step_mm) as f32;
        let vertex = |(&position, source): (&[f32; 3], u32)| Vertex {
            position: position.map(|value| value * steps_per_mm),
            quadric: Quadric::default(),
            out: NONE,
            kind: Kind::Inner,
            n_merged: 0,
            source,
        };
        let vertices = mesh.positions().iter().zip(0..).map(vertex).collect();
        let n_faces = half_edges.n_faces();
        let mut collapser = Self {
            mesh: half_edges,
            vertices,
            queue: Queue::new(),
            n_faces,
            rings: [Ring::empty(), Ring::empty()],
            step: step_mm,
            stats: [0; 6],
        };
        let t=std::time::Instant::now();
        collapser.find_fans();
        let t1=t.elapsed();
        collapser.add_planes();
        let t2=t.elapsed();
        collapser.fill_queue();
        if std::env::var("STATS").is_ok() { eprintln!("fans {:?} planes {:?} queue {:?}", t1, t2-t1, t.elapsed()-t2); }
        collapser
    }

    /// Gives every vertex its fan, and a vertex of its own to each further fan.
    #[inline(never)]
    fn find_fans(&mut self) {
        let mut n_spokes = vec![0_u16; self.vertices.len()];
        for face in 0..self.mesh.n_faces() {
            let Some(corners) = self.mesh.face(face) else { continue };
            for (vertex, half_edge) in corners.into_iter().zip(4 * face as u32..) {
                self.vertices[vertex as usize].out = half_edge;
                n_spokes[vertex as usize] = n_spokes[vertex as usize].saturating_add(1);
            }
        }
        for (vertex, n_spokes) in n_spokes.into_iter().enumerate() {
            let out = self.vertices[vertex].out;
            if out == NONE { continue; }
            let mut n = 1; let mut spoke = self.mesh.turn_left(out);
            while spoke != out && spoke != NONE { n += 1; spoke = self.mesh.turn_left(spoke); }
            if spoke == NONE || n != n_spokes {
                let right = self.mesh.rightmost(out);
                self.vertices[vertex].out = right;
                self.vertices[vertex].kind = if self.mesh.twin(right) == NONE {Kind::Border} else {Kind::Inner};
            }
        }
    }

    fn add_fan(&mut self, out: HalfEdge, is_border: bool) {
        let origin = self.mesh.origin(out) as usize;
        let vertex = &mut self.vertices[origin];
        if vertex.out == NONE {
            vertex.out = out;
            vertex.kind = if is_border { Kind::Border } else { Kind::Inner };
            return;
        }
        vertex.kind = Kind::Fixed;
        let copy = Vertex { out, ..*vertex };
        let number = self.vertices.len() as u32;
        self.vertices.push(copy);
        let spokes: Vec<HalfEdge> = self.mesh.fan(out).collect();
        spokes.into_iter().for_each(|spoke| self.mesh.set_origin(spoke, number));
    }

    #[inline(never)]
    fn add_planes(&mut self) {
        for face in 0..self.mesh.n_faces() {
            let Some(corners) = self.mesh.face(face) else { continue };
            let [a, b, c] = corners.map(|v| self.vertices[v as usize].position);
            let normal = cross(minus(b, a), minus(c, a));
            let plane = Quadric::plane(normal);
            for vertex in corners {
                self.vertices[vertex as usize].quadric.add(&plane);
            }
            for corner in 0..3 {
                let half_edge = (4 * face + corner) as u32;
                if self.mesh.twin(half_edge) == NONE {
                    self.add_border(half_edge, normal);
                }
            }
        }
    }

    /// A plane through a border, upright on its face.
    fn add_border(&mut self, half_edge: HalfEdge, normal: [f32; 3]) {
        let ends = [self.mesh.origin(half_edge), self.mesh.target(half_edge)];
        let [from, to] = ends.map(|v| self.vertices[v as usize].position);
        let along = minus(to, from);
        let upright = cross(normal, along);
        let scale = 10.0 * (dot(along, along) / dot(normal, normal).max(f32::MIN_POSITIVE)).sqrt();
        let plane = Quadric::plane(upright.map(|value| value * scale));
        for vertex in ends {
            self.vertices[vertex as usize].quadric.add(&plane);
        }
    }

    #[inline(never)]
    fn fill_queue(&mut self) {
        for face in 0..self.mesh.n_faces() as u32 {
            for half_edge in 4 * face..4 * face + 3 {
                // Without a twin, NONE is the larger.
                if half_edge < self.mesh.twin(half_edge) {
                    self.enqueue(half_edge);
                }
            }
        }
    }

    fn enqueue(&mut self, half_edge: HalfEdge) {
        if let Some(plan) = self.plan(half_edge) {
            let is_queued = self.queue.push(half_edge, queue::level(plan.cost));
            self.mesh.set_queued(half_edge, is_queued);
        }
    }

    /// How an edge would go, if its ends may become one.
    #[inline]
    fn plan(&self, half_edge: HalfEdge) -> Option<Plan> {
        let ends = [self.mesh.origin(half_edge), self.mesh.target(half_edge)];
        let [from, to] = ends.map(|vertex| &self.vertices[vertex as usize]);
        let edge = minus(to.position, from.position);
        if (from.kind, to.kind) == (Kind::Inner, Kind::Inner) {
            let half = edge.map(|value| value / 2.0);
            let best = from.quadric.optimum(&to.quadric, half);
            let offset = [0, 1, 2].map(|axis| best.offset[axis] - half[axis]);
            return Some(Plan { half_edge, n_merged: [from.n_merged, to.n_merged], cost: best.cost, offset });
        }
        self.plan_at_border(half_edge, from, to)
    }

    #[cold]
    fn plan_at_border(&self, half_edge: HalfEdge, from: &Vertex, to: &Vertex) -> Option<Plan> {
        let edge = minus(to.position, from.position);
        let is_border = self.mesh.twin(half_edge) == NONE;
        let at_from = || Plan {
            half_edge,
            n_merged: [from.n_merged, to.n_merged],
            cost: from.quadric.at([0.0; 3]) + to.quadric.at(edge.map(|value| -value)),
            offset: edge.map(|value| -value),
        };
        let at_to = || Plan {
            half_edge,
            n_merged: [from.n_merged, to.n_merged],
            cost: from.quadric.at(edge) + to.quadric.at([0.0; 3]),
            offset: [0.0; 3],
        };
        let [from_kind, to_kind] = [from.kind, to.kind];
        if from_kind != Kind::Inner && to_kind != Kind::Inner && !is_border {
            return None;
        }
        let plan = match (from_kind, to_kind) {
            (Kind::Fixed, Kind::Fixed) => return None,
            (from, to) if from < to => at_to(),
            (from, to) if from > to => at_from(),
            _ => {
                let [a, b] = [at_from(), at_to()];
                if a.cost < b.cost { a } else { b }
            }
        };
        Some(Plan { cost: plan.cost.max(0.0), ..plan })
    }

    /// Makes edges vanish until at most `n_faces` are left, or none can.
    #[inline(never)]
    pub(super) fn run(&mut self, n_faces: usize) {
        let mut batch = Vec::with_capacity(BATCH);
        let mut plans = Vec::with_capacity(BATCH);
        while self.n_faces > n_faces && self.queue.take(&mut batch) {
            self.stats[0] += batch.len();
            batch.retain(|&half_edge| self.mesh.is_alive(half_edge));
            batch.iter().for_each(|&half_edge| self.mesh.set_queued(half_edge, false));
            plans.clear();
            plans.extend(batch.iter().filter_map(|&half_edge| self.plan(half_edge)));
            for plan in &plans {
                self.carry_out(plan);
                if self.n_faces <= n_faces {
                    return;
                }
            }
        }
    }

    #[inline(never)]
    fn carry_out(&mut self, plan: &Plan) {
        let half_edge = plan.half_edge;
        if !self.mesh.is_alive(half_edge) {
            return;
        }
        let ends = [self.mesh.origin(half_edge), self.mesh.target(half_edge)];
        let level = self.queue.level();
        let now = queue::level(plan.cost);
        let later = if ends.map(|vertex| self.vertices[vertex as usize].n_merged) != plan.n_merged {
            level
        } else if now > level {
            self.stats[2] += 1;
            now
        } else if self.collapse(half_edge, plan.offset) {
            return;
        } else {
            self.stats[3] += 1;
            level + WAIT
        };
        let is_queued = self.queue.push(half_edge, later);
        self.mesh.set_queued(half_edge, is_queued);
    }

    /// Makes one vertex of an edge, unless that would break the mesh; whether it did.
    #[inline(never)]
    fn collapse(&mut self, half_edge: HalfEdge, offset: [f32; 3]) -> bool {
        let ends = [self.mesh.origin(half_edge), self.mesh.target(half_edge)];
        let [from, to] = ends.map(|vertex| self.vertices[vertex as usize]);
        let [from_ring, to_ring] = &mut self.rings;
        if !from_ring.fill(&self.mesh, from.out) || !to_ring.fill(&self.mesh, to.out) {
            return false;
        }
        if !self.keeps_topology(half_edge) {
            self.stats[4] += 1;
            return false;
        }
        let place = |axis: usize| whole(to.position[axis] + offset[axis]);
        let position = if offset == [0.0; 3] {
            to.position
        } else if to.kind < from.kind || to.kind != Kind::Inner {
            from.position
        } else {
            [0, 1, 2].map(place)
        };
        if self.flips(0, ends[1], from.position, position)
            || self.flips(1, ends[0], to.position, position)
        {
            self.stats[5] += 1;
            return false;
        }
        self.join(half_edge, position);
        true
    }

    /// Whether the ends of an edge share the neighbours across its faces and no others, and more
    /// than a tetrahedron is left (Dey and others, 1999).
    fn keeps_topology(&self, half_edge: HalfEdge) -> bool {
        let [from, to] = &self.rings;
        let twin = self.mesh.twin(half_edge);
        let n_faces = if twin == NONE { 1 } else { 2 };
        if from.n_common(to) != n_faces
            || from.n_neighbours + to.n_neighbours > MAX_NEIGHBOURS
            || (from.n_faces == 3 && to.n_faces == 3 && from.n_neighbours == 3 && to.n_neighbours == 3)
        {
            return false;
        }
        let is_ear = |side: HalfEdge| {
            self.mesh.twin(next(side)) == NONE && self.mesh.twin(previous(side)) == NONE
        };
        !is_ear(half_edge) && (twin == NONE || !is_ear(twin))
    }

    /// Whether a face of a ring would turn too far, if its middle moved.
    fn flips(&self, ring: usize, other: u32, old: [f32; 3], new: [f32; 3]) -> bool {
        let ring = &self.rings[ring];
        let at = |vertex: u32| self.vertices[vertex as usize].position;
        let mut right = at(ring.rim[0]);
        ring.rim[..=ring.n_faces].windows(2).any(|pair| {
            let left = at(pair[1]);
            let edge = minus(left, right);
            let [before, after] = [old, new].map(|middle| cross(edge, minus(middle, right)));
            right = left;
            let cosine = dot(before, after);
            let limit = LEAST_COSINE * LEAST_COSINE * dot(before, before) * dot(after, after);
            let turns = cosine <= 0.0 || cosine * cosine < limit;
            turns && pair[0] != other && pair[1] != other
        })
    }

    /// Takes the faces of an edge out; what was at its origin is at its target then.
    #[inline(never)]
    fn join(&mut self, half_edge: HalfEdge, position: [f32; 3]) {
        let [from, to] = [self.mesh.origin(half_edge), self.mesh.target(half_edge)];
        for index in 0..self.rings[0].n_faces {
            self.mesh.set_origin(self.rings[0].spokes[index], to);
        }
        let twin = self.mesh.twin(half_edge);
        let mut out = self.close(half_edge);
        if twin != NONE {
            let other = self.close(twin);
            out = if out == NONE { other } else { out };
        }
        self.merge(from, to, position, out);
    }

    /// Takes one face of an edge out and joins what is on its other two sides; a half-edge that
    /// leaves the edge's end then.
    fn close(&mut self, half_edge: HalfEdge) -> HalfEdge {
        let [left, right] = [next(half_edge), previous(half_edge)];
        let apex = self.mesh.origin(right);
        let [beyond_left, beyond_right] = [left, right].map(|side| self.mesh.twin(side));
        self.mesh.kill(half_edge);
        self.n_faces -= 1;
        self.mesh.set_twins(beyond_left, beyond_right);
        let out = &mut self.vertices[apex as usize].out;
        if *out == right {
            *out = beyond_left;
        }
        let [kept, spare] = if beyond_left == NONE { [beyond_right, NONE] } else { [beyond_left, beyond_right] };
        if !self.mesh.is_queued(kept) && (spare == NONE || !self.mesh.is_queued(spare)) {
            let was_queued = self.queue.push(kept, 0);
            self.mesh.set_queued(kept, was_queued);
        }
        if beyond_right != NONE { beyond_right } else { next(beyond_left) }
    }

    fn merge(&mut self, from: u32, to: u32, position: [f32; 3], out: HalfEdge) {
        let gone = self.vertices[from as usize];
        let kept = &mut self.vertices[to as usize];
        let mut quadric = gone.quadric.seen_from(minus(position, gone.position));
        quadric.add(&kept.quadric.seen_from(minus(position, kept.position)));
        if gone.kind > kept.kind {
            kept.source = gone.source;
            kept.kind = gone.kind;
        }
        kept.n_merged = kept.n_merged.wrapping_add(1);
        kept.quadric = quadric;
        kept.position = position;
        kept.out = out;
        if kept.kind != Kind::Inner {
            self.vertices[to as usize].out = self.mesh.rightmost(out);
        }
    }

    /// What is left, with vertices in order of first use.
    #[inline(never)]
    pub(super) fn into_parts(self) -> (Vec<[f32; 3]>, Vec<[u32; 3]>) {
        let mut numbers = vec![NONE; self.vertices.len()];
        let mut positions = Vec::with_capacity(self.n_faces / 2 + 2);
        let mut faces = Vec::with_capacity(self.n_faces);
        for face in (0..self.mesh.n_faces()).filter_map(|face| self.mesh.face(face)) {
            faces.push(face.map(|vertex| {
                let vertex = &self.vertices[vertex as usize];
                let number = &mut numbers[vertex.source as usize];
                if *number == NONE {
                    *number = positions.len() as u32;
                    positions.push(vertex.position.map(|value| (f64::from(value) * self.step) as f32));
                }
                *number
            }));
        }
        (positions, faces)
    }
}

fn minus(a: [f32; 3], b: [f32; 3]) -> [f32; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

/// The nearest whole number; on older processors much faster than the standard library's.
fn whole(value: f32) -> f32 {
    const FIRST_WHOLE: f32 = 8_388_608.0;
    if value.abs() >= FIRST_WHOLE {
        return value;
    }
    ((value.abs() + FIRST_WHOLE) - FIRST_WHOLE).copysign(value) + 0.0
}
