//! The little linear algebra that alignment and shape models need.

pub(crate) mod positive;
pub(crate) mod symmetric;
