//! An order of faces that packs well.
//!
//! The index codec writes a byte for a face that shares an edge with one of the last faces and
//! whose third vertex is new or was used lately, and more for any other. So faces go in strips,
//! and a strip turns to where vertices are nearly done: few of them are needed again much later.

/// More sides than this that leave one vertex are sorted, not searched one by one.
const FEW: usize = 32;
/// What has no other side, or no face.
const NONE: u32 = u32::MAX;

/// The faces in strips, each beginning with the edge by which it is entered.
///
/// Time and memory grow with the number of faces. The result depends on the order of `faces` only.
pub(super) fn order(faces: &[[u32; 3]], n_vertices: usize) -> Vec<[u32; 3]> {
    let mut walk = Walk {
        faces,
        other_side: other_sides(faces, n_vertices),
        is_done: vec![false; faces.len()],
        n_left: faces_a_vertex(faces, n_vertices),
        order: Vec::with_capacity(faces.len()),
        passed_by: Vec::new(),
    };
    for face in 0..faces.len() as u32 {
        if !walk.is_done[face as usize] {
            walk.strips_from(3 * face);
        }
    }
    walk.order
}

/// A walk over the faces. A side is three times its face plus its number: 0 from the first corner to
/// the second, and so on.
struct Walk<'a> {
    faces: &'a [[u32; 3]],
    other_side: Vec<u32>,
    is_done: Vec<bool>,
    /// Faces of each vertex that are still to come.
    n_left: Vec<u32>,
    order: Vec<[u32; 3]>,
    /// Sides by which a strip could have gone on.
    passed_by: Vec<u32>,
}

impl Walk<'_> {
    /// All that hangs together with the face of `entry`.
    fn strips_from(&mut self, entry: u32) {
        self.strip(entry);
        while let Some(side) = self.passed_by.pop() {
            if let Some(entry) = self.beyond(side) {
                self.strip(entry);
            }
        }
    }

    /// One strip, entered by a side, until there is no way on.
    fn strip(&mut self, mut entry: u32) {
        let mut went_left = false;
        loop {
            let (face, first) = (entry / 3, entry % 3);
            let corners = self.faces[face as usize];
            let turned = [0, 1, 2].map(|n| corners[((first + n) % 3) as usize]);
            self.take(face, turned);
            // Counter-clockwise the sides after the entry are the right one and the left one.
            let right = 3 * face + (first + 1) % 3;
            let left = 3 * face + (first + 2) % 3;
            let go_left = match (self.beyond(right), self.beyond(left)) {
                (None, None) => return,
                (Some(_), None) => false,
                (None, Some(_)) => true,
                (Some(_), Some(_)) => {
                    // Stay with the vertex that has fewer faces to come, else go straight on.
                    let [at_left, at_right, _] = turned.map(|vertex| self.n_left[vertex as usize]);
                    let go_left = if at_left == at_right { !went_left } else { at_left < at_right };
                    self.passed_by.push(if go_left { right } else { left });
                    go_left
                }
            };
            went_left = go_left;
            entry = self.other_side[(if go_left { left } else { right }) as usize];
        }
    }

    fn take(&mut self, face: u32, corners: [u32; 3]) {
        self.is_done[face as usize] = true;
        for vertex in corners {
            self.n_left[vertex as usize] -= 1;
        }
        self.order.push(corners);
    }

    /// The same edge as a side of the face beyond, if that is still to come.
    fn beyond(&self, side: u32) -> Option<u32> {
        let other = self.other_side[side as usize];
        (other != NONE && !self.is_done[(other / 3) as usize]).then_some(other)
    }
}

fn faces_a_vertex(faces: &[[u32; 3]], n_vertices: usize) -> Vec<u32> {
    let mut n_faces = vec![0; n_vertices];
    for &vertex in faces.as_flattened() {
        n_faces[vertex as usize] += 1;
    }
    n_faces
}

/// For each side one that runs the other way between the same vertices, or [`NONE`].
fn other_sides(faces: &[[u32; 3]], n_vertices: usize) -> Vec<u32> {
    let mut starts = vec![0_u32; n_vertices + 1];
    for &vertex in faces.as_flattened() {
        starts[vertex as usize + 1] += 1;
    }
    for n in 1..starts.len() {
        starts[n] += starts[n - 1];
    }
    // Sides by the vertex that they leave, with the one that they go to.
    let mut leaving = vec![(0, 0); 3 * faces.len()];
    let mut free = starts.clone();
    for (from, to, side) in sides(faces) {
        let place = &mut free[from as usize];
        leaving[*place as usize] = (to, side);
        *place += 1;
    }
    for ends in starts.windows(2) {
        let leaving = &mut leaving[ends[0] as usize..ends[1] as usize];
        if leaving.len() > FEW {
            leaving.sort_unstable();
        }
    }
    let mut other_side = vec![NONE; 3 * faces.len()];
    for (from, to, side) in sides(faces).filter(|(from, to, _)| from < to) {
        let back = &leaving[starts[to as usize] as usize..starts[to as usize + 1] as usize];
        if let Some(other) = first_to(from, back) {
            other_side[side as usize] = other;
            other_side[other as usize] = side;
        }
    }
    other_side
}

/// The first of the sides that leave a vertex to go to another.
fn first_to(end: u32, leaving: &[(u32, u32)]) -> Option<u32> {
    let found = match leaving.len() > FEW {
        true => leaving.get(leaving.partition_point(|(to, _)| *to < end)),
        false => leaving.iter().find(|(to, _)| *to == end),
    };
    found.filter(|(to, _)| *to == end).map(|&(_, side)| side)
}

/// From, to and number of every side.
fn sides(faces: &[[u32; 3]]) -> impl Iterator<Item = (u32, u32, u32)> + '_ {
    faces
        .iter()
        .zip((0..).step_by(3))
        .flat_map(|(&[a, b, c], side)| [(a, b, side), (b, c, side + 1), (c, a, side + 2)])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn from_lowest(face: &[u32; 3]) -> [u32; 3] {
        let [a, b, c] = *face;
        [[a, b, c], [b, c, a], [c, a, b]].into_iter().min().unwrap_or([a, b, c])
    }

    #[test]
    fn a_band_is_one_strip() {
        let band: Vec<[u32; 3]> = (0..20)
            .flat_map(|n| [[2 * n, 2 * n + 2, 2 * n + 1], [2 * n + 2, 2 * n + 3, 2 * n + 1]])
            .collect();
        let mut scattered = band.clone();
        scattered[1..].reverse();
        let strip = order(&scattered, 42);
        let shares_an_edge = |pair: &[[u32; 3]]| {
            pair[0].iter().filter(|vertex| pair[1].contains(vertex)).count() == 2
        };
        assert_eq!(strip.len(), band.len());
        assert!(strip.windows(2).all(shares_an_edge));
    }

    #[test]
    fn sides_that_leave_a_hub_are_found_as_those_of_any_vertex() {
        let mut leaving: Vec<(u32, u32)> = (0..20 * FEW as u32).map(|n| (n * 7 % 50, n)).collect();
        leaving.sort_unstable();
        for end in 0..60 {
            let found = leaving.iter().find(|(to, _)| *to == end).map(|&(_, side)| side);
            assert_eq!(first_to(end, &leaving), found, "{end}");
        }
    }

    proptest! {
        #[test]
        fn every_face_comes_once_and_winds_as_before(
            faces in proptest::collection::vec([0_u32..12, 0_u32..12, 0_u32..12], 0..60)
        ) {
            let mut expected: Vec<_> = faces.iter().map(from_lowest).collect();
            let mut found: Vec<_> = order(&faces, 12).iter().map(from_lowest).collect();
            expected.sort_unstable();
            found.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }
}
