//! Which files there are under the paths to be scanned; no link is followed below them.

use std::fs;
use std::path::{Path, PathBuf};

/// A file, folder or link, and what it is called below the path that was given.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) path: PathBuf,
    /// Its names below the path that was given; its own alone where it was itself given.
    pub(super) below: PathBuf,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    /// Where it leads.
    Link(PathBuf),
    /// A pipe, a device or a socket: it has a name only.
    Special,
}

/// What cannot be looked at.
pub(super) type Failure = (PathBuf, String);

/// Everything under the paths, in the order of the names, and what cannot be looked at.
pub(super) fn entries(paths: &[PathBuf], depth: usize) -> (Vec<Entry>, Vec<Failure>) {
    let mut walk = Walk { depth, entries: Vec::new(), failures: Vec::new() };
    for path in paths {
        walk.root(path);
    }
    (walk.entries, walk.failures)
}

struct Walk {
    depth: usize,
    entries: Vec<Entry>,
    failures: Vec<Failure>,
}

impl Walk {
    fn root(&mut self, path: &Path) {
        match fs::metadata(path) {
            Err(error) => self.failures.push((path.to_owned(), error.to_string())),
            Ok(facts) if facts.is_dir() => self.folder(path),
            Ok(facts) => {
                let below = path.file_name().map_or_else(|| path.to_owned(), PathBuf::from);
                let kind = if facts.is_file() { Kind::File } else { Kind::Special };
                self.entries.push(Entry { path: path.to_owned(), below, kind });
            }
        }
    }

    /// The contents of a folder, without recursion: folders wait with their depth.
    fn folder(&mut self, root: &Path) {
        let mut waiting = vec![(root.to_owned(), 0)];
        while let Some((folder, depth)) = waiting.pop() {
            let names = match names(&folder) {
                Ok(names) => names,
                Err(error) => {
                    self.failures.push((folder, error.to_string()));
                    continue;
                }
            };
            let mut folders = Vec::new();
            for path in names {
                let Some(entry) = self.entry(root, &path) else { continue };
                if entry.kind == Kind::Folder {
                    folders.push((path, depth + 1));
                }
                self.entries.push(entry);
            }
            let (near, deep): (Vec<_>, Vec<_>) =
                folders.into_iter().partition(|(_, depth)| *depth <= self.depth);
            for (folder, _) in deep {
                let reason = format!("folders nested more than {} deep", self.depth);
                self.failures.push((folder, reason));
            }
            waiting.extend(near.into_iter().rev());
        }
    }

    fn entry(&mut self, root: &Path, path: &Path) -> Option<Entry> {
        let below = path.strip_prefix(root).unwrap_or(path).to_owned();
        let kind = match fs::symlink_metadata(path) {
            Err(error) => {
                self.failures.push((path.to_owned(), error.to_string()));
                return None;
            }
            Ok(facts) if facts.is_symlink() => Kind::Link(fs::read_link(path).unwrap_or_default()),
            Ok(facts) if facts.is_dir() => Kind::Folder,
            Ok(facts) if facts.is_file() => Kind::File,
            Ok(_) => Kind::Special,
        };
        Some(Entry { path: path.to_owned(), below, kind })
    }
}

fn names(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut names = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()?;
    names.sort();
    Ok(names)
}
