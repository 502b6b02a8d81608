//! The frame in which bodies are compared: each is scaled and shifted along its axes so that the
//! structures that are there lie where they lie on the average.

use serde::{Deserialize, Serialize};

use super::body::{Body, Mark, Marks};
use super::cells::{Cells, Lattice};
use super::pyramid::Pyramid;
use super::structures::{N, Set};

/// Edges of the frame in millimetres of the average body: a torso with arms and neck.
pub const SIZE_MM: [f64; 3] = [360.0, 288.0, 720.0];

/// The cells in which bodies are bent onto each other.
pub const COARSE: Lattice = Lattice { dims: [60, 48, 120], cell_mm: 6.0 };

/// The cells in which it is known what is missing where.
pub const FINE: Lattice = Lattice { dims: [90, 72, 180], cell_mm: 4.0 };

/// Classes of a cell: the background and the structures.
pub const CLASSES: usize = N + 1;

/// From the frame to a body, along each axis: `body = scale * frame + shift`, in millimetres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alignment {
    /// How much larger the body is than the average.
    pub scale: [f64; 3],
    /// Where the frame's zero lies in the body.
    pub shift_mm: [f64; 3],
}

impl Alignment {
    /// The alignment that brings marks of a body onto those of the average by least squares, over the
    /// structures of `by` that both have. The fewer there are, the more the scale is held at one.
    pub fn fit(average: &Marks, body: &Marks, by: &Set) -> Option<Self> {
        let pairs: Vec<(Mark, Mark)> = (0..N)
            .filter(|&place| by[place])
            .filter_map(|place| Some((average[place]?, body[place]?)))
            .collect();
        if pairs.is_empty() {
            return None;
        }
        let (mut scale, mut shift_mm) = ([1.0; 3], [0.0; 3]);
        for axis in 0..3 {
            let points = |mark: &Mark| {
                let (centre, spread) = (mark.centre_mm[axis], mark.spread_mm[axis]);
                [centre - spread, centre, centre + spread]
            };
            let from: Vec<f64> = pairs.iter().flat_map(|(average, _)| points(average)).collect();
            let to: Vec<f64> = pairs.iter().flat_map(|(_, body)| points(body)).collect();
            let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
            let (mean_from, mean_to) = (mean(&from), mean(&to));
            let products = from.iter().zip(&to).map(|(a, b)| (a - mean_from) * (b - mean_to));
            let squares = from.iter().map(|a| (a - mean_from).powi(2)).sum::<f64>();
            let raw = products.sum::<f64>() / squares.max(1e-9);
            let trust = pairs.len() as f64 / (pairs.len() as f64 + 1.0);
            scale[axis] = (1.0 + (raw - 1.0) * trust).clamp(0.3, 3.0);
            shift_mm[axis] = mean_to - scale[axis] * mean_from;
        }
        Some(Self { scale, shift_mm })
    }

    /// A place of the frame in the body.
    #[inline]
    pub fn body_from_frame(&self, place_mm: [f64; 3]) -> [f64; 3] {
        [0, 1, 2].map(|axis| self.scale[axis] * place_mm[axis] + self.shift_mm[axis])
    }

    /// A mark of the body in the frame.
    pub fn frame_from_body(&self, mark: &Mark) -> Mark {
        Mark {
            centre_mm: [0, 1, 2]
                .map(|axis| (mark.centre_mm[axis] - self.shift_mm[axis]) / self.scale[axis]),
            spread_mm: [0, 1, 2].map(|axis| mark.spread_mm[axis] / self.scale[axis]),
        }
    }
}

/// What a frame is made of, as a model file keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FrameFacts {
    /// Centre and spread of each structure on the average, in millimetres from the corner of the
    /// frame.
    pub marks: Vec<[f64; 6]>,
}

/// The frame: where the average body lies, and which cells may hold something.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Marks of the average body, in millimetres from the corner of the frame.
    pub marks: Marks,
    /// The coarse cells in which structures may lie; rows of samples are theirs.
    pub cells: Cells,
    /// The fine cells in these.
    pub fine: Cells,
    /// The coarse cells and coarser ones over them.
    pub pyramid: Pyramid,
}

/// Rounds in which the average is sought.
const ROUNDS: usize = 6;

/// Cells that are added around those in which a training subject has anything.
const MARGIN: usize = 2;

/// Marks of the average body: each body is brought onto it, and it is the mean of them all, of their
/// mean size, in the middle of the frame.
pub fn average(bodies: &[Marks]) -> Option<Marks> {
    let all = [true; N];
    let mut average = *bodies.first()?;
    for _ in 0..ROUNDS {
        let fits: Vec<Alignment> =
            bodies.iter().filter_map(|marks| Alignment::fit(&average, marks, &all)).collect();
        let mut means: Marks = [None; N];
        for place in 0..N {
            let marks: Vec<Mark> = bodies
                .iter()
                .zip(&fits)
                .filter_map(|(marks, fit)| Some(fit.frame_from_body(&marks[place]?)))
                .collect();
            means[place] = (!marks.is_empty()).then(|| mean(&marks));
        }
        let size = [0, 1, 2]
            .map(|axis| fits.iter().map(|fit| fit.scale[axis]).sum::<f64>() / fits.len() as f64);
        average = centred(&means, size);
    }
    // Numbers that a model file holds exactly.
    let round = |mm: f64| (mm * 1024.0).round() / 1024.0;
    Some(average.map(|mark| {
        mark.map(|mark| Mark {
            centre_mm: mark.centre_mm.map(round),
            spread_mm: mark.spread_mm.map(round),
        })
    }))
}

fn mean(marks: &[Mark]) -> Mark {
    let n = marks.len() as f64;
    let over = |of: fn(&Mark) -> [f64; 3]| {
        [0, 1, 2].map(|axis| marks.iter().map(|mark| of(mark)[axis]).sum::<f64>() / n)
    };
    Mark { centre_mm: over(|mark| mark.centre_mm), spread_mm: over(|mark| mark.spread_mm) }
}

/// Marks scaled, and moved so that the mean of their centres is the middle of the frame.
fn centred(marks: &Marks, size: [f64; 3]) -> Marks {
    let there: Vec<Mark> = marks.iter().flatten().copied().collect();
    let middle = mean(&there).centre_mm;
    marks.map(|mark| {
        mark.map(|mark| Mark {
            centre_mm: [0, 1, 2].map(|axis| {
                (mark.centre_mm[axis] - middle[axis]) * size[axis] + SIZE_MM[axis] / 2.0
            }),
            spread_mm: [0, 1, 2].map(|axis| mark.spread_mm[axis] * size[axis]),
        })
    })
}

impl Frame {
    /// The frame of an average body and the coarse cells that may hold something, x fastest.
    pub fn new(marks: Marks, active: &[bool]) -> Self {
        let around = |index: usize| {
            let middle = FINE.middle_mm(FINE.cell(index));
            active[COARSE.index(middle.map(|mm| (mm / COARSE.cell_mm) as usize))]
        };
        let fine = Cells::new(FINE, around);
        let cells = Cells::new(COARSE, |index| active[index]);
        let pyramid = Pyramid::new(&cells);
        Self { marks, cells, fine, pyramid }
    }

    /// The frame of training subjects.
    pub fn of_bodies(bodies: &[Body]) -> Option<Self> {
        let marks: Vec<Marks> = bodies.iter().map(Body::marks).collect();
        let average = average(&marks)?;
        let mut active = vec![false; COARSE.n_cells()];
        for (body, marks) in bodies.iter().zip(&marks) {
            let fit = Alignment::fit(&average, marks, &[true; N])?;
            for (index, active) in active.iter_mut().enumerate() {
                let middle = COARSE.middle_mm(COARSE.cell(index));
                *active |= body.at(fit.body_from_frame(middle)).is_some_and(|code| code > 0);
            }
        }
        (0..MARGIN).for_each(|_| widen(&mut active));
        Some(Self::new(average, &active))
    }

    /// What a model file keeps of it beside the cells.
    pub fn facts(&self) -> FrameFacts {
        let row = |mark: &Option<Mark>| {
            let mark = mark.unwrap_or_default();
            let [a, b] = [mark.centre_mm, mark.spread_mm];
            [a[0], a[1], a[2], b[0], b[1], b[2]]
        };
        FrameFacts { marks: self.marks.iter().map(row).collect() }
    }
}

impl FrameFacts {
    /// The marks, if there are as many as structures and all numbers are finite.
    pub fn marks(&self) -> Option<Marks> {
        let rows: &[[f64; 6]; N] = self.marks.as_slice().try_into().ok()?;
        let finite = rows.iter().flatten().all(|value| value.is_finite());
        let mark = |row: &[f64; 6]| Mark {
            centre_mm: [row[0], row[1], row[2]],
            spread_mm: [row[3], row[4], row[5]],
        };
        let mut marks = [None; N];
        for (to, row) in marks.iter_mut().zip(rows) {
            *to = (row[3] > 0.0).then(|| mark(row));
        }
        finite.then_some(marks)
    }
}

/// Adds the face neighbours.
fn widen(active: &mut [bool]) {
    let before = active.to_vec();
    for at in (0..before.len()).filter(|&at| before[at]) {
        let here = COARSE.cell(at);
        for axis in 0..3 {
            for there in [here[axis].checked_sub(1), Some(here[axis] + 1)].into_iter().flatten() {
                if there < COARSE.dims[axis] {
                    let mut place = here;
                    place[axis] = there;
                    active[COARSE.index(place)] = true;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(scale: f64, shift: f64) -> Marks {
        let mark = |place: usize| Mark {
            centre_mm: [0, 1, 2].map(|axis| shift + scale * (20 * place + 7 * axis) as f64),
            spread_mm: [scale * 15.0; 3],
        };
        let mut marks = [None; N];
        (0..N).for_each(|place| marks[place] = Some(mark(place)));
        marks
    }

    #[test]
    fn a_scaled_and_shifted_body_is_found_back() {
        let fit = Alignment::fit(&marks(1.0, 0.0), &marks(1.26, 40.0), &[true; N]).expect("marks");
        // Twelve of thirteen parts of what differs from one.
        assert!((fit.scale[1] - (1.0 + 0.26 * 12.0 / 13.0)).abs() < 1e-9);
        let centre = fit.body_from_frame([110.0, 117.0, 124.0]);
        assert!((centre[0] - (40.0 + 1.26 * 110.0)).abs() < 1e-9);
        assert_eq!(Alignment::fit(&marks(1.0, 0.0), &marks(1.0, 0.0), &[false; N]), None);
    }

    #[test]
    fn the_average_of_two_sizes_is_between_them_and_in_the_middle() {
        let average = average(&[marks(0.9, 3.0), marks(1.1, -8.0)]).expect("bodies");
        let spread = average[4].expect("a mark").spread_mm[2];
        assert!((spread - 15.0).abs() < 0.3, "{spread}");
        let middle: f64 =
            average.iter().flatten().map(|mark| mark.centre_mm[0]).sum::<f64>() / 12.0;
        assert!((middle - 180.0).abs() < 1e-3);
    }
}
