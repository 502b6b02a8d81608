//! Which corners are joined by an edge of some quad.

use super::border::{Border, Quad};

/// For each corner those at the other end of up to six edges: x low, x high, y low, ... or the number
/// of corners.
pub(crate) fn neighbours(border: &Border) -> Vec<[u32; 6]> {
    let n_corners = border.corners.len();
    let mut neighbours = vec![[n_corners as u32; 6]; n_corners];
    border.scatter(&mut neighbours, |quad, first, neighbours| {
        let [a, b, c, d] = quad.corners;
        let [up, side] = axes(border, quad);
        for (low, high, axis) in [(a, b, up), (d, c, up), (a, d, side), (b, c, side)] {
            neighbours[low as usize - first][2 * axis + 1] = high;
            neighbours[high as usize - first][2 * axis] = low;
        }
    });
    neighbours
}

/// The axes from a quad's first corner to its second and its last.
#[inline]
fn axes(border: &Border, quad: &Quad) -> [usize; 2] {
    let [a, b, _, _] = quad.corners.map(|corner| border.corners[corner as usize]);
    let up = if a[0] != b[0] { 0 } else { 1 + usize::from(a[1] == b[1]) };
    [up, if up == 2 { 0 } else { up + 1 }]
}
