//! gzip: what its headers say (Deutsch, RFC 1952, 1996), and the texts of what is packed.
//!
//! Unlike the reader of volumes this one checks nothing: damaged bytes are the end of the file.

use std::io::{self, Read};

use flate2::Decompress;

use super::bytes::Bytes;
use super::inflate::{Bounded, Step, step};
use super::teller::Teller;
use super::{contents, key, plain, time};

const MAGIC: [u8; 2] = [0x1f, 0x8b];

pub(super) fn tell(bytes: &mut Bytes<'_>, name: &str, teller: &mut Teller<'_>) {
    let inner = match name.strip_suffix(".gz") {
        Some(inner) => inner,
        None if name.ends_with(".mgz") => "volume.mgh",
        None => name,
    };
    let Some(first) = header(bytes) else { return plain::tell_ends(bytes, teller) };
    tell_fields(&first, teller);
    let mut members = Members { bytes, inflate: Decompress::new(false), is_over: false };
    let mut headers = Vec::new();
    teller.inside("", |teller| {
        let unpacked = Unpacked { members: &mut members, headers: &mut headers };
        let mut unpacked = Bytes::of_reader(Bounded::new(unpacked, teller.budget()));
        contents(&mut unpacked, inner, teller);
        // The scanner may have left off; further members have headers too.
        unpacked.skip(u64::MAX);
    });
    for header in headers {
        tell_fields(&header, teller);
    }
    plain::tell_runs(bytes, "after the gzip data", teller);
}

/// What a header holds.
#[derive(Default)]
struct Header {
    seconds: u32,
    extra: Vec<u8>,
    name: Vec<u8>,
    comment: Vec<u8>,
}

impl Header {
    fn if_it_says_anything(self) -> Option<Self> {
        let is_silent = self.seconds == 0
            && [&self.extra, &self.name, &self.comment].iter().all(|text| text.is_empty());
        (!is_silent).then_some(self)
    }
}

fn tell_fields(header: &Header, teller: &mut Teller<'_>) {
    teller.say_name("gzip name", &header.name);
    teller.say("gzip comment", &header.comment);
    plain::tell_runs_of(&header.extra, "gzip extra field", teller);
    if let Some(date) = time::unix(header.seconds.into()) {
        teller.say_key("gzip MTIME", key::TIME, date.as_bytes());
    }
}

fn header(bytes: &mut Bytes<'_>) -> Option<Header> {
    const HAS_CHECKSUM: u8 = 0x02;
    const HAS_EXTRA: u8 = 0x04;
    const HAS_NAME: u8 = 0x08;
    const HAS_COMMENT: u8 = 0x10;
    if !bytes.peek(2).starts_with(&MAGIC) {
        return None;
    }
    let [_, _, _, flags, t0, t1, t2, t3, _, _] = bytes.array()?;
    let mut header = Header { seconds: u32::from_le_bytes([t0, t1, t2, t3]), ..Header::default() };
    if flags & HAS_EXTRA != 0 {
        let n_bytes = u16::from_le_bytes(bytes.array()?);
        header.extra = bytes.take(n_bytes.into());
    }
    if flags & HAS_NAME != 0 {
        header.name = zero_ended(bytes);
    }
    if flags & HAS_COMMENT != 0 {
        header.comment = zero_ended(bytes);
    }
    if flags & HAS_CHECKSUM != 0 {
        bytes.skip(2);
    }
    Some(header)
}

/// The bytes up to a zero, of which the first MiB is kept, as of no other name.
fn zero_ended(bytes: &mut Bytes<'_>) -> Vec<u8> {
    const MOST: usize = 1 << 20;
    let mut text = Vec::new();
    while let Some(byte) = bytes.next().filter(|&byte| byte != 0) {
        if text.len() < MOST {
            text.push(byte);
        }
    }
    text
}

/// The members of a gzip file, one after another.
struct Members<'b, 'a> {
    bytes: &'b mut Bytes<'a>,
    inflate: Decompress,
    is_over: bool,
}

/// What they unpack to; the headers of all but the first are kept.
struct Unpacked<'m, 'b, 'a> {
    members: &'m mut Members<'b, 'a>,
    headers: &'m mut Vec<Header>,
}

impl Read for Unpacked<'_, '_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let members = &mut *self.members;
        while !members.is_over {
            match step(&mut members.inflate, members.bytes, out) {
                Step::Made(n_bytes) => return Ok(n_bytes),
                Step::Damaged => members.is_over = true,
                Step::End => {
                    const TRAILER: u64 = 8;
                    members.bytes.skip(TRAILER);
                    members.inflate.reset(false);
                    match header(members.bytes) {
                        Some(header) => self.headers.extend(header.if_it_says_anything()),
                        None => members.is_over = true,
                    }
                }
            }
        }
        Ok(0)
    }
}
