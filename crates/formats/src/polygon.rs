//! Polygons cut into triangles.
//!
//! Formats leave open how a face of many corners is to be cut. Here quads are cut along their better
//! diagonal and other polygons by taking off ears (Meisters, 1975), seen along the normal of Newell
//! (Sutherland, Sproull and Schumacker, 1974), so that concave faces keep their outline.

/// The triangles of a polygon of vertices; see [`triangulate`].
pub(crate) fn cut(vertices: &[u32], positions: &[[f32; 3]]) -> Vec<[u32; 3]> {
    let corners: Vec<_> = vertices.iter().map(|&vertex| positions[vertex as usize]).collect();
    triangulate(&corners).into_iter().map(|face| face.map(|at| vertices[at])).collect()
}

/// The triangles of a polygon, each three places in `corners`, wound like the polygon.
///
/// There are always two fewer than corners, and none for fewer than three. A polygon without area,
/// with corners that are not finite, or that crosses itself so that no ear is left is cut as a fan.
/// Time grows with the square of the number of corners: who calls bounds it.
pub(crate) fn triangulate(corners: &[[f32; 3]]) -> Vec<[usize; 3]> {
    match corners.len() {
        0..3 => vec![],
        3 => vec![[0, 1, 2]],
        n => match flattened(corners) {
            None => fan(&(0..n).collect::<Vec<_>>()),
            Some(flat) if n == 4 => halves(&flat),
            Some(flat) => Outline::new(&flat).ears(),
        },
    }
}

/// The corners in the plane that shows most of the polygon, in which it winds counter-clockwise.
fn flattened(corners: &[[f32; 3]]) -> Option<Vec<[f64; 2]>> {
    let normal = newell_normal(corners);
    let axis = (0..3).max_by(|&a, &b| normal[a].abs().total_cmp(&normal[b].abs()))?;
    if normal[axis] == 0.0 || !normal.iter().all(|value| value.is_finite()) {
        return None;
    }
    // To leave out an axis keeps the numbers as they are, so that straight lines stay straight.
    let [u, v] = match normal[axis] > 0.0 {
        true => [(axis + 1) % 3, (axis + 2) % 3],
        false => [(axis + 2) % 3, (axis + 1) % 3],
    };
    Some(corners.iter().map(|corner| [f64::from(corner[u]), f64::from(corner[v])]).collect())
}

/// Twice the area that the polygon shows along each axis.
fn newell_normal(corners: &[[f32; 3]]) -> [f64; 3] {
    let from_first = |at: usize| {
        [0, 1, 2].map(|axis| f64::from(corners[at][axis]) - f64::from(corners[0][axis]))
    };
    let mut normal = [0.0; 3];
    for at in 1..corners.len() - 1 {
        let ([ax, ay, az], [bx, by, bz]) = (from_first(at), from_first(at + 1));
        normal[0] += ay * bz - az * by;
        normal[1] += az * bx - ax * bz;
        normal[2] += ax * by - ay * bx;
    }
    normal
}

fn fan(places: &[usize]) -> Vec<[usize; 3]> {
    places.windows(2).skip(1).map(|pair| [places[0], pair[0], pair[1]]).collect()
}

/// A quad, cut so that the smaller triangle is as large as it can be.
fn halves(flat: &[[f64; 2]]) -> Vec<[usize; 3]> {
    let first = [[0, 1, 2], [0, 2, 3]];
    let second = [[0, 1, 3], [1, 2, 3]];
    let area = |face: [usize; 3]| doubled_area(face.map(|at| flat[at]));
    let smaller = |faces: [[usize; 3]; 2]| area(faces[0]).min(area(faces[1]));
    let whole = area(first[0]) + area(first[1]);
    // Both diagonals of a parallelogram are as good; rounding must not decide.
    let is_better = smaller(second) > smaller(first) + 1e-6 * whole;
    if is_better { second.to_vec() } else { first.to_vec() }
}

/// Twice the area of a triangle; negative if it winds clockwise.
fn doubled_area([a, b, c]: [[f64; 2]; 3]) -> f64 {
    (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

/// A polygon from which ears are taken, until a triangle is left.
struct Outline<'a> {
    flat: &'a [[f64; 2]],
    next: Vec<usize>,
    previous: Vec<usize>,
    is_ear: Vec<bool>,
    /// Whether the outline turns left there, or no longer goes there.
    is_convex: Vec<bool>,
    /// Corners that were not convex once: no others can lie in an ear.
    notches: Vec<usize>,
}

impl<'a> Outline<'a> {
    fn new(flat: &'a [[f64; 2]]) -> Self {
        let n = flat.len();
        let next = (0..n).map(|at| (at + 1) % n).collect();
        let previous = (0..n).map(|at| (at + n - 1) % n).collect();
        let (is_ear, is_convex, notches) = (vec![false; n], vec![true; n], vec![]);
        let mut outline = Self { flat, next, previous, is_ear, is_convex, notches };
        for at in 0..n {
            outline.see_turn(at);
        }
        for at in 0..n {
            outline.is_ear[at] = outline.is_ear(at);
        }
        outline
    }

    fn ears(mut self) -> Vec<[usize; 3]> {
        let n = self.flat.len();
        let mut faces = Vec::with_capacity(n - 2);
        let mut at = 0;
        for n_left in (4..=n).rev() {
            let Some(ear) = self.ear_from(at, n_left) else { break };
            faces.push(self.around(ear));
            // The corner after the next one, so that not all triangles meet in one corner.
            at = self.next[self.next[ear]];
            self.take_off(ear);
        }
        let n_left = n - faces.len();
        let left: Vec<_> =
            std::iter::successors(Some(at), |&at| Some(self.next[at])).take(n_left).collect();
        faces.extend(fan(&left));
        faces
    }

    /// The next ear, or else the next corner whose loss does not change the outline.
    fn ear_from(&self, at: usize, n_left: usize) -> Option<usize> {
        let corners = || std::iter::successors(Some(at), |&at| Some(self.next[at])).take(n_left);
        let is_flat = |&at: &usize| doubled_area(self.triangle(at)) == 0.0;
        corners().find(|&at| self.is_ear[at]).or_else(|| corners().find(is_flat))
    }

    fn take_off(&mut self, ear: usize) {
        let [before, _, after] = self.around(ear);
        self.next[before] = after;
        self.previous[after] = before;
        self.is_convex[ear] = true;
        self.see_turn(before);
        self.see_turn(after);
        for at in [before, after] {
            self.is_ear[at] = self.is_ear(at);
        }
    }

    /// Whether the triangle at a corner has area and lies in the polygon.
    fn is_ear(&self, at: usize) -> bool {
        if !self.is_convex[at] {
            return false;
        }
        let triangle = self.triangle(at);
        let is_inside =
            |&notch: &usize| !self.is_convex[notch] && is_in(self.flat[notch], triangle);
        !self.notches.iter().any(is_inside)
    }

    /// Takes note of which way the outline turns at a corner.
    fn see_turn(&mut self, at: usize) {
        let is_convex = doubled_area(self.triangle(at)) > 0.0;
        if self.is_convex[at] && !is_convex {
            self.notches.push(at);
        }
        self.is_convex[at] = is_convex;
    }

    fn around(&self, at: usize) -> [usize; 3] {
        [self.previous[at], at, self.next[at]]
    }

    fn triangle(&self, at: usize) -> [[f64; 2]; 3] {
        self.around(at).map(|at| self.flat[at])
    }
}

/// Whether a point lies in a triangle or on its border, but not on a corner: where an outline runs to
/// a hole and back, two of its corners are one point.
fn is_in(point: [f64; 2], [a, b, c]: [[f64; 2]; 3]) -> bool {
    [[a, b], [b, c], [c, a]].into_iter().all(|[from, to]| doubled_area([from, to, point]) >= 0.0)
        && ![a, b, c].contains(&point)
}

#[cfg(test)]
mod tests;
