//! On which side of a plane or of a line a point lies, never wrong.
//!
//! A determinant in 64-bit floats decides nearly always, as its rounding error is bounded. Where it
//! does not, as between the faces of a box, the same determinant is calculated with whole numbers if
//! the points lie on a lattice, and else added up without any rounding (Shewchuk, 1997).

/// Which side of the plane through a, b and c the point d lies on: 1 where a, b, c are seen to run
/// clockwise, −1 on the other side, 0 on the plane.
pub(super) fn side_of_plane(points: [[f32; 3]; 4]) -> i8 {
    let [a, b, c, d] = points.map(|point| point.map(f64::from));
    let from_d = |p: [f64; 3]| [p[0] - d[0], p[1] - d[1], p[2] - d[2]];
    let [u, v, w] = [a, b, c].map(from_d);
    let products = [
        (v[0] * w[1], w[0] * v[1], u[2]),
        (w[0] * u[1], u[0] * w[1], v[2]),
        (u[0] * v[1], v[0] * u[1], w[2]),
    ];
    let sum: f64 = products.iter().map(|(p, q, r)| (p - q) * r).sum();
    let bound: f64 = products.iter().map(|(p, q, r)| (p.abs() + q.abs()) * r.abs()).sum();
    // Twice Shewchuk's bound, (7 + 56 ε) ε.
    if sum.abs() > 16.0 * f64::EPSILON * bound {
        return sign(sum);
    }
    match on_lattice(points) {
        Some(points) => whole_side_of_plane(points),
        None => summed_side_of_plane(points),
    }
}

fn whole_side_of_plane([a, b, c, d]: [[i128; 3]; 4]) -> i8 {
    let [u, v, w] = [a, b, c].map(|p| [p[0] - d[0], p[1] - d[1], p[2] - d[2]]);
    let determinant = (v[0] * w[1] - w[0] * v[1]) * u[2]
        + (w[0] * u[1] - u[0] * w[1]) * v[2]
        + (u[0] * v[1] - v[0] * u[1]) * w[2];
    determinant.signum() as i8
}

fn summed_side_of_plane([a, b, c, d]: [[f32; 3]; 4]) -> i8 {
    let minor = |p: [f32; 3], q: [f32; 3], r: [f32; 3], sign: f64| {
        let rows = [(p, q, r), (q, r, p), (r, p, q)];
        rows.into_iter().flat_map(move |(x, y, z)| {
            [[x[0], y[1], z[2], sign as f32], [y[0], x[1], z[2], -sign as f32]]
        })
    };
    let terms = minor(a, b, c, 1.0)
        .chain(minor(b, c, d, -1.0))
        .chain(minor(c, d, a, 1.0))
        .chain(minor(d, a, b, -1.0));
    let mut exact = Sum::default();
    terms.for_each(|term| exact.add_product(term));
    exact.sign()
}

/// Which side of the line from a to b the point c lies on, seen along an axis: 1 left, −1 right.
pub(super) fn side_of_line(points: [[f32; 2]; 3]) -> i8 {
    let [a, b, c] = points.map(|point| point.map(f64::from));
    let (p, q) = ((a[0] - c[0]) * (b[1] - c[1]), (a[1] - c[1]) * (b[0] - c[0]));
    if (p - q).abs() > 8.0 * f64::EPSILON * (p.abs() + q.abs()) {
        return sign(p - q);
    }
    if let Some([a, b, c]) = on_lattice(points) {
        let (p, q) = ((a[0] - c[0]) * (b[1] - c[1]), (a[1] - c[1]) * (b[0] - c[0]));
        return (p - q).signum() as i8;
    }
    let [a, b, c] = points;
    let mut exact = Sum::default();
    for (p, q) in [(a, b), (b, c), (c, a)] {
        exact.add_product([p[0], q[1], 1.0, 1.0]);
        exact.add_product([p[1], q[0], 1.0, -1.0]);
    }
    exact.sign()
}

/// The points as whole numbers of a common power of two, if 40 bits hold them: then three factors that
/// are differences of them stay below 2¹²⁷.
fn on_lattice<const N: usize, const D: usize>(points: [[f32; D]; N]) -> Option<[[i128; D]; N]> {
    const BITS: i32 = 40;
    let largest = points.iter().flatten().fold(0.0_f64, |most, value| most.max(value.abs().into()));
    if largest == 0.0 {
        return Some([[0; D]; N]);
    }
    // A power of two that brings the largest just below 2⁴⁰; numbers of 32 bits stay far from the
    // ends of 64-bit exponents.
    let exponent = (largest.to_bits() >> 52) as i32 - 1023;
    let scale = f64::from_bits(((1023 + BITS - 1 - exponent) as u64) << 52);
    let mut is_whole = true;
    let wholes = points.map(|point| {
        point.map(|value| {
            let scaled = f64::from(value) * scale;
            let whole = scaled as i64;
            is_whole &= whole as f64 == scaled;
            i128::from(whole)
        })
    });
    is_whole.then_some(wholes)
}

fn sign(value: f64) -> i8 {
    i8::from(value > 0.0) - i8::from(value < 0.0)
}

/// A sum without rounding: numbers whose bits do not overlap, the smallest first.
#[derive(Default)]
struct Sum(Vec<f64>);

impl Sum {
    /// Adds the product of four numbers; the last is 1 or −1.
    fn add_product(&mut self, [a, b, c, sign]: [f32; 4]) {
        // Two 24-bit numbers have a product of 48 bits; a third makes it two numbers.
        let ab = f64::from(a) * f64::from(b) * f64::from(sign);
        let c = f64::from(c);
        let product = ab * c;
        self.add(ab.mul_add(c, -product));
        self.add(product);
    }

    fn add(&mut self, mut value: f64) {
        for part in &mut self.0 {
            let sum = value + *part;
            let virtual_part = sum - value;
            let lost = (value - (sum - virtual_part)) + (*part - virtual_part);
            *part = lost;
            value = sum;
        }
        self.0.push(value);
        self.0.retain(|part| *part != 0.0);
    }

    fn sign(&self) -> i8 {
        self.0.last().map_or(0, |largest| sign(*largest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_are_right_where_rounding_would_decide() {
        let tiny = 1.0 + f32::EPSILON;
        let far = 16_777_216.0;
        let triangle = [[0.0; 3], [far, 0.0, 0.0], [0.0, far, 0.0]];
        let [a, b, c] = triangle;
        assert_eq!(side_of_plane([a, b, c, [3.0, 5.0, f32::MIN_POSITIVE]]), -1);
        assert_eq!(side_of_plane([a, b, c, [3.0, 5.0, -f32::MIN_POSITIVE]]), 1);
        assert_eq!(side_of_plane([a, b, c, [3.0, 5.0, 0.0]]), 0);
        // Four points of the plane x + y + z = 3, one of them moved by one bit.
        let plane = [[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 3.0], [1.0, 1.0, 1.0]];
        assert_eq!(side_of_plane(plane), 0);
        let [a, b, c, _] = plane;
        assert_eq!(side_of_plane([a, b, c, [1.0, 1.0, tiny]]), -side_of_plane([a, b, c, [0.0; 3]]));
        assert_eq!(side_of_line([[0.0, 0.0], [far, far], [1.0, tiny]]), 1);
        assert_eq!(side_of_line([[0.0, 0.0], [far, far], [tiny, 1.0]]), -1);
        assert_eq!(side_of_line([[0.1, 0.1], [0.3, 0.3], [0.7, 0.7]]), 0);
    }

    #[test]
    fn whole_numbers_and_sums_agree() {
        let mut random = 1_u32;
        let mut next = || {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // Few numbers, so that many points lie in a plane.
            (random >> 30) as f32 * 0.375
        };
        let mut n_in_plane = 0;
        for _ in 0..10_000 {
            let points = [(); 4].map(|()| [(); 3].map(|()| next()));
            let side = summed_side_of_plane(points);
            assert_eq!(whole_side_of_plane(on_lattice(points).unwrap()), side, "{points:?}");
            n_in_plane += usize::from(side == 0);
        }
        assert!(n_in_plane > 100, "{n_in_plane}");
    }

    #[test]
    fn points_are_whole_only_where_all_bits_fit() {
        let largest = f32::MAX;
        assert_eq!(on_lattice([[0.0, -0.0]]), Some([[0, 0]]));
        assert_eq!(on_lattice([[1.0, 2.0_f32.powi(-39)]]), Some([[1 << 39, 1]]));
        assert_eq!(on_lattice([[1.0, 2.0_f32.powi(-40)]]), None);
        assert_eq!(on_lattice([[largest, f32::MIN_POSITIVE]]), None);
        let bits = ((1_i128 << 24) - 1) << 16;
        assert_eq!(on_lattice([[largest, -largest]]), Some([[bits, -bits]]));
        let least = f32::from_bits(1);
        assert_eq!(on_lattice([[least, 2.0 * least]]), Some([[1 << 38, 1 << 39]]));
    }
}
