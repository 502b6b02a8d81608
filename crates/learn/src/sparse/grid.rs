use std::ops::Range;
use std::sync::OnceLock;

use super::leaf::{self, LeafMask};
use super::morton;
use super::neighbours::Neighbours;

/// Coordinates of a voxel are below this.
pub const MAX_COORDINATE: u32 = 1 << 17;

/// Numbers of volumes in a batch are below this.
pub const MAX_BATCH: u32 = 1 << 12;

/// Bits of a leaf's key that hold its place; those above hold the volume's number in the batch.
const PLACE_BITS: u32 = 42;

/// A voxel: the volume of the batch that it belongs to, and its place there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Voxel {
    /// Number of the volume in the batch, below [`MAX_BATCH`].
    pub batch: u32,
    /// Voxel indices, each below [`MAX_COORDINATE`].
    pub place: [u32; 3],
}

/// The occupied voxels of a batch of volumes, in Z-order; voxel `n` of that order is row `n`.
///
/// About one byte a voxel for solid shapes.
#[derive(Debug, Clone)]
pub struct SparseGrid {
    // Invariants: keys rise; no mask is empty; offsets are the prefix sums of the masks' counts and
    // end with the number of voxels.
    keys: Vec<u64>,
    masks: Vec<LeafMask>,
    offsets: Vec<u32>,
    neighbours: OnceLock<Neighbours>,
}

impl Default for SparseGrid {
    fn default() -> Self {
        Self::from_leaves([])
    }
}

impl PartialEq for SparseGrid {
    fn eq(&self, other: &Self) -> bool {
        self.keys == other.keys && self.masks == other.masks
    }
}

impl SparseGrid {
    /// The grid of these voxels; order and repetition do not matter. `None` if a coordinate or a
    /// batch number is too large.
    pub fn from_voxels(voxels: impl IntoIterator<Item = Voxel>) -> Option<Self> {
        let mut codes = voxels.into_iter().map(code).collect::<Option<Vec<u64>>>()?;
        codes.sort_unstable();
        let mut leaves: Vec<(u64, LeafMask)> = Vec::new();
        for code in codes {
            let (key, place) = (code >> 9, (code & 511) as usize);
            if leaves.last().is_none_or(|&(last, _)| last != key) {
                leaves.push((key, [0; 8]));
            }
            if let Some((_, mask)) = leaves.last_mut() {
                mask[place / 64] |= 1 << (place % 64);
            }
        }
        Some(Self::from_leaves(leaves))
    }

    /// The grid of leaves whose keys rise; empty leaves are left out.
    pub(crate) fn from_leaves(leaves: impl IntoIterator<Item = (u64, LeafMask)>) -> Self {
        let full = leaves.into_iter().filter(|(_, mask)| leaf::count(mask) > 0);
        let (keys, masks): (Vec<u64>, Vec<LeafMask>) = full.unzip();
        debug_assert!(keys.is_sorted());
        let mut offsets = Vec::with_capacity(masks.len() + 1);
        let mut rows = 0;
        offsets.push(rows);
        for mask in &masks {
            rows += leaf::count(mask);
            offsets.push(rows);
        }
        Self { keys, masks, offsets, neighbours: OnceLock::new() }
    }

    /// How many voxels are occupied; rows of features are as many.
    pub fn n_rows(&self) -> usize {
        self.offsets.last().map_or(0, |&rows| rows as usize)
    }

    /// How many leaves of 8×8×8 voxels have any.
    pub fn n_leaves(&self) -> usize {
        self.keys.len()
    }

    /// The voxels, in the order of their rows.
    pub fn voxels(&self) -> impl Iterator<Item = Voxel> {
        self.leaves().flat_map(voxels_of)
    }

    /// The voxels of all volumes within a box, from `low` to before `end`, in the order of their rows.
    /// Leaves outside of it are passed over.
    pub fn voxels_in(&self, [low, end]: [[u32; 3]; 2]) -> impl Iterator<Item = Voxel> {
        let meets = move |key: u64| {
            let first = place_of(key).1.map(|at| at as u32 * leaf::EDGE);
            (0..3).all(|axis| first[axis] < end[axis] && first[axis] + leaf::EDGE > low[axis])
        };
        let near = self.leaves().filter(move |&(key, _)| meets(key));
        near.flat_map(voxels_of).filter(move |Voxel { place, .. }| {
            (0..3).all(|axis| (low[axis]..end[axis]).contains(&place[axis]))
        })
    }

    /// The row of a voxel, or `None` where there is none.
    pub fn row_of(&self, voxel: Voxel) -> Option<usize> {
        let code = code(voxel)?;
        let leaf = self.keys.binary_search(&(code >> 9)).ok()?;
        let place = (code & 511) as usize;
        let row = self.offsets[leaf] + leaf::rank(&self.masks[leaf], place);
        leaf::has(&self.masks[leaf], place).then_some(row as usize)
    }

    /// The rows of each volume of the batch that has any, in order.
    pub fn batches(&self) -> Vec<Range<usize>> {
        let volumes = self.keys.chunk_by(|a, b| a >> PLACE_BITS == b >> PLACE_BITS);
        let mut leaf = 0;
        let rows = volumes.map(|keys| {
            let first = self.offsets[leaf] as usize;
            leaf += keys.len();
            first..self.offsets[leaf] as usize
        });
        rows.collect()
    }

    /// Bytes that the grid takes in memory, its neighbours included if they were asked for.
    pub fn n_bytes(&self) -> usize {
        let neighbours = self.neighbours.get().map_or(0, Vec::len) * size_of::<[u32; 27]>();
        size_of_val(&*self.keys)
            + size_of_val(&*self.masks)
            + size_of_val(&*self.offsets)
            + neighbours
    }

    /// Finds the neighbours of each leaf, which the first convolution does otherwise.
    pub fn index(&self) {
        self.neighbours();
    }

    pub(crate) fn keys(&self) -> &[u64] {
        &self.keys
    }

    pub(crate) fn masks(&self) -> &[LeafMask] {
        &self.masks
    }

    /// The first row of each leaf, and the number of rows at the end.
    pub(crate) fn offsets(&self) -> &[u32] {
        &self.offsets
    }

    pub(crate) fn leaves(&self) -> impl Iterator<Item = (u64, &LeafMask)> {
        self.keys.iter().copied().zip(&self.masks)
    }

    /// For each leaf the 27 leaves around it, made when first asked for.
    pub(crate) fn neighbours(&self) -> &Neighbours {
        self.neighbours.get_or_init(|| super::neighbours::find(&self.keys))
    }
}

/// The key of the leaf at a place, counted in leaves; `None` outside of the space.
pub(crate) fn key_at(batch: u64, place: [i64; 3]) -> Option<u64> {
    let inside = place.iter().all(|c| (0..1 << (PLACE_BITS / 3)).contains(c));
    inside.then(|| batch << PLACE_BITS | morton::encode(place.map(|c| c as u32)))
}

/// Batch number and place, counted in leaves, of a key.
pub(crate) fn place_of(key: u64) -> (u64, [i64; 3]) {
    (key >> PLACE_BITS, morton::decode(key & ((1 << PLACE_BITS) - 1)).map(i64::from))
}

/// The key of a leaf of the first volume, moved into another volume of a batch.
pub(crate) fn in_batch(key: u64, number: usize) -> u64 {
    (number as u64) << PLACE_BITS | key
}

/// The key of the leaf of the next coarser level that a leaf falls into, and its octant there.
pub(crate) fn parent(key: u64) -> (u64, usize) {
    let (batch, place) = (key >> PLACE_BITS, key & ((1 << PLACE_BITS) - 1));
    (batch << PLACE_BITS | place >> 3, (place & 7) as usize)
}

/// The key of an octant of a leaf at the next finer level; `None` outside of the space.
pub(crate) fn child(key: u64, octant: usize) -> Option<u64> {
    let (batch, place) = (key >> PLACE_BITS, key & ((1 << PLACE_BITS) - 1));
    (place >> (PLACE_BITS - 3) == 0).then_some(batch << PLACE_BITS | place << 3 | octant as u64)
}

fn code(voxel: Voxel) -> Option<u64> {
    let inside = voxel.place.iter().all(|&c| c < MAX_COORDINATE) && voxel.batch < MAX_BATCH;
    let leaf = voxel.place.map(|c| i64::from(c / leaf::EDGE));
    let within = morton::encode(voxel.place.map(|c| c % leaf::EDGE));
    let key = key_at(u64::from(voxel.batch), leaf).filter(|_| inside)?;
    Some(key << 9 | within)
}

fn voxels_of((key, mask): (u64, &LeafMask)) -> impl Iterator<Item = Voxel> {
    leaf::codes(mask).map(move |code| voxel(key << 9 | code as u64))
}

fn voxel(code: u64) -> Voxel {
    let (batch, leaf) = place_of(code >> 9);
    let within = morton::decode(code & 511);
    let place = std::array::from_fn(|axis| leaf[axis] as u32 * leaf::EDGE + within[axis]);
    Voxel { batch: batch as u32, place }
}
