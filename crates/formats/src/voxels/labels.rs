//! From raw voxels to label indices.
//!
//! Neighbouring voxels mostly hold the same bytes, so a run is recognised by comparing it with
//! itself, shifted by one voxel; its number is looked at once.

use std::collections::HashMap;
use std::ops::Range;

use medshape_types::{Grid, LabelIndex, LabelMap, LabelVoxels, MAX_LABELS};

use super::{ByteOrder, Datatype, Encoding, Number, read, zeros};
use crate::error::{ErrorKind, NotLabels};
use crate::stream::Stream;

/// The label map that comes next in a stream.
pub(crate) fn label_map(
    stream: &mut Stream<'_>,
    grid: &Grid,
    encoding: Encoding,
) -> Result<LabelMap, ErrorKind> {
    let mut palette = Palette::new(encoding, grid);
    let mut labels = LabelVoxels::Narrow(zeros(grid.n_voxels())?);
    read(stream, grid.n_voxels(), encoding.datatype.size(), |raw, voxels| {
        palette.decode_words(raw, voxels, &mut labels)
    })?;
    palette.label_map(*grid, labels)
}

// Voxels that are compared at once.
const RUN: usize = 32;
// The same of voxels of one byte, and those that mostly have two values at most.
const BYTES: usize = 256;
const PART: usize = 32;
// Voxels that fill about a page of memory, which is not there before it is touched.
const BLOCK: usize = 2048;
// Whole numbers up to this are told apart by an f64.
const MAX_EXACT: f64 = (1_u64 << 53) as f64;
const MAX_VALUES: usize = MAX_LABELS + 1;
// Indices that a byte has room for.
const MAX_NARROW: usize = 1 << u8::BITS;

/// The numbers met so far.
///
/// Until all voxels are decoded a number's index is the order of its first voxel, or of one-byte
/// voxels the byte itself; 0 has index 0 from the start. Nothing is written where it is.
pub(super) struct Palette {
    datatype: Datatype,
    order: ByteOrder,
    scale: Option<[f64; 2]>,
    dims: [usize; 3],
    // Numbers and their indices. Two bytes may stand for one number, if the slope is tiny.
    met: Vec<(i64, u16)>,
    is_met: [bool; 256],
    // Up to this one all bytes are met: labels mostly count from 1 without gaps.
    all_met_to: u8,
    index_from_value: HashMap<i64, u16>,
    // Two bit patterns may stand for one value: 0.0 and -0.0.
    index_from_bits: HashMap<u64, u16>,
    recent: [Option<(u64, u16)>; 256],
    // Whether voxels whose bits are all zero are background.
    zero_is_background: bool,
    // For each block of voxels whether it has anything but background.
    is_drawn: Vec<bool>,
}

impl Palette {
    pub(super) fn new(encoding: Encoding, grid: &Grid) -> Self {
        let mut palette = Self {
            datatype: encoding.datatype,
            order: encoding.order,
            scale: encoding.scale,
            dims: grid.dims(),
            met: vec![(0, 0)],
            is_met: std::array::from_fn(|byte| byte == 0),
            all_met_to: 0,
            index_from_value: HashMap::from([(0, 0)]),
            index_from_bits: HashMap::new(),
            recent: [None; 256],
            zero_is_background: false,
            is_drawn: vec![false; grid.n_voxels().div_ceil(BLOCK)],
        };
        palette.zero_is_background = palette.value(0, 0) == Ok(0);
        palette
    }

    /// The label indices of some voxels, which come one after the other and become wide when a byte
    /// has no room for them any more.
    pub(super) fn decode_words(
        &mut self,
        raw: &[u8],
        voxels: Range<usize>,
        labels: &mut LabelVoxels,
    ) -> Result<(), ErrorKind> {
        if let LabelVoxels::Narrow(narrow) = labels {
            self.decode_any(raw, voxels.start, &mut narrow[voxels.clone()])?;
            if self.met.len() <= MAX_NARROW {
                return Ok(());
            }
            let mut wide = zeros(narrow.len())?;
            self.widen(&narrow[..voxels.start], &mut wide);
            *labels = LabelVoxels::Wide(wide);
        }
        // Indices that were cut off come out whole now: what was met keeps its index.
        if let LabelVoxels::Wide(wide) = labels {
            self.decode_any(raw, voxels.start, &mut wide[voxels])?;
        }
        Ok(())
    }

    fn widen(&self, narrow: &[u8], wide: &mut [u16]) {
        let blocks = narrow.chunks(BLOCK).zip(wide.chunks_mut(BLOCK)).zip(&self.is_drawn);
        for ((narrow, wide), _) in blocks.filter(|(_, is_drawn)| **is_drawn) {
            for (voxel, wide) in narrow.iter().zip(wide) {
                *wide = voxel.index();
            }
        }
    }

    /// The label indices of voxels; the first of them is number `first`.
    fn decode_any<I: LabelIndex>(
        &mut self,
        raw: &[u8],
        first: usize,
        out: &mut [I],
    ) -> Result<(), NotLabels> {
        match self.datatype.size() {
            1 => self.decode_bytes(raw, first, out),
            2 => self.decode::<2, { 2 * RUN }, I>(raw, first, out),
            4 => self.decode::<4, { 4 * RUN }, I>(raw, first, out),
            _ => self.decode::<8, { 8 * RUN }, I>(raw, first, out),
        }
    }

    /// The map of these voxels, its values in order.
    pub(super) fn label_map(
        self,
        grid: Grid,
        mut voxels: LabelVoxels,
    ) -> Result<LabelMap, ErrorKind> {
        let (values, places) = self.places();
        match &mut voxels {
            LabelVoxels::Narrow(voxels) => self.put_in_place(voxels, &places),
            LabelVoxels::Wide(voxels) => self.put_in_place(voxels, &places),
        }
        // Each part is what it has to be by construction; the refusal can never be seen.
        LabelMap::from_decoded(grid, voxels, values).map_err(|_| NotLabels::TooManyValues.into())
    }

    /// The label indices of voxels of one byte each; the first of them is number `first`.
    fn decode_bytes<I: LabelIndex>(
        &mut self,
        raw: &[u8],
        first: usize,
        out: &mut [I],
    ) -> Result<(), NotLabels> {
        if !self.zero_is_background {
            return self.decode::<1, RUN, I>(raw, first, out);
        }
        let (runs, rest) = raw.as_chunks::<BYTES>();
        let (outs, rest_out) = out.as_chunks_mut::<BYTES>();
        for (n_run, (run, out)) in runs.iter().zip(outs).enumerate() {
            if run.iter().fold(0, |any, byte| any | byte) != 0 {
                self.decode_run_of_bytes(run, first + n_run * BYTES, out)?;
            }
        }
        let mut run = [0; BYTES];
        run[..rest.len()].copy_from_slice(rest);
        let mut out = [I::default(); BYTES];
        self.decode_run_of_bytes(&run, first + runs.len() * BYTES, &mut out)?;
        rest_out.copy_from_slice(&out[..rest.len()]);
        Ok(())
    }

    fn decode_run_of_bytes<I: LabelIndex>(
        &mut self,
        run: &[u8; BYTES],
        first: usize,
        out: &mut [I; BYTES],
    ) -> Result<(), NotLabels> {
        if !self.are_met(run) {
            self.meet_bytes(run, first)?;
        }
        self.draw(first, BYTES);
        for (&byte, out) in run.iter().zip(out) {
            *out = I::cut(byte.into());
        }
        Ok(())
    }

    fn are_met(&self, run: &[u8; BYTES]) -> bool {
        if run.iter().fold(0, |most, &byte| byte.max(most)) <= self.all_met_to {
            return true;
        }
        let (parts, _) = run.as_chunks::<PART>();
        parts.iter().all(|part| {
            self.are_two_met(part) || part.iter().all(|&byte| self.is_met[usize::from(byte)])
        })
    }

    /// Whether these are at most two bytes again and again, which are met, as at the end of a
    /// structure.
    #[inline]
    fn are_two_met(&self, part: &[u8; PART]) -> bool {
        let [one, other] = [part[0], part[PART - 1]];
        // No look ends early, so that the processor need not guess and looks at many at once.
        let are_two = part.iter().fold(true, |are, &byte| are & ((byte == one) | (byte == other)));
        are_two & self.is_met[usize::from(one)] & self.is_met[usize::from(other)]
    }

    fn meet_bytes(&mut self, run: &[u8], first: usize) -> Result<(), NotLabels> {
        for (n, &byte) in run.iter().enumerate() {
            if !self.is_met[usize::from(byte)] {
                self.met.push((self.value(byte.into(), first + n)?, byte.into()));
                self.is_met[usize::from(byte)] = true;
            }
        }
        let gap = self.is_met.iter().position(|is_met| !is_met).unwrap_or(self.is_met.len());
        self.all_met_to = gap.saturating_sub(1) as u8;
        Ok(())
    }

    /// The label indices of voxels of `N` bytes each, of which a run has `RUN_BYTES`; the first of
    /// them is number `first`.
    fn decode<const N: usize, const RUN_BYTES: usize, I: LabelIndex>(
        &mut self,
        raw: &[u8],
        first: usize,
        out: &mut [I],
    ) -> Result<(), NotLabels> {
        let (runs, rest) = raw.as_chunks::<RUN_BYTES>();
        let (outs, rest_out) = out.as_chunks_mut::<RUN>();
        for (n_run, (run, out)) in runs.iter().zip(outs).enumerate() {
            let first = first + n_run * RUN;
            if self.zero_is_background && *run == [0; RUN_BYTES] {
                continue;
            }
            if run[N..] == run[..RUN_BYTES - N] {
                self.draw(first, out.len());
                out.fill(I::cut(self.index(bits::<N>(run), first)?));
            } else {
                self.decode_mixed::<N, I>(run, first, out)?;
            }
        }
        self.decode_mixed::<N, I>(rest, first + runs.len() * RUN, rest_out)
    }

    fn decode_mixed<const N: usize, I: LabelIndex>(
        &mut self,
        run: &[u8],
        first: usize,
        out: &mut [I],
    ) -> Result<(), NotLabels> {
        if run.is_empty() {
            return Ok(());
        }
        self.draw(first, out.len());
        let mut last_bits = bits::<N>(run);
        let mut last_index = self.index(last_bits, first)?;
        for (n, (word, out)) in run.chunks_exact(N).zip(out).enumerate() {
            let bits = bits::<N>(word);
            if bits != last_bits {
                last_index = self.index(bits, first + n)?;
                last_bits = bits;
            }
            *out = I::cut(last_index);
        }
        Ok(())
    }

    /// The index of the label whose stored bytes are `bits`.
    fn index(&mut self, bits: u64, voxel: usize) -> Result<u16, NotLabels> {
        // A multiplicative hash (Knuth, 1973): floats differ in their upper bytes only.
        let slot = (bits.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as usize;
        if let Some((known, index)) = self.recent[slot]
            && known == bits
        {
            return Ok(index);
        }
        let index = match self.index_from_bits.get(&bits) {
            Some(&index) => index,
            None => self.meet(bits, voxel)?,
        };
        self.recent[slot] = Some((bits, index));
        Ok(index)
    }

    /// Gives new bits an index.
    fn meet(&mut self, bits: u64, voxel: usize) -> Result<u16, NotLabels> {
        let value = self.value(bits, voxel)?;
        let index = match self.index_from_value.get(&value) {
            Some(&index) => index,
            None => {
                let index = self.met.len() as u16;
                self.met.push((value, index));
                self.index_from_value.insert(value, index);
                index
            }
        };
        self.index_from_bits.insert(bits, index);
        let too_many = self.met.len() > MAX_VALUES || self.index_from_bits.len() > 2 * MAX_VALUES;
        if too_many { Err(NotLabels::TooManyValues) } else { Ok(index) }
    }

    fn value(&self, bits: u64, voxel: usize) -> Result<i64, NotLabels> {
        let bits = match self.order {
            ByteOrder::Little => bits,
            ByteOrder::Big => bits.swap_bytes() >> (64 - 8 * self.datatype.size()),
        };
        let number = self.datatype.number(bits);
        match (number, self.scale) {
            (Number::Signed(number), None) => Ok(number),
            (Number::Unsigned(number), None) => i64::try_from(number).map_err(|_| {
                NotLabels::TooLarge { value: number as f64, voxel: self.place(voxel) }
            }),
            (Number::Float(number), None) => self.whole(number, voxel),
            (number, Some([slope, intercept])) => {
                self.whole(number.to_f64() * slope + intercept, voxel)
            }
        }
    }

    fn whole(&self, value: f64, voxel: usize) -> Result<i64, NotLabels> {
        let voxel = || self.place(voxel);
        if !value.is_finite() {
            return Err(NotLabels::NotFinite { value, voxel: voxel() });
        }
        if value.fract() != 0.0 {
            return Err(NotLabels::Fractional { value, voxel: voxel() });
        }
        if value.abs() > MAX_EXACT {
            return Err(NotLabels::TooLarge { value, voxel: voxel() });
        }
        Ok(value as i64)
    }

    /// Notes that a run is more than background; it may reach into the next block.
    fn draw(&mut self, first: usize, n_voxels: usize) {
        for voxel in [first, first + n_voxels - 1] {
            if let Some(is_drawn) = self.is_drawn.get_mut(voxel / BLOCK) {
                *is_drawn = true;
            }
        }
    }

    /// The values with 0 first and the others rising, and the place of each index among them.
    fn places(&self) -> (Vec<i64>, Vec<u16>) {
        let mut met = self.met.clone();
        met.sort_unstable_by_key(|&(value, _)| (value != 0, value));
        let highest = met.iter().map(|&(_, index)| index).max().unwrap_or(0);
        let mut places = vec![0; usize::from(highest) + 1];
        let mut values: Vec<i64> = Vec::new();
        for (value, index) in met {
            if values.last() != Some(&value) {
                values.push(value);
            }
            places[usize::from(index)] = (values.len() - 1) as u16;
        }
        (values, places)
    }

    /// Gives every voxel the place of its index.
    fn put_in_place<I: LabelIndex>(&self, voxels: &mut [I], places: &[u16]) {
        if self.met.iter().all(|&(_, index)| places[usize::from(index)] == index) {
            return;
        }
        let blocks = voxels.chunks_mut(BLOCK).zip(&self.is_drawn);
        for (block, _) in blocks.filter(|&(_, &is_drawn)| is_drawn) {
            for voxel in block {
                *voxel = I::cut(places[usize::from(voxel.index())]);
            }
        }
    }

    fn place(&self, voxel: usize) -> [usize; 3] {
        let [nx, ny, _] = self.dims;
        [voxel % nx, voxel / nx % ny, voxel / (nx * ny)]
    }
}

/// The first `N` bytes as a number, whatever their order means.
fn bits<const N: usize>(word: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    bytes[..N].copy_from_slice(&word[..N]);
    u64::from_le_bytes(bytes)
}
