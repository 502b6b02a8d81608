/// A map of space that keeps straight lines straight: the upper three rows of a 4×4 matrix.
///
/// Named by what it maps, right to left: `world_from_voxel` takes voxel indices (of voxel centres)
/// to millimetres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Affine {
    // Invariant: finite, and the linear part can be inverted.
    rows: [[f64; 4]; 3],
}

impl Affine {
    /// The map that changes nothing.
    pub const IDENTITY: Self =
        Self { rows: [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]] };

    /// An affine of these rows, or `None` if it is not finite or flattens space.
    pub fn from_rows(rows: [[f64; 4]; 3]) -> Option<Self> {
        let affine = Self { rows };
        let finite = rows.iter().flatten().all(|value| value.is_finite());
        let determinant = affine.determinant();
        (finite && determinant.is_normal()).then_some(affine)
    }

    /// Axis-aligned: index times spacing plus origin, or `None` if a spacing is zero or not finite.
    pub fn from_spacing(spacing_mm: [f64; 3], origin_mm: [f64; 3]) -> Option<Self> {
        let mut rows = [[0.0; 4]; 3];
        for axis in 0..3 {
            rows[axis][axis] = spacing_mm[axis];
            rows[axis][3] = origin_mm[axis];
        }
        Self::from_rows(rows)
    }

    /// The three rows: linear part, then translation.
    pub fn rows(&self) -> &[[f64; 4]; 3] {
        &self.rows
    }

    /// Where a point goes.
    pub fn apply(&self, point: [f64; 3]) -> [f64; 3] {
        self.rows.map(|row| row[0] * point[0] + row[1] * point[1] + row[2] * point[2] + row[3])
    }

    /// Where a direction goes: the translation does not take part.
    pub fn apply_vector(&self, vector: [f64; 3]) -> [f64; 3] {
        self.rows.map(|row| row[0] * vector[0] + row[1] * vector[1] + row[2] * vector[2])
    }

    /// Column `axis` of the linear part: one step along that axis.
    pub fn axis(&self, axis: usize) -> [f64; 3] {
        self.rows.map(|row| row[axis])
    }

    /// Where the origin goes.
    pub fn translation(&self) -> [f64; 3] {
        self.axis(3)
    }

    /// Signed volume of the unit cube's image; negative for a reflection.
    pub fn determinant(&self) -> f64 {
        let [a, b, c] = self.rows;
        a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0])
            + a[2] * (b[0] * c[1] - b[1] * c[0])
    }

    /// The map back.
    pub fn inverse(&self) -> Self {
        let [a, b, c] = self.rows;
        let scale = 1.0 / self.determinant();
        let linear = [
            [b[1] * c[2] - b[2] * c[1], a[2] * c[1] - a[1] * c[2], a[1] * b[2] - a[2] * b[1]],
            [b[2] * c[0] - b[0] * c[2], a[0] * c[2] - a[2] * c[0], a[2] * b[0] - a[0] * b[2]],
            [b[0] * c[1] - b[1] * c[0], a[1] * c[0] - a[0] * c[1], a[0] * b[1] - a[1] * b[0]],
        ];
        let rows = linear.map(|row| {
            let row = row.map(|value| value * scale);
            let shift = -(row[0] * a[3] + row[1] * b[3] + row[2] * c[3]);
            [row[0], row[1], row[2], shift]
        });
        Self { rows }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oblique() -> Affine {
        Affine::from_rows([[1.2, 0.3, 0.0, -5.0], [-0.2, 0.9, 0.1, 7.0], [0.0, 0.2, -2.0, 11.0]])
            .unwrap()
    }

    #[test]
    fn inverse_takes_points_back() {
        let there = oblique().apply([3.0, -4.0, 5.0]);
        let back = oblique().inverse().apply(there);
        for (value, expected) in back.iter().zip([3.0, -4.0, 5.0]) {
            assert!((value - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn spacing_multiplies_into_the_determinant() {
        let affine = Affine::from_spacing([0.5, -2.0, 3.0], [1.0, 2.0, 3.0]).unwrap();
        assert_eq!(affine.determinant(), -3.0);
        assert_eq!(affine.apply([2.0, 1.0, 1.0]), [2.0, 0.0, 6.0]);
        assert_eq!(affine.apply_vector([2.0, 1.0, 1.0]), [1.0, -2.0, 3.0]);
    }

    #[test]
    fn flat_or_unfinished_affines_are_refused() {
        assert_eq!(Affine::from_spacing([1.0, 0.0, 1.0], [0.0; 3]), None);
        assert_eq!(Affine::from_spacing([1.0, f64::NAN, 1.0], [0.0; 3]), None);
        assert_eq!(Affine::from_spacing([1.0; 3], [f64::INFINITY, 0.0, 0.0]), None);
    }
}
