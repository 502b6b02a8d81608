//! Header and voxels in two files, `.hdr` and `.img`, each of them perhaps in gzip.

use super::layout::Fields;
use crate::error::ErrorKind;
use crate::input::Input;
use crate::limits::Limits;
use crate::stream::Stream;

/// The header of a pair and the file with its voxels.
pub(super) struct Pair {
    pub(super) fields: Fields,
    pub(super) header: Input,
    pub(super) voxels: Input,
}

/// The pair that a file is one half of; `None` if it is whole by itself, or nothing of the kind.
pub(super) fn find(input: &Input, limits: &Limits) -> Result<Option<Pair>, ErrorKind> {
    let own = Fields::read(&mut Stream::open(input, limits)?);
    if own.as_ref().is_ok_and(|fields| !fields.is_pair) {
        return Ok(None);
    }
    if let Some(stem) = stem(input, ".img") {
        let header = beside(input, stem, "hdr")?;
        let fields = Fields::read(&mut Stream::open(&header, limits)?)?;
        return match fields.is_pair {
            true => Ok(Some(Pair { fields, header, voxels: input.clone() })),
            false => Err(ErrorKind::NotNifti("the header beside it is of a file by itself")),
        };
    }
    // A header may be called `.nii` all the same: its `magic` says that the voxels are elsewhere.
    match (own, stem(input, ".hdr").or_else(|| stem(input, ".nii"))) {
        (Ok(fields), Some(stem)) => {
            let voxels = beside(input, stem, "img")?;
            Ok(Some(Pair { fields, header: input.clone(), voxels }))
        }
        _ => Ok(None),
    }
}

/// The name of a file without this extension or this and `.gz`.
fn stem<'a>(input: &'a Input, extension: &str) -> Option<&'a str> {
    let name = input.name().file_name()?.to_str()?;
    let lower = name.to_ascii_lowercase();
    let whole = lower.strip_suffix(".gz").unwrap_or(&lower);
    whole.ends_with(extension).then(|| &name[..whole.len() - extension.len()])
}

/// The other half of a pair, whichever way its extension is written.
fn beside(input: &Input, stem: &str, extension: &str) -> Result<Input, ErrorKind> {
    let upper = extension.to_uppercase();
    let others = [format!("{stem}.{extension}.gz"), format!("{stem}.{upper}")];
    match input.beside(&format!("{stem}.{extension}")) {
        Err(ErrorKind::Missing { name }) => {
            let found = others.iter().find_map(|name| input.beside(name).ok());
            found.ok_or(ErrorKind::Missing { name })
        }
        found => found,
    }
}
