//! Remembers shapes: records, content-addressed blobs, search.

pub mod name;
pub mod record;
mod sha256;

pub use name::ShapeName;
pub use record::{
    Case, Measures, Note, Quality, Role, Sex, Shape, Side, Source, StoredFile, Subject,
};
pub use sha256::{NotASha256, Sha256};
