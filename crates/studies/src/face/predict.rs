//! The face of a skull in a file.

use medshape::Reader;
use medshape_formats::{Input, nifti, stl};
use medshape_geometry::mesh::closed::Closed;
use medshape_geometry::mesh::voxelise::voxelise;
use medshape_geometry::phantom::skull::skin;
use medshape_geometry::voxels::reorient::label_map_to_ras;
use medshape_geometry::voxels::resample::{Interpolation, onto};
use medshape_types::{Grid, LabelMap, Mesh};

use super::NO_IDENTIFICATION;
use super::fields::{Bone, FACE_EVERY, FAR_FROM_BONE_MM, SKULL_EVERY, fine, middle, surface};
use super::model::Model;
use super::regression::near;
use crate::heads::place::{bone, moved, shift_mm, usual_anchor};
use crate::{Error, Predict, Watch, files};

/// Bone that skulls have, with room on both sides.
const BONE_ML: std::ops::RangeInclusive<f64> = 150.0..=2000.0;

/// Writes the face of a skull: as a closed mesh in world millimetres if the output is named `.stl`, as a mask
/// on the grid of the input if it is named `.nii.gz`.
///
/// All labels of the input together are bone, which is laid as the task `skulls` lays it. What lies beyond the
/// image is taken for not known.
///
/// # Errors
/// If the model or the input cannot be read, the input is no skull, or the output cannot be written.
pub fn predict(request: &Predict, watch: &Watch<'_>) -> Result<Vec<String>, Error> {
    let name = request.output.to_string_lossy().to_lowercase();
    let is_mesh = name.ends_with(".stl");
    if !is_mesh && !name.ends_with(".nii.gz") {
        return Err(Error::file(&request.output, "the output must be named `.stl` or `.nii.gz`"));
    }
    let model = Model::load(&request.model)?;
    let skull = Reader::default().label_map(&Input::on_disk(&request.input))?;
    let skull = bone(&label_map_to_ras(skull));
    let of_input = |reason: String| Error::file(&request.input, reason);
    check(&skull).map_err(of_input)?;
    watch.unless_stopped("nothing was written")?;
    let made = face(&model, &skull).map_err(of_input)?;
    if is_mesh {
        files::put(&request.output, |out| stl::write(out, &made.skin))?;
    } else {
        let mask = mask(&made.skin, skull.grid()).map_err(of_input)?;
        files::put(&request.output, |out| nifti::write_label_map(out, &mask))?;
    }
    let mut said = vec![format!(
        "a face of {} triangles, closed, in `{}`",
        made.skin.faces().len(),
        request.output.display()
    )];
    if made.misfit_mm > model.most_misfit_mm() {
        said.push(format!(
            "the skull is unlike those that were learned from, so the face means little: it misfits by {:.1} mm, \
             and phantoms by {:.1} mm at most; it must be whole, lower jaw included, and look to the front",
            made.misfit_mm, model.facts.misfit_mm
        ));
    }
    if made.known_share < 0.9 {
        said.push(format!(
            "{:.0} % of what the model looks at lies in the image; the rest of the face is guessed",
            100.0 * made.known_share
        ));
    }
    said.push(NO_IDENTIFICATION.to_owned());
    Ok(said)
}

/// A face that was made.
#[derive(Debug)]
pub(super) struct Made {
    /// Its skin, where the skull lies.
    pub(super) skin: Mesh,
    /// How unlike the skull is.
    pub(super) misfit_mm: f64,
    /// How much of what the model looks at the image shows.
    pub(super) known_share: f64,
}

/// What is no skull is told apart by its volume.
fn check(skull: &LabelMap) -> Result<(), String> {
    let n_voxels = skull.counts().get(1).copied().unwrap_or(0);
    if n_voxels == 0 {
        return Err("there is no bone in it; give a mask of a skull".to_owned());
    }
    let volume_ml = n_voxels as f64 * skull.grid().voxel_volume_mm3() / 1000.0;
    if BONE_ML.contains(&volume_ml) {
        return Ok(());
    }
    Err(format!(
        "its {volume_ml:.0} ml are no skull, which has {} to {} ml of bone; give a mask of a whole skull in \
         millimetres",
        BONE_ML.start(),
        BONE_ML.end()
    ))
}

/// The face of a skull, label 1 of a map that runs along the axes of the body.
///
/// # Errors
/// A sentence that says what to do.
pub(super) fn face(model: &Model, skull: &LabelMap) -> Result<Made, String> {
    let resolution = model.facts.settings.resolution;
    let frame = skin::grid(resolution);
    let usual = usual_anchor().ok_or("there is no phantom skull to lay it beside")?;
    let shift_mm =
        shift_mm(skull, usual).ok_or("there is no bone in it; give a mask of a skull")?;
    let there =
        moved(&frame, shift_mm).ok_or("it lies too far from the origin of its coordinates")?;
    let seen = onto(skull, &there, Interpolation::Linear);
    let voxels: Vec<u16> = seen
        .voxels()
        .iter()
        .map(|label| u16::from(seen.values()[usize::from(label)] == 1))
        .collect();
    if !voxels.contains(&1) {
        return Err(
            "nothing of it is left at the model's resolution; give a whole skull".to_owned()
        );
    }
    let bone = LabelMap::new(frame, voxels, vec![0, 1]).map_err(|cause| cause.to_string())?;
    let mut bone = Bone::of(&bone);
    let border = Border { image: skull.grid(), shift_mm };
    border.forget(&mut bone.skull, &skin::grid(resolution / SKULL_EVERY));
    border.forget(&mut bone.under_face, &skin::grid(resolution / FACE_EVERY));
    let field = &bone.skull;
    let looked_at = near(&model.regression.skull, FAR_FROM_BONE_MM);
    let n_known = looked_at.iter().filter(|&&cell| field[cell].is_finite()).count();
    let known_share = n_known as f64 / looked_at.len().max(1) as f64;
    let too_little = || "the image shows too little of the skull; give a whole one".to_owned();
    let misfit_mm = model.regression.misfit_mm(field).ok_or_else(too_little)?;
    // The regression passes over what does not fit a skull; the network looks at all that is there.
    let is_corrected = model.prefers_network() && misfit_mm <= model.most_misfit_mm();
    let face = if is_corrected { model.by_network(&bone) } else { model.by_regression(&bone) };
    let face = face.ok_or_else(too_little)?;
    let (mut positions, faces) = surface(&fine(&face, resolution)).into_parts();
    for position in &mut positions {
        *position = [0, 1, 2].map(|axis| (f64::from(position[axis]) + shift_mm[axis]) as f32);
    }
    let skin = Mesh::new(positions, faces).unwrap_or_default();
    Closed::new(&skin).ok_or("no face comes of it; give a whole skull that looks to the front")?;
    Ok(Made { skin, misfit_mm, known_share })
}

/// Where an image ends, which lies so far from the frame of heads.
struct Border<'a> {
    image: &'a Grid,
    shift_mm: [f64; 3],
}

impl Border<'_> {
    /// A cell is known if bone beyond the image could not be nearer than the bone that is seen; the others lose
    /// their number.
    fn forget(&self, field: &mut [f32], cells: &Grid) {
        for (cell, value) in field.iter_mut().enumerate() {
            // Cells that are far from all bone say so even where the image ends a little before.
            let needed_mm = value.abs().min(0.5 * FAR_FROM_BONE_MM);
            if self.far_mm(middle(cells, cell)) < f64::from(needed_mm) {
                *value = f32::NAN;
            }
        }
    }

    /// How far inside of the image a place lies.
    fn far_mm(&self, place: [f64; 3]) -> f64 {
        let from_world = self.image.world_from_voxel().inverse();
        let voxel = from_world.apply([0, 1, 2].map(|axis| place[axis] + self.shift_mm[axis]));
        let far = |axis: usize| {
            let end = self.image.dims()[axis] as f64 - 0.5;
            (voxel[axis] + 0.5).min(end - voxel[axis]) * self.image.spacing_mm()[axis]
        };
        (0..3).map(far).fold(f64::MAX, f64::min)
    }
}

/// The inside of a skin on the grid of an image.
fn mask(skin: &Mesh, grid: &Grid) -> Result<LabelMap, String> {
    let solid = Closed::new(skin).ok_or("no face comes of it; give a whole skull")?;
    let voxels = voxelise(solid, grid).voxels().iter().map(|&is_in| u16::from(is_in)).collect();
    LabelMap::new(*grid, voxels, vec![0, 1]).map_err(|cause| cause.to_string())
}
