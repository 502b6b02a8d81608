//! Solids along curves and over patches: what vessels, bowels, ribs and flat bones are made of.

use medshape_types::Bounds;

use super::implicit::{Point, Solid, add, dot, subtract};

/// A place with a radius: x, y, z, radius.
pub(super) type Knot = [f64; 4];

/// A round tube of changing width along a smooth curve through the knots.
pub(super) fn tube(knots: &[Knot]) -> Solid {
    chain(smooth_curve(knots, 8.0))
}

/// A tube through knots that lie close to each other already.
pub(super) fn chain(knots: Vec<Knot>) -> Solid {
    let bounds = around(&knots);
    let links: Vec<Link> = knots.windows(2).map(|pair| Link::new(pair[0], pair[1])).collect();
    let groups: Vec<Group> = links.chunks(6).map(Group::new).collect();
    Solid::new(bounds, move |p| {
        groups.iter().fold(f64::MAX, |nearest, group| group.nearer(p, nearest))
    })
}

/// Points of a Catmull-Rom curve through the knots, at most about `step_mm` apart.
pub(super) fn smooth_curve(knots: &[Knot], step_mm: f64) -> Vec<Knot> {
    let mut curve = Vec::new();
    for index in 1..knots.len() {
        let (a, b) = (knots[index - 1], knots[index]);
        let before = if index >= 2 { knots[index - 2] } else { a };
        let after = knots.get(index + 1).copied().unwrap_or(b);
        let length = distance(place(a), place(b));
        let n_steps = (length / step_mm).ceil().max(1.0) as usize;
        for step in 0..n_steps {
            curve.push(catmull_rom([before, a, b, after], step as f64 / n_steps as f64));
        }
    }
    curve.extend(knots.last());
    curve
}

/// A curved plate over a grid of knots, whose radii are half of its thickness.
///
/// Rows must be equally long.
pub(super) fn plate(rows: &[&[Knot]]) -> Solid {
    let fine =
        refined(&transposed(&refined(&rows.iter().map(|row| row.to_vec()).collect::<Vec<_>>())));
    let knots: Vec<Knot> = fine.iter().flatten().copied().collect();
    let mut tiles = Vec::new();
    for pair in fine.windows(2) {
        for column in 1..pair[0].len() {
            let [a, b] = [pair[0][column - 1], pair[0][column]];
            let [c, d] = [pair[1][column - 1], pair[1][column]];
            tiles.extend([Tile::new([a, b, d]), Tile::new([a, d, c])]);
        }
    }
    Solid::new(around(&knots), move |p| {
        tiles.iter().fold(f64::MAX, |nearest, tile| tile.nearer(p, nearest))
    })
}

/// One level of a [`loft`]: height, half width, front and back.
pub(super) type Level = [f64; 4];

/// A body with oval levels; corners a little fuller than those of an ellipse.
#[derive(Clone)]
pub(super) struct Loft(Vec<Level>);

impl Loft {
    /// Levels must rise.
    pub(super) fn new(levels: &[Level]) -> Self {
        Self(levels.to_vec())
    }

    /// Half width, front and back at a height, held constant beyond the ends.
    pub(super) fn at(&self, z: f64) -> [f64; 3] {
        let above = self.0.iter().position(|level| level[0] > z).unwrap_or(self.0.len() - 1).max(1);
        let (low, high) = (self.0[above - 1], self.0[above]);
        let share = ((z - low[0]) / (high[0] - low[0])).clamp(0.0, 1.0);
        [1, 2, 3].map(|k| low[k] + share * (high[k] - low[k]))
    }

    /// The place on the wall at a height, `turns` around from the back (0) over the right side
    /// (0.25) to the front (0.5).
    pub(super) fn wall(&self, z: f64, turns: f64) -> Point {
        let [half_width, front, back] = self.at(z);
        let (sine, cosine) = (super::implicit::wave(turns), super::implicit::wave(turns + 0.25));
        let fourth = |value: f64| value * value * value * value;
        let square = |value: f64| value * value;
        let reach = 1.0
            / (0.5 * (square(sine) + square(cosine))
                + 0.5 * (fourth(sine) + fourth(cosine)).sqrt())
            .sqrt();
        let middle = 0.5 * (front + back);
        [half_width * sine * reach, middle - 0.5 * (front - back) * cosine * reach, z]
    }

    /// The solid inside the wall.
    pub(super) fn solid(&self) -> Solid {
        let loft = self.clone();
        let half_width = self.0.iter().map(|level| level[1]).fold(0.0, f64::max);
        let front = self.0.iter().map(|level| level[2]).fold(f64::MIN, f64::max);
        let back = self.0.iter().map(|level| level[3]).fold(f64::MAX, f64::min);
        let (bottom, top) = (self.0[0][0], self.0[self.0.len() - 1][0]);
        let bounds = Bounds { min: [-half_width, back, bottom], max: [half_width, front, top] };
        Solid::new(bounds, move |[x, y, z]| {
            let [half_width, front, back] = loft.at(z);
            let half_depth = 0.5 * (front - back);
            let u = x / half_width;
            let v = (y - 0.5 * (front + back)) / half_depth;
            let (u2, v2) = (u * u, v * v);
            let level = (0.5 * (u2 + v2) + 0.5 * (u2 * u2 + v2 * v2).sqrt()).sqrt();
            let side = (level - 1.0) * half_width.min(half_depth);
            side.max(z - top).max(bottom - z)
        })
    }
}

/// A straight piece of a tube.
#[derive(Debug, Clone, Copy)]
struct Link {
    start: Point,
    along: Point,
    inverse_square: f64,
    radius: f64,
    widening: f64,
}

impl Link {
    fn new(a: Knot, b: Knot) -> Self {
        let along = subtract(place(b), place(a));
        let square = dot(along, along);
        let inverse_square = if square > 0.0 { 1.0 / square } else { 0.0 };
        Self { start: place(a), along, inverse_square, radius: a[3], widening: b[3] - a[3] }
    }

    fn distance(&self, p: Point) -> f64 {
        let offset = subtract(p, self.start);
        let share = (dot(offset, self.along) * self.inverse_square).clamp(0.0, 1.0);
        let [x, y, z] = [0, 1, 2].map(|axis| offset[axis] - share * self.along[axis]);
        (x * x + y * y + z * z).sqrt() - self.radius - share * self.widening
    }
}

/// Neighbouring links with a ball around them, so that far ones are passed over together.
struct Group {
    centre: Point,
    reach: f64,
    links: Vec<Link>,
}

impl Group {
    fn new(links: &[Link]) -> Self {
        let ends = |link: &Link| [link.start, add(link.start, link.along)];
        let points: Vec<Point> = links.iter().flat_map(ends).collect();
        let centre = points
            .iter()
            .fold([0.0; 3], |sum, &point| add(sum, point))
            .map(|sum| sum / points.len() as f64);
        let widest = links.iter().map(|link| link.radius.max(link.radius + link.widening));
        let reach = points.iter().map(|&point| distance(point, centre)).fold(0.0, f64::max)
            + widest.fold(0.0, f64::max);
        Self { centre, reach, links: links.to_vec() }
    }

    fn nearer(&self, p: Point, nearest: f64) -> f64 {
        if distance(p, self.centre) - self.reach >= nearest {
            return nearest;
        }
        self.links.iter().map(|link| link.distance(p)).fold(nearest, f64::min)
    }
}

/// A triangle with a radius at each corner, and a ball around it.
struct Tile {
    corners: [Knot; 3],
    centre: Point,
    reach: f64,
}

impl Tile {
    fn new(corners: [Knot; 3]) -> Self {
        let centre = [0, 1, 2].map(|k| (corners[0][k] + corners[1][k] + corners[2][k]) / 3.0);
        let reach = corners.iter().map(|&c| distance(place(c), centre) + c[3]).fold(0.0, f64::max);
        Self { corners, centre, reach }
    }

    fn nearer(&self, p: Point, nearest: f64) -> f64 {
        if distance(p, self.centre) - self.reach >= nearest {
            return nearest;
        }
        let weights = self.nearest_weights(p);
        let mix = |k: usize| (0..3).map(|c| weights[c] * self.corners[c][k]).sum::<f64>();
        (distance(p, [mix(0), mix(1), mix(2)]) - mix(3)).min(nearest)
    }

    /// Barycentric weights of the point of the triangle nearest to `p` (Ericson, 2005, 5.1.5).
    fn nearest_weights(&self, p: Point) -> [f64; 3] {
        let [a, b, c] = self.corners.map(place);
        let (ab, ac, ap) = (subtract(b, a), subtract(c, a), subtract(p, a));
        let (d1, d2) = (dot(ab, ap), dot(ac, ap));
        if d1 <= 0.0 && d2 <= 0.0 {
            return [1.0, 0.0, 0.0];
        }
        let bp = subtract(p, b);
        let (d3, d4) = (dot(ab, bp), dot(ac, bp));
        if d3 >= 0.0 && d4 <= d3 {
            return [0.0, 1.0, 0.0];
        }
        let vc = d1 * d4 - d3 * d2;
        if vc <= 0.0 && d1 >= 0.0 && d3 <= 0.0 {
            let share = d1 / (d1 - d3);
            return [1.0 - share, share, 0.0];
        }
        let cp = subtract(p, c);
        let (d5, d6) = (dot(ab, cp), dot(ac, cp));
        if d6 >= 0.0 && d5 <= d6 {
            return [0.0, 0.0, 1.0];
        }
        let vb = d5 * d2 - d1 * d6;
        if vb <= 0.0 && d2 >= 0.0 && d6 <= 0.0 {
            let share = d2 / (d2 - d6);
            return [1.0 - share, 0.0, share];
        }
        let va = d3 * d6 - d5 * d4;
        if va <= 0.0 && d4 >= d3 && d5 >= d6 {
            let share = (d4 - d3) / ((d4 - d3) + (d5 - d6));
            return [0.0, 1.0 - share, share];
        }
        let sum = va + vb + vc;
        [va / sum, vb / sum, vc / sum]
    }
}

/// Each row with a point of its Catmull-Rom curve added between its knots.
fn refined(rows: &[Vec<Knot>]) -> Vec<Vec<Knot>> {
    let refine = |row: &Vec<Knot>| {
        let mut fine = Vec::new();
        for index in 1..row.len() {
            let before = if index >= 2 { row[index - 2] } else { row[index - 1] };
            let after = row.get(index + 1).copied().unwrap_or(row[index]);
            fine.push(row[index - 1]);
            fine.push(catmull_rom([before, row[index - 1], row[index], after], 0.5));
        }
        fine.extend(row.last());
        fine
    };
    rows.iter().map(refine).collect()
}

fn transposed(rows: &[Vec<Knot>]) -> Vec<Vec<Knot>> {
    let n_columns = rows.iter().map(Vec::len).min().unwrap_or(0);
    (0..n_columns).map(|column| rows.iter().map(|row| row[column]).collect()).collect()
}

/// The curve between the second and the third of four knots (Catmull and Rom, 1974).
fn catmull_rom([before, a, b, after]: [Knot; 4], t: f64) -> Knot {
    [0, 1, 2, 3].map(|k| {
        let (leave, arrive) = (0.5 * (b[k] - before[k]), 0.5 * (after[k] - a[k]));
        let bend = 3.0 * (b[k] - a[k]) - 2.0 * leave - arrive;
        let twist = 2.0 * (a[k] - b[k]) + leave + arrive;
        a[k] + t * (leave + t * (bend + t * twist))
    })
}

fn around(knots: &[Knot]) -> Bounds {
    let widest = knots.iter().map(|knot| knot[3]).fold(0.0, f64::max);
    let bounds = Bounds::around(knots.iter().map(|&knot| place(knot)));
    let Bounds { min, max } = bounds.unwrap_or(Bounds { min: [0.0; 3], max: [0.0; 3] });
    Bounds { min: min.map(|value| value - widest), max: max.map(|value| value + widest) }
}

fn place([x, y, z, _]: Knot) -> Point {
    [x, y, z]
}

fn distance(a: Point, b: Point) -> f64 {
    let offset = subtract(a, b);
    dot(offset, offset).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_tube_is_a_capsule() {
        let solid = tube(&[[0.0, 0.0, 0.0, 3.0], [0.0, 0.0, 100.0, 3.0]]);
        assert!((solid.distance([5.0, 0.0, 50.0]) - 2.0).abs() < 1e-9);
        assert!((solid.distance([0.0, 0.0, 110.0]) - 7.0).abs() < 1e-9);
    }

    #[test]
    fn a_flat_plate_has_its_thickness() {
        let low = [[0.0, 0.0, 0.0, 2.0], [50.0, 0.0, 0.0, 2.0]];
        let high = [[0.0, 0.0, 40.0, 2.0], [50.0, 0.0, 40.0, 2.0]];
        let solid = plate(&[&low, &high]);
        assert!((solid.distance([20.0, 7.0, 11.0]) - 5.0).abs() < 1e-9);
        assert!((solid.distance([-4.0, 3.0, 20.0]) - 3.0).abs() < 1e-9);
    }

    #[test]
    fn a_loft_has_its_wall_where_it_says() {
        let loft = Loft::new(&[[0.0, 50.0, 40.0, -20.0], [100.0, 70.0, 60.0, -30.0]]);
        for turns in [0.0, 0.13, 0.25, 0.4, 0.5] {
            assert!(loft.solid().distance(loft.wall(40.0, turns)).abs() < 0.1);
        }
    }
}
