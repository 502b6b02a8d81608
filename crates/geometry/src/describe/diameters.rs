//! The longest distances between vertices of a mask's surface, in space and in the planes of the
//! grid, as PyRadiomics defines them: exact, but without looking at all pairs.
//!
//! Vertices lie halfway between a voxel inside and its neighbour outside, so in doubled indices
//! they are whole numbers, one of them odd. Only the first and the last vertex of a row of voxels
//! can be an end of a longest distance.

use super::bits::{Bits, ones, span};
use super::plane;

/// First and last index of a row, `None` for an empty one.
type Span = Option<[u16; 2]>;

/// The outermost vertices of a mask's surface.
#[derive(Debug)]
pub(super) struct Outline {
    dims: [usize; 3],
    /// Voxels: along x by (y, z), along y by (x, z), along z by (x, y).
    rows: [Vec<Span>; 3],
    /// Sides of voxels: those across x along y by (x, z), across y along x by (y, z), across z
    /// along x by (y, z).
    sides: [Vec<Span>; 3],
}

impl Outline {
    pub(super) fn of(bits: &Bits) -> Self {
        let [nx, ny, nz] = bits.dims;
        let row = |y: usize, z: usize| bits.row(y, z).iter().copied();
        let across_x = |y: usize, z: usize| {
            let row = bits.row(y, z);
            (0..row.len()).map(move |word| {
                let next = row.get(word + 1).map_or(0, |next| next << 63);
                row[word] ^ (row[word] >> 1 | next)
            })
        };
        let per_row = |find: &dyn Fn(usize, usize) -> Span| {
            (0..ny * nz).map(|at| find(at % ny, at / ny)).collect::<Vec<_>>()
        };
        // The margins are empty, so the last row has no side that the one before it lacks.
        let xor = |a: [usize; 2], b: [usize; 2]| {
            let [a, b] = [a, b].map(|[y, z]| bits.row(y, z));
            span((0..a.len()).map(|word| a[word] ^ b[word]))
        };
        Self {
            dims: bits.dims,
            rows: [
                per_row(&|y, z| span(row(y, z))),
                columns(nx, ny, nz, row),
                columns(nx, nz, ny, |z, y| row(y, z)),
            ],
            sides: [
                columns(nx, ny, nz, across_x),
                per_row(&|y, z| if y + 1 < ny { xor([y, z], [y + 1, z]) } else { None }),
                per_row(&|y, z| if z + 1 < nz { xor([y, z], [y, z + 1]) } else { None }),
            ],
        }
    }

    /// Vertices that hold all corners of the convex hull, in doubled indices.
    pub(super) fn hull_candidates(&self) -> Vec<[i64; 3]> {
        let [nx, ny, nz] = self.dims;
        let [along_x, along_y, along_z] = &self.rows;
        let mut points = Vec::new();
        for z in 0..nz {
            let at = 2 * z as i64;
            chains(&along_x[ny * z..][..ny], &mut |y, x| points.push([x, y, at]));
            chains(&along_y[nx * z..][..nx], &mut |x, y| points.push([x, y, at]));
        }
        for y in 0..ny {
            let at = 2 * y as i64;
            chains(&along_z[nx * y..][..nx], &mut |x, z| points.push([x, at, z]));
        }
        points
    }

    /// The longest distance between two vertices in one plane across `axis`, in mm.
    pub(super) fn plane_diameter_mm(&self, axis: usize, spacing_mm: [f64; 3]) -> f64 {
        let [u, v] = [[1, 2], [0, 2], [0, 1]][axis];
        let half = [0.5 * spacing_mm[u], 0.5 * spacing_mm[v]];
        let squared =
            |d: [i64; 2]| (d[0] as f64 * half[0]).powi(2) + (d[1] as f64 * half[1]).powi(2);
        // The box of a plane's vertices bounds its diameter, so few planes are looked at closely.
        let mut planes: Vec<(f64, usize)> = (0..2 * self.dims[axis])
            .filter_map(|plane| Some((squared(self.size_in_plane(axis, plane)?), plane)))
            .collect();
        planes.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut best = 0.0;
        for (bound, plane) in planes {
            if bound <= best {
                break;
            }
            let mut points = Vec::new();
            self.for_each_in_plane(axis, plane, |point| points.push(point));
            let corners = plane::hull(&mut points);
            for (at, a) in corners.iter().enumerate() {
                for b in &corners[at + 1..] {
                    best = f64::max(best, squared([a[0] - b[0], a[1] - b[1]]));
                }
            }
        }
        best.sqrt()
    }

    /// Size of the box around the vertices in a plane, `None` if there are none.
    fn size_in_plane(&self, axis: usize, plane: usize) -> Option<[i64; 2]> {
        let (mut min, mut max) = ([i64::MAX; 2], [i64::MIN; 2]);
        self.for_each_in_plane(axis, plane, |point| {
            for side in 0..2 {
                min[side] = min[side].min(point[side]);
                max[side] = max[side].max(point[side]);
            }
        });
        (min[0] <= max[0]).then(|| [max[0] - min[0], max[1] - min[1]])
    }

    /// Calls `point` for the outermost vertices in a plane at a doubled index: those between voxels
    /// of the plane where it is even, those between the layers on both sides where it is odd.
    fn for_each_in_plane(&self, axis: usize, plane: usize, mut point: impl FnMut([i64; 2])) {
        let [nx, ny, nz] = self.dims;
        let at = plane / 2;
        let swap = |[a, b]: [i64; 2]| [b, a];
        if plane % 2 == 1 {
            let sides = &self.sides[axis];
            match axis {
                0 => corners(sides, at, nx, nz, 0, &mut point),
                1 => corners(sides, at, ny, nz, 0, &mut point),
                _ => corners(sides, ny * at, 1, ny, 0, &mut point),
            }
            return;
        }
        let [along_x, along_y, along_z] = &self.rows;
        match axis {
            0 => {
                corners(along_y, at, nx, nz, 1, &mut point);
                corners(along_z, at, nx, ny, 1, |p| point(swap(p)));
            }
            1 => {
                corners(along_x, at, ny, nz, 1, &mut point);
                corners(along_z, nx * at, 1, nx, 1, |p| point(swap(p)));
            }
            _ => {
                corners(along_x, ny * at, 1, ny, 1, &mut point);
                corners(along_y, nx * at, 1, nx, 1, |p| point(swap(p)));
            }
        }
    }
}

/// Calls `point` for both ends of `n` spans, `step` places apart, as (end, span), in doubled indices;
/// the ends moved out by `out`.
fn corners(
    spans: &[Span],
    first: usize,
    step: usize,
    n: usize,
    out: i64,
    mut point: impl FnMut([i64; 2]),
) {
    for (line, span) in (0..n as i64).zip(spans[first..].iter().step_by(step)) {
        if let Some([low, high]) = span {
            point([2 * i64::from(*low) - out, 2 * line]);
            point([2 * i64::from(*high) + out, 2 * line]);
        }
    }
}

/// Calls `point` with (line, end) in doubled indices for the ends of spans on their convex hull.
fn chains(spans: &[Span], point: &mut dyn FnMut(i64, i64)) {
    let found = || (0..).zip(spans).filter_map(|(line, span)| span.map(|span| (line, span)));
    let low = found().map(|(line, span)| [2 * line, 2 * i64::from(span[0]) - 1]);
    let high = found().map(|(line, span)| [2 * line, -(2 * i64::from(span[1]) + 1)]);
    plane::lower_chain(low).into_iter().for_each(|[line, end]| point(line, end));
    plane::lower_chain(high).into_iter().for_each(|[line, end]| point(line, -end));
}

/// For each bit of each layer the first and the last line that has it.
fn columns<I: Iterator<Item = u64>>(
    n_bits: usize,
    n_lines: usize,
    n_layers: usize,
    row: impl Fn(usize, usize) -> I,
) -> Vec<Span> {
    let mut spans: Vec<Span> = vec![None; n_bits * n_layers];
    let mut seen = vec![0; n_bits / 64 + 1];
    for (layer, spans) in spans.chunks_exact_mut(n_bits).enumerate() {
        seen.fill(0);
        for line in 0..n_lines {
            ones(newly(row(line, layer), &mut seen))
                .for_each(|bit| spans[bit] = Some([line as u16; 2]));
        }
        seen.fill(0);
        for line in (0..n_lines).rev() {
            ones(newly(row(line, layer), &mut seen)).for_each(|bit| {
                if let Some([_, last]) = &mut spans[bit] {
                    *last = line as u16;
                }
            });
        }
    }
    spans
}

/// The bits that were not seen before; now they are.
fn newly(row: impl Iterator<Item = u64>, seen: &mut [u64]) -> impl Iterator<Item = u64> {
    row.zip(seen).map(|(word, seen)| {
        let new = word & !*seen;
        *seen |= word;
        new
    })
}
