//! A part of a label map.

use medshape_types::{Affine, Grid, LabelIndex, LabelMap, LabelVoxels};

use super::mask::Extent;

/// The voxels of a box, where they were in the world.
pub fn cropped(map: &LabelMap, extent: &Extent) -> LabelMap {
    let grid = map.grid();
    let voxels = match map.voxels() {
        LabelVoxels::Narrow(voxels) => voxels_of(extent, voxels, grid).into(),
        LabelVoxels::Wide(voxels) => voxels_of(extent, voxels, grid).into(),
    };
    let origin_mm = grid.world_from_voxel().apply(extent.min_voxel.map(|at| at as f64));
    let grid = moved(grid, extent.dims(), origin_mm);
    LabelMap::of_voxels(grid, voxels, map.values().to_vec())
        .expect("a box of a label map has its labels, and as many voxels as its grid")
}

fn voxels_of<I: LabelIndex>(extent: &Extent, voxels: &[I], grid: &Grid) -> Vec<I> {
    let [nx, ny, nz] = extent.dims();
    let [x0, y0, z0] = extent.min_voxel;
    let mut kept = Vec::with_capacity(nx * ny * nz);
    for z in z0..z0 + nz {
        for y in y0..y0 + ny {
            let start = grid.index([x0, y, z]);
            kept.extend_from_slice(&voxels[start..start + nx]);
        }
    }
    kept
}

/// The smallest box around all labels, with a margin where the image has one; `None` if every voxel
/// is background.
pub fn content(map: &LabelMap, margin_mm: f64) -> Option<Extent> {
    let margin = map.grid().spacing_mm().map(|mm| (margin_mm / mm).max(0.0).ceil() as usize);
    Extent::of(map, |label| label != 0).map(|extent| extent.widened(margin, map.grid().dims()))
}

/// A smaller grid with the same axes.
fn moved(grid: &Grid, dims: [usize; 3], origin_mm: [f64; 3]) -> Grid {
    let mut rows = *grid.world_from_voxel().rows();
    for (row, origin_mm) in rows.iter_mut().zip(origin_mm) {
        row[3] = origin_mm;
    }
    let affine = Affine::from_rows(rows).expect("the linear part is that of an affine");
    Grid::new(dims, affine).expect("no larger than a grid with this spacing")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn voxels_stay_where_they_are_in_the_world() {
        let affine =
            Affine::from_rows([[0.5, 0.1, 0.0, -7.0], [0.0, 2.0, 0.3, 5.0], [0.1, 0.0, 1.0, 11.0]]);
        let grid = Grid::new([6, 5, 4], affine.unwrap()).unwrap();
        let mut voxels = vec![0; 120];
        voxels[grid.index([2, 1, 2])] = 1;
        voxels[grid.index([3, 3, 2])] = 2;
        let map = LabelMap::new(grid, voxels, vec![0, 4, 9]).unwrap();
        let found = cropped(&map, &content(&map, 0.0).unwrap());
        assert_eq!(found.grid().dims(), [2, 3, 1]);
        assert_eq!(found.voxels(), [1, 0, 0, 0, 0, 2]);
        let world = |map: &LabelMap, voxel: [f64; 3]| map.grid().world_from_voxel().apply(voxel);
        let (there, here) = (world(&map, [3.0, 3.0, 2.0]), world(&found, [1.0, 2.0, 0.0]));
        assert!(there.iter().zip(here).all(|(a, b)| (a - b).abs() < 1e-12));
        // One voxel of margin along z, three of x are wanted and two are there.
        assert_eq!(content(&map, 1.2).unwrap().dims(), [6, 5, 4]);
    }

    #[test]
    fn nothing_has_no_content() {
        let grid = Grid::new([2, 2, 2], Affine::IDENTITY).unwrap();
        assert_eq!(content(&LabelMap::new(grid, vec![0; 8], vec![0]).unwrap(), 5.0), None);
    }
}
