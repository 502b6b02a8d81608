//! What is measured of each structure of a label map.

use std::collections::BTreeMap;

use medshape_types::LabelMap;

/// How many numbers a structure has.
pub const N: usize = 5;

/// What they are, all as natural logarithms, so that a share more is the same step for large and small.
pub const NAMES: [&str; N] = ["volume", "width", "depth", "height", "area"];

/// The numbers of a structure: its volume in ml; standard deviations of its voxels from right to left, from back to
/// front and from bottom to top in mm; the area of its voxels' outer faces in cm².
pub type Organ = [f64; N];

/// What is summed over the voxels of a label.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    n: f64,
    places: [f64; 3],
    squares: [f64; 3],
    /// Outer faces across each axis.
    faces: [f64; 3],
}

/// The structures of a label map whose axes are in the order nearest to RAS+, by the numbers of their labels; those
/// below one are background. One pass over the voxels.
pub fn organs(map: &LabelMap) -> BTreeMap<i64, Organ> {
    let (dims, spacing_mm) = (map.grid().dims(), map.grid().spacing_mm());
    let labels: Vec<u16> = map.voxels().iter().collect();
    let mut sums = vec![Sums::default(); map.n_values()];
    let strides = [1, dims[0], dims[0] * dims[1]];
    let is_structure: Vec<bool> = map.values().iter().map(|value| *value > 0).collect();
    for (index, &label) in labels.iter().enumerate() {
        if !is_structure[usize::from(label)] {
            continue;
        }
        let place = [index % dims[0], index / dims[0] % dims[1], index / strides[2]];
        let sums = &mut sums[usize::from(label)];
        sums.n += 1.0;
        for axis in 0..3 {
            let mm = place[axis] as f64 * spacing_mm[axis];
            sums.places[axis] += mm;
            sums.squares[axis] += mm * mm;
            let is_open_before = place[axis] == 0 || labels[index - strides[axis]] != label;
            let is_open_after =
                place[axis] + 1 == dims[axis] || labels[index + strides[axis]] != label;
            sums.faces[axis] += f64::from(u8::from(is_open_before) + u8::from(is_open_after));
        }
    }
    let found = sums.iter().zip(map.values()).filter(|(sums, _)| sums.n > 0.0);
    found.map(|(sums, value)| (*value, sums.organ(spacing_mm))).collect()
}

impl Sums {
    fn organ(&self, spacing_mm: [f64; 3]) -> Organ {
        let voxel_mm3: f64 = spacing_mm.iter().product();
        let spread = |axis: usize| {
            let mean = self.places[axis] / self.n;
            // That of a voxel itself, so that a single layer has one.
            let own = spacing_mm[axis].powi(2) / 12.0;
            0.5 * ((self.squares[axis] / self.n - mean * mean).max(0.0) + own).ln()
        };
        let area_mm2: f64 =
            (0..3).map(|axis| self.faces[axis] * voxel_mm3 / spacing_mm[axis]).sum();
        [
            (self.n * voxel_mm3 / 1000.0).ln(),
            spread(0),
            spread(1),
            spread(2),
            (area_mm2 / 100.0).ln(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use medshape_types::{Affine, Grid};

    /// A box of edges a has spreads a/√12, whatever the voxels are.
    #[test]
    fn a_box_has_the_volume_spreads_and_area_of_a_box() {
        let rows = [[1.0, 0.0, 0.0, 5.0], [0.0, 2.0, 0.0, 0.0], [0.0, 0.0, 4.0, 0.0]];
        let affine = Affine::from_rows(rows).expect("an affine");
        let grid = Grid::new([30, 20, 12], affine).expect("a grid");
        // 20 × 20 × 40 mm; it touches the end of the image at the top.
        let voxels = (0..30 * 20 * 12).map(|index| {
            let [x, y, z] = [index % 30, index / 30 % 20, index / 600];
            u16::from((3..23).contains(&x) && (5..15).contains(&y) && z >= 2)
        });
        let map = LabelMap::new(grid, voxels.collect(), vec![0, 7]).expect("a map");
        let found = organs(&map);
        assert_eq!(found.keys().copied().collect::<Vec<_>>(), [7]);
        let spread = |edge: f64| (edge / 12f64.sqrt()).ln();
        let area_cm2: f64 = 2.0 * (4.0 + 8.0 + 8.0);
        let expected = [16f64.ln(), spread(20.0), spread(20.0), spread(40.0), area_cm2.ln()];
        for (found, expected) in found[&7].iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        }
    }
}
