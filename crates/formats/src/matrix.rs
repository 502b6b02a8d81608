//! Where a file puts its parts.

/// An affine map, row by row. It may flatten, as no [`medshape_types::Affine`] does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Matrix(pub(crate) [[f64; 4]; 3]);

impl Matrix {
    pub(crate) const IDENTITY: Self =
        Self([[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]);

    /// First `other`, then this.
    pub(crate) fn after(&self, other: &Self) -> Self {
        Self(self.0.map(|row| {
            [0, 1, 2, 3].map(|column| {
                let moved: f64 = (0..3).map(|at| row[at] * other.0[at][column]).sum();
                if column == 3 { moved + row[3] } else { moved }
            })
        }))
    }

    pub(crate) fn moved(&self, point: [f32; 3]) -> [f32; 3] {
        let [x, y, z] = point.map(f64::from);
        self.0.map(|[a, b, c, d]| (a * x + b * y + c * z + d) as f32)
    }

    /// Whether all of its numbers are such as positions have: finite, of 32 bits.
    pub(crate) fn is_finite(&self) -> bool {
        self.0.iter().flatten().all(|&value| (value as f32).is_finite())
    }

    /// Whether it turns the inside out.
    pub(crate) fn is_mirror(&self) -> bool {
        self.determinant() < 0.0
    }

    /// Whether nothing has a volume after it.
    pub(crate) fn is_flat(&self) -> bool {
        self.determinant() == 0.0
    }

    fn determinant(&self) -> f64 {
        let [a, b, c] = self.0;
        a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0])
            + a[2] * (b[0] * c[1] - b[1] * c[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_follow_one_another() {
        let scale = Matrix([[2.0, 0.0, 0.0, 0.0], [0.0, 2.0, 0.0, 0.0], [0.0, 0.0, -2.0, 0.0]]);
        let shift = Matrix([[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 0.0, 2.0], [0.0, 0.0, 1.0, 3.0]]);
        assert_eq!(scale.after(&shift).moved([1.0; 3]), [4.0, 6.0, -8.0]);
        assert_eq!(shift.after(&scale).moved([1.0; 3]), [3.0, 4.0, 1.0]);
        assert!(scale.is_mirror() && !shift.is_mirror() && !scale.after(&scale).is_mirror());
        assert!(Matrix([[0.0; 4]; 3]).is_flat() && !shift.is_flat());
        let far = Matrix([[1e30; 4]; 3]);
        assert!(far.is_finite() && !far.after(&far).is_finite());
    }
}
