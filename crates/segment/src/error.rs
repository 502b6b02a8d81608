use std::path::{Path, PathBuf};

/// Why an image could not be segmented.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file cannot be read.
    #[error(transparent)]
    Read(#[from] medshape::Error),
    /// A file or folder cannot be reached.
    #[error("`{path}`: {cause}", path = .0.display(), cause = .1)]
    Io(PathBuf, std::io::Error),
    /// A file is not what is needed.
    #[error("`{path}`: {reason}", path = .0.display(), reason = .1)]
    File(PathBuf, String),
    /// There is no onnxruntime, or none that can be used.
    #[error("{0}")]
    Runtime(String),
    /// Somebody stopped the work.
    #[error("stopped; nothing was written")]
    Stopped,
}

impl Error {
    /// What turns the system's error about a path into ours.
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |cause| Self::Io(path, cause)
    }

    /// A file that is not what is needed.
    pub(crate) fn file(path: &Path, reason: impl Into<String>) -> Self {
        Self::File(path.to_owned(), reason.into())
    }
}
