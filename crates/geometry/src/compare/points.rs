//! How alike two point clouds are.

use medshape_types::PointCloud;

use crate::points::nearest::{NearPoint, PointTree};
use crate::vector::dot;

/// Means over the points of one cloud of the distance to the nearest point of another.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct MeanDistance {
    /// Mean of the distances.
    pub mm: f64,
    /// Mean of their squares.
    pub mm2: f64,
}

/// The chamfer distance of two clouds, both ways; papers differ in what they add up.
///
/// [`Chamfer::mm`] is the mean of both ways of plain distances, in millimetres and so comparable
/// with other distances; [`Chamfer::mm2`] the sum of both ways of squared distances (Fan et al.,
/// 2017; `PyTorch3D`'s default).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Chamfer {
    /// From the first cloud to the second.
    pub there: MeanDistance,
    /// From the second cloud to the first.
    pub back: MeanDistance,
}

impl Chamfer {
    /// Mean of both ways of plain distances.
    pub fn mm(&self) -> f64 {
        0.5 * (self.there.mm + self.back.mm)
    }

    /// Sum of both ways of squared distances.
    pub fn mm2(&self) -> f64 {
        self.there.mm2 + self.back.mm2
    }
}

/// How much of each of two clouds lies near the other (Knapitsch et al., 2017).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct FScore {
    /// Share of the first cloud within the tolerance of the second, from 0 to 1.
    pub precision: f64,
    /// Share of the second cloud within the tolerance of the first.
    pub recall: f64,
}

impl FScore {
    /// The harmonic mean of both; 0 if both are.
    pub fn f(&self) -> f64 {
        let sum = self.precision + self.recall;
        if sum > 0.0 { 2.0 * self.precision * self.recall / sum } else { 0.0 }
    }
}

/// The nearest points of two clouds, from which all measures follow.
///
/// ```
/// use medshape_geometry::compare::points::Pairs;
/// use medshape_types::PointCloud;
///
/// let cloud = |x: f32| PointCloud::new(vec![[x, 0.0, 0.0], [x, 9.0, 0.0]], vec![]).unwrap();
/// let pairs = Pairs::of(&cloud(0.0), &cloud(3.0)).unwrap();
/// assert_eq!(pairs.chamfer().mm(), 3.0);
/// assert_eq!(pairs.chamfer().mm2(), 18.0);
/// assert_eq!(pairs.f_score(2.9).f(), 0.0);
/// ```
#[derive(Debug, Clone)]
pub struct Pairs {
    there: Vec<NearPoint>,
    back: Vec<NearPoint>,
}

impl Pairs {
    /// Finds them; `None` if a cloud has no points. O(n log n), on all threads.
    pub fn of(first: &PointCloud, second: &PointCloud) -> Option<Self> {
        let nearest = |from: &PointCloud, to: &PointCloud| {
            let tree = PointTree::new(to.positions());
            let found = tree.nearest_of_each(from.positions());
            found.into_iter().collect::<Option<Vec<_>>>().filter(|found| !found.is_empty())
        };
        Some(Self { there: nearest(first, second)?, back: nearest(second, first)? })
    }

    /// Mean distances both ways.
    pub fn chamfer(&self) -> Chamfer {
        Chamfer { there: mean(&self.there), back: mean(&self.back) }
    }

    /// Shares within a tolerance, that itself included.
    pub fn f_score(&self, tolerance_mm: f64) -> FScore {
        let share = |pairs: &[NearPoint]| {
            let is_near = |pair: &&NearPoint| distance(pair) <= tolerance_mm;
            pairs.iter().filter(is_near).count() as f64 / pairs.len() as f64
        };
        FScore { precision: share(&self.there), recall: share(&self.back) }
    }

    /// The largest of all distances: the Hausdorff distance of the clouds.
    pub fn hausdorff_mm(&self) -> f64 {
        self.there.iter().chain(&self.back).map(distance).fold(0.0, f64::max)
    }

    /// Mean over both ways of |cos| of the angle between the normals of nearest points (Mescheder
    /// et al., 2019), from 0 to 1; `None` unless both clouds have normals.
    pub fn normal_consistency(&self, first: &PointCloud, second: &PointCloud) -> Option<f64> {
        let mean = |pairs: &[NearPoint], from: &PointCloud, to: &PointCloud| {
            let mut sum = 0.0;
            for (pair, &normal) in pairs.iter().zip(from.normals()) {
                let other = to.normals().get(pair.point as usize)?;
                sum += f64::from(dot(normal, *other).abs());
            }
            (from.normals().len() == pairs.len()).then_some(sum / pairs.len() as f64)
        };
        Some(0.5 * (mean(&self.there, first, second)? + mean(&self.back, second, first)?))
    }
}

fn distance(pair: &NearPoint) -> f64 {
    f64::from(pair.squared_mm2).sqrt()
}

fn mean(pairs: &[NearPoint]) -> MeanDistance {
    let n = pairs.len() as f64;
    MeanDistance {
        mm: pairs.iter().map(distance).sum::<f64>() / n,
        mm2: pairs.iter().map(|pair| f64::from(pair.squared_mm2)).sum::<f64>() / n,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cloud(positions: Vec<[f32; 3]>, normals: Vec<[f32; 3]>) -> PointCloud {
        PointCloud::new(positions, normals).unwrap()
    }

    #[test]
    fn both_ways_count() {
        let first = cloud(vec![[0.0; 3], [10.0, 0.0, 0.0]], vec![]);
        let second = cloud(vec![[0.0, 2.0, 0.0]], vec![]);
        let pairs = Pairs::of(&first, &second).unwrap();
        let chamfer = pairs.chamfer();
        assert_eq!(chamfer.back, MeanDistance { mm: 2.0, mm2: 4.0 });
        assert_eq!(chamfer.there.mm, 0.5 * (2.0 + 104.0_f64.sqrt()));
        assert_eq!(chamfer.there.mm2, 54.0);
        assert_eq!(pairs.f_score(2.0), FScore { precision: 0.5, recall: 1.0 });
        assert_eq!(pairs.hausdorff_mm(), 104.0_f64.sqrt());
        assert_eq!(pairs.normal_consistency(&first, &second), None);
    }

    /// `n` points spread over a box by multiples of irrational numbers.
    fn spread(n: u16, steps: [f64; 3], size: [f64; 3]) -> PointCloud {
        let position = |index: u16| {
            [0, 1, 2].map(|axis| (f64::from(index) * steps[axis]).fract() * size[axis])
        };
        cloud((0..n).map(|index| position(index).map(|value| value as f32)).collect(), vec![])
    }

    #[test]
    fn scipy_finds_the_same() {
        // By `scipy.spatial.cKDTree` 1.17 on the same 32-bit positions.
        let first =
            spread(500, [0.754_877_666_2, 0.569_840_290_9, 0.324_717_957_2], [40.0, 30.0, 20.0]);
        let second =
            spread(400, [0.819_172_513_4, 0.671_043_606_7, 0.549_700_477_9], [38.0, 33.0, 21.0]);
        let pairs = Pairs::of(&first, &second).unwrap();
        let Chamfer { there, back } = pairs.chamfer();
        for (found, expected) in [
            (there.mm, 2.1376374577716213),
            (there.mm2, 5.149655397821763),
            (back.mm, 4.434983083317477),
            (back.mm2, 26.22233683176712),
            (pairs.hausdorff_mm(), 13.023539255372642),
        ] {
            assert!((found / expected - 1.0).abs() < 1e-6, "{found} for {expected}");
        }
        assert_eq!(pairs.f_score(2.5), FScore { precision: 0.678, recall: 0.2725 });
    }

    #[test]
    fn normals_that_face_each_other_agree() {
        let first = cloud(vec![[0.0; 3]], vec![[0.0, 0.0, 1.0]]);
        let second = cloud(vec![[1.0; 3], [2.0; 3]], vec![[0.0, 0.0, -1.0], [1.0, 0.0, 0.0]]);
        let pairs = Pairs::of(&first, &second).unwrap();
        assert_eq!(pairs.normal_consistency(&first, &second), Some(0.75));
    }

    #[test]
    fn an_empty_cloud_cannot_be_compared() {
        let (some, none) = (cloud(vec![[0.0; 3]], vec![]), PointCloud::default());
        assert!(Pairs::of(&some, &none).is_none() && Pairs::of(&none, &some).is_none());
    }
}
