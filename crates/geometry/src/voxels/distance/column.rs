//! The minimum over parabolas along one axis, for several columns side by side.

use std::ops::Range;

use medshape_types::LabelIndex;

use super::ImageBorder;

/// Columns that are worked on together: two cache lines of squared distances.
pub(super) const LANES: usize = 32;

/// Steps that are worth searching one by one, on average over a column; beyond, the lower envelope is
/// faster.
const MAX_MEAN_STEPS: usize = 96;

type Lanes = [f32; LANES];

/// Some columns of squared distances, in memory of their own.
pub(super) struct Tile {
    spacing_mm: f32,
    border: ImageBorder,
    /// Squared distances before this axis.
    squares: Vec<Lanes>,
    labels: Vec<Lanes>,
    /// Squared distances after it.
    out: Vec<Lanes>,
    /// No less than the square root of `out`.
    bounds: Vec<Lanes>,
    steps: Vec<usize>,
    envelope: Envelope,
}

impl Tile {
    pub(super) fn new(n: usize, spacing_mm: f32, border: ImageBorder) -> Self {
        let lanes = vec![[0.0; LANES]; n];
        Self {
            spacing_mm,
            border,
            squares: lanes.clone(),
            labels: lanes.clone(),
            out: lanes.clone(),
            bounds: lanes,
            steps: vec![0; n],
            envelope: Envelope::default(),
        }
    }

    /// Takes in columns, and says between which rows they are not 0, if anywhere.
    pub(super) fn load(
        &mut self,
        rows: &[&mut [f32]],
        lanes: Range<usize>,
    ) -> Option<Range<usize>> {
        let width = lanes.len();
        let is_whole = width == LANES;
        let mut active: Option<Range<usize>> = None;
        for (row, (values, squares)) in rows.iter().zip(&mut self.squares).enumerate() {
            let values = &values[lanes.clone()];
            match values.first_chunk() {
                // Of known length: no call for each row.
                Some(values) if is_whole => *squares = *values,
                _ => {
                    squares[..width].copy_from_slice(values);
                    squares[width..].fill(0.0);
                }
            }
            if squares.iter().fold(0_u32, |any, square| any | square.to_bits()) != 0 {
                active = Some(active.map_or(row, |active| active.start)..row + 1);
            }
        }
        active
    }

    pub(super) fn load_labels<I: LabelIndex>(
        &mut self,
        row: usize,
        voxels: &[I],
        label_of: &impl Fn(u16) -> u16,
    ) {
        for (label, voxel) in self.labels[row].iter_mut().zip(voxels) {
            *label = f32::from(label_of(voxel.index()));
        }
    }

    pub(super) fn store(&self, row: usize, values: &mut [f32], as_distance: bool) {
        let out = &self.out[row];
        if as_distance {
            values.iter_mut().zip(out).for_each(|(value, square)| *value = square.sqrt());
        } else if let Some(values) = values.first_chunk_mut() {
            *values = *out;
        } else {
            values.copy_from_slice(&out[..values.len()]);
        }
    }

    /// Calculates the rows that are not all 0.
    pub(super) fn transform(&mut self, active: Range<usize>) {
        self.begin(active.clone());
        self.bound(active.clone());
        let n_steps: usize = self.steps[active.clone()].iter().sum();
        if n_steps <= MAX_MEAN_STEPS * active.len() {
            for row in active {
                self.search(row);
            }
        } else {
            for lane in 0..LANES {
                self.envelope.lower(&self.squares, &mut self.out, lane, self.spacing_mm);
            }
        }
    }

    /// Squared distances to the nearest other label in the column, or those of before if less.
    fn begin(&mut self, active: Range<usize>) {
        // Steps are counted whole and multiplied once: adding up millimetres would add up rounding.
        let w = self.spacing_mm;
        let n = self.squares.len();
        let beyond = match self.border {
            ImageBorder::Open => f32::INFINITY,
            ImageBorder::Closed => 0.0,
        };
        // A row without anything lies at both ends, or the end of the image.
        let at_end = |is_end: bool| [if is_end { beyond } else { 0.0 }; LANES];
        let mut steps = at_end(active.start == 0);
        let mut before = self.labels[active.start];
        for row in active.clone() {
            let labels = &self.labels[row];
            for lane in 0..LANES {
                let reset = if labels[lane] == before[lane] { steps[lane] } else { 0.0 };
                steps[lane] = reset + 1.0;
            }
            before = *labels;
            self.bounds[row] = steps;
        }
        let mut steps = at_end(active.end == n);
        let mut before = self.labels[active.end - 1];
        for row in active.rev() {
            let labels = &self.labels[row];
            for lane in 0..LANES {
                let reset = if labels[lane] == before[lane] { steps[lane] } else { 0.0 };
                steps[lane] = reset + 1.0;
                let nearest = min(steps[lane], self.bounds[row][lane]) * w;
                self.out[row][lane] = min(nearest * nearest, self.squares[row][lane]);
            }
            before = *labels;
        }
    }

    /// An upper bound of each distance: one step more than its neighbour's at most.
    fn bound(&mut self, active: Range<usize>) {
        let w = self.spacing_mm;
        let mut bound = [f32::INFINITY; LANES];
        for row in active.clone() {
            for (bound, square) in bound.iter_mut().zip(&self.out[row]) {
                *bound = min(square.sqrt(), *bound + w);
            }
            self.bounds[row] = bound;
        }
        bound = [f32::INFINITY; LANES];
        for row in active.rev() {
            let mut most = 0.0;
            for (bound, upward) in bound.iter_mut().zip(&self.bounds[row]) {
                *bound = min(*upward, *bound + w);
                most = if *bound > most { *bound } else { most };
            }
            self.bounds[row] = bound;
            // A float that is too large for an integer becomes the largest one.
            self.steps[row] = ((most / w) as usize).min(self.squares.len());
        }
    }

    /// Takes the parabolas of all rows that may matter to one, the nearest first.
    fn search(&mut self, row: usize) {
        let n = self.squares.len();
        let w = self.spacing_mm;
        let mut out = self.out[row];
        let steps = self.steps[row];
        let both = steps.min(row).min(n - 1 - row);
        let below = self.squares[row - both..row].iter().rev();
        let above = &self.squares[row + 1..row + 1 + both];
        let mut distance = 0.0;
        for (below, above) in below.zip(above) {
            distance += 1.0;
            let square = (distance * w) * (distance * w);
            for lane in 0..LANES {
                out[lane] = min(min(below[lane], above[lane]) + square, out[lane]);
            }
        }
        let (low, high) = (row - steps.min(row), (row + steps).min(n - 1));
        let further_below = self.squares[low..row - both].iter().rev();
        let further_above = self.squares[row + both + 1..high + 1].iter();
        for further in further_below.chain(further_above) {
            distance += 1.0;
            let square = (distance * w) * (distance * w);
            for lane in 0..LANES {
                out[lane] = min(further[lane] + square, out[lane]);
            }
        }
        self.out[row] = out;
    }
}

/// As `f32::min` without its care for NaN, of which there are none: one instruction.
#[inline(always)]
fn min(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

/// The lower envelope of the parabolas of one column (Felzenszwalb and Huttenlocher, 2012).
#[derive(Default)]
struct Envelope {
    /// Rows whose parabolas are on the envelope, and where each begins to be the lowest.
    rows: Vec<usize>,
    starts: Vec<f64>,
}

impl Envelope {
    /// Lowers `out` to the envelope.
    fn lower(&mut self, squares: &[Lanes], out: &mut [Lanes], lane: usize, spacing_mm: f32) {
        let w2 = f64::from(spacing_mm) * f64::from(spacing_mm);
        let height = |row: usize| f64::from(squares[row][lane]) / w2;
        self.rows.clear();
        self.starts.clear();
        for row in 0..squares.len() {
            let of_row = height(row);
            if of_row.is_infinite() {
                continue;
            }
            let mut start = f64::NEG_INFINITY;
            while let (Some(&last), Some(&last_start)) = (self.rows.last(), self.starts.last()) {
                let (here, there) = (row as f64, last as f64);
                start =
                    (of_row - height(last) + here * here - there * there) / (2.0 * (here - there));
                if start > last_start {
                    break;
                }
                self.rows.pop();
                self.starts.pop();
                start = f64::NEG_INFINITY;
            }
            self.rows.push(row);
            self.starts.push(start);
        }
        let mut part = 0;
        for (row, out) in out.iter_mut().enumerate().filter(|_| !self.rows.is_empty()) {
            while part + 1 < self.starts.len() && self.starts[part + 1] < row as f64 {
                part += 1;
            }
            let steps = row.abs_diff(self.rows[part]) as f32 * spacing_mm;
            let square = squares[self.rows[part]][lane] + steps * steps;
            out[lane] = min(square, out[lane]);
        }
    }
}
