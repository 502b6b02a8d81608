//! ZIP and TAR, and the formats that are ZIP archives inside.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::volumes::nifti_1;
use super::{Made, put};
use crate::privacy::people::{Person, ascii};
use crate::privacy::plants::Planter;

pub(super) fn npz(planter: &mut Planter, stem: &str) -> Made {
    let [first, second] = ["zip entry 1", "zip entry 2"].map(|place| planter.high(place, 100));
    let content = b"\x93NUMPY\x01\0\x06\0{    }".to_vec();
    let entries = [first, second].map(|name| (format!("{name}.npy"), content.clone()));
    (format!("{stem}.npz"), zip(&entries, &[], "", NO_DATE))
}

pub(super) fn three_mf(planter: &mut Planter, stem: &str) -> Made {
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

pub(super) fn zip_fields(planter: &mut Planter, stem: &str) -> Made {
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

pub(super) fn tar_fields(planter: &mut Planter, stem: &str) -> Made {
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
