//! A mesh that loses edges, cheapest first.

use super::half_edges::{HalfEdge, HalfEdges, NONE, next, previous};
use super::quadric::Optimum;
use super::queue::{self, Queue};
use super::ring::{MAX_NEIGHBOURS, Ring};
use super::samples::{NewFace, Samples};
use super::vertex::{Kind, Vertex};
use crate::vector::{add, cross, dot, scaled, sub};

/// Cosine of the largest angle that a face may turn by at once.
const LEAST_COSINE: f32 = 0.2;
/// Edges that are looked at together, so that memory is waited for once for all of them.
const BATCH: usize = 24;
/// Levels of the queue that an edge waits after it could not go.
const WAIT: usize = 8;

/// How an edge would go.
struct Plan {
    half_edge: HalfEdge,
    /// Its two vertices, and how often each had taken in another.
    ends: [u32; 2],
    n_merged: [u16; 2],
    cost: f32,
    /// What the cost is if all planes lie one step off.
    weight: f32,
    /// In steps, not yet whole ones.
    position: [f32; 3],
}

/// The state of a simplification. An edge *collapses* when its two ends become one vertex, which
/// takes its two faces away (Hoppe and others, 1993).
pub(super) struct Collapser<'a> {
    pub(super) mesh: HalfEdges,
    pub(super) vertices: Vec<Vertex>,
    pub(super) queue: Queue,
    pub(super) n_faces: usize,
    /// Around the two ends of the edge in question.
    pub(super) rings: [Ring; 2],
    pub(super) samples: Option<Samples<'a>>,
    /// Around the vertex that the edge in question would become.
    pub(super) new_faces: Vec<NewFace>,
}

impl Collapser<'_> {
    /// Collapses edges until at most `n_faces` are left, or none can go.
    pub(super) fn run(&mut self, n_faces: usize) {
        let mut batch = Vec::with_capacity(BATCH);
        let mut plans = Vec::with_capacity(BATCH);
        while self.n_faces > n_faces && self.queue.take(&mut batch, BATCH) {
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

    /// Puts an edge into the queue if it may go.
    pub(super) fn enqueue(&mut self, half_edge: HalfEdge) {
        if let Some(plan) = self.plan(half_edge) {
            self.put_back(half_edge, queue::level(plan.cost));
        }
    }

    fn put_back(&mut self, half_edge: HalfEdge, level: usize) {
        let is_queued = self.queue.push(half_edge, level);
        self.mesh.set_queued(half_edge, is_queued);
    }

    /// How an edge would go, if its ends may become one.
    #[inline]
    fn plan(&self, half_edge: HalfEdge) -> Option<Plan> {
        let ends = [self.mesh.origin(half_edge), self.mesh.target(half_edge)];
        let [from, to] = ends.map(|vertex| &self.vertices[vertex as usize]);
        let half = scaled(sub(to.position, from.position), 0.5);
        let (optimum, position) = if (from.kind, to.kind) == (Kind::Inner, Kind::Inner) {
            let optimum = from.quadric.optimum(&to.quadric, half);
            (optimum, add(to.position, sub(optimum.offset, half)))
        } else {
            self.plan_at_border(half_edge, half)?
        };
        let Optimum { cost, weight, .. } = optimum;
        let is_far = |samples: &Samples<'_>| f64::from(cost) > f64::from(weight) * samples.limit();
        if self.samples.as_ref().is_some_and(is_far) {
            return None;
        }
        let n_merged = [from.n_merged, to.n_merged];
        Some(Plan { half_edge, ends, n_merged, cost, weight, position })
    }

    /// Borders lose vertices, but those that stay do not move.
    #[cold]
    fn plan_at_border(&self, half_edge: HalfEdge, half: [f32; 3]) -> Option<(Optimum, [f32; 3])> {
        let ends = [self.mesh.origin(half_edge), self.mesh.target(half_edge)];
        let [from, to] = ends.map(|vertex| &self.vertices[vertex as usize]);
        let may_join = from.kind == Kind::Inner
            || to.kind == Kind::Inner
            || self.mesh.twin(half_edge) == NONE
                && (from.kind, to.kind) != (Kind::Fixed, Kind::Fixed);
        if !may_join {
            return None;
        }
        let [at_from, at_to] =
            [scaled(half, -1.0), half].map(|offset| from.quadric.placed(&to.quadric, half, offset));
        let goes_to_from = from.kind > to.kind || from.kind == to.kind && at_from.cost < at_to.cost;
        Some(if goes_to_from { (at_from, from.position) } else { (at_to, to.position) })
    }

    fn carry_out(&mut self, plan: &Plan) {
        let half_edge = plan.half_edge;
        if !self.mesh.is_alive(half_edge) {
            return;
        }
        let ends = [self.mesh.origin(half_edge), self.mesh.target(half_edge)];
        let n_merged = ends.map(|vertex| self.vertices[vertex as usize].n_merged);
        let [now, then] = [self.queue.level(), queue::level(plan.cost)];
        if (ends, n_merged) != (plan.ends, plan.n_merged) {
            self.put_back(half_edge, now);
        } else if then > now {
            self.put_back(half_edge, then);
        } else if !self.collapse(plan) {
            self.wait(plan);
        }
    }

    /// An edge that could not go is looked at again later, when its neighbours may have changed.
    fn wait(&mut self, plan: &Plan) {
        let level = self.queue.level() + WAIT;
        let limit = self.samples.as_ref().map_or(f64::INFINITY, Samples::limit);
        if level <= queue::level((f64::from(plan.weight) * limit) as f32) {
            self.put_back(plan.half_edge, level);
        }
    }

    /// Makes one vertex of an edge, unless that would break the mesh; whether it did.
    fn collapse(&mut self, plan: &Plan) -> bool {
        let half_edge = plan.half_edge;
        let ends = [self.mesh.origin(half_edge), self.mesh.target(half_edge)];
        let [from, to] = ends.map(|vertex| self.vertices[vertex as usize]);
        let [from_ring, to_ring] = &mut self.rings;
        if !from_ring.fill(&self.mesh, from.out) || !to_ring.fill(&self.mesh, to.out) {
            return false;
        }
        let moves = (from.kind, to.kind) == (Kind::Inner, Kind::Inner);
        let position = if moves { plan.position.map(whole) } else { plan.position };
        if !self.keeps_topology(half_edge)
            || self.flips(0, ends[1], from.position, position)
            || self.flips(1, ends[0], to.position, position)
            || !self.stays_near(ends, position)
        {
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
        let is_ear = |side: HalfEdge| {
            self.mesh.twin(next(side)) == NONE && self.mesh.twin(previous(side)) == NONE
        };
        from.n_common_neighbours(to) == n_faces
            && from.n_faces() + to.n_faces() <= MAX_NEIGHBOURS
            && !(from.is_least() && to.is_least())
            && !is_ear(half_edge)
            && (twin == NONE || !is_ear(twin) && !self.is_pocket(half_edge, twin))
    }

    /// Whether the two faces of an edge share another edge: the one would become an ear when the other
    /// goes. Faces that lie back to back, as broken meshes have them, do.
    fn is_pocket(&self, half_edge: HalfEdge, twin: HalfEdge) -> bool {
        [next(half_edge), previous(half_edge)].into_iter().any(|side| {
            let beyond = self.mesh.twin(side);
            beyond != NONE && beyond >> 2 == twin >> 2
        })
    }

    /// Whether a face of a ring that is not at the edge would turn too far.
    fn flips(&self, ring: usize, other: u32, old: [f32; 3], new: [f32; 3]) -> bool {
        let rim = self.rings[ring].rim();
        let at = |vertex: u32| self.vertices[vertex as usize].position;
        let mut right = at(rim[0]);
        rim.windows(2).any(|pair| {
            let left = at(pair[1]);
            let edge = sub(left, right);
            let [before, after] = [old, new].map(|middle| cross(edge, sub(middle, right)));
            right = left;
            let cosine = dot(before, after);
            let limit = LEAST_COSINE * LEAST_COSINE * dot(before, before) * dot(after, after);
            let turns = cosine <= 0.0 || cosine * cosine < limit;
            turns && pair[0] != other && pair[1] != other
        })
    }

    /// Whether the samples around an edge stay near enough to the surface.
    fn stays_near(&mut self, ends: [u32; 2], position: [f32; 3]) -> bool {
        let Some(samples) = &mut self.samples else { return true };
        self.new_faces.clear();
        for (ring, other) in self.rings.iter().zip([ends[1], ends[0]]) {
            for (spoke, pair) in ring.spokes().iter().zip(ring.rim().windows(2)) {
                if pair[0] != other && pair[1] != other {
                    let [right, left] = [0, 1].map(|i| self.vertices[pair[i] as usize].position);
                    self.new_faces.push((spoke >> 2, [position, right, left]));
                }
            }
        }
        let is_old = old_faces(&self.rings, ends[0]);
        samples.stay_near(is_old, &self.new_faces)
            && samples.are_near(ends[1], position, &self.new_faces)
    }

    /// Takes the faces of an edge out; what was at its origin is at its target then.
    fn join(&mut self, half_edge: HalfEdge, position: [f32; 3]) {
        let [from, to] = [self.mesh.origin(half_edge), self.mesh.target(half_edge)];
        if let Some(samples) = &mut self.samples {
            samples.give(old_faces(&self.rings, from), to);
        }
        for &spoke in self.rings[0].spokes() {
            self.mesh.set_origin(spoke, to);
        }
        let twin = self.mesh.twin(half_edge);
        let out = self.close(half_edge);
        if twin != NONE {
            self.close(twin);
        }
        self.merge(from, to, position);
        let out = if self.vertices[to as usize].kind == Kind::Inner {
            out
        } else {
            self.mesh.rightmost(out)
        };
        self.vertices[to as usize].out = out;
    }

    /// Takes one face of an edge out and joins what is on its other two sides; a half-edge that
    /// leaves the edge's target then.
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
        let is_queued = |side| side != NONE && self.mesh.is_queued(side);
        if !is_queued(beyond_left) && !is_queued(beyond_right) {
            self.put_back(if beyond_left == NONE { beyond_right } else { beyond_left }, 0);
        }
        // Not both are borders: such faces stay.
        if beyond_right != NONE { beyond_right } else { next(beyond_left) }
    }

    fn merge(&mut self, from: u32, to: u32, position: [f32; 3]) {
        let gone = self.vertices[from as usize];
        let kept = &mut self.vertices[to as usize];
        let mut quadric = gone.quadric.seen_from(sub(position, gone.position));
        quadric.add(&kept.quadric.seen_from(sub(position, kept.position)));
        if gone.kind > kept.kind {
            kept.kind = gone.kind;
            kept.source = gone.source;
        }
        kept.quadric = quadric;
        kept.position = position;
        kept.n_merged = kept.n_merged.wrapping_add(1);
    }
}

/// The faces of two rings around an edge, each once.
fn old_faces(rings: &[Ring; 2], from: u32) -> impl Iterator<Item = u32> + '_ {
    let [first, second] = rings;
    let pairs = second.spokes().iter().zip(second.rim().windows(2));
    let others = pairs.filter(move |(_, pair)| pair[0] != from && pair[1] != from);
    first.spokes().iter().chain(others.map(|(spoke, _)| spoke)).map(|spoke| spoke >> 2)
}

/// The nearest whole number; on older processors much faster than the standard library's.
fn whole(value: f32) -> f32 {
    const FRACTIONLESS: f32 = 8_388_608.0;
    if value.abs() >= FRACTIONLESS {
        return value;
    }
    ((value.abs() + FRACTIONLESS) - FRACTIONLESS).copysign(value) + 0.0
}
