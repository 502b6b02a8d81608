//! Which faces go on into each other across an edge.

use medshape_types::Mesh;

use crate::mesh::edges::{Edges, Side};
use crate::sets::Sets;
use crate::vector::{cross, dot, scaled, sub};

/// No partner: the surface ends here.
const NONE: u32 = u32::MAX;

/// For each side of each face the side that it is joined to.
pub(super) struct Partners {
    /// By three times the face plus the corner that the side begins at.
    partner: Vec<u32>,
    /// Edges with more than two faces.
    pub(super) n_crowded_edges: usize,
    /// Edges at which a piece meets its own other side.
    pub(super) n_one_sided_edges: usize,
}

impl Partners {
    /// Joins the two faces of an edge; where there are more, those with the solid between them.
    pub(super) fn of(mesh: &Mesh) -> Self {
        let mut partners = Self {
            partner: vec![NONE; 3 * mesh.faces().len()],
            n_crowded_edges: 0,
            n_one_sided_edges: 0,
        };
        Edges::of(mesh).for_each(|edge| match edge.sides {
            [_] => {}
            [a, b] => partners.join(number(*a), number(*b)),
            sides => {
                partners.n_crowded_edges += 1;
                partners.join_around(mesh, sides);
            }
        });
        partners
    }

    fn join(&mut self, a: u32, b: u32) {
        self.partner[a as usize] = b;
        self.partner[b as usize] = a;
    }

    /// Going around the edge, joins each face behind which the solid begins with the next one, if
    /// the solid ends there: so two solids that touch along an edge come apart as two solids.
    fn join_around(&mut self, mesh: &Mesh, sides: &[Side]) {
        let at = |vertex: u32| mesh.positions()[vertex as usize].map(f64::from);
        let ends = |side: &Side| {
            let face = mesh.faces()[side.face() as usize];
            [0, 1, 2].map(|step| face[(side.corner() + step) % 3])
        };
        let [a, b, _] = ends(&sides[0]);
        let (low, high) = (a.min(b), a.max(b));
        let edge = sub(at(high), at(low));
        let length = dot(edge, edge);
        let across = |side: &Side| {
            let apex = sub(at(ends(side)[2]), at(low));
            sub(apex, scaled(edge, dot(apex, edge) / length))
        };
        let first = across(&sides[0]);
        let second = cross(edge, first);
        let root = length.sqrt();
        let mut around: Vec<(f64, u32, bool)> = sides
            .iter()
            .map(|side| {
                let w = across(side);
                (dot(w, second).atan2(dot(w, first) * root), number(*side), ends(side)[0] == low)
            })
            .collect();
        around.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for place in 0..around.len() {
            let next = (place + 1) % around.len();
            // A face that walks down the edge has the solid ahead of it, one that walks up behind.
            if !around[place].2 && around[next].2 {
                self.join(around[place].1, around[next].1);
            }
        }
    }

    /// Which faces have to turn so that joined faces wind alike. Of each piece the smaller part by
    /// area turns; sides at which a piece meets its own other side are parted.
    pub(super) fn wind_alike(&mut self, mesh: &Mesh) -> Vec<bool> {
        let n_faces = mesh.faces().len();
        let mut is_turned = vec![false; n_faces];
        let mut is_seen = vec![false; n_faces];
        for seed in 0..n_faces {
            if is_seen[seed] {
                continue;
            }
            let piece = self.reach(mesh, seed as u32, &mut is_seen, &mut is_turned);
            let (mut turned_area, mut area) = (0.0, 0.0);
            for &face in &piece {
                let [a, b, c] = mesh.faces()[face as usize]
                    .map(|vertex| mesh.positions()[vertex as usize].map(f64::from));
                let normal = cross(sub(b, a), sub(c, a));
                let own = dot(normal, normal).sqrt();
                area += own;
                turned_area += if is_turned[face as usize] { own } else { 0.0 };
            }
            if turned_area > 0.5 * area {
                piece.into_iter().for_each(|face| is_turned[face as usize] ^= true);
            }
        }
        is_turned
    }

    /// The faces of a piece, each turned as the first one needs it.
    fn reach(
        &mut self,
        mesh: &Mesh,
        seed: u32,
        is_seen: &mut [bool],
        is_turned: &mut [bool],
    ) -> Vec<u32> {
        let mut piece = vec![seed];
        is_seen[seed as usize] = true;
        let mut at = 0;
        while at < piece.len() {
            let face = piece[at];
            at += 1;
            for side in 3 * face..3 * face + 3 {
                let partner = self.partner[side as usize];
                if partner == NONE {
                    continue;
                }
                let other = partner / 3;
                // Faces that wind alike walk their common edge in opposite directions.
                let is_against = start(mesh, side) == start(mesh, partner);
                let expected = is_turned[face as usize] ^ is_against;
                if !is_seen[other as usize] {
                    is_seen[other as usize] = true;
                    is_turned[other as usize] = expected;
                    piece.push(other);
                } else if is_turned[other as usize] != expected {
                    self.partner[side as usize] = NONE;
                    self.partner[partner as usize] = NONE;
                    self.n_one_sided_edges += 1;
                }
            }
        }
        piece
    }

    /// The mesh with a vertex of its own for each fan of faces, and the face that each of its faces
    /// comes from.
    ///
    /// A fan that passes one edge twice, at both ends of it, cannot be told apart by its vertices:
    /// such edges are split in the middle, with a vertex for each pass.
    pub(super) fn apart(&self, mesh: &Mesh) -> (Mesh, Vec<u32>) {
        let (faces, mut positions) = self.fans(mesh);
        let fans = Mesh::new(positions.clone(), faces).expect("each corner has its fan's vertex");
        let middles = self.middles(&fans, &mut positions);
        let (mut faces, mut sources) = (Vec::new(), Vec::new());
        for (source, (&corners, middles)) in
            (0..).zip(fans.faces().iter().zip(middles.as_chunks().0))
        {
            let before = faces.len();
            cut(corners, *middles, &mut faces);
            sources.resize(sources.len() + faces.len() - before, source);
        }
        (Mesh::new(positions, faces).expect("middles were just added"), sources)
    }

    /// For each side the vertex in its middle, if its edge has other faces than the two joined.
    fn middles(&self, mesh: &Mesh, positions: &mut Vec<[f32; 3]>) -> Vec<u32> {
        let mut middles = vec![NONE; self.partner.len()];
        Edges::of(mesh).for_each(|edge| {
            let sides: Vec<u32> = edge.sides.iter().map(|&side| number(side)).collect();
            let is_regular = match sides[..] {
                [_] => true,
                [a, b] => self.partner[a as usize] == b,
                _ => false,
            };
            for &side in sides.iter().filter(|_| !is_regular) {
                let partner = self.partner[side as usize];
                if partner != NONE && middles[partner as usize] != NONE {
                    middles[side as usize] = middles[partner as usize];
                    continue;
                }
                let [a, b] = [side, next(side)].map(|at| positions[start(mesh, at) as usize]);
                middles[side as usize] = positions.len() as u32;
                positions.push([0, 1, 2].map(|axis| 0.5 * a[axis] + 0.5 * b[axis]));
            }
        });
        middles
    }

    /// The faces with a vertex of its own for each fan, and all positions: those of the mesh first.
    fn fans(&self, mesh: &Mesh) -> (Vec<[u32; 3]>, Vec<[f32; 3]>) {
        let mut sets = Sets::new(self.partner.len());
        for (side, &partner) in (0..).zip(&self.partner) {
            if partner != NONE {
                let ends = [side, next(side)];
                let mut others = [partner, next(partner)];
                if start(mesh, ends[0]) != start(mesh, others[0]) {
                    others.swap(0, 1);
                }
                ends.into_iter().zip(others).for_each(|(a, b)| {
                    sets.unite(a, b);
                });
            }
        }
        let mut positions = mesh.positions().to_vec();
        let mut is_taken = vec![false; positions.len()];
        let mut vertex_of = vec![0_u32; self.partner.len()];
        for corner in 0..self.partner.len() as u32 {
            let root = sets.root(corner);
            if root == corner {
                let vertex = start(mesh, corner);
                vertex_of[corner as usize] = if is_taken[vertex as usize] {
                    positions.push(mesh.positions()[vertex as usize]);
                    positions.len() as u32 - 1
                } else {
                    is_taken[vertex as usize] = true;
                    vertex
                };
            } else {
                vertex_of[corner as usize] = vertex_of[root as usize];
            }
        }
        (vertex_of.as_chunks::<3>().0.to_vec(), positions)
    }
}

/// Adds the parts of a face of which some sides have a vertex in their middle.
fn cut(corners: [u32; 3], middles: [u32; 3], faces: &mut Vec<[u32; 3]>) {
    let has = middles.map(|middle| middle != NONE);
    let n_middles = has.iter().filter(|has| **has).count();
    // Turned so that the first side has one, or with two of them, that the last has none.
    let first = match n_middles {
        0 => 0,
        2 => (0..3).find(|&at| !has[(at + 2) % 3]).unwrap_or(0),
        _ => (0..3).find(|&at| has[at]).unwrap_or(0),
    };
    let [a, b, c] = [0, 1, 2].map(|step| corners[(first + step) % 3]);
    let [ab, bc, ca] = [0, 1, 2].map(|step| middles[(first + step) % 3]);
    match n_middles {
        0 => faces.push([a, b, c]),
        1 => faces.extend([[a, ab, c], [ab, b, c]]),
        2 => faces.extend([[ab, b, bc], [a, ab, bc], [a, bc, c]]),
        _ => faces.extend([[a, ab, ca], [ab, b, bc], [bc, c, ca], [ab, bc, ca]]),
    }
}

fn number(side: Side) -> u32 {
    3 * side.face() + side.corner() as u32
}

/// The next side of the same face.
fn next(side: u32) -> u32 {
    if side % 3 == 2 { side - 2 } else { side + 1 }
}

/// The vertex that a side begins at.
fn start(mesh: &Mesh, side: u32) -> u32 {
    mesh.faces()[(side / 3) as usize][(side % 3) as usize]
}
