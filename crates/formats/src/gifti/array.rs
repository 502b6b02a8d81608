//! One array of a GIFTI file.

use super::{FORMAT, attribute, malformed, unknown};
use crate::base64::Base64;
use crate::error::ErrorKind;
use crate::limits::Limits;
use crate::matrix::Matrix;
use crate::scalar::{self, Scalar};
use crate::xml::{Element, Xml};
use crate::zlib;

/// Numbers in rows of three.
#[derive(Default)]
pub(super) struct Array {
    /// Points rather than triangles.
    pub(super) is_points: bool,
    /// A matrix from where the points are to where the scanner saw them.
    pub(super) to_scanner: Option<Matrix>,
    /// Positions, if it is one of points.
    pub(super) points: Vec<[f32; 3]>,
    /// Numbers of vertices, if it is one of triangles.
    pub(super) triangles: Vec<[i64; 3]>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Intent {
    Points,
    Triangles,
}

/// What the attributes of an array say.
struct Form {
    intent: Intent,
    scalar: Scalar,
    n_rows: usize,
    is_by_column: bool,
    is_big: bool,
    encoding: Encoding,
}

enum Encoding {
    Text,
    Base64,
    PackedBase64,
}

/// The array, if it is one of points or triangles.
pub(super) fn read(
    xml: &mut Xml,
    element: &Element,
    limits: &Limits,
) -> Result<Option<Array>, ErrorKind> {
    let Some(form) = form(element)? else { return Ok(None) };
    let most = match form.intent {
        Intent::Points => ("vertices", limits.vertices),
        Intent::Triangles => ("triangles", limits.faces),
    };
    if form.n_rows > most.1 {
        return Err(ErrorKind::limit(most.0, most.1 as u64));
    }
    let is_points = form.intent == Intent::Points;
    let mut array = Array { is_points, ..Array::default() };
    let mut has_data = false;
    while let Some(child) = xml.child(element)? {
        match child.name() {
            "CoordinateSystemTransformMatrix" if array.to_scanner.is_none() => {
                array.to_scanner = matrix(xml, &child, limits)?;
            }
            "Data" => {
                has_data = true;
                add_values(&form, &xml.text(&child)?, limits, &mut array)?;
            }
            _ => {}
        }
    }
    match has_data {
        true => Ok(Some(array)),
        false => Err(malformed("an array without `Data`")),
    }
}

fn form(element: &Element) -> Result<Option<Form>, ErrorKind> {
    let intent = match attribute(element, "Intent")?.as_str() {
        "NIFTI_INTENT_POINTSET" => Intent::Points,
        "NIFTI_INTENT_TRIANGLE" => Intent::Triangles,
        _ => return Ok(None),
    };
    let dim = |name: &str| Ok::<_, ErrorKind>(element.number(name)?.unwrap_or(0));
    if dim("Dimensionality")? != 2 || dim("Dim1")? != 3 {
        return Err(malformed("its points or triangles do not come in threes"));
    }
    let scalar = match attribute(element, "DataType")?.as_str() {
        "NIFTI_TYPE_UINT8" => Scalar::U8,
        "NIFTI_TYPE_INT8" => Scalar::I8,
        "NIFTI_TYPE_INT16" => Scalar::I16,
        "NIFTI_TYPE_UINT16" => Scalar::U16,
        "NIFTI_TYPE_INT32" => Scalar::I32,
        "NIFTI_TYPE_UINT32" => Scalar::U32,
        "NIFTI_TYPE_INT64" => Scalar::I64,
        "NIFTI_TYPE_UINT64" => Scalar::U64,
        "NIFTI_TYPE_FLOAT32" => Scalar::F32,
        "NIFTI_TYPE_FLOAT64" => Scalar::F64,
        other => return Err(unknown("DataType", other)),
    };
    if intent == Intent::Triangles && scalar.is_float() {
        return Err(malformed("numbers of vertices that are no whole numbers"));
    }
    let is_by_column = match element.get("ArrayIndexingOrder")?.as_deref() {
        None | Some("RowMajorOrder") => false,
        Some("ColumnMajorOrder") => true,
        Some(other) => return Err(unknown("ArrayIndexingOrder", other)),
    };
    let is_big = match element.get("Endian")?.as_deref() {
        None | Some("LittleEndian") => false,
        Some("BigEndian") => true,
        Some(other) => return Err(unknown("Endian", other)),
    };
    let encoding = encoding(&attribute(element, "Encoding")?)?;
    if is_by_column && matches!(encoding, Encoding::Text) {
        // nibabel writes rows under this name; the standard means columns.
        let what = "text in column order, which programs read in two ways: save it as base64";
        return Err(ErrorKind::unsupported(FORMAT, what));
    }
    Ok(Some(Form { intent, scalar, n_rows: dim("Dim0")?, is_by_column, is_big, encoding }))
}

fn encoding(name: &str) -> Result<Encoding, ErrorKind> {
    match name {
        "ASCII" => Ok(Encoding::Text),
        "Base64Binary" => Ok(Encoding::Base64),
        "GZipBase64Binary" => Ok(Encoding::PackedBase64),
        "ExternalFileBinary" => {
            let what = "numbers in another file: convert it with the numbers inside";
            Err(ErrorKind::unsupported(FORMAT, what))
        }
        other => Err(unknown("Encoding", other)),
    }
}

/// The matrix, if it leads to scanner space from somewhere else.
fn matrix(xml: &mut Xml, element: &Element, limits: &Limits) -> Result<Option<Matrix>, ErrorKind> {
    const SCANNER: &str = "NIFTI_XFORM_SCANNER_ANAT";
    let (mut from, mut to, mut numbers) = (String::new(), String::new(), String::new());
    while let Some(child) = xml.child(element)? {
        let text = match child.name() {
            "DataSpace" => &mut from,
            "TransformedSpace" => &mut to,
            "MatrixData" => &mut numbers,
            _ => continue,
        };
        *text = xml.text(&child)?.trim().to_owned();
    }
    if to != SCANNER || from == SCANNER {
        return Ok(None);
    }
    let values = numbers.split_ascii_whitespace().take(17);
    let values: Result<Vec<f64>, _> = values.map(|word| scalar::number(word, limits)).collect();
    let values = values.map_err(malformed)?;
    match (values.as_chunks::<4>(), values.iter().all(|value| value.is_finite())) {
        ((&[a, b, c, [0.0, 0.0, 0.0, 1.0]], []), true) => {
            Ok(Some(Matrix([a, b, c])).filter(|matrix| *matrix != Matrix::IDENTITY))
        }
        _ => Err(malformed("its matrix to scanner space is not affine")),
    }
}

/// The numbers of an array, row after row, and what they are.
fn add_values(
    form: &Form,
    text: &str,
    limits: &Limits,
    array: &mut Array,
) -> Result<(), ErrorKind> {
    let n_values = match form.intent {
        Intent::Points => {
            let values = match form.bytes(text)? {
                Some(bytes) => form.scalar.floats(&bytes, form.is_big),
                None => scalar::floats_in(text, limits).map_err(malformed)?,
            };
            array.points = form.by_row(values);
            array.points.len()
        }
        Intent::Triangles => {
            let values = match form.bytes(text)? {
                Some(bytes) => form.scalar.wholes(&bytes, form.is_big),
                None => scalar::wholes_in(text, limits).map_err(malformed)?,
            };
            array.triangles = form.by_row(values);
            array.triangles.len()
        }
    };
    match n_values == form.n_rows {
        true => Ok(()),
        false => Err(malformed("an array has another length than it says")),
    }
}

impl Form {
    /// The bytes of numbers that do not stand there as text.
    fn bytes(&self, text: &str) -> Result<Option<Vec<u8>>, ErrorKind> {
        let mut base64 = Base64::new(text.as_bytes());
        let bytes = match self.encoding {
            Encoding::Text => return Ok(None),
            Encoding::Base64 => base64.rest(),
            // zlib, whatever the name says.
            Encoding::PackedBase64 => {
                let n_bytes = self.n_rows.saturating_mul(3 * self.scalar.size());
                base64.rest().and_then(|packed| zlib::unpacked(&packed, n_bytes))
            }
        };
        let damaged = || malformed("an array breaks off, is no base64 or is damaged");
        bytes.ok_or_else(damaged).map(Some)
    }

    /// Rows of three; what does not make a row is left out.
    fn by_row<T: Copy>(&self, values: Vec<T>) -> Vec<[T; 3]> {
        let n_rows = values.len() / 3;
        match self.is_by_column {
            false => values.as_chunks::<3>().0.to_vec(),
            true => (0..n_rows)
                .map(|row| [0, 1, 2].map(|column| values[row + column * n_rows]))
                .collect(),
        }
    }
}
