//! What a header says, for people who look into a file.

use super::header::Header;
use super::layout::{Fields, Version};
use super::pair;
use super::space::{self, Form};
use crate::error::ErrorKind;
use crate::facts::Facts;
use crate::input::Input;
use crate::limits::Limits;
use crate::stream::Stream;

/// Numbers of the two forms that differ by more than this, in millimetres, contradict each other.
const FORM_TOLERANCE_MM: f64 = 1e-3;

/// The facts of a file or a pair.
pub(crate) fn describe(input: &Input, limits: &Limits) -> Result<Facts, ErrorKind> {
    let mut facts = Facts::default();
    if let Some(pair) = pair::find(input, limits)? {
        let voxels = Stream::open(&pair.voxels, limits)?;
        add_fields(&mut facts, &pair.fields, &voxels);
        facts.add_grid(Header::new(&pair.fields).map(|header| header.grid));
        return Ok(facts);
    }
    let mut stream = Stream::open(input, limits)?;
    let fields = Fields::read(&mut stream)?;
    add_fields(&mut facts, &fields, &stream);
    let header = Header::new(&fields);
    if let Ok(header) = &header {
        facts.add("extensions", extensions(&mut stream, &fields, header.vox_offset, limits)?);
    }
    facts.add_grid(header.map(|header| header.grid));
    Ok(facts)
}

fn add_fields(facts: &mut Facts, fields: &Fields, voxels: &Stream<'_>) {
    let (format, version) = match fields.version {
        Version::Analyze => ("Analyze", "7.5"),
        Version::One => ("NIfTI", "1"),
        Version::Two => ("NIfTI", "2"),
    };
    facts.add("format", format);
    facts.add("version", version);
    facts.add("files", if fields.is_pair { "header and voxels apart" } else { "one" });
    let n_axes = fields.dim[0].clamp(0, 7) as usize;
    facts.add_list("dims", &fields.dim[1..=n_axes]);
    facts.add("datatype", datatype(fields.datatype));
    facts.add("byte-order", fields.order.name());
    facts.add("compression", if voxels.is_gzip() { "gzip" } else { "none" });
    facts.add_list("spacing", &fields.pixdim[1..=n_axes]);
    facts.add("unit", unit(fields));
    facts.add("slope", fields.scl_slope);
    facts.add("intercept", fields.scl_inter);
    if fields.version == Version::Analyze {
        facts.add("form", "none: x is taken to run to the left, which the format does not say");
    } else {
        add_forms(facts, fields);
    }
}

fn datatype(code: i16) -> String {
    match super::codes::datatype(code) {
        Ok(datatype) => datatype.name().to_owned(),
        Err(ErrorKind::Datatype { name, .. }) => format!("{code}: {name}"),
        Err(_) => code.to_string(),
    }
}

fn unit(fields: &Fields) -> &'static str {
    match fields.xyzt_units & 7 {
        _ if fields.version == Version::Analyze => "not said",
        1 => "m",
        2 => "mm",
        3 => "um",
        _ => "not said",
    }
}

fn add_forms(facts: &mut Facts, fields: &Fields) {
    facts.add("sform-code", fields.sform_code);
    facts.add("qform-code", fields.qform_code);
    let form = match Form::of(fields) {
        Form::Sform => "sform",
        Form::Qform => "qform",
        Form::None => "none: x is taken to run to the left, the origin to be in the middle",
    };
    facts.add("form", form);
    if fields.sform_code > 0 && fields.qform_code > 0 {
        facts.add("forms", agreement(fields));
    }
}

/// How far the two forms are from each other; they may even be mirror images.
fn agreement(fields: &Fields) -> String {
    let rows = [Form::Sform, Form::Qform].map(|form| space::rows(fields, form, [1; 3]));
    let [Ok(sform), Ok(qform)] = rows else { return "one of them is broken".to_owned() };
    let numbers = sform.as_flattened().iter().zip(qform.as_flattened());
    let distance = numbers.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    if distance <= FORM_TOLERANCE_MM {
        return "sform and qform agree".to_owned();
    }
    let mirrored = match determinant(&sform) * determinant(&qform) < 0.0 {
        true => ", and one is a mirror image of the other",
        false => "",
    };
    format!("sform and qform differ by up to {distance:.3} mm{mirrored}")
}

fn determinant(rows: &[[f64; 4]; 3]) -> f64 {
    let [a, b, c] = rows;
    a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0])
        + a[2] * (b[0] * c[1] - b[1] * c[0])
}

/// Which kinds of text or data stand between the header and the voxels; what they say stays there.
fn extensions(
    stream: &mut Stream<'_>,
    fields: &Fields,
    vox_offset: u64,
    limits: &Limits,
) -> Result<String, ErrorKind> {
    let mut flag = [0; 4];
    if stream.fill(&mut flag)? < flag.len() || flag[0] == 0 {
        return Ok("none".to_owned());
    }
    let mut kinds = Vec::new();
    while stream.n_taken() + 8 <= vox_offset {
        let mut raw = [0; 8];
        if stream.fill(&mut raw)? < raw.len() {
            break;
        }
        let [size, kind] =
            [[0, 1, 2, 3], [4, 5, 6, 7]].map(|place| fields.int(place.map(|n| raw[n])));
        let n_left = u64::try_from(size).unwrap_or(0).checked_sub(8);
        let Some(n_left) = n_left.filter(|n_left| stream.n_taken() + n_left <= vox_offset) else {
            kinds.push("one of a broken size".to_owned());
            break;
        };
        if kinds.len() == limits.parts {
            return Err(ErrorKind::limit("header extensions", limits.parts as u64));
        }
        kinds.push(name_of_extension(kind));
        stream.skip(n_left)?;
    }
    Ok(kinds.join(", "))
}

fn name_of_extension(kind: i32) -> String {
    match kind {
        2 => "DICOM".to_owned(),
        4 => "AFNI".to_owned(),
        6 => "comment".to_owned(),
        32 => "CIFTI".to_owned(),
        44 => "MRS".to_owned(),
        other => format!("kind {other}"),
    }
}
