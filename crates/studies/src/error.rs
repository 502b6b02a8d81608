use std::path::{Path, PathBuf};

use medshape_learn::train::CheckpointError;

/// Why a task could not be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No task has this name.
    #[error("there is no task `{name}`; there are: {known}")]
    UnknownTask {
        /// What was asked for.
        name: String,
        /// The tasks that there are.
        known: String,
    },
    /// A file cannot be read.
    #[error(transparent)]
    Read(#[from] medshape::Error),
    /// Weights cannot be read or written.
    #[error(transparent)]
    Weights(#[from] CheckpointError),
    /// A file or folder cannot be reached.
    #[error("`{path}`: {cause}", path = .0.display(), cause = .1)]
    Io(PathBuf, std::io::Error),
    /// A file is not what the task needs.
    #[error("`{path}`: {reason}", path = .0.display(), reason = .1)]
    File(PathBuf, String),
    /// The task was asked for something that it cannot do.
    #[error("{0}")]
    Request(String),
    /// Somebody stopped the work.
    #[error("stopped; {0}")]
    Stopped(String),
}

impl Error {
    /// What turns the system's error about a path into ours.
    pub fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |cause| Self::Io(path, cause)
    }

    /// A file that is not what the task needs.
    pub fn file(path: &Path, reason: impl Into<String>) -> Self {
        Self::File(path.to_owned(), reason.into())
    }
}
