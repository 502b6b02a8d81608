//! Archives of files: ZIP and TAR, either in gzip too.
//!
//! Files come out under numbers of ours, whatever they are called inside; an archive in an archive
//! is a file like any other.
//!
//! Refused are names with `..`, a leading slash, a drive letter or a backslash; names with control
//! characters or ones that do not show; names that occur twice, letter case folded; links, devices,
//! pipes and sparse files. `CON` and `%2e%2e` are names like any other, as no name becomes a path.

pub(crate) mod names;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, ErrorKind};
use crate::gzip::{self, Unpacker};
use crate::input::Input;
use crate::limits::Limits;
use crate::{tar, zip};

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
    let mut files = Files { into, written: Vec::new() };
    match files.unpack(input, limits) {
        Ok(()) => Ok(files.inputs(input)),
        Err(kind) => {
            files.remove();
            Err(input.error(kind))
        }
    }
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

/// What has been unpacked so far.
struct Files<'a> {
    into: &'a Path,
    /// Names in the archive, and where the bytes are.
    written: Vec<(String, PathBuf)>,
}

impl Files<'_> {
    fn unpack(&mut self, input: &Input, limits: &Limits) -> Result<(), ErrorKind> {
        let (mut file, _) = input.open()?;
        let first = file.fill_buf()?;
        if first.starts_with(b"PK") {
            self.unpack_zip(&mut file, limits)?;
        } else if first.starts_with(&gzip::MAGIC) && holds_zip(input)? {
            self.unpack_zip_in_gzip(file, limits)?;
        } else {
            self.unpack_tar(&mut file, limits)?;
        }
        match self.written.is_empty() {
            true => Err(ErrorKind::NotThis("an archive without files in it".to_owned())),
            false => Ok(()),
        }
    }

    fn unpack_zip(
        &mut self,
        file: &mut (impl Read + Seek),
        limits: &Limits,
    ) -> Result<(), ErrorKind> {
        for entry in &zip::directory(file, limits)?.entries {
            let mut out = self.create(entry.name())?;
            zip::unpack(file, entry, &mut out)?;
        }
        Ok(())
    }

    /// Its directory stands at its end, so all of it has to be unpacked before.
    fn unpack_zip_in_gzip(
        &mut self,
        packed: impl BufRead,
        limits: &Limits,
    ) -> Result<(), ErrorKind> {
        let path = self.into.join("archive");
        let mut file = File::options().read(true).write(true).create_new(true).open(&path)?;
        let unpacked = gunzip(packed, &mut file, limits.archive)
            .and_then(|()| self.unpack_zip(&mut BufReader::new(file), limits));
        // Where it cannot be removed, it goes with its folder.
        let _ = fs::remove_file(&path);
        unpacked
    }

    fn unpack_tar(&mut self, file: &mut impl BufRead, limits: &Limits) -> Result<(), ErrorKind> {
        let mut reader = tar::Reader::new(file, limits)?;
        while let Some(entry) = reader.next_entry()? {
            let mut out = self.create(entry.name())?;
            reader.unpack(&mut out)?;
        }
        Ok(())
    }

    fn create(&mut self, name: &str) -> Result<File, ErrorKind> {
        let path = self.into.join(format!("{:06}", self.written.len()));
        // Never over a file that is there.
        let file = File::create_new(&path)?;
        self.written.push((name.to_owned(), path));
        Ok(file)
    }

    /// The files, each with those that lay beside it.
    fn inputs(&self, archive: &Input) -> Vec<Input> {
        let mut folders: BTreeMap<&str, BTreeMap<String, PathBuf>> = BTreeMap::new();
        for (name, path) in &self.written {
            let (folder, file) = parts(name);
            folders.entry(folder).or_default().insert(file.to_owned(), path.clone());
        }
        let folders: BTreeMap<&str, Arc<_>> =
            folders.into_iter().map(|(folder, files)| (folder, Arc::new(files))).collect();
        let input = |(name, path): &(String, PathBuf)| {
            Input::unpacked(archive.name().join(name), path, folders[parts(name).0].clone())
        };
        self.written.iter().map(input).collect()
    }

    /// Takes back what was written; what cannot be removed belongs to a folder that is going away.
    fn remove(&self) {
        for (_, path) in &self.written {
            let _ = fs::remove_file(path);
        }
    }
}

fn holds_zip(input: &Input) -> Result<bool, ErrorKind> {
    let mut first = [0; 4];
    let n_bytes = Unpacker::new(input.open()?.0)?.fill(&mut first)?;
    Ok(first[..n_bytes].starts_with(zip::MAGIC))
}

/// Writes what gzip unpacks to, at most so many bytes.
fn gunzip(packed: impl BufRead, out: &mut impl Write, most: u64) -> Result<(), ErrorKind> {
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

/// Folder and file of a path in an archive.
fn parts(name: &str) -> (&str, &str) {
    name.rsplit_once('/').unwrap_or(("", name))
}
