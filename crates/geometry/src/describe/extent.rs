//! How long, wide and thick something is in any direction: from its convex hull.

use super::hull::Hull;
use crate::vector::{add, cross, dot, scaled, sub, unit};

/// A box whose sides need not run along the axes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OrientedBox {
    /// Its middle, in mm.
    pub center_mm: [f64; 3],
    /// Length along each axis in mm, longest first.
    pub size_mm: [f64; 3],
    /// One row an axis, of length 1, right-handed.
    pub axes: [[f64; 3]; 3],
}

/// What the convex hull says of a shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HullFeatures {
    /// Volume of the convex hull.
    pub volume_mm3: f64,
    /// Area of the convex hull.
    pub area_mm2: f64,
    /// Longest distance between two points: the largest Feret diameter.
    pub max_diameter_mm: f64,
    /// Least distance of two parallel planes that hold the shape between them, one of them on a face
    /// of the hull: the least Feret diameter, but where that is between two edges.
    pub min_width_mm: f64,
    /// The smallest box with a side on a face of the hull (the smallest of all boxes need not have
    /// one, but is seldom more than a few percent smaller: O'Rourke, 1985).
    pub oriented_box: OrientedBox,
}

/// Measures a hull whose whole numbers are `scale_mm` along each axis, from `origin_mm`.
pub(super) fn measure(hull: &Hull, origin_mm: [f64; 3], scale_mm: [f64; 3]) -> HullFeatures {
    let place = |point: [i64; 3]| [0, 1, 2].map(|axis| point[axis] as f64 * scale_mm[axis]);
    let corners: Vec<[f64; 3]> = hull.corners.iter().map(|&corner| place(corner)).collect();
    let solid = Solid::of(hull, corners);
    // A plane's normal goes with the inverse of what its points go with.
    let (directions, places) = hull.directions();
    let directions: Vec<[f64; 3]> = directions
        .into_iter()
        .map(|d| unit([0, 1, 2].map(|axis| d[axis] as f64 / scale_mm[axis])))
        .collect();
    let mut areas_mm2 = vec![0.0; directions.len()];
    for (place, &area) in places.into_iter().zip(&solid.areas) {
        areas_mm2[place] += dot(area, area).sqrt();
    }
    let widths: Vec<f64> =
        directions.iter().map(|&direction| width(&solid.corners, direction)).collect();
    // No box is smaller than the shape's shadow times its width.
    let shadow = |along: [f64; 3]| {
        let parts = directions.iter().zip(&areas_mm2).map(|(&d, area)| area * dot(d, along).abs());
        0.5 * parts.sum::<f64>()
    };
    let mut tries: Vec<Try> = directions
        .iter()
        .zip(&widths)
        .map(|(&direction, &width)| Try { direction, width, least: shadow(direction) * width })
        .collect();
    tries.sort_by(|a, b| a.least.total_cmp(&b.least));
    let mut oriented_box = smallest_box(&solid, &tries);
    oriented_box.center_mm = add(oriented_box.center_mm, origin_mm);
    HullFeatures {
        volume_mm3: hull.sixfold_volume() as f64 / 6.0 * scale_mm.iter().product::<f64>(),
        area_mm2: areas_mm2.iter().sum(),
        max_diameter_mm: longest(&solid.corners),
        min_width_mm: widths.iter().copied().fold(f64::INFINITY, f64::min),
        oriented_box,
    }
}

fn longest(corners: &[[f64; 3]]) -> f64 {
    let mut best = 0.0;
    for (at, &a) in corners.iter().enumerate() {
        for &b in &corners[at + 1..] {
            let d = sub(a, b);
            best = f64::max(best, dot(d, d));
        }
    }
    best.sqrt()
}

fn span(points: &[[f64; 3]], direction: [f64; 3]) -> [f64; 2] {
    points.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], &point| {
        let at = dot(point, direction);
        [if at < low { at } else { low }, if at > high { at } else { high }]
    })
}

fn width(points: &[[f64; 3]], direction: [f64; 3]) -> f64 {
    extent(points.iter().map(|&point| dot(point, direction)))
}

/// A convex solid in millimetres.
struct Solid {
    corners: Vec<[f64; 3]>,
    /// One a face: its area as a vector outward.
    areas: Vec<[f64; 3]>,
    /// Two corners and the two faces that they are between.
    edges: Vec<([u32; 2], [u32; 2])>,
}

impl Solid {
    fn of(hull: &Hull, corners: Vec<[f64; 3]>) -> Self {
        let area = |face: &[u32; 3]| {
            let [a, b, c] = face.map(|corner| corners[corner as usize]);
            scaled(cross(sub(b, a), sub(c, a)), 0.5)
        };
        let mut sides: Vec<([u32; 2], u32)> = Vec::new();
        for (number, &[a, b, c]) in (0..).zip(&hull.faces) {
            sides.extend([[a, b], [b, c], [c, a]].map(|[a, b]| ([a.min(b), a.max(b)], number)));
        }
        sides.sort_unstable();
        let edges = sides.chunks_exact(2).map(|pair| (pair[0].0, [pair[0].1, pair[1].1])).collect();
        Self { areas: hull.faces.iter().map(area).collect(), corners, edges }
    }

    /// The edges around the shadow along a direction: those between a face on each side.
    fn outline(&self, direction: [f64; 3]) -> Vec<[u32; 2]> {
        let is_lit: Vec<bool> = self.areas.iter().map(|&area| dot(area, direction) > 0.0).collect();
        let turns = |faces: &[u32; 2]| is_lit[faces[0] as usize] != is_lit[faces[1] as usize];
        self.edges.iter().filter(|(_, faces)| turns(faces)).map(|(corners, _)| *corners).collect()
    }
}

/// A direction across which the smallest box may have a side.
struct Try {
    direction: [f64; 3],
    width: f64,
    /// No box with a side across it is smaller.
    least: f64,
}

/// The smallest box with a side across one of the directions, which come by what they may reach.
fn smallest_box(solid: &Solid, tries: &[Try]) -> OrientedBox {
    let mut best = (f64::INFINITY, [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
    for Try { direction, width, least } in tries {
        if best.0 <= *least {
            break;
        }
        let (area, axes) = smallest_rectangle(solid, *direction);
        if area * width < best.0 {
            best = (area * width, axes);
        }
    }
    box_along(&solid.corners, best.1)
}

/// The smallest rectangle around a shape's shadow, and the axes of the box above it.
///
/// A side of it lies on a side of the shadow's hull (Freeman and Shapira, 1975).
fn smallest_rectangle(solid: &Solid, direction: [f64; 3]) -> (f64, [[f64; 3]; 3]) {
    let least = if direction[0].abs() < 0.6 { [1.0, 0.0, 0.0] } else { [0.0, 1.0, 0.0] };
    let u = unit(cross(direction, least));
    let v = cross(direction, u);
    let sides: Vec<[[f64; 2]; 2]> = solid
        .outline(direction)
        .into_iter()
        .map(|ends| ends.map(|end| solid.corners[end as usize]).map(|p| [dot(p, u), dot(p, v)]))
        .collect();
    let mut best = (f64::INFINITY, [u, v, direction]);
    for [a, b] in &sides {
        let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
        let length = (dx * dx + dy * dy).sqrt();
        if length == 0.0 {
            continue;
        }
        let (c, s) = (dx / length, dy / length);
        let along = extent(sides.iter().flatten().map(|[x, y]| c * x + s * y));
        let across = extent(sides.iter().flatten().map(|[x, y]| c * y - s * x));
        if along * across < best.0 {
            let axis = add(scaled(u, c), scaled(v, s));
            best = (along * across, [axis, cross(direction, axis), direction]);
        }
    }
    best
}

/// From the least to the largest number.
fn extent(numbers: impl Iterator<Item = f64>) -> f64 {
    let (low, high) = numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| {
        (if at < low { at } else { low }, if at > high { at } else { high })
    });
    high - low
}

/// The box around points along three axes, longest side first.
fn box_along(points: &[[f64; 3]], axes: [[f64; 3]; 3]) -> OrientedBox {
    let mut sides = axes.map(|axis| (axis, span(points, axis)));
    sides.sort_by(|(_, a), (_, b)| (b[1] - b[0]).total_cmp(&(a[1] - a[0])));
    let center = sides.iter().fold([0.0; 3], |center, (axis, [low, high])| {
        add(center, scaled(*axis, 0.5 * (low + high)))
    });
    let [first, second] = [sides[0].0, sides[1].0];
    OrientedBox {
        center_mm: center,
        size_mm: sides.map(|(_, [low, high])| high - low),
        axes: [first, second, cross(first, second)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turned_brick_is_its_own_box() {
        // 30 along (3, 4, 0), 10 along (−4, 3, 0), 7 along z.
        let mut points = Vec::new();
        for (a, b, z) in (0..8).map(|i| (i & 1, i >> 1 & 1, i >> 2)) {
            points.push([18 * a - 8 * b, 24 * a + 6 * b, 7 * z]);
        }
        let hull = Hull::of(&points).unwrap();
        let found = measure(&hull, [1.0, 2.0, 3.0], [0.5; 3]);
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
        near(found.volume_mm3, 2100.0 / 8.0);
        near(found.area_mm2, 2.0 * (300.0 + 210.0 + 70.0) / 4.0);
        near(found.max_diameter_mm, (900.0_f64 + 100.0 + 49.0).sqrt() / 2.0);
        near(found.min_width_mm, 3.5);
        let size = found.oriented_box.size_mm;
        near(size[0], 15.0);
        near(size[1], 5.0);
        near(size[2], 3.5);
        near(found.oriented_box.center_mm[0], 1.0 + 2.5);
        near(found.oriented_box.center_mm[2], 3.0 + 1.75);
        near(found.oriented_box.axes[0][1].abs(), 0.8);
    }
}
