//! What lies in a folder.

use std::fs::{self, File};
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

/// Opens a file below a folder of the store, by names that are no links: a store may have come from
/// anybody, and what its links lead to is not part of it. The folder itself may be a link, to another
/// disk say. A pipe in the place of a file is opened, too, and is empty.
#[cfg(unix)]
pub(crate) fn open_below(folder: &Path, path: &Path) -> io::Result<File> {
    use std::path::Component;

    use rustix::fs::{Mode, OFlags, openat};

    let below = path.strip_prefix(folder).map_err(io::Error::other)?;
    if !below.components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut at = rustix::fs::open(folder, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    let always = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    for name in below.parent().into_iter().flatten() {
        at = openat(&at, name, always | OFlags::DIRECTORY, Mode::empty())?;
    }
    let name = below.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    Ok(openat(&at, name, always, Mode::empty())?.into())
}

#[cfg(not(unix))]
pub(crate) fn open_below(_: &Path, path: &Path) -> io::Result<File> {
    File::open(path)
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Read as _;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn no_link_below_the_folder_is_followed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        fs::create_dir_all(at("store/ab")).unwrap();
        fs::write(at("store/ab/file"), "inside").unwrap();
        fs::write(at("secret"), "outside").unwrap();
        symlink(at("secret"), at("store/ab/link")).unwrap();
        symlink(at("store/ab"), at("store/cd")).unwrap();
        symlink(at("store"), at("elsewhere")).unwrap();
        let open = |store: &str, path: &str| open_below(&at(store), &at(store).join(path));

        let mut text = String::new();
        for store in ["store", "elsewhere"] {
            open(store, "ab/file").unwrap().read_to_string(&mut text).unwrap();
        }
        assert_eq!(text, "insideinside");
        for followed in ["ab/link", "cd/file", "cd", "../secret", "ab/../../secret"] {
            assert!(open("store", followed).is_err(), "{followed}");
        }
        assert_eq!(open("store", "ab/none").unwrap_err().kind(), io::ErrorKind::NotFound);
        assert!(open("store", "").is_err());
    }
}
