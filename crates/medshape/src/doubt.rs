//! Whether voxels that could be labels are structures of a body at all.

use medshape_geometry::voxels::neighbours::Neighbours;
use medshape_types::LabelMap;

/// A label map with this many labels or fewer is never taken for intensities.
const FEW_LABELS: usize = 64;
/// Of the neighbouring voxels of a label map with many labels, at least this part has equal labels.
const MIN_COHERENCE: f64 = 0.5;
/// The most faces between voxels of different labels: more of them than of any body, and as much as
/// a small machine can hold as triangles.
const MAX_BORDER_FACES: u64 = 20_000_000;

/// Why numbers are taken for intensities, if they are: there are many, and neighbours differ.
pub(crate) fn intensities(map: &LabelMap, neighbours: &Neighbours) -> Option<String> {
    let n_values = map.n_values();
    (n_values > FEW_LABELS && neighbours.coherence() < MIN_COHERENCE).then(|| {
        format!(
            "{n_values} values that change from voxel to voxel: these are intensities, not labels; \
             surface them with `--threshold VALUE`"
        )
    })
}

/// Why labels are taken for noise, if they are: their surface is larger than that of any body.
pub(crate) fn noise(neighbours: &Neighbours) -> Option<String> {
    let n_border_faces = neighbours.n_border_faces();
    (n_border_faces > MAX_BORDER_FACES).then(|| {
        format!(
            "{n_border_faces} faces between voxels of different labels: this is noise, not anatomy \
             (at most {MAX_BORDER_FACES} are surfaced)"
        )
    })
}
