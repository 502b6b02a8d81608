//! What a file says in words: headers, comments, names, tags, and the fields of its packing.
//!
//! A person may be named in any of them, so nothing here trusts a file to be sound. Each format has
//! a small scanner that walks the bytes forward once, keeps at most a line of them, and goes on as
//! far as it can; damaged files, and files that no reader takes, still say what they say. Only the
//! disk makes an error, and bytes that unpack to more than the limits.
//!
//! What the words mean is not judged here.

mod bytes;
mod dicom;
mod gzip;
mod inflate;
mod json;
mod keyword;
mod mesh;
mod nifti;
mod nrrd;
mod plain;
mod sniff;
mod table;
mod tar;
mod teller;
mod time;
mod xml;
mod zip;

use crate::error::{Error, ErrorKind};
use crate::input::Input;
use crate::limits::Limits;

use bytes::Bytes;
use sniff::Kind;
use teller::Teller;

/// Some words of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Where in the file they stand: `NIfTI descrip`, `gzip name`, `DICOM (0010,0010)`. It holds
    /// nothing of the file's own words.
    pub place: String,
    /// What the file itself calls them: a key of JSON, a column, a DICOM keyword; empty if nothing.
    pub key: String,
    /// The words.
    pub text: String,
    /// What kind of words.
    pub role: Role,
}

/// What kind of words a text holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Meant to be read.
    Words,
    /// A name of a file or folder.
    Name,
    /// Bytes that look like letters, perhaps by chance.
    Noise,
}

/// Keys of texts that no file wrote, but its packing.
pub mod key {
    /// A time that a packer noted, as ISO 8601.
    pub const TIME: &str = "packing-time";
    /// Who owned a packed file, in numbers.
    pub const OWNER: &str = "packing-owner";
    /// Who owned a packed file, by name.
    pub const USER: &str = "packing-user";
    /// Something that is not looked into; the text says why.
    pub const OPAQUE: &str = "not-looked-into";
}

/// All that a file says in words.
///
/// # Errors
/// Those of [`each`], and more than `limits.entries` texts.
pub fn of(input: &Input, limits: &Limits) -> Result<Vec<Text>, Error> {
    let mut texts = Vec::new();
    let mut has_more = false;
    each(input, limits, &mut |text| match texts.len() < limits.entries {
        true => texts.push(text),
        false => has_more = true,
    })?;
    match has_more {
        true => Err(input.error(ErrorKind::limit("texts in one file", limits.entries as u64))),
        false => Ok(texts),
    }
}

/// Hands over everything a file says in words, one after another, each of at most `limits.string`
/// bytes; longer ones come in pieces that overlap.
///
/// A packed file is unpacked, and so are the files in an archive.
///
/// # Errors
/// The file cannot be opened or read. Or it holds more than was looked at: it unpacks to more than
/// `limits` allow for its size, or its texts together are 16 times as long as the file and
/// `limits.json`. What was found until then has been handed over.
pub fn each(input: &Input, limits: &Limits, tell: &mut dyn FnMut(Text)) -> Result<(), Error> {
    let (file, n_bytes) = match input.open() {
        Err(ErrorKind::Empty) => return Ok(()),
        opened => opened.map_err(|kind| input.error(kind))?,
    };
    let name = input.lower_name();
    let mut teller = Teller::new(limits, n_bytes, tell);
    let mut bytes = Bytes::of_file(file.into_inner(), n_bytes);
    contents(&mut bytes, &name, &mut teller);
    if name.ends_with(".xlsx") {
        table::tell_workbook(input.path(), &mut teller);
    }
    let read = bytes.finish().map_err(ErrorKind::from).and_then(|()| teller.finish());
    read.map_err(|kind| input.error(kind))
}

/// The same for bytes in memory, of a file with this name.
///
/// # Errors
/// As [`each`], but for those of the disk.
pub fn each_in(
    bytes: &[u8],
    name: &str,
    limits: &Limits,
    tell: &mut dyn FnMut(Text),
) -> Result<(), Error> {
    let mut teller = Teller::new(limits, bytes.len() as u64, tell);
    contents(&mut Bytes::of_reader(bytes), &name.to_lowercase(), &mut teller);
    teller.finish().map_err(Error::new)
}

/// The texts of bytes that are a file of their own, or a packed one.
fn contents(bytes: &mut Bytes<'_>, name: &str, teller: &mut Teller<'_>) {
    match sniff::kind(bytes, name) {
        Kind::Nothing => {}
        Kind::Gzip => gzip::tell(bytes, name, teller),
        Kind::Zip => zip::tell(bytes, teller),
        Kind::Tar => tar::tell(bytes, teller),
        Kind::Opaque(why) => teller.say_key("file", key::OPAQUE, why.as_bytes()),
        Kind::Utf16 => plain::tell_utf16(bytes, name, teller),
        Kind::Dicom => dicom::tell_file(bytes, teller),
        Kind::Nifti => nifti::tell(bytes, teller),
        Kind::Nrrd => nrrd::tell_nrrd(bytes, teller),
        Kind::MetaImage => nrrd::tell_meta(bytes, teller),
        Kind::BinaryStl => mesh::tell_binary_stl(bytes, teller),
        Kind::Glb => mesh::tell_glb(bytes, teller),
        Kind::Ply => mesh::tell_ply(bytes, teller),
        Kind::Vtk => mesh::tell_vtk(bytes, teller),
        Kind::Pcd => mesh::tell_pcd(bytes, teller),
        Kind::TextStl => mesh::tell_lines(bytes, &mesh::STL, teller),
        Kind::Obj => mesh::tell_lines(bytes, &mesh::OBJ, teller),
        Kind::Off => mesh::tell_lines(bytes, &mesh::OFF, teller),
        Kind::Json => json::tell(bytes, "JSON", teller),
        Kind::Xml => xml::tell(bytes, teller),
        Kind::Table(delimiter) => table::tell(bytes, delimiter, teller),
        Kind::Text => plain::tell_lines(bytes, teller),
        Kind::Other => plain::tell_ends(bytes, teller),
    }
}
