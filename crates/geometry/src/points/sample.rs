//! Points spread over a surface by area.

use medshape_types::{Mesh, PointCloud};
use rayon::prelude::*;

use crate::random::Random;
use crate::vector::{add, cross, dot, doubled_area, scaled, sub, unit};

// Of random numbers, so that other users of one seed get others.
const PURPOSE: u64 = 0x5a3d;

// Points that one thread takes in a row.
const RUN: usize = 512;

/// `n` points spread evenly over a mesh by area, with the normals of their faces.
///
/// The surface is cut into `n` parts of one area, one after the other in the order of the faces, and
/// each has a random point (stratified sampling): any part of the surface gets its share to within
/// one point at either end. They come in the order of the faces: shuffle them before you take the
/// first few. No points for a mesh without area. O(faces + n), on all threads.
///
/// ```
/// use medshape_geometry::points::sample::sample;
/// use medshape_types::Mesh;
///
/// let corners = vec![[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
/// let cloud = sample(&Mesh::new(corners, vec![[0, 1, 2]]).unwrap(), 100, 1);
/// assert_eq!(cloud.positions().len(), 100);
/// assert_eq!(cloud.normals()[0], [0.0, 0.0, 1.0]);
/// ```
pub fn sample(mesh: &Mesh, n: usize, seed: u64) -> PointCloud {
    let ends = running_areas(mesh);
    let total = ends.last().copied().unwrap_or(0.0);
    if !(total > 0.0 && total.is_finite()) {
        return PointCloud::default();
    }
    let mut points = vec![([0.0; 3], [0.0; 3]); n];
    points.par_chunks_mut(RUN).enumerate().for_each(|(run, points)| {
        let mut face = None;
        for (index, slot) in (run * RUN..).zip(points) {
            let mut random = Random::new(seed, index as u32, PURPOSE);
            let area = total * ((index as f64 + random.uniform()) / n as f64);
            let start = face.unwrap_or_else(|| ends.partition_point(|&end| end <= area));
            let ahead = ends[start..].iter().take_while(|&&end| end <= area).count();
            let here = (start + ahead).min(ends.len() - 1);
            face = Some(here);
            *slot = point(mesh, here, &mut random);
        }
    });
    let (positions, normals) = points.into_iter().unzip();
    PointCloud::new(positions, normals).expect("a mesh is finite, and so is what lies between")
}

/// The area of all faces up to each one, that one included, doubled.
fn running_areas(mesh: &Mesh) -> Vec<f64> {
    let doubled = |face: &[u32; 3]| {
        // The difference of two 32-bit floats is as good as they are.
        let [a, b, c] = face.map(|vertex| mesh.positions()[vertex as usize]);
        let normal = cross(sub(b, a), sub(c, a));
        f64::from(dot(normal, normal).sqrt())
    };
    let mut ends: Vec<f64> = mesh.faces().par_iter().map(doubled).collect();
    let mut sum = 0.0;
    // In fours, so that each addition need not wait for the one before.
    for four in ends.chunks_mut(4) {
        let mut part = 0.0;
        for end in four {
            part += *end;
            *end = sum + part;
        }
        sum += part;
    }
    ends
}

/// A random point of a face, and the face's normal.
fn point(mesh: &Mesh, face: usize, random: &mut Random) -> ([f32; 3], [f32; 3]) {
    let corners = mesh.faces()[face].map(|v| mesh.positions()[v as usize].map(f64::from));
    let [a, b, c] = corners;
    // A point of a square, folded over its diagonal.
    let (u, v) = (random.uniform(), random.uniform());
    let (u, v) = if u + v > 1.0 { (1.0 - u, 1.0 - v) } else { (u, v) };
    let position = add(a, add(scaled(sub(b, a), u), scaled(sub(c, a), v)));
    let normal = unit(doubled_area(corners));
    (position.map(|value| value as f32), normal.map(|value| value as f32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::tree::Tree;
    use crate::mesh::tree::tests::torus;

    #[test]
    fn every_part_of_a_torus_gets_its_share() {
        let cloud = sample(&torus(64), 20_000, 7);
        // The outer half of a torus has the share 1/2 + r / (pi R) of its area.
        let outer = cloud.positions().iter().filter(|p| p[0].hypot(p[1]) > 18.0).count();
        let expected = 20_000.0 * (0.5 + 6.0 / (std::f64::consts::PI * 18.0));
        assert!((outer as f64 - expected).abs() < 100.0, "{outer} for {expected}");
        let quarter = cloud.positions().iter().filter(|p| p[0] > 0.0 && p[1] > 0.0).count();
        assert!(quarter.abs_diff(5_000) < 30, "{quarter}");
    }

    #[test]
    fn points_lie_on_the_mesh_and_normals_point_away() {
        let mesh = torus(32);
        let cloud = sample(&mesh, 1_000, 3);
        let distances = Tree::new(&mesh).distances_mm(cloud.positions());
        assert!(distances.iter().all(|&distance| distance < 1e-5));
        for (p, n) in cloud.positions().iter().zip(cloud.normals()) {
            let from_ring = 1.0 - 18.0 / p[0].hypot(p[1]);
            let away = [p[0] * from_ring, p[1] * from_ring, p[2]];
            assert!(dot(away, *n) > 5.0, "{p:?} {n:?}");
        }
    }

    #[test]
    fn any_number_of_threads_gives_the_same_points() {
        let on = |n_threads: usize, seed: u64| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
            pool.install(|| sample(&torus(16), 3_000, seed))
        };
        assert_eq!(on(1, 5), on(3, 5));
        assert_ne!(on(1, 5), on(1, 6));
    }

    #[test]
    fn a_mesh_without_area_has_no_points() {
        assert_eq!(sample(&Mesh::default(), 10, 1), PointCloud::default());
        let flat = Mesh::new(vec![[1.0; 3]], vec![[0, 0, 0]]).unwrap();
        assert_eq!(sample(&flat, 10, 1), PointCloud::default());
        assert_eq!(sample(&torus(8), 0, 1), PointCloud::default());
    }
}
