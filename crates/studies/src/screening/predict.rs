//! The chance of a mass in the brain of a file.

use medshape::Reader;
use medshape_formats::Input;
use medshape_geometry::phantom::brain;
use medshape_geometry::voxels::reorient::label_map_to_ras;
use medshape_geometry::voxels::resample::{Interpolation, onto};
use medshape_types::{Affine, Grid, LabelMap};
use serde_json::json;

use super::NO_DIAGNOSIS;
use super::descriptors::NAMES;
use super::model::{Method, Model};
use super::shape::Shape;
use crate::{Error, Predict, Watch, files};

/// Volumes that brains have, with room on both sides.
const BRAINS_ML: std::ops::RangeInclusive<f64> = 300.0..=2500.0;

/// Brains are shorter than this along each axis.
const LONGEST_MM: f64 = 205.0;

/// Writes what the model says of a brain mask as JSON; see [`crate::Task::predict`].
///
/// # Errors
/// If the model or the input is not sound, the input is no brain, or the output cannot be written.
pub fn predict(request: &Predict, watch: &Watch<'_>) -> Result<Vec<String>, Error> {
    files::check_json(&request.output)?;
    let model = Model::load(&request.model)?;
    let map = Reader::default().label_map(&Input::on_disk(&request.input))?;
    watch.unless_stopped("nothing was written")?;
    let of_input = |reason: String| Error::file(&request.input, reason);
    let resolution = model.facts.settings.resolution;
    let map = brain_of(&label_map_to_ras(map), resolution).map_err(of_input)?;
    let shape = Shape::of_mask(&map, resolution)
        .ok_or_else(|| of_input("nothing of it is left at the model's resolution".to_owned()))?;
    let answer = answer(&model, &shape);
    files::put_json(&request.output, &answer.0)?;
    Ok(answer
        .1
        .into_iter()
        .chain([format!("all of it is in `{}`", request.output.display())])
        .collect())
}

/// What is written, and what is said.
fn answer(model: &Model, shape: &Shape) -> (serde_json::Value, Vec<String>) {
    let chances: Vec<(Method, f64)> = model
        .methods()
        .into_iter()
        .filter_map(|method| Some((method, model.chance(method, shape, None)?)))
        .collect();
    let chosen = model.facts.chosen;
    let chance =
        chances.iter().find(|(method, _)| *method == chosen).map_or(0.5, |(_, chance)| *chance);
    let unlike = model.unlike(shape);
    let by_method: serde_json::Map<String, serde_json::Value> =
        chances.iter().map(|(method, chance)| (method.name().to_owned(), json!(chance))).collect();
    let described: serde_json::Map<String, serde_json::Value> = NAMES
        .iter()
        .zip(shape.descriptors)
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect();
    let json = json!({
        "task": "screening",
        "note": NO_DIAGNOSIS,
        "chance_of_a_mass": chance,
        "by": chosen.name(),
        "learned_from": format!("{} {} pairs of phantom brains, half of them with a tumour",
            model.facts.pairs.len(), model.facts.settings.cohort.name()),
        "chances_by_method": by_method,
        "descriptors": described,
        "unlike_what_was_learned_from": unlike,
    });
    let mut said = vec![
        format!(
            "chance of a mass {chance:.2} by {}, where half of all brains have one",
            chosen.name()
        ),
        NO_DIAGNOSIS.to_owned(),
    ];
    if !unlike.is_empty() {
        said.push(format!(
            "the brain is unlike those that were learned from, so the chance means little: {}",
            unlike.join(", ")
        ));
    }
    (json, said)
}

/// The brain of a map on the model's grid, laid so that its middle is in the middle.
///
/// # Errors
/// A sentence that says what to do, if there is no brain, or not one alone.
pub(super) fn brain_of(map: &LabelMap, resolution: usize) -> Result<LabelMap, String> {
    let counts = map.counts();
    let labels: Vec<usize> = (0..map.n_values())
        .filter(|&index| counts[index] > 0 && map.values()[index] != 0)
        .collect();
    let label = match labels[..] {
        [] => return Err("the mask is empty; give a mask of the brain's tissue".to_owned()),
        [label] => label,
        _ => {
            return Err(format!(
                "it has {} labels; join those of the brain's tissue, a tumour with them, to one and leave \
                 the others out",
                labels.len()
            ));
        }
    };
    let volume_ml = counts[label] as f64 * map.grid().voxel_volume_mm3() / 1000.0;
    if !BRAINS_ML.contains(&volume_ml) {
        return Err(format!(
            "its {volume_ml:.0} ml are no brain, which has {} to {} ml; give a mask of the whole brain in \
             millimetres",
            BRAINS_ML.start(),
            BRAINS_ML.end()
        ));
    }
    let (middle_mm, length_mm) = extent_mm(map, label);
    if length_mm > LONGEST_MM {
        return Err(format!(
            "it is {length_mm:.0} mm long and no brain alone; leave out what does not belong to the brain"
        ));
    }
    let grid = brain::grid(resolution);
    let mut rows = *grid.world_from_voxel().rows();
    rows.iter_mut().zip(middle_mm).for_each(|(row, middle)| row[3] += middle);
    let grid = Affine::from_rows(rows).and_then(|affine| Grid::new(grid.dims(), affine).ok());
    let grid = grid.ok_or("it lies too far from the origin of its coordinates")?;
    let voxels = map.voxels().iter().map(|of| u16::from(usize::from(of) == label)).collect();
    let alone =
        LabelMap::new(*map.grid(), voxels, vec![0, 1]).map_err(|cause| cause.to_string())?;
    let found = onto(&alone, &grid, Interpolation::Linear);
    let voxels =
        found.voxels().iter().map(|of| u16::from(found.values()[usize::from(of)] == 1)).collect();
    LabelMap::new(grid, voxels, vec![0, 1]).map_err(|cause| cause.to_string())
}

/// The mean place of a label, and the longest edge of its box.
fn extent_mm(map: &LabelMap, label: usize) -> ([f64; 3], f64) {
    let [n_x, n_y, _] = map.grid().dims();
    let (mut sums, mut n) = ([0.0; 3], 0.0);
    let (mut low, mut high) = ([f64::MAX; 3], [f64::MIN; 3]);
    for (index, of) in map.voxels().iter().enumerate() {
        if usize::from(of) != label {
            continue;
        }
        let voxel = [index % n_x, index / n_x % n_y, index / (n_x * n_y)].map(|at| at as f64);
        let place = map.grid().world_from_voxel().apply(voxel);
        n += 1.0;
        for axis in 0..3 {
            sums[axis] += place[axis];
            low[axis] = low[axis].min(place[axis]);
            high[axis] = high[axis].max(place[axis]);
        }
    }
    let length = (0..3).map(|axis| high[axis] - low[axis]).fold(0.0, f64::max);
    (sums.map(|sum| sum / n), length)
}
