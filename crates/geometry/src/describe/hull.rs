//! Convex hull of points in space: quickhull (Barber, Dobkin and Huhdanpaa, 1996) on whole numbers,
//! so that which side of a plane a point lies on is never in doubt.

use crate::vector::{cross, dot, sub};

/// Coordinates stay below this, so that determinants fit 64 bits.
pub(super) const MAX_COORDINATE: i64 = 1 << 18;

/// The convex hull of points, as triangles.
#[derive(Debug, Clone)]
pub(super) struct Hull {
    /// The corners of the hull.
    pub(super) corners: Vec<[i64; 3]>,
    /// Faces, each three corners, counter-clockwise from outside. Several may lie in one plane.
    pub(super) faces: Vec<[u32; 3]>,
}

impl Hull {
    /// The hull, or `None` if all points lie in a plane. Expected O(n log n).
    pub(super) fn of(points: &[[i64; 3]]) -> Option<Self> {
        debug_assert!(points.iter().flatten().all(|v| v.abs() <= MAX_COORDINATE));
        let mut growing = Growing::start(points)?;
        growing.grow();
        Some(growing.finish())
    }

    /// Six times the volume.
    pub(super) fn sixfold_volume(&self) -> i128 {
        let base = self.corners[0];
        let triple = |face: &[u32; 3]| {
            let [a, b, c] = face.map(|corner| sub(self.corners[corner as usize], base));
            i128::from(dot(a, cross(b, c)))
        };
        self.faces.iter().map(triple).sum()
    }

    /// The directions of the faces, each once, brought to lowest terms, and which of them each face
    /// has. Of two opposite ones there is one.
    pub(super) fn directions(&self) -> (Vec<[i64; 3]>, Vec<usize>) {
        let of_faces: Vec<[i64; 3]> = self
            .faces
            .iter()
            .map(|face| lowest(normal(face.map(|corner| self.corners[corner as usize]))))
            .collect();
        let mut directions = of_faces.clone();
        directions.sort_unstable();
        directions.dedup();
        let place = |direction| directions.binary_search(direction).unwrap_or_default();
        let places = of_faces.iter().map(place).collect();
        (directions, places)
    }
}

/// Along the normal of a triangle, by twice its area.
fn normal([a, b, c]: [[i64; 3]; 3]) -> [i64; 3] {
    cross(sub(b, a), sub(c, a))
}

/// A direction in lowest terms; of it and its opposite always the same one.
fn lowest(direction: [i64; 3]) -> [i64; 3] {
    let divisor = direction.iter().fold(0, |divisor, &v| common_divisor(divisor, v.abs())).max(1);
    let is_positive = direction.iter().find(|&&v| v != 0).is_some_and(|&v| v > 0);
    direction.map(|v| if is_positive { v / divisor } else { -v / divisor })
}

fn common_divisor(mut a: i64, mut b: i64) -> i64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// A face of the hull of the points seen so far.
#[derive(Debug)]
struct Face {
    corners: [u32; 3],
    /// The face across the side from each corner to the next.
    neighbours: [u32; 3],
    normal: [i64; 3],
    offset: i64,
    /// Points on the outer side, each kept by one face.
    outside: Vec<u32>,
    is_gone: bool,
}

impl Face {
    fn new(points: &[[i64; 3]], corners: [u32; 3], neighbours: [u32; 3]) -> Self {
        let normal = normal(corners.map(|corner| points[corner as usize]));
        let offset = dot(normal, points[corners[0] as usize]);
        Self { corners, neighbours, normal, offset, outside: Vec::new(), is_gone: false }
    }

    /// How far outside a point lies, in units of the face.
    fn height(&self, point: [i64; 3]) -> i64 {
        dot(self.normal, point) - self.offset
    }
}

/// A side of the part of the hull that a new point does not see.
struct Rim {
    from: u32,
    to: u32,
    beyond: u32,
}

struct Growing<'a> {
    points: &'a [[i64; 3]],
    faces: Vec<Face>,
    /// The new face that begins at a point of the rim.
    by_start: Vec<u32>,
}

impl<'a> Growing<'a> {
    /// A tetrahedron of far points.
    fn start(points: &'a [[i64; 3]]) -> Option<Self> {
        let numbers = 0..points.len() as u32;
        let at = |number: u32| points[number as usize];
        let a = numbers.clone().min_by_key(|&number| at(number))?;
        let b = numbers.clone().max_by_key(|&number| (at(number), std::cmp::Reverse(number)))?;
        let from_line = |number: u32| {
            let normal = cross(sub(at(b), at(a)), sub(at(number), at(a))).map(i128::from);
            dot(normal, normal)
        };
        let c =
            numbers.clone().max_by_key(|&number| (from_line(number), std::cmp::Reverse(number)))?;
        let normal = cross(sub(at(b), at(a)), sub(at(c), at(a)));
        let from_plane = |number: u32| dot(normal, sub(at(number), at(a)));
        let d = numbers
            .clone()
            .max_by_key(|&number| (from_plane(number).abs(), std::cmp::Reverse(number)))?;
        let height = from_plane(d);
        if height == 0 {
            return None;
        }
        // The last point lies behind the first face.
        let (b, c) = if height > 0 { (c, b) } else { (b, c) };
        let faces = [
            ([a, b, c], [1, 2, 3]),
            ([b, a, d], [0, 3, 2]),
            ([c, b, d], [0, 1, 3]),
            ([a, c, d], [0, 2, 1]),
        ];
        let faces =
            faces.map(|(corners, neighbours)| Face::new(points, corners, neighbours)).into();
        let mut growing = Self { points, faces, by_start: vec![0; points.len()] };
        growing.hand_out(numbers, 0);
        Some(growing)
    }

    /// Gives each point to the first face from `first_face` on that it lies outside of, if any.
    fn hand_out(&mut self, numbers: impl Iterator<Item = u32>, first_face: usize) {
        for number in numbers {
            let point = self.points[number as usize];
            let mut faces = self.faces[first_face..].iter_mut();
            if let Some(face) = faces.find(|face| face.height(point) > 0) {
                face.outside.push(number);
            }
        }
    }

    /// Takes points in until none is outside.
    fn grow(&mut self) {
        let mut face = 0;
        while face < self.faces.len() {
            let outside = &self.faces[face].outside;
            let height = |number: &u32| self.faces[face].height(self.points[*number as usize]);
            let farthest = outside
                .iter()
                .max_by_key(|number| (height(number), std::cmp::Reverse(**number)))
                .copied();
            match farthest {
                Some(point) if !self.faces[face].is_gone => self.take_in(point, face as u32),
                _ => face += 1,
            }
        }
    }

    /// Replaces the faces that a point sees by a cone from the point to their rim.
    fn take_in(&mut self, point: u32, first: u32) {
        let (seen, rim) = self.seen_from(self.points[point as usize], first);
        let first_face = self.faces.len();
        for (number, side) in rim.iter().enumerate() {
            let corners = [side.from, side.to, point];
            self.by_start[side.from as usize] = (first_face + number) as u32;
            self.faces.push(Face::new(self.points, corners, [side.beyond, 0, 0]));
        }
        for (number, side) in rim.iter().enumerate() {
            let this = (first_face + number) as u32;
            let next = self.by_start[side.to as usize];
            self.faces[this as usize].neighbours[1] = next;
            self.faces[next as usize].neighbours[2] = this;
            let beyond = &mut self.faces[side.beyond as usize];
            for corner in 0..3 {
                if beyond.corners[corner] == side.to
                    && beyond.corners[(corner + 1) % 3] == side.from
                {
                    beyond.neighbours[corner] = this;
                }
            }
        }
        for face in seen {
            let orphans = std::mem::take(&mut self.faces[face as usize].outside);
            self.hand_out(orphans.into_iter(), first_face);
        }
    }

    /// The faces that a point sees, which are gone after this, and the rim of what it does not see.
    fn seen_from(&mut self, point: [i64; 3], first: u32) -> (Vec<u32>, Vec<Rim>) {
        let mut seen = vec![first];
        let mut rim = Vec::new();
        self.faces[first as usize].is_gone = true;
        let mut at = 0;
        while at < seen.len() {
            let Face { corners, neighbours, .. } = self.faces[seen[at] as usize];
            for corner in 0..3 {
                let beyond = neighbours[corner];
                let face = &mut self.faces[beyond as usize];
                if face.is_gone {
                    continue;
                }
                if face.height(point) > 0 {
                    face.is_gone = true;
                    seen.push(beyond);
                } else {
                    rim.push(Rim { from: corners[corner], to: corners[(corner + 1) % 3], beyond });
                }
            }
            at += 1;
        }
        (seen, rim)
    }

    fn finish(self) -> Hull {
        let mut numbers = vec![u32::MAX; self.points.len()];
        let mut corners = Vec::new();
        let mut faces = Vec::new();
        for face in self.faces.iter().filter(|face| !face.is_gone) {
            faces.push(face.corners.map(|corner| {
                let number = &mut numbers[corner as usize];
                if *number == u32::MAX {
                    *number = corners.len() as u32;
                    corners.push(self.points[corner as usize]);
                }
                *number
            }));
        }
        Hull { corners, faces }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_grid_of_points_has_the_hull_of_a_cube() {
        let points: Vec<[i64; 3]> = (0..125).map(|i| [i % 5, i / 5 % 5, i / 25]).collect();
        let hull = Hull::of(&points).unwrap();
        assert_eq!(hull.sixfold_volume(), 6 * 64);
        assert_eq!(hull.directions().0, [[0, 0, 1], [0, 1, 0], [1, 0, 0]]);
    }

    #[test]
    fn points_in_a_plane_have_no_hull() {
        let points: Vec<[i64; 3]> = (0..25).map(|i| [i % 5, i / 5, i % 5 + i / 5]).collect();
        assert!(Hull::of(&points).is_none());
        assert!(Hull::of(&[]).is_none());
    }

    proptest! {
        #[test]
        fn no_point_is_outside_and_the_hull_is_closed(
            points in prop::collection::vec(prop::array::uniform3(-6_i64..6), 4..120)
        ) {
            if let Some(hull) = Hull::of(&points) {
                for face in &hull.faces {
                    let [a, b, c] = face.map(|corner| hull.corners[corner as usize]);
                    let normal = cross(sub(b, a), sub(c, a));
                    prop_assert!(normal != [0; 3]);
                    prop_assert!(points.iter().all(|&p| dot(normal, sub(p, a)) <= 0));
                }
                prop_assert_eq!(hull.corners.len() + hull.faces.len(), hull.faces.len() * 3 / 2 + 2);
                let mut sides: Vec<[u32; 2]> =
                    hull.faces.iter().flat_map(|&[a, b, c]| [[a, b], [b, c], [c, a]]).collect();
                sides.sort_unstable();
                prop_assert!(sides.windows(2).all(|pair| pair[0] != pair[1]));
                prop_assert!(sides.iter().all(|&[a, b]| sides.binary_search(&[b, a]).is_ok()));
            }
        }
    }
}
