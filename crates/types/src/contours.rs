/// Structures as outlines on parallel planes, the way radiotherapy draws them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Contours {
    /// The structures, in the order of the file.
    pub structures: Vec<ContouredStructure>,
    /// What the file draws and encloses no area: points, open lines.
    pub n_left_out: usize,
}

/// One structure of [`Contours`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ContouredStructure {
    /// Its number in the file.
    pub number: i64,
    /// What the file calls it.
    pub name: String,
    /// Its colour, sRGB.
    pub colour: Option<[u8; 3]>,
    /// Closed outlines, the last point joined to the first, in world millimetres, RAS+. What an even
    /// number of outlines of one plane surround is outside.
    pub outlines: Vec<Vec<[f64; 3]>>,
}
