//! USDZ (Pixar, USDZ File Format Specification, 2018), for the phones and spectacles that show shapes
//! in a room: a scene as text in an archive that packs nothing.

use std::fmt::Write as _;
use std::io::{self, Write};

use medshape_types::Mesh;

use crate::zip::Writer;

/// What a scene says besides its mesh.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UsdLook {
    /// What people call the shape; the scene holds it as the name that is shown.
    pub name: String,
    /// Base colour, sRGB.
    pub colour: [u8; 3],
    /// Goes into the comment of the scene, unless empty.
    pub copyright: String,
}

// The first byte of each file is to lie at a multiple of this.
const ALIGNMENT: u16 = 64;

/// Writes a mesh as a scene of metres with y up, which its world millimetres RAS+ are turned to:
/// (x, y, z) mm becomes 0.001 · (x, z, −y) m.
///
/// # Errors
/// Those of `out`, and a mesh without faces, with more vertices or corners than a signed 32-bit number
/// can name, or too large for an archive.
pub fn write(out: &mut dyn Write, mesh: &Mesh, look: &UsdLook) -> io::Result<()> {
    let refused = |reason: &str| Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
    if mesh.faces().is_empty() {
        return refused("a mesh without faces");
    }
    let n_most = mesh.positions().len().max(mesh.faces().len().saturating_mul(3));
    if i32::try_from(n_most).is_err() {
        return refused("more vertices or corners than USD can name");
    }
    let mut archive = Writer::new(out);
    archive.stored_aligned("shape.usda", scene(mesh, look).as_bytes(), ALIGNMENT)?;
    archive.finish().map(|_| ())
}

fn scene(mesh: &Mesh, look: &UsdLook) -> String {
    const BYTES_A_FACE: usize = 64;
    let mut text = String::with_capacity(BYTES_A_FACE * mesh.faces().len());
    head(&mut text, look);
    let points: Vec<[f32; 3]> = mesh.positions().iter().copied().map(in_metres).collect();
    geometry(&mut text, mesh, &points);
    let [red, green, blue] = look.colour.map(linear);
    let _ = write!(
        text,
        r#"        color3f[] primvars:displayColor = [({red}, {green}, {blue})]
        uniform token subdivisionScheme = "none"
        rel material:binding = </Shape/Look>
    }}

    def Material "Look"
    {{
        token outputs:surface.connect = </Shape/Look/Surface.outputs:surface>

        def Shader "Surface"
        {{
            uniform token info:id = "UsdPreviewSurface"
            color3f inputs:diffuseColor = ({red}, {green}, {blue})
            float inputs:metallic = 0
            float inputs:roughness = 0.7
            token outputs:surface
        }}
    }}
}}
"#
    );
    text
}

fn head(text: &mut String, look: &UsdLook) {
    let comment = match look.copyright.is_empty() {
        true => String::new(),
        false => format!("    doc = \"{}\"\n", escaped(&look.copyright)),
    };
    let name = escaped(&look.name);
    let _ = write!(
        text,
        r#"#usda 1.0
(
    defaultPrim = "Shape"
{comment}    metersPerUnit = 1
    upAxis = "Y"
)

def Xform "Shape" (
    displayName = "{name}"
    kind = "component"
)
{{
    def Mesh "Mesh" (
        prepend apiSchemas = ["MaterialBindingAPI"]
    )
    {{
"#
    );
}

/// Points, faces and the box around them.
fn geometry(text: &mut String, mesh: &Mesh, points: &[[f32; 3]]) {
    let corner = |pick: fn(f32, f32) -> f32| {
        points.iter().copied().reduce(|a, b| [0, 1, 2].map(|axis| pick(a[axis], b[axis])))
    };
    let (low, high) = (corner(f32::min), corner(f32::max));
    let box_around = [low.unwrap_or_default(), high.unwrap_or_default()];
    list(text, "float3[] extent", box_around.iter().map(triple));
    list(text, "point3f[] points", points.iter().map(triple));
    list(text, "int[] faceVertexCounts", mesh.faces().iter().map(|_| "3".to_owned()));
    let corners = mesh.faces().iter().flatten();
    list(text, "int[] faceVertexIndices", corners.map(|vertex| vertex.to_string()));
}

fn list(text: &mut String, name: &str, values: impl Iterator<Item = String>) {
    *text += "        ";
    *text += name;
    *text += " = [";
    for (at, value) in values.enumerate() {
        if at > 0 {
            *text += ", ";
        }
        *text += &value;
    }
    *text += "]\n";
}

fn triple([x, y, z]: &[f32; 3]) -> String {
    format!("({x}, {y}, {z})")
}

fn in_metres(position: [f32; 3]) -> [f32; 3] {
    let [x, y, z] = position.map(|value| f64::from(value) / 1000.0);
    // No minus before a zero.
    [x, z, 0.0 - y].map(|value| value as f32)
}

/// The strength of light that a value of sRGB stands for (IEC 61966-2-1, 1999).
fn linear(value: u8) -> f32 {
    let value = f64::from(value) / 255.0;
    let light = if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) };
    light as f32
}

/// Text between quotes, on one line.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '"' | '\\' => escaped.extend(['\\', character]),
            character if character.is_control() => escaped.push(' '),
            character => escaped.push(character),
        }
    }
    escaped
}
