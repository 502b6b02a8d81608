//! A label map with more voxels.

use std::path::Path;

use medshape::Reader;
use medshape_formats::{Input, nifti, nrrd};
use medshape_learn::SparseGrid;
use medshape_learn::sparse::Voxel;
use medshape_types::{Affine, Grid, LabelMap, Segmentation};

use super::model::Model;
use super::shape::{Coarse, grid};
use crate::{Error, Predict, Watch, files};

/// How many times finer a map gets if nobody says otherwise.
const USUAL_FACTOR: usize = 2;

/// The most voxels of a map to be made: some 2 GB while it is.
const MOST_VOXELS: usize = 1 << 30;

/// The most bytes that the network's rows of one label may take.
const MOST_ROW_BYTES: usize = 6 << 30;

/// Voxels are cubes if their edges differ by no more than this share.
const MOST_UNEVEN: f64 = 0.02;

/// A logit that nothing overrules.
const SETTLED: f32 = 100.0;

/// Reads, makes finer, writes; see [`crate::Task::predict`].
///
/// # Errors
/// If the model or the input is not sound, the factor is none of the model's or too large for the input, or
/// the output cannot be written.
pub fn predict(request: &Predict, watch: &Watch<'_>) -> Result<Vec<String>, Error> {
    let name = request.output.to_string_lossy().to_lowercase();
    let is_nrrd = name.ends_with(".seg.nrrd");
    if !is_nrrd && !name.ends_with(".nii.gz") {
        let reason =
            "the output must be named `.nii.gz`, or `.seg.nrrd`, which keeps names of labels";
        return Err(Error::file(&request.output, reason));
    }
    let model = Model::load(&request.model)?;
    let n_doublings = n_doublings(&model, request.factor.unwrap_or(USUAL_FACTOR))?;
    let segmentation = Reader::default().segmentation(&Input::on_disk(&request.input))?;
    let of_input = |reason: String| Error::file(&request.input, reason);
    let fine = finer_grid(segmentation.grid(), n_doublings).map_err(of_input)?;
    let (layers, segments) = segmentation.into_parts();
    if layers.len() > 1 && !is_nrrd {
        let reason =
            "its structures overlap, which `.nii.gz` cannot hold: name the output `.seg.nrrd`";
        return Err(of_input(reason.to_owned()));
    }
    let mut said = Vec::new();
    let mut made = Vec::new();
    for layer in &layers {
        let (map, lines) = finer_map(&model, layer, &fine, n_doublings, watch)
            .map_err(|error| named(&request.input, error))?;
        made.push(map);
        said.extend(lines);
    }
    files::put(&request.output, |out| match &made[..] {
        [map] if !is_nrrd => nifti::write_label_map(out, map),
        _ => {
            let all = Segmentation::new(made, segments)
                .map_err(|cause| std::io::Error::other(cause.to_string()))?;
            nrrd::write_segmentation(out, &all)
        }
    })?;
    let [x, y, z] = fine.dims();
    said.push(format!("{x}×{y}×{z} voxels in `{}`", request.output.display()));
    Ok(said)
}

fn named(path: &Path, error: Error) -> Error {
    match error {
        Error::Request(reason) => Error::file(path, reason),
        other => other,
    }
}

fn n_doublings(model: &Model, factor: usize) -> Result<usize, Error> {
    let most = model.network.n_doublings();
    (1..=most).find(|n| 1 << n == factor).ok_or_else(|| {
        let known: Vec<String> = (1..=most).map(|n| (1 << n).to_string()).collect();
        Error::Request(format!("the model has no factor {factor}; it has {}", known.join(", ")))
    })
}

/// The grid with so many times the voxels over the same box of the world.
///
/// # Errors
/// A sentence, if its voxels are no cubes or would be too many.
pub fn finer_grid(coarse: &Grid, n_doublings: usize) -> Result<Grid, String> {
    let spacing_mm = coarse.spacing_mm();
    let least = spacing_mm.into_iter().fold(f64::MAX, f64::min);
    let most = spacing_mm.into_iter().fold(0.0, f64::max);
    if most > least * (1.0 + MOST_UNEVEN) {
        let [x, y, z] = spacing_mm;
        return Err(format!(
            "its voxels are no cubes but {x:.3} × {y:.3} × {z:.3} mm, and the model knows none but \
             cubes: bring it to one spacing first"
        ));
    }
    let dims = coarse.dims().map(|dim| dim << n_doublings);
    let n_voxels: u128 = dims.iter().map(|&dim| dim as u128).product();
    if n_voxels > MOST_VOXELS as u128 {
        return Err(format!(
            "it would get {n_voxels} voxels, which is more than {MOST_VOXELS}: crop it, or take a smaller factor"
        ));
    }
    let affine = coarse.world_from_voxel();
    let ratio = 1.0 / f64::from(1u32 << n_doublings);
    // The first voxel's centre moves towards the outer corner, which stays.
    let origin_mm = affine.apply([0.5 * ratio - 0.5; 3]);
    let mut rows = *affine.rows();
    for (row, origin_mm) in rows.iter_mut().zip(origin_mm) {
        *row = [row[0] * ratio, row[1] * ratio, row[2] * ratio, origin_mm];
    }
    let reason = || "its voxels are too small to be made smaller".to_owned();
    let affine = Affine::from_rows(rows).ok_or_else(reason)?;
    Grid::new(dims, affine).map_err(|cause| format!("a finer grid has {cause}"))
}

/// What the network says of one label.
struct Answer {
    index: u16,
    /// Coarse voxels at its surface.
    band: SparseGrid,
    /// The finer shape, moved by a coarse voxel.
    shape: SparseGrid,
    /// The finest voxels that were looked at, and their logits.
    looked_at: SparseGrid,
    logits: Vec<f32>,
}

/// A finer map of a coarse one.
///
/// # Errors
/// If it has no label, its surfaces are too large, or the work was stopped.
pub fn finer_map(
    model: &Model,
    coarse: &LabelMap,
    fine: &Grid,
    n_doublings: usize,
    watch: &Watch<'_>,
) -> Result<(LabelMap, Vec<String>), Error> {
    let labels: Vec<u16> = coarse
        .counts()
        .iter()
        .zip(0u16..)
        .filter(|&(&count, index)| count > 0 && coarse.values()[usize::from(index)] != 0)
        .map(|(_, index)| index)
        .collect();
    if labels.is_empty() {
        return Err(Error::Request("it is empty: there is no label in it".to_owned()));
    }
    let mut answers = Vec::new();
    for (done, &index) in labels.iter().enumerate() {
        watch.unless_stopped("nothing was written")?;
        answers.push(Answer::of(model, coarse, index, n_doublings)?);
        watch.tell(done as u64 + 1, labels.len() as u64, None);
    }
    let map = composed(coarse, fine, n_doublings, &answers);
    let counts = map.counts();
    let ml = |grid: &Grid, count: u64| count as f64 * grid.voxel_volume_mm3() / 1000.0;
    let before = coarse.counts();
    let line = |&index: &u16| {
        let at = usize::from(index);
        format!(
            "label {}: {:.2} ml were {:.2} ml",
            coarse.values()[at],
            ml(fine, counts[at]),
            ml(coarse.grid(), before[at])
        )
    };
    let said = labels.iter().map(line).collect();
    Ok((map, said))
}

impl Answer {
    fn of(model: &Model, map: &LabelMap, index: u16, n_doublings: usize) -> Result<Self, Error> {
        let dims = map.grid().dims();
        let inside = map.voxels().iter().enumerate().filter(|(_, label)| *label == index);
        let place = |at: usize| {
            [at % dims[0], at / dims[0] % dims[1], at / (dims[0] * dims[1])].map(|at| at as u32)
        };
        let coarse = Coarse::new(grid(inside.map(|(at, _)| place(at))), dims);
        let band = super::shape::unpadded(&coarse.padded().band, 1, dims);
        // Surfaces get four times as many voxels with each doubling, and rows are read and written.
        let widest = model.facts.finer.iter().copied().max().unwrap_or(1);
        let rows = band.n_rows().saturating_mul(8 << (2 * (n_doublings - 1)));
        let n_bytes = rows.saturating_mul(3 * 4 * widest);
        if n_bytes > MOST_ROW_BYTES {
            return Err(Error::Request(format!(
                "the surface of label {} would take some {} GB: crop it, or take a smaller factor",
                map.values()[usize::from(index)],
                n_bytes >> 30
            )));
        }
        let made = model.upsampled(&coarse, n_doublings);
        let logits = made.logits.features().values().to_vec();
        let looked_at = (**made.logits.grid()).clone();
        Ok(Self { index, band, shape: made.shape, looked_at, logits })
    }

    /// How sure a finer voxel, moved by a coarse one, belongs to the label; above 0 if it does.
    fn logit(&self, voxel: Voxel) -> f32 {
        match self.looked_at.row_of(voxel) {
            Some(row) => self.logits[row],
            None if self.shape.row_of(voxel).is_some() => SETTLED,
            None => -SETTLED,
        }
    }
}

/// The map of all labels: the surest one has a voxel, or the background if none is more likely than not
/// and there is background around.
fn composed(coarse: &LabelMap, fine: &Grid, n_doublings: usize, answers: &[Answer]) -> LabelMap {
    let background = coarse.values().iter().position(|&value| value == 0).unwrap_or(0) as u16;
    let [n_x, n_y, _] = coarse.grid().dims();
    let fine_dims = fine.dims();
    let given: Vec<u16> = coarse.voxels().iter().collect();
    let mut voxels = vec![0u16; fine.n_voxels()];
    for (row, to) in voxels.chunks_exact_mut(fine_dims[0]).enumerate() {
        let (y, z) = ((row % fine_dims[1]) >> n_doublings, (row / fine_dims[1]) >> n_doublings);
        let from = &given[n_x * (y + n_y * z)..][..n_x];
        to.iter_mut().enumerate().for_each(|(x, to)| *to = from[x >> n_doublings]);
    }
    let bands = answers.iter().fold(SparseGrid::default(), |all, answer| all.union(&answer.band));
    let factor = 1u32 << n_doublings;
    for voxel in bands.voxels() {
        let near: Vec<&Answer> =
            answers.iter().filter(|answer| answer.band.row_of(voxel).is_some()).collect();
        let has_background = is_around(&given, coarse.grid().dims(), voxel.place, background);
        let least = if has_background { 0.0 } else { f32::NEG_INFINITY };
        for child in 0..factor.pow(3) {
            let step = [child % factor, child / factor % factor, child / factor.pow(2)];
            let place: [u32; 3] =
                std::array::from_fn(|axis| voxel.place[axis] * factor + step[axis]);
            let moved = Voxel { batch: 0, place: place.map(|at| at + factor) };
            let mut best = (least, background);
            for answer in &near {
                let logit = answer.logit(moved);
                best = if logit > best.0 { (logit, answer.index) } else { best };
            }
            voxels[fine.index(place.map(|at| at as usize))] = best.1;
        }
    }
    LabelMap::new(*fine, voxels, coarse.values().to_vec()).expect("labels of the map")
}

/// Whether a label is among the 27 voxels around a place.
fn is_around(given: &[u16], dims: [usize; 3], place: [u32; 3], label: u16) -> bool {
    let along = |axis: usize| {
        let at = place[axis] as usize;
        at.saturating_sub(1)..(at + 2).min(dims[axis])
    };
    let [xs, ys, zs] = [along(0), along(1), along(2)];
    zs.into_iter().any(|z| {
        ys.clone().any(|y| {
            let row = dims[0] * (y + dims[1] * z);
            given[row + xs.start..row + xs.end].contains(&label)
        })
    })
}
