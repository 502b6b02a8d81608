use std::ops::Range;

use crate::{Grid, LabelIndex, LabelMap, LabelVoxels, MAX_LABELS, Segment, Segmentation};

/// Structures on their way into a [`Segmentation`]: each goes to the first layer where it overlaps no
/// other, so that structures which do not overlap share one.
///
/// ```
/// use medshape_types::{Affine, Grid, Layers, Segment};
///
/// let grid = Grid::new([4, 1, 1], Affine::IDENTITY).unwrap();
/// let segment = |value| Segment { value, ..Segment::default() };
/// let mut layers = Layers::new(grid, 2);
/// layers.add(segment(1), [0..2].into_iter())?;
/// layers.add(segment(2), [1..3].into_iter())?;
/// layers.add(segment(3), [3..4].into_iter())?;
/// let segmentation = layers.finish()?;
/// assert_eq!(segmentation.layers()[0].voxels(), [1, 1, 0, 2]);
/// assert_eq!(segmentation.layers()[1].voxels(), [0, 1, 1, 0]);
/// # Ok::<(), medshape_types::LayersError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Layers {
    grid: Grid,
    most: usize,
    layers: Vec<Layer>,
    // One byte a voxel for every eight layers, a bit for each that has the voxel: to look at a structure
    // once tells all the layers that are free for it.
    taken: Vec<Vec<u8>>,
    segments: Vec<Segment>,
}

#[derive(Debug, Clone)]
struct Layer {
    voxels: LabelVoxels,
    // The value of index n + 1.
    values: Vec<i64>,
}

/// Why structures do not fit into layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayersError {
    /// More structures overlap than layers are allowed.
    TooManyLayers,
    /// More than [`MAX_LABELS`] structures in one layer.
    TooManyLabels,
    /// Two structures of one layer have the same value, or one has the value 0.
    Values,
    /// Not enough memory for another layer.
    OutOfMemory,
}

impl std::fmt::Display for LayersError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooManyLayers => f.write_str("more structures overlap than layers are allowed"),
            Self::TooManyLabels => write!(f, "more than {MAX_LABELS} labels in one layer"),
            Self::Values => f.write_str("two structures of one number, or one of number 0"),
            Self::OutOfMemory => f.write_str("not enough memory for another layer of voxels"),
        }
    }
}

impl std::error::Error for LayersError {}

impl Layers {
    /// No structure yet; at most `most` layers will be made.
    pub fn new(grid: Grid, most: usize) -> Self {
        let (layers, taken, segments) = (Vec::new(), Vec::new(), Vec::new());
        Self { grid, most, layers, taken, segments }
    }

    /// Adds a structure that has the voxels of these runs, each a range of [`Grid::index`]; its layer is
    /// set here.
    ///
    /// # Errors
    /// See [`LayersError`]; equal values are found by [`Layers::finish`].
    ///
    /// # Panics
    /// If a run ends after the last voxel.
    pub fn add<R>(&mut self, segment: Segment, runs: R) -> Result<(), LayersError>
    where
        R: Iterator<Item = Range<usize>> + Clone,
    {
        let place = self.first_free(runs.clone());
        if place == self.layers.len() {
            self.begin_layer()?;
        }
        let layer = &mut self.layers[place];
        if layer.values.len() == MAX_LABELS {
            return Err(LayersError::TooManyLabels);
        }
        layer.values.push(segment.value);
        let index = layer.values.len() as u16;
        layer.make_room_for(index);
        let taken = &mut self.taken[place / 8];
        for run in runs {
            layer.voxels.fill(run.clone(), index);
            for layers in &mut taken[run] {
                *layers |= 1 << (place % 8);
            }
        }
        self.segments.push(Segment { layer: place, ..segment });
        Ok(())
    }

    /// All structures, in the order in which they were added; one empty layer if there are none.
    ///
    /// # Errors
    /// [`LayersError::Values`], or no memory for the empty layer.
    pub fn finish(mut self) -> Result<Segmentation, LayersError> {
        if self.layers.is_empty() {
            self.most = self.most.max(1);
            self.begin_layer()?;
        }
        self.taken.clear();
        let grid = self.grid;
        let maps = self.layers.into_iter().map(|layer| layer.finish(grid));
        let maps: Option<Vec<_>> = maps.collect();
        let segmentation = maps.and_then(|maps| Segmentation::new(maps, self.segments).ok());
        segmentation.ok_or(LayersError::Values)
    }

    fn first_free(&self, runs: impl Iterator<Item = Range<usize>> + Clone) -> usize {
        for (n_block, taken) in self.taken.iter().enumerate() {
            let of_run = |run: Range<usize>| taken[run].iter().fold(0, |all, layers| all | layers);
            let used = runs.clone().fold(0, |all, run| all | of_run(run));
            if used != u8::MAX {
                return 8 * n_block + used.trailing_ones() as usize;
            }
        }
        8 * self.taken.len()
    }

    fn begin_layer(&mut self) -> Result<(), LayersError> {
        if self.layers.len() >= self.most {
            return Err(LayersError::TooManyLayers);
        }
        if self.layers.len() == 8 * self.taken.len() {
            self.taken.push(zeros(self.grid.n_voxels())?);
        }
        let voxels = LabelVoxels::Narrow(zeros(self.grid.n_voxels())?);
        self.layers.push(Layer { voxels, values: Vec::new() });
        Ok(())
    }
}

impl Layer {
    /// Makes voxels as wide as this index needs.
    fn make_room_for(&mut self, index: u16) {
        let voxels = std::mem::replace(&mut self.voxels, LabelVoxels::Narrow(Vec::new()));
        self.voxels = voxels.fitting(usize::from(index) + 1);
    }

    /// The layer with its values in rising order; `None` if two are equal or one is 0.
    fn finish(mut self, grid: Grid) -> Option<LabelMap> {
        let mut order: Vec<u16> = (0..self.values.len() as u16).collect();
        order.sort_by_key(|&index| self.values[usize::from(index)]);
        let mut rank = vec![0; order.len() + 1];
        let mut values = vec![0];
        for (place, &index) in order.iter().enumerate() {
            rank[usize::from(index) + 1] = place as u16 + 1;
            values.push(self.values[usize::from(index)]);
        }
        if !order.is_sorted() {
            match &mut self.voxels {
                LabelVoxels::Narrow(voxels) => put_in_place(voxels, &rank),
                LabelVoxels::Wide(voxels) => put_in_place(voxels, &rank),
            }
        }
        LabelMap::of_voxels(grid, self.voxels, values).ok()
    }
}

fn put_in_place<I: LabelIndex>(voxels: &mut [I], rank: &[u16]) {
    for voxel in voxels {
        *voxel = I::cut(rank[usize::from(voxel.index())]);
    }
}

/// Zeros, or an error where `vec![]` would end the program.
fn zeros<T: Clone + Default>(n: usize) -> Result<Vec<T>, LayersError> {
    let mut zeros = Vec::new();
    zeros.try_reserve_exact(n).map_err(|_| LayersError::OutOfMemory)?;
    zeros.resize(n, T::default());
    Ok(zeros)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Affine;

    fn layers(n_voxels: usize, most: usize) -> Layers {
        Layers::new(Grid::new([n_voxels, 1, 1], Affine::IDENTITY).unwrap(), most)
    }

    fn segment(value: i64) -> Segment {
        Segment { value, ..Segment::default() }
    }

    #[test]
    fn values_rise_whatever_their_order() {
        let mut layers = layers(3, 1);
        for (place, value) in [7, -2, 3].into_iter().enumerate() {
            layers.add(segment(value), std::iter::once(place..place + 1)).unwrap();
        }
        let segmentation = layers.finish().unwrap();
        assert_eq!(segmentation.layers()[0].values(), [0, -2, 3, 7]);
        assert_eq!(segmentation.layers()[0].voxels(), [3, 1, 2]);
        let values: Vec<i64> = segmentation.segments().iter().map(|each| each.value).collect();
        assert_eq!(values, [7, -2, 3]);
    }

    #[test]
    fn three_hundred_fit_in_a_layer() {
        let mut layers = layers(300, 1);
        for place in 0..300 {
            layers.add(segment(300 - place as i64), std::iter::once(place..place + 1)).unwrap();
        }
        let segmentation = layers.finish().unwrap();
        let expected: Vec<u16> = (1..=300).rev().collect();
        assert_eq!(*segmentation.layers()[0].voxels(), expected[..]);
    }

    #[test]
    fn twenty_that_overlap_take_twenty_layers() {
        let of = |most| {
            let mut layers = layers(2, most);
            for value in 1..=20 {
                layers.add(segment(value), std::iter::once(0..1))?;
            }
            layers.add(segment(21), std::iter::once(1..2))?;
            layers.finish()
        };
        let segmentation = of(20).unwrap();
        assert_eq!(segmentation.layers().len(), 20);
        assert_eq!(segmentation.segments()[19].layer, 19);
        assert_eq!(segmentation.segments()[20].layer, 0);
        assert_eq!(of(19), Err(LayersError::TooManyLayers));
    }

    #[test]
    fn structures_without_voxels_and_no_structures_have_a_layer() {
        assert_eq!(layers(2, 1).finish().unwrap().layers().len(), 1);
        let mut layers = layers(2, 1);
        layers.add(segment(4), std::iter::empty()).unwrap();
        assert_eq!(layers.finish().unwrap().layers()[0].values(), [0, 4]);
    }

    #[test]
    fn values_that_mean_nothing_are_refused() {
        for values in [[1, 1], [1, 0]] {
            let mut layers = layers(2, 2);
            for value in values {
                layers.add(segment(value), std::iter::empty()).unwrap();
            }
            assert_eq!(layers.finish(), Err(LayersError::Values));
        }
    }
}
