//! The little linear algebra that alignment, shape models and regressions need.

pub mod positive;
pub(crate) mod symmetric;
