//! HTTP itself: what every route shares, whatever it serves.

pub(crate) mod body;
pub(crate) mod conditional;
pub(crate) mod encoding;
pub(crate) mod headers;
pub(crate) mod origin;
pub(crate) mod range;
