//! The files of an archive on the wire: names and bytes as they come, then how it ended.

use std::io::{self, Write};

use medshape_formats::archive::{self, Held, Sink};
use medshape_formats::{Input, Limits};

use super::request::Refusal;
use super::wire::{Source, Wire, encode_text, nonsense};

/// What comes next.
const NAME: u8 = 0;
const BYTES: u8 = 1;
const END: u8 = 2;
const REFUSED: u8 = 3;

/// Bytes of a file that cross at one time, at most.
const STEP: usize = 64 << 10;

/// The child's half: reads the archive and sends its files.
pub(super) fn send(input: &Input, limits: &Limits, to: &mut dyn Write) -> io::Result<()> {
    match archive::stream(input, &mut Sent(to), limits) {
        Ok(held) => to.write_all(&[END, u8::from(held == Held::Archive)]),
        Err(error) => {
            REFUSED.encode(to)?;
            Refusal::of(&error.into()).encode(to)
        }
    }
}

/// The parent's half: writes what comes to `sink`, which believes neither names nor sizes.
pub(super) fn received(
    from: &mut Source<'_>,
    sink: &mut dyn Sink,
) -> io::Result<Result<Held, Refusal>> {
    let mut buffer = vec![0; STEP];
    loop {
        let taken = match u8::decode(from)? {
            NAME => sink.begin(name(from)?.as_deref()),
            BYTES => {
                let n_bytes = from.count(STEP, 1)?;
                from.fill(&mut buffer[..n_bytes])?;
                sink.write_all(&buffer[..n_bytes])
            }
            END => return held(from).map(Ok),
            REFUSED => return Refusal::decode(from).map(Err),
            _ => return Err(nonsense("neither a file nor an end")),
        };
        match taken {
            // It was the child who asked for what no archive can hold.
            Err(cause) if cause.kind() == io::ErrorKind::InvalidData => return Err(cause),
            Err(cause) => return Ok(Err(Refusal::not_written(&cause))),
            Ok(()) => {}
        }
    }
}

/// Of a file, or of none for an archive in gzip.
fn name(from: &mut Source<'_>) -> io::Result<Option<String>> {
    match u8::decode(from)? {
        0 => Ok(None),
        1 => from.text(from.limits.path).map(Some),
        _ => Err(nonsense("neither a file nor an archive")),
    }
}

fn held(from: &mut Source<'_>) -> io::Result<Held> {
    match u8::decode(from)? {
        0 => Ok(Held::Files),
        1 => Ok(Held::Archive),
        _ => Err(nonsense("neither files nor an archive")),
    }
}

/// Files on their way to the parent.
struct Sent<'a>(&'a mut dyn Write);

impl Sink for Sent<'_> {
    fn begin(&mut self, name: Option<&str>) -> io::Result<()> {
        self.0.write_all(&[NAME, u8::from(name.is_some())])?;
        name.map_or(Ok(()), |name| encode_text(name, self.0))
    }
}

impl Write for Sent<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let bytes = &bytes[..bytes.len().min(STEP)];
        BYTES.encode(self.0)?;
        (bytes.len() as u64).encode(self.0)?;
        self.0.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
