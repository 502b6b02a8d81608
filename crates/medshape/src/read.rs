//! The one door through which files from outside come in.
//!
//! A [`Reader`] reads in this process, or in a child process for each file. The child is this same
//! program. Before it touches a byte of the file it gives up what it does not need: memory and time
//! beyond a limit, every file but its input, the network, other processes, new privileges. What it
//! answers is taken for as hostile as the file itself and goes through the constructors of the nouns
//! once more.
//!
//! Whoever takes files from strangers, as a server takes uploads, reads with [`Reader::isolated`].

#[cfg(target_os = "linux")]
mod calls;
#[cfg(unix)]
mod confine;
#[cfg(not(unix))]
mod elsewhere;
mod nouns;
#[cfg(unix)]
mod parent;
#[cfg(unix)]
mod probe;
mod protections;
#[cfg_attr(not(unix), expect(dead_code, reason = "nobody is asked where there is no child"))]
mod question;
#[cfg(unix)]
mod request;
#[cfg(unix)]
mod unpack;
#[cfg_attr(not(unix), expect(dead_code, reason = "nothing crosses where there is no child"))]
mod wire;
#[cfg(unix)]
mod worker;

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use medshape_formats::kind::Kind;
use medshape_formats::npz::SampleFacts;
use medshape_formats::table::Table;
use medshape_formats::{Input, Limits, MeshFile, PointFile, archive, dicom};
use medshape_types::{Contours, Grid, LabelMap, Segmentation, Volume};

use crate::Error;
use crate::gate::{Gate, Place};
#[cfg(not(unix))]
use elsewhere as parent;
#[cfg(not(unix))]
pub use elsewhere::work;
use question::{Beside, DicomKind, FIRST_GROUP, FileKind, Header, IsArchive, Noun, Samples};

pub use protections::{Extent, Protections};
#[cfg(unix)]
pub use worker::work;

/// Reads files: here, or each in a child process that can do no harm.
///
/// Clones share their children: together they never have more than [`Isolation::n_children`].
#[derive(Debug, Clone, Default)]
pub struct Reader {
    limits: Limits,
    isolated: Option<Arc<Isolated>>,
    least_fraction: Option<f64>,
}

/// How child processes are started, and what they may take.
#[derive(Debug, Clone)]
pub struct Isolation {
    /// The program; it has to hand `parse-worker` to [`work`].
    pub program: PathBuf,
    /// The most memory of one child in bytes. It gets 512 MiB and four times what its input can
    /// become when it is unpacked, if that is less.
    pub memory: u64,
    /// Seconds of CPU time of one child.
    pub cpu_s: u64,
    /// Time on the wall of one child.
    pub wall: Duration,
    /// The most children at one time.
    pub n_children: usize,
    /// For tests: what the child tries, once it is confined, instead of reading its input.
    pub probe: Option<String>,
}

#[derive(Debug)]
struct Isolated {
    isolation: Isolation,
    gate: Gate,
    /// What was in force in every child so far.
    protections: Mutex<Option<Protections>>,
}

impl Default for Isolation {
    fn default() -> Self {
        Self {
            program: this_program(),
            memory: 6 << 30,
            cpu_s: 60,
            wall: Duration::from_secs(120),
            n_children: std::thread::available_parallelism().map_or(1, usize::from),
            probe: None,
        }
    }
}

/// The program that runs, also after its file was replaced by a newer one.
fn this_program() -> PathBuf {
    if cfg!(target_os = "linux") {
        return PathBuf::from("/proc/self/exe");
    }
    // Without a path no child starts, and the reader says so.
    std::env::current_exe().unwrap_or_default()
}

impl Reader {
    /// Reads in this process: for files of one's own.
    pub fn in_process(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Reads each file in a child process of the program that runs: for files of strangers.
    pub fn isolated(limits: Limits) -> Self {
        Self::with(limits, Isolation::default())
    }

    /// The same, with children as `isolation` wants them.
    pub fn with(limits: Limits, isolation: Isolation) -> Self {
        let gate = Gate::new(isolation.n_children.max(1));
        let isolated = Isolated { isolation, gate, protections: Mutex::default() };
        Self { limits, isolated: Some(Arc::new(isolated)), least_fraction: None }
    }

    /// The same, which takes fractional segmentations: at least this share of the full value is inside.
    pub fn with_least_fraction(self, share: Option<f64>) -> Self {
        Self { least_fraction: share, ..self }
    }

    /// How much is taken before a file is refused.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Structures, in layers where they overlap.
    ///
    /// # Errors
    /// The file is broken or holds something else, as for all that follow; or its child process came to
    /// no answer.
    pub fn segmentation(&self, input: &Input) -> Result<Segmentation, Error> {
        self.read(input)
    }

    /// Structures of a file in which none overlap.
    ///
    /// # Errors
    /// Some do.
    pub fn label_map(&self, input: &Input) -> Result<LabelMap, Error> {
        let (mut layers, _) = self.segmentation(input)?.into_parts();
        match (layers.pop(), layers.len()) {
            (Some(map), 0) => Ok(map),
            (_, n_more) => {
                let reason = format!("its structures overlap: {} layers, not one", n_more + 1);
                Err(Error::refused(input.name(), reason))
            }
        }
    }

    /// Intensities.
    ///
    /// # Errors
    /// The file holds none.
    pub fn volume(&self, input: &Input) -> Result<Volume<f32>, Error> {
        self.read(input)
    }

    /// Where the voxels of a file lie, from its header alone.
    ///
    /// # Errors
    /// The header is broken.
    pub fn grid(&self, input: &Input) -> Result<Grid, Error> {
        self.read(input)
    }

    /// Triangles.
    ///
    /// # Errors
    /// The file holds none.
    pub fn mesh(&self, input: &Input) -> Result<MeshFile, Error> {
        self.read(input)
    }

    /// Points.
    ///
    /// # Errors
    /// The file holds none.
    pub fn points(&self, input: &Input) -> Result<PointFile, Error> {
        self.read(input)
    }

    /// Outlines.
    ///
    /// # Errors
    /// The file holds none.
    pub fn contours(&self, input: &Input) -> Result<Contours, Error> {
        self.read(input)
    }

    /// Cells of a table.
    ///
    /// # Errors
    /// The file holds none.
    pub fn table(&self, input: &Input) -> Result<Table, Error> {
        self.read(input)
    }

    /// The shapes of a file that may hold many; none if it is no such file.
    ///
    /// # Errors
    /// The file is damaged.
    pub fn samples(&self, input: &Input) -> Result<Vec<SampleFacts>, Error> {
        self.read::<Samples>(input).map(|samples| samples.0)
    }

    /// What a file is; `None` if it is nothing that is read.
    ///
    /// # Errors
    /// The file cannot be opened, is empty, or is packed in a way that is not unpacked here.
    pub fn kind(&self, input: &Input) -> Result<Option<Kind>, Error> {
        self.read::<FileKind>(input).map(|found| found.0)
    }

    /// What kind of DICOM file it is; `None` if it is none.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn dicom_kind(&self, input: &Input) -> Result<Option<dicom::Kind>, Error> {
        // A folder may hold thousands of other files: nobody is asked about them.
        match dicom::is_dicom(&input.first_bytes(FIRST_GROUP)?) {
            true => self.read::<DicomKind>(input).map(|found| found.0),
            false => Ok(None),
        }
    }

    /// Names and values of what the header of a volume says, before it is understood.
    ///
    /// # Errors
    /// The file is no volume, or its header is damaged.
    pub fn header(&self, input: &Input) -> Result<Vec<(String, String)>, Error> {
        self.read::<Header>(input).map(|header| header.0)
    }

    /// The files beside a volume that belong to it.
    ///
    /// # Errors
    /// The file is no volume, its header is damaged, or one of the others is not there.
    pub fn files_of(&self, input: &Input) -> Result<Vec<Input>, Error> {
        let Beside(names) = self.read(input)?;
        let refused = |cause| Error::refused(input.name(), cause);
        names
            .iter()
            .map(|name| input.beside(name).map_err(|kind| refused(kind.to_string())))
            .collect()
    }

    /// Whether a file is an archive to be unpacked, by its content.
    ///
    /// # Errors
    /// The file cannot be opened or is empty.
    pub fn is_archive(&self, input: &Input) -> Result<bool, Error> {
        self.read::<IsArchive>(input).map(|found| found.0)
    }

    /// The files of an archive, written to the folder `into`; see [`archive::unpack`].
    ///
    /// # Errors
    /// Those of [`archive::unpack`], and its child process came to no end; nothing is left then.
    pub fn unpack(&self, input: &Input, into: &Path) -> Result<Vec<Input>, Error> {
        archive::unpack_with(input, into, &self.limits, |input, folder| match &self.isolated {
            None => Ok(archive::stream(input, folder, &self.limits)?),
            Some(isolated) => isolated.unpack(input, &self.limits, folder),
        })
    }

    /// What was in force in every child process so far; `None` if there was none.
    pub fn protections(&self) -> Option<Protections> {
        *self.isolated.as_ref()?.protections()
    }

    fn read<N: Noun>(&self, input: &Input) -> Result<N, Error> {
        let input = input.clone().with_least_fraction(self.least_fraction);
        match &self.isolated {
            None => N::read(&input, &self.limits),
            Some(isolated) => isolated.read(&input, &self.limits),
        }
    }
}

impl Isolated {
    fn read<N: Noun>(&self, input: &Input, limits: &Limits) -> Result<N, Error> {
        let _place = self.enter();
        parent::ask(&self.isolation, input, limits, &|protections| self.saw(protections))
    }

    fn unpack(
        &self,
        input: &Input,
        limits: &Limits,
        sink: &mut dyn archive::Sink,
    ) -> Result<archive::Held, Error> {
        let _place = self.enter();
        let saw = |protections| self.saw(protections);
        parent::unpack(&self.isolation, input, limits, &saw, sink)
    }

    /// A child ends within its time on the wall, so there is always a place before long.
    fn enter(&self) -> Place<'_> {
        static NEVER: AtomicBool = AtomicBool::new(false);
        self.gate.enter(1, &NEVER)
    }

    fn saw(&self, protections: Protections) {
        let mut all = self.protections();
        *all = Some(all.map_or(protections, |all| all.weaker(protections)));
    }

    fn protections(&self) -> MutexGuard<'_, Option<Protections>> {
        self.protections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
