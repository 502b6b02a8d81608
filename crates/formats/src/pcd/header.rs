//! The header: names, types and number of the fields, and how many points there are.

use crate::error::ErrorKind;
use crate::input::shortened;
use crate::limits::Limits;
use crate::text::{Said, Text, name, number};

/// What follows the header.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) fields: Vec<Field>,
    pub(super) n_points: usize,
    pub(super) encoding: Encoding,
    pub(super) said: Said,
    pub(super) has_viewpoint: bool,
    /// Bytes up to the first point.
    pub(super) n_bytes: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Ascii,
    Binary,
    Compressed,
}

/// A number of each point, or several of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    /// `F`, `I` or `U`.
    pub(super) kind: u8,
    /// Bytes of one number: 1, 2, 4 or 8.
    pub(super) size: usize,
    /// How many numbers.
    pub(super) count: usize,
}

impl Field {
    /// Whether it has this name and is one number of a type that is read.
    pub(super) fn is_taken(&self, name: &str) -> bool {
        self.name == name && self.count == 1 && (self.kind == b'F' || self.size <= 4)
    }

    /// One of its numbers.
    pub(super) fn number(&self, bytes: &[u8]) -> f32 {
        match (self.kind, bytes) {
            (b'F', &[a, b, c, d]) => f32::from_le_bytes([a, b, c, d]),
            (b'F', &[a, b, c, d, e, f, g, h]) => {
                f64::from_le_bytes([a, b, c, d, e, f, g, h]) as f32
            }
            (b'I', &[a]) => a.cast_signed().into(),
            (b'I', &[a, b]) => i16::from_le_bytes([a, b]).into(),
            (b'I', &[a, b, c, d]) => i32::from_le_bytes([a, b, c, d]) as f32,
            (b'U', &[a]) => a.into(),
            (b'U', &[a, b]) => u16::from_le_bytes([a, b]).into(),
            (b'U', &[a, b, c, d]) => u32::from_le_bytes([a, b, c, d]) as f32,
            _ => f32::NAN,
        }
    }
}

/// The lines of the header as they stand there.
#[derive(Debug, Default)]
struct Lines {
    names: Vec<String>,
    sizes: Vec<u64>,
    kinds: Vec<u8>,
    counts: Option<Vec<u64>>,
    width: Option<u64>,
    height: Option<u64>,
    n_points: Option<u64>,
    has_viewpoint: bool,
}

impl Header {
    pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Self, ErrorKind> {
        let within = &bytes[..bytes.len().min(limits.header)];
        let mut text = Text::new("PCD", within, limits);
        let (mut lines, mut said) = (Lines::default(), Said::default());
        let encoding = lines.read_all(&mut text, &mut said);
        // A word that the limit cuts off means nothing.
        if bytes.len() > within.len() && text.n_left() == 0 {
            return Err(ErrorKind::limit("bytes in the header", limits.header as u64));
        }
        let Some(encoding) = encoding? else {
            return Err(ErrorKind::malformed("PCD", "its header has no line `DATA`"));
        };
        let n_points = lines.n_points(limits)?;
        let has_viewpoint = lines.has_viewpoint;
        let fields = lines.fields()?;
        Ok(Self { fields, n_points, encoding, said, has_viewpoint, n_bytes: text.at() })
    }
}

impl Lines {
    /// Takes all lines in, and stands behind the last one.
    fn read_all(
        &mut self,
        text: &mut Text<'_>,
        said: &mut Said,
    ) -> Result<Option<Encoding>, ErrorKind> {
        loop {
            let encoding = self.read(text, said)?;
            let is_last = !text.next_line()?;
            if is_last || encoding.is_some() {
                return Ok(encoding);
            }
        }
    }

    /// Takes a line in; the last one says how the points are written.
    fn read(
        &mut self,
        text: &mut Text<'_>,
        said: &mut Said,
    ) -> Result<Option<Encoding>, ErrorKind> {
        if text.peek() == Some(b'#') {
            said.hear(text.rest_of_line()?);
            return Ok(None);
        }
        match text.word()? {
            b"DATA" => return encoding(text).map(Some),
            b"FIELDS" | b"COLUMNS" => self.names = words(text)?.into_iter().map(name).collect(),
            b"SIZE" => self.sizes = integers(text)?,
            b"TYPE" => self.kinds = kinds(text)?,
            b"COUNT" => self.counts = Some(integers(text)?),
            b"WIDTH" => self.width = integers(text)?.first().copied(),
            b"HEIGHT" => self.height = integers(text)?.first().copied(),
            b"POINTS" => self.n_points = integers(text)?.first().copied(),
            b"VIEWPOINT" => {
                let pose = words(text)?;
                let place = pose.iter().take(3);
                self.has_viewpoint = place.into_iter().any(|word| number(word) != Some(0.0));
            }
            b"VERSION" => drop(words(text)?),
            b"" => {}
            word => {
                let word = shortened(&String::from_utf8_lossy(word));
                return Err(text.error(&format!("`{word}` is no word of a header")));
            }
        }
        Ok(None)
    }

    fn n_points(&self, limits: &Limits) -> Result<usize, ErrorKind> {
        let of_grid = match (self.width, self.height) {
            (Some(width), height) => width.checked_mul(height.unwrap_or(1)),
            _ => self.n_points,
        };
        let Some(n_points) = of_grid else {
            return Err(ErrorKind::malformed("PCD", "its header does not say how many points"));
        };
        if self.n_points.is_some_and(|n| n != n_points) {
            let reason = "`POINTS` is not `WIDTH` times `HEIGHT`";
            return Err(ErrorKind::malformed("PCD", reason));
        }
        match usize::try_from(n_points) {
            Ok(0) => Err(ErrorKind::Mesh("holds no points".to_owned())),
            Ok(n_points) if n_points <= limits.vertices => Ok(n_points),
            _ => Err(ErrorKind::limit("points", limits.vertices as u64)),
        }
    }

    fn fields(self) -> Result<Vec<Field>, ErrorKind> {
        let n = self.names.len();
        let counts = self.counts.unwrap_or_else(|| vec![1; n]);
        if [self.sizes.len(), self.kinds.len(), counts.len()] != [n; 3] {
            let reason = "`FIELDS`, `SIZE`, `TYPE` and `COUNT` are not equally many";
            return Err(ErrorKind::malformed("PCD", reason));
        }
        let numbers = self.sizes.into_iter().zip(self.kinds).zip(counts);
        self.names
            .into_iter()
            .zip(numbers)
            .map(|(name, ((size, kind), count))| field(name, kind, size, count))
            .collect()
    }
}

fn field(name: String, kind: u8, size: u64, count: u64) -> Result<Field, ErrorKind> {
    // More numbers a point than any point has bytes for.
    const MOST: u64 = 1 << 20;
    let is_size = matches!(size, 1 | 2 | 4 | 8) && (kind != b'F' || size >= 4);
    if !is_size || !(1..=MOST).contains(&count) {
        let name = shortened(&name);
        let reason = format!("field `{name}` has {count} numbers of {size} bytes");
        return Err(ErrorKind::malformed("PCD", reason));
    }
    Ok(Field { name, kind, size: size as usize, count: count as usize })
}

fn encoding(text: &mut Text<'_>) -> Result<Encoding, ErrorKind> {
    let encoding = match text.word()? {
        b"ascii" => Encoding::Ascii,
        b"binary" => Encoding::Binary,
        b"binary_compressed" => Encoding::Compressed,
        word => {
            let word = shortened(&String::from_utf8_lossy(word));
            return Err(text.error(&format!("`{word}` is none of the ways to write points")));
        }
    };
    match text.is_line_end() {
        true => Ok(encoding),
        false => Err(text.error("more words than a line of the header has")),
    }
}

fn words<'a>(text: &mut Text<'a>) -> Result<Vec<&'a [u8]>, ErrorKind> {
    let mut words = Vec::new();
    while !text.is_line_end() {
        words.push(text.word()?);
    }
    Ok(words)
}

fn integers(text: &mut Text<'_>) -> Result<Vec<u64>, ErrorKind> {
    let mut integers = Vec::new();
    while !text.is_line_end() {
        let integer = text.integer()?;
        integers.push(integer.try_into().map_err(|_| text.error("a number below zero"))?);
    }
    Ok(integers)
}

fn kinds(text: &mut Text<'_>) -> Result<Vec<u8>, ErrorKind> {
    let kind = |word: &[u8]| match word {
        [kind @ (b'F' | b'I' | b'U')] => Ok(*kind),
        word => {
            let word = shortened(&String::from_utf8_lossy(word));
            Err(ErrorKind::malformed("PCD", format!("`{word}` is no type of a field")))
        }
    };
    words(text)?.into_iter().map(kind).collect()
}
