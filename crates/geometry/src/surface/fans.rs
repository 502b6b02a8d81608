//! How the faces of a structure meet at a voxel corner.
//!
//! Eight voxels meet at a corner of the voxel grid, and up to twelve of their faces lie on the
//! border of a structure. Faces are joined across the six edges that leave the corner:
//!
//! ```text
//!   2 faces at an edge      4 faces at an edge: two voxels touch along it
//!     . │ A                   B │ .
//!     ──┼──   joined          ──┼──    each voxel's two faces are joined: the voxels come apart
//!     . │ A                   . │ A
//! ```
//!
//! Faces joined all around form a *fan*, a disc, and each fan has a vertex of its own.
//! So pieces that touch along an edge or at a corner only are apart (6-connected structures in a
//! 26-connected background; Lachaud and Montanvert, 2000), and no vertex or edge is pinched.

use std::sync::LazyLock;

/// The faces of a structure at a corner, for one of the 256 ways to choose its voxels.
///
/// Bit 0 of a voxel's number says whether it lies on the high side in x, bit 1 in y, bit 2 in z.
/// Face `4 * axis + rest` parts the voxels that differ along `axis`; `rest` holds the two other
/// bits, the lower axis first.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Fans {
    pub(crate) n_fans: u8,
    /// Which fan each face belongs to; 0 for faces that are not on the border.
    pub(crate) fan_of_face: [u8; 12],
    /// Edges (bit `2 * axis + side`) that one fan passes twice.
    pub(crate) passed_twice: u8,
    /// The middle of each fan's faces as seen from the corner, in voxels.
    pub(crate) direction: [[f32; 3]; 4],
}

impl Fans {
    /// The fans of a structure; `pattern` has a bit for each of its voxels.
    pub(crate) fn of(pattern: u8) -> &'static Self {
        &TABLE[usize::from(pattern)]
    }

    /// Whether one vertex at the corner will do for a structure with this pattern.
    #[inline]
    pub(crate) fn is_simple(pattern: u8) -> bool {
        SIMPLE[usize::from(pattern)]
    }
}

/// Bits of the voxels in `labels` that have `label`.
#[inline]
pub(crate) fn pattern(labels: &[u16; 8], label: u16) -> u8 {
    (0..8).fold(0, |pattern, voxel| pattern | u8::from(labels[voxel] == label) << voxel)
}

/// The face at a corner that parts voxels along `axis`, on these sides of the two other axes.
#[inline]
pub(crate) fn face_id(axis: usize, [first, second]: [bool; 2]) -> usize {
    4 * axis + usize::from(first) + 2 * usize::from(second)
}

/// The two other axes, the lower first.
pub(crate) const OTHERS: [[usize; 2]; 3] = [[1, 2], [0, 2], [0, 1]];

static SIMPLE: LazyLock<[bool; 256]> =
    LazyLock::new(|| TABLE.each_ref().map(|fans| fans.n_fans <= 1 && fans.passed_twice == 0));

static TABLE: LazyLock<[Fans; 256]> =
    LazyLock::new(|| std::array::from_fn(|pattern| fans(pattern as u8)));

fn fans(pattern: u8) -> Fans {
    let links: Vec<(usize, [usize; 2])> = (0..6).flat_map(|edge| links_at(pattern, edge)).collect();
    // Each round takes the least number of a linked face; a fan has at most twelve faces.
    let mut least: [usize; 12] = std::array::from_fn(|face| face);
    for _ in 0..12 {
        for &(_, [a, b]) in &links {
            least[a] = least[a].min(least[b]);
            least[b] = least[a];
        }
    }
    let mut fans = Fans::default();
    for first in (0..12).filter(|&face| is_border(pattern, face) && least[face] == face) {
        let members: Vec<usize> = (0..12).filter(|&face| least[face] == first).collect();
        for &face in &members {
            fans.fan_of_face[face] = fans.n_fans;
        }
        fans.direction[usize::from(fans.n_fans)] = middle(&members);
        fans.n_fans += 1;
    }
    for edge in 0..6 {
        let at_edge: Vec<_> = links.iter().filter(|link| link.0 == edge).collect();
        if let [(_, [a, _]), (_, [b, _])] = at_edge[..] {
            fans.passed_twice |= u8::from(least[*a] == least[*b]) << edge;
        }
    }
    fans
}

/// Pairs of faces that are joined across an edge.
fn links_at(pattern: u8, edge: usize) -> Vec<(usize, [usize; 2])> {
    let (axis, side) = (edge / 2, edge % 2 == 1);
    let [b, c] = OTHERS[axis];
    let around = [[false, false], [true, false], [true, true], [false, true]];
    // Face n lies between voxels n and n + 1 of the ring.
    let faces = [0, 1, 2, 3].map(|n: usize| {
        let (here, next) = (around[n], around[(n + 1) % 4]);
        let (across, along) = if here[0] == next[0] { (c, 0) } else { (b, 1) };
        let mut sides = [false; 3];
        sides[axis] = side;
        sides[if along == 0 { b } else { c }] = here[along];
        face_id(across, OTHERS[across].map(|axis| sides[axis]))
    });
    let borders: Vec<usize> = faces.into_iter().filter(|&face| is_border(pattern, face)).collect();
    match borders[..] {
        [a, b] => vec![(edge, [a, b])],
        [..] if borders.is_empty() => vec![],
        _ => (0..4)
            .filter(|&n| {
                let mut voxel = usize::from(side) << axis;
                voxel |= usize::from(around[n][0]) << b | usize::from(around[n][1]) << c;
                pattern >> voxel & 1 == 1
            })
            .map(|n| (edge, [faces[(n + 3) % 4], faces[n]]))
            .collect(),
    }
}

fn is_border(pattern: u8, face: usize) -> bool {
    let (axis, rest) = (face / 4, face % 4);
    let [b, c] = OTHERS[axis];
    let low = (rest & 1) << b | (rest >> 1) << c;
    (pattern >> low ^ pattern >> (low | 1 << axis)) & 1 == 1
}

fn middle(faces: &[usize]) -> [f32; 3] {
    let mut sum = [0.0; 3];
    for face in faces {
        let [b, c] = OTHERS[face / 4];
        sum[b] += (face & 1) as f32 - 0.5;
        sum[c] += (face >> 1 & 1) as f32 - 0.5;
    }
    sum.map(|value| value / faces.len() as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether no two voxels of the structure or of the rest touch along an edge or at the corner
    /// only (Latecki, 1997).
    fn is_well_composed(pattern: u8) -> bool {
        let at = |voxel: usize| pattern >> voxel & 1;
        let antipodal =
            (0..4).any(|voxel| [pattern, !pattern].contains(&(1 << voxel | 1 << (7 - voxel))));
        let diagonal = (0..3).any(|axis| {
            let [b, c] = OTHERS[axis].map(|other| 1 << other);
            [0, 1 << axis].into_iter().any(|low: usize| {
                let [p, q, r, s] = [low, low | b, low | c, low | b | c].map(at);
                p == s && q == r && p != q
            })
        });
        !antipodal && !diagonal
    }

    #[test]
    fn one_vertex_will_do_exactly_where_voxels_are_well_composed() {
        for pattern in 0..=255 {
            assert_eq!(Fans::is_simple(pattern), is_well_composed(pattern), "{pattern:08b}");
        }
    }

    #[test]
    fn voxels_that_touch_at_an_edge_or_corner_have_fans_of_their_own() {
        assert_eq!(Fans::of(0b0000_1001).n_fans, 2);
        assert_eq!(Fans::of(0b1000_0001).n_fans, 2);
        assert_eq!(Fans::of(0b0110_1001).n_fans, 4);
        assert_eq!(Fans::of(0b0000_0001).n_fans, 1);
    }

    #[test]
    fn fans_of_one_corner_lie_in_clearly_different_directions() {
        for pattern in 0..=255 {
            let fans = Fans::of(pattern);
            let directions = &fans.direction[..usize::from(fans.n_fans)];
            for (n, a) in directions.iter().enumerate() {
                for b in &directions[..n] {
                    let apart = (0..3).map(|axis| (a[axis] - b[axis]).abs()).fold(0.0, f32::max);
                    assert!(apart > 0.3, "{pattern:08b}: {a:?} {b:?}");
                }
            }
        }
    }
}
