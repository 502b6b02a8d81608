//! How two shapes of a store differ, point by point.

use medshape_catalog::{Catalog, Shape};
use medshape_geometry::align::icp::{Fixed, IcpOptions, Metric, icp};
use medshape_geometry::align::principal::by_principal_axes;
use medshape_geometry::mesh::closed::Closed;
use medshape_geometry::mesh::tree::{SignedTree, Tree};
use medshape_types::{Affine, Mesh};

use crate::{Error, export};

/// How the second shape is laid on the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alignment {
    /// Where it lies: only for shapes of one image.
    Asis,
    /// The middle of its vertices on that of the first.
    Centre,
    /// Its principal axes on those of the first.
    Principal,
    /// Turned and moved so that the surfaces lie as near as they can, by iterated closest points
    /// from the middle.
    Rigid,
}

impl Alignment {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Rigid, Self::Centre, Self::Principal, Self::Asis];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Asis => "as-is",
            Self::Centre => "centre",
            Self::Principal => "principal",
            Self::Rigid => "rigid",
        }
    }

    /// The alignment of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|alignment| alignment.word() == word)
    }
}

/// What comparing two shapes found.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// How the second was laid on the first.
    pub first_from_second: Affine,
    /// For each vertex of the first shape's canonical mesh, in its order, how far it is from the
    /// surface of the second in mm; negative where it lies inside.
    pub distances_mm: Vec<f32>,
    /// Whether inside and outside were told apart, which needs the second to be closed.
    pub is_signed: bool,
}

/// The distances of a comparison in a few numbers, by vertices.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Mean distance without its sign.
    pub mean_mm: f32,
    /// 95th percentile of the distances without their signs.
    pub p95_mm: f32,
    /// The largest distance without its sign.
    pub most_mm: f32,
    /// Mean with the sign: how much larger the first is, on the whole.
    pub bias_mm: f32,
}

/// The most faces that two shapes may have together.
const MAX_FACES: usize = 4_000_000;
/// Points of the second shape that take part in its alignment.
const N_ALIGNED: usize = 4_000;

/// Lays the second shape on the first and measures how far they are apart.
///
/// # Errors
/// The store is damaged, a mesh is flat, or both together are too large to compare while somebody
/// waits.
pub fn difference(
    catalog: &Catalog,
    first: &Shape,
    second: &Shape,
    alignment: Alignment,
) -> Result<Difference, Error> {
    let refused =
        |reason: &str| Error::Export { shape: second.name.to_string(), reason: reason.to_owned() };
    let (fixed, moving) = (export::mesh(catalog, first)?, export::mesh(catalog, second)?);
    if fixed.faces().len() + moving.faces().len() > MAX_FACES {
        return Err(refused("both meshes together are too large to compare here"));
    }
    let flat = || refused("it or the other mesh is flat, or too unlike, and cannot be aligned");
    let first_from_second = aligned(&moving, &fixed, alignment).ok_or_else(flat)?;
    let moved = moved(&moving, &first_from_second).ok_or_else(flat)?;
    let (distances_mm, is_signed) = match Closed::new(&moved) {
        Some(closed) => (SignedTree::new(closed).signed_distances_mm(fixed.positions()), true),
        None => (Tree::new(&moved).distances_mm(fixed.positions()), false),
    };
    Ok(Difference { first_from_second, distances_mm, is_signed })
}

impl Difference {
    /// A few numbers for all of it; `None` without vertices.
    pub fn spread(&self) -> Option<Spread> {
        let mut sizes: Vec<f32> = self.distances_mm.iter().map(|mm| mm.abs()).collect();
        sizes.sort_unstable_by(f32::total_cmp);
        let n = sizes.len() as f64;
        let mean = |sum: f64| (sum / n) as f32;
        Some(Spread {
            mean_mm: mean(sizes.iter().map(|mm| f64::from(*mm)).sum()),
            p95_mm: *sizes.get((sizes.len() * 95).div_ceil(100).checked_sub(1)?)?,
            most_mm: *sizes.last()?,
            bias_mm: mean(self.distances_mm.iter().map(|mm| f64::from(*mm)).sum()),
        })
    }
}

fn aligned(moving: &Mesh, fixed: &Mesh, alignment: Alignment) -> Option<Affine> {
    match alignment {
        Alignment::Asis => Some(Affine::IDENTITY),
        Alignment::Centre => by_middle(moving, fixed),
        Alignment::Principal => by_principal_axes(moving, fixed),
        Alignment::Rigid => {
            let start = by_middle(moving, fixed)?;
            let step = moving.positions().len().div_ceil(N_ALIGNED).max(1);
            let points: Vec<[f32; 3]> = moving.positions().iter().copied().step_by(step).collect();
            let options = IcpOptions {
                metric: Metric::PointToPlane,
                max_rounds: 30,
                tolerance_mm: 1e-3,
                ..IcpOptions::default()
            };
            let found = icp(&points, &Fixed::mesh(fixed), &start, &options);
            Some(found.map_or(start, |found| found.fixed_from_moving))
        }
    }
}

fn by_middle(moving: &Mesh, fixed: &Mesh) -> Option<Affine> {
    let (from, to) = (middle(moving)?, middle(fixed)?);
    Affine::from_spacing([1.0; 3], [0, 1, 2].map(|axis| to[axis] - from[axis]))
}

fn middle(mesh: &Mesh) -> Option<[f64; 3]> {
    let n = mesh.positions().len() as f64;
    let sum = mesh.positions().iter().fold([0.0; 3], |sum, position| {
        [0, 1, 2].map(|axis| sum[axis] + f64::from(position[axis]))
    });
    (n > 0.0).then(|| sum.map(|sum| sum / n))
}

fn moved(mesh: &Mesh, map: &Affine) -> Option<Mesh> {
    let positions = mesh.positions().iter();
    let moved = positions.map(|position| map.apply(position.map(f64::from)).map(|mm| mm as f32));
    Mesh::new(moved.collect(), mesh.faces().to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A box from the origin to `size`, wound outward.
    fn brick(size: [f32; 3], at: [f32; 3]) -> Mesh {
        let corner =
            |n: usize| [0, 1, 2].map(|axis| at[axis] + size[axis] * ((n >> axis) & 1) as f32);
        let quads =
            [[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]];
        let faces = quads.iter().flat_map(|[a, b, c, d]| [[*a, *b, *c], [*a, *c, *d]]);
        Mesh::new((0..8).map(corner).collect(), faces.collect()).unwrap()
    }

    #[test]
    fn a_moved_copy_is_laid_back() {
        let fixed = brick([30.0, 20.0, 10.0], [0.0; 3]);
        let moving = brick([30.0, 20.0, 10.0], [5.0, -7.0, 2.0]);
        for alignment in [Alignment::Centre, Alignment::Rigid] {
            let map = aligned(&moving, &fixed, alignment).unwrap();
            let back = map.apply([5.0, -7.0, 2.0]);
            assert!(back.iter().all(|mm| mm.abs() < 1e-3), "{alignment:?}: {back:?}");
        }
        assert_eq!(aligned(&moving, &fixed, Alignment::Asis), Some(Affine::IDENTITY));
    }

    #[test]
    fn corners_of_a_larger_box_lie_outside_a_smaller_one() {
        // Each corner is 1 mm off along each axis: the root of three.
        let (large, small) = (brick([12.0; 3], [0.0; 3]), brick([10.0; 3], [1.0; 3]));
        let there = SignedTree::new(Closed::new(&small).unwrap());
        let distances_mm = there.signed_distances_mm(large.positions());
        let spread =
            Difference { first_from_second: Affine::IDENTITY, distances_mm, is_signed: true };
        let spread = spread.spread().unwrap();
        for mm in [spread.mean_mm, spread.p95_mm, spread.most_mm, spread.bias_mm] {
            assert!((mm - 3.0_f32.sqrt()).abs() < 1e-5, "{mm}");
        }
    }

    #[test]
    fn words_of_alignments_lead_back() {
        for alignment in Alignment::ALL {
            assert_eq!(Alignment::from_word(alignment.word()), Some(alignment));
        }
    }
}
