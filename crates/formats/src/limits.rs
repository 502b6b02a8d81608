/// How much a reader takes before it refuses; every reader is handed its limits.
///
/// Limits of grids and labels are part of their types: [`medshape_types::MAX_DIM`],
/// [`medshape_types::MAX_VOXELS`], [`medshape_types::MAX_LABELS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file, unpacked.
    pub bytes: u64,
    /// Vertices of a mesh, and points of a cloud.
    pub vertices: usize,
    /// Triangles of a mesh, after polygons were cut into them.
    pub faces: usize,
    /// Corners of one polygon.
    pub corners: usize,
    /// Parts (solids, objects, nodes, data arrays) of one mesh file.
    pub parts: usize,
    /// Bytes of one line of text.
    pub line: usize,
    /// Bytes of a text header, key and value pairs aside.
    pub header: usize,
    /// Key and value pairs of a text header.
    pub keys: usize,
    /// Files that one header may name.
    pub files: usize,
    /// Bytes behind the last voxel where a format keeps more there, stepped over unread.
    pub trailer: usize,
    /// Bytes of one word of text.
    pub token: usize,
    /// Characters of one number.
    pub number: usize,
    /// Depth of nested elements: JSON, XML, DICOM sequences, glTF nodes.
    pub depth: usize,
    /// Bytes of a JSON document.
    pub json: usize,
    /// Bytes of one string in a document.
    pub string: usize,
    /// Segments of one segmentation, and structures of one set of contours.
    pub segments: usize,
    /// Layers of one segmentation.
    pub layers: usize,
    /// Entries of an archive.
    pub entries: usize,
    /// Bytes of one path in an archive.
    pub path: usize,
    /// Bytes of all entries of an archive, unpacked.
    pub archive: u64,
}

impl Limits {
    /// What a single machine can take, and no honest file exceeds.
    pub const DEFAULT: Self = Self {
        bytes: 4 << 30,
        vertices: 20_000_000,
        faces: 20_000_000,
        corners: 256,
        parts: 4096,
        line: 4 << 10,
        header: 64 << 10,
        // Slicer writes nine for each segment.
        keys: 64 << 10,
        files: 4096,
        trailer: 16 << 20,
        token: 256,
        number: 32,
        depth: 32,
        json: 8 << 20,
        string: 64 << 10,
        segments: medshape_types::MAX_LABELS,
        layers: 256,
        entries: 20_000,
        path: 255,
        archive: 16 << 30,
    };

    /// The most bytes that a compressed file of `n_packed` bytes may become.
    pub fn unpacked(&self, n_packed: u64) -> u64 {
        // Deflate reaches 1,032 to one, and label maps come near it: more can only be a lie.
        const MOST_A_BYTE: u64 = 1_100;
        const AT_LEAST: u64 = 1 << 20;
        n_packed.saturating_mul(MOST_A_BYTE).saturating_add(AT_LEAST).min(self.bytes)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
