//! A mesh as points in its own frame: centred, along its principal axes.

use medshape_types::Mesh;

use super::super::solid::{self, Spatial};
use crate::mesh::closed::Closed;
use crate::points::sample::sample;
use crate::vector::{dot, sub};

/// Points that stand for a surface.
const N_POINTS: usize = 8192;
/// Of the sampling, so that a shape has one descriptor.
const SEED: u64 = 0;

/// A point of the surface.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    /// From the centre, along the principal axes, in mm.
    pub(super) at_mm: [f64; 3],
    /// Outward, of length 1.
    pub(super) normal: [f64; 3],
}

/// A shape, centred and turned into its right-handed principal axes, major first.
///
/// The axes have no direction: each pair of them may be turned around.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    /// Standard deviation of the solid along each axis (of the surface, if it is open).
    pub(super) sd_mm: [f64; 3],
    pub(super) area_mm2: f64,
    /// Root of the mean squared distance of the surface from the centre.
    pub(super) radius_mm: f64,
    /// Evenly spread over the surface.
    pub(super) points: Vec<Point>,
}

impl Frame {
    /// `None` for a mesh that has no area or lies in one plane.
    pub(super) fn of(mesh: &Mesh) -> Option<Self> {
        let surface = solid::of_surface(mesh)?;
        let filled = Closed::new(mesh).and_then(solid::of_solid);
        let Spatial { mass, centroid, principal } = filled.unwrap_or(surface);
        // A mesh that is wound inward is turned around.
        let sign = if filled.is_some() && mass < 0.0 { -1.0 } else { 1.0 };
        let turned = |v: [f64; 3]| principal.axes.map(|axis| dot(axis, v));
        let cloud = sample(mesh, N_POINTS, SEED);
        let places = cloud.positions().iter().zip(cloud.normals());
        let points: Vec<Point> = places
            .map(|(at, normal)| Point {
                at_mm: turned(sub(at.map(f64::from), centroid)),
                normal: turned(normal.map(|value| sign * f64::from(value))),
            })
            .collect();
        let squares: f64 = points.iter().map(|point| dot(point.at_mm, point.at_mm)).sum();
        let frame = Self {
            sd_mm: principal.values.map(|variance| variance.max(0.0).sqrt()),
            area_mm2: surface.mass,
            radius_mm: (squares / points.len() as f64).sqrt(),
            points,
        };
        let is_solid = frame.sd_mm[2] > 1e-6 * frame.sd_mm[0];
        (is_solid && frame.radius_mm.is_finite()).then_some(frame)
    }

    /// The share of the surface that a point stands for.
    pub(super) fn share_mm2(&self) -> f64 {
        self.area_mm2 / self.points.len() as f64
    }

    /// The volume inside, by the divergence theorem; at least a millionth of what its spread allows.
    pub(super) fn volume_mm3(&self) -> f64 {
        let flux: f64 = self.points.iter().map(|point| dot(point.at_mm, point.normal)).sum();
        let least = 1e-6 * self.sd_mm.iter().product::<f64>();
        (flux * self.share_mm2() / 3.0).max(least)
    }
}
