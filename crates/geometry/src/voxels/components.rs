//! The pieces of each label: voxels of one label that touch.
//!
//! Works on runs of equal voxels along x, joined by union-find with the runs of the rows beside and
//! below them (He, Chao and Suzuki, 2008): all labels at once, in time that grows with the number of
//! runs once the voxels are read. Slabs of layers are joined in parallel, then with each other.

use medshape_types::{Grid, LabelMap};
use rayon::prelude::*;

use super::runs::{Run, Runs};
use crate::sets::Sets;

/// Layers whose runs one thread joins at a time; fixed, as everything that results depend on.
const LAYERS_AT_ONCE: usize = 32;

/// Which voxels touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connectivity {
    /// Voxels that share a face (6 neighbours).
    Faces,
    /// Voxels that share a face or an edge (18 neighbours).
    Edges,
    /// Voxels that share a face, an edge or a corner (26 neighbours).
    Corners,
}

impl Connectivity {
    /// How many voxels farther along x than its own a run reaches into a row beside it.
    fn reach_beside(self) -> u16 {
        u16::from(self != Self::Faces)
    }

    /// The same for rows that share but an edge with the run's, if it reaches them at all.
    fn reach_diagonal(self) -> Option<u16> {
        match self {
            Self::Faces => None,
            Self::Edges => Some(0),
            Self::Corners => Some(1),
        }
    }
}

/// One piece of a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Component {
    /// Index of its label.
    pub label: u16,
    /// Number of its voxels.
    pub n_voxels: u64,
    /// Lowest voxel index along each axis.
    pub min_voxel: [usize; 3],
    /// Highest voxel index along each axis, itself still inside.
    pub max_voxel: [usize; 3],
    /// Sum of the voxel indices along each axis.
    index_sums: [u64; 3],
}

impl Component {
    /// Mean of the voxel indices along each axis.
    pub fn centroid_voxel(&self) -> [f64; 3] {
        self.index_sums.map(|sum| sum as f64 / self.n_voxels as f64)
    }

    /// Whether a voxel lies on the outermost layer of an image of these dims.
    pub fn touches_border(&self, dims: [usize; 3]) -> bool {
        (0..3).any(|axis| self.min_voxel[axis] == 0 || self.max_voxel[axis] + 1 == dims[axis])
    }

    /// Number of voxels times the volume of one.
    pub fn volume_mm3(&self, grid: &Grid) -> f64 {
        self.n_voxels as f64 * grid.voxel_volume_mm3()
    }

    fn empty(label: u16) -> Self {
        Self {
            label,
            n_voxels: 0,
            min_voxel: [usize::MAX; 3],
            max_voxel: [0; 3],
            index_sums: [0; 3],
        }
    }

    fn add(&mut self, run: Run, [y, z]: [usize; 2]) {
        let (first, last) = (usize::from(run.start), usize::from(run.end) - 1);
        let n_voxels = run.len() as u64;
        for (axis, at) in [first, y, z].into_iter().enumerate() {
            self.min_voxel[axis] = self.min_voxel[axis].min(at);
        }
        for (axis, at) in [last, y, z].into_iter().enumerate() {
            self.max_voxel[axis] = self.max_voxel[axis].max(at);
        }
        self.n_voxels += n_voxels;
        self.index_sums[0] += (first + last) as u64 * n_voxels / 2;
        self.index_sums[1] += y as u64 * n_voxels;
        self.index_sums[2] += z as u64 * n_voxels;
    }
}

/// The pieces of all labels of a map, numbered from 0 in the order of their first voxels (x fastest).
///
/// Needs some 14 bytes a run beside the map; a map without noise has a run for each 20 to 100
/// voxels.
///
/// ```
/// use medshape_geometry::voxels::components::{Components, Connectivity};
/// use medshape_types::{Affine, Grid, LabelMap};
///
/// let grid = Grid::new([3, 2, 1], Affine::IDENTITY).unwrap();
/// let map = LabelMap::new(grid, vec![1, 0, 2, 0, 1, 2], vec![0, 10, 20]).unwrap();
/// let pieces = |connectivity| Components::of(&map, connectivity).list().len();
/// assert_eq!([pieces(Connectivity::Faces), pieces(Connectivity::Corners)], [3, 2]);
/// ```
pub struct Components {
    runs: Runs,
    /// The component of each run.
    numbers: Vec<u32>,
    list: Vec<Component>,
}

impl Components {
    /// The pieces of all labels, the background aside.
    pub fn of(map: &LabelMap, connectivity: Connectivity) -> Self {
        Self::of_runs(Runs::of(map, |label| label != 0), connectivity)
    }

    /// The pieces of the background.
    pub fn of_background(map: &LabelMap, connectivity: Connectivity) -> Self {
        Self::of_runs(Runs::of(map, |label| label == 0), connectivity)
    }

    fn of_runs(runs: Runs, connectivity: Connectivity) -> Self {
        let n_runs = runs.runs.len();
        let numbers = joined(&runs, connectivity).numbers(n_runs);
        let mut list: Vec<Component> = Vec::new();
        for (place, row) in runs.rows() {
            for (run, &number) in runs.runs[row.clone()].iter().zip(&numbers[row]) {
                if number as usize == list.len() {
                    list.push(Component::empty(run.label));
                }
                list[number as usize].add(*run, place);
            }
        }
        Self { runs, numbers, list }
    }

    /// All components, by their numbers.
    pub fn list(&self) -> &[Component] {
        &self.list
    }

    /// The number of its component plus one for each voxel, x fastest; 0 where there is none.
    pub fn volume(&self) -> Vec<u32> {
        let [nx, ny, nz] = self.runs.dims;
        let mut volume = vec![0; nx * ny * nz];
        volume.par_chunks_exact_mut(nx * ny).enumerate().for_each(|(z, layer)| {
            for (y, row) in layer.chunks_exact_mut(nx).enumerate() {
                for index in self.runs.row(y, z) {
                    row[self.runs.runs[index].voxels()].fill(self.numbers[index] + 1);
                }
            }
        });
        volume
    }

    /// The map with another label where `label_of` gives one to a component.
    ///
    /// `map` is the one that the components are of, and the labels are among its own.
    pub(crate) fn relabelled(
        &self,
        map: LabelMap,
        label_of: impl Fn(u32) -> Option<u16>,
    ) -> LabelMap {
        let (grid, mut voxels, values) = map.into_parts();
        for ([y, z], runs) in self.runs.rows() {
            let row = grid.index([0, y, z]);
            for index in runs {
                if let Some(label) = label_of(self.numbers[index]) {
                    let run = self.runs.runs[index].voxels();
                    voxels.fill(row + run.start..row + run.end, label);
                }
            }
        }
        LabelMap::of_voxels(grid, voxels, values)
            .expect("as many voxels as before, with labels as before")
    }

    /// Every run: its component, its row and its voxels in the row.
    pub(crate) fn runs(
        &self,
    ) -> impl Iterator<Item = (u32, [usize; 2], std::ops::Range<usize>)> + '_ {
        self.runs.rows().flat_map(move |(place, runs)| {
            runs.map(move |index| (self.numbers[index], place, self.runs.runs[index].voxels()))
        })
    }
}

/// The map without the pieces that are smaller than `min_volume_mm3`, and those pieces, in order.
///
/// Their voxels become background.
pub fn without_small(
    map: LabelMap,
    min_volume_mm3: f64,
    connectivity: Connectivity,
) -> (LabelMap, Vec<Component>) {
    let components = Components::of(&map, connectivity);
    let grid = *map.grid();
    without(map, &components, |_, component| component.volume_mm3(&grid) < min_volume_mm3)
}

/// The map with the largest piece of each label only, and the other pieces, in order.
///
/// Of pieces of one size the first stays.
pub fn largest_only(map: LabelMap, connectivity: Connectivity) -> (LabelMap, Vec<Component>) {
    let components = Components::of(&map, connectivity);
    let mut largest: Vec<Option<usize>> = vec![None; map.n_values()];
    for (number, component) in components.list().iter().enumerate() {
        let best = &mut largest[usize::from(component.label)];
        if best.is_none_or(|best| components.list()[best].n_voxels < component.n_voxels) {
            *best = Some(number);
        }
    }
    without(map, &components, |number, component| {
        largest[usize::from(component.label)] != Some(number)
    })
}

fn without(
    map: LabelMap,
    components: &Components,
    is_removed: impl Fn(usize, &Component) -> bool,
) -> (LabelMap, Vec<Component>) {
    let list = components.list();
    let gone: Vec<bool> = (0..list.len()).map(|number| is_removed(number, &list[number])).collect();
    let removed: Vec<Component> = list
        .iter()
        .zip(&gone)
        .filter(|(_, gone)| **gone)
        .map(|(component, _)| *component)
        .collect();
    if removed.is_empty() {
        return (map, removed);
    }
    (components.relabelled(map, |number| gone[number as usize].then_some(0)), removed)
}

/// The sets of runs that touch.
fn joined(runs: &Runs, connectivity: Connectivity) -> Sets {
    let nz = runs.dims[2];
    let starts: Vec<usize> = (0..nz).step_by(LAYERS_AT_ONCE).collect();
    let slabs: Vec<Sets> = starts
        .par_iter()
        .map(|&z| {
            let layers = z..(z + LAYERS_AT_ONCE).min(nz);
            let of_slab = runs.layers(layers.clone());
            let first = of_slab.start;
            let mut sets = Sets::new(of_slab.len());
            let mut unite = |a: usize, b: usize| {
                sets.unite((a - first) as u32, (b - first) as u32);
            };
            for above in layers {
                join_layer(runs, above, connectivity, &mut unite);
                if above > z {
                    join_layers(runs, above, connectivity, &mut unite);
                }
            }
            sets
        })
        .collect();
    let mut sets = Sets::side_by_side(slabs);
    for &z in &starts[1..] {
        join_layers(runs, z, connectivity, &mut |a, b| {
            sets.unite(a as u32, b as u32);
        });
    }
    sets
}

/// Joins the rows of a layer with each other.
fn join_layer(runs: &Runs, z: usize, by: Connectivity, unite: &mut impl FnMut(usize, usize)) {
    for y in 1..runs.dims[1] {
        touching(&runs.runs, [runs.row(y, z), runs.row(y - 1, z)], by.reach_beside(), unite);
    }
}

/// Joins the rows of layer `z` with those of the layer below.
fn join_layers(runs: &Runs, z: usize, by: Connectivity, unite: &mut impl FnMut(usize, usize)) {
    let ny = runs.dims[1];
    for y in 0..ny {
        touching(&runs.runs, [runs.row(y, z), runs.row(y, z - 1)], by.reach_beside(), unite);
        if let Some(reach) = by.reach_diagonal() {
            if y > 0 {
                touching(&runs.runs, [runs.row(y, z), runs.row(y - 1, z - 1)], reach, unite);
            }
            if y + 1 < ny {
                touching(&runs.runs, [runs.row(y, z), runs.row(y + 1, z - 1)], reach, unite);
            }
        }
    }
}

/// Calls `pair` for every two runs of two rows that have one label and lie over each other, or as
/// much beside each other as `reach` says (0 or 1).
fn touching(
    runs: &[Run],
    [mut row, mut other_row]: [std::ops::Range<usize>; 2],
    reach: u16,
    pair: &mut impl FnMut(usize, usize),
) {
    while !row.is_empty() && !other_row.is_empty() {
        let (run, other) = (runs[row.start], runs[other_row.start]);
        if run.start < other.end + reach
            && other.start < run.end + reach
            && run.label == other.label
        {
            pair(row.start, other_row.start);
        }
        // Where both end together, each may still reach what follows the other.
        if run.end == other.end && reach > 0 && other_row.len() > 1 {
            let next = runs[other_row.start + 1];
            if next.start == run.end && next.label == run.label {
                pair(row.start, other_row.start + 1);
            }
        }
        if run.end <= other.end {
            row.start += 1;
        } else {
            other_row.start += 1;
        }
    }
}

#[cfg(test)]
mod tests;
