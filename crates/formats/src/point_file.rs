//! What a file of points says.

use medshape_types::PointCloud;

use crate::mesh_file::{Space, Units};

/// The points of one file, as they stand there.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PointFile {
    /// Positions in the file's unit and space; they may be NaN or infinite.
    pub positions: Vec<[f32; 3]>,
    /// Directions, one a position, or none at all.
    pub normals: Vec<[f32; 3]>,
    /// What the file says of its unit; `None` if it says nothing.
    pub units: Option<Units>,
    /// What the file says of its axes; `None` if it says nothing.
    pub space: Option<Space>,
    /// What was left out or is odd, a sentence each.
    pub notes: Vec<String>,
}

impl PointFile {
    /// The points in millimetres RAS+, if the file is in these units and this space.
    /// Points that are not finite are left out; the second number says how many.
    pub fn to_cloud(&self, units: Units, space: Space) -> (PointCloud, usize) {
        let mm = units.mm();
        let has_normals = self.normals.len() == self.positions.len();
        let mut positions = Vec::with_capacity(self.positions.len());
        let mut normals = Vec::new();
        for (at, position) in self.positions.iter().enumerate() {
            let in_mm = space.to_ras(position.map(f64::from)).map(|value| (value * mm) as f32);
            let normal = has_normals
                .then(|| space.to_ras(self.normals[at].map(f64::from)).map(|value| value as f32));
            if !in_mm.iter().chain(normal.iter().flatten()).all(|value| value.is_finite()) {
                continue;
            }
            positions.push(in_mm);
            normals.extend(normal);
        }
        let n_left_out = self.positions.len() - positions.len();
        let cloud = PointCloud::new(positions, normals)
            .expect("all numbers are finite, and each position has its normal or none has");
        (cloud, n_left_out)
    }
}
