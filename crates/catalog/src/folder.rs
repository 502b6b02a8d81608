//! What lies in a folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::Error;

/// All files in a folder and in the folders below it, down to a depth, in no order; of a folder that is
/// not there, none. What lies deeper shows as a folder.
pub(crate) fn files_below(folder: &Path, depth: usize) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    let mut open = vec![(folder.to_owned(), depth)];
    while let Some((folder, depth)) = open.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => continue,
            Err(cause) => return Err(Error::io(&folder, cause)),
        };
        for entry in entries {
            let entry = entry.map_err(|cause| Error::io(&folder, cause))?;
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            match depth.checked_sub(1).filter(|depth| is_folder && *depth > 0) {
                Some(depth) => open.push((entry.path(), depth)),
                None => found.push(entry.path()),
            }
        }
    }
    Ok(found)
}
