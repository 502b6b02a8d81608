//! How many bytes a shape will have in a format, before it is made.

use medshape_catalog::HeldVersion;
use medshape_formats::ply;

use crate::format::{Format, Holds};

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// So many.
    Exact(u64),
    /// So many, give or take a tenth; text and compressed forms depend on the numbers in them.
    About(u64),
}

impl Size {
    /// The number.
    pub fn bytes(self) -> u64 {
        match self {
            Self::Exact(bytes) | Self::About(bytes) => bytes,
        }
    }
}

/// The size of a shape in a format with the number of points that is drawn if nobody says another;
/// `None` where nothing is known of it beforehand, as of voxels.
pub fn size_of(held: &HeldVersion, format: Format) -> Option<Size> {
    const N_POINTS: u64 = 10_000;
    let per_point = match format {
        Format::PlyPoints | Format::NpzPoints | Format::PcdPoints => Some(24),
        Format::XyzPoints => Some(58),
        _ => None,
    };
    if format.holds() == Holds::Points {
        return per_point.map(|bytes| Size::About(N_POINTS * bytes));
    }
    let (n_faces, n_vertices) = held.n_faces_vertices?;
    let about = |per_vertex: u64, per_face: u64, more: u64| {
        Some(Size::About(n_vertices * per_vertex + n_faces * per_face + more))
    };
    match format {
        Format::Stl => Some(Size::Exact(84 + 50 * n_faces)),
        Format::Ply => Some(Size::Exact(ply::size(n_vertices, n_faces))),
        Format::PlainGlb => about(12, 12, 2000),
        Format::NpzMesh => about(12, 12, 1000),
        Format::Obj => about(30, 22, 200),
        Format::Off => about(28, 22, 100),
        Format::Vtp => about(12, 32, 2000),
        Format::Glb => Some(Size::About(held.mesh.size + held.mesh.size / 4 + 1000)),
        _ => None,
    }
}
