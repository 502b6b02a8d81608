//! Archives of files: ZIP and TAR, either in gzip too.
//!
//! Files come out under numbers of ours, whatever they are called inside; an archive in an archive
//! is a file like any other.
//!
//! Refused are names with `..`, a leading slash, a drive letter or a backslash; names with control
//! characters or ones that do not show; names that occur twice, letter case folded; links, devices,
//! pipes and sparse files. `CON` and `%2e%2e` are names like any other, as no name becomes a path.

pub(crate) mod names;

mod folder;

use std::io::{BufRead, Read, Seek, Write};
use std::path::Path;

use crate::error::{Error, ErrorKind};
use crate::gzip::{self, Unpacker};
use crate::input::Input;
use crate::limits::Limits;
use crate::{tar, zip};

pub use folder::Folder;

/// Where the files of an archive go, one after the other.
pub trait Sink: Write {
    /// What is written next are the bytes of the file of this name; of an archive in gzip if it has none.
    ///
    /// # Errors
    /// The sink does not take it.
    fn begin(&mut self, name: Option<&str>) -> std::io::Result<()>;
}

/// What an archive held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// Files.
    Files,
    /// A ZIP archive. Its directory stands at its end, so that it is unpacked when all of it is there.
    Archive,
}

/// Unpacks an archive into the folder `into`, which exists.
///
/// The files are called `000000` and so on there. Each of those that are handed back is named
/// `ARCHIVE/PATH IN IT` and finds the files that lay in the same folder of the archive.
/// Folders and litter of operating systems are passed over.
///
/// # Errors
/// Whatever [`zip::directory`] and [`tar::Reader::next_entry`] refuse, damaged files, an archive
/// without files, and those of the file system; whatever was written is removed then.
pub fn unpack(input: &Input, into: &Path, limits: &Limits) -> Result<Vec<Input>, Error> {
    unpack_with(input, into, limits, |input, folder| stream(input, folder, limits))
}

/// The same, for whoever has an archive read elsewhere: `stream` does what [`stream`] does.
///
/// # Errors
/// Those of `stream`; whatever was written is removed then.
pub fn unpack_with<E>(
    archive: &Input,
    into: &Path,
    limits: &Limits,
    stream: impl Fn(&Input, &mut Folder<'_>) -> Result<Held, E>,
) -> Result<Vec<Input>, E> {
    let mut folder = Folder::new(into, limits);
    let mut held = stream(archive, &mut folder);
    if let (Ok(Held::Archive), Some(inner)) = (&held, folder.archive(archive)) {
        held = stream(&inner, &mut folder);
        folder.remove_archive();
    }
    match held {
        Ok(_) => Ok(folder.inputs(archive)),
        Err(error) => {
            folder.remove();
            Err(error)
        }
    }
}

/// Hands over the files of an archive in their order, in constant memory.
///
/// # Errors
/// As for [`unpack`]; files handed over before are not to be used then.
pub fn stream(input: &Input, sink: &mut dyn Sink, limits: &Limits) -> Result<Held, Error> {
    stream_any(input, sink, limits).map_err(|kind| input.error(kind))
}

/// Whether the file is an archive to be unpacked, by its content.
///
/// Formats that are ZIP archives inside (XLSX, 3MF, NPZ, USDZ) are not.
///
/// # Errors
/// The file cannot be opened, is empty or not a regular one.
pub fn is_archive(input: &Input) -> Result<bool, Error> {
    let found = || {
        let (mut file, _) = input.open()?;
        let first = file.fill_buf()?;
        if first.starts_with(zip::MAGIC) || first.starts_with(b"PK\x05\x06") {
            return Ok(!is_format(input, &mut file));
        }
        if !first.starts_with(&gzip::MAGIC) {
            return Ok(begins_as_tar(first));
        }
        let mut block = [0; 512];
        // Damaged gzip is whatever its reader makes of it.
        let n_bytes = Unpacker::new(file).and_then(|mut file| file.fill(&mut block)).unwrap_or(0);
        let begins_as_zip = block[..n_bytes].starts_with(zip::MAGIC);
        Ok(begins_as_tar(&block[..n_bytes]) || begins_as_zip && !is_called_format(input))
    };
    found().map_err(|kind: ErrorKind| input.error(kind))
}

/// Whether a ZIP archive is a file of one format.
fn is_format(input: &Input, file: &mut (impl Read + Seek)) -> bool {
    if is_called_format(input) {
        return true;
    }
    // Whatever is wrong with it, `unpack` says.
    let Ok(directory) = zip::directory(file, &Limits::DEFAULT) else { return false };
    let mut names = directory.entries.iter().map(zip::Entry::name);
    let is_usd = |name: &str| [".usd", ".usda", ".usdc"].iter().any(|end| name.ends_with(end));
    names.clone().next().is_some_and(is_usd)
        || names.clone().any(|name| name == "[Content_Types].xml")
        || (names.len() > 0 && names.all(|name| name.ends_with(".npy")))
}

fn is_called_format(input: &Input) -> bool {
    const FORMATS: [&str; 5] = [".xlsx", ".xlsm", ".3mf", ".npz", ".usdz"];
    let name = input.lower_name();
    let name = name.trim_end_matches(".gz");
    FORMATS.iter().any(|format| name.ends_with(format))
}

fn begins_as_tar(bytes: &[u8]) -> bool {
    bytes.len() >= 512 && bytes[257..].starts_with(tar::MAGIC)
}

fn stream_any(input: &Input, sink: &mut dyn Sink, limits: &Limits) -> Result<Held, ErrorKind> {
    let (mut file, _) = input.open()?;
    let first = file.fill_buf()?;
    let n_files = if first.starts_with(b"PK") {
        stream_zip(&mut file, sink, limits)?
    } else if first.starts_with(&gzip::MAGIC) && holds_zip(input)? {
        sink.begin(None)?;
        gunzip(file, sink, limits.archive)?;
        return Ok(Held::Archive);
    } else {
        stream_tar(file, sink, limits)?
    };
    match n_files {
        0 => Err(ErrorKind::NotThis("an archive without files in it".to_owned())),
        _ => Ok(Held::Files),
    }
}

fn stream_zip(
    file: &mut (impl Read + Seek),
    mut sink: &mut dyn Sink,
    limits: &Limits,
) -> Result<usize, ErrorKind> {
    let directory = zip::directory(file, limits)?;
    for entry in &directory.entries {
        sink.begin(Some(entry.name()))?;
        zip::unpack(file, entry, &mut sink)?;
    }
    Ok(directory.entries.len())
}

fn stream_tar(
    file: impl BufRead,
    mut sink: &mut dyn Sink,
    limits: &Limits,
) -> Result<usize, ErrorKind> {
    let mut reader = tar::Reader::new(file, limits)?;
    let mut n_files = 0;
    while let Some(entry) = reader.next_entry()? {
        sink.begin(Some(entry.name()))?;
        reader.unpack(&mut sink)?;
        n_files += 1;
    }
    Ok(n_files)
}

fn holds_zip(input: &Input) -> Result<bool, ErrorKind> {
    let mut first = [0; 4];
    let n_bytes = Unpacker::new(input.open()?.0)?.fill(&mut first)?;
    Ok(first[..n_bytes].starts_with(zip::MAGIC))
}

/// Writes what gzip unpacks to, at most so many bytes.
fn gunzip(packed: impl BufRead, out: &mut dyn Sink, most: u64) -> Result<(), ErrorKind> {
    let mut unpacker = Unpacker::new(packed)?;
    let mut buffer = vec![0; 1 << 16];
    let mut n_left = most;
    loop {
        let n_bytes = unpacker.fill(&mut buffer)?;
        n_left = n_left
            .checked_sub(n_bytes as u64)
            .ok_or_else(|| ErrorKind::limit("bytes in an archive", most))?;
        out.write_all(&buffer[..n_bytes])?;
        if n_bytes < buffer.len() {
            return Ok(());
        }
    }
}
