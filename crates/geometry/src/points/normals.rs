//! Which way the surface faces under each point of a cloud that does not say so.

use rayon::prelude::*;

use super::nearest::PointTree;
use crate::vector::{dot, sub};

/// Neighbours that a plane is laid through.
const NEIGHBOURS: usize = 12;

/// Outward unit normals of points of a closed surface.
///
/// Each is normal to the plane through the nearest twelve points; a tree of neighbours whose planes
/// are most alike carries the direction from the highest point, which faces up, to all others
/// (Hoppe et al., 1992). A part that neighbours do not connect faces away from its own middle at its
/// own highest point. Wrong where the sampling is coarser than the shape is thin. O(n log n).
pub fn estimated_normals(positions_mm: &[[f32; 3]]) -> Vec<[f32; 3]> {
    let tree = PointTree::new(positions_mm);
    let neighbours: Vec<Vec<u32>> = positions_mm
        .par_iter()
        .map(|&p| tree.nearest_n(p, NEIGHBOURS + 1).iter().map(|near| near.point).collect())
        .collect();
    let planes = positions_mm.par_iter().zip(&neighbours);
    let mut normals: Vec<[f32; 3]> = planes
        .map(|(&position, near)| {
            let near = near.iter().map(|&point| sub(positions_mm[point as usize], position));
            plane_normal(&near.collect::<Vec<_>>())
        })
        .collect();
    orient(positions_mm, &mut normals, &mutual(&neighbours));
    normals
}

/// Each point's neighbours, and those whose neighbour it is.
fn mutual(neighbours: &[Vec<u32>]) -> Vec<Vec<u32>> {
    let mut mutual = neighbours.to_vec();
    for (point, near) in (0..).zip(neighbours) {
        for &other in near {
            mutual[other as usize].push(point);
        }
    }
    mutual
}

/// The normal of the plane that fits best: along which the points vary least.
fn plane_normal(points: &[[f32; 3]]) -> [f32; 3] {
    let n = points.len().max(1) as f64;
    let mut mean = [0.0; 3];
    for point in points {
        for axis in 0..3 {
            mean[axis] += f64::from(point[axis]) / n;
        }
    }
    let mut spread = [[0.0; 3]; 3];
    for point in points {
        let away = [0, 1, 2].map(|axis| f64::from(point[axis]) - mean[axis]);
        for row in 0..3 {
            for column in 0..3 {
                spread[row][column] += away[row] * away[column];
            }
        }
    }
    least_axis(spread).map(|value| value as f32)
}

/// The direction in which a symmetric matrix stretches least, by rotations (Jacobi, 1846).
fn least_axis(mut matrix: [[f64; 3]; 3]) -> [f64; 3] {
    // Rows are the directions found so far.
    let mut axes = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    for _ in 0..12 {
        for (p, q) in [(0, 1), (0, 2), (1, 2)] {
            if matrix[p][q] == 0.0 {
                continue;
            }
            let ratio = (matrix[q][q] - matrix[p][p]) / (2.0 * matrix[p][q]);
            let tangent = ratio.signum() / (ratio.abs() + (ratio * ratio + 1.0).sqrt());
            let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
            let sine = tangent * cosine;
            for row in &mut matrix {
                (row[p], row[q]) =
                    (cosine * row[p] - sine * row[q], sine * row[p] + cosine * row[q]);
            }
            for column in 0..3 {
                for rows in [&mut matrix, &mut axes] {
                    let (a, b) = (rows[p][column], rows[q][column]);
                    rows[p][column] = cosine * a - sine * b;
                    rows[q][column] = sine * a + cosine * b;
                }
            }
        }
    }
    let least = (0..3).reduce(|a, b| if matrix[b][b] < matrix[a][a] { b } else { a });
    axes[least.unwrap_or(0)]
}

/// Turns normals so that neighbours agree, along the edges on which they agree best.
fn orient(positions: &[[f32; 3]], normals: &mut [[f32; 3]], neighbours: &[Vec<u32>]) {
    let mut is_done = vec![false; positions.len()];
    let mut by_height: Vec<usize> = (0..positions.len()).collect();
    by_height.sort_by(|&a, &b| positions[b][2].total_cmp(&positions[a][2]));
    // Agreement as sortable bits, then the point to be turned and the one that it follows.
    let mut edges = std::collections::BinaryHeap::new();
    for first in by_height {
        if is_done[first] {
            continue;
        }
        is_done[first] = true;
        if normals[first][2] < 0.0 {
            normals[first] = normals[first].map(|value| -value);
        }
        let mut latest = first;
        loop {
            for &other in neighbours[latest].iter().filter(|&&other| !is_done[other as usize]) {
                let alike = dot(normals[latest], normals[other as usize]).abs();
                edges.push((alike.to_bits(), other, latest as u32));
            }
            let Some((_, next, from)) = edges.pop() else { break };
            latest = next as usize;
            if std::mem::replace(&mut is_done[latest], true) {
                latest = from as usize;
                continue;
            }
            if dot(normals[latest], normals[from as usize]) < 0.0 {
                normals[latest] = normals[latest].map(|value| -value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::tree::tests::torus;
    use crate::points::sample::sample;

    #[test]
    fn normals_of_a_torus_are_found_and_face_outward() {
        let cloud = sample(&torus(64), 4_000, 3);
        let found = estimated_normals(cloud.positions());
        let mut worst = 1.0_f32;
        for (p, n) in cloud.positions().iter().zip(found) {
            let from_ring = 1.0 - 18.0 / p[0].hypot(p[1]);
            let away = [p[0] * from_ring / 6.0, p[1] * from_ring / 6.0, p[2] / 6.0];
            worst = worst.min(dot(away, n));
        }
        assert!(worst > 0.9, "{worst}");
    }

    #[test]
    fn few_points_do_not_panic() {
        for n in 0..4 {
            let points = vec![[1.0, 2.0, 3.0]; n];
            assert_eq!(estimated_normals(&points).len(), n);
        }
    }
}
