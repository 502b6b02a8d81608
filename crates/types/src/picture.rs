/// Pixels, such as a thumbnail: RGBA, 8 bits each, sRGB, alpha not premultiplied, top row first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    width: u32,
    height: u32,
    // Invariant: four bytes a pixel.
    rgba: Vec<u8>,
}

impl Picture {
    /// A picture of these pixels, or `None` if their number does not fit its size.
    pub fn new(width: u32, height: u32, rgba: Vec<u8>) -> Option<Self> {
        let n_bytes = 4 * u64::from(width) * u64::from(height);
        (rgba.len() as u64 == n_bytes).then_some(Self { width, height, rgba })
    }

    /// Pixels a row.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Number of rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The bytes, four a pixel.
    pub fn rgba(&self) -> &[u8] {
        &self.rgba
    }
}
