//! What one step of training looks at: a part of the surface of a shape, turned and mirrored by chance.

use std::sync::Arc;

use medshape_learn::sparse::Voxel;
use medshape_learn::{Random, SparseGrid};

use super::settings::Settings;
use super::shape::grid;
use super::subjects::Sample;

/// A part of a sample, as the network takes it.
#[derive(Debug)]
pub struct Part {
    /// The coarse shape.
    pub coarse: SparseGrid,
    /// The voxels of its surface that are looked at.
    pub band: Arc<SparseGrid>,
    /// The shape after each doubling, where it is looked at.
    pub truths: Vec<SparseGrid>,
    /// Where the second doubling and those that follow look.
    pub windows: Vec<[[u32; 3]; 2]>,
}

/// One of the 48 ways in which a grid can be laid onto its axes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Turn {
    /// Which old axis becomes each new one.
    axes: [usize; 3],
    is_mirrored: [bool; 3],
}

impl Turn {
    fn random(random: &mut Random) -> Self {
        let mut axes = [0, 1, 2];
        axes.swap(0, random.below(3));
        axes.swap(1, 1 + random.below(2));
        Self { axes, is_mirrored: [0; 3].map(|_| random.below(2) == 1) }
    }

    /// Where a voxel of a grid of these old dims comes to lie.
    fn place(&self, place: [u32; 3], dims: [u32; 3]) -> [u32; 3] {
        self.along(|axis, is_mirrored| match is_mirrored {
            true => dims[axis] - 1 - place[axis],
            false => place[axis],
        })
    }

    fn window(&self, [low, end]: [[u32; 3]; 2], dims: [u32; 3]) -> [[u32; 3]; 2] {
        let end = self.place(end.map(|at| at.saturating_sub(1)), dims);
        let low = self.place(low, dims);
        [0, 1].map(|which| {
            std::array::from_fn(|axis| {
                let ends = [low[axis], end[axis]];
                if which == 0 { ends[0].min(ends[1]) } else { ends[0].max(ends[1]) + 1 }
            })
        })
    }

    fn along(&self, of: impl Fn(usize, bool) -> u32) -> [u32; 3] {
        std::array::from_fn(|axis| of(self.axes[axis], self.is_mirrored[axis]))
    }

    fn grid(&self, voxels: impl Iterator<Item = [u32; 3]>, dims: [u32; 3]) -> SparseGrid {
        grid(voxels.map(|place| self.place(place, dims)))
    }
}

/// A part of a sample by chance; `None` if the shape has no surface.
pub fn part(sample: &Sample, settings: &Settings, random: &mut Random) -> Option<Part> {
    let padded = sample.coarse.padded();
    let n_rows = padded.band.n_rows();
    let turn = Turn::random(random);
    let middle = padded.band.voxels().nth(random.below(n_rows.max(1)))?.place;
    let dims = sample.coarse.dims.map(|dim| dim as u32 + 2);
    let around = |edge: u32| {
        let low: [u32; 3] = middle.map(|at| at.saturating_sub(edge / 2));
        [low, std::array::from_fn(|axis| (middle[axis] + edge.div_ceil(2)).min(dims[axis]))]
    };
    let boxes: Vec<[[u32; 3]; 2]> = std::iter::once(&settings.window)
        .chain(&settings.closer)
        .map(|&edge| around(edge))
        .collect();
    let finer = |level: usize, place: [u32; 3]| place.map(|at| at << level);
    let truths = sample.truths.iter().enumerate().map(|(level, truth)| {
        let seen = with_margin(boxes[level].map(|corner| finer(level + 1, corner)));
        // Shapes at the truth's resolution begin a coarse voxel before padded ones.
        let unmoved = seen.map(|corner| corner.map(|at| at.saturating_sub(2 << level)));
        let voxels = truth.voxels_in(unmoved);
        let places = voxels.map(|voxel| voxel.place.map(|at| at + (2 << level)));
        turn.grid(places, finer(level + 1, dims))
    });
    let windows = (1..sample.truths.len()).map(|level| {
        turn.window(boxes[level].map(|corner| finer(level, corner)), finer(level, dims))
    });
    let near = |grid: &SparseGrid, part| {
        turn.grid(grid.voxels_in(part).map(|voxel: Voxel| voxel.place), dims)
    };
    Some(Part {
        coarse: near(&padded.shape, with_margin(boxes[0])),
        band: Arc::new(near(&padded.band, boxes[0])),
        truths: truths.collect(),
        windows: windows.collect(),
    })
}

/// Two voxels more than are looked at, so that what is there has its surface where it is.
fn with_margin([low, end]: [[u32; 3]; 2]) -> [[u32; 3]; 2] {
    [low.map(|at| at.saturating_sub(2)), end.map(|at| at + 2)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_in(place: [u32; 3], [low, end]: [[u32; 3]; 2]) -> bool {
        (0..3).all(|axis| (low[axis]..end[axis]).contains(&place[axis]))
    }

    #[test]
    fn a_window_is_turned_with_its_voxels() {
        let mut random = Random::new(5);
        let (dims, window) = ([10, 20, 30], [[2, 3, 4], [5, 9, 11]]);
        let mut turns = Vec::new();
        for _ in 0..400 {
            let turn = Turn::random(&mut random);
            let turned = turn.window(window, dims);
            let inside = |place| is_in(turn.place(place, dims), turned);
            assert!(inside([2, 3, 4]) && inside([4, 8, 10]));
            assert!(
                !inside([1, 3, 4])
                    && !inside([5, 3, 4])
                    && !inside([2, 9, 4])
                    && !inside([2, 3, 11])
            );
            if !turns.contains(&turn) {
                turns.push(turn);
            }
        }
        assert_eq!(turns.len(), 48);
    }
}
