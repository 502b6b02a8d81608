//! HTTP itself: what every route shares, whatever it serves.

pub(crate) mod base64;
pub(crate) mod body;
pub(crate) mod compress;
pub(crate) mod conditional;
pub(crate) mod encoding;
pub(crate) mod headers;
pub(crate) mod range;
pub(crate) mod refusals;
