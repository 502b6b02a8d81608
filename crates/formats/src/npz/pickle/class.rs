//! What a pickle may name.

use crate::error::ErrorKind;
use crate::input::shortened;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::npz) enum Class {
    /// Makes a blank array.
    Reconstruct,
    /// Makes a single number.
    Scalar,
    /// Makes an array of a buffer.
    FromBuffer,
    Ndarray,
    Dtype,
    /// Makes bytes of a text.
    Encode,
    /// A dictionary that keeps its order, or one that makes others when asked for what it lacks.
    Dict,
}

impl Class {
    pub(super) fn of(module: &str, name: &str) -> Result<Self, ErrorKind> {
        let is_core = |end: &str| {
            let core = module.strip_prefix("numpy.core.").or(module.strip_prefix("numpy._core."));
            core == Some(end)
        };
        let is_ours = || module == "__main__" || module.starts_with("MedShapeNetCore");
        match name {
            "_reconstruct" if is_core("multiarray") => Ok(Self::Reconstruct),
            "scalar" if is_core("multiarray") => Ok(Self::Scalar),
            "_frombuffer" if is_core("numeric") => Ok(Self::FromBuffer),
            "ndarray" if module == "numpy" => Ok(Self::Ndarray),
            "dtype" if module == "numpy" => Ok(Self::Dtype),
            "encode" if module == "_codecs" => Ok(Self::Encode),
            "OrderedDict" if module == "collections" => Ok(Self::Dict),
            "MyDict" if is_ours() => Ok(Self::Dict),
            _ => {
                let name = shortened(&format!("{module}.{name}"));
                let what = format!(
                    "a pickle that names `{name}`: only arrays, lists and dictionaries are read, and \
                     nothing is run; save its arrays with numpy.savez"
                );
                Err(ErrorKind::unsupported("NPZ", what))
            }
        }
    }
}
