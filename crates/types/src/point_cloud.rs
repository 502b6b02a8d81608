/// Points in world millimetres, RAS+, and perhaps the direction that the surface faces at each.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PointCloud {
    // Invariant: finite.
    positions: Vec<[f32; 3]>,
    // Invariant: finite; none, or one a position.
    normals: Vec<[f32; 3]>,
}

/// Why positions and normals do not make a point cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PointCloudError {
    /// A number is NaN or infinite.
    NotFinite,
    /// There are normals, but not one a position.
    NormalCount,
}

impl std::fmt::Display for PointCloudError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotFinite => "a coordinate is not a finite number",
            Self::NormalCount => "there are not as many normals as positions",
        })
    }
}

impl std::error::Error for PointCloudError {}

impl PointCloud {
    /// A point cloud with one normal a position, or with none at all; see [`PointCloudError`].
    pub fn new(
        positions: Vec<[f32; 3]>,
        normals: Vec<[f32; 3]>,
    ) -> Result<Self, PointCloudError> {
        if !positions.iter().chain(&normals).flatten().all(|value| value.is_finite()) {
            return Err(PointCloudError::NotFinite);
        }
        if !normals.is_empty() && normals.len() != positions.len() {
            return Err(PointCloudError::NormalCount);
        }
        Ok(Self { positions, normals })
    }

    /// Positions in world millimetres.
    pub fn positions(&self) -> &[[f32; 3]] {
        &self.positions
    }

    /// Outward directions, one a position, or an empty slice if they are not known.
    pub fn normals(&self) -> &[[f32; 3]] {
        &self.normals
    }

    /// Positions and normals apart.
    pub fn into_parts(self) -> (Vec<[f32; 3]>, Vec<[f32; 3]>) {
        (self.positions, self.normals)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_parts_are_refused() {
        let [here, up] = [vec![[1.0; 3]], vec![[0.0, 0.0, 1.0]]];
        assert!(PointCloud::new(here.clone(), vec![]).is_ok());
        assert!(PointCloud::new(here.clone(), up.clone()).is_ok());
        assert_eq!(PointCloud::new(vec![], up), Err(PointCloudError::NormalCount));
        let infinite = PointCloud::new(here, vec![[f32::INFINITY; 3]]);
        assert_eq!(infinite, Err(PointCloudError::NotFinite));
    }
}
