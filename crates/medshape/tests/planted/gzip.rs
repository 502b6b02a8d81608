//! What gzip says besides what is packed.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::volumes::nifti_1;
use super::{Made, put};
use crate::privacy::people::{Person, ascii};
use crate::privacy::plants::Planter;

pub(super) fn gzip_header(planter: &mut Planter, stem: &str) -> Made {
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

pub(super) fn gzip_members(planter: &mut Planter, stem: &str) -> Made {
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

/// gzip's texts are Latin-1; UTF-8 is what programs write.
fn latin(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}
