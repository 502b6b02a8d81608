use std::path::{Path, PathBuf};

/// Why a case, a table or a dataset could not be taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file broke its format's word.
    #[error(transparent)]
    Format(#[from] medshape_formats::Error),
    /// The store could not be read or written.
    #[error(transparent)]
    Catalog(#[from] medshape_catalog::Error),
    /// A file or folder could not be reached.
    #[error("`{path}`: {cause}", path = path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// A file is sound, but not what is asked for.
    #[error("`{path}`: {reason}", path = path.display())]
    Refused {
        /// The file or folder.
        path: PathBuf,
        /// Why, and what to do.
        reason: String,
    },
    /// A child process could not read a file, or did not survive it.
    #[error("`{path}`: {reason}", path = path.display())]
    Isolated {
        /// The file.
        path: PathBuf,
        /// The kind of fault in one word.
        code: &'static str,
        /// Why, and what to do.
        reason: String,
    },
    /// The description of a dataset cannot be used.
    #[error("dataset `{dataset}`: {reason}")]
    Dataset {
        /// Its id or file.
        dataset: String,
        /// Why.
        reason: String,
    },
    /// A shape cannot be written out.
    #[error("`{shape}`: {reason}")]
    Export {
        /// Its name.
        shape: String,
        /// Why.
        reason: String,
    },
    /// The user asked to stop.
    #[error("stopped as asked")]
    Stopped,
}

impl Error {
    /// The kind of fault in one word, for programs; it never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Format(error) => error.kind().code(),
            Self::Isolated { code, .. } => code,
            Self::Catalog(_) => "store",
            Self::Io { .. } => "io",
            Self::Refused { .. } => "refused",
            Self::Dataset { .. } => "dataset",
            Self::Export { .. } => "export",
            Self::Stopped => "stopped",
        }
    }

    /// What a child says of a file: its words are those of a stranger.
    pub(crate) fn isolated(path: impl Into<PathBuf>, code: &str, reason: &str) -> Self {
        const CODES: [&str; 12] = [
            "io",
            "truncated",
            "damaged",
            "malformed",
            "unsupported",
            "limit",
            "not-labels",
            "reference",
            "refused",
            "privacy",
            "crash",
            "probe",
        ];
        const MOST: usize = 1000;
        let code = CODES.into_iter().find(|known| *known == code).unwrap_or("malformed");
        // Nothing that steers a terminal, hides or turns text around.
        let steers = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        let is_plain = |c: &char| !c.is_control() && !steers(*c);
        let reason = reason.chars().filter(is_plain).take(MOST).collect();
        Self::Isolated { path: path.into(), code, reason }
    }

    /// Something that no input may lead to, and did.
    pub(crate) fn fault(path: &Path) -> Self {
        Self::refused(path, "a fault of medshape itself, please report it")
    }

    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |cause| Self::Io { path, cause }
    }

    pub(crate) fn refused(path: impl Into<PathBuf>, reason: impl Into<String>) -> Self {
        Self::Refused { path: path.into(), reason: reason.into() }
    }
}
