//! Where the voxels are: behind the header, in a file of their own, or in several.

use super::FORMAT;
use super::fields::{Fields, words_of};
use super::header::{Header, Packing};
use crate::beside::Beside;
use crate::error::ErrorKind;
use crate::input::{Input, shortened};
use crate::limits::Limits;
use crate::stream::{Raw, Stream};
use crate::words;

/// The voxels of a file of which `raw` is what stands behind the header.
pub(super) fn voxels<'a>(
    raw: Raw<'a>,
    fields: &Fields,
    header: &Header,
    beside: Beside<'a>,
) -> Result<Stream<'a>, ErrorKind> {
    let limits = beside.limits;
    let n_bytes = header.n_bytes();
    let mut inputs = files(fields, beside)?;
    match (inputs.pop(), inputs.len()) {
        (None, _) => voxels_in(raw, header, n_bytes, limits),
        (Some(input), 0) => voxels_in(Raw::open(&input)?, header, n_bytes, limits),
        (Some(last), n_others) => {
            inputs.push(last);
            let n_of_each = n_bytes / (n_others as u64 + 1);
            let header = header.clone();
            let open =
                move |input: &Input| voxels_in(Raw::open(input)?, &header, n_of_each, limits);
            Ok(Stream::parts(inputs, n_of_each, open, limits))
        }
    }
}

/// The files that hold the voxels; none if they stand behind the header.
pub(super) fn files(fields: &Fields, beside: Beside<'_>) -> Result<Vec<Input>, ErrorKind> {
    let limits = beside.limits;
    let Some(text) = fields.get("datafile") else { return Ok(Vec::new()) };
    let words: Vec<_> = words_of(text).collect();
    match words.as_slice() {
        ["LIST", subdim @ ..] => {
            check_count(fields, fields.listed.len(), subdim.first().copied(), limits)?;
            fields.listed.iter().map(|name| beside.file(name)).collect()
        }
        [pattern, first, last, step, subdim @ ..] if pattern.contains('%') && subdim.len() < 2 => {
            let numbers = numbered(first, last, step, limits)?;
            check_count(fields, numbers.len(), subdim.first().copied(), limits)?;
            beside.pattern(pattern, numbers.into_iter())
        }
        _ => Ok(vec![beside.file(text)?]),
    }
}

/// The numbers of a pattern's files.
fn numbered(first: &str, last: &str, step: &str, limits: &Limits) -> Result<Vec<i64>, ErrorKind> {
    let number = |word: &str| words::number::<i64>("data file", word, limits);
    let (first, last, step) = (number(first)?, number(last)?, number(step)?);
    let range = i128::from(last) - i128::from(first);
    if step == 0 || range * i128::from(step) < 0 {
        return Err(ErrorKind::malformed(FORMAT, "the numbers of its files lead nowhere"));
    }
    if range / i128::from(step) >= limits.files as i128 {
        return Err(ErrorKind::limit("files of one volume", limits.files as u64));
    }
    // Within the range, so nothing can overflow.
    Ok((0..=(range / i128::from(step)) as i64).map(|n| first + n * step).collect())
}

/// Each file has to hold as much as the others: all of the first `subdim` axes, one short of all if
/// nothing is said; if it is all, a part of the slowest axis.
fn check_count(
    fields: &Fields,
    n_files: usize,
    subdim: Option<&str>,
    limits: &Limits,
) -> Result<(), ErrorKind> {
    let sizes: Vec<u64> = words::numbers("sizes", fields.need("sizes")?, limits)?;
    let n_axes = match subdim {
        Some(word) => words::number("data file", word, limits)?,
        None => sizes.len() - 1,
    };
    let n_files = n_files as u64;
    let slowest = sizes.last().copied().unwrap_or(1);
    let fits = match sizes.get(n_axes..) {
        Some([]) => n_files > 0 && slowest.is_multiple_of(n_files),
        Some(rest) if n_axes > 0 => {
            rest.iter().try_fold(1_u64, |n, size| n.checked_mul(*size)) == Some(n_files)
        }
        _ => false,
    };
    if fits {
        return Ok(());
    }
    let reason =
        format!("{n_files} files do not make its {} axes", shortened(&sizes.len().to_string()));
    Err(ErrorKind::malformed(FORMAT, reason))
}

/// The voxels that lie in a file, from here on or as many bytes further as the header says.
fn voxels_in<'a>(
    mut raw: Raw<'a>,
    header: &Header,
    n_bytes: u64,
    limits: &Limits,
) -> Result<Stream<'a>, ErrorKind> {
    raw.skip_lines(header.line_skip)?;
    if header.packing == Packing::Gzip {
        let mut stream = Stream::gzip(raw, limits)?;
        let n_skipped = header.byte_skip.unwrap_or(0);
        stream.expect(n_skipped.saturating_add(n_bytes))?;
        stream.skip(n_skipped)?;
        return Ok(stream);
    }
    match header.byte_skip {
        None => raw.seek_to_last(n_bytes)?,
        Some(0) => {}
        Some(n_skipped) => raw.seek_to(raw.position().saturating_add(n_skipped))?,
    }
    match header.packing {
        Packing::Text => Ok(Stream::numbers(raw, header.encoding.datatype, limits)),
        Packing::Hex => Ok(Stream::hex(raw, limits)),
        Packing::Raw | Packing::Gzip => Stream::plain(raw, limits),
    }
}
