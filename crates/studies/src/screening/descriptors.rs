//! Twelve numbers that describe a brain, told from its mask alone.
//!
//! The plane of symmetry is fitted to the outer shape, so that a head that is turned is not taken for one
//! that is uneven. Ventricles are what the mask encloses; sulci are what closing it fills.

use medshape_geometry::mesh::area::area;
use medshape_geometry::voxels::cavities::filled;
use medshape_geometry::voxels::components::{Components, Connectivity};
use medshape_geometry::voxels::mask::MaskView;
use medshape_geometry::voxels::morphology::closed;
use medshape_types::{LabelMap, Mesh};

/// How many there are.
pub const N: usize = 12;

/// What they are, with their units.
pub const NAMES: [&str; N] = [
    "volume_ml",
    "area_cm2",
    "sphericity",
    "filled_share",
    "length_to_width",
    "unlike_mirror_share",
    "halves_differ_share",
    "sulci_differ_share",
    "ventricles_ml",
    "ventricles_shift_mm",
    "ventricles_differ_share",
    "midline_shift_mm",
];

/// Sulci narrower than twice this are filled.
const CLOSING_MM: f64 = 7.0;

/// What the mask encloses is a ventricle if it is as large as this and as near to the plane.
const LEAST_VENTRICLE_ML: f64 = 0.3;
const FARTHEST_VENTRICLE_MM: f64 = 45.0;

/// The fissure between the halves is looked for so near to the plane, and so high above the middle.
const FISSURE_MM: f64 = 12.0;
const ABOVE_MM: f64 = 8.0;

/// Rows of the outer shape shorter than this say little of where the middle is.
const LEAST_ROW_MM: f64 = 50.0;

/// The descriptors of label 1 of a map, whose first axis goes from left to right, and of its mesh. `None` if
/// it is too small to have a plane of symmetry.
pub fn of(map: &LabelMap, mesh: &Mesh) -> Option<[f64; N]> {
    let looked_at = LookedAt::new(map)?;
    let spacing_mm = map.grid().spacing_mm()[0];
    let voxel_ml = map.grid().voxel_volume_mm3() / 1000.0;
    let (mut brain, mut envelope, mut unlike) = ([0.0; 2], [0.0; 2], 0.0);
    let mut ventricles = Side::default();
    let mut fissure = Side::default();
    let mut open = [0.0; 2];
    let (mut low, mut high) = ([f64::MAX; 2], [f64::MIN; 2]);
    for index in 0..looked_at.envelope.len() {
        if !looked_at.envelope[index] {
            continue;
        }
        let [x, y, z] = looked_at.place(index);
        let off = x - looked_at.plane.at(y, z);
        let half = usize::from(off > 0.0);
        envelope[half] += 1.0;
        for (axis, at) in [x, y].into_iter().enumerate() {
            low[axis] = low[axis].min(at);
            high[axis] = high[axis].max(at);
        }
        if looked_at.brain[index] {
            brain[half] += 1.0;
            unlike += f64::from(u8::from(!looked_at.has_mirror(x - 2.0 * off, y, z)));
        } else if looked_at.ventricles[index] {
            ventricles.add(off);
        } else {
            open[half] += 1.0;
            let is_high = (z - looked_at.middle[2]) * spacing_mm > ABOVE_MM;
            if is_high && off.abs() * spacing_mm < FISSURE_MM {
                fissure.add(off);
            }
        }
    }
    let (all, outer) = (brain[0] + brain[1], envelope[0] + envelope[1]);
    let (volume_mm3, area_mm2) = (all * voxel_ml * 1000.0, area(mesh));
    let (sphere, differ) =
        (std::f64::consts::PI.cbrt(), |[a, b]: [f64; 2]| share((a - b).abs(), a + b));
    Some([
        all * voxel_ml,
        area_mm2 / 100.0,
        share(sphere * (6.0 * volume_mm3).cbrt().powi(2), area_mm2),
        share(all, outer),
        share(high[1] - low[1] + 1.0, high[0] - low[0] + 1.0),
        share(unlike, all),
        differ(brain),
        differ([share(open[0], envelope[0]), share(open[1], envelope[1])]),
        ventricles.n() * voxel_ml,
        ventricles.mean().abs() * spacing_mm,
        differ(ventricles.halves),
        fissure.mean().abs() * spacing_mm,
    ])
}

fn share(part: f64, all: f64) -> f64 {
    if all > 0.0 { part / all } else { 0.0 }
}

/// Voxels on both sides of the plane.
#[derive(Debug, Default)]
struct Side {
    halves: [f64; 2],
    sum: f64,
}

impl Side {
    fn add(&mut self, off: f64) {
        self.halves[usize::from(off > 0.0)] += 1.0;
        self.sum += off;
    }

    fn n(&self) -> f64 {
        self.halves[0] + self.halves[1]
    }

    fn mean(&self) -> f64 {
        share(self.sum.abs(), self.n())
    }
}

/// Where the middle between left and right is, in voxels: `x = at + y slope_y + z slope_z` about the middle.
#[derive(Debug, Clone, Copy)]
struct Plane {
    middle: [f64; 3],
    at: f64,
    slopes: [f64; 2],
}

impl Plane {
    fn at(&self, y: f64, z: f64) -> f64 {
        self.at + self.slopes[0] * (y - self.middle[1]) + self.slopes[1] * (z - self.middle[2])
    }

    /// By least squares over the middles of the rows of an outer shape.
    fn of(rows: &[[f64; 3]]) -> Option<Self> {
        let n = rows.len() as f64;
        if rows.len() < 16 {
            return None;
        }
        let mean = |axis: usize| rows.iter().map(|row| row[axis]).sum::<f64>() / n;
        let middle = [0, 1, 2].map(mean);
        let product = |a: usize, b: usize| -> f64 {
            rows.iter().map(|row| (row[a] - middle[a]) * (row[b] - middle[b])).sum()
        };
        let (yy, zz, yz) = (product(1, 1), product(2, 2), product(1, 2));
        let (xy, xz) = (product(0, 1), product(0, 2));
        let determinant = yy * zz - yz * yz;
        let slopes = if determinant > 1e-6 * yy * zz && determinant > 0.0 {
            [(xy * zz - xz * yz) / determinant, (xz * yy - xy * yz) / determinant]
        } else {
            [0.0; 2]
        };
        Some(Self { middle, at: middle[0], slopes })
    }
}

/// A brain with what closing it adds.
struct LookedAt {
    dims: [usize; 3],
    brain: Vec<bool>,
    /// With sulci and ventricles.
    envelope: Vec<bool>,
    ventricles: Vec<bool>,
    middle: [f64; 3],
    plane: Plane,
}

impl LookedAt {
    fn new(map: &LabelMap) -> Option<Self> {
        let dims = map.grid().dims();
        let brain: Vec<bool> = map.voxels().iter().map(|label| label == 1).collect();
        let (outer, _) = filled(closed(MaskView::of(map, 1), CLOSING_MM), f64::INFINITY);
        let is_inside = |value: i64| outer.values().iter().position(|&other| other == value);
        // A mask that was closed has one label, the last.
        let label = u16::try_from(is_inside(*outer.values().last()?)?).ok()?;
        let envelope: Vec<bool> =
            outer.voxels().iter().zip(&brain).map(|(of, is_in)| of == label || *is_in).collect();
        let mut rows = Vec::new();
        let spacing_mm = map.grid().spacing_mm()[0];
        for (number, row) in envelope.chunks_exact(dims[0]).enumerate() {
            let ends = (row.iter().position(|is| *is), row.iter().rposition(|is| *is));
            if let (Some(first), Some(last)) = ends
                && (last - first) as f64 * spacing_mm > LEAST_ROW_MM
            {
                let middle = 0.5 * (first + last) as f64;
                rows.push([middle, (number % dims[1]) as f64, (number / dims[1]) as f64]);
            }
        }
        let plane = Plane::of(&rows)?;
        let middle = dims.map(|dim| 0.5 * (dim as f64 - 1.0));
        let ventricles = enclosed(map, &plane);
        Some(Self { dims, brain, envelope, ventricles, middle, plane })
    }

    fn place(&self, index: usize) -> [f64; 3] {
        let [n_x, n_y, _] = self.dims;
        [index % n_x, index / n_x % n_y, index / (n_x * n_y)].map(|at| at as f64)
    }

    /// Whether the voxel nearest to a place is brain.
    fn has_mirror(&self, x: f64, y: f64, z: f64) -> bool {
        let at = x.round();
        let is_there = (0.0..self.dims[0] as f64).contains(&at);
        is_there
            && self.brain[at as usize + self.dims[0] * (y as usize + self.dims[1] * z as usize)]
    }
}

/// What is not brain and has no way to the outside, if it is large and central enough.
fn enclosed(map: &LabelMap, plane: &Plane) -> Vec<bool> {
    let dims = map.grid().dims();
    let spacing_mm = map.grid().spacing_mm()[0];
    let components = Components::of_background(map, Connectivity::Faces);
    let is_ventricle: Vec<bool> = components
        .list()
        .iter()
        .map(|component| {
            let [x, y, z] = component.centroid_voxel();
            let off_mm = (x - plane.at(y, z)).abs() * spacing_mm;
            !component.touches_border(dims)
                && component.volume_mm3(map.grid()) >= 1000.0 * LEAST_VENTRICLE_ML
                && off_mm < FARTHEST_VENTRICLE_MM
        })
        .collect();
    let of_number = |number: &u32| *number > 0 && is_ventricle[*number as usize - 1];
    components.volume().iter().map(of_number).collect()
}
