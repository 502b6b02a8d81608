//! The life of a shape, end to end.

pub use medshape_catalog as catalog;
pub use medshape_formats as formats;
pub use medshape_geometry as geometry;
pub use medshape_types as types;
