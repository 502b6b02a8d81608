use crate::Affine;

/// The largest size of a grid along one axis.
pub const MAX_DIM: usize = 4096;
/// The largest number of voxels of a grid.
pub const MAX_VOXELS: usize = 1 << 31;
/// The most times that the largest spacing of a grid is its smallest.
pub const MAX_ANISOTROPY: f64 = 1000.0;
/// The least volume of a voxel, but for rounding: that of a cube with the smallest spacing. The
/// largest spacings bound it from above.
const MIN_VOXEL_MM3: f64 = 1e-9 * (1.0 - 1e-9);

/// Where voxels lie: how many along each axis, and where in the world.
///
/// Voxels are stored x fastest. Index (0, 0, 0) is the centre of the first voxel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    // Invariant: 1..=MAX_DIM each, product at most MAX_VOXELS.
    dims: [usize; 3],
    world_from_voxel: Affine,
}

/// Why dims and an affine do not make a grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GridError {
    /// An axis has no voxel or more than [`MAX_DIM`].
    Dim,
    /// More than [`MAX_VOXELS`] voxels.
    Voxels,
    /// A spacing outside of 0.001 to 100 mm.
    Spacing,
    /// Voxels more than [`MAX_ANISOTROPY`] times as long as they are wide.
    Anisotropy,
    /// Axes so nearly parallel that a voxel has less than 1e-9 mm³.
    Flat,
}

impl std::fmt::Display for GridError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Dim => write!(f, "an axis has no voxel or more than {MAX_DIM}"),
            Self::Voxels => write!(f, "more than {MAX_VOXELS} voxels"),
            Self::Spacing => f.write_str("a voxel spacing outside of 0.001 to 100 mm"),
            Self::Anisotropy => {
                write!(f, "voxels more than {MAX_ANISOTROPY} times as long as they are wide")
            }
            Self::Flat => f.write_str("axes so nearly parallel that a voxel has hardly any volume"),
        }
    }
}

impl std::error::Error for GridError {}

impl Grid {
    /// A grid of `dims` voxels; see [`GridError`] for what is refused.
    pub fn new(dims: [usize; 3], world_from_voxel: Affine) -> Result<Self, GridError> {
        if dims.iter().any(|&dim| dim == 0 || dim > MAX_DIM) {
            return Err(GridError::Dim);
        }
        if dims.iter().product::<usize>() > MAX_VOXELS {
            return Err(GridError::Voxels);
        }
        let grid = Self { dims, world_from_voxel };
        let spacing_mm = grid.spacing_mm();
        if !spacing_mm.iter().all(|spacing| (1e-3..=100.0).contains(spacing)) {
            return Err(GridError::Spacing);
        }
        let [least, most] = [
            spacing_mm.iter().fold(f64::MAX, |a, b| a.min(*b)),
            spacing_mm.iter().fold(0.0, |a: f64, b| a.max(*b)),
        ];
        // A step of rounding is granted: single floats made the numbers.
        if most > least * MAX_ANISOTROPY * (1.0 + 1e-6) {
            return Err(GridError::Anisotropy);
        }
        if grid.voxel_volume_mm3() < MIN_VOXEL_MM3 {
            return Err(GridError::Flat);
        }
        Ok(grid)
    }

    /// Voxels along each axis.
    pub fn dims(&self) -> [usize; 3] {
        self.dims
    }

    /// From voxel indices to world millimetres.
    pub fn world_from_voxel(&self) -> &Affine {
        &self.world_from_voxel
    }

    /// How many voxels there are.
    pub fn n_voxels(&self) -> usize {
        self.dims.iter().product()
    }

    /// Place of voxel (x, y, z) in memory. Not checked against the dims.
    #[inline]
    pub fn index(&self, [x, y, z]: [usize; 3]) -> usize {
        x + self.dims[0] * (y + self.dims[1] * z)
    }

    /// Distance between neighbouring voxel centres along each axis.
    pub fn spacing_mm(&self) -> [f64; 3] {
        [0, 1, 2].map(|axis| {
            let [x, y, z] = self.world_from_voxel.axis(axis);
            (x * x + y * y + z * z).sqrt()
        })
    }

    /// Volume of one voxel.
    pub fn voxel_volume_mm3(&self) -> f64 {
        self.world_from_voxel.determinant().abs()
    }

    /// Which way each axis points, such as `RAS` or `LPS`, by its largest component.
    pub fn orientation(&self) -> String {
        const NAMES: [[char; 2]; 3] = [['R', 'L'], ['A', 'P'], ['S', 'I']];
        (0..3)
            .map(|axis| {
                let direction = self.world_from_voxel.axis(axis);
                let world = largest(direction.map(f64::abs));
                NAMES[world][usize::from(direction[world] < 0.0)]
            })
            .collect()
    }
}

fn largest(values: [f64; 3]) -> usize {
    let mut best = 0;
    for axis in 1..3 {
        if values[axis] > values[best] {
            best = axis;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(dims: [usize; 3], spacing_mm: [f64; 3], expected: Result<(), GridError>) {
        let affine = Affine::from_spacing(spacing_mm, [0.0; 3]).unwrap();
        assert_eq!(Grid::new(dims, affine).map(|_| ()), expected);
    }

    #[test]
    fn limits_hold_at_their_edges() {
        check([1, 1, MAX_DIM], [1.0; 3], Ok(()));
        check([1, 1, MAX_DIM + 1], [1.0; 3], Err(GridError::Dim));
        check([0, 1, 1], [1.0; 3], Err(GridError::Dim));
        check([2048, 1024, 1024], [1.0; 3], Ok(()));
        check([2048, 1024, 1025], [1.0; 3], Err(GridError::Voxels));
        check([1, 1, 1], [1.0, 1.0, 100.1], Err(GridError::Spacing));
        check([1, 1, 1], [1.0, 1.0, 0.0009], Err(GridError::Spacing));
        check([1, 1, 1], [0.001; 3], Ok(()));
        check([1, 1, 1], [100.0; 3], Ok(()));
        check([1, 1, 1], [0.05, 1.0, 49.9], Ok(()));
        check([1, 1, 1], [0.05, 1.0, 50.0], Ok(()));
        check([1, 1, 1], [0.05, 1.0, 50.1], Err(GridError::Anisotropy));
    }

    #[test]
    fn axes_have_to_span_a_volume() {
        let leaning = |height: f64| {
            let rows = [[1.0, 1.0, 0.0, 0.0], [0.0, height, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]];
            Grid::new([1, 1, 1], Affine::from_rows(rows).unwrap()).map(|_| ())
        };
        assert_eq!(leaning(1.1e-9), Ok(()));
        assert_eq!(leaning(1e-9), Ok(()));
        assert_eq!(leaning(0.9e-9), Err(GridError::Flat));
    }

    #[test]
    fn x_is_fastest() {
        let grid = Grid::new([3, 4, 5], Affine::IDENTITY).unwrap();
        assert_eq!(grid.index([1, 0, 0]), 1);
        assert_eq!(grid.index([0, 1, 0]), 3);
        assert_eq!(grid.index([0, 0, 1]), 12);
    }

    #[test]
    fn orientation_names_the_direction_of_rising_index() {
        let affine =
            Affine::from_rows([[0.0, -1.0, 0.0, 0.0], [0.0, 0.1, 2.0, 0.0], [-1.0, 0.0, 0.0, 0.0]]);
        let grid = Grid::new([2, 2, 2], affine.unwrap()).unwrap();
        assert_eq!(grid.orientation(), "ILA");
    }
}
