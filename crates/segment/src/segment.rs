use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use medshape::Reader;
use medshape::content;
use medshape::convert::{with_codes, write_whole};
use medshape::format::{Format, Holds};
use medshape_formats::Input;
use medshape_types::{LabelMap, Segment, Segmentation};

use crate::image::Image;
use crate::model::Model;
use crate::plans::{Answer, Labels, Plans};
use crate::runtime::Runtime;
use crate::{Error, labelling, memory, sliding};

/// What to segment, with what, and where to.
#[derive(Debug, Clone)]
pub struct Request {
    /// The network, in ONNX.
    pub model: PathBuf,
    /// The image, one file a channel.
    pub images: Vec<PathBuf>,
    /// The file to write; its ending says the format.
    pub output: PathBuf,
    /// The folder of `plans.json` and `dataset.json`; without it they lie beside the model.
    pub plans: Option<PathBuf>,
    /// Which of the networks that were planned the model is; without it, the one that it fits.
    pub configuration: Option<String>,
    /// The library of onnxruntime; without it, it is looked for.
    pub runtime: Option<PathBuf>,
    /// Axes of the network along which tiles are also seen flipped.
    pub mirror: Vec<usize>,
    /// How many threads the network has.
    pub n_threads: usize,
    /// The most bytes that may be held; without it, what is free.
    pub memory: Option<u64>,
    /// Through which image files come in.
    pub reader: Reader,
}

/// Who watches a long work and may stop it.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    /// Set by somebody who wants it to end.
    pub stop: &'a AtomicBool,
    /// Told how many tiles of how many are done.
    pub progress: &'a (dyn Fn(u64, u64) + Sync),
}

impl std::fmt::Debug for Watch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch").field("stop", &self.stop).finish_non_exhaustive()
    }
}

impl Watch<'_> {
    /// Whether somebody wants the work to end.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The configuration of the plans.
    pub configuration: String,
    /// How many tiles the image took.
    pub n_tiles: usize,
    /// Bytes that were held for the image at most, by estimate.
    pub memory: u64,
    /// Value, name and volume in cubic millimetres of each structure that was found.
    pub found: Vec<(u16, String, f64)>,
    /// Names of those that were not.
    pub absent: Vec<String>,
    /// What the user should know.
    pub notes: Vec<String>,
}

/// Segments an image with a network: looks for the library, reads plans, model and image, prepares the
/// image as the plans say, runs the network over tiles of it, and writes labels on the grid of the image
/// under the names of the plans.
///
/// # Errors
/// What is wrong with any of the files, what is not done here, that there is no library or not enough
/// memory; then nothing is written.
pub fn segment(request: &Request, watch: &Watch<'_>) -> Result<Report, Error> {
    let format = format(&request.output)?;
    if request.images.iter().any(|image| is_same_file(image, &request.output)) {
        return Err(Error::file(&request.output, "the output is the input"));
    }
    let runtime = Runtime::load(request.runtime.as_deref())?;
    let plans = Plans::read(&request.model, request.plans.as_deref())?;
    let mut model = Model::read(&request.model, &runtime, request.n_threads)?;
    let (name, configuration) =
        plans.configuration(request.configuration.as_deref(), model.patch())?;
    let n_answers = plans.labels.values.len();
    model.fits(configuration, plans.channels.len(), n_answers)?;
    let image = read(request, &plans)?;
    let frame = image.frame;
    let first = &request.images[0];
    let refused = |reason: String| Error::file(first, reason);
    let (network, network_mm) = frame.wanted(configuration).map_err(refused)?;
    let needed = memory::needed(&frame, network, configuration, n_answers);
    check_memory(needed, request).map_err(refused)?;
    let prepared = image.prepared(configuration, network, network_mm).map_err(refused)?;
    let answers =
        sliding::answers(&mut model, prepared, configuration, n_answers, &request.mirror, watch)?;
    drop(model);
    let spacings_mm = [network_mm, frame.spacing_mm];
    let shape = frame.span.shape;
    let places =
        labelling::labels(answers, shape, &configuration.answers, spacings_mm, &plans.labels);
    let map = labelling::map(places, &frame, plans.transpose, &plans.labels);
    let (found, absent) = volumes(&map, &plans.labels);
    write(&request.output, format, map, &plans.labels)?;
    Ok(Report {
        configuration: name.to_owned(),
        n_tiles: sliding::n_tiles(network, configuration.patch),
        memory: needed,
        found,
        absent,
        notes: notes(format, &plans.labels),
    })
}

/// The format that the name of a file says, if labels can be written in it there.
fn format(output: &Path) -> Result<Format, Error> {
    let format = Format::of_name(output).filter(|format| format.holds() == Holds::Labels);
    let format = format.ok_or_else(|| {
        let known = Format::all().filter(|format| format.holds() == Holds::Labels);
        let known: Vec<_> = known.map(Format::extension).collect();
        Error::file(
            output,
            format!("its name says no format of labels; there are .{}", known.join(", .")),
        )
    })?;
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty());
    match folder.filter(|folder| !folder.is_dir()) {
        Some(folder) => Err(Error::file(folder, "no folder; the output was to be written there")),
        None => Ok(format),
    }
}

fn is_same_file(a: &Path, b: &Path) -> bool {
    let whole = |path: &Path| std::fs::canonicalize(path).ok();
    whole(a).is_some_and(|a| whole(b) == Some(a))
}

fn read(request: &Request, plans: &Plans) -> Result<Image, Error> {
    let n = plans.channels.len();
    if request.images.len() != n {
        let names: Vec<String> =
            plans.channels.iter().enumerate().map(|(at, name)| format!("{at} {name}")).collect();
        let reason = format!(
            "its network takes {n} channels ({}), and {} were given; name each file, the first as the \
             image, the others in this order with `--channel FILE`",
            names.join(", "),
            request.images.len()
        );
        return Err(Error::file(&request.model, reason));
    }
    let files: Vec<&Path> = request.images.iter().map(PathBuf::as_path).collect();
    let grid = request.reader.grid(&Input::on_disk(files[0]))?;
    check_memory(memory::reading(&grid, n), request)
        .map_err(|reason| Error::file(files[0], reason))?;
    Image::read(&files, &request.reader, plans)
}

fn check_memory(needed: u64, request: &Request) -> Result<(), String> {
    let Some(most) = request.memory.or_else(memory::free) else { return Ok(()) };
    if needed <= most {
        return Ok(());
    }
    let gigabytes = |bytes: u64| bytes as f64 / 1e9;
    Err(format!(
        "it would take about {:.1} GB beside what the network itself takes, and {:.1} GB are free: cut \
         the image to the part that matters, take a model of a larger spacing, or, if there is swap, say \
         `--memory GB`",
        gigabytes(needed),
        gigabytes(most)
    ))
}

/// The structures that have voxels, with their volumes, and the names of the others.
fn volumes(map: &LabelMap, labels: &Labels) -> (Vec<(u16, String, f64)>, Vec<String>) {
    let voxel_mm3 = map.grid().voxel_volume_mm3();
    let counts = map.counts();
    let structures = labels.structures();
    let counted = structures.iter().zip(counts.iter().skip(1));
    let (found, absent): (Vec<_>, Vec<_>) = counted.partition(|(_, count)| **count > 0);
    let found = found
        .into_iter()
        .map(|((value, name), count)| (*value, (*name).to_owned(), *count as f64 * voxel_mm3));
    (found.collect(), absent.into_iter().map(|((_, name), _)| (*name).to_owned()).collect())
}

fn write(output: &Path, format: Format, map: LabelMap, labels: &Labels) -> Result<(), Error> {
    let structures = labels.structures();
    let segments = structures.iter().map(|(value, name)| {
        let name = (*name).to_owned();
        with_codes(Segment { value: i64::from(*value), name, ..Segment::default() })
    });
    let segmentation = Segmentation::new(vec![map], segments.collect())
        .expect("one layer, and a segment for each value but the background");
    write_whole(output, |out| content::write_segmentation(out, &segmentation, format))?;
    Ok(())
}

fn notes(format: Format, labels: &Labels) -> Vec<String> {
    let mut notes = Vec::new();
    if labels.answer == Answer::Regions {
        notes.push(
            "regions lie in one another: each value is what of its region is in no later one"
                .to_owned(),
        );
    }
    if matches!(format, Format::Nifti | Format::Nrrd) {
        notes
            .push("this format has no place for names; `.seg.nrrd` and `.seg.dcm` have".to_owned());
    }
    notes
}
