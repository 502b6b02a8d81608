//! The parent: starts a child for a file, hears it out, and believes nothing that it says.

use std::fs;
use std::io::{self, BufReader, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{self, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use medshape_formats::archive::{Held, Sink};
use medshape_formats::{Input, Limits};

use super::Isolation;
use super::protections::Protections;
use super::question::{Noun, Question};
use super::request::{Confinement, HELLO, Refusal, Request};
use super::unpack::received;
use super::wire::{Source, Wire, nonsense};
use crate::Error;

mod death;

use death::Death;

/// Asks a child for what is in a file; `seen` hears what holds the child.
pub(super) fn ask<N: Noun>(
    isolation: &Isolation,
    input: &Input,
    limits: &Limits,
    seen: &dyn Fn(Protections),
) -> Result<N, Error> {
    let files = match N::QUESTION.is_of_one_file() {
        true => vec![input.path().to_owned()],
        false => files(input, limits),
    };
    let memory = memory(&files, isolation, limits);
    let confinement = Confinement { memory, cpu_s: isolation.cpu_s, files };
    let request =
        Request { question: N::QUESTION, input: input.clone(), limits: *limits, confinement };
    // A child cannot answer with more than it can hold.
    converse(isolation, &request, seen, memory, &mut noun::<N>)
}

/// Has a child read an archive and hand over its files.
///
/// It needs little memory, and time that grows with what the archive can become.
pub(super) fn unpack(
    isolation: &Isolation,
    input: &Input,
    limits: &Limits,
    seen: &dyn Fn(Protections),
    sink: &mut dyn Sink,
) -> Result<Held, Error> {
    const MEMORY: u64 = 512 << 20;
    let more = unpacking_time(input, limits);
    let (cpu_s, wall) = (isolation.cpu_s + more.as_secs(), isolation.wall + more);
    let isolation = Isolation { cpu_s, wall, ..isolation.clone() };
    let memory = MEMORY.min(isolation.memory);
    let confinement = Confinement { memory, cpu_s, files: vec![input.path().to_owned()] };
    let question = Question::Unpack;
    let request = Request { question, input: input.clone(), limits: *limits, confinement };
    // What the files may have in all is held against the limits where they are written.
    let most = limits.archive.saturating_mul(2).saturating_add(memory);
    converse(&isolation, &request, seen, most, &mut |from| received(from, sink))
}

/// How long it may take to unpack an archive, beside what a process may take in any case.
fn unpacking_time(input: &Input, limits: &Limits) -> Duration {
    /// Inflating runs at some hundred megabytes a second, and a slow disk writes as fast as this.
    const BYTES_A_SECOND: u64 = 64 << 20;
    let n_packed = fs::metadata(input.path()).map_or(0, |facts| facts.len());
    let limits = Limits { bytes: limits.archive, ..*limits };
    Duration::from_secs(limits.unpacked(n_packed) / BYTES_A_SECOND)
}

/// Starts a child, asks it, and hears its answer of at most so many bytes.
fn converse<T>(
    isolation: &Isolation,
    request: &Request,
    seen: &dyn Fn(Protections),
    most: u64,
    take: &mut Take<'_, T>,
) -> Result<T, Error> {
    let name = request.input.name();
    let refused = |code: &str, reason: String| Error::isolated(name, code, &reason);
    let mut child = Child::start(isolation).map_err(|cause| {
        refused("io", format!("no process to read it could be started: {cause}"))
    })?;
    match child.converse(request, seen, most, take) {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(Refusal { code, reason })) => Err(refused(&code, reason)),
        Err(cause) => {
            let memory = request.confinement.memory;
            let Death { code, reason } = child.death(&cause, isolation, memory);
            Err(refused(code, reason))
        }
    }
}

/// What is made of the bytes of an answer.
type Take<'a, T> = dyn FnMut(&mut Source<'_>) -> io::Result<Result<T, Refusal>> + 'a;

/// A noun, or why there is none.
fn noun<N: Noun>(from: &mut Source<'_>) -> io::Result<Result<N, Refusal>> {
    match u8::decode(from)? {
        0 => Ok(Ok(N::decode(from)?)),
        1 => Ok(Err(Refusal::decode(from)?)),
        _ => Err(nonsense("neither an answer nor a refusal")),
    }
}

/// The only files that reading `input` takes: itself, and those that it may name.
fn files(input: &Input, limits: &Limits) -> Vec<PathBuf> {
    let mut files = vec![input.path().to_owned()];
    match input.files() {
        Some(others) => files.extend(others.values().cloned()),
        None if stands_alone(&input.lower_name()) => {}
        None => files.extend(beside(input).take(limits.entries)),
    }
    files
}

/// Whether a file of this name has all that it says inside of itself. Others may name files beside them.
fn stands_alone(lower_name: &str) -> bool {
    const ENDINGS: [&str; 14] = [
        ".nii", ".nii.gz", ".mgz", ".mgh", ".dcm", ".stl", ".ply", ".obj", ".off", ".vtp", ".csv",
        ".tsv", ".txt", ".xlsx",
    ];
    ENDINGS.iter().any(|ending| lower_name.ends_with(ending))
}

/// The regular files in the folder of `input`, links left out as [`Input::beside`] leaves them out.
fn beside(input: &Input) -> impl Iterator<Item = PathBuf> {
    let folder = input.path().parent().map(|folder| folder.join("."));
    let entries = folder.and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten();
    let is_file = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_file());
    entries.flatten().filter(is_file).map(|entry| entry.path())
}

/// How much memory reading these files may take: four times what they can become when they are
/// unpacked, and half a gigabyte for what else a process needs.
///
/// This is the second net. The first are the readers, which hold every claim of a header against the
/// bytes that are there.
fn memory(files: &[PathBuf], isolation: &Isolation, limits: &Limits) -> u64 {
    const AT_LEAST: u64 = 512 << 20;
    const A_BYTE: u64 = 4;
    let n_bytes = |file: &PathBuf| fs::metadata(file).map_or(0, |facts| facts.len());
    let unpacked = files.iter().map(|file| limits.unpacked(n_bytes(file)));
    let unpacked = unpacked.fold(0_u64, u64::saturating_add);
    unpacked.saturating_mul(A_BYTE).saturating_add(AT_LEAST).min(isolation.memory)
}

/// A child that runs; dropping it ends it, and leaves no dead process behind.
struct Child {
    process: process::Child,
    answers: UnixStream,
    complaints: UnixStream,
    deadline: Instant,
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Child {
    /// Sockets and not pipes, for they can be waited for no longer than so long.
    fn start(isolation: &Isolation) -> io::Result<Self> {
        let (answers, theirs) = UnixStream::pair()?;
        let (complaints, their_complaints) = UnixStream::pair()?;
        let mut command = Command::new(&isolation.program);
        command.arg0("medshape").arg("parse-worker").env_clear();
        if let Some(name) = &isolation.probe {
            command.args(["--probe", name]);
        }
        command.stdin(Stdio::from(OwnedFd::from(theirs.try_clone()?)));
        command.stdout(Stdio::from(OwnedFd::from(theirs)));
        command.stderr(Stdio::from(OwnedFd::from(their_complaints)));
        // Ctrl-C is for the parent, which ends its children or lets them finish.
        command.process_group(0);
        let process = command.spawn()?;
        // The child's ends of the sockets close here with `command`, and so end when the child does.
        Ok(Self { process, answers, complaints, deadline: Instant::now() + isolation.wall })
    }

    /// # Errors
    /// There came no whole answer in time, or something that is none.
    fn converse<T>(
        &mut self,
        request: &Request,
        seen: &dyn Fn(Protections),
        most: u64,
        take: &mut Take<'_, T>,
    ) -> io::Result<Result<T, Refusal>> {
        let mut bytes = Vec::new();
        request.encode(&mut bytes)?;
        self.answers.set_write_timeout(Some(self.left()?))?;
        self.answers.write_all(&bytes)?;

        // Small: what is large goes around it.
        const BUFFER: usize = 32 << 10;
        let mut answers = BufReader::with_capacity(BUFFER, Timed(self));
        let mut from = Source::new(&mut answers, most, request.limits);
        let mut hello = [0; HELLO.len()];
        from.fill(&mut hello)?;
        if hello != HELLO {
            return Err(nonsense("no greeting"));
        }
        seen(Protections::decode(&mut from)?);
        let answer = take(&mut from)?;
        from.end()?;
        Ok(answer)
    }

    fn left(&self) -> io::Result<Duration> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
    }

    /// Why there was no answer.
    fn death(&mut self, cause: &io::Error, isolation: &Isolation, memory: u64) -> Death {
        use io::ErrorKind::{InvalidData, OutOfMemory, TimedOut, WouldBlock};
        match cause.kind() {
            TimedOut | WouldBlock => Death::late(isolation.wall),
            InvalidData => Death::nonsense(cause),
            OutOfMemory => Death::too_large(),
            _ => match self.end() {
                Some(status) => Death::of(status, &self.complaint(), isolation.cpu_s, memory),
                None => Death::silent(),
            },
        }
    }

    /// How it ended. Its last word was heard, so that it has little time left.
    fn end(&mut self) -> Option<ExitStatus> {
        const PATIENCE: Duration = Duration::from_secs(5);
        const NAP: Duration = Duration::from_millis(2);
        let until = self.deadline.min(Instant::now() + PATIENCE);
        loop {
            match self.process.try_wait() {
                Ok(Some(status)) => return Some(status),
                Ok(None) if Instant::now() < until => std::thread::sleep(NAP),
                Ok(None) | Err(_) => return None,
            }
        }
    }

    /// The beginning of what it said to its standard error.
    fn complaint(&mut self) -> String {
        const MOST: usize = 4 << 10;
        const PATIENCE: Duration = Duration::from_millis(100);
        let mut bytes = vec![0; MOST];
        let read = self
            .complaints
            .set_read_timeout(Some(PATIENCE))
            .and_then(|()| self.complaints.read(&mut bytes));
        bytes.truncate(read.unwrap_or(0));
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// The answers of a child until its time is over.
struct Timed<'a>(&'a Child);

impl Read for Timed<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let mut answers = &self.0.answers;
        answers.set_read_timeout(Some(self.0.left()?))?;
        answers.read(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_that_a_header_may_name_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["head.nhdr", "voxels.raw", "map.nii.gz"] {
            fs::write(at(name), "x").unwrap();
        }
        fs::create_dir(at("more")).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", at("link.raw")).unwrap();
        let names = |name: &str| {
            let mut files = files(&Input::on_disk(at(name)), &Limits::DEFAULT);
            files.sort();
            files.dedup();
            let name = |file: PathBuf| file.file_name().unwrap().to_string_lossy().into_owned();
            files.into_iter().map(name).collect::<Vec<_>>()
        };
        assert_eq!(names("map.nii.gz"), ["map.nii.gz"]);
        assert_eq!(names("head.nhdr"), ["head.nhdr", "map.nii.gz", "voxels.raw"]);
    }

    #[test]
    fn memory_grows_with_the_files_up_to_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let file = |n_bytes: u64| {
            let path = folder.path().join(n_bytes.to_string());
            fs::File::create(&path).unwrap().set_len(n_bytes).unwrap();
            path
        };
        let of = |files: &[PathBuf]| memory(files, &Isolation::default(), &Limits::DEFAULT);
        assert_eq!(of(&[]), 512 << 20);
        assert_eq!(of(&[file(1000)]), (512 << 20) + 4 * (1_100_000 + (1 << 20)));
        assert_eq!(of(&[file(1000), file(2000)]), (512 << 20) + 4 * (3_300_000 + (2 << 20)));
        assert_eq!(of(&[file(1 << 33)]), 6 << 30);
    }
}
