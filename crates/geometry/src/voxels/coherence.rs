//! How much a label map looks like one.
//!
//! Structures are larger than voxels, so most neighbours have the same label.
//! Intensities that were mistaken for labels differ from voxel to voxel.

use medshape_types::LabelMap;
use rayon::prelude::*;

/// The part of neighbours (pairs that share a face, at least one not background) with equal labels.
///
/// From 0 to 1; 1 for a map without labels. Real label maps of organs lie over 0.8.
pub fn coherence(map: &LabelMap) -> f64 {
    let [nx, ny, nz] = map.grid().dims();
    let layer = |z: usize| &map.voxels()[z * nx * ny..(z + 1) * nx * ny];
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
    let equal: u64 = pairs.iter().map(|pairs| pairs.equal).sum();
    let all: u64 = pairs.iter().map(|pairs| pairs.all).sum();
    if all == 0 { 1.0 } else { equal as f64 / all as f64 }
}

#[derive(Default)]
struct Pairs {
    all: u64,
    equal: u64,
}

impl Pairs {
    fn add(&mut self, here: &[u16], there: &[u16]) {
        // Counted in 32 bits so that the loop runs on whole registers.
        for (here, there) in here.chunks(1 << 16).zip(there.chunks(1 << 16)) {
            let (mut all, mut equal) = (0_u32, 0_u32);
            for (&a, &b) in here.iter().zip(there) {
                all += u32::from(a | b != 0);
                equal += u32::from((a == b) & (a != 0));
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
        assert_eq!(coherence(&map), expected);
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
