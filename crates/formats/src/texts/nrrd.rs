//! NRRD and MetaImage: fields, keys and comments of their headers, names of data files.

use super::bytes::Bytes;
use super::plain;
use super::teller::Teller;

/// Everything up to the blank line before the voxels.
pub(super) fn tell_nrrd(bytes: &mut Bytes<'_>, teller: &mut Teller<'_>) {
    let most = teller.limits.string;
    let mut is_list = false;
    while let Some(line) = plain::line(bytes, most) {
        if line.is_empty() {
            return;
        }
        if is_list {
            teller.say_name("NRRD data file", &line);
        } else if let Some(comment) = line.strip_prefix(b"#") {
            teller.say("NRRD comment", comment);
        } else if let Some((key, value)) = split(&line, b":=") {
            teller.say_key("NRRD key", &key, value);
        } else if let Some((field, value)) = split(&line, b":") {
            match field.as_str() {
                "data file" | "datafile" => {
                    is_list = value.starts_with(b"LIST");
                    teller.say_name("NRRD data file", value);
                }
                _ => teller.say_key("NRRD field", &field, value),
            }
        } else {
            teller.say("NRRD line", &line);
        }
    }
}

/// Everything up to the voxels, or to the names of their files.
pub(super) fn tell_meta(bytes: &mut Bytes<'_>, teller: &mut Teller<'_>) {
    let most = teller.limits.string;
    let mut is_list = false;
    while let Some(line) = plain::line(bytes, most) {
        if is_list {
            teller.say_name("MetaImage data file", &line);
            continue;
        }
        let Some((key, value)) = split(&line, b"=") else {
            teller.say("MetaImage line", &line);
            continue;
        };
        if key == "ElementDataFile" {
            teller.say_name("MetaImage data file", value);
            is_list = value.starts_with(b"LIST");
            if value == b"LOCAL" {
                return;
            }
        } else {
            teller.say_key("MetaImage key", &key, value);
        }
    }
}

fn split<'a>(line: &'a [u8], separator: &[u8]) -> Option<(String, &'a [u8])> {
    let place = line.windows(separator.len()).position(|window| window == separator)?;
    let key = String::from_utf8_lossy(&line[..place]).trim().to_owned();
    Some((key, line[place + separator.len()..].trim_ascii()))
}
