//! What the XML says: pieces, and where the numbers of their arrays stand.

use std::borrow::Cow;

use super::{FORMAT, malformed};
use crate::error::ErrorKind;
use crate::input::shortened;
use crate::limits::Limits;
use crate::scalar::Scalar;
use crate::xml::{Element, Xml};

/// The whole document.
pub(super) struct Document<'a> {
    pub(super) is_big: bool,
    pub(super) is_packed: bool,
    /// What counts bytes and blocks in front of the bytes of an array.
    pub(super) header: Scalar,
    /// Texts that say what the numbers measure, and which way the axes point.
    pub(super) units: Option<Place<'a>>,
    pub(super) space: Option<Place<'a>>,
    pub(super) pieces: Vec<Piece<'a>>,
    pub(super) appended: Option<Appended<'a>>,
}

/// The bytes behind the XML.
pub(super) struct Appended<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) is_base64: bool,
}

#[derive(Default)]
pub(super) struct Piece<'a> {
    pub(super) n_points: usize,
    pub(super) n_lines: usize,
    pub(super) points: Option<Array<'a>>,
    pub(super) polygons: CellArrays<'a>,
    pub(super) strips: CellArrays<'a>,
}

#[derive(Default)]
pub(super) struct CellArrays<'a> {
    pub(super) count: usize,
    pub(super) connectivity: Option<Array<'a>>,
    pub(super) offsets: Option<Array<'a>>,
}

pub(super) struct Array<'a> {
    pub(super) scalar: Scalar,
    pub(super) place: Place<'a>,
}

/// Where the numbers of an array stand.
pub(super) enum Place<'a> {
    Text(Cow<'a, str>),
    Base64(Cow<'a, str>),
    Appended(usize),
}

pub(super) fn read<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Document<'a>, ErrorKind> {
    let mut xml = Xml::new(FORMAT, bytes, limits);
    let root = xml.root("VTKFile")?;
    let mut document = begin(&root)?;
    while let Some(child) = xml.child(&root)? {
        match child.name() {
            "PolyData" => poly_data(&mut xml, &child, &mut document, limits)?,
            "AppendedData" => {
                document.appended = Some(appended(&xml, &child)?);
                // What follows need be no XML.
                return Ok(document);
            }
            _ => {}
        }
    }
    xml.finish(&root)?;
    Ok(document)
}

fn begin<'a>(root: &Element) -> Result<Document<'a>, ErrorKind> {
    let kind = root.get("type")?.unwrap_or_default();
    if kind != "PolyData" {
        let what = format!("`{}`: only `PolyData` is read; extract its surface", shortened(&kind));
        return Err(ErrorKind::unsupported(FORMAT, what));
    }
    let is_packed = match root.get("compressor")?.as_deref() {
        None | Some("") => false,
        Some("vtkZLibDataCompressor") => true,
        Some(other) => {
            let what = format!("compression by `{}`: save it with zlib or none", shortened(other));
            return Err(ErrorKind::unsupported(FORMAT, what));
        }
    };
    let is_big = match root.get("byte_order")?.as_deref() {
        None | Some("LittleEndian") => false,
        Some("BigEndian") => true,
        Some(_) => return Err(malformed("`byte_order` is neither `LittleEndian` nor `BigEndian`")),
    };
    let header = match root.get("header_type")?.as_deref() {
        None | Some("UInt32") => Scalar::U32,
        Some("UInt64") => Scalar::U64,
        Some(_) => return Err(malformed("`header_type` is neither `UInt32` nor `UInt64`")),
    };
    let (units, space, pieces) = (None, None, Vec::new());
    Ok(Document { is_big, is_packed, header, units, space, pieces, appended: None })
}

fn poly_data<'a>(
    xml: &mut Xml<'a>,
    element: &Element,
    document: &mut Document<'a>,
    limits: &Limits,
) -> Result<(), ErrorKind> {
    while let Some(child) = xml.child(element)? {
        match child.name() {
            "FieldData" => field_data(xml, &child, document)?,
            "Piece" if document.pieces.len() == limits.parts => {
                return Err(ErrorKind::limit("pieces", limits.parts as u64));
            }
            "Piece" => document.pieces.push(piece(xml, &child)?),
            _ => {}
        }
    }
    Ok(())
}

/// Finds the texts that say unit and space: [`super::write`] leaves both, 3D Slicer a `SPACE`.
fn field_data<'a>(
    xml: &mut Xml<'a>,
    element: &Element,
    document: &mut Document<'a>,
) -> Result<(), ErrorKind> {
    while let Some(child) = xml.child(element)? {
        if child.get("type")?.as_deref() != Some("String") {
            continue;
        }
        let name = child.get("Name")?.unwrap_or_default().to_ascii_lowercase();
        match name.as_str() {
            "units" => document.units = Some(place(xml, &child)?),
            "space" => document.space = Some(place(xml, &child)?),
            _ => {}
        }
    }
    Ok(())
}

fn piece<'a>(xml: &mut Xml<'a>, element: &Element) -> Result<Piece<'a>, ErrorKind> {
    let number = |name: &str| Ok::<_, ErrorKind>(element.number(name)?.unwrap_or(0));
    let mut piece = Piece {
        n_points: number("NumberOfPoints")?,
        n_lines: number("NumberOfLines")?,
        ..Piece::default()
    };
    piece.polygons.count = number("NumberOfPolys")?;
    piece.strips.count = number("NumberOfStrips")?;
    while let Some(child) = xml.child(element)? {
        match child.name() {
            "Points" => {
                if let Some(array) = xml.child(&child)? {
                    let n_components = array.number("NumberOfComponents")?;
                    if n_components.is_some_and(|n| n != 3) {
                        return Err(malformed("its points have not three coordinates"));
                    }
                    piece.points = Some(self::array(xml, &array)?);
                }
            }
            "Polys" => cells(xml, &child, &mut piece.polygons)?,
            "Strips" => cells(xml, &child, &mut piece.strips)?,
            _ => {}
        }
    }
    Ok(piece)
}

fn cells<'a>(
    xml: &mut Xml<'a>,
    element: &Element,
    cells: &mut CellArrays<'a>,
) -> Result<(), ErrorKind> {
    if cells.count == 0 {
        return Ok(());
    }
    while let Some(child) = xml.child(element)? {
        match child.get("Name")?.as_deref() {
            Some("connectivity") => cells.connectivity = Some(array(xml, &child)?),
            Some("offsets") => cells.offsets = Some(array(xml, &child)?),
            _ => {}
        }
    }
    Ok(())
}

fn array<'a>(xml: &mut Xml<'a>, element: &Element) -> Result<Array<'a>, ErrorKind> {
    let scalar = scalar(&element.get("type")?.unwrap_or_default())?;
    Ok(Array { scalar, place: place(xml, element)? })
}

fn place<'a>(xml: &mut Xml<'a>, element: &Element) -> Result<Place<'a>, ErrorKind> {
    match element.get("format")?.as_deref() {
        Some("appended") => Ok(Place::Appended(element.number("offset")?.unwrap_or(0))),
        Some("binary") => Ok(Place::Base64(xml.text(element)?)),
        None | Some("ascii") => Ok(Place::Text(xml.text(element)?)),
        Some(other) => Err(malformed(format!("`{}` is no form of an array", shortened(other)))),
    }
}

fn scalar(name: &str) -> Result<Scalar, ErrorKind> {
    Ok(match name {
        "Int8" => Scalar::I8,
        "UInt8" => Scalar::U8,
        "Int16" => Scalar::I16,
        "UInt16" => Scalar::U16,
        "Int32" => Scalar::I32,
        "UInt32" => Scalar::U32,
        "Int64" => Scalar::I64,
        "UInt64" => Scalar::U64,
        "Float32" => Scalar::F32,
        "Float64" => Scalar::F64,
        _ => return Err(malformed(format!("`{}` is no type of numbers", shortened(name)))),
    })
}

/// What follows on the underscore with which the bytes begin.
fn appended<'a>(xml: &Xml<'a>, element: &Element) -> Result<Appended<'a>, ErrorKind> {
    let is_base64 = match element.get("encoding")?.as_deref() {
        Some("raw") => false,
        None | Some("base64") => true,
        Some(_) => return Err(malformed("`encoding` is neither `raw` nor `base64`")),
    };
    let rest = xml.rest().trim_ascii_start();
    let bytes = rest.strip_prefix(b"_");
    let bytes = bytes.ok_or_else(|| malformed("no `_` before the appended data"))?;
    Ok(Appended { bytes, is_base64 })
}
