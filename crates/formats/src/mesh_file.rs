//! What a mesh file says: triangles in parts, and in which unit and space their numbers are.

use medshape_types::Mesh;

use crate::error::ErrorKind;
use crate::limits::Limits;

/// The meshes of one file, as they stand there.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MeshFile {
    /// Solids, objects, nodes, in the order of the file; nodes are where their tree puts them.
    pub parts: Vec<MeshPart>,
    /// What the file says of its unit; `None` if it says nothing.
    pub units: Option<Units>,
    /// What the file says of its axes; `None` if it says nothing.
    pub space: Option<Space>,
    /// What was left out or is odd, a sentence each.
    pub notes: Vec<String>,
}

/// Triangles of one part of a file.
///
/// Unlike a [`Mesh`], its numbers need be neither finite nor millimetres.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MeshPart {
    /// What the file calls it; empty if it does not say. It may name a person.
    pub name: String,
    positions: Vec<[f32; 3]>,
    // Invariant: every index is below `positions.len()`.
    faces: Vec<[u32; 3]>,
}

/// What the numbers of a file measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Units {
    /// 0.001 mm.
    Micrometres,
    /// What medshape counts in.
    Millimetres,
    /// 10 mm.
    Centimetres,
    /// 25.4 mm.
    Inches,
    /// 304.8 mm.
    Feet,
    /// 1,000 mm.
    Metres,
}

/// Which way the axes of a file point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Space {
    /// Right, anterior, superior: what medshape counts in.
    Ras,
    /// Left, posterior, superior, as in DICOM and ITK.
    Lps,
    /// x to the right, y up, z towards the viewer who faces the person: glTF.
    YUp,
}

impl Units {
    /// All of them, with the words for them.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Micrometres, "um"),
        (Self::Millimetres, "mm"),
        (Self::Centimetres, "cm"),
        (Self::Inches, "in"),
        (Self::Feet, "ft"),
        (Self::Metres, "m"),
    ];

    /// How many millimetres one of them is.
    pub fn mm(self) -> f64 {
        match self {
            Self::Micrometres => 0.001,
            Self::Millimetres => 1.0,
            Self::Centimetres => 10.0,
            Self::Inches => 25.4,
            Self::Feet => 304.8,
            Self::Metres => 1000.0,
        }
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        Self::ALL.into_iter().find(|(units, _)| *units == self).map_or("mm", |(_, word)| word)
    }
}

impl std::str::FromStr for Units {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|(_, word)| *word == text);
        found.map(|(units, _)| units).ok_or_else(|| {
            let words = Self::ALL.map(|(_, word)| word).join(", ");
            format!("`{text}` is no unit; there are {words}")
        })
    }
}

impl Space {
    /// Where a point of this space lies in RAS+; none of them mirrors.
    pub fn to_ras(self, [x, y, z]: [f64; 3]) -> [f64; 3] {
        match self {
            Self::Ras => [x, y, z],
            Self::Lps => [-x, -y, z],
            Self::YUp => [x, -z, y],
        }
    }
}

impl MeshPart {
    /// A part of these triangles.
    ///
    /// # Errors
    /// A face names a vertex that is not there, or there are more of either than `limits` allow.
    pub fn new(
        name: String,
        positions: Vec<[f32; 3]>,
        faces: Vec<[u32; 3]>,
        limits: &Limits,
    ) -> Result<Self, ErrorKind> {
        if positions.len() > limits.vertices {
            return Err(ErrorKind::limit("vertices", limits.vertices as u64));
        }
        if faces.len() > limits.faces {
            return Err(ErrorKind::limit("triangles", limits.faces as u64));
        }
        // No early exit: whole blocks are compared at once, and nearly all files are sound.
        let last = faces.iter().flatten().fold(0, |last, &vertex| vertex.max(last));
        if !faces.is_empty() && last as usize >= positions.len() {
            let reason = format!(
                "a face names vertex {last}, counted from 0; there are {}",
                positions.len()
            );
            return Err(ErrorKind::Mesh(reason));
        }
        Ok(Self { name, positions, faces })
    }

    /// Positions in the file's unit and space; they may be NaN or infinite.
    pub fn positions(&self) -> &[[f32; 3]] {
        &self.positions
    }

    /// Faces, each three vertex indices.
    pub fn faces(&self) -> &[[u32; 3]] {
        &self.faces
    }

    /// Positions and faces apart.
    pub fn into_parts(self) -> (Vec<[f32; 3]>, Vec<[u32; 3]>) {
        (self.positions, self.faces)
    }
}

impl MeshFile {
    /// One part, and nothing known of unit and space.
    pub fn of(part: MeshPart) -> Self {
        Self { parts: vec![part], ..Self::default() }
    }

    /// Triangles of all parts.
    pub fn n_faces(&self) -> usize {
        self.parts.iter().map(|part| part.faces.len()).sum()
    }

    /// Vertices of all parts.
    pub fn n_vertices(&self) -> usize {
        self.parts.iter().map(|part| part.positions.len()).sum()
    }

    /// All parts as one mesh in millimetres RAS+, if the file is in these units and this space: what it
    /// says itself is the caller's to weigh. Vertices that are not finite are left out, and faces with
    /// such a corner; the second number says how many faces.
    pub fn to_mesh(&self, units: Units, space: Space) -> (Mesh, usize) {
        let mm = units.mm();
        let mut positions = Vec::with_capacity(self.n_vertices());
        let mut faces = Vec::with_capacity(self.n_faces());
        for part in &self.parts {
            let first = positions.len() as u32;
            let in_mm = |position: &[f32; 3]| {
                space.to_ras(position.map(f64::from)).map(|value| (value * mm) as f32)
            };
            positions.extend(part.positions.iter().map(in_mm));
            faces.extend(part.faces.iter().map(|face| face.map(|vertex| vertex + first)));
        }
        let n_left_out = leave_out_not_finite(&mut positions, &mut faces);
        let mesh = Mesh::new(positions, faces)
            .expect("every position is finite and every index was checked when its part was made");
        (mesh, n_left_out)
    }
}

/// Takes out the positions that are not finite and the faces that name one; how many faces these were.
fn leave_out_not_finite(positions: &mut Vec<[f32; 3]>, faces: &mut Vec<[u32; 3]>) -> usize {
    let is_finite = |position: &[f32; 3]| position.iter().all(|value| value.is_finite());
    // No early exit: whole blocks are compared at once, and nearly all files are sound.
    if positions.iter().flatten().fold(true, |all, value| all & value.is_finite()) {
        return 0;
    }
    let mut n_finite = 0;
    let number = |position| {
        let number = n_finite;
        n_finite += u32::from(is_finite(position));
        is_finite(position).then_some(number)
    };
    let numbers: Vec<Option<u32>> = positions.iter().map(number).collect();
    positions.retain(is_finite);
    let n_before = faces.len();
    faces.retain_mut(|face| match face.map(|vertex| numbers[vertex as usize]) {
        [Some(a), Some(b), Some(c)] => {
            *face = [a, b, c];
            true
        }
        _ => false,
    });
    n_before - faces.len()
}
