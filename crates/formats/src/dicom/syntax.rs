//! Transfer syntaxes by their identifiers (PS3.6, annex A).

use crate::error::ErrorKind;
use crate::input::shortened;

/// How a data set is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    ImplicitLittle,
    ExplicitLittle,
    ExplicitBig,
    /// Explicit little endian, compressed as a whole.
    Deflated,
    /// Explicit little endian, with pixels compressed in this way.
    Encapsulated(&'static str),
}

impl Syntax {
    pub(super) fn of(identifier: &str) -> Result<Self, ErrorKind> {
        let unknown = || {
            let what = format!("the unknown transfer syntax `{}`", shortened(identifier));
            ErrorKind::unsupported("DICOM", what)
        };
        if identifier == "1.2.840.10008.1.2" {
            return Ok(Self::ImplicitLittle);
        }
        let rest = identifier.strip_prefix("1.2.840.10008.1.2.").ok_or_else(unknown)?;
        Ok(match rest {
            "1" => Self::ExplicitLittle,
            "1.99" => Self::Deflated,
            "2" => Self::ExplicitBig,
            "5" => Self::Encapsulated("RLE"),
            "8.1" => Self::Encapsulated("frame by frame deflated"),
            "4.50" | "4.51" => Self::Encapsulated("JPEG"),
            "4.57" | "4.70" => Self::Encapsulated("lossless JPEG"),
            "4.80" | "4.81" => Self::Encapsulated("JPEG-LS"),
            "4.90" | "4.91" | "4.92" | "4.93" => Self::Encapsulated("JPEG 2000"),
            "4.94" | "4.204" => Self::Encapsulated("JPIP"),
            "4.110" | "4.111" | "4.112" => Self::Encapsulated("JPEG XL"),
            "4.201" | "4.202" | "4.203" => Self::Encapsulated("high-throughput JPEG 2000"),
            _ if rest.starts_with("4.10") => Self::Encapsulated("video"),
            _ => return Err(unknown()),
        })
    }
}
