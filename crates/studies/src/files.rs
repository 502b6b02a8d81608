//! Files that are there whole or not at all.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde_json::Value;

use crate::Error;

/// Writes a file beside its name and puts it there, so that none is ever half written.
///
/// # Errors
/// If it cannot be written.
pub fn put(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    // As any file of this user; temporary ones are for nobody else otherwise.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let file = builder.tempfile_in(folder).map_err(Error::io(path))?;
    let mut out = BufWriter::new(file.as_file());
    let written = fill(&mut out).and_then(|()| out.flush());
    drop(out);
    written.and_then(|()| file.as_file().sync_all()).map_err(Error::io(path))?;
    file.persist(path).map_err(|error| Error::Io(path.to_owned(), error.error))?;
    Ok(())
}

/// Refuses the name of an answer that does not end in `.json`.
///
/// # Errors
/// If it ends otherwise.
pub fn check_json(path: &Path) -> Result<(), Error> {
    match path.to_string_lossy().to_lowercase().ends_with(".json") {
        true => Ok(()),
        false => Err(Error::file(path, "the answer is written as JSON: end the name in .json")),
    }
}

/// Writes an answer as JSON, as [`put`] writes files.
///
/// # Errors
/// If it cannot be written.
pub fn put_json(path: &Path, answer: &Value) -> Result<(), Error> {
    put(path, |out| writeln!(out, "{answer:#}"))
}
