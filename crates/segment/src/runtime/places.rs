//! Where onnxruntime usually lies.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// The newest library in the usual places, if there is any; those of the Python that a shell would
/// start come first.
pub(super) fn newest() -> Option<PathBuf> {
    prefixes().iter().find_map(|prefix| newest_of(prefix))
}

/// Folders that have `lib` in them: of the environment that is active, of programs on the path, of the
/// user, of the system.
fn prefixes() -> Vec<PathBuf> {
    let of = |name: &str| env::var_os(name).map(PathBuf::from);
    let mut prefixes: Vec<PathBuf> =
        ["VIRTUAL_ENV", "CONDA_PREFIX"].into_iter().filter_map(of).collect();
    let path = env::var_os("PATH").unwrap_or_default();
    prefixes.extend(env::split_paths(&path).filter(|folder| has_python(folder)).filter_map(parent));
    prefixes.extend(of("HOME").map(|home| home.join(".local")));
    prefixes.extend(["/usr/local", "/usr", "/opt/homebrew"].map(PathBuf::from));
    // A folder that depends on where one stands could be anybody's.
    prefixes.retain(|prefix| prefix.is_absolute());
    prefixes
}

fn has_python(folder: &Path) -> bool {
    ["python3", "python", "python.exe"].iter().any(|name| folder.join(name).is_file())
}

fn parent(folder: PathBuf) -> Option<PathBuf> {
    // On Windows programs lie beside the libraries, or in `Scripts`.
    match folder.file_name() {
        Some(name) if name == "bin" || name.eq_ignore_ascii_case("scripts") => {
            folder.parent().map(Path::to_owned)
        }
        _ => Some(folder),
    }
}

fn newest_of(prefix: &Path) -> Option<PathBuf> {
    let mut packages = vec![prefix.join("Lib/site-packages")];
    let mut libraries = Vec::new();
    for lib in [prefix.join("lib"), prefix.join("lib64")] {
        for python in entries(&lib).filter(|entry| is_python(entry)) {
            packages.extend(["site-packages", "dist-packages"].map(|name| python.join(name)));
        }
        libraries.extend(["x86_64-linux-gnu", "aarch64-linux-gnu"].map(|name| lib.join(name)));
        libraries.push(lib);
    }
    packages.push(prefix.join("lib/python3/dist-packages"));
    let folders = packages.iter().map(|folder| folder.join("onnxruntime").join("capi"));
    let found =
        |folder: PathBuf| entries(&folder).filter(|entry| is_library(entry)).collect::<Vec<_>>();
    let newest = |files: Vec<PathBuf>| files.into_iter().max_by_key(|file| version(file));
    newest(folders.flat_map(found).collect())
        .or_else(|| newest(libraries.into_iter().flat_map(found).collect()))
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let read = fs::read_dir(folder).into_iter().flatten();
    let mut entries: Vec<PathBuf> = read.filter_map(|entry| Some(entry.ok()?.path())).collect();
    entries.sort();
    entries.into_iter()
}

fn is_python(entry: &Path) -> bool {
    entry.file_name().and_then(OsStr::to_str).is_some_and(|name| name.starts_with("python3."))
}

/// `libonnxruntime.so.1.32.0`, `libonnxruntime.1.32.0.dylib`, `onnxruntime.dll`, but not its plugins.
fn is_library(entry: &Path) -> bool {
    let Some(name) = entry.file_name().and_then(OsStr::to_str) else { return false };
    let is_linux = name == "libonnxruntime.so" || name.starts_with("libonnxruntime.so.");
    let is_mac = name.starts_with("libonnxruntime.") && name.ends_with(".dylib");
    (is_linux || is_mac || name == "onnxruntime.dll") && entry.is_file()
}

/// The numbers in the name of a file, to compare by.
fn version(file: &Path) -> Vec<u64> {
    let name = file.file_name().and_then(OsStr::to_str).unwrap_or_default();
    name.split('.').filter_map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_library_of_a_python_is_found() {
        let prefix = tempfile::tempdir().unwrap();
        assert_eq!(newest_of(prefix.path()), None);
        let put = |python: &str, name: &str| {
            let folder = prefix.path().join(python).join("onnxruntime/capi");
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(name), "").unwrap();
            folder.join(name)
        };
        put("lib/python3.11/site-packages", "libonnxruntime.so.1.9.1");
        let newest = put("lib/python3.9/site-packages", "libonnxruntime.so.1.32.0");
        put("lib/python3.9/site-packages", "libonnxruntime_providers_shared.so");
        assert_eq!(newest_of(prefix.path()), Some(newest));
    }
}
