//! The surface of a mask by marching cubes (Lorensen and Cline, 1987), summed up without making it.
//!
//! A cell is the cube between the centres of 2×2×2 voxels. Its triangles have their corners in the
//! middles of its edges, so they depend on nothing but which of the eight voxels are inside: area
//! and volume of a mask follow from how often each of the 256 cells occurs, and where.
//!
//! How polygons of more than three corners are cut into triangles changes the area, so the table
//! cuts them as PyRadiomics does: of all ways to cut a cell, the one that gives its area and
//! volume at four odd spacings was taken. A cell and its complement have the same triangles.

use std::sync::LazyLock;

use super::bits::Bits;
use crate::vector::{cross, dot, sub};

/// How often each cell occurs in a mask, and what its triangles enclose.
#[derive(Debug, Clone)]
pub(super) struct CellSums {
    counts: [u64; 256],
    /// 48 times the volume in voxels: the sum of the triple products of all triangles, doubled
    /// coordinates, from the corner of the padded box.
    volume_48: i64,
}

impl CellSums {
    pub(super) fn of(bits: &Bits) -> Self {
        let mut sums = Self { counts: [0; 256], volume_48: 0 };
        let [_, ny, nz] = bits.dims;
        for z in 0..nz - 1 {
            for y in 0..ny - 1 {
                let rows = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(v, w)| bits.row(y + v, z + w));
                sums.add_row(rows, [y as i64, z as i64]);
            }
        }
        sums.volume_48 += (0..256).map(|c| sums.counts[c] as i64 * CELLS[c].triple).sum::<i64>();
        sums
    }

    /// Adds the cells between four rows of voxels.
    fn add_row(&mut self, rows: [&[u64]; 4], [y, z]: [i64; 2]) {
        for word in 0..rows[0].len() {
            let here = rows.map(|row| row[word]);
            let carry = |row: &[u64]| row.get(word + 1).map_or(0, |next| next << 63);
            let next = rows.map(|row| row[word] >> 1 | carry(row));
            let any = here.iter().chain(&next).fold(0, |any, word| any | word);
            let all = here.iter().chain(&next).fold(u64::MAX, |all, word| all & word);
            let mut mixed = any & !all;
            while mixed != 0 {
                let bit = mixed.trailing_zeros();
                mixed &= mixed - 1;
                let corners = |row: usize| (here[row] >> bit & 1) | (next[row] >> bit & 1) << 1;
                let cell = corners(0) | corners(1) << 2 | corners(2) << 4 | corners(3) << 6;
                let cell = (cell & 255) as usize;
                self.counts[cell] += 1;
                let at = [64 * word as i64 + i64::from(bit), y, z];
                self.volume_48 += 2 * dot(at, NORMALS[cell]);
            }
        }
    }

    /// Volume inside the triangles, in mm³.
    pub(super) fn volume_mm3(&self, spacing_mm: [f64; 3]) -> f64 {
        self.volume_48 as f64 / 48.0 * spacing_mm.iter().product::<f64>()
    }

    /// Area of the triangles, in mm².
    pub(super) fn area_mm2(&self, [dx, dy, dz]: [f64; 3]) -> f64 {
        let scale = [dy * dz, dx * dz, dx * dy];
        let area = |normal: &[i64; 3]| {
            let scaled = [0, 1, 2].map(|axis| normal[axis] as f64 * scale[axis]);
            dot(scaled, scaled).sqrt() / 8.0
        };
        let of_cell = |cell: usize| CELLS[cell].normals.iter().map(area).sum::<f64>();
        (0..256).map(|cell| self.counts[cell] as f64 * of_cell(cell)).sum()
    }
}

/// The triangles of a cell, in doubled coordinates from its first voxel.
#[derive(Debug, Default, Clone)]
struct Cell {
    /// One a triangle: twice its area, outward.
    normals: Vec<[i64; 3]>,
    /// Sum of the triple products of the triangles' corners.
    triple: i64,
}

static CELLS: LazyLock<Vec<Cell>> = LazyLock::new(|| (0..256).map(Cell::of).collect());

/// The sum of each cell's normals, close together in memory.
static NORMALS: LazyLock<[[i64; 3]; 256]> = LazyLock::new(|| {
    std::array::from_fn(|cell| {
        let normals = &CELLS[cell].normals;
        [0, 1, 2].map(|axis| normals.iter().map(|normal| normal[axis]).sum())
    })
});

impl Cell {
    fn of(cell: usize) -> Self {
        // The complement has the same triangles, turned around.
        let (row, sign) = if cell < 128 { (cell, 1) } else { (255 - cell, -1) };
        let mut triangles = Self::default();
        for triangle in TRIANGLES[row].split_whitespace() {
            let mut corners = triangle.chars().filter_map(|edge| edge.to_digit(12)).map(middle);
            let corners: [[i64; 3]; 3] =
                std::array::from_fn(|_| corners.next().unwrap_or_default());
            let normal = cross(sub(corners[1], corners[0]), sub(corners[2], corners[0]));
            triangles.normals.push(normal.map(|value| sign * value));
            triangles.triple += sign * dot(corners[0], cross(corners[1], corners[2]));
        }
        triangles
    }
}

/// The middle of an edge in doubled coordinates: 0 to 3 run along x, 4 to 7 along y, 8 to 11 along z.
fn middle(edge: u32) -> [i64; 3] {
    let (low, high) = (i64::from(2 * (edge & 1)), i64::from(edge & 2));
    match edge / 4 {
        0 => [1, low, high],
        1 => [low, 1, high],
        _ => [low, high, 1],
    }
}

/// The triangles of the cells in which the last voxel is outside. The number of a cell has a bit for
/// each voxel inside, x fastest; a triangle is three edges, counter-clockwise from outside.
const TRIANGLES: [&str; 128] = [
    "",
    "048",
    "095",
    "485 589",
    "1a4",
    "01a 0a8",
    "095 1a4",
    "1a5 5a9 89a",
    "15b",
    "048 15b",
    "091 19b",
    "148 18b 89b",
    "45b 4ba",
    "05b 0b8 8ba",
    "094 49a 9ba",
    "89b 8ba",
    "286",
    "046 062",
    "095 286",
    "296 465 569",
    "1a4 286",
    "012 1a2 2a6",
    "095 1a4 286",
    "1a5 256 295 5a6",
    "15b 286",
    "046 062 15b",
    "091 19b 286",
    "129 146 162 19b",
    "286 45b 4ba",
    "05b 062 0b6 6ba",
    "094 286 49a 9ba",
    "296 69a 9ba",
    "279",
    "048 279",
    "025 275",
    "248 274 475",
    "1a4 279",
    "01a 0a8 279",
    "025 1a4 275",
    "1a5 25a 275 2a8",
    "15b 279",
    "048 15b 279",
    "021 127 17b",
    "127 148 17b 182",
    "279 45b 4ba",
    "05b 0b8 279 8ba",
    "024 274 47b 4ba",
    "27b 2b8 8ba",
    "679 698",
    "047 079 467",
    "085 567 586",
    "465 567",
    "1a4 679 698",
    "01a 079 0a7 67a",
    "085 1a4 567 586",
    "1a5 567 5a6",
    "15b 679 698",
    "047 079 15b 467",
    "081 17b 187 678",
    "147 17b 467",
    "45b 4ba 679 698",
    "05b 067 079 0a6 0ba",
    "067 07b 086 0a4 0ba",
    "67b 6ba",
    "36a",
    "036 04a 068 0a3",
    "095 36a",
    "34a 354 368 389 395",
    "134 364",
    "013 036 068",
    "094 139 195 369 496",
    "135 365 568 589",
    "156 16a 36b 5b6",
    "036 05b 068 0b3 14a",
    "061 096 16a 36b 69b",
    "14a 368 38b 89b",
    "35b 365 456",
    "036 05b 068 0b3",
    "094 349 364 39b",
    "368 38b 89b",
    "283 38a",
    "032 04a 0a3",
    "085 253 295 35a 58a",
    "293 34a 394 495",
    "124 132 284",
    "013 032",
    "084 125 132 295",
    "125 132 295",
    "15a 253 285 35b 58a",
    "032 05b 0b3 14a",
    "081 18a 293 39b",
    "14a 293 39b",
    "283 35b 385 458",
    "032 05b 0b3",
    "084 293 39b",
    "293 39b",
    "26a 2a9 379 39a",
    "037 04a 079 0a3 268",
    "02a 0a5 26a 37a 5a7",
    "268 34a 374 475",
    "139 194 269 379 496",
    "013 037 079 268",
    "024 135 264 375",
    "135 268 375",
    "126 159 16a 192 37b",
    "059 14a 268 37b",
    "021 126 16a 37b",
    "14a 268 37b",
    "259 265 37b 456",
    "059 268 37b",
    "024 264 37b",
    "268 37b",
    "379 39a 8a9",
    "037 04a 079 0a3",
    "085 358 375 38a",
    "34a 374 475",
    "134 374 479 498",
    "013 037 079",
    "084 135 375",
    "135 375",
    "159 19a 37b 8a9",
    "059 14a 37b",
    "081 18a 37b",
    "14a 37b",
    "37b 459 498",
    "059 37b",
    "084 37b",
    "37b",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_lie_between_inside_and_outside() {
        for (cell, triangles) in TRIANGLES.iter().enumerate() {
            for edge in triangles.chars().filter_map(|edge| edge.to_digit(12)) {
                let ends = [0, 1].map(|end| {
                    let [x, y, z] = middle(edge).map(|v| (v + end) / 2);
                    cell >> (x + 2 * y + 4 * z) & 1
                });
                assert_eq!(ends[0] + ends[1], 1, "{cell} {edge}");
            }
        }
    }

    #[test]
    fn one_voxel_is_an_octahedron() {
        // Corners half a voxel from its centre.
        let sums = CellSums { counts: corner_counts(), volume_48: 8 };
        assert!((sums.area_mm2([1.0; 3]) - 3_f64.sqrt()).abs() < 1e-12);
        assert!((sums.volume_mm3([1.0; 3]) - 1.0 / 6.0).abs() < 1e-12);
    }

    fn corner_counts() -> [u64; 256] {
        std::array::from_fn(|cell| u64::from(cell.count_ones() == 1))
    }
}
