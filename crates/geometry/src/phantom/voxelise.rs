//! Solids to voxels, block by block: a block far inside or outside a surface is settled at once.

use medshape_types::{Affine, Bounds, Grid, LabelMap};
use rayon::prelude::*;

use super::Structure;
use super::build::Build;
use super::implicit::Solid;
use super::names;

/// The solids' functions rise by at most about 1/SAFETY a millimetre: so far they can be trusted.
pub(super) const SAFETY: f64 = 0.6;

/// Voxels along the sides of the first blocks; a power of two.
const BLOCK: usize = 16;

/// The label map of structures, of which earlier ones have precedence.
pub(super) fn label_map(structures: &[Structure], build: &Build, spacing_mm: f64) -> LabelMap {
    let spacing_mm = if spacing_mm.is_nan() { 3.0 } else { spacing_mm.clamp(0.8, 20.0) };
    let grid = grid(&build.shown(), spacing_mm);
    let voxels = filled(structures, build, &grid, SAFETY);
    compact(grid, voxels)
}

/// The volume of the voxels of some structures, on a grid of their own and no larger than they need.
pub(super) fn volume_ml(
    structures: &[Structure],
    build: &Build,
    names: &[&str],
    spacing_mm: f64,
) -> f64 {
    let asked = |structure: &Structure| names.contains(&structure.name.as_str());
    let boxes = structures.iter().filter(|structure| asked(structure));
    let corners = boxes.flat_map(|structure| {
        let bounds = build.world_box(structure.solid.bounds());
        [bounds.min, bounds.max]
    });
    let (Some(bounds), Some(last)) = (Bounds::around(corners), structures.iter().rposition(asked))
    else {
        return 0.0;
    };
    let grid = grid(&bounds, spacing_mm);
    let voxels = filled(&structures[..=last], build, &grid, SAFETY);
    let numbers: Vec<u16> = names.iter().filter_map(|name| names::number(name)).collect();
    let n_voxels = voxels.iter().filter(|voxel| numbers.contains(voxel)).count();
    n_voxels as f64 * grid.voxel_volume_mm3() / 1000.0
}

/// The label number of each voxel, slab by slab.
fn filled(structures: &[Structure], build: &Build, grid: &Grid, safety: f64) -> Vec<u16> {
    let solids = located(structures, build, grid);
    let [n_x, n_y, _] = grid.dims();
    let mut voxels = vec![0; grid.n_voxels()];
    voxels.par_chunks_mut(n_x * n_y * BLOCK).enumerate().for_each(|(index, voxels)| {
        let first_z = BLOCK * index;
        let n_z = voxels.len() / (n_x * n_y);
        let mut slab = Slab { grid, build, safety, first_z, n_z, voxels };
        for located in &solids {
            slab.fill(located);
        }
    });
    voxels
}

/// A solid, its label number, and the voxels that it may reach.
struct Located<'a> {
    solid: &'a Solid,
    label: u16,
    first: [usize; 3],
    end: [usize; 3],
}

fn grid(shown: &Bounds, spacing_mm: f64) -> Grid {
    let dims = shown.size().map(|size| ((size / spacing_mm).ceil() as usize).max(1));
    let affine = Affine::from_spacing([spacing_mm; 3], shown.min)
        .expect("the spacing is between 0.8 and 20 and the box is finite");
    Grid::new(dims, affine).expect("a body of 1.5 m has fewer than 2^31 voxels of 0.8 mm")
}

fn located<'a>(structures: &'a [Structure], build: &Build, grid: &Grid) -> Vec<Located<'a>> {
    let voxel_from_world = grid.world_from_voxel().inverse();
    let locate = |structure: &'a Structure| {
        let bounds = build.world_box(structure.solid.bounds());
        let (low, high) = (voxel_from_world.apply(bounds.min), voxel_from_world.apply(bounds.max));
        Some(Located {
            solid: &structure.solid,
            label: names::number(&structure.name)?,
            first: low.map(|value| value.floor().max(0.0) as usize),
            end: [0, 1, 2].map(|axis| (high[axis].max(0.0) as usize + 2).min(grid.dims()[axis])),
        })
    };
    structures.iter().filter_map(locate).collect()
}

/// Some slices of the label map in the making.
struct Slab<'a> {
    grid: &'a Grid,
    build: &'a Build,
    safety: f64,
    first_z: usize,
    n_z: usize,
    voxels: &'a mut [u16],
}

impl Slab<'_> {
    /// Marks the free voxels inside a solid.
    fn fill(&mut self, located: &Located<'_>) {
        if located.end[2] <= self.first_z || self.first_z + self.n_z <= located.first[2] {
            return;
        }
        for y in (located.first[1]..located.end[1]).step_by(BLOCK) {
            for x in (located.first[0]..located.end[0]).step_by(BLOCK) {
                self.fill_block(located, [x, y, self.first_z], BLOCK);
            }
        }
    }

    fn fill_block(&mut self, located: &Located<'_>, first: [usize; 3], side: usize) {
        if (0..3).any(|axis| first[axis] >= self.end(axis)) {
            return;
        }
        let middle = first.map(|voxel| voxel as f64 + 0.5 * (side - 1) as f64);
        let distance = self.distance(located, middle);
        let half_diagonal = 0.5 * 3.0_f64.sqrt() * (side - 1) as f64 * self.grid.spacing_mm()[0];
        let is_settled = distance.abs() * self.safety * self.build.least_scale() > half_diagonal;
        if side == 1 || is_settled {
            if distance < 0.0 {
                self.mark(located.label, first, side);
            }
            return;
        }
        let half = side / 2;
        for part in 0..8 {
            let first = [0, 1, 2].map(|axis| first[axis] + half * (part >> axis & 1));
            self.fill_block(located, first, half);
        }
    }

    fn distance(&self, located: &Located<'_>, voxel: [f64; 3]) -> f64 {
        let world = self.grid.world_from_voxel().apply(voxel);
        located.solid.distance(self.build.reference_from_world(world))
    }

    fn mark(&mut self, label: u16, first: [usize; 3], side: usize) {
        let [n_x, n_y, _] = self.grid.dims();
        let end = [0, 1, 2].map(|axis| (first[axis] + side).min(self.end(axis)));
        for z in first[2]..end[2] {
            for y in first[1]..end[1] {
                let row = n_x * (y + n_y * (z - self.first_z));
                for voxel in &mut self.voxels[row + first[0]..row + end[0]] {
                    if *voxel == 0 {
                        *voxel = label;
                    }
                }
            }
        }
    }

    fn end(&self, axis: usize) -> usize {
        if axis == 2 { self.first_z + self.n_z } else { self.grid.dims()[axis] }
    }
}

/// From label numbers to label indices of those that occur.
fn compact(grid: Grid, mut voxels: Vec<u16>) -> LabelMap {
    let mut index_of = vec![0; 1 + usize::from(u16::MAX)];
    for &voxel in &voxels {
        index_of[usize::from(voxel)] = 1;
    }
    let mut values = vec![0];
    for (number, index) in index_of.iter_mut().enumerate().skip(1) {
        if *index == 1 {
            *index = values.len() as u16;
            values.push(number as i64);
        }
    }
    index_of[0] = 0;
    for voxel in &mut voxels {
        *voxel = index_of[usize::from(*voxel)];
    }
    LabelMap::new(grid, voxels, values).expect("indices were dealt out in the order of the numbers")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phantom::{Body, person};

    #[test]
    fn settling_blocks_at_once_changes_next_to_nothing() {
        let body = Body::of(&person(5, 1));
        let (structures, build) = (body.structures(), body.build());
        let grid = grid(&build.shown(), 5.0);
        let quick = filled(structures, build, &grid, SAFETY);
        let patient = filled(structures, build, &grid, 0.15);
        let n_full = patient.iter().filter(|&&voxel| voxel != 0).count();
        let n_changed = quick.iter().zip(&patient).filter(|(a, b)| a != b).count();
        assert!(n_changed * 10_000 < n_full, "{n_changed} of {n_full}");
    }
}
