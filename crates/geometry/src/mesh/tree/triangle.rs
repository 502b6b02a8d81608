use crate::vector::{add, dot, scaled, sub};

/// A part of a triangle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// A corner: 0, 1 or 2.
    Vertex(u8),
    /// The side from this corner to the next.
    Edge(u8),
    /// The middle.
    Inside,
}

/// The point of a triangle nearest to `point`, and on which part of the triangle it lies.
///
/// By the regions of space in which a corner, a side or the middle is nearest (Ericson, 2005).
/// Triangles without area are treated as the segments or points that they are.
pub fn closest(point: [f64; 3], [a, b, c]: [[f64; 3]; 3]) -> (Feature, [f64; 3]) {
    let (ab, ac, bc) = (sub(b, a), sub(c, a), sub(c, b));
    let (ap, bp, cp) = (sub(point, a), sub(point, b), sub(point, c));
    let (d1, d2) = (dot(ab, ap), dot(ac, ap));
    if d1 <= 0.0 && d2 <= 0.0 {
        return (Feature::Vertex(0), a);
    }
    let (d3, d4) = (dot(ab, bp), dot(ac, bp));
    if d3 >= 0.0 && d4 <= d3 {
        return (Feature::Vertex(1), b);
    }
    let (d5, d6) = (dot(ab, cp), dot(ac, cp));
    if d6 >= 0.0 && d5 <= d6 {
        return (Feature::Vertex(2), c);
    }
    let weight_c = d1 * d4 - d3 * d2;
    if weight_c <= 0.0 && d1 >= 0.0 && d3 <= 0.0 {
        return (Feature::Edge(0), add(a, scaled(ab, share(d1, d1 - d3))));
    }
    let weight_b = d5 * d2 - d1 * d6;
    if weight_b <= 0.0 && d2 >= 0.0 && d6 <= 0.0 {
        return (Feature::Edge(2), add(a, scaled(ac, share(d2, d2 - d6))));
    }
    let weight_a = d3 * d6 - d5 * d4;
    let (toward_c, toward_b) = (d4 - d3, d5 - d6);
    if weight_a <= 0.0 && toward_c >= 0.0 && toward_b >= 0.0 {
        return (Feature::Edge(1), add(b, scaled(bc, share(toward_c, toward_c + toward_b))));
    }
    let sum = weight_a + weight_b + weight_c;
    let [v, w] = [weight_b / sum, weight_c / sum];
    (Feature::Inside, add(a, add(scaled(ab, v), scaled(ac, w))))
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRIANGLE: [[f64; 3]; 3] = [[0.0; 3], [4.0, 0.0, 0.0], [0.0, 4.0, 0.0]];

    fn check(point: [f64; 3], feature: Feature, expected: [f64; 3]) {
        assert_eq!(closest(point, TRIANGLE), (feature, expected));
    }

    #[test]
    fn each_region_has_its_part() {
        check([-1.0, -1.0, 2.0], Feature::Vertex(0), [0.0; 3]);
        check([7.0, -1.0, 2.0], Feature::Vertex(1), [4.0, 0.0, 0.0]);
        check([-1.0, 9.0, 2.0], Feature::Vertex(2), [0.0, 4.0, 0.0]);
        check([1.0, -3.0, 2.0], Feature::Edge(0), [1.0, 0.0, 0.0]);
        check([5.0, 5.0, 2.0], Feature::Edge(1), [2.0, 2.0, 0.0]);
        check([-5.0, 3.0, 2.0], Feature::Edge(2), [0.0, 3.0, 0.0]);
        check([1.0, 1.0, 2.0], Feature::Inside, [1.0, 1.0, 0.0]);
    }

    #[test]
    fn flat_triangles_are_segments_and_points() {
        let segment = [[0.0; 3], [2.0, 0.0, 0.0], [1.0, 0.0, 0.0]];
        assert_eq!(closest([1.5, 1.0, 0.0], segment).1, [1.5, 0.0, 0.0]);
        assert_eq!(closest([9.0, 1.0, 0.0], segment).1, [2.0, 0.0, 0.0]);
        assert_eq!(closest([9.0, 1.0, 0.0], [[3.0; 3]; 3]).1, [3.0; 3]);
    }
}
