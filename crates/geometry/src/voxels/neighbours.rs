//! How the voxels of a label map lie beside each other: whether it looks like one, and how large
//! its surfaces will be.
//!
//! Structures are larger than voxels, so most neighbours have the same label.
//! Intensities that were mistaken for labels, and noise, differ from voxel to voxel.

use medshape_types::{LabelIndex, LabelMap, LabelVoxels};
use rayon::prelude::*;

/// Pairs of voxels that share a face and are not both background.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Neighbours {
    /// How many there are.
    pub n_pairs: u64,
    /// How many of them have one label.
    pub n_equal: u64,
}

impl Neighbours {
    /// Counts the pairs of a label map.
    pub fn of(map: &LabelMap) -> Self {
        match map.voxels() {
            LabelVoxels::Narrow(voxels) => Self::among(voxels, map.grid().dims()),
            LabelVoxels::Wide(voxels) => Self::among(voxels, map.grid().dims()),
        }
    }

    fn among<I: LabelIndex>(voxels: &[I], [nx, ny, nz]: [usize; 3]) -> Self {
        let layer = |z: usize| &voxels[z * nx * ny..(z + 1) * nx * ny];
        let pairs: Vec<Pairs> = (0..nz)
            .into_par_iter()
            .map(|z| {
                let mut pairs = Pairs::default();
                for row in layer(z).chunks_exact(nx) {
                    pairs.add(&row[..nx - 1], &row[1..]);
                }
                pairs.add(&layer(z)[..nx * (ny - 1)], &layer(z)[nx..]);
                if z + 1 < nz {
                    pairs.add(layer(z), layer(z + 1));
                }
                pairs
            })
            .collect();
        Self {
            n_pairs: pairs.iter().map(|pairs| pairs.all).sum(),
            n_equal: pairs.iter().map(|pairs| pairs.equal).sum(),
        }
    }

    /// The part of the pairs that has one label, from 0 to 1; 1 for a map without labels.
    /// Real label maps of organs lie over 0.8.
    pub fn coherence(&self) -> f64 {
        if self.n_pairs == 0 { 1.0 } else { self.n_equal as f64 / self.n_pairs as f64 }
    }

    /// Faces between voxels of different labels, the border of the image aside: each becomes two
    /// triangles of one mesh, or of two where both are structures.
    pub fn n_border_faces(&self) -> u64 {
        self.n_pairs - self.n_equal
    }
}

#[derive(Default)]
struct Pairs {
    all: u64,
    equal: u64,
}

impl Pairs {
    fn add<I: LabelIndex>(&mut self, here: &[I], there: &[I]) {
        let background = I::default();
        // Counted in 32 bits so that the loop runs on whole registers.
        for (here, there) in here.chunks(1 << 16).zip(there.chunks(1 << 16)) {
            let (mut all, mut equal) = (0_u32, 0_u32);
            for (&a, &b) in here.iter().zip(there) {
                all += u32::from(a | b != background);
                equal += u32::from((a == b) & (a != background));
            }
            self.all += u64::from(all);
            self.equal += u64::from(equal);
        }
    }
}

#[cfg(test)]
mod tests {
    use medshape_types::{Affine, Grid};

    use super::*;

    fn check(dims: [usize; 3], voxels: Vec<u16>, expected: f64) {
        let grid = Grid::new(dims, Affine::IDENTITY).unwrap();
        let map = LabelMap::new(grid, voxels, vec![0, 1, 2]).unwrap();
        assert_eq!(Neighbours::of(&map).coherence(), expected);
    }

    #[test]
    fn neighbours_along_every_axis_count_once() {
        check([3, 1, 1], vec![1, 1, 0], 0.5);
        check([1, 3, 1], vec![1, 1, 2], 0.5);
        check([1, 1, 3], vec![0, 2, 2], 0.5);
        check([2, 2, 2], vec![1; 8], 1.0);
        check([2, 2, 2], vec![0; 8], 1.0);
        check([2, 2, 1], vec![1, 2, 2, 1], 0.0);
    }
}
