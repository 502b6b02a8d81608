//! DICOM files made by hand: any elements, any nesting.

/// Elements in explicit little endian.
#[derive(Debug, Clone, Default)]
pub(crate) struct Elements(pub(crate) Vec<u8>);

impl Elements {
    pub(crate) fn text(mut self, tag: u32, vr: &str, text: &str) -> Self {
        let mut value = text.as_bytes().to_vec();
        value.resize(value.len().next_multiple_of(2), if vr == "UI" { 0 } else { b' ' });
        self.head(tag, vr);
        self.0.extend((value.len() as u16).to_le_bytes());
        self.0.extend(value);
        self
    }

    pub(crate) fn word(mut self, tag: u32, words: &[u16]) -> Self {
        self.head(tag, "US");
        self.0.extend((2 * words.len() as u16).to_le_bytes());
        self.0.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        self
    }

    pub(crate) fn bytes(mut self, tag: u32, vr: &str, value: &[u8]) -> Self {
        self.head(tag, vr);
        self.0.extend([0; 2]);
        self.0.extend((value.len() as u32).to_le_bytes());
        self.0.extend(value);
        self
    }

    pub(crate) fn sequence(self, tag: u32, items: &[Self]) -> Self {
        let mut value = Vec::new();
        for item in items {
            value.extend([0xfe, 0xff, 0x00, 0xe0]);
            value.extend((item.0.len() as u32).to_le_bytes());
            value.extend(&item.0);
        }
        self.bytes(tag, "SQ", &value)
    }

    pub(crate) fn then(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    fn head(&mut self, tag: u32, vr: &str) {
        self.0.extend(((tag >> 16) as u16).to_le_bytes());
        self.0.extend((tag as u16).to_le_bytes());
        self.0.extend(vr.as_bytes());
    }

    /// The file whose data set this is, of a class and a transfer syntax.
    pub(crate) fn file(&self, class: &str, syntax: &str) -> Vec<u8> {
        let meta = Self::default().text(0x2_0002, "UI", class).text(0x2_0010, "UI", syntax);
        [&[0; 128], b"DICM".as_slice(), &meta.0, &self.0].concat()
    }
}

pub(crate) const EXPLICIT: &str = "1.2.840.10008.1.2.1";
pub(crate) const SEGMENTATION: &str = "1.2.840.10008.5.1.4.1.1.66.4";
pub(crate) const STRUCTURE_SET: &str = "1.2.840.10008.5.1.4.1.1.481.3";

/// A segmentation of which every part can be set.
#[derive(Debug, Clone)]
pub(crate) struct Seg {
    pub(crate) kind: &'static str,
    pub(crate) bits: u16,
    pub(crate) size: [u16; 2],
    pub(crate) segments: Vec<u16>,
    /// Segment and position of each frame.
    pub(crate) frames: Vec<(u16, [f64; 3])>,
    pub(crate) n_frames: Option<String>,
    pub(crate) pixels: Vec<u8>,
    pub(crate) shared: Elements,
    pub(crate) extra: Elements,
}

pub(crate) fn orientation(values: &str) -> Elements {
    let item = Elements::default().text(0x20_0037, "DS", values);
    Elements::default().sequence(0x20_9116, &[item])
}

pub(crate) fn measures(spacing: &str, slices: Option<&str>) -> Elements {
    let mut item = Elements::default();
    if let Some(slices) = slices {
        item = item.text(0x18_0088, "DS", slices);
    }
    let item = item.text(0x28_0030, "DS", spacing);
    Elements::default().sequence(0x28_9110, &[item])
}

impl Seg {
    /// Two binary frames of 3 by 2 samples, 1 mm apart: segment 1 has the first sample of each.
    pub(crate) fn small() -> Self {
        Self {
            kind: "BINARY",
            bits: 1,
            size: [3, 2],
            segments: vec![1],
            frames: vec![(1, [0.0; 3]), (1, [0.0, 0.0, 1.0])],
            n_frames: Some("2".to_owned()),
            pixels: vec![0b0100_0001, 0],
            shared: orientation("1\\0\\0\\0\\1\\0").then(measures("1\\1", None)),
            extra: Elements::default(),
        }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let segments: Vec<Elements> = self
            .segments
            .iter()
            .map(|&number| {
                let label = format!("segment {number}");
                Elements::default().word(0x62_0004, &[number]).text(0x62_0005, "LO", &label)
            })
            .collect();
        let frames: Vec<Elements> = self
            .frames
            .iter()
            .map(|(segment, [x, y, z])| {
                let place = format!("{x:e}\\{y:e}\\{z:e}");
                let place = Elements::default().text(0x20_0032, "DS", &place);
                let segment = Elements::default().word(0x62_000b, &[*segment]);
                Elements::default().sequence(0x20_9113, &[place]).sequence(0x62_000a, &[segment])
            })
            .collect();
        let mut body = Elements::default().word(0x28_0002, &[1]);
        if let Some(n_frames) = &self.n_frames {
            body = body.text(0x28_0008, "IS", n_frames);
        }
        body = body
            .word(0x28_0010, &[self.size[1]])
            .word(0x28_0011, &[self.size[0]])
            .word(0x28_0100, &[self.bits])
            .then(self.extra.clone())
            .text(0x62_0001, "CS", self.kind)
            .sequence(0x62_0002, &segments)
            .sequence(0x5200_9229, std::slice::from_ref(&self.shared));
        if !frames.is_empty() {
            body = body.sequence(0x5200_9230, &frames);
        }
        body.bytes(0x7fe0_0010, "OB", &self.pixels).file(SEGMENTATION, EXPLICIT)
    }
}
