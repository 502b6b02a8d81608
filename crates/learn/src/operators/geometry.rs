use std::sync::Arc;

use super::halo;
use super::scratch::Scratch;
use super::table::Table;
use crate::rows::Source;
use crate::sparse::leaf;
use crate::{Real, SparseGrid};

/// Rows of a linear layer that are worked on at once.
const ROWS_AT_ONCE: usize = 256;

/// Which input rows meet which weights for which output rows. All but [`Table`](Self::Table) read it
/// off the bits of the grid.
#[derive(Debug, Clone)]
pub(crate) enum Geometry {
    /// Each voxel from its 3×3×3 neighbourhood on the same grid (Graham and van der Maaten, 2017).
    Submanifold(Arc<SparseGrid>),
    /// Each coarser voxel from its eight finer ones.
    Down(Finer),
    /// Each finer voxel from its coarser one.
    Up(Finer),
    /// Each row from itself.
    Each(usize),
    /// As a table of indices says: for the few layers that fit nothing else.
    Table(Arc<Table>),
}

/// The finer one of two grids, of which the coarser one is the coarsened.
#[derive(Debug, Clone)]
pub(crate) struct Finer {
    grid: Arc<SparseGrid>,
    blocks: Arc<Vec<u32>>,
}

impl Finer {
    pub(crate) fn new(grid: Arc<SparseGrid>) -> Self {
        let blocks = Arc::new(grid.block_offsets());
        Self { grid, blocks }
    }

    fn n_coarse(&self) -> usize {
        self.blocks.last().map_or(0, |&rows| rows as usize)
    }
}

impl Geometry {
    pub(crate) fn n_taps(&self) -> usize {
        match self {
            Self::Submanifold(_) => 27,
            Self::Down(_) | Self::Up(_) => 8,
            Self::Each(_) => 1,
            Self::Table(table) => table.n_taps(),
        }
    }

    pub(crate) fn n_inputs(&self) -> usize {
        match self {
            Self::Submanifold(grid) => grid.n_rows(),
            Self::Down(finer) => finer.grid.n_rows(),
            Self::Up(finer) => finer.n_coarse(),
            Self::Each(rows) => *rows,
            Self::Table(table) => table.n_inputs(),
        }
    }

    /// The geometry by which gradients go back.
    pub(crate) fn transposed(&self) -> Self {
        match self {
            Self::Submanifold(grid) => Self::Submanifold(grid.clone()),
            Self::Down(finer) => Self::Up(finer.clone()),
            Self::Up(finer) => Self::Down(finer.clone()),
            Self::Each(rows) => Self::Each(*rows),
            Self::Table(table) => Self::Table(Arc::new(table.transposed())),
        }
    }

    /// The tap of the transposed geometry that a tap becomes.
    pub(crate) fn transposed_tap(&self, tap: usize) -> usize {
        match self {
            Self::Submanifold(_) => 26 - tap,
            _ => tap,
        }
    }

    /// The first output row of each unit of work, and the number of output rows at the end.
    pub(crate) fn units(&self) -> Vec<u32> {
        match self {
            Self::Submanifold(grid) => grid.offsets().to_vec(),
            Self::Down(finer) => finer.blocks.to_vec(),
            Self::Up(finer) => finer.grid.offsets().to_vec(),
            Self::Each(rows) => every(*rows, ROWS_AT_ONCE),
            Self::Table(table) => every(table.n_outputs(), table.rows_at_once()),
        }
    }

    pub(crate) fn tile_rows(&self) -> usize {
        match self {
            Self::Submanifold(_) => halo::VOXELS,
            Self::Down(_) => leaf::VOXELS,
            Self::Up(_) => leaf::VOXELS / 8,
            Self::Each(_) => ROWS_AT_ONCE,
            Self::Table(table) => table.rows_at_once() * table.n_taps(),
        }
    }

    /// From the row of the tile that taps count from to the row of each.
    pub(crate) fn steps(&self) -> &[u32] {
        match self {
            Self::Submanifold(_) => &halo::STEPS,
            Self::Down(_) => &[0, 1, 2, 3, 4, 5, 6, 7],
            Self::Up(_) | Self::Each(_) => &[0],
            Self::Table(table) => table.steps(),
        }
    }

    /// Loads what a unit needs.
    #[inline(always)]
    pub(crate) fn load<T: Real>(
        &self,
        unit: usize,
        source: &Source<'_, T>,
        scratch: &mut Scratch<T>,
    ) {
        scratch.clear();
        match self {
            Self::Submanifold(grid) => halo::load(grid, unit, source, scratch),
            Self::Down(finer) => load_finer(finer, unit, source, scratch),
            Self::Up(finer) => load_coarser(finer, unit, source, scratch),
            Self::Each(rows) => load_each(*rows, unit, source, scratch),
            Self::Table(table) => table.load(unit, source, scratch),
        }
    }
}

/// The first row of each unit of so many rows.
fn every(n_rows: usize, rows_at_once: usize) -> Vec<u32> {
    let firsts = (0..n_rows).step_by(rows_at_once).map(|row| row as u32);
    firsts.chain([n_rows as u32]).collect()
}

/// All voxels of a leaf, where their Morton codes say; one output for each block of eight.
#[inline(always)]
fn load_finer<T: Real>(
    finer: &Finer,
    unit: usize,
    source: &Source<'_, T>,
    scratch: &mut Scratch<T>,
) {
    let mask = &finer.grid.masks()[unit];
    let first = finer.grid.offsets()[unit] as usize;
    let reader = source.reader(first);
    for (row, code) in leaf::codes(mask).enumerate() {
        reader.read(first + row, scratch.fill(code, 1));
    }
    let blocks = leaf::block_bytes(mask).enumerate().filter(|&(_, block)| block != 0);
    for (row, (block, children)) in blocks.enumerate() {
        scratch.push(8 * block, u64::from(children), row);
    }
    scratch.end_list(0, 0);
}

/// The coarser voxels of a leaf's blocks; for each of the eight children a list of those that are.
#[inline(always)]
fn load_coarser<T: Real>(
    finer: &Finer,
    unit: usize,
    source: &Source<'_, T>,
    scratch: &mut Scratch<T>,
) {
    let mask = &finer.grid.masks()[unit];
    let (first, end) = (finer.blocks[unit] as usize, finer.blocks[unit + 1] as usize);
    let reader = source.reader(first);
    for row in first..end {
        reader.read(row, scratch.fill(row - first, 1));
    }
    for child in 0..8 {
        let (first_output, mut row) = (scratch.at.len(), 0);
        let blocks = leaf::block_bytes(mask).filter(|&block| block != 0);
        for (block, children) in blocks.enumerate() {
            if children >> child & 1 == 1 {
                let before = (children & ((1 << child) - 1)).count_ones() as usize;
                scratch.push(block, 1, row + before);
            }
            row += children.count_ones() as usize;
        }
        scratch.end_list(child, first_output);
    }
}

#[inline(always)]
fn load_each<T: Real>(
    n_rows: usize,
    unit: usize,
    source: &Source<'_, T>,
    scratch: &mut Scratch<T>,
) {
    let first = unit * ROWS_AT_ONCE;
    for row in 0..ROWS_AT_ONCE.min(n_rows - first) {
        source.reader(first + row).read(first + row, scratch.fill(row, 1));
        scratch.push(row, 1, row);
    }
    scratch.end_list(0, 0);
}
