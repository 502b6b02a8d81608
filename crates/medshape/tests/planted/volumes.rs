//! Volumes and headers of volumes.

use super::dicom::explicit;
use super::{Made, put};
use crate::privacy::people::{Person, ascii};
use crate::privacy::plants::Planter;

pub(super) fn nifti_fields(planter: &mut Planter, stem: &str) -> Made {
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

pub(super) fn nifti_extensions(planter: &mut Planter, stem: &str) -> Made {
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

pub(super) fn nifti_2(planter: &mut Planter, stem: &str) -> Made {
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

pub(super) fn analyze(planter: &mut Planter, stem: &str) -> Made {
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

pub(super) fn nrrd(planter: &mut Planter, stem: &str) -> Made {
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

pub(super) fn nhdr(planter: &mut Planter, stem: &str) -> Made {
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

pub(super) fn meta_image(planter: &mut Planter, stem: &str) -> Made {
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

pub(super) fn nifti_1(vox_offset: f32) -> Vec<u8> {
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
