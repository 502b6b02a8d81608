//! ZIP, walked from its first byte to its last: names, comments and extra fields of both headers of
//! each entry, and the texts of what is packed (PKWARE, APPNOTE 6.3.10).
//!
//! The list at the end is not relied on, so an entry that it hides or that lies in a damaged archive
//! is found as well.

use std::io::{self, Read};

use super::bytes::Bytes;
use super::inflate::{Bounded, Inflated};
use super::teller::Teller;
use super::{contents, key, plain, time};

pub(super) fn tell(bytes: &mut Bytes<'_>, teller: &mut Teller<'_>) {
    let mut walk = Walk::default();
    loop {
        match bytes.peek(4) {
            b"PK\x03\x04" => walk.entry(bytes, teller),
            b"PK\x01\x02" => walk.listed(bytes, teller),
            b"PK\x05\x06" => end(bytes, teller),
            [] => break,
            _ => skip_to_signature(bytes),
        }
    }
    walk.tell_packing(teller);
}

/// What is told once for all entries.
#[derive(Default)]
struct Walk {
    n_entries: usize,
    n_listed: usize,
    dates: Vec<String>,
    owner: Option<String>,
}

impl Walk {
    /// A local header and the bytes behind it.
    fn entry(&mut self, bytes: &mut Bytes<'_>, teller: &mut Teller<'_>) {
        let Some(header) = bytes.array::<30>() else { return };
        let [flags, method, time, date] = [6, 8, 10, 12].map(|at| u16_at(&header, at));
        let size = u32_at(&header, 18);
        let name = bytes.take(u16_at(&header, 26).into());
        let extra = bytes.take(u16_at(&header, 28).into());
        self.n_entries += 1;
        let place = format!("zip entry {}", self.n_entries);
        teller.say_name(&format!("{place}, its name"), &name);
        self.note(&extra, [date, time], &format!("{place}, extra field"), teller);
        if !teller.may_enter() {
            return;
        }
        let entry = Entry { method, flags, size: long_size(&extra, size), name: lower(&name) };
        entry.tell(bytes, &place, teller);
    }

    /// An entry's line in the list at the end.
    fn listed(&mut self, bytes: &mut Bytes<'_>, teller: &mut Teller<'_>) {
        let Some(header) = bytes.array::<46>() else { return };
        let [time, date] = [12, 14].map(|at| u16_at(&header, at));
        let name = bytes.take(u16_at(&header, 28).into());
        let extra = bytes.take(u16_at(&header, 30).into());
        let comment = bytes.take(u16_at(&header, 32).into());
        self.n_listed += 1;
        let place = format!("zip entry {}", self.n_listed);
        // The same words as in front of the entry, in an honest archive: whoever listens drops them.
        teller.say_name(&format!("{place}, its name"), &name);
        teller.say(&format!("{place}, comment"), &comment);
        self.note(&extra, [date, time], &format!("{place}, extra field"), teller);
    }

    fn note(&mut self, extra: &[u8], [date, time]: [u16; 2], place: &str, teller: &mut Teller<'_>) {
        let mut dates = Vec::from_iter(time::dos(date, time));
        let mut rest = extra;
        while let [i0, i1, n0, n1, more @ ..] = rest {
            let n_bytes = usize::from(u16::from_le_bytes([*n0, *n1])).min(more.len());
            let (field, after) = more.split_at(n_bytes);
            rest = after;
            match u16::from_le_bytes([*i0, *i1]) {
                UNIX_TIMES => dates.extend(field.get(1..).and_then(unix_time)),
                OLD_UNIX => dates.extend(field.get(4..).and_then(unix_time)),
                UNIX_OWNER => self.owner = self.owner.take().or_else(|| unix_owner(field)),
                ZIP64 | NTFS => {}
                _ => plain::tell_runs_of(field, place, teller),
            }
        }
        for date in dates {
            if self.dates.len() < MOST_DATES && !self.dates.contains(&date) {
                self.dates.push(date);
            }
        }
    }

    fn tell_packing(&self, teller: &mut Teller<'_>) {
        for date in &self.dates {
            teller.say_key("zip times", key::TIME, date.as_bytes());
        }
        if let Some(owner) = &self.owner {
            teller.say_key("zip owner", key::OWNER, owner.as_bytes());
        }
    }
}

const ZIP64: u16 = 0x0001;
const NTFS: u16 = 0x000a;
const UNIX_TIMES: u16 = 0x5455;
const OLD_UNIX: u16 = 0x5855;
const UNIX_OWNER: u16 = 0x7875;

/// Times of an archive that are told; the others are of the same kind.
const MOST_DATES: usize = 3;

/// The bytes of an entry.
struct Entry {
    method: u16,
    flags: u16,
    /// 0 where it only comes behind the bytes.
    size: u64,
    name: String,
}

impl Entry {
    fn tell(&self, bytes: &mut Bytes<'_>, place: &str, teller: &mut Teller<'_>) {
        const STORED: u16 = 0;
        const DEFLATED: u16 = 8;
        const IS_ENCRYPTED: u16 = 1;
        match self.method {
            _ if self.flags & IS_ENCRYPTED != 0 => {
                self.pass_over(bytes, place, "encrypted", teller)
            }
            STORED => self.tell_stored(bytes, place, teller),
            DEFLATED => self.tell_deflated(bytes, place, teller),
            _ => self.pass_over(bytes, place, "packed in a rare way", teller),
        }
    }

    fn pass_over(&self, bytes: &mut Bytes<'_>, place: &str, why: &str, teller: &mut Teller<'_>) {
        teller.say_key(place, key::OPAQUE, why.as_bytes());
        bytes.skip(self.size);
    }

    fn tell_stored(&self, bytes: &mut Bytes<'_>, place: &str, teller: &mut Teller<'_>) {
        const SIZE_FOLLOWS: u16 = 8;
        let mut stored = match self.size == 0 && self.flags & SIZE_FOLLOWS != 0 {
            true => Bytes::of_reader(UntilSignature(bytes)),
            false => bytes.part(self.size),
        };
        teller.inside(place, |teller| contents(&mut stored, &self.name, teller));
        stored.skip(u64::MAX);
    }

    fn tell_deflated(&self, bytes: &mut Bytes<'_>, place: &str, teller: &mut Teller<'_>) {
        let inflated = Bounded::new(Inflated::new(bytes), teller.budget());
        let mut unpacked = Bytes::of_reader(inflated);
        teller.inside(place, |teller| contents(&mut unpacked, &self.name, teller));
        // To its end, which is where the next header may be.
        unpacked.skip(u64::MAX);
    }
}

/// Bytes up to something that looks like a header.
struct UntilSignature<'b, 'a>(&'b mut Bytes<'a>);

impl Read for UntilSignature<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if is_signature(self.0.peek(4)) || out.is_empty() {
            return Ok(0);
        }
        let ahead = self.0.ahead();
        let next = ahead.iter().skip(1).position(|&byte| byte == b'P');
        let n_bytes = next.map_or(ahead.len(), |place| place + 1).min(out.len());
        out[..n_bytes].copy_from_slice(&ahead[..n_bytes]);
        self.0.walk(n_bytes);
        Ok(n_bytes)
    }
}

fn is_signature(head: &[u8]) -> bool {
    matches!(
        head,
        [b'P', b'K', 1, 2]
            | [b'P', b'K', 3, 4]
            | [b'P', b'K', 5, 6]
            | [b'P', b'K', 6, 6]
            | [b'P', b'K', 7, 8]
    )
}

/// The list's end: a comment.
fn end(bytes: &mut Bytes<'_>, teller: &mut Teller<'_>) {
    let Some(header) = bytes.array::<22>() else { return };
    let comment = bytes.take(u16_at(&header, 20).into());
    teller.say("zip comment", &comment);
}

/// To the next signature, one byte at least.
fn skip_to_signature(bytes: &mut Bytes<'_>) {
    bytes.skip(1);
    let mut skipped = [0; 4096];
    while matches!(UntilSignature(bytes).read(&mut skipped), Ok(1..)) {}
}

/// A size that did not fit into the header is in a field of its own.
fn long_size(extra: &[u8], size: u32) -> u64 {
    let is_long = size == u32::MAX && extra.starts_with(&ZIP64.to_le_bytes());
    match extra.get(4..12).and_then(|bytes| bytes.first_chunk()) {
        Some(&bytes) if is_long => u64::from_le_bytes(bytes),
        _ => size.into(),
    }
}

fn unix_time(field: &[u8]) -> Option<String> {
    let seconds = field.first_chunk().map(|&bytes| u32::from_le_bytes(bytes))?;
    time::unix(seconds.into())
}

/// User and group, unless they are those of nobody.
fn unix_owner(field: &[u8]) -> Option<String> {
    let (&n_bytes, rest) = field.get(1..)?.split_first()?;
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0_u64, |n, &b| n << 8 | u64::from(b));
    let user = number(rest.get(..usize::from(n_bytes))?);
    (user != 0 && user != 65_534).then(|| format!("user {user}"))
}

fn lower(name: &[u8]) -> String {
    String::from_utf8_lossy(name).to_lowercase()
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
