use crate::{Grid, LabelMap};

/// What a file says of its structures: voxels in one or more layers, and what each label is called.
///
/// Structures may overlap: those of one layer do not, those of two layers may.
/// A label without a [`Segment`] has nothing but its number.
#[derive(Debug, Clone, PartialEq)]
pub struct Segmentation {
    // Invariant: at least one, all on the same dims and affine.
    layers: Vec<LabelMap>,
    // Invariant: `layer` is below `layers.len()`; no two have the same layer and value; none is 0.
    segments: Vec<Segment>,
}

/// One structure as its file describes it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Segment {
    /// In which layer its voxels are.
    pub layer: usize,
    /// Its number there, which no voxel need have: then the structure is empty.
    pub value: i64,
    /// What the file calls it; empty if it does not say.
    pub name: String,
    /// Its colour, sRGB.
    pub colour: Option<[u8; 3]>,
    /// What it is, in codes.
    pub meaning: Option<Meaning>,
}

/// A structure in the words of DICOM's segmentation modules (PS3.3, C.8.20).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Meaning {
    /// Such as "Anatomical Structure".
    pub category: Code,
    /// Such as "Kidney".
    pub kind: Code,
    /// Mostly the side.
    pub modifier: Option<Code>,
    /// Where in the body the structure is, if the kind does not say.
    pub region: Option<Code>,
    /// The side of the region.
    pub region_modifier: Option<Code>,
}

/// A word of a coding scheme.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Code {
    /// Such as `SCT` for SNOMED CT.
    pub scheme: String,
    /// Such as `64033007`.
    pub value: String,
    /// Such as `Kidney`.
    pub meaning: String,
}

/// Why layers and segments do not make a segmentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SegmentationError {
    /// There is no layer.
    NoLayer,
    /// Two layers lie on different grids.
    Grids,
    /// A segment is of a layer that is not there, or of the background.
    Segment,
    /// Two segments are the same label of the same layer.
    Twice,
}

impl std::fmt::Display for SegmentationError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NoLayer => "no layer of voxels",
            Self::Grids => "layers on different grids",
            Self::Segment => "a segment of a layer that is not there, or of the background",
            Self::Twice => "two segments are the same label of the same layer",
        })
    }
}

impl std::error::Error for SegmentationError {}

impl Segmentation {
    /// A segmentation of these parts; see [`SegmentationError`] for what is refused.
    pub fn new(layers: Vec<LabelMap>, segments: Vec<Segment>) -> Result<Self, SegmentationError> {
        let first = layers.first().ok_or(SegmentationError::NoLayer)?;
        if layers.iter().any(|layer| layer.grid() != first.grid()) {
            return Err(SegmentationError::Grids);
        }
        if segments.iter().any(|segment| segment.layer >= layers.len() || segment.value == 0) {
            return Err(SegmentationError::Segment);
        }
        let mut places: Vec<_> = segments.iter().map(|each| (each.layer, each.value)).collect();
        places.sort_unstable();
        if places.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(SegmentationError::Twice);
        }
        Ok(Self { layers, segments })
    }

    /// Where the voxels of all layers lie.
    pub fn grid(&self) -> &Grid {
        self.layers[0].grid()
    }

    /// The layers, at least one.
    pub fn layers(&self) -> &[LabelMap] {
        &self.layers
    }

    /// What the file says of its structures, in its order; empty if it says nothing.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Layers and segments apart.
    pub fn into_parts(self) -> (Vec<LabelMap>, Vec<Segment>) {
        (self.layers, self.segments)
    }
}

impl From<LabelMap> for Segmentation {
    /// One layer, and nothing known of its labels.
    fn from(map: LabelMap) -> Self {
        Self { layers: vec![map], segments: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Affine;

    fn map(origin: f64) -> LabelMap {
        let affine = Affine::from_spacing([1.0; 3], [origin; 3]).unwrap();
        LabelMap::new(Grid::new([2, 1, 1], affine).unwrap(), vec![0, 1], vec![0, 1]).unwrap()
    }

    fn segment(layer: usize, value: i64) -> Segment {
        Segment { layer, value, ..Segment::default() }
    }

    #[test]
    fn broken_parts_are_refused() {
        let check = |layers: Vec<LabelMap>, segments: Vec<Segment>, expected| {
            assert_eq!(Segmentation::new(layers, segments).map(|_| ()), expected);
        };
        check(vec![map(0.0)], vec![segment(0, 1), segment(0, 7)], Ok(()));
        check(vec![], vec![], Err(SegmentationError::NoLayer));
        check(vec![map(0.0), map(1.0)], vec![], Err(SegmentationError::Grids));
        check(vec![map(0.0)], vec![segment(1, 1)], Err(SegmentationError::Segment));
        check(vec![map(0.0)], vec![segment(0, 0)], Err(SegmentationError::Segment));
        let twice = vec![segment(0, 1), segment(0, 1)];
        check(vec![map(0.0)], twice, Err(SegmentationError::Twice));
    }
}
