//! The area of the surface in a cell between eight voxels.

/// The triangles of marching cubes (Lorensen and Cline, 1987) in one cell of each kind: which of its
/// eight corners are inside (bit x + 2 y + 4 z), and for each triangle eight times its area seen
/// along x, y and z, in a cell of edge 1. All other cells are one of these, turned or mirrored, or the
/// complement of one.
const KINDS: [(u8, &[[u8; 3]]); 13] = [
    (0b0000_0001, &[[1, 1, 1]]),
    (0b0000_0011, &[[0, 2, 2], [0, 2, 2]]),
    (0b0000_0110, &[[1, 1, 1], [1, 1, 1]]),
    (0b0000_0111, &[[0, 0, 4], [2, 2, 2], [1, 1, 1]]),
    (0b0000_1111, &[[0, 0, 4], [0, 0, 4]]),
    (0b0001_0110, &[[1, 1, 1], [1, 1, 1], [1, 1, 1]]),
    (0b0001_0111, &[[1, 1, 1], [2, 2, 2], [2, 2, 2], [1, 1, 1]]),
    (0b0001_1000, &[[1, 1, 1], [1, 1, 1]]),
    (0b0001_1001, &[[2, 2, 0], [2, 2, 0], [1, 1, 1]]),
    (0b0001_1011, &[[1, 1, 1], [3, 3, 3], [2, 2, 0], [2, 0, 2]]),
    (0b0001_1110, &[[0, 0, 4], [1, 1, 1], [2, 2, 2], [1, 1, 1]]),
    (0b0011_1100, &[[0, 2, 2], [0, 2, 2], [0, 2, 2], [0, 2, 2]]),
    (0b0110_1001, &[[1, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1]]),
];

/// The area in mm² for each set of corners that are inside (bit x + 2 y + 4 z).
pub(super) fn areas_mm2(spacing_mm: [f64; 3]) -> [f64; 256] {
    const ORDERS: [[usize; 3]; 6] =
        [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let [x, y, z] = spacing_mm;
    let side_mm2 = [y * z, x * z, x * y];
    let mut areas = [0.0; 256];
    for (corners, triangles) in KINDS {
        for order in ORDERS {
            let area = |triangle: &[u8; 3]| {
                let seen =
                    (0..3).map(|axis| f64::from(triangle[axis]) / 8.0 * side_mm2[order[axis]]);
                seen.map(|part| part * part).sum::<f64>().sqrt()
            };
            let area: f64 = triangles.iter().map(area).sum();
            for mirrored in 0..8 {
                let turned = turned(corners, order, mirrored);
                areas[usize::from(turned)] = area;
                areas[usize::from(!turned)] = area;
            }
        }
    }
    areas
}

/// The corners after each axis went to another one, and was mirrored where `mirrored` has its bit.
fn turned(corners: u8, order: [usize; 3], mirrored: u8) -> u8 {
    let place = |corner: u8| {
        let moved = (0..3).map(|axis| (corner >> axis & 1) << order[axis]);
        moved.sum::<u8>() ^ mirrored
    };
    (0..8).filter(|corner| corners >> corner & 1 == 1).map(|corner| 1 << place(corner)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mixed_cell_has_an_area() {
        let areas = areas_mm2([1.0; 3]);
        assert_eq!((areas[0], areas[255]), (0.0, 0.0));
        assert!(areas[1..255].iter().all(|&area| area > 0.2));
        assert_eq!(areas[0b0000_1111], 1.0);
        assert!((areas[1] - 0.75_f64.sqrt() / 4.0).abs() < 1e-12);
    }

    /// `create_table_neighbour_code_to_surface_area((0.7, 1.3, 2.1))` of surface-distance 0.1, whose
    /// bits are x 4, y 2 and z 1, each counted from the other end.
    #[test]
    fn areas_are_those_of_surface_distance() {
        let areas = areas_mm2([0.7, 1.3, 2.1]);
        let weighted: f64 = (0..=255_u8)
            .map(|code| {
                let corner = |bit: u8| 7 - (bit >> 2 & 1) - 2 * (bit >> 1 & 1) - 4 * (bit & 1);
                let corners: u8 =
                    (0..8).filter(|bit| code >> bit & 1 == 1).map(|bit| 1 << corner(bit)).sum();
                areas[usize::from(corners)] * (f64::from(code) + 1.0).sqrt()
            })
            .sum();
        assert!((weighted - EXPECTED).abs() < 1e-8, "{weighted}");
    }

    /// The sum of its areas, each times the square root of its code plus one.
    const EXPECTED: f64 = 4734.113479691817;
}
