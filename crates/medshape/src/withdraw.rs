//! A shape is taken back: out of search, out of every download, and out of the label map of its case.

use medshape_catalog::{
    Catalog, Reason, Role, Sha256, ShapeName, ShapePage, StoredFile, Tombstone, Withdrawal,
};
use medshape_formats::{Limits, nifti};
use medshape_types::LabelMap;

use crate::Error;

/// Why a shape is taken back, and how.
#[derive(Debug, Clone)]
pub struct WithdrawOptions {
    /// For everybody.
    pub reason: Reason,
    /// For the curators.
    pub note: String,
    /// Whether its bytes go at once, not after a grace.
    pub erase: bool,
}

/// Takes a shape back for good. The label map of its case is written anew with the structure's voxels
/// as background, and the one before goes with the shape.
///
/// # Errors
/// No shape ever had this name, the label map is damaged, or the store cannot be written.
pub fn withdraw(
    catalog: &mut Catalog,
    name: &ShapeName,
    options: &WithdrawOptions,
) -> Result<Tombstone, Error> {
    let label_map = match catalog.shape(name)? {
        Some(page) => label_map_without(catalog, &page)?,
        None => None,
    };
    let WithdrawOptions { reason, note, erase } = options.clone();
    Ok(catalog.withdraw(name, &Withdrawal { reason, note, erase, label_map })?)
}

/// The label map of a shape's case, and the one without its structure, which is stored; `None` if there
/// is none, or it does not hold the structure.
fn label_map_without(
    catalog: &Catalog,
    page: &ShapePage,
) -> Result<Option<(Sha256, StoredFile)>, Error> {
    let Some(image) = &page.case.image else { return Ok(None) };
    let file = &image.label_map;
    if !catalog.blobs().path(&file.sha256).exists() {
        return Ok(None);
    }
    let bytes = catalog.blobs().read(file)?;
    let Some(blank) = without(&bytes, &[page.shape.label_value])? else { return Ok(None) };
    let (sha256, size) = catalog.blobs().put(&blank)?;
    let role = Role::LabelMap;
    Ok(Some((file.sha256, StoredFile { role, sha256, size, error_mm: None })))
}

/// A stored label map with the voxels of some labels as background; `None` if it has none of them.
pub(crate) fn without(bytes: &[u8], labels: &[i64]) -> Result<Option<Vec<u8>>, Error> {
    if labels.is_empty() {
        return Ok(None);
    }
    let damaged = |reason: String| Error::refused("label map", reason);
    let map =
        nifti::label_map_of(bytes, &Limits::DEFAULT).map_err(|cause| damaged(cause.to_string()))?;
    let (grid, mut voxels, values) = map.into_parts();
    let is_gone: Vec<bool> = values.iter().map(|value| labels.contains(value)).collect();
    let mut n_changed = 0;
    for voxel in &mut voxels {
        if is_gone[usize::from(*voxel)] && *voxel != 0 {
            *voxel = 0;
            n_changed += 1;
        }
    }
    if n_changed == 0 {
        return Ok(None);
    }
    let map = LabelMap::new(grid, voxels, values).map_err(|cause| damaged(cause.to_string()))?;
    let mut blank = Vec::new();
    nifti::write_label_map(&mut blank, &map).map_err(Error::io("label map"))?;
    Ok(Some(blank))
}

#[cfg(test)]
mod tests {
    use medshape_types::{Affine, Grid};

    use super::*;

    #[test]
    fn only_the_voxels_of_the_structure_become_background() {
        let affine = Affine::from_spacing([2.0, 1.0, 3.0], [-4.0, 5.0, 6.0]).unwrap();
        let grid = Grid::new([3, 2, 1], affine).unwrap();
        let map = LabelMap::new(grid, vec![0, 1, 2, 2, 3, 1], vec![0, 4, 7, 900]).unwrap();
        let mut bytes = Vec::new();
        nifti::write_label_map(&mut bytes, &map).unwrap();
        let blank = without(&bytes, &[7, 900]).unwrap().unwrap();
        let blank = nifti::label_map_of(&blank, &Limits::DEFAULT).unwrap();
        let label = |map: &LabelMap| -> Vec<i64> {
            map.voxels().iter().map(|&voxel| map.values()[usize::from(voxel)]).collect()
        };
        assert_eq!(label(&map), [0, 4, 7, 7, 900, 4]);
        assert_eq!(label(&blank), [0, 4, 0, 0, 0, 4]);
        assert_eq!(blank.grid(), map.grid());
        assert_eq!(without(&bytes, &[5]).unwrap(), None);
    }
}
