use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use medshape_types::{GridError, MAX_LABELS};

/// Why a file could not be read or written: which file, if it is one, and the reason.
#[derive(Debug)]
pub struct Error {
    path: Option<PathBuf>,
    kind: ErrorKind,
}

/// The reason without the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The file system refused.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// A folder, a pipe or a device.
    #[error("not a regular file")]
    NotAFile,
    /// The bytes are too few for what they should hold.
    #[error("the file is empty")]
    Empty,
    /// Damaged compression.
    #[error("{0}")]
    Gzip(#[from] GzipError),
    /// The file does not begin like a NIfTI file.
    #[error("not a NIfTI file: {0}")]
    NotNifti(&'static str),
    /// Damaged compression.
    #[error("{0}")]
    Zlib(#[from] ZlibError),
    /// Header and voxels in two files, of which only the bytes of one are there.
    #[error("header and voxels are in two files: both have to lie side by side")]
    TwoFiles,
    /// A header field that contradicts the format, another field or the file.
    #[error("`{field}` is {value}: {reason}")]
    Field {
        /// Its name in the format's definition.
        field: String,
        /// What it holds.
        value: String,
        /// What is wrong with that.
        reason: String,
    },
    /// Voxels that are neither labels nor intensities.
    #[error("`datatype` is {code}: {name}")]
    Datatype {
        /// The number in the header.
        code: i16,
        /// What it stands for.
        name: &'static str,
    },
    /// Several volumes one after another.
    #[error("a time series of {n_volumes} volumes: extract one volume first")]
    TimeSeries {
        /// How many.
        n_volumes: u64,
    },
    /// The header claims more than the file holds.
    #[error("truncated: the header claims {claimed} bytes, the file holds {qualifier} {held}")]
    Truncated {
        /// Bytes up to the last voxel, as the header has it.
        claimed: u64,
        /// Bytes present, or the most that the compressed bytes can unpack to.
        held: u64,
        /// Whether `held` is a bound.
        qualifier: &'static str,
    },
    /// Fewer things than the file says it has.
    #[error("truncated {format}: {reason}")]
    CutOff {
        /// The format's name.
        format: &'static str,
        /// What it says, and what there is.
        reason: String,
    },
    /// Bytes after the last voxel that are not padding.
    #[error("more bytes than its header says: the voxels end at byte {claimed}")]
    Surplus {
        /// Bytes up to the last voxel, as the header has it.
        claimed: u64,
    },
    /// A size or a spacing out of bounds.
    #[error("{0}")]
    Grid(#[from] GridError),
    /// The voxels are not labels.
    #[error("not a label map: {0}")]
    NotALabelMap(#[from] NotLabels),
    /// More than this machine can hold.
    #[error("not enough memory for {n_voxels} voxels")]
    OutOfMemory {
        /// Voxels in the file.
        n_voxels: usize,
    },
    /// A mesh that cannot be written as asked.
    #[error("{0}")]
    Mesh(String),
    /// Bytes that are not a GLB as this crate writes it.
    #[error("malformed GLB: {0}")]
    Glb(String),
    /// A table that cannot be read.
    #[error("{0}")]
    Table(String),
    /// Bytes that are not what their format says.
    #[error("malformed {format}: {reason}")]
    Malformed {
        /// The format's name.
        format: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// A sound file with something that is not read, and what to do.
    #[error("{format} with {what}")]
    Unsupported {
        /// The format's name.
        format: &'static str,
        /// What is not read.
        what: String,
    },
    /// More than a limit allows.
    #[error("more than {most} {what}")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// How much is taken.
        most: u64,
    },
    /// A name inside of a file that leads out of its folder.
    #[error("it names `{name}`: only a file beside it, by its plain name, is looked at")]
    Outside {
        /// The name, shortened.
        name: String,
    },
    /// A file that another one needs and that is not there.
    #[error("`{name}`, which it needs, is not beside it")]
    Missing {
        /// The name, shortened.
        name: String,
    },
    /// A file of another kind than was asked for.
    #[error("{0}")]
    NotThis(String),
}

/// What is wrong with a gzip file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GzipError {
    /// The file ends before the compressed bytes do.
    #[error("truncated gzip: the file ends inside its {0}")]
    Truncated(&'static str),
    /// A method, flag or length that gzip does not have.
    #[error("malformed gzip header")]
    Header,
    /// Compressed bytes that mean nothing.
    #[error("damaged gzip: the compressed bytes are not valid")]
    Deflate,
    /// The unpacked bytes are not the ones that were packed.
    #[error("damaged gzip: the checksum does not match")]
    Checksum,
    /// As many bytes came out as the trailer does not say.
    #[error("damaged gzip: the length in the trailer does not match")]
    Length,
    /// Bytes after the end that are no further gzip member.
    #[error("garbage after the end of the gzip data")]
    TrailingGarbage,
}

/// What is wrong with zlib data (Deutsch and Gailly, RFC 1950, 1996).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ZlibError {
    /// The file ends before the compressed bytes do.
    #[error("truncated zlib: the file ends inside its compressed data")]
    Truncated,
    /// A method, flag or check that zlib does not have.
    #[error("malformed zlib header")]
    Header,
    /// Compressed bytes that mean nothing.
    #[error("damaged zlib: the compressed bytes are not valid")]
    Deflate,
    /// The unpacked bytes are not the ones that were packed.
    #[error("damaged zlib: the checksum does not match")]
    Checksum,
    /// Bytes after the end.
    #[error("garbage after the end of the zlib data")]
    TrailingGarbage,
}

/// Why voxels cannot be labels.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NotLabels {
    /// A value between whole numbers.
    #[error(
        "holds fractional values such as {value} at voxel ({}, {}, {}): \
         intensities or probabilities, not labels",
        voxel[0], voxel[1], voxel[2]
    )]
    Fractional {
        /// The first of them.
        value: f64,
        /// Where it is.
        voxel: [usize; 3],
    },
    /// A value that is NaN or infinite.
    #[error("holds {value} at voxel ({}, {}, {})", voxel[0], voxel[1], voxel[2])]
    NotFinite {
        /// The first of them.
        value: f64,
        /// Where it is.
        voxel: [usize; 3],
    },
    /// A value too large to be told from its neighbours.
    #[error(
        "holds {value:e} at voxel ({}, {}, {}): too large for a label",
        voxel[0], voxel[1], voxel[2]
    )]
    TooLarge {
        /// The first of them.
        value: f64,
        /// Where it is.
        voxel: [usize; 3],
    },
    /// More labels than [`MAX_LABELS`].
    #[error(
        "more than {MAX_LABELS} distinct values: this looks like intensities; \
         surface it with --threshold"
    )]
    TooManyValues,
}

impl Error {
    /// An error of bytes that are no file.
    pub(crate) fn new(kind: impl Into<ErrorKind>) -> Self {
        Self { path: None, kind: kind.into() }
    }

    /// An error of the file at `path`.
    pub(crate) fn at(path: &Path, kind: impl Into<ErrorKind>) -> Self {
        Self { path: Some(path.to_owned()), kind: kind.into() }
    }

    /// The reason.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// The file, if it is about one.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "`{}`: ", path.display())?;
        }
        self.kind.fmt(f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            ErrorKind::Io(error) => std::error::Error::source(error),
            _ => None,
        }
    }
}

impl ErrorKind {
    /// The kind of fault in one word, for programs; it never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io(error) if error.kind() == io::ErrorKind::OutOfMemory => "limit",
            Self::Io(_) | Self::NotAFile => "io",
            Self::Empty | Self::Truncated { .. } | Self::CutOff { .. } => "truncated",
            Self::Gzip(GzipError::Truncated(_)) => "truncated",
            Self::Zlib(ZlibError::Truncated) => "truncated",
            Self::Gzip(_) | Self::Zlib(_) => "damaged",
            Self::Surplus { .. } | Self::Field { .. } | Self::Malformed { .. } => "malformed",
            Self::NotNifti(_) | Self::Glb(_) | Self::Table(_) | Self::Mesh(_) => "malformed",
            Self::TwoFiles | Self::Datatype { .. } | Self::TimeSeries { .. } => "unsupported",
            Self::Unsupported { .. } | Self::NotThis(_) => "unsupported",
            Self::Grid(_) | Self::OutOfMemory { .. } | Self::Limit { .. } => "limit",
            Self::NotALabelMap(_) => "not-labels",
            Self::Outside { .. } | Self::Missing { .. } => "reference",
        }
    }

    pub(crate) fn malformed(format: &'static str, reason: impl Into<String>) -> Self {
        Self::Malformed { format, reason: reason.into() }
    }

    pub(crate) fn cut_off(format: &'static str, reason: impl Into<String>) -> Self {
        Self::CutOff { format, reason: reason.into() }
    }

    pub(crate) fn unsupported(format: &'static str, what: impl Into<String>) -> Self {
        Self::Unsupported { format, what: what.into() }
    }

    /// No triangles, and perhaps points, where a mesh was asked for.
    pub(crate) fn no_faces(n_vertices: usize) -> Self {
        match n_vertices {
            0 => Self::Mesh("holds no faces".to_owned()),
            _ => Self::NotThis("holds points and no faces".to_owned()),
        }
    }

    pub(crate) fn limit(what: &'static str, most: u64) -> Self {
        Self::Limit { what, most }
    }

    /// Memory ended when so many bytes had been unpacked.
    pub(crate) fn no_room(n_unpacked: u64) -> Self {
        Self::limit("bytes when unpacked, and memory holds no more", n_unpacked)
    }

    pub(crate) fn field(
        field: impl Into<String>,
        value: impl fmt::Display,
        reason: impl Into<String>,
    ) -> Self {
        Self::Field { field: field.into(), value: value.to_string(), reason: reason.into() }
    }
}
