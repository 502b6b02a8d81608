//! One label as bits: 64 voxels a word, so that a word tells what would take 64 comparisons.

use medshape_types::LabelMap;

use crate::voxels::regions::Region;
use crate::voxels::runs::Runs;

/// The voxels of one label in the box around it, with a margin of one empty voxel on each side.
#[derive(Debug, Clone)]
pub(super) struct Bits {
    /// Voxels along each axis, margins among them.
    pub(super) dims: [usize; 3],
    /// Index in the label map of the first voxel that is no margin: number 1 along each axis here.
    pub(super) min_voxel: [usize; 3],
    n_words: usize,
    words: Vec<u64>,
}

impl Bits {
    /// Room for a label that lies in `region`.
    pub(super) fn empty(region: &Region) -> Self {
        let dims = [0, 1, 2].map(|axis| region.max_voxel[axis] - region.min_voxel[axis] + 3);
        // One bit more than voxels, so that every voxel of a row has a neighbour in its words.
        let n_words = dims[0] / 64 + 1;
        Self {
            dims,
            min_voxel: region.min_voxel,
            n_words,
            words: vec![0; n_words * dims[1] * dims[2]],
        }
    }

    /// How many words the box of `region` takes.
    pub(super) fn size(region: &Region) -> usize {
        let dims = [0, 1, 2].map(|axis| region.max_voxel[axis] - region.min_voxel[axis] + 3);
        (dims[0] / 64 + 1) * dims[1] * dims[2]
    }

    /// The words of the row at `y` and `z` of the box.
    pub(super) fn row(&self, y: usize, z: usize) -> &[u64] {
        let row = y + self.dims[1] * z;
        &self.words[row * self.n_words..][..self.n_words]
    }

    /// Sets voxels `start..end` of a row of the label map.
    fn set(&mut self, [start, end]: [usize; 2], y: usize, z: usize) {
        let (y, z) = (y + 1 - self.min_voxel[1], z + 1 - self.min_voxel[2]);
        let row = (y + self.dims[1] * z) * self.n_words;
        let (start, end) = (start + 1 - self.min_voxel[0], end + 1 - self.min_voxel[0]);
        let (first, last) = (start / 64, (end - 1) / 64);
        for word in first..=last {
            let low = if word == first { u64::MAX << (start % 64) } else { u64::MAX };
            let high = if word == last { u64::MAX >> (63 - (end - 1) % 64) } else { u64::MAX };
            self.words[row + word] |= low & high;
        }
    }
}

/// The bits of some labels, one pass over the map for all of them.
///
/// `places[label]` says which of the results a label index goes to, if any.
pub(super) fn of_labels(
    map: &LabelMap,
    regions: &[Region],
    places: &[Option<usize>],
    n_places: usize,
) -> Vec<Bits> {
    let mut bits = vec![None; n_places];
    for (place, region) in places.iter().zip(regions) {
        if let Some(place) = place {
            bits[*place] = Some(Bits::empty(region));
        }
    }
    let mut bits: Vec<Bits> = bits.into_iter().flatten().collect();
    let found = Runs::of(map, |label| places[usize::from(label)].is_some());
    for ([y, z], numbers) in found.rows() {
        for run in &found.runs[numbers] {
            if let Some(place) = places[usize::from(run.label)] {
                let voxels = run.voxels();
                bits[place].set([voxels.start, voxels.end], y, z);
            }
        }
    }
    bits
}

/// The numbers of the bits that are set in words that stand one after the other.
pub(super) fn ones(words: impl Iterator<Item = u64>) -> impl Iterator<Item = usize> {
    words.enumerate().flat_map(|(at, word)| {
        std::iter::successors(Some(word), |rest| Some(rest & rest.wrapping_sub(1)))
            .take_while(|&rest| rest != 0)
            .map(move |rest| 64 * at + rest.trailing_zeros() as usize)
    })
}

/// The first and the last bit that is set, if one is.
pub(super) fn span(
    words: impl DoubleEndedIterator<Item = u64> + ExactSizeIterator + Clone,
) -> Option<[u16; 2]> {
    let (at, word) = words.clone().enumerate().find(|(_, word)| *word != 0)?;
    let first = 64 * at + word.trailing_zeros() as usize;
    let (at, word) = words.enumerate().rfind(|(_, word)| *word != 0)?;
    Some([first as u16, (64 * at) as u16 + 63 - word.leading_zeros() as u16])
}
