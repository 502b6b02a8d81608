//! Where each label lies and in how many pieces.

use medshape_types::LabelMap;

use super::components::{Components, Connectivity};

/// Where one label lies.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Region {
    /// Number of voxels; all else is zero or false when this is.
    pub n_voxels: u64,
    /// Lowest index along each axis.
    pub min_voxel: [usize; 3],
    /// Highest index along each axis, itself still inside.
    pub max_voxel: [usize; 3],
    /// Whether a voxel lies on the outermost layer of the image, so that the label may be cut off.
    pub touches_border: bool,
    /// Number of pieces whose voxels connect through faces.
    pub n_components: u64,
}

/// One region a label index; that of the background (index 0) is left empty.
pub fn regions(map: &LabelMap) -> Vec<Region> {
    let dims = map.grid().dims();
    let mut regions = vec![Region::default(); map.n_values()];
    for piece in Components::of(map, Connectivity::Faces).list() {
        let region = &mut regions[usize::from(piece.label)];
        if region.n_components == 0 {
            (region.min_voxel, region.max_voxel) = (piece.min_voxel, piece.max_voxel);
        }
        for axis in 0..3 {
            region.min_voxel[axis] = region.min_voxel[axis].min(piece.min_voxel[axis]);
            region.max_voxel[axis] = region.max_voxel[axis].max(piece.max_voxel[axis]);
        }
        region.n_voxels += piece.n_voxels;
        region.touches_border |= piece.touches_border(dims);
        region.n_components += 1;
    }
    regions
}

#[cfg(test)]
mod tests {
    use medshape_types::{Affine, Grid};

    use super::*;

    fn map(dims: [usize; 3], voxels: Vec<u16>) -> LabelMap {
        LabelMap::new(Grid::new(dims, Affine::IDENTITY).unwrap(), voxels, (0..5).collect()).unwrap()
    }

    #[test]
    fn a_box_is_found_where_it_is() {
        let mut voxels = vec![0; 60];
        for (x, y, z) in [(1, 1, 1), (2, 1, 1), (2, 2, 2)] {
            voxels[x + 4 * (y + 5 * z)] = 3;
        }
        let found = regions(&map([4, 5, 3], voxels));
        let expected = Region {
            n_voxels: 3,
            min_voxel: [1, 1, 1],
            max_voxel: [2, 2, 2],
            touches_border: true,
            n_components: 2,
        };
        assert_eq!(found[3], expected);
        assert_eq!(found[1], Region::default());
        assert_eq!(found[0], Region::default());
    }
}
