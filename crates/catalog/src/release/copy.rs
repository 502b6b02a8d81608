//! Folders of releases in a copy of the store.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::FOLDER;
use crate::Error;
use crate::blobs::sync_folder;

/// Copies the folders of these releases from one store to another; those that are there stay, for a
/// release never changes. What is missing or damaged at its source is so in the copy, and a check says
/// so.
pub(crate) fn copy_releases(from: &Path, to: &Path, numbers: &[u32]) -> Result<(), Error> {
    let (from, all) = (from.join(FOLDER), to.join(FOLDER));
    for number in numbers {
        let (source, target) = (from.join(number.to_string()), all.join(number.to_string()));
        if !target.exists() && source.is_dir() {
            copy_folder(&source, &target, &to.join("tmp"))
                .map_err(|cause| Error::io(&source, cause))?;
        }
    }
    Ok(())
}

/// Copies the files of a folder; the copy is there whole or not at all.
fn copy_folder(source: &Path, target: &Path, tmp: &Path) -> io::Result<()> {
    let part = tempfile::Builder::new().prefix("release-").tempdir_in(tmp)?;
    for entry in fs::read_dir(source)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            let path = part.path().join(entry.file_name());
            fs::copy(entry.path(), &path)?;
            File::open(&path)?.sync_all()?;
        }
    }
    sync_folder(part.path())?;
    let all = target.parent().unwrap_or(target);
    fs::create_dir_all(all)?;
    fs::rename(part.path(), target)?;
    // It is no temporary folder any more.
    let _ = part.keep();
    sync_folder(all)?;
    all.parent().map_or(Ok(()), sync_folder)
}
