//! Cavities: background that no path of voxels joins with the outside.

use medshape_types::{Grid, LabelIndex, LabelMap, LabelVoxels};

use super::components::{Component, Components, Connectivity};

/// A cavity that was filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cavity {
    /// Where it was and how large; its label is that of the background, 0.
    pub component: Component,
    /// Index of the label that fills it now.
    pub filled_with: u16,
}

/// The map with cavities filled that are no larger than `max_volume_mm3`, and those cavities, in order.
///
/// Voxels of a cavity join through faces, as in SciPy's `binary_fill_holes`; what reaches the border of
/// the image is outside. Each cavity is filled with the label that has most of the faces around it (of
/// equals, the one with the lowest index), so labels that lie within others stay as they are.
///
/// ```
/// use medshape_geometry::voxels::cavities::filled;
/// use medshape_types::{Affine, Grid, LabelMap};
///
/// let mut voxels = vec![1; 27];
/// voxels[13] = 0;
/// let map = LabelMap::new(Grid::new([3, 3, 3], Affine::IDENTITY).unwrap(), voxels, vec![0, 1]);
/// let (map, cavities) = filled(map.unwrap(), f64::INFINITY);
/// assert_eq!((map.counts()[1], cavities.len()), (27, 1));
/// ```
pub fn filled(map: LabelMap, max_volume_mm3: f64) -> (LabelMap, Vec<Cavity>) {
    let components = Components::of_background(&map, Connectivity::Faces);
    let (dims, grid) = (map.grid().dims(), *map.grid());
    let is_cavity = |component: &Component| {
        !component.touches_border(dims) && component.volume_mm3(&grid) <= max_volume_mm3
    };
    let mut fill: Vec<Option<u16>> = vec![None; components.list().len()];
    let mut cavities = Vec::new();
    let wanted: Vec<bool> = components.list().iter().map(is_cavity).collect();
    if !wanted.contains(&true) {
        return (map, cavities);
    }
    let around = match map.voxels() {
        LabelVoxels::Narrow(voxels) => labels_around(voxels, map.grid(), &components, &wanted),
        LabelVoxels::Wide(voxels) => labels_around(voxels, map.grid(), &components, &wanted),
    };
    for (number, component) in components.list().iter().enumerate() {
        if let Some(label) = most_frequent(&around[number]) {
            fill[number] = Some(label);
            cavities.push(Cavity { component: *component, filled_with: label });
        }
    }
    (components.relabelled(map, |number| fill[number as usize]), cavities)
}

/// For each wanted component, the labels of the voxels that share a face with it, one a face, and how
/// often each occurs. Wanted components do not touch the border.
fn labels_around<I: LabelIndex>(
    voxels: &[I],
    grid: &Grid,
    components: &Components,
    wanted: &[bool],
) -> Vec<Vec<(u16, u64)>> {
    let [nx, ny, _] = grid.dims();
    let mut around = vec![Vec::new(); wanted.len()];
    for (number, [y, z], run) in components.runs() {
        if !wanted[number as usize] {
            continue;
        }
        let around = &mut around[number as usize];
        let row = grid.index([0, y, z]);
        count(voxels[row + run.start - 1].index(), around);
        count(voxels[row + run.end].index(), around);
        for beside in [row - nx, row + nx, row - nx * ny, row + nx * ny] {
            for label in &voxels[beside + run.start..beside + run.end] {
                count(label.index(), around);
            }
        }
    }
    around
}

fn count(label: u16, around: &mut Vec<(u16, u64)>) {
    match around.iter_mut().find(|(other, _)| *other == label) {
        Some((_, n_faces)) => *n_faces += 1,
        None if label != 0 => around.push((label, 1)),
        None => {}
    }
}

fn most_frequent(around: &[(u16, u64)]) -> Option<u16> {
    let best = around.iter().max_by_key(|(label, n_faces)| (*n_faces, std::cmp::Reverse(*label)));
    best.map(|(label, _)| *label)
}

#[cfg(test)]
mod tests {
    use medshape_types::Affine;

    use super::*;

    /// A box of label 1 with three cavities: of one voxel, of two voxels with label 2 beside them, and a
    /// notch that is open to the outside.
    fn body() -> LabelMap {
        let affine = Affine::from_spacing([2.0, 1.0, 1.0], [0.0; 3]).unwrap();
        let grid = Grid::new([9, 5, 5], affine).unwrap();
        let mut voxels = vec![0; 225];
        for (index, voxel) in voxels.iter_mut().enumerate() {
            let [x, y, z] = [index % 9, index / 9 % 5, index / 45];
            if (1..8).contains(&x) && (1..4).contains(&y) && (1..4).contains(&z) {
                *voxel = 1;
            }
        }
        for (x, label) in [(2, 0), (4, 0), (5, 0), (6, 2)] {
            voxels[grid.index([x, 2, 2])] = label;
        }
        voxels[grid.index([2, 1, 1])] = 0;
        LabelMap::new(grid, voxels, vec![0, 1, 2]).unwrap()
    }

    #[test]
    fn cavities_up_to_the_limit_are_filled() {
        let count = |max_volume_mm3: f64| {
            let (map, cavities) = filled(body(), max_volume_mm3);
            let volumes: Vec<_> = cavities.iter().map(|cavity| cavity.component.n_voxels).collect();
            (map.counts()[1] - body().counts()[1], volumes)
        };
        assert_eq!(count(1.9), (0, vec![]));
        assert_eq!(count(2.0), (1, vec![1]));
        assert_eq!(count(4.0), (3, vec![1, 2]));
        assert_eq!(count(f64::INFINITY), (3, vec![1, 2]));
    }

    #[test]
    fn labels_within_others_stay() {
        let (map, _) = filled(body(), f64::INFINITY);
        assert_eq!(map.counts()[2], 1);
    }
}
