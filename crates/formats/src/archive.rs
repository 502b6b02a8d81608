//! Archives: ZIP, TAR and TAR in gzip.

pub(crate) mod names;
