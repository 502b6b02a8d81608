//! Convex hulls of points in a plane (Andrew, 1979).

/// Keeps the points of the lower hull; points come with rising first coordinate.
pub(super) fn lower_chain(points: impl Iterator<Item = [i64; 2]>) -> Vec<[i64; 2]> {
    let mut chain: Vec<[i64; 2]> = Vec::new();
    for point in points {
        while let [.., a, b] = chain[..]
            && turn(a, b, point) <= 0
        {
            chain.pop();
        }
        chain.push(point);
    }
    chain
}

/// Twice the area of a triangle; positive if it runs counter-clockwise.
fn turn(a: [i64; 2], b: [i64; 2], c: [i64; 2]) -> i64 {
    (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

/// Corners of the hull, counter-clockwise; one or two points where all lie on a line.
pub(super) fn hull(points: &mut Vec<[i64; 2]>) -> Vec<[i64; 2]> {
    points.sort_unstable();
    points.dedup();
    if points.len() < 3 {
        return points.clone();
    }
    let mut lower = lower_chain(points.iter().copied());
    let mut upper = lower_chain(points.iter().rev().copied());
    lower.pop();
    upper.pop();
    lower.append(&mut upper);
    lower
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hull_of_a_square_is_its_corners() {
        let mut points: Vec<[i64; 2]> = (0..25).map(|i| [i % 5, i / 5]).collect();
        assert_eq!(hull(&mut points), [[0, 0], [4, 0], [4, 4], [0, 4]]);
        let mut line = vec![[2, 2], [0, 0], [1, 1], [2, 2]];
        assert_eq!(hull(&mut line), [[0, 0], [2, 2]]);
    }
}
