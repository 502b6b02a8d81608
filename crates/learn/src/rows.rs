use std::ops::Range;
use std::sync::Arc;

use crate::{Real, SparseGrid};

/// Features of voxels: a row of `width` numbers each.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows<T> {
    width: usize,
    // Invariant: a multiple of `width`.
    values: Vec<T>,
}

impl<T: Real> Rows<T> {
    /// Rows of a width, or `None` if the last one is not full.
    pub fn new(width: usize, values: Vec<T>) -> Option<Self> {
        (width > 0 && values.len().is_multiple_of(width)).then_some(Self { width, values })
    }

    /// Rows of the same number.
    pub fn filled(width: usize, n_rows: usize, value: T) -> Self {
        Self { width, values: vec![value; width * n_rows] }
    }

    /// Numbers of a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// How many rows there are.
    pub fn n_rows(&self) -> usize {
        self.values.len() / self.width
    }

    /// The numbers, row after row.
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// The numbers, to be changed.
    pub fn values_mut(&mut self) -> &mut [T] {
        &mut self.values
    }
}

/// What is done to rows each time that they are read: `z = scale x + shift`, and where that is
/// negative, times `slope`. So neither normalised nor rectified rows are ever stored.
#[derive(Debug, Clone)]
pub(crate) struct OnLoad<T> {
    /// Rows that are treated alike, those of a volume or all; one after another from row 0.
    pub(crate) segments: Vec<Range<usize>>,
    /// One number a channel, for each segment.
    pub(crate) scale: Vec<T>,
    /// One number a channel, for each segment.
    pub(crate) shift: Vec<T>,
    /// 0 rectifies, 1 does nothing.
    pub(crate) slope: T,
}

impl<T: Real> OnLoad<T> {
    /// Scale and shift of the segment that a row is in.
    pub(crate) fn of_row(&self, row: usize) -> (&[T], &[T]) {
        let width = self.scale.len() / self.segments.len().max(1);
        let segment = self.segments.partition_point(|segment| segment.end <= row);
        let channels = segment * width..(segment + 1) * width;
        (&self.scale[channels.clone()], &self.shift[channels])
    }
}

/// Rows as they are read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a, T> {
    pub(crate) width: usize,
    pub(crate) values: &'a [T],
    pub(crate) on_load: Option<&'a OnLoad<T>>,
}

impl<'a, T: Real> Source<'a, T> {
    /// Rows that are read as they are.
    pub(crate) fn plain(width: usize, values: &'a [T]) -> Self {
        Self { width, values, on_load: None }
    }

    /// The reader of rows of one segment, that of the row named.
    #[inline(always)]
    pub(crate) fn reader(&self, row_of_segment: usize) -> Reader<'a, T> {
        let on_load = self.on_load.map(|on_load| {
            let (scale, shift) = on_load.of_row(row_of_segment);
            (scale, shift, on_load.slope)
        });
        Reader { width: self.width, values: self.values, on_load }
    }
}

/// Reads rows of one segment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a, T> {
    width: usize,
    values: &'a [T],
    on_load: Option<(&'a [T], &'a [T], T)>,
}

impl<T: Real> Reader<'_, T> {
    /// Reads as many rows as there is room for.
    #[inline(always)]
    pub(crate) fn read(&self, row: usize, to: &mut [T]) {
        let width = self.width;
        let from = &self.values[row * width..][..to.len()];
        match self.on_load {
            None => copy(from, to),
            Some((scale, shift, slope)) => {
                let (scale, shift) = (&scale[..width], &shift[..width]);
                for (from, to) in from.chunks_exact(width).zip(to.chunks_exact_mut(width)) {
                    for channel in 0..width {
                        let value = scale[channel] * from[channel] + shift[channel];
                        let bent = value * slope;
                        to[channel] = if value < T::ZERO { bent } else { value };
                    }
                }
            }
        }
    }
}

/// Copies a row without a call: rows are short.
#[inline(always)]
fn copy<T: Real>(from: &[T], to: &mut [T]) {
    let (from, from_rest) = from.as_chunks::<8>();
    let (to, to_rest) = to.as_chunks_mut::<8>();
    from.iter().zip(to).for_each(|(from, to)| *to = *from);
    from_rest.iter().zip(to_rest).for_each(|(from, to)| *to = *from);
}

/// Features on a grid, as operators take and give them.
#[derive(Debug, Clone)]
pub struct Tensor<T> {
    pub(crate) grid: Arc<SparseGrid>,
    pub(crate) rows: Arc<Rows<T>>,
    pub(crate) on_load: Option<Arc<OnLoad<T>>>,
    /// Where gradients with respect to what is read go; nowhere for what is given from outside.
    pub(crate) node: Option<usize>,
}

impl<T: Real> Tensor<T> {
    /// Features given from outside, or `None` if there is not one row for each voxel.
    pub fn new(grid: Arc<SparseGrid>, rows: Rows<T>) -> Option<Self> {
        let fits = grid.n_rows() == rows.n_rows();
        fits.then(|| Self { grid, rows: Arc::new(rows), on_load: None, node: None })
    }

    /// A one for each voxel: what the seed's networks are given.
    pub fn ones(grid: Arc<SparseGrid>) -> Self {
        let rows = Arc::new(Rows::filled(1, grid.n_rows(), T::ONE));
        Self { grid, rows, on_load: None, node: None }
    }

    /// Where the rows are.
    pub fn grid(&self) -> &Arc<SparseGrid> {
        &self.grid
    }

    /// Numbers of a row.
    pub fn width(&self) -> usize {
        self.rows.width()
    }

    /// The features as they are read, normalised and rectified if that was asked for.
    pub fn features(&self) -> Rows<T> {
        let source = self.source();
        let mut values = vec![T::ZERO; self.rows.values().len()];
        for (row, to) in values.chunks_exact_mut(self.width()).enumerate() {
            source.reader(row).read(row, to);
        }
        Rows { width: self.width(), values }
    }

    /// The features as they are read, in the same place if they are nobody else's.
    pub(crate) fn into_features(self) -> Vec<T> {
        match self.on_load {
            Some(_) => self.features().values,
            None => Arc::try_unwrap(self.rows)
                .map_or_else(|rows| rows.values.clone(), |rows| rows.values),
        }
    }

    pub(crate) fn source(&self) -> Source<'_, T> {
        let on_load = self.on_load.as_deref();
        Source { width: self.width(), values: self.rows.values(), on_load }
    }
}
