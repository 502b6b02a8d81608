//! Solids to voxels, slice by slice.

use medshape_types::{Affine, Bounds, Grid, LabelMap};
use rayon::prelude::*;

use super::Structure;
use super::build::Build;
use super::implicit::Solid;
use super::names;

/// The solids' functions rise by at most about 1/SAFETY a millimetre: so far it is safe to jump.
const SAFETY: f64 = 0.5;

/// The label map of structures, of which earlier ones have precedence.
pub(super) fn label_map(structures: &[Structure], build: &Build, spacing_mm: f64) -> LabelMap {
    let spacing_mm = if spacing_mm.is_nan() { 3.0 } else { spacing_mm.clamp(0.8, 20.0) };
    let grid = grid(&build.shown(), spacing_mm);
    let solids = located(structures, build, &grid);
    let [n_x, n_y, _] = grid.dims();
    let mut voxels = vec![0; grid.n_voxels()];
    voxels.par_chunks_mut(n_x * n_y).enumerate().for_each(|(z, slice)| {
        for located in &solids {
            if located.first[2] <= z && z < located.end[2] {
                fill_slice(located, build, &grid, z, slice);
            }
        }
    });
    compact(grid, voxels)
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

/// Marks the free voxels of a slice that are inside a solid.
fn fill_slice(located: &Located<'_>, build: &Build, grid: &Grid, z: usize, slice: &mut [u16]) {
    let n_x = grid.dims()[0];
    let step_mm = grid.spacing_mm()[0] / (SAFETY * build.least_scale());
    for y in located.first[1]..located.end[1] {
        let mut x = located.first[0];
        while x < located.end[0] {
            let world = grid.world_from_voxel().apply([x as f64, y as f64, z as f64]);
            let distance = located.solid.distance(build.reference_from_world(world));
            let n_alike = ((distance.abs() / step_mm) as usize).max(1);
            let end = (x + n_alike).min(located.end[0]);
            if distance < 0.0 {
                for voxel in &mut slice[y * n_x + x..y * n_x + end] {
                    if *voxel == 0 {
                        *voxel = located.label;
                    }
                }
            }
            x = end;
        }
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
