use medshape_geometry::phantom::skull::{self, Skull};
use medshape_learn::sparse::Voxel;
use medshape_learn::{Random, SparseGrid};
use medshape_types::{Affine, Grid};

/// The first seed of skulls that nothing is ever trained on.
pub const FIRST_TEST_SEED: u64 = 900_000;

/// A whole skull on the grid of skulls.
#[derive(Debug, Clone)]
pub struct Whole {
    /// Its voxels.
    pub bone: SparseGrid,
    grid: Grid,
}

impl Whole {
    /// The phantom skull of a seed.
    pub fn of_seed(seed: u64, resolution: usize) -> Self {
        let grid = skull::grid(resolution);
        Self { bone: voxelised(seed, &grid), grid }
    }

    /// The phantom skull of a seed, turned, moved and stretched a little; number 0 is not.
    pub fn variant(seed: u64, number: u64, resolution: usize) -> Self {
        let grid = skull::grid(resolution);
        let bone = match number {
            0 => voxelised(seed, &grid),
            _ => voxelised(seed, &bent(&grid, seed ^ number << 32)),
        };
        Self { bone, grid }
    }

    /// Where its voxels lie.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }
}

fn voxelised(seed: u64, grid: &Grid) -> SparseGrid {
    let leaves = Skull::new(seed).leaves(grid);
    let places = leaves.iter().flat_map(|leaf| leaf.voxels());
    let voxels = places.map(|place| Voxel { batch: 0, place: place.map(|at| at as u32) });
    SparseGrid::from_voxels(voxels).unwrap_or_default()
}

/// A grid that lies a little askew over the same place: about 2 degrees, 2 mm, 2 %.
fn bent(grid: &Grid, seed: u64) -> Grid {
    let random = &mut Random::new(seed);
    let mut vary = |deviation: f64| [0; 3].map(|_| deviation * random.normal().clamp(-2.0, 2.0));
    let (turn, stretch, shift_mm) = (vary(0.04), vary(0.02), vary(2.0));
    // Two columns of a small turn, made orthonormal; the third follows.
    let first = unit([1.0, turn[2], -turn[1]]);
    let second = [-turn[2], 1.0, turn[0]];
    let along = dot(first, second);
    let second = unit([0, 1, 2].map(|axis| second[axis] - along * first[axis]));
    let axes = [first, second, cross(first, second)];
    let spacing_mm = grid.spacing_mm();
    let middle = grid.dims().map(|dim| 0.5 * (dim as f64 - 1.0));
    let middle_mm = grid.world_from_voxel().apply(middle);
    let row = |axis: usize| {
        let linear = [0, 1, 2].map(|k| axes[k][axis] * spacing_mm[k] * (1.0 + stretch[k]));
        let offset = middle_mm[axis] + shift_mm[axis] - dot(linear, middle);
        [linear[0], linear[1], linear[2], offset]
    };
    let affine = Affine::from_rows([row(0), row(1), row(2)]);
    affine.and_then(|affine| Grid::new(grid.dims(), affine).ok()).unwrap_or(*grid)
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn unit(vector: [f64; 3]) -> [f64; 3] {
    let length = dot(vector, vector).sqrt();
    vector.map(|part| part / length)
}
