//! Files of all formats, made by hand, with something planted in each of their channels.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};

use crate::people::{Person, ascii};
use crate::plants::Planter;

/// A file to be written: its name below the folder, and its bytes.
pub(crate) type Made = (String, Vec<u8>);

/// Each makes a file whose name, but for its end, is `stem`.
pub(crate) const CHANNELS: [fn(&mut Planter, &str) -> Made; 30] = [
    nifti_fields,
    nifti_extensions,
    nifti_2,
    analyze,
    gzip_header,
    gzip_members,
    nrrd,
    nhdr,
    meta_image,
    binary_stl,
    text_stl,
    ply,
    obj,
    off,
    glb,
    gltf,
    vtk,
    vtp,
    gifti,
    pcd,
    npz,
    three_mf,
    dicom_explicit,
    dicom_implicit,
    zip_fields,
    tar_fields,
    table_with_columns,
    sidecar,
    free_text,
    unknown_binary,
];

fn put(bytes: &mut [u8], at: usize, text: &str) {
    bytes[at..at + text.len()].copy_from_slice(text.as_bytes());
}

fn nifti_1(vox_offset: f32) -> Vec<u8> {
    let mut header = vec![0; 352];
    header[..4].copy_from_slice(&348_i32.to_le_bytes());
    for (axis, dim) in [3_i16, 2, 2, 1, 1, 1, 1, 1].into_iter().enumerate() {
        header[40 + 2 * axis..42 + 2 * axis].copy_from_slice(&dim.to_le_bytes());
    }
    header[70..72].copy_from_slice(&2_i16.to_le_bytes());
    header[72..74].copy_from_slice(&8_i16.to_le_bytes());
    header[108..112].copy_from_slice(&vox_offset.to_le_bytes());
    put(&mut header, 344, "n+1\0");
    header
}

fn nifti_fields(planter: &mut Planter, stem: &str) -> Made {
    let mut header = nifti_1(352.0);
    for (place, at, size) in [
        ("NIfTI descrip", 148, 80),
        ("NIfTI aux_file", 228, 24),
        ("NIfTI db_name", 14, 18),
        ("NIfTI intent_name", 328, 16),
    ] {
        let text = planter.high(place, size);
        put(&mut header, at, &text);
    }
    header.extend([0, 1, 0, 2]);
    header.extend(planter.high("after the voxels", 200).bytes());
    (format!("{stem}.nii"), header)
}

fn nifti_extensions(planter: &mut Planter, stem: &str) -> Made {
    let mut extensions = Vec::new();
    let mut add = |code: u32, mut content: Vec<u8>| {
        content.resize((content.len() + 8).next_multiple_of(16) - 8, 0);
        extensions.extend((content.len() as u32 + 8).to_le_bytes());
        extensions.extend(code.to_le_bytes());
        extensions.extend(content);
    };
    let rare = Person::rare(&mut planter.random);
    add(6, planter.high("NIfTI extension 6", 200).into_bytes());
    let name = planter
        .value("NIfTI extension 2: DICOM (0010,0010)", format!("{}^{}", rare.family, rare.given));
    add(2, explicit(0x10, 0x10, b"PN", name.as_bytes()));
    let note = planter.high("NIfTI extension 4: XML text", 200);
    add(4, format!("<?xml version='1.0'?><AFNI><note>{note}</note></AFNI>").into_bytes());
    add(99, planter.high("NIfTI extension 99: text", 200).into_bytes());
    let json = planter.high("NIfTI extension 44: JSON value", 200);
    add(44, format!("{{\"Comments\": \"{json}\"}}").into_bytes());
    let mut file = nifti_1(352.0 + extensions.len() as f32);
    file[348] = 1;
    file.extend(extensions);
    file.extend([0, 1, 0, 2]);
    (format!("{stem}.nii"), file)
}

fn nifti_2(planter: &mut Planter, stem: &str) -> Made {
    let mut file = vec![0; 544];
    file[..4].copy_from_slice(&540_i32.to_le_bytes());
    put(&mut file, 4, "n+2\0\r\n\x1a\n");
    file[12..14].copy_from_slice(&2_i16.to_le_bytes());
    file[14..16].copy_from_slice(&8_i16.to_le_bytes());
    for (axis, dim) in [3_i64, 2, 2, 1, 1, 1, 1, 1].into_iter().enumerate() {
        file[16 + 8 * axis..24 + 8 * axis].copy_from_slice(&dim.to_le_bytes());
    }
    file[168..176].copy_from_slice(&544_i64.to_le_bytes());
    for (place, at, size) in
        [("NIfTI descrip", 240, 80), ("NIfTI aux_file", 320, 24), ("NIfTI intent_name", 508, 16)]
    {
        let text = planter.high(place, size);
        put(&mut file, at, &text);
    }
    file.extend([0; 4]);
    (format!("{stem}.nii"), file)
}

fn analyze(planter: &mut Planter, stem: &str) -> Made {
    let mut header = nifti_1(0.0)[..348].to_vec();
    header[344..].fill(0);
    let id = planter.random.digits(8);
    let id = planter.value("Analyze patient_id", id);
    put(&mut header, 283, &id);
    let text = planter.high("Analyze descrip", 80);
    put(&mut header, 148, &text);
    let text = planter.high("Analyze db_name", 18);
    put(&mut header, 14, &text);
    let date = Person::rare(&mut planter.random).dicom_date();
    let date = planter.value("Analyze exp_date", date);
    put(&mut header, 293, &date);
    (format!("{stem}.hdr"), header)
}

fn gzip_header(planter: &mut Planter, stem: &str) -> Made {
    let person = Person::common(&mut planter.random);
    let name =
        planter.value("gzip name", format!("{}_{}", ascii(&person.family), ascii(&person.given)));
    let comment = planter.high("gzip comment", 200);
    let extra = planter.high("gzip extra field", 200);
    let mut header = nifti_1(352.0);
    let text = planter.high("NIfTI descrip", 80);
    put(&mut header, 148, &text);
    header.extend([0, 1, 0, 2]);
    planter.medium_value("gzip MTIME", "2023-11-14T22:13:20Z".to_owned());
    let encoder = flate2::GzBuilder::new()
        .filename(format!("{name}.nii"))
        .comment(latin(&comment))
        .extra(extra.into_bytes())
        .mtime(1_700_000_000);
    let mut packed = encoder.write(Vec::new(), Compression::default());
    packed.write_all(&header).unwrap();
    (format!("{stem}.nii.gz"), packed.finish().unwrap())
}

/// gzip's texts are Latin-1; UTF-8 is what programs write.
fn latin(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

fn gzip_members(planter: &mut Planter, stem: &str) -> Made {
    let mut file = nifti_1(352.0);
    file.extend([0, 1, 0, 2]);
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&file).unwrap();
    let mut bytes = packed.finish().unwrap();
    for _ in 0..3 {
        let comment = planter.high("gzip comment", 200);
        let more = flate2::GzBuilder::new()
            .comment(latin(&comment))
            .write(Vec::new(), Compression::default());
        bytes.extend(more.finish().unwrap());
    }
    bytes.extend(planter.high("after the gzip data", 200).bytes());
    (format!("{stem}.nii.gz"), bytes)
}

fn nrrd(planter: &mut Planter, stem: &str) -> Made {
    let person = Person::rare(&mut planter.random);
    let comment = planter.high("NRRD comment", 200);
    let content = planter.high("NRRD field", 200);
    let name = planter.value("NRRD key", format!("{}^{}", person.family, person.given));
    let birth = planter.value("NRRD key", person.dicom_date());
    let note = planter.high("NRRD key", 200);
    let segment = planter.high("NRRD key", 200);
    let text = format!(
        "NRRD0005\n# {comment}\ntype: uint8\ndimension: 3\nsizes: 1 1 1\ncontent: {content}\n\
         encoding: raw\nDICOM_0010_0010:={name}\nDICOM_0010_0030:={birth}\nnote:={note}\n\
         Segment0_Name:={segment}\n\nx"
    );
    (format!("{stem}.seg.nrrd"), text.into_bytes())
}

fn nhdr(planter: &mut Planter, stem: &str) -> Made {
    let person = Person::common(&mut planter.random);
    let file = planter
        .value("NRRD data file", format!("{}_{}", ascii(&person.given), ascii(&person.family)));
    let comment = planter.high("NRRD comment", 200);
    let list = planter.high("NRRD data file", 200);
    let text = format!(
        "NRRD0004\r\n# {comment}\r\ntype: uchar\r\ndimension: 3\r\nsizes: 1 1 1\r\nencoding: raw\r\n\
         data file: {file}.raw\r\ndata file: LIST\r\n{list}\r\n"
    );
    (format!("{stem}.nhdr"), text.into_bytes())
}

fn meta_image(planter: &mut Planter, stem: &str) -> Made {
    let person = Person::rare(&mut planter.random);
    let comment = planter.high("MetaImage key", 200);
    let name = planter.value("MetaImage key", format!("{} {}", person.family, person.given));
    let id = planter.random.digits(7);
    let id = planter.value("MetaImage key", id);
    let other = planter.high("MetaImage key", 200);
    let file = planter.high("MetaImage data file", 200);
    let text = format!(
        "ObjectType = Image\nNDims = 3\nComment = {comment}\nPatientName = {name}\n0010|0020 = {id}\n\
         Notes = {other}\nDimSize = 1 1 1\nElementType = MET_UCHAR\nElementDataFile = {file}\n"
    );
    (format!("{stem}.mhd"), text.into_bytes())
}

fn binary_stl(planter: &mut Planter, stem: &str) -> Made {
    let mut bytes = planter.high("STL header", 80).into_bytes();
    bytes.resize(80, 0);
    bytes.extend(1_u32.to_le_bytes());
    bytes.extend([0; 50]);
    bytes.extend(planter.high("after the triangles", 200).bytes());
    (format!("{stem}.stl"), bytes)
}

fn text_stl(planter: &mut Planter, stem: &str) -> Made {
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

fn ply(planter: &mut Planter, stem: &str) -> Made {
    let [comment, info, more] =
        ["PLY comment", "PLY obj_info", "PLY comment"].map(|place| planter.high(place, 200));
    let text = format!(
        "ply\nformat ascii 1.0\ncomment {comment}\nobj_info {info}\nelement vertex 1\ncomment {more}\n\
         property float x\nproperty float y\nproperty float z\nend_header\n0 0 0\n"
    );
    (format!("{stem}.ply"), text.into_bytes())
}

fn obj(planter: &mut Planter, stem: &str) -> Made {
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

fn off(planter: &mut Planter, stem: &str) -> Made {
    let [first, second] = [(); 2].map(|()| planter.high("OFF comment", 200));
    let medium = planter.medium("OFF comment");
    let text =
        format!("OFF\n# {first}\n# {medium}\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2 # {second}\n");
    (format!("{stem}.off"), text.into_bytes())
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

fn glb(planter: &mut Planter, stem: &str) -> Made {
    let json = document(planter);
    let mut bytes = b"glTF\x02\0\0\0".to_vec();
    bytes.extend((20 + json.len() as u32).to_le_bytes());
    bytes.extend((json.len() as u32).to_le_bytes());
    bytes.extend(b"JSON");
    bytes.extend(json.bytes());
    (format!("{stem}.glb"), bytes)
}

fn gltf(planter: &mut Planter, stem: &str) -> Made {
    let first = planter.plants.len();
    let json = document(planter);
    for plant in &mut planter.plants[first..] {
        plant.place = plant.place.replace("glTF", "JSON");
    }
    (format!("{stem}.gltf"), json.into_bytes())
}

fn vtk(planter: &mut Planter, stem: &str) -> Made {
    let title = planter.high("VTK title", 200);
    let array = planter.high("VTK line", 200);
    let text = format!(
        "# vtk DataFile Version 3.0\n{title}\nASCII\nDATASET POLYDATA\nPOINTS 1 float\n0 0 0\n\
         POINT_DATA 1\n{array}\n"
    );
    (format!("{stem}.vtk"), text.into_bytes())
}

fn vtp(planter: &mut Planter, stem: &str) -> Made {
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

fn gifti(planter: &mut Planter, stem: &str) -> Made {
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

fn pcd(planter: &mut Planter, stem: &str) -> Made {
    let [first, second] = [(); 2].map(|()| planter.high("PCD comment", 200));
    let text = format!(
        "# .PCD v0.7\n# {first}\nVERSION 0.7\nFIELDS x y z\n# {second}\nPOINTS 1\nDATA ascii\n0 0 0\n"
    );
    (format!("{stem}.pcd"), text.into_bytes())
}

/// A ZIP of these entries, deflated.
fn zip(entries: &[(String, Vec<u8>)], comments: &[String], comment: &str, date: u16) -> Vec<u8> {
    let mut file = Vec::new();
    let mut list = Vec::new();
    for (number, (name, content)) in entries.iter().enumerate() {
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::default());
        packed.write_all(content).unwrap();
        let packed = packed.finish().unwrap();
        let mut shared = Vec::new();
        shared.extend([20, 0, 0, 8, 8, 0, 0, 0]);
        shared.extend(date.to_le_bytes());
        shared.extend([0; 4]);
        shared.extend((packed.len() as u32).to_le_bytes());
        shared.extend((content.len() as u32).to_le_bytes());
        shared.extend((name.len() as u16).to_le_bytes());
        shared.extend([0; 2]);
        let entry_comment = comments.get(number).map_or("", String::as_str);
        list.extend(b"PK\x01\x02\x14\0");
        list.extend(&shared);
        list.extend((entry_comment.len() as u16).to_le_bytes());
        list.extend([0; 8]);
        list.extend((file.len() as u32).to_le_bytes());
        list.extend(name.bytes());
        list.extend(entry_comment.bytes());
        file.extend(b"PK\x03\x04");
        file.extend(&shared);
        file.extend(name.bytes());
        file.extend(packed);
    }
    let [n_list, begin] = [list.len() as u32, file.len() as u32];
    file.extend(list);
    file.extend(b"PK\x05\x06\0\0\0\0");
    for _ in 0..2 {
        file.extend((entries.len() as u16).to_le_bytes());
    }
    file.extend(n_list.to_le_bytes());
    file.extend(begin.to_le_bytes());
    file.extend((comment.len() as u16).to_le_bytes());
    file.extend(comment.bytes());
    file
}

/// The first day of 1980, which says nothing.
const NO_DATE: u16 = 0x21;

fn npz(planter: &mut Planter, stem: &str) -> Made {
    let [first, second] = ["zip entry 1", "zip entry 2"].map(|place| planter.high(place, 100));
    let content = b"\x93NUMPY\x01\0\x06\0{    }".to_vec();
    let entries = [first, second].map(|name| (format!("{name}.npy"), content.clone()));
    (format!("{stem}.npz"), zip(&entries, &[], "", NO_DATE))
}

fn three_mf(planter: &mut Planter, stem: &str) -> Made {
    let person = Person::common(&mut planter.random);
    let designer =
        planter.value("zip entry 1: XML text", format!("{} {}", person.given, person.family));
    let description = planter.high("zip entry 1: XML text", 200);
    let part = planter.high("zip entry 1: XML attribute", 200);
    let xml = format!(
        "<?xml version=\"1.0\"?><model unit=\"millimeter\"><metadata name=\"Designer\">{designer}</metadata>\
         <metadata name=\"Description\">{description}</metadata><resources><object id=\"1\" name=\"{part}\">\
         <mesh><vertices><vertex x=\"1.5\" y=\"0\" z=\"20210304\"/></vertices></mesh></object></resources></model>"
    );
    let entries = [("3D/3dmodel.model".to_owned(), xml.into_bytes())];
    (format!("{stem}.3mf"), zip(&entries, &[], "", NO_DATE))
}

fn explicit(group: u16, element: u16, vr: &[u8; 2], value: &[u8]) -> Vec<u8> {
    let mut bytes = [group.to_le_bytes(), element.to_le_bytes(), *vr].concat();
    let mut value = value.to_vec();
    if value.len() % 2 == 1 {
        value.push(b' ');
    }
    if matches!(vr, b"UN" | b"SQ" | b"UT" | b"OB") {
        bytes.extend([0; 2]);
        bytes.extend((value.len() as u32).to_le_bytes());
    } else {
        bytes.extend((value.len() as u16).to_le_bytes());
    }
    bytes.extend(value);
    bytes
}

fn implicit(group: u16, element: u16, value: &[u8]) -> Vec<u8> {
    let mut value = value.to_vec();
    if value.len() % 2 == 1 {
        value.push(b' ');
    }
    let length = (value.len() as u32).to_le_bytes();
    [&group.to_le_bytes()[..], &element.to_le_bytes(), &length, &value].concat()
}

fn part_10(syntax: &[u8], elements: &[Vec<u8>]) -> Vec<u8> {
    let mut file = vec![0; 128];
    file.extend(b"DICM");
    file.extend(explicit(2, 0x10, b"UI", syntax));
    file.extend(elements.concat());
    file
}

fn dicom_explicit(planter: &mut Planter, stem: &str) -> Made {
    let [patient, doctor, operator] = [(); 3].map(|()| Person::rare(&mut planter.random));
    let pn = |person: &Person| format!("{}^{}", person.family, person.given);
    let mut file = Vec::new();
    let mut add = |planter: &mut Planter, tag: [u16; 2], vr: &[u8; 2], value: String| {
        let place = format!("DICOM ({:04x},{:04x})", tag[0], tag[1]);
        let value = planter.value(&place, value);
        file.push(explicit(tag[0], tag[1], vr, value.as_bytes()));
    };
    add(planter, [8, 0x20], b"DA", patient.dicom_date());
    let accession = planter.random.digits(8);
    add(planter, [8, 0x50], b"SH", accession);
    add(planter, [8, 0x90], b"PN", pn(&doctor));
    add(planter, [8, 0x1070], b"PN", pn(&operator));
    add(planter, [0x10, 0x10], b"PN", pn(&patient));
    let id = planter.random.digits(7);
    add(planter, [0x10, 0x20], b"LO", id);
    add(planter, [0x10, 0x30], b"DA", operator.dicom_date());
    add(planter, [0x10, 0x1040], b"LO", format!("{}weg 3, Essen", doctor.family));
    let phone = planter.random.digits(8);
    add(planter, [0x10, 0x2154], b"SH", phone);
    file.push(explicit(0x10, 0x4000, b"LT", planter.high("DICOM (0010,4000)", 200).as_bytes()));
    let serial = planter.random.digits(6);
    let serial = planter.medium_value("DICOM (0018,1000)", serial);
    file.push(explicit(0x18, 0x1000, b"LO", serial.as_bytes()));
    let uid = format!("1.2.276.0.{}", planter.random.digits(9));
    let uid = planter.medium_value("DICOM (0020,000d)", uid);
    file.push(explicit(0x20, 0x0d, b"UI", uid.as_bytes()));
    let item =
        explicit(0x40, 0xa123, b"PN", planter.value("DICOM (0040,a123)", pn(&operator)).as_bytes());
    let mut sequence = b"\xfe\xff\x00\xe0\xff\xff\xff\xff".to_vec();
    sequence.extend(item);
    sequence.extend(b"\xfe\xff\x0d\xe0\0\0\0\0");
    file.push(explicit(0x40, 0xa073, b"SQ", &sequence));
    file.push(explicit(
        0x29,
        0x1010,
        b"UN",
        planter.high("DICOM private (0029,1010)", 200).as_bytes(),
    ));
    file.push(explicit(
        0x31,
        0x1011,
        b"LO",
        planter.high("DICOM private (0031,1011)", 60).as_bytes(),
    ));
    (format!("{stem}.dcm"), part_10(b"1.2.840.10008.1.2.1", &file))
}

fn dicom_implicit(planter: &mut Planter, stem: &str) -> Made {
    let [patient, doctor] = [(); 2].map(|()| Person::rare(&mut planter.random));
    let place = "DICOM (0010,0010)";
    let name = planter.value(place, format!("{} {}", patient.given, patient.family));
    let other = planter.value("DICOM (0010,1001)", format!("{}^{}", doctor.family, doctor.given));
    let institution =
        planter.medium_value("DICOM (0008,0080)", format!("{} Hospital", doctor.family));
    let private = planter.high("DICOM private (0019,1008)", 200);
    let elements = [
        implicit(8, 0x80, institution.as_bytes()),
        implicit(0x10, 0x10, name.as_bytes()),
        implicit(0x10, 0x1001, other.as_bytes()),
        implicit(0x19, 0x1008, private.as_bytes()),
    ];
    (format!("{stem}.dcm"), part_10(b"1.2.840.10008.1.2", &elements))
}

fn zip_fields(planter: &mut Planter, stem: &str) -> Made {
    let name = planter.high("zip entry 1, its name", 100);
    let comment = planter.high("zip entry 1, comment", 100);
    let of_all = planter.high("zip comment", 100);
    let content = planter.high("zip entry 2: NIfTI descrip", 80);
    let mut header = nifti_1(352.0);
    put(&mut header, 148, &content);
    header.extend([0, 1, 0, 2]);
    let text = planter.high("zip entry 3: line 1", 200);
    planter.medium_value("zip times", "2021-03-04T00:00:00".to_owned());
    let entries = [
        (format!("{name}.stl"), vec![0; 134]),
        ("b.nii".to_owned(), header),
        ("readme.txt".to_owned(), text.into_bytes()),
    ];
    let date = (2021 - 1980) << 9 | 3 << 5 | 4;
    (format!("{stem}.zip"), zip(&entries, &[comment], &of_all, date))
}

fn tar_entry(name: &str, user: &str, content: &[u8]) -> Vec<u8> {
    let mut header = vec![0; 512];
    put(&mut header, 0, name);
    put(&mut header, 108, "0001750\0");
    put(&mut header, 124, &format!("{:011o}\0", content.len()));
    put(&mut header, 136, "14020434000\0");
    header[156] = b'0';
    put(&mut header, 257, "ustar\x0000");
    put(&mut header, 265, user);
    header.extend(content);
    header.resize(header.len().next_multiple_of(512), 0);
    header
}

fn tar_fields(planter: &mut Planter, stem: &str) -> Made {
    let person = Person::common(&mut planter.random);
    let user = planter.value("tar owner", ascii(&person.given).to_lowercase());
    let name = planter.high("tar entry 1, its name", 90);
    let text = planter.high("tar entry 1", 200);
    planter.medium_value("tar times", "2021".to_owned());
    let solid = format!("solid {}\nendsolid\n", planter.high("tar entry 2: STL solid name", 200));
    let mut file = tar_entry(&format!("{name}.txt"), &user, text.as_bytes());
    file.extend(tar_entry("b.stl", &user, solid.as_bytes()));
    file.extend([0; 1024]);
    (format!("{stem}.tar"), file)
}

fn table_with_columns(planter: &mut Planter, stem: &str) -> Made {
    let mut text =
        "participant_id,last_name,patient_id,birth_date,phone,notes,site_date\n".to_owned();
    for row in 2..5 {
        let place = format!("table row {row}");
        let person = Person::rare(&mut planter.random);
        let id = planter.random.digits(6);
        let phone = planter.random.digits(7);
        let [name, id, birth, phone] = [person.family.clone(), id, person.dicom_date(), phone]
            .map(|value| planter.value(&place, value));
        let notes = planter.high(&place, 100);
        text += &format!("sub-0{row},{name},{id},{birth},{phone},\"{notes}\",2021\n");
    }
    (format!("{stem}.csv"), text.into_bytes())
}

fn sidecar(planter: &mut Planter, stem: &str) -> Made {
    let person = Person::rare(&mut planter.random);
    let place = "JSON value";
    let name = planter.value(place, format!("{}^{}", person.family, person.given));
    let id = planter.random.digits(6);
    let id = planter.value(place, id);
    let birth = planter.value(place, person.dicom_date());
    let time = planter.value(place, "2021-03-04".to_owned());
    let comment = planter.high(place, 200);
    let serial = planter.random.digits(5);
    let serial = planter.medium_value(place, serial);
    let institution = planter.medium_value(place, format!("{} Clinic", person.family));
    let json = format!(
        "{{\"PatientName\": \"{name}\", \"PatientID\": {id}, \"PatientBirthDate\": \"{birth}\",\n\
         \"AcquisitionDateTime\": \"{time}T10:11:12\", \"ImageComments\": \"{comment}\",\n\
         \"DeviceSerialNumber\": \"{serial}\", \"InstitutionName\": \"{institution}\"}}"
    );
    (format!("{stem}.json"), json.into_bytes())
}

fn free_text(planter: &mut Planter, stem: &str) -> Made {
    let mut text = "# Notes\n\n".to_owned();
    for line in 3..13 {
        text += &planter.high(&format!("line {line}"), 200);
        text.push('\n');
    }
    for line in 13..17 {
        text += &planter.medium(&format!("line {line}"));
        text.push('\n');
    }
    (format!("{stem}.md"), text.into_bytes())
}

fn unknown_binary(planter: &mut Planter, stem: &str) -> Made {
    let mut bytes: Vec<u8> =
        (0..150_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8 & 0x9f).collect();
    let person = Person::rare(&mut planter.random);
    let first = planter.value("first 64 KiB", format!("{}^{}", person.family, person.given));
    bytes.splice(100..100, [b"\0", first.as_bytes(), b"\0"].concat());
    let id = planter.random.digits(7);
    let last = planter.value("last 64 KiB", id);
    bytes.extend([b"\0MRN: ", last.as_bytes(), b"\0"].concat());
    (format!("{stem}.mgh"), bytes)
}
