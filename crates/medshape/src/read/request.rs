//! What parent and child say to each other: a request; then protections; then an answer.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use medshape_formats::{Input, Limits};

use super::protections::{Extent, Protections};
use super::question::Question;
use super::wire::{Source, Wire, encode_array, encode_list, encode_text, nonsense};
use crate::Error;

/// The first bytes of a child's answer: whoever sends others is not `medshape parse-worker`.
pub(super) const HELLO: [u8; 8] = *b"medshape";

/// A file to be read.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) question: Question,
    pub(super) input: Input,
    pub(super) limits: Limits,
    pub(super) confinement: Confinement,
}

/// What a child may take.
#[derive(Debug, Clone)]
pub(super) struct Confinement {
    /// Bytes of memory.
    pub(super) memory: u64,
    /// Seconds of CPU time.
    pub(super) cpu_s: u64,
    /// The only files that it may read.
    pub(super) files: Vec<PathBuf>,
}

/// Why a child read nothing.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    /// The kind of fault in one word.
    pub(super) code: String,
    /// In words, without the file.
    pub(super) reason: String,
}

/// Files in a folder, at most, that are looked at for those that a header may name.
const MAX_FILES: usize = 100_000;
/// Bytes of a path.
const MAX_PATH: usize = 4096;
/// More bytes than any request has.
pub(super) const MAX_REQUEST: u64 = 64 << 20;

impl Wire for Request {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        self.question.encode(to)?;
        for path in [self.input.name(), self.input.path()] {
            encode_path(path, to)?;
        }
        let files: Option<Vec<Named>> = self.input.files().map(|files| {
            files.iter().map(|(name, path)| Named(name.clone(), path.clone())).collect()
        });
        files.encode(to)?;
        self.input.sample().map(str::to_owned).encode(to)?;
        let per_mille = self.input.least_fraction().map_or(0.0, |share| 1000.0 * share);
        (per_mille.round() as u64).encode(to)?;
        encode_list(&numbers(&self.limits), to)?;
        self.confinement.memory.encode(to)?;
        self.confinement.cpu_s.encode(to)?;
        encode_list(&self.confinement.files, to)
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        let question = Question::decode(from)?;
        let [name, path] = [PathBuf::decode(from)?, PathBuf::decode(from)?];
        let input = match Option::<Vec<Named>>::decode(from)? {
            None => Input::on_disk(path),
            Some(files) => {
                let files: BTreeMap<_, _> =
                    files.into_iter().map(|Named(name, path)| (name, path)).collect();
                Input::unpacked(name, path, Arc::new(files))
            }
        };
        let sample = Option::<String>::decode(from)?;
        let per_mille = u64::decode(from)?;
        let share = (per_mille > 0).then_some(per_mille as f64 / 1000.0);
        let input = input.with_least_fraction(share).with_sample(sample);
        let numbers = from.list(N_LIMITS)?.try_into().map_err(|_| nonsense("limits"))?;
        let (memory, cpu_s) = (u64::decode(from)?, u64::decode(from)?);
        let confinement = Confinement { memory, cpu_s, files: from.list(MAX_FILES)? };
        Ok(Self { question, input, limits: limits(numbers), confinement })
    }
}

/// A file under its name in an archive.
struct Named(String, PathBuf);

impl Wire for Named {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        encode_text(&self.0, to)?;
        encode_path(&self.1, to)
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        Ok(Self(from.text(MAX_PATH)?, PathBuf::decode(from)?))
    }
}

impl Wire for Vec<Named> {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        encode_list(self, to)
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        from.list(MAX_FILES)
    }
}

impl Wire for PathBuf {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        encode_path(self, to)
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        Ok(OsString::from_vec(from.array(MAX_PATH)?).into())
    }
}

fn encode_path(path: &Path, to: &mut dyn Write) -> io::Result<()> {
    encode_array(path.as_os_str().as_bytes(), to)
}

impl Wire for Protections {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        let flags = [self.limits, self.no_new_privs, self.seccomp].map(u8::from);
        to.write_all(&flags)?;
        (self.landlock as u8).encode(to)
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        let mut flags = [0; 3];
        from.fill(&mut flags)?;
        let [limits, no_new_privs, seccomp] = flags.map(|flag| flag == 1);
        let landlock = match u8::decode(from)? {
            2 => Extent::Full,
            1 => Extent::Partial,
            _ => Extent::None,
        };
        Ok(Self { limits, no_new_privs, landlock, seccomp })
    }
}

impl Refusal {
    /// The parent knows the file and says so.
    pub(super) fn of(error: &Error) -> Self {
        let reason = match error {
            Error::Format(error) => error.kind().to_string(),
            Error::Io { cause, .. } => cause.to_string(),
            Error::Refused { reason, .. } => reason.clone(),
            other => other.to_string(),
        };
        Self { code: error.code().to_owned(), reason }
    }

    /// This side could not keep what it heard.
    pub(super) fn not_written(cause: &io::Error) -> Self {
        Self { code: "io".to_owned(), reason: format!("it cannot be unpacked: {cause}") }
    }
}

impl Wire for Refusal {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        encode_text(&self.code, to)?;
        encode_text(&self.reason, to)
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        const MAX_CODE: usize = 32;
        const MAX_REASON: usize = 64 << 10;
        Ok(Self { code: from.text(MAX_CODE)?, reason: from.text(MAX_REASON)? })
    }
}

const N_LIMITS: usize = 20;

/// All of them, so that one that is added cannot be forgotten here.
fn numbers(limits: &Limits) -> [u64; N_LIMITS] {
    let Limits {
        bytes,
        vertices,
        faces,
        corners,
        parts,
        line,
        header,
        token,
        number,
        depth,
        json,
        string,
        segments,
        layers,
        entries,
        path,
        archive,
        files,
        keys,
        trailer,
    } = *limits;
    let sizes = [
        vertices, faces, corners, parts, line, header, token, number, depth, json, string,
        segments, layers, entries, path,
    ];
    let mut numbers = [bytes; N_LIMITS];
    for (number, size) in numbers[1..].iter_mut().zip(sizes) {
        *number = size as u64;
    }
    for (number, last) in
        numbers[16..].iter_mut().zip([archive, files as u64, keys as u64, trailer as u64])
    {
        *number = last;
    }
    numbers
}

fn limits(numbers: [u64; N_LIMITS]) -> Limits {
    let size = |at: usize| usize::try_from(numbers[at]).unwrap_or(usize::MAX);
    Limits {
        bytes: numbers[0],
        vertices: size(1),
        faces: size(2),
        corners: size(3),
        parts: size(4),
        line: size(5),
        header: size(6),
        token: size(7),
        number: size(8),
        depth: size(9),
        json: size(10),
        string: size(11),
        segments: size(12),
        layers: size(13),
        entries: size(14),
        path: size(15),
        archive: numbers[16],
        files: size(17),
        keys: size(18),
        trailer: size(19),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_arrives_as_it_was_sent() {
        let files = BTreeMap::from([("voxels.raw".to_owned(), PathBuf::from("/tmp/x/17"))]);
        let request = Request {
            question: Question::Volume,
            input: Input::unpacked("a.zip/head.nhdr", "/tmp/x/16", Arc::new(files))
                .with_least_fraction(Some(0.25))
                .with_sample(Some("liver/3".to_owned())),
            // Each its own number, so that two that are swapped are seen.
            limits: limits(std::array::from_fn(|at| 100 + at as u64)),
            confinement: Confinement {
                memory: 1 << 30,
                cpu_s: 7,
                files: vec![OsString::from_vec(b"/tmp/not-utf-8-\xff".to_vec()).into()],
            },
        };
        let mut bytes = Vec::new();
        request.encode(&mut bytes).unwrap();
        let mut from = bytes.as_slice();
        let mut source = Source::new(&mut from, MAX_REQUEST, Limits::DEFAULT);
        let arrived = Request::decode(&mut source).unwrap();
        assert_eq!(format!("{arrived:?}"), format!("{request:?}"));
    }

    #[test]
    fn every_question_has_a_number() {
        let mut bytes = Vec::new();
        Question::Table.encode(&mut bytes).unwrap();
        assert_eq!(bytes, [6]);
    }
}
