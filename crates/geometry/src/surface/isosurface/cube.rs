//! What the surface looks like in a cube, for every pattern of corners inside.

/// The edges of a cube: the axis that each follows and the corner that it leaves.
pub(super) const EDGES: [(usize, [usize; 3]); 12] = [
    (0, [0, 0, 0]),
    (0, [0, 1, 0]),
    (0, [0, 0, 1]),
    (0, [0, 1, 1]),
    (1, [0, 0, 0]),
    (1, [1, 0, 0]),
    (1, [0, 0, 1]),
    (1, [1, 0, 1]),
    (2, [0, 0, 0]),
    (2, [1, 0, 0]),
    (2, [0, 1, 0]),
    (2, [1, 1, 0]),
];

/// The corners of each side, x lowest in a corner's number, counter-clockwise from outside.
const SIDES: [[usize; 4]; 6] =
    [[0, 4, 6, 2], [1, 3, 7, 5], [0, 1, 5, 4], [2, 6, 7, 3], [0, 2, 3, 1], [4, 5, 7, 6]];

/// Triangles between edges, for each of 256 patterns.
pub(super) struct Table {
    triangles: Vec<Vec<[u8; 3]>>,
}

impl Table {
    pub(super) fn new() -> Self {
        Self { triangles: (0..256).map(triangles).collect() }
    }

    pub(super) fn triangles(&self, pattern: usize) -> &[[u8; 3]] {
        &self.triangles[pattern]
    }
}

/// The triangles of a pattern, wound outward for axes that form a right hand.
fn triangles(pattern: usize) -> Vec<[u8; 3]> {
    let mut next = successors(pattern);
    let mut triangles = Vec::new();
    for first in 0..EDGES.len() {
        let mut polygon = Vec::new();
        let mut edge = first;
        while let Some(successor) = next[edge].take() {
            polygon.push(edge);
            edge = successor;
        }
        if polygon.len() >= 3 {
            let found = cut(&polygon, &mut triangles);
            debug_assert!(found, "every polygon can be cut: a test tries them all");
        }
    }
    triangles
}

/// For each edge that the surface crosses, the edge that it goes on to.
///
/// On each side of the cube a group of neighbouring corners inside is cut off from the rest: from
/// the edge at one end of the group to the edge at its other end.
fn successors(pattern: usize) -> [Option<usize>; 12] {
    let is_inside = |corner: usize| pattern >> corner & 1 == 1;
    let mut next = [None; 12];
    for side in SIDES {
        for first in 0..4 {
            let at = |step: usize| side[(first + step) % 4];
            if is_inside(at(0)) || !is_inside(at(1)) {
                continue;
            }
            // The group begins at step 1; the first corner outside ends it.
            let end = (2..=4).find(|&step| !is_inside(at(step))).unwrap_or(4);
            let [enter, leave] = [edge(at(0), at(1)), edge(at(end - 1), at(end))];
            next[enter] = Some(leave);
        }
    }
    next
}

/// The edge between two corners.
fn edge(a: usize, b: usize) -> usize {
    let low = a & b;
    let axis = (a ^ b).trailing_zeros() as usize;
    let corner = [low & 1, low >> 1 & 1, low >> 2 & 1];
    EDGES.iter().position(|&edge| edge == (axis, corner)).unwrap_or(0)
}

/// Cuts a polygon into triangles, no cut along a side of the cube: the neighbour on that side could
/// have the same cut, and then four triangles would meet in it.
fn cut(polygon: &[usize], triangles: &mut Vec<[u8; 3]>) -> bool {
    let n = polygon.len();
    if n < 3 {
        return true;
    }
    let allowed = |a: usize, b: usize| b == a + 1 || !share_a_side(polygon[a], polygon[b]);
    for middle in 1..n - 1 {
        if allowed(0, middle) && allowed(middle, n - 1) {
            let n_before = triangles.len();
            triangles.push([0, middle, n - 1].map(|corner| polygon[corner] as u8));
            if cut(&polygon[..=middle], triangles) && cut(&polygon[middle..], triangles) {
                return true;
            }
            triangles.truncate(n_before);
        }
    }
    false
}

fn share_a_side(a: usize, b: usize) -> bool {
    let corners = |edge: usize| {
        let (axis, [x, y, z]) = EDGES[edge];
        let low = x | y << 1 | z << 2;
        [low, low | 1 << axis]
    };
    SIDES
        .iter()
        .any(|side| corners(a).iter().chain(&corners(b)).all(|corner| side.contains(corner)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_has_its_triangles() {
        for pattern in 0..256 {
            let n_crossed = EDGES.iter().enumerate().filter(|(number, _)| {
                triangles(pattern).iter().flatten().any(|&edge| usize::from(edge) == *number)
            });
            let expected = EDGES.iter().filter(|(axis, [x, y, z])| {
                let low = x | y << 1 | z << 2;
                (pattern >> low & 1) != (pattern >> (low | 1 << axis) & 1)
            });
            assert_eq!(n_crossed.count(), expected.count(), "{pattern:08b}");
        }
        assert_eq!(triangles(0b1).len(), 1);
        assert_eq!(triangles(0b1111).len(), 2);
    }
}
