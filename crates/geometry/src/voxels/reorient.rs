//! One axis order for all images: x to the patient's right, y to the front, z to the head.
//!
//! Files store the same image in any of 48 axis orders.
//! Brought to the nearest RAS+ order first, all of them give the same voxels and so the same
//! shapes, to the last bit.

use medshape_types::{Affine, Grid, LabelMap, LabelVoxels, Volume};

/// The label map with its axes in the order nearest to RAS+; world positions stay the same.
///
/// Each axis goes where its direction points most. The axis directions are exact copies up to sign.
/// The origin is rounded to 1/1024 mm: the same image stored in another axis order comes with an
/// origin that differs in its last bits.
pub fn label_map_to_ras(map: LabelMap) -> LabelMap {
    let (grid, voxels, values) = map.into_parts();
    let moves = ras_moves(grid.world_from_voxel());
    let voxels = match voxels {
        LabelVoxels::Narrow(voxels) => to_ras(&grid, moves, voxels).into(),
        LabelVoxels::Wide(voxels) => to_ras(&grid, moves, voxels).into(),
    };
    LabelMap::of_voxels(ras_grid(&grid, moves), voxels, values)
        .expect("the same voxels in another order")
}

/// The volume with its axes in the order nearest to RAS+; as [`label_map_to_ras`].
pub fn volume_to_ras<T: Copy>(volume: Volume<T>) -> Volume<T> {
    let (grid, voxels) = volume.into_parts();
    let moves = ras_moves(grid.world_from_voxel());
    let voxels = to_ras(&grid, moves, voxels);
    Volume::new(ras_grid(&grid, moves), voxels).expect("the same voxels in another order")
}

fn to_ras<T: Copy>(grid: &Grid, moves: [Move; 3], voxels: Vec<T>) -> Vec<T> {
    let in_place = (0..3).all(|axis| moves[axis] == Move { from: axis, reversed: false });
    if in_place { voxels } else { reordered(grid, moves, &voxels) }
}

/// Where a RAS+ axis comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Move {
    from: usize,
    reversed: bool,
}

/// Gives each stored axis a world axis of its own, the most decided pairs first.
fn ras_moves(world_from_voxel: &Affine) -> [Move; 3] {
    let directions = [0, 1, 2].map(|axis| {
        let [x, y, z] = world_from_voxel.axis(axis);
        let length = (x * x + y * y + z * z).sqrt();
        [x / length, y / length, z / length]
    });
    let mut moves = [None; 3];
    let mut taken = [false; 3];
    for _ in 0..3 {
        let open = (0..9)
            .map(|pair| (pair / 3, pair % 3))
            .filter(|&(world, from)| moves[world].is_none() && !taken[from]);
        let mut best: Option<(usize, usize)> = None;
        for (world, from) in open {
            let better =
                |(w, f): (usize, usize)| directions[from][world].abs() > directions[f][w].abs();
            if best.is_none_or(better) {
                best = Some((world, from));
            }
        }
        if let Some((world, from)) = best {
            moves[world] = Some(Move { from, reversed: directions[from][world] < 0.0 });
            taken[from] = true;
        }
    }
    moves.map(|found| found.expect("three rounds give each of three axes a partner"))
}

fn ras_grid(grid: &Grid, moves: [Move; 3]) -> Grid {
    let affine = grid.world_from_voxel();
    let first_voxel = {
        let mut voxel = [0.0; 3];
        for Move { from, reversed } in moves {
            voxel[from] = if reversed { (grid.dims()[from] - 1) as f64 } else { 0.0 };
        }
        voxel
    };
    let origin = affine.apply(first_voxel).map(|value| (value * 1024.0).round() / 1024.0 + 0.0);
    let columns = moves.map(|Move { from, reversed }| {
        affine.axis(from).map(|value| if reversed { 0.0 - value } else { value + 0.0 })
    });
    let row = |axis: usize| [columns[0][axis], columns[1][axis], columns[2][axis], origin[axis]];
    let dims = moves.map(|Move { from, .. }| grid.dims()[from]);
    Affine::from_rows([row(0), row(1), row(2)])
        .and_then(|affine| Grid::new(dims, affine).ok())
        // An origin so large that rounding it overflows stays as it was.
        .unwrap_or(*grid)
}

fn reordered<T: Copy>(grid: &Grid, moves: [Move; 3], voxels: &[T]) -> Vec<T> {
    let dims = grid.dims();
    let stride = [1, dims[0], dims[0] * dims[1]].map(|stride| stride as isize);
    let step = moves.map(|m| if m.reversed { -stride[m.from] } else { stride[m.from] });
    let first: isize = moves
        .iter()
        .map(|m| if m.reversed { stride[m.from] * (dims[m.from] as isize - 1) } else { 0 })
        .sum();
    let [nx, ny, nz] = moves.map(|m| dims[m.from]);
    let mut out = Vec::with_capacity(voxels.len());
    for z in 0..nz as isize {
        for y in 0..ny as isize {
            let row = first + y * step[1] + z * step[2];
            out.extend((0..nx as isize).map(|x| voxels[(row + x * step[0]) as usize]));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every one of the 48 axis orders of one image with an oblique affine.
    fn orders() -> Vec<Volume<u32>> {
        let dims = [3, 4, 5];
        let columns = [[1.5, 0.1, -0.2], [-0.1, 0.8, 0.05], [0.3, 0.1, 2.0]];
        let origin = [-90.25, 11.0, 3.5];
        let mut volumes = Vec::new();
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            for flips in 0..8 {
                volumes.push(stored(dims, columns, origin, order, flips));
            }
        }
        volumes
    }

    fn stored(
        dims: [usize; 3],
        columns: [[f64; 3]; 3],
        mut origin: [f64; 3],
        order: [usize; 3],
        flips: usize,
    ) -> Volume<u32> {
        let flipped = |axis: usize| flips >> axis & 1 == 1;
        let mut rows = [[0.0; 4]; 3];
        for axis in 0..3 {
            let sign = if flipped(axis) { -1.0 } else { 1.0 };
            for world in 0..3 {
                rows[world][axis] = sign * columns[order[axis]][world];
                if flipped(axis) {
                    origin[world] += (dims[order[axis]] - 1) as f64 * columns[order[axis]][world];
                }
            }
        }
        for world in 0..3 {
            // The origin as a file with 32-bit floats holds it.
            rows[world][3] = f64::from(origin[world] as f32);
        }
        let grid =
            Grid::new(order.map(|axis| dims[axis]), Affine::from_rows(rows).unwrap()).unwrap();
        let [nx, ny, nz] = grid.dims();
        let mut voxels = Vec::new();
        for index in 0..nx * ny * nz {
            let at = [index % nx, index / nx % ny, index / (nx * ny)];
            let mut source = [0; 3];
            for axis in 0..3 {
                let place = if flipped(axis) { grid.dims()[axis] - 1 - at[axis] } else { at[axis] };
                source[order[axis]] = place;
            }
            voxels.push((source[0] + 10 * source[1] + 100 * source[2]) as u32);
        }
        Volume::new(grid, voxels).unwrap()
    }

    #[test]
    fn all_48_axis_orders_become_one() {
        let first = volume_to_ras(orders().remove(0));
        assert_eq!(first.grid().orientation(), "RAS");
        for volume in orders() {
            assert_eq!(volume_to_ras(volume), first);
        }
    }

    #[test]
    fn voxels_stay_where_they_are_in_the_world() {
        for volume in orders() {
            let ras = volume_to_ras(volume.clone());
            let [nx, ny, _] = volume.grid().dims();
            for (index, value) in volume.voxels().iter().enumerate() {
                let voxel = [index % nx, index / nx % ny, index / (nx * ny)];
                let world = volume.grid().world_from_voxel().apply(voxel.map(|v| v as f64));
                let back = ras.grid().world_from_voxel().inverse().apply(world);
                let there = ras.grid().index(back.map(|v| v.round() as usize));
                assert_eq!(ras.voxels()[there], *value);
            }
        }
    }
}
