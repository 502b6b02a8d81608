//! The implant for a skull in a file.

use medshape::Reader;
use medshape_formats::{Input, nifti, stl};
use medshape_geometry::voxels::reorient::label_map_to_ras;
use medshape_geometry::voxels::resample::{Interpolation, onto};
use medshape_learn::SparseGrid;
use medshape_types::{Grid, LabelMap, Mask};

use super::implant::{implant, printable};
use super::network::Model;
use crate::heads::place::{bone, placed};
use crate::{Error, Predict, Watch, files};

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
