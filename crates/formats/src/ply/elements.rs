//! Elements, one after another: vertices and faces are taken, all others stepped over.

use super::faces::Surface;
use super::header::{Element, Encoding, Header, Kind, Property};
use super::numbers::{Ascii, Binary, Numbers};
use super::scalar::Scalar;
use crate::error::ErrorKind;
use crate::input::shortened;
use crate::limits::Limits;
use crate::mesh_file::{MeshFile, MeshPart};
use crate::point_file::PointFile;
use crate::text::{Said, Text};

/// What a file holds.
#[derive(Debug, Default)]
pub(super) struct Content {
    positions: Vec<[f32; 3]>,
    normals: Vec<[f32; 3]>,
    faces: Vec<[u32; 3]>,
    notes: Vec<String>,
    said: Said,
}

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Content, ErrorKind> {
    if bytes.is_empty() {
        return Err(ErrorKind::Empty);
    }
    let header = Header::read(bytes, limits)?;
    let data = &bytes[header.n_bytes..];
    match header.encoding {
        Encoding::LittleEndian => content(Binary::<false>(data), &header, limits),
        Encoding::BigEndian => content(Binary::<true>(data), &header, limits),
        Encoding::Ascii => {
            let text = Text::new("PLY", bytes, limits).from(header.n_bytes);
            content(Ascii(text), &header, limits)
        }
    }
}

fn content<N: Numbers>(
    mut numbers: N,
    header: &Header<'_>,
    limits: &Limits,
) -> Result<Content, ErrorKind> {
    let mut content = Content { said: header.said, ..Content::default() };
    let mut has_vertices = false;
    // Faces can be cut into triangles once the vertices are known: those before them have to wait.
    let mut waiting = Vec::new();
    for element in &header.elements {
        check_claim(&numbers, element)?;
        match element.name {
            b"vertex" => {
                content.read_vertices(&mut numbers, element, limits)?;
                has_vertices = true;
            }
            b"face" | b"tristrips" if has_vertices => {
                content.read_faces(&mut numbers, element, limits)?;
            }
            name => {
                if matches!(name, b"face" | b"tristrips") {
                    waiting.push((numbers.clone(), element));
                }
                skip(&mut numbers, element)?;
            }
        }
    }
    numbers.end()?;
    if !has_vertices {
        return Err(ErrorKind::malformed("PLY", "it has no element `vertex`"));
    }
    for (mut numbers, element) in waiting {
        content.read_faces(&mut numbers, element, limits)?;
    }
    Ok(content)
}

/// Whether as many items can be in the bytes that are left.
fn check_claim<N: Numbers>(numbers: &N, element: &Element<'_>) -> Result<(), ErrorKind> {
    let least = |kind: Kind| match kind {
        Kind::Scalar(scalar) | Kind::List { count: scalar, .. } => N::least(scalar),
    };
    let n_bytes: u64 = element.properties.iter().map(|property| least(property.kind)).sum();
    let n_left = numbers.n_left();
    let claimed = element.n_items.checked_mul(n_bytes);
    if claimed.is_some_and(|claimed| claimed <= n_left) && (n_bytes > 0 || element.n_items == 0) {
        return Ok(());
    }
    let name = shortened(&String::from_utf8_lossy(element.name));
    let reason = format!(
        "element `{name}` claims {} items of at least {n_bytes} bytes; {n_left} bytes are left",
        element.n_items
    );
    Err(match n_bytes {
        0 => ErrorKind::malformed("PLY", reason),
        _ => ErrorKind::cut_off("PLY", reason),
    })
}

fn skip<N: Numbers>(numbers: &mut N, element: &Element<'_>) -> Result<(), ErrorKind> {
    for _ in 0..element.n_items {
        for property in &element.properties {
            skip_property(numbers, property.kind)?;
        }
    }
    Ok(())
}

/// Steps over one property of one item.
pub(super) fn skip_property<N: Numbers>(numbers: &mut N, kind: Kind) -> Result<(), ErrorKind> {
    match kind {
        Kind::Scalar(scalar) => numbers.skip(scalar, 1),
        Kind::List { count, item } => {
            let n = length(numbers, count)?;
            numbers.skip(item, n)
        }
    }
}

/// How many numbers a list has.
pub(super) fn length<N: Numbers>(numbers: &mut N, count: Scalar) -> Result<u64, ErrorKind> {
    let n = numbers.integer(count)?;
    n.try_into().map_err(|_| ErrorKind::malformed("PLY", format!("a list of {n} numbers")))
}

impl Content {
    fn read_vertices<N: Numbers>(
        &mut self,
        numbers: &mut N,
        element: &Element<'_>,
        limits: &Limits,
    ) -> Result<(), ErrorKind> {
        let n_items = usize::try_from(element.n_items).unwrap_or(usize::MAX);
        if n_items > limits.vertices {
            return Err(ErrorKind::limit("vertices", limits.vertices as u64));
        }
        let plan = Plan::new(element)?;
        self.positions.reserve_exact(n_items);
        if plan.has_normals {
            self.normals.reserve_exact(n_items);
        }
        let n_bytes = plan.bytes_of_positions();
        for _ in 0..n_items {
            if let Some(position) = n_bytes.and_then(|n_bytes| numbers.position(n_bytes)) {
                self.positions.push(position);
                continue;
            }
            let [x, y, z, nx, ny, nz] = plan.item(numbers)?;
            self.positions.push([x, y, z]);
            if plan.has_normals {
                self.normals.push([nx, ny, nz]);
            }
        }
        Ok(())
    }

    fn read_faces<N: Numbers>(
        &mut self,
        numbers: &mut N,
        element: &Element<'_>,
        limits: &Limits,
    ) -> Result<(), ErrorKind> {
        let mut surface = Surface::new(&self.positions, &mut self.faces, limits);
        match element.name {
            b"face" => surface.read_polygons(numbers, element)?,
            _ => surface.read_strips(numbers, element)?,
        }
        self.notes.extend(surface.note());
        Ok(())
    }

    pub(super) fn mesh_file(self, limits: &Limits) -> Result<MeshFile, ErrorKind> {
        if self.faces.is_empty() {
            return Err(ErrorKind::no_faces(self.positions.len()));
        }
        let part = MeshPart::new(String::new(), self.positions, self.faces, limits)?;
        let Said { units, space } = self.said;
        Ok(MeshFile { parts: vec![part], units, space, notes: self.notes })
    }

    pub(super) fn point_file(self) -> Result<PointFile, ErrorKind> {
        if self.positions.is_empty() {
            return Err(ErrorKind::Mesh("holds no points".to_owned()));
        }
        let Self { positions, normals, said: Said { units, space }, notes, .. } = self;
        Ok(PointFile { positions, normals, units, space, notes })
    }
}

/// Which properties of a vertex are taken, in the order of the file.
struct Plan {
    steps: Vec<(Kind, Option<usize>)>,
    has_normals: bool,
}

impl Plan {
    fn new(element: &Element<'_>) -> Result<Self, ErrorKind> {
        const TAKEN: [&[u8]; 6] = [b"x", b"y", b"z", b"nx", b"ny", b"nz"];
        let place = |property: &Property<'_>| {
            let is_scalar = matches!(property.kind, Kind::Scalar(_));
            TAKEN.iter().position(|&name| is_scalar && name == property.name)
        };
        let steps: Vec<_> =
            element.properties.iter().map(|property| (property.kind, place(property))).collect();
        let has = |axis: usize| steps.iter().any(|&(_, place)| place == Some(axis));
        if !(0..3).all(has) {
            let reason = "its vertices have not all of `x`, `y` and `z`";
            return Err(ErrorKind::malformed("PLY", reason));
        }
        Ok(Self { has_normals: (3..6).all(has), steps })
    }

    /// How many bytes an item has if it is a position and numbers that are not taken, as in most
    /// files: there is no need to go through them one by one.
    fn bytes_of_positions(&self) -> Option<usize> {
        let position = [0, 1, 2].map(|axis| (Kind::Scalar(Scalar::F32), Some(axis)));
        let rest = self.steps.strip_prefix(&position)?;
        let size = |&(kind, place): &(Kind, Option<usize>)| match (kind, place) {
            (Kind::Scalar(scalar), None) => Some(scalar.size()),
            _ => None,
        };
        rest.iter().map(size).sum::<Option<usize>>().map(|n_bytes| 12 + n_bytes)
    }

    #[inline]
    fn item<N: Numbers>(&self, numbers: &mut N) -> Result<[f32; 6], ErrorKind> {
        let mut values = [0.0; 6];
        for &(kind, place) in &self.steps {
            match (kind, place) {
                (Kind::Scalar(scalar), Some(place)) => values[place] = numbers.float(scalar)?,
                (kind, _) => skip_property(numbers, kind)?,
            }
        }
        Ok(values)
    }
}
