//! Which faces lie around each vertex.

use medshape_types::Mesh;

/// The corners of faces at each vertex: three times the face plus the corner, in rising order.
pub(crate) struct Rings {
    starts: Vec<u32>,
    corners: Vec<u32>,
}

impl Rings {
    pub(crate) fn of(mesh: &Mesh) -> Self {
        let mut starts = vec![0_u32; mesh.positions().len() + 2];
        for &vertex in mesh.faces().iter().flatten() {
            starts[vertex as usize + 2] += 1;
        }
        for vertex in 2..starts.len() {
            starts[vertex] += starts[vertex - 1];
        }
        let mut corners = vec![0; 3 * mesh.faces().len()];
        // While filling, `starts[vertex + 1]` runs from the start of a vertex to its end.
        for (corner, &vertex) in (0..).zip(mesh.faces().iter().flatten()) {
            let place = &mut starts[vertex as usize + 1];
            corners[*place as usize] = corner;
            *place += 1;
        }
        Self { starts, corners }
    }

    /// The corners at a vertex.
    pub(crate) fn at(&self, vertex: usize) -> &[u32] {
        &self.corners[self.starts[vertex] as usize..self.starts[vertex + 1] as usize]
    }
}
