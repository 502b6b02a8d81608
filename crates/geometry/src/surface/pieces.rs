//! The part of each label's mesh that one slab writes, so that slabs can be worked on at one time.

use super::border::Counts;

/// The lists of all labels, cut into the pieces of one slab.
pub(crate) struct Pieces<'a, T> {
    /// Place of each label's piece, for labels that have one.
    place: Vec<u16>,
    pieces: Vec<Piece<'a, T>>,
}

struct Piece<'a, T> {
    open: &'a mut [T],
    /// Number of the next element in the label's whole list.
    next: u32,
}

impl<'a, T> Pieces<'a, T> {
    /// Cuts the lists, one a label, among slabs; each list is as long as the counts of its label.
    pub(crate) fn of(lists: &'a mut [Vec<T>], slabs: &[&Counts]) -> Vec<Self> {
        let n_labels = lists.len();
        let mut open: Vec<(&mut [T], u32)> =
            lists.iter_mut().map(|list| (&mut list[..], 0)).collect();
        let cut = |counts: &&Counts| {
            let mut pieces = Self { place: vec![0; n_labels], pieces: Vec::new() };
            for &(label, count) in *counts {
                let (rest, next) = &mut open[usize::from(label)];
                let (own, after) = std::mem::take(rest).split_at_mut(count);
                pieces.place[usize::from(label)] = pieces.pieces.len() as u16;
                pieces.pieces.push(Piece { open: own, next: *next });
                *rest = after;
                *next += count as u32;
            }
            pieces
        };
        slabs.iter().map(cut).collect()
    }

    /// Writes the next elements of a label, and returns the number of the first in the label's list.
    #[inline]
    pub(crate) fn push<const N: usize>(&mut self, label: u16, values: [T; N]) -> u32 {
        let piece = &mut self.pieces[usize::from(self.place[usize::from(label)])];
        if let Some((first, rest)) = std::mem::take(&mut piece.open).split_first_chunk_mut() {
            *first = values;
            piece.open = rest;
        }
        let number = piece.next;
        piece.next = number.wrapping_add(N as u32);
        number
    }
}

/// Empty lists as long as all slabs together say.
pub(crate) fn lists<T: Clone>(n_labels: usize, slabs: &[&Counts], empty: &T) -> Vec<Vec<T>> {
    let mut lengths = vec![0; n_labels];
    for &(label, count) in slabs.iter().copied().flatten() {
        lengths[usize::from(label)] += count;
    }
    lengths.into_iter().map(|length| vec![empty.clone(); length]).collect()
}
