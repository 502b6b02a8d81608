//! A model applied to a file.

use medshape::Reader;
use medshape_formats::{Input, nifti};
use medshape_geometry::voxels::reorient::label_map_to_ras;
use medshape_types::{Grid, LabelMap};

use super::complete::{Chances, filled, observe};
use super::model::Model;
use super::partial::{FREE, Partial};
use super::structures::{self, N, Set};
use crate::{Error, Predict, Watch, files};

/// What there is of a work that was stopped.
const STOPPED: &str = "nothing was written";

/// Reads, completes, writes.
pub(crate) fn predict(request: &Predict, watch: &Watch<'_>) -> Result<Vec<String>, Error> {
    let name = request.output.to_string_lossy().to_lowercase();
    if !name.ends_with(".nii.gz") {
        let reason = "completed maps are written as packed NIfTI: end the name in .nii.gz";
        return Err(Error::file(&request.output, reason));
    }
    let model = Model::load(&request.model)?;
    let map = Reader::default().label_map(&Input::on_disk(&request.input))?;
    watch.unless_stopped(STOPPED)?;
    let completed = completed(&model, map, &request.structures, watch);
    let (map, said) = completed.map_err(|error| match error {
        Error::Request(reason) => Error::file(&request.input, reason),
        other => other,
    })?;
    files::put(&request.output, |out| nifti::write_label_map(out, &map))?;
    Ok(said)
}

/// A map with what was missing, on its own grid, and what is to be said of it. Values that were given
/// stay as they were.
///
/// # Errors
/// If a structure is unknown or given already, nothing tells where the body is, or the work was stopped.
pub(super) fn completed(
    model: &Model,
    map: LabelMap,
    wanted: &[String],
    watch: &Watch<'_>,
) -> Result<(LabelMap, Vec<String>), Error> {
    let stored = *map.grid();
    let ras = label_map_to_ras(map.clone());
    let partial = Partial::of(&ras);
    let missing = missing(&partial, wanted)?;
    let mut said = partial.notes.clone();
    if missing == [false; N] {
        said.push("no structure is missing".to_owned());
        return Ok((map, said));
    }
    let observed = observe(&model.frame, ras.grid(), &partial, &missing)?;
    let (mut done, total) = (0, model.atlases.len() as u64);
    let rows = model.chances(&observed, &mut || {
        watch.tell(done, total, None);
        done += 1;
        watch.unless_stopped(STOPPED)
    })?;
    let chances = Chances { cells: &model.frame.fine, rows };
    let added = filled(ras.grid(), &partial, &observed, &chances);
    let voxel_ml = stored.voxel_volume_mm3() / 1000.0;
    for place in (0..N).filter(|&place| missing[place]) {
        let n = added.iter().filter(|&&code| usize::from(code) == place + 1).count();
        said.push(match n {
            0 => format!("{}: none expected in this image", structures::NAMES[place]),
            n => format!("{}: {:.1} ml added", structures::NAMES[place], n as f64 * voxel_ml),
        });
    }
    Ok((merged(map, &stored, ras.grid(), &added), said))
}

/// The structures to be added: those that are asked for, or those of which nothing is given.
fn missing(partial: &Partial, wanted: &[String]) -> Result<Set, Error> {
    if wanted.is_empty() {
        return Ok(partial.missing());
    }
    let mut missing = [false; N];
    for text in wanted {
        let place = structures::place(text).map_err(Error::Request)?;
        if partial.present[place] {
            let name = structures::NAMES[place];
            return Err(Error::Request(format!("the {name} are given in it already")));
        }
        missing[place] = true;
    }
    Ok(missing)
}

/// The map with what was added where nothing was given; negative values become background.
fn merged(map: LabelMap, stored: &Grid, ras: &Grid, added: &[u8]) -> LabelMap {
    let (grid, voxels, values) = map.into_parts();
    let mut all: Vec<i64> =
        (1..=N as i64).chain(values.iter().copied().filter(|&v| v > 0)).collect();
    all.push(0);
    all.sort_unstable();
    all.dedup();
    let place = |value: i64| all.binary_search(&value.max(0)).unwrap_or(0) as u16;
    let new_of: Vec<u16> = values.iter().map(|&value| place(value)).collect();
    let added_of: Vec<u16> = (0..=N as i64).map(place).collect();
    let steps = steps(stored, ras);
    let dims = grid.dims();
    let mut out = Vec::with_capacity(grid.n_voxels());
    let mut given = voxels.iter();
    for z in 0..dims[2] {
        for y in 0..dims[1] {
            for x in 0..dims[0] {
                let at = steps.0
                    + [x, y, z].iter().zip(steps.1).map(|(&c, s)| c as i64 * s).sum::<i64>();
                let value = given.next().map_or(0, |index| new_of[usize::from(index)]);
                let code = added[at as usize];
                out.push(if code == FREE { value } else { added_of[usize::from(code)] });
            }
        }
    }
    LabelMap::new(grid, out, all).expect("voxels of a map with more labels")
}

/// Where the first stored voxel lies among those in RAS+ order, and how far a step along each stored
/// axis leads there.
fn steps(stored: &Grid, ras: &Grid) -> (i64, [i64; 3]) {
    let back = ras.world_from_voxel().inverse();
    let dims = ras.dims();
    let strides = [1, dims[0], dims[0] * dims[1]].map(|stride| stride as i64);
    let of_place = |place: [f64; 3]| -> i64 {
        let place = back.apply(stored.world_from_voxel().apply(place));
        place.iter().zip(strides).map(|(c, stride)| c.round() as i64 * stride).sum()
    };
    let first = of_place([0.0; 3]);
    let along = |axis: usize| {
        let mut place = [0.0; 3];
        place[axis] = 1.0;
        of_place(place) - first
    };
    (first, [0, 1, 2].map(along))
}
