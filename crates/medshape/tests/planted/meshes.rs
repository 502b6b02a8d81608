//! Meshes and points: STL, PLY, OBJ, OFF, glTF, VTK, VTP, GIFTI, PCD.

use super::Made;
use crate::privacy::people::Person;
use crate::privacy::plants::Planter;

pub(super) fn binary_stl(planter: &mut Planter, stem: &str) -> Made {
    let mut bytes = planter.high("STL header", 80).into_bytes();
    bytes.resize(80, 0);
    bytes.extend(1_u32.to_le_bytes());
    bytes.extend([0; 50]);
    bytes.extend(planter.high("after the triangles", 200).bytes());
    (format!("{stem}.stl"), bytes)
}

pub(super) fn text_stl(planter: &mut Planter, stem: &str) -> Made {
    let mut text = String::new();
    for _ in 0..2 {
        let name = planter.high("STL solid name", 200);
        text += &format!(
            "solid {name}\n facet normal 0 0 1\n  outer loop\n   vertex 0 0 0\n   vertex 1 0 0\n   \
             vertex 0 1 0\n  endloop\n endfacet\nendsolid\n"
        );
    }
    text += &planter.high("STL line", 200);
    (format!("{stem}.stl"), text.into_bytes())
}

pub(super) fn ply(planter: &mut Planter, stem: &str) -> Made {
    let [comment, info, more] =
        ["PLY comment", "PLY obj_info", "PLY comment"].map(|place| planter.high(place, 200));
    let text = format!(
        "ply\nformat ascii 1.0\ncomment {comment}\nobj_info {info}\nelement vertex 1\ncomment {more}\n\
         property float x\nproperty float y\nproperty float z\nend_header\n0 0 0\n"
    );
    (format!("{stem}.ply"), text.into_bytes())
}

pub(super) fn obj(planter: &mut Planter, stem: &str) -> Made {
    let comment = planter.high("OBJ comment", 200);
    let object = planter.high("OBJ object name", 200);
    let group = planter.high("OBJ group name", 200);
    let material = planter.high("OBJ material name", 200);
    let library = planter.high("OBJ file name", 200);
    let behind = planter.high("OBJ comment", 200);
    let medium = planter.medium("OBJ comment");
    let text = format!(
        "# {comment}\n# {medium}\nmtllib {library}\no {object}\ng {group}\nusemtl {material}\nv 0 0 0\n\
         v 1 0 0 # {behind}\nv 0 1 0\nf 1 2 3\n"
    );
    (format!("{stem}.obj"), text.into_bytes())
}

pub(super) fn off(planter: &mut Planter, stem: &str) -> Made {
    let [first, second] = [(); 2].map(|()| planter.high("OFF comment", 200));
    let medium = planter.medium("OFF comment");
    let text =
        format!("OFF\n# {first}\n# {medium}\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2 # {second}\n");
    (format!("{stem}.off"), text.into_bytes())
}

pub(super) fn glb(planter: &mut Planter, stem: &str) -> Made {
    let json = document(planter);
    let mut bytes = b"glTF\x02\0\0\0".to_vec();
    bytes.extend((20 + json.len() as u32).to_le_bytes());
    bytes.extend((json.len() as u32).to_le_bytes());
    bytes.extend(b"JSON");
    bytes.extend(json.bytes());
    (format!("{stem}.glb"), bytes)
}

pub(super) fn gltf(planter: &mut Planter, stem: &str) -> Made {
    let first = planter.plants.len();
    let json = document(planter);
    for plant in &mut planter.plants[first..] {
        plant.place = plant.place.replace("glTF", "JSON");
    }
    (format!("{stem}.gltf"), json.into_bytes())
}

/// A document with something in every place for words.
fn document(planter: &mut Planter) -> String {
    let person = Person::rare(&mut planter.random);
    let extra = planter.high("glTF value", 200);
    let name = planter.value("glTF value", format!("{}, {}", person.family, person.given));
    let node = planter.high("glTF value", 200);
    let material = planter.high("glTF value", 200);
    let key = planter.high("glTF key", 200);
    let medium = planter.medium("glTF value");
    format!(
        r#"{{"asset":{{"version":"2.0","extras":{{"note":"{extra}","patient":{{"name":"{name}"}}}}}},
        "nodes":[{{"name":"{node}","extras":{{"{key}":1}}}}],"materials":[{{"name":"{material}"}}],
        "scenes":[{{"name":"{medium}"}}]}}"#
    )
}

pub(super) fn vtk(planter: &mut Planter, stem: &str) -> Made {
    let title = planter.high("VTK title", 200);
    let array = planter.high("VTK line", 200);
    let text = format!(
        "# vtk DataFile Version 3.0\n{title}\nASCII\nDATASET POLYDATA\nPOINTS 1 float\n0 0 0\n\
         POINT_DATA 1\n{array}\n"
    );
    (format!("{stem}.vtk"), text.into_bytes())
}

pub(super) fn vtp(planter: &mut Planter, stem: &str) -> Made {
    let comment = planter.high("XML comment", 200);
    let array = planter.high("XML attribute", 200);
    let text = planter.high("XML text", 200);
    let last = planter.high("XML comment", 200);
    let medium = planter.medium("XML comment");
    let xml = format!(
        "<?xml version=\"1.0\"?><!-- {comment} --><!-- {medium} --><VTKFile type=\"PolyData\">\
         <FieldData><DataArray type=\"String\" Name=\"{array}\" format=\"ascii\">0 0 0</DataArray>\
         <Information>{text}</Information></FieldData>\
         <AppendedData encoding=\"raw\">_\0\x01</AppendedData></VTKFile><!-- {last} -->"
    );
    (format!("{stem}.vtp"), xml.into_bytes())
}

pub(super) fn gifti(planter: &mut Planter, stem: &str) -> Made {
    let person = Person::rare(&mut planter.random);
    let name = planter.value("XML text", format!("{} {}", person.given, person.family));
    let note = planter.high("XML text", 200);
    let birth = planter.value("XML text", person.dicom_date());
    let medium = planter.medium("XML text");
    let pair = |key: &str, value: &str| {
        format!("<MD><Name><![CDATA[{key}]]></Name><Value><![CDATA[{value}]]></Value></MD>")
    };
    let xml = format!(
        "<?xml version=\"1.0\"?><GIFTI Version=\"1.0\"><MetaData>{}{}{}{}</MetaData></GIFTI>",
        pair("PatientName", &name),
        pair("Description", &note),
        pair("BirthDate", &birth),
        pair("Origin", &medium)
    );
    (format!("{stem}.surf.gii"), xml.into_bytes())
}

pub(super) fn pcd(planter: &mut Planter, stem: &str) -> Made {
    let [first, second] = [(); 2].map(|()| planter.high("PCD comment", 200));
    let text = format!(
        "# .PCD v0.7\n# {first}\nVERSION 0.7\nFIELDS x y z\n# {second}\nPOINTS 1\nDATA ascii\n0 0 0\n"
    );
    (format!("{stem}.pcd"), text.into_bytes())
}
