//! The points, in each of the three ways to write them.

use super::header::{Encoding, Field, Header};
use super::lzf;
use crate::error::ErrorKind;
use crate::limits::Limits;
use crate::point_file::PointFile;
use crate::text::Text;

pub(super) fn read(bytes: &[u8], header: &Header, limits: &Limits) -> Result<PointFile, ErrorKind> {
    let layout = Layout::new(header)?;
    let data = &bytes[header.n_bytes..];
    let mut file = match header.encoding {
        Encoding::Ascii => {
            let text = Text::new("PCD", bytes, limits).from(header.n_bytes);
            ascii(text, header.n_points, &layout)?
        }
        Encoding::Binary => layout.points(data, header.n_points, true)?,
        Encoding::Compressed => {
            let unpacked = unpacked(data, header, &layout)?;
            layout.points(&unpacked, header.n_points, false)?
        }
    };
    (file.units, file.space) = (header.said.units, header.said.space);
    if header.has_viewpoint {
        file.notes.push("where the scanner stood (`VIEWPOINT`) was left out".to_owned());
    }
    Ok(file)
}

/// Where the numbers that are taken lie in a point.
struct Layout<'a> {
    /// x, y and z, and perhaps a normal.
    taken: Vec<Place<'a>>,
    /// Bytes of a point.
    size: usize,
    /// Numbers of a point.
    n_numbers: usize,
}

#[derive(Clone, Copy)]
struct Place<'a> {
    field: &'a Field,
    /// Bytes of the point before it.
    offset: usize,
    /// Numbers of the point before it.
    column: usize,
}

impl<'a> Layout<'a> {
    fn new(header: &'a Header) -> Result<Self, ErrorKind> {
        let (mut places, mut offset, mut column) = (Vec::new(), 0, 0);
        for field in &header.fields {
            places.push(Place { field, offset, column });
            offset += field.size * field.count;
            column += field.count;
        }
        let find = |name: &str| places.iter().copied().find(|place| place.field.is_taken(name));
        let mut taken = Vec::new();
        for name in ["x", "y", "z"] {
            let reason = || format!("it has no field `{name}` of one number that is read");
            taken.push(find(name).ok_or_else(|| ErrorKind::malformed("PCD", reason()))?);
        }
        let normal: Vec<_> =
            ["normal_x", "normal_y", "normal_z"].into_iter().filter_map(find).collect();
        if normal.len() == 3 {
            taken.extend(normal);
        }
        Ok(Self { taken, size: offset, n_numbers: column })
    }

    fn n_bytes(&self, n_points: usize) -> Option<usize> {
        self.size.checked_mul(n_points)
    }

    /// Points of which all bytes lie together, or all bytes of a field.
    fn points(
        &self,
        bytes: &[u8],
        n_points: usize,
        are_together: bool,
    ) -> Result<PointFile, ErrorKind> {
        let held = self.n_bytes(n_points).filter(|&n| n <= bytes.len());
        let Some(n_bytes) = held else { return Err(too_few(n_points, bytes.len())) };
        if bytes[n_bytes..].iter().any(|byte| *byte != 0 && !byte.is_ascii_whitespace()) {
            return Err(ErrorKind::malformed("PCD", "more bytes than its header says"));
        }
        let number = |point: usize, place: &Place<'_>| {
            let at = match are_together {
                true => point * self.size + place.offset,
                false => n_points * place.offset + point * place.field.size,
            };
            place.field.number(&bytes[at..at + place.field.size])
        };
        let mut points = Points::new(self, n_points);
        for point in 0..n_points {
            points.push(|place| Ok(number(point, place)))?;
        }
        Ok(points.file)
    }
}

/// Positions and normals while they are read.
struct Points<'a> {
    layout: &'a Layout<'a>,
    file: PointFile,
}

impl<'a> Points<'a> {
    /// Room for so many, which the bytes are known to hold.
    fn new(layout: &'a Layout<'a>, n_points: usize) -> Self {
        let mut file = PointFile::default();
        file.positions.reserve_exact(n_points);
        if layout.taken.len() == 6 {
            file.normals.reserve_exact(n_points);
        }
        Self { layout, file }
    }

    fn push(
        &mut self,
        number: impl Fn(&Place<'_>) -> Result<f32, ErrorKind>,
    ) -> Result<(), ErrorKind> {
        let mut values = [0.0; 6];
        for (value, place) in values.iter_mut().zip(&self.layout.taken) {
            *value = number(place)?;
        }
        let [x, y, z, nx, ny, nz] = values;
        self.file.positions.push([x, y, z]);
        if self.layout.taken.len() == 6 {
            self.file.normals.push([nx, ny, nz]);
        }
        Ok(())
    }
}

fn ascii(mut text: Text<'_>, n_points: usize, layout: &Layout<'_>) -> Result<PointFile, ErrorKind> {
    // Each number takes a digit and a blank.
    let least = n_points.checked_mul(2 * layout.n_numbers);
    if least.is_none_or(|least| least > text.n_left() + 1) {
        return Err(too_few(n_points, text.n_left()));
    }
    let mut points = Points::new(layout, n_points);
    let mut row = vec![0.0; layout.n_numbers];
    let is_taken: Vec<bool> = (0..layout.n_numbers)
        .map(|column| layout.taken.iter().any(|place| place.column == column))
        .collect();
    for _ in 0..n_points {
        text.skip_space();
        for (value, &is_taken) in row.iter_mut().zip(&is_taken) {
            match is_taken {
                true => *value = text.number()?,
                false if text.is_line_end() => return Err(text.error("a point lacks numbers")),
                false => drop(text.word()?),
            }
        }
        if !text.is_line_end() {
            return Err(text.error("a point has more numbers than fields"));
        }
        points.push(|place| Ok(row[place.column]))?;
    }
    match text.skip_space() {
        true => Err(text.error("more points than the header says")),
        false => Ok(points.file),
    }
}

fn unpacked(data: &[u8], header: &Header, layout: &Layout<'_>) -> Result<Vec<u8>, ErrorKind> {
    let sizes = data.as_chunks::<4>().0;
    let [n_packed, n_unpacked] = match sizes {
        [packed, unpacked, ..] => {
            [*packed, *unpacked].map(|size| u32::from_le_bytes(size) as usize)
        }
        _ => return Err(too_few(header.n_points, data.len())),
    };
    if layout.n_bytes(header.n_points) != Some(n_unpacked) {
        let n_bytes = layout.size.saturating_mul(header.n_points);
        let reason = format!("it would unpack to {n_unpacked} bytes; its points have {n_bytes}");
        return Err(ErrorKind::malformed("PCD", reason));
    }
    let packed = data[8..].get(..n_packed).ok_or_else(|| too_few(header.n_points, data.len()))?;
    let bytes = lzf::unpacked(packed, n_unpacked);
    bytes.ok_or_else(|| ErrorKind::malformed("PCD", "its compressed bytes are damaged"))
}

#[cold]
fn too_few(n_points: usize, n_bytes: usize) -> ErrorKind {
    let reason = format!("it claims {n_points} points; {n_bytes} bytes hold fewer");
    ErrorKind::cut_off("PCD", reason)
}
