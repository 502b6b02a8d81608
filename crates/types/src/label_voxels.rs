use std::fmt::Debug;
use std::ops::{BitOr, BitXor, Range};

/// How many label indices one byte tells apart.
const N_NARROW: usize = 256;

/// The label index of each voxel, x fastest: in one byte where a map has so few labels, as nearly all
/// have, and in two where it has more.
///
/// Work on millions of voxels is written for any [`LabelIndex`] and called in both arms of a `match`;
/// all else takes [`LabelVoxels::at`] and [`LabelVoxels::iter`].
///
/// ```
/// use medshape_types::{LabelIndex, LabelVoxels};
///
/// fn n_inside<I: LabelIndex>(voxels: &[I]) -> usize {
///     voxels.iter().filter(|voxel| voxel.index() != 0).count()
/// }
///
/// let voxels = LabelVoxels::Narrow(vec![0, 3, 3]);
/// let n_inside = match &voxels {
///     LabelVoxels::Narrow(voxels) => n_inside(voxels),
///     LabelVoxels::Wide(voxels) => n_inside(voxels),
/// };
/// assert_eq!((n_inside, voxels.at(1)), (2, 3));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LabelVoxels {
    /// Indices up to 255.
    Narrow(Vec<u8>),
    /// Any index.
    Wide(Vec<u16>),
}

/// A label index as it lies in memory: `u8` or `u16`.
pub trait LabelIndex:
    Copy + Default + Ord + Debug + BitOr<Output = Self> + BitXor<Output = Self> + Send + Sync + 'static
{
    /// The index.
    fn index(self) -> u16;

    /// The index in memory; its upper byte is lost where there is no room for it.
    fn cut(index: u16) -> Self;
}

impl LabelIndex for u8 {
    #[inline]
    fn index(self) -> u16 {
        self.into()
    }

    #[inline]
    fn cut(index: u16) -> Self {
        index as Self
    }
}

impl LabelIndex for u16 {
    #[inline]
    fn index(self) -> u16 {
        self
    }

    #[inline]
    fn cut(index: u16) -> Self {
        index
    }
}

impl LabelVoxels {
    /// Number of voxels.
    pub fn len(&self) -> usize {
        match self {
            Self::Narrow(voxels) => voxels.len(),
            Self::Wide(voxels) => voxels.len(),
        }
    }

    /// Whether there is no voxel.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The label index of one voxel.
    ///
    /// # Panics
    /// If there is no such voxel.
    #[inline]
    pub fn at(&self, voxel: usize) -> u16 {
        match self {
            Self::Narrow(voxels) => voxels[voxel].into(),
            Self::Wide(voxels) => voxels[voxel],
        }
    }

    /// The label index of each voxel.
    pub fn iter(&self) -> impl Iterator<Item = u16> + Clone + '_ {
        let (narrow, wide): (&[u8], &[u16]) = match self {
            Self::Narrow(voxels) => (voxels, &[]),
            Self::Wide(voxels) => (&[], voxels),
        };
        narrow.iter().map(|&voxel| voxel.into()).chain(wide.iter().copied())
    }

    /// The same in two bytes each.
    pub fn to_wide(&self) -> Vec<u16> {
        match self {
            Self::Narrow(voxels) => voxels.iter().map(|&voxel| voxel.into()).collect(),
            Self::Wide(voxels) => voxels.clone(),
        }
    }

    /// Gives some voxels one label.
    ///
    /// # Panics
    /// If the index is larger than those that the voxels have room for.
    pub fn fill(&mut self, voxels: Range<usize>, label: u16) {
        match self {
            Self::Narrow(all) => {
                all[voxels].fill(u8::try_from(label).expect("a label of the map"));
            }
            Self::Wide(all) => all[voxels].fill(label),
        }
    }

    /// The highest index, 0 without voxels.
    pub(crate) fn highest(&self) -> u16 {
        match self {
            Self::Narrow(voxels) => voxels.iter().copied().max().unwrap_or(0).into(),
            Self::Wide(voxels) => voxels.iter().copied().max().unwrap_or(0),
        }
    }

    /// The same in the one form that voxels of a map with so many indices have.
    ///
    /// Indices are below that number.
    pub(crate) fn fitting(self, n_indices: usize) -> Self {
        match self {
            Self::Wide(voxels) if n_indices <= N_NARROW => {
                Self::Narrow(voxels.into_iter().map(u8::cut).collect())
            }
            Self::Narrow(voxels) if n_indices > N_NARROW => {
                Self::Wide(voxels.into_iter().map(u16::from).collect())
            }
            fitting => fitting,
        }
    }
}

impl From<Vec<u8>> for LabelVoxels {
    fn from(voxels: Vec<u8>) -> Self {
        Self::Narrow(voxels)
    }
}

impl From<Vec<u16>> for LabelVoxels {
    fn from(voxels: Vec<u16>) -> Self {
        Self::Wide(voxels)
    }
}

/// Equal indices, however wide.
impl PartialEq<[u16]> for LabelVoxels {
    fn eq(&self, other: &[u16]) -> bool {
        self.iter().eq(other.iter().copied())
    }
}

impl<const N: usize> PartialEq<[u16; N]> for &LabelVoxels {
    fn eq(&self, other: &[u16; N]) -> bool {
        **self == other[..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_widths_say_the_same() {
        let wide = LabelVoxels::Wide(vec![0, 255, 7]);
        let narrow = LabelVoxels::Narrow(vec![0, 255, 7]);
        assert_eq!(wide.clone().fitting(256), narrow);
        assert_eq!(narrow.clone().fitting(257), wide);
        for mut voxels in [wide, narrow] {
            assert_eq!(&voxels, [0, 255, 7]);
            assert_eq!((voxels.len(), voxels.at(2), voxels.highest()), (3, 7, 255));
            assert_eq!(voxels.to_wide(), [0, 255, 7]);
            voxels.fill(1..3, 9);
            assert_eq!(&voxels, [0, 9, 9]);
            assert!(&voxels != [0, 9] && &voxels != [0, 9, 8]);
        }
    }
}
