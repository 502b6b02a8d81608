//! Ingest: a folder of segmentations becomes shapes that can be found.
//!
//! The life of a shape, in order: its case is found, read, brought to RAS+, prepared if asked to, surfaced together with all
//! its neighbours, inspected, pictured, stored and recorded.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use medshape_catalog::{Added, Blobs, Case, Image, Kind, Note, Role, Sha256, Shape, StoredFile};
use medshape_formats::Input;
use medshape_geometry::surface::{self, SurfaceOptions, Surfaces};
use medshape_geometry::voxels::prepare::PrepareOptions;
use medshape_geometry::voxels::regions::{Region, regions};
use medshape_types::Grid;
use rayon::prelude::*;

use crate::case::{self, Threshold};
use crate::find::{self, Files, FoundCase};
use crate::gate::Gate;
use crate::import::ImportOptions;
use crate::meshes::{self, Parts};
use crate::metadata::Metadata;
use crate::prepare::{self, Prepared};
use crate::report::{CaseReport, IngestReport, Outcome, Timing};
use crate::shape::{self, Body, Finished, Label};
use crate::store::Store;
use crate::{Dataset, Error, Reader, withdraw};

/// Part of every unit of work: shapes made by another version are made again.
pub const PROGRAM_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Voxels of all cases that are in memory at one time; a larger case is taken alone.
const MAX_VOXELS_AT_ONCE: usize = 160 << 20;

/// The farthest that smoothing looks, whatever wavelength is asked for.
const MAX_REACH_VOXELS: u32 = 200;

/// What to ingest, and how.
#[derive(Debug, Clone)]
pub struct IngestOptions {
    /// Files and folders to look through.
    pub paths: Vec<PathBuf>,
    /// Where they come from.
    pub dataset: Dataset,
    /// What the source's table says of its subjects.
    pub metadata: Metadata,
    /// For images without labels: what to take for inside.
    pub threshold: Option<Threshold>,
    /// What to do to the label map before it is surfaced.
    pub prepare: PrepareOptions,
    /// How to surface.
    pub surface: SurfaceOptions,
    /// The wavelength up to which surfaces are smoothed, in millimetres instead of voxels; 0 leaves the
    /// faces of the voxels as they are.
    pub smoothing_mm: Option<f64>,
    /// How meshes are to be understood, and what is repaired.
    pub import: ImportOptions,
    /// What the parts of a mesh file become.
    pub parts: Parts,
    /// What reads the files.
    pub reader: Reader,
}

impl IngestOptions {
    /// Everything as it is by default.
    pub fn new(paths: Vec<PathBuf>, dataset: Dataset) -> Self {
        Self {
            paths,
            dataset,
            metadata: Metadata::default(),
            threshold: None,
            prepare: PrepareOptions::default(),
            surface: SurfaceOptions::default(),
            smoothing_mm: None,
            import: ImportOptions::default(),
            parts: Parts::default(),
            reader: Reader::default(),
        }
    }

    /// How to surface a map on this grid.
    fn surface_on(&self, grid: &Grid) -> SurfaceOptions {
        surface_options(self.surface, self.smoothing_mm, grid)
    }
}

/// How to surface a map on a grid, if smoothing is asked for in millimetres.
pub(crate) fn surface_options(
    surface: SurfaceOptions,
    smoothing_mm: Option<f64>,
    grid: &Grid,
) -> SurfaceOptions {
    let Some(smoothing_mm) = smoothing_mm else { return surface };
    let wavelength_voxels = smoothing_mm / grid.voxel_volume_mm3().cbrt();
    // Shorter waves than two voxels do not exist on the grid.
    if wavelength_voxels < 2.0 {
        return SurfaceOptions { reach_voxels: 0, ..surface };
    }
    // The filter must see as much farther as its waves are longer.
    let scale = wavelength_voxels / surface.wavelength_voxels;
    let reach = f64::from(surface.reach_voxels) * scale;
    let reach_voxels = (reach.round() as u32).clamp(1, MAX_REACH_VOXELS);
    SurfaceOptions { reach_voxels, wavelength_voxels, ..surface }
}

/// What happens during an ingest, for those who watch.
#[derive(Debug)]
pub enum Event<'a> {
    /// So many cases were found.
    Found {
        /// How many.
        n_cases: usize,
    },
    /// A case is finished; what it says is stored for good.
    Finished(&'a CaseReport),
}

/// Ingests all cases under the given paths into the store, which is made when the first case needs it.
///
/// A case that fails leaves no trace in the store and is reported; the others go on. A case whose
/// shapes are there already is skipped.
///
/// # Errors
/// No case was found, or the store itself cannot be used. What concerns a single case stands in the
/// report.
pub fn ingest(
    store: &Path,
    options: &IngestOptions,
    stop: &AtomicBool,
    watch: &(dyn Fn(&Event<'_>) + Sync),
) -> Result<IngestReport, Error> {
    let started = Instant::now();
    let mut scratch = find::Scratch::default();
    let found = find::cases(&options.paths, &options.dataset, &mut scratch, &options.reader)?;
    watch(&Event::Found { n_cases: found.cases.len() });
    let ingest = Ingest::begin(store, options, stop)?;
    let one = |case: &FoundCase| {
        let report = ingest.report(case);
        watch(&Event::Finished(&report));
        report
    };
    let cases: Vec<CaseReport> = in_order(&found.cases, one);
    ingest.end()?;
    let subjects: BTreeSet<String> = found.cases.into_iter().map(|case| case.subject).collect();
    Ok(IngestReport {
        source: options.dataset.source.id.clone(),
        cases,
        passed_over: found.passed_over,
        join: options.metadata.join_report(&subjects),
        protections: options.reader.protections(),
        seconds: started.elapsed().as_secs_f64(),
    })
}

/// Ingests one case that somebody has found, as [`ingest`] does.
///
/// # Errors
/// The store itself cannot be used.
pub(crate) fn ingest_case(
    store: &Path,
    options: &IngestOptions,
    case: &FoundCase,
    stop: &AtomicBool,
) -> Result<CaseReport, Error> {
    let ingest = Ingest::begin(store, options, stop)?;
    let report = ingest.report(case);
    ingest.end()?;
    Ok(report)
}

/// Runs `one` on every case, as many at a time as there are threads, taken in order.
fn in_order<T: Send>(cases: &[FoundCase], one: impl Fn(&FoundCase) -> T + Sync) -> Vec<T> {
    // Threads of their own, not the pool's: a case waits for memory, and waits must not block the
    // pool that the working cases need.
    let next = std::sync::atomic::AtomicUsize::new(0);
    let results = Mutex::new(BTreeMap::new());
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(case) = cases.get(index) else { break };
            let result = one(case);
            results.lock().unwrap_or_else(PoisonError::into_inner).insert(index, result);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..rayon::current_num_threads() {
            scope.spawn(work);
        }
    });
    results.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
}

struct Ingest<'a> {
    store: Store,
    options: &'a IngestOptions,
    gate: Gate,
    stop: &'a AtomicBool,
    /// Set when the store fails: no further case can succeed.
    broken: Mutex<Option<Error>>,
}

impl<'a> Ingest<'a> {
    fn begin(
        store: &Path,
        options: &'a IngestOptions,
        stop: &'a AtomicBool,
    ) -> Result<Self, Error> {
        let (store, gate) = (Store::at(store)?, Gate::new(MAX_VOXELS_AT_ONCE));
        Ok(Self { store, options, gate, stop, broken: Mutex::new(None) })
    }

    /// Why the store failed, if it did.
    fn end(self) -> Result<(), Error> {
        let broken = self.broken.into_inner().unwrap_or_else(PoisonError::into_inner);
        broken.map_or(Ok(()), Err)
    }

    fn report(&self, case: &FoundCase) -> CaseReport {
        // A fault of ours ends one case, not all: whoever installed a panic hook has said it by then.
        let caught = catch_unwind(AssertUnwindSafe(|| self.ingest(case)));
        let outcome = match caught.unwrap_or_else(|_| Err(Error::fault(&case.path))) {
            Ok(outcome) => outcome,
            Err(Error::Stopped) => Outcome::Stopped,
            Err(error @ Error::Catalog(_)) if !is_of_case(&error) => {
                self.broken().get_or_insert(error);
                Outcome::Stopped
            }
            Err(error) => {
                let code = error.code().to_owned();
                Outcome::Refused { reason: error.to_string(), code }
            }
        };
        CaseReport { subject: case.subject.clone(), path: case.path.clone(), outcome }
    }

    fn broken(&self) -> MutexGuard<'_, Option<Error>> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One case becomes catalogued shapes: the story.
    fn ingest(&self, found: &FoundCase) -> Result<Outcome, Error> {
        if self.broken().is_some() {
            return Ok(Outcome::Stopped);
        }
        let mut clock = Clock::start(self.stop)?;
        let unit = self.unit(found)?;
        if self.store.has_unit(&unit.id)? {
            self.describe(found)?;
            return Ok(Outcome::Skipped);
        }
        let n_voxels =
            case::grid(&found.files, &self.options.reader)?.map_or(0, |grid| self.n_voxels(&grid));
        let _place = self.gate.enter(n_voxels, self.stop);
        clock.restart()?;

        let Made { finished, image, notes } = match &found.files {
            Files::Meshes(meshes) => self.meshes(found, meshes, &mut clock)?,
            Files::LabelMap(_) | Files::Masks(_) => self.voxels(found, &mut clock)?,
        };
        clock.lap(|timing| &mut timing.finish_s)?;

        let blobs = self.store.blobs()?;
        let stored: Vec<_> =
            finished.into_par_iter().map(|made| made.store(&blobs)).collect::<Result<_, _>>()?;
        let (shapes, descriptors): (Vec<_>, Vec<_>) = stored.into_iter().unzip();
        let image = image.map(|image| image.store(&blobs)).transpose()?;
        let case = unit.case(found, &self.options.dataset, image, notes);
        let added = self.record(&case, &shapes)?;
        self.store.keep_descriptors(&shapes, descriptors)?;
        // What is stored is stored, also if the user asked to stop just now.
        clock.lap(|timing| &mut timing.store_s).ok();
        Ok(Outcome::of(&added, &case, &shapes, clock.timing))
    }

    /// The shapes of a label map: read, brought to RAS+, surfaced together, finished.
    fn voxels(&self, found: &FoundCase, clock: &mut Clock<'_>) -> Result<Made, Error> {
        let (dataset, at) = (&self.options.dataset, self.options.threshold.as_ref());
        let read = case::read(found, dataset, at, &self.options.reader)?;
        let Prepared { map, names, notes, mut stored, orientation } =
            prepare::prepare(read, &self.options.prepare, found)?;
        clock.lap(|timing| &mut timing.read_s)?;

        let surfaces = surface::surfaces(&map, &self.options.surface_on(map.grid()));
        clock.lap(|timing| &mut timing.surface_s)?;

        let regions = regions(&map);
        let (grid, _, values) = map.into_parts();
        let (labels, mut notes) = shape::code(&names, &values, found, dataset, notes)?;
        let (labels, withdrawn) = self.without_withdrawn(labels, &mut notes)?;
        if let Some(blank) = withdraw::without(&stored, &withdrawn)? {
            stored = blank;
        }
        let finished = finish(&labels, &surfaces, &regions, &grid)?;
        Ok(Made { finished, image: Some(KeptImage { grid, orientation, bytes: stored }), notes })
    }

    /// The shapes of meshes: read, understood, inspected, repaired if asked to, finished.
    fn meshes(
        &self,
        found: &FoundCase,
        meshes: &[(String, Input)],
        clock: &mut Clock<'_>,
    ) -> Result<Made, Error> {
        let read =
            meshes::read(meshes, &self.options.import, self.options.parts, &self.options.reader)?;
        clock.lap(|timing| &mut timing.read_s)?;

        let notes = meshes::notes(&read);
        let (names, imported): (Vec<_>, Vec<_>) = read.into_iter().unzip();
        let names: Vec<_> = names.into_iter().map(Some).collect();
        let values = vec![1; names.len()];
        let (labels, mut notes) =
            shape::code(&names, &values, found, &self.options.dataset, notes)?;
        let (labels, _) = self.without_withdrawn(labels, &mut notes)?;
        let one = |label: &Label| shape::finish(label, Body::of_import(&imported[label.index]));
        let finished = labels.par_iter().map(one).collect::<Result<_, _>>()?;
        Ok(Made { finished, image: None, notes })
    }

    /// Labels whose shapes may be made, and the numbers of those that were taken back.
    fn without_withdrawn(
        &self,
        labels: Vec<Label>,
        notes: &mut Vec<Note>,
    ) -> Result<(Vec<Label>, Vec<i64>), Error> {
        let (mut allowed, mut withdrawn) = (Vec::new(), Vec::new());
        for label in labels {
            if !self.store.is_withdrawn(label.name())? {
                allowed.push(label);
                continue;
            }
            withdrawn.push(label.value());
            notes.push(Note {
                kind: "withdrawn".to_owned(),
                text: format!("`{}` was withdrawn and is not made again", label.name()),
                label: Some(label.called().to_owned()),
                n_voxels: None,
            });
        }
        Ok((allowed, withdrawn))
    }

    fn record(&self, case: &Case, shapes: &[Shape]) -> Result<Added, Error> {
        let subject = self.options.metadata.subject(&case.source, &case.subject);
        self.store.add(&self.options.dataset.source, &subject, case, shapes)
    }

    /// How many voxels a case will have at most: as many as its file, or as the grid that is wanted.
    fn n_voxels(&self, grid: &Grid) -> usize {
        let finer =
            self.options.prepare.spacing_mm.map_or(1.0, |spacing_mm| {
                grid.voxel_volume_mm3() / spacing_mm.iter().product::<f64>()
            });
        (grid.n_voxels() as f64 * finer.max(1.0)) as usize
    }

    /// Everything that can change the result of a case, by name.
    fn parameters(&self) -> BTreeMap<String, String> {
        let SurfaceOptions { reach_voxels, wavelength_voxels, n_volume_rounds } =
            self.options.surface;
        let mut parameters = BTreeMap::from([
            ("reach-voxels".to_owned(), reach_voxels.to_string()),
            ("wavelength-voxels".to_owned(), wavelength_voxels.to_string()),
            ("volume-rounds".to_owned(), n_volume_rounds.to_string()),
        ]);
        parameters.extend(prepare::parameters(&self.options.prepare));
        if let Some(smoothing_mm) = self.options.smoothing_mm {
            parameters.insert("smoothing-mm".to_owned(), smoothing_mm.to_string());
        }
        parameters.extend(meshes::parameters(&self.options.import, self.options.parts));
        if let Some(at) = &self.options.threshold {
            parameters.insert("threshold".to_owned(), at.at_least.to_string());
            parameters.insert("threshold-label".to_owned(), at.label.clone());
        }
        let labels =
            format!("{:?} {:?}", self.options.dataset.labels, self.options.dataset.published);
        parameters.insert("labels-sha256".to_owned(), Sha256::of(labels.as_bytes()).to_string());
        parameters
    }

    fn unit(&self, found: &FoundCase) -> Result<Unit, Error> {
        let (input_sha256, n_input_files) = case::input_hash(&found.files, &self.options.reader)?;
        let parameters = self.parameters();
        let source = &self.options.dataset.source.id;
        let whose = found.part.as_ref().map_or(found.subject.clone(), ToString::to_string);
        let text =
            format!("{PROGRAM_VERSION}\n{source}\n{whose}\n{input_sha256}\n{parameters:?}\n");
        Ok(Unit { id: Sha256::of(text.as_bytes()), input_sha256, n_input_files, parameters })
    }

    /// A case that is there already may still have learned something new about its subject.
    fn describe(&self, found: &FoundCase) -> Result<(), Error> {
        let source = &self.options.dataset.source.id;
        let subject = self.options.metadata.subject(source, &found.subject);
        if subject.sex.is_some() || subject.age_years.is_some() || subject.pathology.is_some() {
            self.store.describe(&subject)?;
        }
        Ok(())
    }
}

/// Whether the store refuses this case, and would take another.
fn is_of_case(error: &Error) -> bool {
    matches!(error, Error::Catalog(error) if matches!(error.kind(), Kind::Withdrawn(_)))
}

/// Finishes all labels of a case, as many at a time as there are threads.
fn finish(
    labels: &[Label],
    surfaces: &Surfaces,
    regions: &[Region],
    grid: &Grid,
) -> Result<Vec<Finished>, Error> {
    let one = |label: &Label| {
        let (mesh, region) = (&surfaces.meshes[label.index], &regions[label.index]);
        shape::finish(label, Body::of_voxels(mesh, surfaces.step_exponent, region, grid))
    };
    labels.par_iter().map(one).collect()
}

/// What a case became, not yet stored.
struct Made {
    finished: Vec<Finished>,
    image: Option<KeptImage>,
    notes: Vec<Note>,
}

/// The label map of a case, written anew.
struct KeptImage {
    grid: Grid,
    orientation: String,
    bytes: Vec<u8>,
}

impl KeptImage {
    fn store(self, blobs: &Blobs) -> Result<Image, Error> {
        let (sha256, size) = blobs.put(&self.bytes)?;
        Ok(Image {
            dims: self.grid.dims(),
            spacing_mm: self.grid.spacing_mm(),
            orientation: self.orientation,
            label_map: StoredFile { role: Role::LabelMap, sha256, size, error_mm: None },
        })
    }
}

/// What is to be done for a case: input and everything that can change the result.
struct Unit {
    id: Sha256,
    input_sha256: Sha256,
    n_input_files: u64,
    parameters: BTreeMap<String, String>,
}

impl Unit {
    /// The record of the case when it is done.
    fn case(
        self,
        found: &FoundCase,
        dataset: &Dataset,
        image: Option<Image>,
        notes: Vec<Note>,
    ) -> Case {
        Case {
            unit: self.id,
            source: dataset.source.id.clone(),
            subject: found.subject.clone(),
            input_sha256: self.input_sha256,
            part: found.part.clone(),
            n_input_files: self.n_input_files,
            parameters: self.parameters,
            program_version: PROGRAM_VERSION.to_owned(),
            image,
            notes,
        }
    }
}

/// Measures the parts of a case, and stops between them when asked to.
struct Clock<'a> {
    stop: &'a AtomicBool,
    since: Instant,
    timing: Timing,
}

impl<'a> Clock<'a> {
    fn start(stop: &'a AtomicBool) -> Result<Self, Error> {
        let mut clock = Self { stop, since: Instant::now(), timing: Timing::default() };
        clock.restart().map(|()| clock)
    }

    fn lap(&mut self, part: impl Fn(&mut Timing) -> &mut f64) -> Result<(), Error> {
        *part(&mut self.timing) += self.since.elapsed().as_secs_f64();
        self.restart()
    }

    /// Time until here counts for no part.
    fn restart(&mut self) -> Result<(), Error> {
        self.since = Instant::now();
        if self.stop.load(Ordering::Relaxed) { Err(Error::Stopped) } else { Ok(()) }
    }
}
