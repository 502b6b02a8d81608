//! The implant for a skull in a file.

use medshape::Reader;
use medshape_formats::{Input, nifti, stl};
use medshape_geometry::phantom::skull;
use medshape_geometry::voxels::reorient::label_map_to_ras;
use medshape_geometry::voxels::resample::{Interpolation, onto};
use medshape_learn::SparseGrid;
use medshape_types::{Affine, Grid, LabelMap, Mask};

use rayon::prelude::*;

use super::cohort::Whole;
use super::implant::{implant, label_map, printable};
use super::network::Model;
use crate::{Error, Predict, Watch, files};

/// The vault is what lies so far below the top.
const VAULT_MM: f64 = 70.0;

/// Phantom skulls that say where skulls lie.
const N_ANCHORS: u64 = 16;

/// Writes the implant for a skull: as a closed mesh in world millimetres if the output is named
/// `.stl`, as a mask on the grid of the input if it is named `.nii.gz`.
///
/// All labels of the input together are bone; the head is to be upright and to look to the front, which
/// a file without orientation in its header cannot say. The skull is laid where
/// phantom skulls lie by the middle and the top of its vault.
///
/// # Errors
/// If the model or the input cannot be read, there is no bone, nothing is found missing, or the output
/// cannot be written.
pub fn predict(request: &Predict, _watch: &Watch<'_>) -> Result<Vec<String>, Error> {
    let name = request.output.to_string_lossy().to_lowercase();
    let is_mesh = name.ends_with(".stl");
    if !is_mesh && !name.ends_with(".nii.gz") {
        return Err(Error::file(&request.output, "the output must be named `.stl` or `.nii.gz`"));
    }
    let model = Model::load(&request.model)?;
    let skull = Reader::default().label_map(&Input::on_disk(&request.input))?;
    let skull = bone(&label_map_to_ras(skull));
    let grid = placed(&skull, model.settings.resolution)
        .ok_or_else(|| Error::file(&request.input, "there is no bone in it"))?;
    let coarse = onto(&skull, &grid, Interpolation::Linear);
    let partial = SparseGrid::from_mask(&Mask::of_label(&coarse, 1))
        .map_err(|cause| Error::file(&request.input, cause.to_string()))?;
    let completed = seen(&model.complete(&partial), &grid, skull.grid());
    let implant = implant(&completed, &partial, &grid);
    let mesh = printable(&implant)
        .ok_or_else(|| Error::file(&request.input, "nothing is found missing of this skull"))?;
    let n_voxels = implant.voxels().iter().filter(|&label| label == 1).count();
    let volume_ml = n_voxels as f64 * grid.voxel_volume_mm3() / 1000.0;
    if is_mesh {
        files::put(&request.output, |out| stl::write(out, &mesh))?;
    } else {
        files::put(&request.output, |out| nifti::write_label_map(out, &fitted(&implant, &skull)))?;
    }
    Ok(vec![
        format!("implant of {volume_ml:.1} ml in `{}`", request.output.display()),
        format!(
            "found at {:.2} mm a voxel; its surface has {} faces and is closed",
            grid.spacing_mm()[0],
            mesh.faces().len()
        ),
    ])
}

/// All labels as one.
fn bone(map: &LabelMap) -> LabelMap {
    let voxels: Vec<u16> = map.voxels().iter().map(|label| u16::from(label > 0)).collect();
    LabelMap::new(*map.grid(), voxels, vec![0, 1]).expect("indices are 0 and 1, one for each voxel")
}

/// The model's grid, moved to where a skull lies; `None` if it has no bone.
pub(super) fn placed(skull: &LabelMap, resolution: usize) -> Option<Grid> {
    let grid = skull::grid(resolution);
    let (anchor, usual) = (anchor(skull)?, usual_anchor()?);
    let shift = [0, 1, 2].map(|axis| anchor[axis] - usual[axis]);
    let mut rows = *grid.world_from_voxel().rows();
    rows.iter_mut().zip(shift).for_each(|(row, shift)| row[3] += shift);
    Grid::new(grid.dims(), Affine::from_rows(rows)?).ok()
}

/// Where the vaults of phantom skulls lie on average.
fn usual_anchor() -> Option<[f64; 3]> {
    let anchors: Vec<[f64; 3]> = (0..N_ANCHORS)
        .into_par_iter()
        .filter_map(|seed| {
            let whole = Whole::of_seed(seed, 64);
            anchor(&label_map(&whole.bone, whole.grid()))
        })
        .collect();
    let n = anchors.len() as f64;
    let mean = |axis: usize| anchors.iter().map(|anchor| anchor[axis]).sum::<f64>() / n;
    (n > 0.0).then(|| [mean(0), mean(1), mean(2)])
}

/// The middle of a skull's vault from left to right and from back to front, and its top.
fn anchor(skull: &LabelMap) -> Option<[f64; 3]> {
    let [n_x, n_y, _] = skull.grid().dims();
    let inside = || skull.voxels().iter().enumerate().filter(|(_, label)| *label == 1);
    let place = |index: usize| {
        let voxel = [index % n_x, index / n_x % n_y, index / (n_x * n_y)];
        skull.grid().world_from_voxel().apply(voxel.map(|at| at as f64))
    };
    let top = inside().map(|(index, _)| place(index)[2]).fold(f64::MIN, f64::max);
    let (mut low, mut high) = ([f64::MAX; 2], [f64::MIN; 2]);
    for at in inside().map(|(index, _)| place(index)).filter(|at| at[2] > top - VAULT_MM) {
        for axis in 0..2 {
            low[axis] = low[axis].min(at[axis]);
            high[axis] = high[axis].max(at[axis]);
        }
    }
    (low[0] <= high[0]).then(|| [0.5 * (low[0] + high[0]), 0.5 * (low[1] + high[1]), top])
}

/// The voxels of a grid that lie in an image: what is beyond it is cut off, but not missing.
fn seen(bone: &SparseGrid, grid: &Grid, image: &Grid) -> SparseGrid {
    let from_world = image.world_from_voxel().inverse();
    let is_seen = |place: [u32; 3]| {
        let world = grid.world_from_voxel().apply(place.map(f64::from));
        let voxel = from_world.apply(world);
        (0..3).all(|axis| (0.0..image.dims()[axis] as f64).contains(&voxel[axis]))
    };
    bone.select(&bone.voxels().map(|voxel| is_seen(voxel.place)).collect::<Vec<_>>())
}

/// The implant on the grid of the skull, without what is bone there.
fn fitted(implant: &LabelMap, skull: &LabelMap) -> LabelMap {
    let fine = onto(implant, skull.grid(), Interpolation::Linear);
    let pairs = fine.voxels().iter().zip(skull.voxels().iter());
    let voxels: Vec<u16> = pairs.map(|(new, bone)| u16::from(new == 1 && bone == 0)).collect();
    LabelMap::new(*skull.grid(), voxels, vec![0, 1])
        .expect("indices are 0 and 1, one for each voxel")
}
