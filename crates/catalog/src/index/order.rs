//! Orders in which hits can be listed.

use std::ops::Range;

use super::Traits;
use super::view::View;

/// The order of hits. What an order does not tell apart stands in that of [`Listed`](Self::Listed),
/// and what is not known comes last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// By structure, source, subject, side and number.
    #[default]
    Listed,
    /// Shapes that the store holds before those that only others publish.
    HeldFirst,
    /// The largest first.
    VolumeFalling,
    /// The smallest first.
    VolumeRising,
    /// The youngest subjects first.
    AgeRising,
    /// The oldest subjects first.
    AgeFalling,
}

impl Order {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::HeldFirst,
        Self::Listed,
        Self::VolumeFalling,
        Self::VolumeRising,
        Self::AgeRising,
        Self::AgeFalling,
    ];

    /// The word for it in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Listed => "name",
            Self::HeldFirst => "held",
            Self::VolumeFalling => "-volume",
            Self::VolumeRising => "volume",
            Self::AgeRising => "age",
            Self::AgeFalling => "-age",
        }
    }

    /// The order of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.word() == word)
    }

    /// The rows of a page, in this order, of rows that stand as listed.
    ///
    /// `rows` holds all rows that were found, or, for [`Listed`](Self::Listed), the page alone.
    pub(super) fn page_of(
        self,
        view: View<'_>,
        mut rows: Vec<u32>,
        page: Range<u64>,
    ) -> Vec<usize> {
        if self != Self::Listed {
            let end = usize::try_from(page.end).unwrap_or(usize::MAX).min(rows.len());
            let start = usize::try_from(page.start).unwrap_or(usize::MAX).min(end);
            let key = |row: &u32| (self.key(view, *row as usize), *row);
            // Only what stands on the page and before it has to be in order.
            if end < rows.len() {
                rows.select_nth_unstable_by_key(end, key);
                rows.truncate(end);
            }
            rows.sort_unstable_by_key(key);
            rows.drain(..start);
        }
        rows.into_iter().map(|row| row as usize).collect()
    }

    fn key(self, view: View<'_>, row: usize) -> u32 {
        let volume = || rank(view.rows().volumes_mm3[row]);
        let age = || view.subjects()[view.rows().subjects[row] as usize].age_years.map(u32::from);
        let known = match self {
            Self::Listed => Some(0),
            Self::HeldFirst => Some(u32::from(view.rows().traits[row].has(Traits::REMOTE))),
            Self::VolumeRising => volume(),
            Self::VolumeFalling => volume().map(|rank| !rank),
            Self::AgeRising => age(),
            Self::AgeFalling => age().map(|years| 255 - years),
        };
        known.unwrap_or(u32::MAX)
    }
}

/// A whole number for each number, in the same order; none for what is not a number.
fn rank(number: f32) -> Option<u32> {
    let bits = number.to_bits();
    let rank = if bits >> 31 == 0 { bits | 1 << 31 } else { !bits };
    (!number.is_nan()).then_some(rank)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Audience;
    use crate::index::Index;

    #[test]
    fn ranks_stand_as_their_numbers() {
        let numbers = [f32::NEG_INFINITY, -2.0, -0.5, -0.0, 0.0, 1e-20, 1.0, 3.5, f32::INFINITY];
        let ranks: Vec<_> = numbers.iter().map(|&number| rank(number)).collect();
        assert!(ranks.is_sorted());
        assert_eq!(rank(f32::NAN), None);
    }

    #[test]
    fn every_order_has_a_word_of_its_own() {
        for order in Order::ALL {
            assert_eq!(Order::from_word(order.word()), Some(order));
        }
        assert_eq!(Order::from_word("price"), None);
    }

    #[test]
    fn pages_of_a_sorted_answer_follow_each_other() {
        let mut index = Index::default();
        index.rows.volumes_mm3 = vec![3.0, f32::NAN, 1.0, 2.0, 1.0];
        let all = |order: Order, page| {
            order.page_of(index.seen_by(Audience::Curator), (0..5).collect(), page)
        };
        assert_eq!(all(Order::VolumeRising, 0..9), [2, 4, 3, 0, 1]);
        assert_eq!(all(Order::VolumeFalling, 0..9), [0, 3, 2, 4, 1]);
        assert_eq!(all(Order::VolumeRising, 0..2), [2, 4]);
        assert_eq!(all(Order::VolumeRising, 2..4), [3, 0]);
        assert_eq!(all(Order::VolumeRising, 4..6), [1]);
        assert_eq!(all(Order::VolumeRising, 7..9), [0; 0]);
    }
}
