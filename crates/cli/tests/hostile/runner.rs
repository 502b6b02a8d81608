//! Runs the real program on a file and looks at everything that it does.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use flate2::read::MultiGzDecoder;
use serde_json::Value;

use crate::bad::{Bad, Expected, SECRET};
use crate::nifti;

/// Address space of the program in KiB; a map of 256³ voxels and all that is made of it stay below.
const MOST_KIB: u64 = 2_000_000;
/// Seconds of CPU, so that a busy machine makes no difference; a debug build has to be waited for.
const MOST_CPU_S: u64 = if cfg!(debug_assertions) { 60 } else { 10 };
/// Whatever takes so long on the wall hangs.
const MOST_TIME: Duration = Duration::from_secs(100);
const N_THREADS: usize = 2;
/// Of so many files one is also read by a process of its own, and every archive.
const ONE_ISOLATED_OF: usize = 13;

/// Writes all files, each in a folder of its own, and a list of them.
pub(crate) fn write_all(files: &[Bad], folder: &Path) {
    let mut list = "number\tfile\tcode\twords\n".to_owned();
    for bad in files {
        let place = folder.join(&bad.number);
        fs::create_dir_all(&place).unwrap();
        if let Err(cause) = bad.write(&place.join(&bad.name)) {
            println!("{}: cannot be written here: {cause}", bad.number);
        }
        let (code, words) = match bad.expected {
            Expected::Refused { code, says } => (code, says),
            Expected::Accepted { note } => ("accepted", note.unwrap_or_default()),
        };
        let name = bad.name.escape_debug();
        list.push_str(&format!("{0}\t{0}/{name}\t{code}\t{words}\n", bad.number));
    }
    fs::write(folder.join("list.tsv"), list).unwrap();
}

/// Runs them all and fails with a list of those that were not answered as defined.
pub(crate) fn check_all(files: &[Bad]) {
    let begun = Instant::now();
    let bench = Bench::new();
    let next = AtomicUsize::new(0);
    let seen = Mutex::new(Vec::new());
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(bad) = files.get(index) else { break };
            let report = bench.check(index, bad);
            let (number, name) = (&bad.number, bad.name.escape_debug());
            println!("{number}\t{name}\t{:?}\t{:?}", report.longest, report.faults);
            seen.lock().unwrap().push((index, report));
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..N_THREADS {
            scope.spawn(work);
        }
    });
    let mut seen = seen.into_inner().unwrap();
    seen.sort_by_key(|(index, _)| *index);
    summary(files, &seen, begun.elapsed());
}

fn summary(files: &[Bad], seen: &[(usize, Report)], took: Duration) {
    let mut faults = String::new();
    for (index, report) in seen {
        for fault in &report.faults {
            let Bad { number, name, .. } = &files[*index];
            faults.push_str(&format!("{number} {}: {fault}\n", name.escape_debug()));
        }
    }
    let is_answered = |accepted: bool| {
        let is_so = |(index, report): &&(usize, Report)| {
            let expected = files[*index].expected;
            report.faults.is_empty() && accepted == matches!(expected, Expected::Accepted { .. })
        };
        seen.iter().filter(is_so).count()
    };
    let (n_refused, n_accepted) = (is_answered(false), is_answered(true));
    let n_other = files.len() - n_refused - n_accepted;
    let slowest = seen.iter().max_by_key(|(_, report)| report.longest);
    let largest = seen.iter().max_by_key(|(_, report)| report.peak_kib);
    if let (Some((slow, time)), Some((large, memory))) = (slowest, largest) {
        println!(
            "{} files: {n_refused} refused as defined, {n_accepted} accepted as defined, {n_other} not as \
             defined, in {:.1} s; \
             slowest {} with {:.2} s, largest {} with {} MiB",
            files.len(),
            took.as_secs_f64(),
            files[*slow].name.escape_debug(),
            time.longest.as_secs_f64(),
            files[*large].name.escape_debug(),
            memory.peak_kib >> 10,
        );
    }
    assert!(faults.is_empty(), "not answered as defined:\n{faults}");
}

/// What came of one file.
#[derive(Default)]
struct Report {
    faults: Vec<String>,
    longest: Duration,
    peak_kib: u64,
}

/// A folder with a store that has a good shape.
struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let bench = Self { folder: tempfile::tempdir().unwrap() };
        fs::write(bench.good(), nifti::cube()).unwrap();
        let store = bench.path("store");
        let made =
            Run::of(&["ingest".into(), bench.good(), "--store".into(), store], bench.folder.path());
        assert_eq!(made.status, Some(0), "{}", made.stderr);
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn good(&self) -> PathBuf {
        self.path("good.nii")
    }

    fn check(&self, index: usize, bad: &Bad) -> Report {
        let place = self.path(&index.to_string());
        let mut report = Report::default();
        fs::create_dir_all(place.join("in")).unwrap();
        let file = place.join("in").join(&bad.name);
        if bad.write(&file).is_err() {
            // A name that no file can have is still one that can be asked for.
            assert!(bad.name.len() > 255 || bad.name.contains('/'), "{} is not made", bad.name);
        }
        self.check_ingest(bad, &file, &place, &[], &mut report);
        let is_archive = [".zip", ".tar"].iter().any(|ending| bad.name.contains(ending));
        if is_archive || index.is_multiple_of(ONE_ISOLATED_OF) {
            self.check_ingest(bad, &file, &place, &["--isolated"], &mut report);
        }
        if !bad.is_table {
            check_other(&["inspect".into(), file.clone()], &place, &mut report);
            let out = place.join("out.stl");
            check_other(&["convert".into(), file.clone(), out], &place, &mut report);
        }
        fs::remove_dir_all(&place).unwrap();
        report
    }

    /// With and without `--json`: both say the same.
    fn check_ingest(
        &self,
        bad: &Bad,
        file: &Path,
        place: &Path,
        flags: &[&str],
        report: &mut Report,
    ) {
        let [mut first, mut second] = [None, None];
        for (format, answer) in [(Some("--json"), &mut first), (None, &mut second)] {
            let store = place.join("store");
            copy(&self.path("store"), &store);
            let before = contents(&store);
            let mut arguments: Vec<PathBuf> = vec!["ingest".into()];
            if bad.is_table {
                arguments.extend([self.good(), "--metadata".into()]);
            }
            arguments.extend([file.to_owned(), "--store".into(), store.clone()]);
            arguments.extend(flags.iter().copied().chain(format).map(PathBuf::from));
            let run = Run::of(&arguments, place);
            report.take(&run);
            let after = contents(&store);
            if run.status == Some(1) && after != before {
                report.faults.push("the store is not as before".to_owned());
            }
            if after.values().any(|bytes| leaks(bytes)) {
                report.faults.push("the store has a name of a patient".to_owned());
            }
            fs::remove_dir_all(&store).unwrap();
            *answer = Some(run);
        }
        let (json, plain) = (first.unwrap(), second.unwrap());
        report.faults.extend(faults_of(bad, &json, &plain));
    }
}

/// Whether a file of the store names the patient, in what it has packed with gzip as well.
fn leaks(bytes: &[u8]) -> bool {
    let names = |bytes: &[u8]| bytes.windows(SECRET.len()).any(|part| part == SECRET.as_bytes());
    let mut unpacked = Vec::new();
    // What is not gzip unpacks to nothing.
    let _ = MultiGzDecoder::new(bytes).read_to_end(&mut unpacked);
    names(bytes) || names(&unpacked)
}

/// What is wrong with the answers.
fn faults_of(bad: &Bad, json: &Run, plain: &Run) -> Vec<String> {
    let answer = |name: &str| {
        let value = |line| serde_json::from_str::<Value>(line).ok()?.get(name).cloned();
        json.stdout.lines().find_map(value)
    };
    // What is refused before there is a case is refused in the same words.
    let case = answer("case").or_else(|| answer("error")).unwrap_or_default();
    let said = |name: &str| case.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let got = match (json.status, said("outcome").as_str()) {
        (Some(0), _) => format!("accepted, notes {}", case.get("notes").unwrap_or(&Value::Null)),
        (_, "refused") => format!("`{}`: {}", said("code"), said("reason")),
        _ => format!("status {:?}, {}", json.status, json.stderr.trim_end()),
    };
    let mut faults = Vec::new();
    match bad.expected {
        Expected::Accepted { note } => {
            let notes = case.get("notes").map(Value::to_string).unwrap_or_default();
            let is_noted =
                note.is_none_or(|note| notes.contains(note) || json.stdout.contains(note));
            if json.status != Some(0) || !is_noted {
                faults.push(format!("expected to be accepted with {note:?}; got {got}"));
            }
        }
        Expected::Refused { code, says } => {
            let (found, words) = (said("code"), said("reason"));
            if json.status != Some(1) || !words.contains(says) || found != code {
                faults.push(format!("expected `{code}` with `{says}`; got `{found}`, {got}"));
            }
            faults.extend(complaints(bad, plain));
        }
    }
    if json.status != plain.status {
        faults.push(format!("status {:?} with --json, {:?} without", json.status, plain.status));
    }
    faults
}

/// What is wrong with the line that people read.
fn complaints(bad: &Bad, plain: &Run) -> Vec<String> {
    let text = plain.stderr.trim_end_matches('\n');
    let mut faults = Vec::new();
    if !is_plain_line(text) {
        faults.push(format!("not one plain line of complaint: {text:?}"));
    }
    let is_plain = bad.name.chars().all(|c| c.is_ascii_graphic() || c == ' ');
    if is_plain && text.matches(&bad.name).count() != 1 {
        faults.push(format!("the file is not named once: {text}"));
    }
    if text.len() > 1200 {
        faults.push(format!("a complaint of {} bytes", text.len()));
    }
    faults
}

fn is_plain_line(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(char::is_control)
}

/// Whatever they answer, they answer, and in one line if it is no.
fn check_other(arguments: &[PathBuf], place: &Path, report: &mut Report) {
    let run = Run::of(arguments, place);
    report.take(&run);
    let what = arguments[0].display();
    match run.status {
        Some(0) => {}
        Some(1) if is_plain_line(run.stderr.trim_end_matches('\n')) => {}
        status => report.faults.push(format!("{what}: status {status:?}, {}", run.stderr)),
    }
}

impl Report {
    /// What no run may do.
    fn take(&mut self, run: &Run) {
        self.longest = self.longest.max(run.took);
        self.peak_kib = self.peak_kib.max(run.peak_kib);
        if run.is_late {
            self.faults.push(format!("{}: killed after {:?}", run.what, run.took));
        } else if run.status.is_none() {
            let took = run.took;
            self.faults.push(format!("{}: a signal after {took:?}: {}", run.what, run.stderr));
        }
        if run.stderr.contains("a fault of medshape itself") {
            self.faults.push(format!("{}: {}", run.what, run.stderr));
        }
        if run.stdout.contains(SECRET) || run.stderr.contains(SECRET) {
            self.faults.push(format!("{}: says a patient's name", run.what));
        }
        if !run.left.is_empty() {
            self.faults.push(format!("{}: left temporary files: {:?}", run.what, run.left));
        }
    }
}

/// One run of the program.
struct Run {
    what: String,
    status: Option<i32>,
    stdout: String,
    stderr: String,
    took: Duration,
    peak_kib: u64,
    is_late: bool,
    left: Vec<PathBuf>,
}

impl Run {
    fn of(arguments: &[PathBuf], place: &Path) -> Self {
        let temporary = place.join("tmp");
        fs::create_dir_all(&temporary).unwrap();
        let [out, err] = ["stdout", "stderr"].map(|name| place.join(name));
        // Soft: a confined child sets a limit of its own.
        let limited = format!("ulimit -v {MOST_KIB}; ulimit -S -t {MOST_CPU_S}; exec \"$@\"");
        let mut command = Command::new("sh");
        command.args(["-c", &limited, "sh"]);
        command.arg(env!("CARGO_BIN_EXE_medshape")).args(arguments);
        command.env_remove("MEDSHAPE_STORE").env("TMPDIR", &temporary).stdin(Stdio::null());
        command.stdout(fs::File::create(&out).unwrap()).stderr(fs::File::create(&err).unwrap());
        let begun = Instant::now();
        let mut child = command.spawn().unwrap();
        let (status, peak_kib, is_late) = wait(&mut child, begun);
        let read = |path: &Path| {
            let mut bytes = Vec::new();
            fs::File::open(path).unwrap().read_to_end(&mut bytes).unwrap();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let left = fs::read_dir(&temporary).unwrap().map(|entry| entry.unwrap().path()).collect();
        Self {
            what: arguments[0].display().to_string(),
            status,
            stdout: read(&out),
            stderr: read(&err),
            took: begun.elapsed(),
            peak_kib,
            is_late,
            left,
        }
    }
}

/// Its status, the most memory seen, and whether it had to be ended.
fn wait(child: &mut Child, begun: Instant) -> (Option<i32>, u64, bool) {
    let mut peak_kib = 0;
    loop {
        peak_kib = peak_kib.max(resident_kib(child.id()));
        if let Some(status) = child.try_wait().unwrap() {
            return (status.code(), peak_kib, false);
        }
        if begun.elapsed() > MOST_TIME {
            child.kill().unwrap();
            child.wait().unwrap();
            return (None, peak_kib, true);
        }
        std::thread::sleep(Duration::from_millis(3));
    }
}

/// The most memory that a process has had, as Linux counts it.
fn resident_kib(id: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok()).unwrap_or(0)
}

fn copy(from: &Path, to: &Path) {
    for (name, bytes) in contents(from) {
        let path = to.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// All files of a folder.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(
                    path.strip_prefix(folder).unwrap().to_owned(),
                    fs::read(&path).unwrap(),
                );
            }
        }
    }
    files
}
