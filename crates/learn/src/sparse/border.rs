use rayon::prelude::*;

use super::grid::{SparseGrid, key_at, place_of};
use super::leaf::{self, LeafMask};
use super::neighbours::step;

/// Voxels of a tile along an edge: a leaf and one more on either side.
const TILE: usize = 10;

/// The bits of `x` in the code of a voxel of a leaf; those of `y` and `z` are one and two places on.
const SPREAD: [usize; 8] = [0, 1, 8, 9, 64, 65, 72, 73];

/// A leaf and one voxel around it: bit `x` of `rows[z][y]`.
type Tile = [[u16; TILE]; TILE];

impl SparseGrid {
    /// The voxels on both sides of the surface: those in whose 3×3×3 neighbourhood some voxels are
    /// occupied and some are not, whether they are occupied themselves or not.
    ///
    /// What lies at negative coordinates counts as empty and is never in the answer.
    #[must_use]
    pub fn border(&self) -> Self {
        let mut keys: Vec<u64> = self.keys().iter().flat_map(|&key| around(key)).collect();
        keys.sort_unstable();
        keys.dedup();
        let leaves: Vec<(u64, LeafMask)> =
            keys.into_par_iter().map(|key| (key, mixed(&self.tile(key)))).collect();
        Self::from_leaves(leaves)
    }

    fn tile(&self, key: u64) -> Tile {
        let (batch, place) = place_of(key);
        let mut tile = [[0; TILE]; TILE];
        for neighbour in 0..27 {
            let step = step(neighbour);
            let there = std::array::from_fn(|axis| place[axis] + step[axis]);
            let found = key_at(batch, there).and_then(|key| self.keys().binary_search(&key).ok());
            if let Some(leaf) = found {
                copy(&self.masks()[leaf], step, &mut tile);
            }
        }
        tile
    }
}

/// The keys of the 27 leaves around one, itself among them.
fn around(key: u64) -> impl Iterator<Item = u64> {
    let (batch, place) = place_of(key);
    (0..27).filter_map(move |neighbour| {
        let step = step(neighbour);
        key_at(batch, std::array::from_fn(|axis| place[axis] + step[axis]))
    })
}

/// Copies what a tile has of a neighbour of its leaf.
fn copy(mask: &LeafMask, step: [i64; 3], tile: &mut Tile) {
    let [xs, ys, zs] = step.map(shared);
    for (z, to_z) in zs.clone() {
        for (y, to_y) in ys.clone() {
            for (x, to_x) in xs.clone() {
                let code = SPREAD[x] | SPREAD[y] << 1 | SPREAD[z] << 2;
                tile[to_z][to_y] |= u16::from(leaf::has(mask, code)) << to_x;
            }
        }
    }
}

/// The voxels along an axis that a neighbour shares with a tile, and where they are in the tile.
fn shared(step: i64) -> impl Iterator<Item = (usize, usize)> + Clone {
    let (from, to) = match step {
        -1 => (7..8, 0..1),
        0 => (0..8, 1..9),
        _ => (0..1, 9..10),
    };
    from.zip(to)
}

/// The voxels of the leaf in whose neighbourhood some bits of the tile are set and some are not.
fn mixed(tile: &Tile) -> LeafMask {
    let along_x =
        tile.map(|layer| layer.map(|row| [row | row << 1 | row >> 1, row & row << 1 & row >> 1]));
    let mut mask = [0; 8];
    for z in 0..8 {
        for y in 0..8 {
            let rows = along_x[z..z + 3].iter().flat_map(|layer| &layer[y..y + 3]);
            let [any, all] =
                rows.fold([0, u16::MAX], |[any, all], row| [any | row[0], all & row[1]]);
            let mut bits = (any & !all) >> 1 & 0xff;
            while bits != 0 {
                let x = bits.trailing_zeros() as usize;
                let code = SPREAD[x] | SPREAD[y] << 1 | SPREAD[z] << 2;
                mask[code / 64] |= 1 << (code % 64);
                bits &= bits - 1;
            }
        }
    }
    mask
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Random;
    use crate::sparse::Voxel;

    fn grid(places: impl IntoIterator<Item = [u32; 3]>) -> SparseGrid {
        SparseGrid::from_voxels(places.into_iter().map(|place| Voxel { batch: 0, place })).unwrap()
    }

    #[test]
    fn one_voxel_has_its_neighbourhood_as_border() {
        assert_eq!(grid([[7, 8, 16]]).border().n_rows(), 27);
        // At the corner of the space there are eight places only.
        assert_eq!(grid([[0, 0, 0]]).border().n_rows(), 8);
        assert_eq!(SparseGrid::default().border().n_rows(), 0);
    }

    #[test]
    fn a_cube_has_two_layers() {
        let side = || 5..17;
        let cube =
            grid(side().flat_map(|z| side().flat_map(move |y| side().map(move |x| [x, y, z]))));
        let border = cube.border();
        assert_eq!(border.n_rows(), 14usize.pow(3) - 10usize.pow(3));
        assert_eq!(border.intersection(&cube).n_rows(), 12usize.pow(3) - 10usize.pow(3));
    }

    #[test]
    fn chance_gives_what_looking_at_each_neighbourhood_gives() {
        let mut random = Random::new(3);
        let mut place = || [0; 3].map(|_| 1 + random.below(18) as u32);
        let shape = grid((0..3000).map(|_| place()));
        let has = |place: [i64; 3]| {
            let place = place.map(|c| u32::try_from(c).ok());
            let [Some(x), Some(y), Some(z)] = place else { return false };
            shape.row_of(Voxel { batch: 0, place: [x, y, z] }).is_some()
        };
        let side = || 0..21i64;
        let all = side().flat_map(|z| side().flat_map(move |y| side().map(move |x| [x, y, z])));
        let expected = all.filter(|place| {
            let here = (0..27).map(|n| std::array::from_fn(|axis| place[axis] + step(n)[axis]));
            let n = here.filter(|&place| has(place)).count();
            n > 0 && n < 27
        });
        assert_eq!(shape.border(), grid(expected.map(|place| place.map(|c| c as u32))));
    }
}
