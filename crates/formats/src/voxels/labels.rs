//! From raw voxels to label indices.
//!
//! Neighbouring voxels mostly hold the same bytes, so a run is recognised by comparing it with
//! itself, shifted by one voxel; its number is looked at once.

use std::collections::HashMap;

use medshape_types::{Grid, LabelMap, MAX_LABELS};

use super::{ByteOrder, Datatype, Encoding, Number, read};
use crate::error::{ErrorKind, NotLabels};
use crate::stream::Stream;

/// The label map that comes next in a stream.
pub(crate) fn label_map(
    stream: &mut Stream<'_>,
    grid: &Grid,
    encoding: Encoding,
) -> Result<LabelMap, ErrorKind> {
    let mut palette = Palette::new(encoding, grid);
    let size = encoding.datatype.size();
    let voxels = read(stream, grid.n_voxels(), size, |raw, first, out: &mut [u16]| {
        palette.decode_words(raw, first, out).map_err(ErrorKind::from)
    })?;
    palette.label_map(*grid, voxels)
}

/// The values with 0 first and the others rising, and the new place of each old index.
fn sorted(values: &[i64]) -> (Vec<i64>, Vec<u16>) {
    let mut order: Vec<u16> = (0..values.len() as u16).collect();
    order.sort_by_key(|&index| (index != 0, values[usize::from(index)]));
    let mut rank = vec![0; values.len()];
    for (place, &index) in order.iter().enumerate() {
        rank[usize::from(index)] = place as u16;
    }
    (order.iter().map(|&index| values[usize::from(index)]).collect(), rank)
}

// Voxels that are compared at once.
const RUN: usize = 32;
// Whole numbers up to this are told apart by an f64.
const MAX_EXACT: f64 = (1_u64 << 53) as f64;
const MAX_VALUES: usize = MAX_LABELS + 1;

/// The numbers met so far, in the order of their first voxels; 0 has index 0 from the start.
pub(super) struct Palette {
    datatype: Datatype,
    order: ByteOrder,
    scale: Option<[f64; 2]>,
    dims: [usize; 3],
    values: Vec<i64>,
    index_from_value: HashMap<i64, u16>,
    // Two bit patterns may stand for one value: 0.0 and -0.0.
    index_from_bits: HashMap<u64, u16>,
    recent: [Option<(u64, u16)>; 256],
}

impl Palette {
    pub(super) fn new(encoding: Encoding, grid: &Grid) -> Self {
        Self {
            datatype: encoding.datatype,
            order: encoding.order,
            scale: encoding.scale,
            dims: grid.dims(),
            values: vec![0],
            index_from_value: HashMap::from([(0, 0)]),
            index_from_bits: HashMap::new(),
            recent: [None; 256],
        }
    }

    /// The label indices of voxels; the first of them is number `first`.
    pub(super) fn decode_words(
        &mut self,
        raw: &[u8],
        first: usize,
        out: &mut [u16],
    ) -> Result<(), NotLabels> {
        match self.datatype.size() {
            1 => self.decode::<1>(raw, first, out),
            2 => self.decode::<2>(raw, first, out),
            4 => self.decode::<4>(raw, first, out),
            _ => self.decode::<8>(raw, first, out),
        }
    }

    /// The map of these voxels, its values in order.
    pub(super) fn label_map(self, grid: Grid, mut voxels: Vec<u16>) -> Result<LabelMap, ErrorKind> {
        let (values, rank) = sorted(&self.values);
        if rank.iter().enumerate().any(|(index, &rank)| index != usize::from(rank)) {
            for voxel in &mut voxels {
                *voxel = rank[usize::from(*voxel)];
            }
        }
        // Each part is what it has to be by construction; the refusal can never be seen.
        LabelMap::new(grid, voxels, values).map_err(|_| NotLabels::TooManyValues.into())
    }

    /// The label indices of voxels of `N` bytes each; the first of them is number `first`.
    fn decode<const N: usize>(
        &mut self,
        raw: &[u8],
        first: usize,
        out: &mut [u16],
    ) -> Result<(), NotLabels> {
        let runs = raw.chunks(RUN * N).zip(out.chunks_mut(RUN));
        for (n_run, (run, out)) in runs.enumerate() {
            let first = first + n_run * RUN;
            if run[N..] == run[..run.len() - N] {
                out.fill(self.index(bits::<N>(run), first)?);
            } else {
                self.decode_mixed::<N>(run, first, out)?;
            }
        }
        Ok(())
    }

    fn decode_mixed<const N: usize>(
        &mut self,
        run: &[u8],
        first: usize,
        out: &mut [u16],
    ) -> Result<(), NotLabels> {
        let mut last_bits = bits::<N>(run);
        let mut last_index = self.index(last_bits, first)?;
        for (n, (word, out)) in run.chunks_exact(N).zip(out).enumerate() {
            let bits = bits::<N>(word);
            if bits != last_bits {
                last_index = self.index(bits, first + n)?;
                last_bits = bits;
            }
            *out = last_index;
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
                let index = self.values.len() as u16;
                self.values.push(value);
                self.index_from_value.insert(value, index);
                index
            }
        };
        self.index_from_bits.insert(bits, index);
        let too_many =
            self.values.len() > MAX_VALUES || self.index_from_bits.len() > 2 * MAX_VALUES;
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
