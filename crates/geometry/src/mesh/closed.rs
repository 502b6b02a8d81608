//! The promise that a mesh bounds a solid.

use medshape_types::Mesh;

use super::edges::Edges;

/// A mesh that bounds a solid: every edge joins two faces that wind alike.
///
/// Which side is inside is not said; see [`signed_volume`](super::volume::signed_volume).
#[derive(Debug, Clone, Copy)]
pub struct Closed<'a>(&'a Mesh);

impl<'a> Closed<'a> {
    /// `mesh`, if it has faces and each edge joins exactly two that wind alike.
    pub fn new(mesh: &'a Mesh) -> Option<Self> {
        let mut is_closed = !mesh.faces().is_empty();
        Edges::of(mesh).for_each(|edge| is_closed &= edge.is_regular(mesh));
        is_closed.then_some(Self(mesh))
    }

    /// `mesh`, of which inspection has already found that it is closed and winds alike.
    pub(super) fn inspected(mesh: &'a Mesh) -> Self {
        Self(mesh)
    }

    /// The mesh itself.
    pub fn mesh(&self) -> &'a Mesh {
        self.0
    }
}
