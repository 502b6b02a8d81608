use crate::Bounds;

/// Triangles in world space: positions in millimetres, RAS+, and faces that index them.
///
/// A face lists its corners counter-clockwise when seen from outside.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Mesh {
    // Invariant: finite.
    positions: Vec<[f32; 3]>,
    // Invariant: every index is below `positions.len()`.
    faces: Vec<[u32; 3]>,
}

/// Why positions and faces do not make a mesh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeshError {
    /// A coordinate is NaN or infinite.
    NotFinite,
    /// A face names a vertex that is not there.
    Index,
}

impl std::fmt::Display for MeshError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotFinite => "a coordinate is not a finite number",
            Self::Index => "a face names a vertex that is not there",
        })
    }
}

impl std::error::Error for MeshError {}

impl Mesh {
    /// A mesh of these parts; see [`MeshError`] for what is refused.
    pub fn new(positions: Vec<[f32; 3]>, faces: Vec<[u32; 3]>) -> Result<Self, MeshError> {
        // No early exit: whole blocks are compared at once, and nearly all meshes are sound.
        let is_finite = positions.iter().flatten().fold(true, |all, value| all & value.is_finite());
        if !is_finite {
            return Err(MeshError::NotFinite);
        }
        let last = faces.iter().flatten().fold(0, |last, &vertex| vertex.max(last));
        if !faces.is_empty() && last as usize >= positions.len() {
            return Err(MeshError::Index);
        }
        Ok(Self { positions, faces })
    }

    /// Vertex positions in world millimetres.
    pub fn positions(&self) -> &[[f32; 3]] {
        &self.positions
    }

    /// Faces, each three vertex indices.
    pub fn faces(&self) -> &[[u32; 3]] {
        &self.faces
    }

    /// The corners of each face.
    pub fn triangles(&self) -> impl ExactSizeIterator<Item = [[f32; 3]; 3]> + '_ {
        self.faces.iter().map(|face| face.map(|vertex| self.positions[vertex as usize]))
    }

    /// The box around all vertices; `None` without vertices.
    pub fn bounds(&self) -> Option<Bounds> {
        Bounds::around(self.positions.iter().map(|position| position.map(f64::from)))
    }

    /// Positions and faces apart.
    pub fn into_parts(self) -> (Vec<[f32; 3]>, Vec<[u32; 3]>) {
        (self.positions, self.faces)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_parts_are_refused() {
        let corners = vec![[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
        assert!(Mesh::new(corners.clone(), vec![[0, 1, 2]]).is_ok());
        assert_eq!(Mesh::new(corners, vec![[0, 1, 3]]), Err(MeshError::Index));
        assert_eq!(Mesh::new(vec![[f32::NAN; 3]], vec![]), Err(MeshError::NotFinite));
    }
}
