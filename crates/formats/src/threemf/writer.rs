//! Writes a mesh as a model of one object, with the parts that every archive has to have.

use std::fmt::Write as _;
use std::io::{self, Write};

use medshape_types::Mesh;
use quick_xml::escape::escape;

use crate::zip::Writer;

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
  <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
  <Default Extension="model" ContentType="application/vnd.ms-package.3dmanufacturing-3dmodel+xml"/>
</Types>
"#;

const RELATIONSHIPS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
  <Relationship Id="model" Target="/3D/3dmodel.model" Type="http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"/>
</Relationships>
"#;

/// Writes a mesh in millimetres RAS+, which a comment says; `name` is what a printer's program shows.
///
/// # Errors
/// Those of `out`, and a mesh without faces or too large for an archive.
pub fn write(out: &mut dyn Write, mesh: &Mesh, name: &str) -> io::Result<()> {
    if mesh.faces().is_empty() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "a mesh without faces"));
    }
    let mut archive = Writer::new(out);
    archive.deflated("[Content_Types].xml", TYPES.as_bytes())?;
    archive.deflated("_rels/.rels", RELATIONSHIPS.as_bytes())?;
    archive.deflated("3D/3dmodel.model", model(mesh, name).as_bytes())?;
    archive.finish().map(|_| ())
}

fn model(mesh: &Mesh, name: &str) -> String {
    const BYTES_A_FACE: usize = 64;
    let mut text = String::with_capacity(BYTES_A_FACE * mesh.faces().len());
    // XML has no characters below the space but three.
    let name: String = name.chars().filter(|character| !character.is_control()).collect();
    let name = escape(name.as_str());
    text += &format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!-- medshape; units mm; space RAS+ -->
<model unit="millimeter" xml:lang="en-US" xmlns="http://schemas.microsoft.com/3dmanufacturing/core/2015/02">
<resources>
<object id="1" type="model" name="{name}">
<mesh>
<vertices>
"#
    );
    for [x, y, z] in mesh.positions() {
        let _ = writeln!(text, r#"<vertex x="{x}" y="{y}" z="{z}"/>"#);
    }
    text += "</vertices>\n<triangles>\n";
    for [a, b, c] in mesh.faces() {
        let _ = writeln!(text, r#"<triangle v1="{a}" v2="{b}" v3="{c}"/>"#);
    }
    text += "</triangles>\n</mesh>\n</object>\n</resources>\n<build>\n<item objectid=\"1\"/>\n</build>\n</model>\n";
    text
}
