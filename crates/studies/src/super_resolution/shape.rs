//! Coarse shapes and what is looked at of them.

use std::sync::{Arc, OnceLock};

use medshape_learn::SparseGrid;
use medshape_learn::sparse::Voxel;

/// A shape on a coarse grid.
#[derive(Debug, Clone)]
pub struct Coarse {
    /// Its voxels.
    pub shape: Arc<SparseGrid>,
    /// Voxels of the grid along each axis.
    pub dims: [usize; 3],
    padded: OnceLock<Padded>,
}

/// A coarse shape that goes on beyond the border of its image, so that it has no surface where the image
/// cuts it: moved by one voxel, with the outermost voxels repeated around.
#[derive(Debug, Clone)]
pub struct Padded {
    /// Its voxels.
    pub shape: SparseGrid,
    /// The voxels of the image on both sides of the surface: the only ones that may be finer than they are.
    pub band: Arc<SparseGrid>,
}

impl Coarse {
    /// A shape in an image of so many voxels along each axis.
    pub fn new(shape: impl Into<Arc<SparseGrid>>, dims: [usize; 3]) -> Self {
        Self { shape: shape.into(), dims, padded: OnceLock::new() }
    }

    /// The shape as it goes on beyond its image, made when first asked for.
    pub fn padded(&self) -> &Padded {
        self.padded.get_or_init(|| self.pad())
    }

    fn pad(&self) -> Padded {
        let last = self.dims.map(|dim| dim as u32 - 1);
        let along = |axis: usize, at: u32| {
            let before = (at == 0).then_some(0);
            let behind = (at == last[axis]).then_some(at + 2);
            [Some(at + 1), before, behind].into_iter().flatten()
        };
        let repeated = self.shape.voxels().flat_map(|Voxel { place: [x, y, z], .. }| {
            along(2, z).flat_map(move |z| {
                along(1, y).flat_map(move |y| along(0, x).map(move |x| [x, y, z]))
            })
        });
        let shape = grid(repeated);
        let border = shape.border();
        let is_inside =
            |voxel: Voxel| (0..3).all(|axis| (1..=last[axis] + 1).contains(&voxel.place[axis]));
        let inside: Vec<bool> = border.voxels().map(is_inside).collect();
        Padded { shape, band: Arc::new(border.select(&inside)) }
    }
}

/// Voxels moved back from where a padded shape of so many times the resolution has them; those outside of
/// the image are left out.
pub fn unpadded(fine: &SparseGrid, factor: u32, dims: [usize; 3]) -> SparseGrid {
    let back = |Voxel { place, .. }: Voxel| {
        let place = place.map(|at| at.checked_sub(factor));
        let [Some(x), Some(y), Some(z)] = place else { return None };
        let is_in = [x, y, z].iter().zip(dims).all(|(&at, dim)| (at as usize) < dim);
        is_in.then_some([x, y, z])
    };
    grid(fine.voxels().filter_map(back))
}

/// The grid of places.
///
/// # Panics
/// If a place is outside of the space of sparse grids, which no image reaches.
pub fn grid(places: impl IntoIterator<Item = [u32; 3]>) -> SparseGrid {
    let voxels = places.into_iter().map(|place| Voxel { batch: 0, place });
    SparseGrid::from_voxels(voxels).expect("images are smaller than the space of sparse grids")
}

/// The shape `n_halvings` times coarser: a voxel has what most of the finer ones within it have. Of equals
/// every other one along each axis, so that shapes neither grow nor move.
pub fn majority(fine: &SparseGrid, n_halvings: usize) -> SparseGrid {
    let half = 1usize << (3 * n_halvings) >> 1;
    // Finer voxels of one coarse voxel follow each other in the order of rows.
    let coarse: Vec<[u32; 3]> =
        fine.voxels().map(|voxel| voxel.place.map(|at| at >> n_halvings)).collect();
    let kept = coarse.chunk_by(|a, b| a == b).filter(|within| {
        let is_even = within[0].iter().sum::<u32>().is_multiple_of(2);
        within.len() > half || (within.len() == half && is_even)
    });
    grid(kept.map(|within| within[0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cuboid(low: [u32; 3], end: [u32; 3]) -> SparseGrid {
        let along = move |axis: usize| low[axis]..end[axis];
        grid(
            along(2)
                .flat_map(move |z| along(1).flat_map(move |y| along(0).map(move |x| [x, y, z]))),
        )
    }

    #[test]
    fn a_shape_that_the_image_cuts_has_no_surface_there() {
        // A bar through the whole image along x.
        let coarse = Coarse::new(cuboid([0, 3, 3], [10, 7, 7]), [10, 10, 10]);
        let padded = coarse.padded();
        // Around a square of 4×4: from 6×6 to 2×2, in each of ten layers.
        assert_eq!(padded.band.n_rows(), 10 * (36 - 4));
        assert_eq!(unpadded(&padded.shape, 1, coarse.dims), *coarse.shape);
    }

    #[test]
    fn what_fills_its_image_has_no_surface() {
        let coarse = Coarse::new(cuboid([0; 3], [3, 5, 4]), [3, 5, 4]);
        assert_eq!(coarse.padded().band.n_rows(), 0);
        assert_eq!(coarse.padded().shape.n_rows(), 5 * 7 * 6);
    }

    #[test]
    fn most_of_the_finer_voxels_decide() {
        // Planes at 2.5 of 4 finer layers each: half of the second coarse layer is occupied.
        let halves = majority(&cuboid([0; 3], [3, 8, 8]), 1);
        assert_eq!(halves.n_rows(), 4 * 4 + 4 * 4 / 2);
        assert_eq!(majority(&cuboid([0; 3], [3, 8, 8]), 2).n_rows(), 4);
        assert_eq!(majority(&cuboid([0; 3], [1, 8, 8]), 2).n_rows(), 0);
        let whole = cuboid([4, 0, 8], [12, 4, 16]);
        assert_eq!(majority(&whole, 2), cuboid([1, 0, 2], [3, 1, 4]));
    }
}
