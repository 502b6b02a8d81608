//! The same vertices on every member of a population: one template, laid onto each of them.
//!
//! First by a similarity and an affine map, then by displacements that bend ever more easily, as in
//! optimal-step non-rigid ICP (Amberg, Romdhani and Vetter, 2007). There each vertex has an affine
//! map of its own; here it has a displacement whose second differences are small, which solves for
//! a quarter of the numbers. At the end the vertices lie on the surface.

use medshape_types::{Affine, Mesh};

use super::stiffness::{Pull, Stiffness};
use crate::align::icp::{Fixed, IcpOptions, Metric, icp, mapped, vertex_normals};
use crate::align::pairs::Freedom;
use crate::points::nearest::PointTree;
use crate::vector::{add, dot, scaled, sub};

/// How a template is laid onto a shape.
#[derive(Debug, Clone, PartialEq)]
pub struct CorrespondenceOptions {
    /// Waves shorter than this many edges of the template do not bend, round after round.
    pub wavelengths_edges: Vec<f64>,
    /// Rounds at each wavelength.
    pub n_rounds: usize,
    /// The least cosine between the directions of a vertex and its partner.
    pub least_cosine: f32,
}

impl Default for CorrespondenceOptions {
    fn default() -> Self {
        Self { wavelengths_edges: vec![64.0, 32.0, 16.0, 8.0, 4.0], n_rounds: 6, least_cosine: 0.3 }
    }
}

/// A template as it lies on a shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// A position for each vertex of the template, in the space of the shape.
    pub positions: Vec<[f32; 3]>,
    /// Root of the mean squared distance of the shape's vertices from the fitted template: from
    /// the plane that touches it at its nearest vertex.
    pub rms_mm: f64,
}

/// The template laid onto a shape that lies in the same orientation, wherever it lies and however
/// large it is; `None` if one of them has no extent.
///
/// A template of a few thousand vertices is enough for the forms that populations differ in, and
/// takes a fraction of a second.
///
/// ```no_run
/// use medshape_geometry::align::icp::Fixed;
/// use medshape_geometry::population::correspondence::{CorrespondenceOptions, fitted};
/// # let (template, shape) = (medshape_types::Mesh::default(), medshape_types::Mesh::default());
/// let found = fitted(&template, &Fixed::mesh(&shape), &CorrespondenceOptions::default());
/// ```
pub fn fitted(template: &Mesh, shape: &Fixed, options: &CorrespondenceOptions) -> Option<Fitted> {
    let map = affine_map(template.positions(), shape)?;
    let rest = mapped(&map, template.positions());
    let mut search = Search {
        faces: template.faces(),
        stiffness: Stiffness::of(template),
        displacements: vec![[0.0; 3]; rest.len()],
        rest,
        shape,
        least_cosine: options.least_cosine,
    };
    for (stage, &wavelength) in options.wavelengths_edges.iter().enumerate() {
        // Far from the surface its planes mislead; near it they let vertices slide.
        let to_planes = stage > 0;
        for _ in 0..options.n_rounds {
            let pulls = search.pulls(to_planes);
            search.displacements =
                search.stiffness.follow(&pulls, wavelength, &search.displacements);
        }
    }
    let mesh = search.on_the_surface()?;
    let rms_mm = rms_from(&Fixed::mesh(&mesh), shape.positions());
    Some(Fitted { positions: mesh.into_parts().0, rms_mm })
}

/// The affine map by which a template begins, centre on centre and size on size at first.
fn affine_map(moving: &[[f32; 3]], shape: &Fixed) -> Option<Affine> {
    let (from, from_size) = centre_and_size(moving)?;
    let (to, to_size) = centre_and_size(shape.positions())?;
    let scale = to_size / from_size;
    let mut rows = [[0.0; 4]; 3];
    for axis in 0..3 {
        rows[axis][axis] = scale;
        rows[axis][3] = to[axis] - scale * from[axis];
    }
    let mut map = Affine::from_rows(rows)?;
    for freedom in [Freedom::Similarity, Freedom::Affine] {
        let options = IcpOptions {
            freedom,
            metric: Metric::PointToPlane,
            kept_share: 0.9,
            max_rounds: 30,
            tolerance_mm: 0.01,
        };
        // What does not decide leaves the map as it was.
        map = icp(moving, shape, &map, &options).map_or(map, |found| found.fixed_from_moving);
    }
    Some(map)
}

fn centre_and_size(points: &[[f32; 3]]) -> Option<([f64; 3], f64)> {
    let n = points.len() as f64;
    let sum = points.iter().fold([0.0; 3], |sum, point| add(sum, point.map(f64::from)));
    let centre = sum.map(|value| value / n);
    let squared = |point: &[f32; 3]| {
        let step = sub(point.map(f64::from), centre);
        dot(step, step)
    };
    let size = (points.iter().map(squared).sum::<f64>() / n).sqrt();
    (size > 0.0 && size.is_finite()).then_some((centre, size))
}

struct Search<'a> {
    faces: &'a [[u32; 3]],
    stiffness: Stiffness,
    rest: Vec<[f32; 3]>,
    displacements: Vec<[f64; 3]>,
    shape: &'a Fixed,
    least_cosine: f32,
}

impl Search<'_> {
    fn places(&self) -> Vec<[f32; 3]> {
        let place = |(rest, step): (&[f32; 3], &[f64; 3])| {
            add(rest.map(f64::from), *step).map(|value| value as f32)
        };
        self.rest.iter().zip(&self.displacements).map(place).collect()
    }

    /// Where the vertices are drawn to: half to what is nearest of the shape, half out or in to those
    /// parts of the shape to which they are nearest, without which no tip would ever be reached.
    fn pulls(&self, to_planes: bool) -> Vec<Pull> {
        let places = self.places();
        let normals = self.normals(&places);
        let mut pulls = vec![Pull::default(); places.len()];
        let mut draw = |vertex: usize, target: [f64; 3], weight: f64| {
            let pull = &mut pulls[vertex];
            let step = sub(target, self.rest[vertex].map(f64::from));
            pull.displacement_mm = add(pull.displacement_mm, scaled(step, weight));
            pull.weight += weight;
        };
        for (vertex, partner) in self.partners(&places, &normals).into_iter().enumerate() {
            let Some(partner) = partner else { continue };
            let target = if to_planes { partner.on_plane } else { partner.point };
            draw(vertex, target, 1.0);
        }
        for (vertex, point) in self.drawn_by_the_shape(&places, &normals) {
            draw(vertex, point, 1.0);
        }
        for pull in &mut pulls {
            if pull.weight > 0.0 {
                // From sums to means, and a vertex that many draw counts for no more than two.
                pull.displacement_mm = scaled(pull.displacement_mm, 1.0 / pull.weight);
                pull.weight = pull.weight.min(2.0);
            }
        }
        pulls
    }

    /// The nearest point of the shape to each vertex, where they face the same way.
    fn partners(&self, places: &[[f32; 3]], normals: &[[f32; 3]]) -> Vec<Option<Partner>> {
        let nearest = self.shape.tree().nearest_of_each(places);
        let partner = |((place, normal), nearest): ((&[f32; 3], &[f32; 3]), u32)| {
            let theirs = self.shape.normals()[nearest as usize];
            (dot(*normal, theirs) >= self.least_cosine).then(|| {
                let point = self.shape.positions()[nearest as usize].map(f64::from);
                let (place, theirs) = (place.map(f64::from), theirs.map(f64::from));
                let off = dot(theirs, sub(place, point));
                Partner { point, on_plane: sub(place, scaled(theirs, off)) }
            })
        };
        let nearest = nearest.iter().map(|nearest| nearest.map_or(0, |nearest| nearest.point));
        places.iter().zip(normals).zip(nearest).map(partner).collect()
    }

    /// For some vertices of the shape, the vertex of the template that is nearest to them, and where
    /// it would be as far out as they are. Never along the surface: neighbours would be drawn
    /// together by chance.
    fn drawn_by_the_shape(
        &self,
        places: &[[f32; 3]],
        normals: &[[f32; 3]],
    ) -> Vec<(usize, [f64; 3])> {
        let stride = (self.shape.positions().len() / places.len().max(1)).max(1);
        let every =
            |all: &[[f32; 3]]| -> Vec<[f32; 3]> { all.iter().copied().step_by(stride).collect() };
        let (points, theirs) = (every(self.shape.positions()), every(self.shape.normals()));
        let nearest = PointTree::new(places).nearest_of_each(&points);
        let facing = |((point, theirs), vertex): (([f32; 3], [f32; 3]), usize)| {
            let agrees = dot(normals[vertex], theirs) >= self.least_cosine;
            agrees.then(|| {
                let (place, normal) =
                    (places[vertex].map(f64::from), normals[vertex].map(f64::from));
                let off = dot(normal, sub(point.map(f64::from), place));
                (vertex, add(place, scaled(normal, off)))
            })
        };
        let vertices =
            nearest.iter().map(|nearest| nearest.map_or(0, |nearest| nearest.point as usize));
        points.into_iter().zip(theirs).zip(vertices).filter_map(facing).collect()
    }

    fn normals(&self, places: &[[f32; 3]]) -> Vec<[f32; 3]> {
        let mesh = Mesh::new(places.to_vec(), self.faces.to_vec());
        mesh.map_or_else(|_| vec![[0.0; 3]; places.len()], |mesh| vertex_normals(&mesh))
    }

    /// The template with each vertex put onto the shape, where there is something to put it on.
    fn on_the_surface(self) -> Option<Mesh> {
        let mut places = self.places();
        // The plane at the nearest vertex touches the surface elsewhere: twice is near enough.
        for _ in 0..2 {
            let partners = self.partners(&places, &self.normals(&places));
            for (place, partner) in places.iter_mut().zip(partners) {
                if let Some(partner) = partner {
                    *place = partner.on_plane.map(|value| value as f32);
                }
            }
        }
        Mesh::new(places, self.faces.to_vec()).ok()
    }
}

struct Partner {
    point: [f64; 3],
    /// The vertex itself, moved onto the plane that touches the shape at `point`.
    on_plane: [f64; 3],
}

fn rms_from(surface: &Fixed, points: &[[f32; 3]]) -> f64 {
    let nearest = surface.tree().nearest_of_each(points);
    let off = |(point, nearest): (&[f32; 3], u32)| {
        let touched = surface.positions()[nearest as usize].map(f64::from);
        let normal = surface.normals()[nearest as usize].map(f64::from);
        dot(normal, sub(point.map(f64::from), touched))
    };
    let nearest = nearest.iter().map(|nearest| nearest.map_or(0, |nearest| nearest.point));
    let squared: f64 = points.iter().zip(nearest).map(off).map(|off| off * off).sum();
    (squared / points.len() as f64).sqrt()
}
