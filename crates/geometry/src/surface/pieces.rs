//! The part of each label's mesh that one slab writes, so that slabs can be worked on at one time.

/// How many elements a slab adds to each label's list; labels without are left out.
pub(crate) type Counts = Vec<(u16, usize)>;

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

    /// Writes the next element of a label, and returns its number in the label's list.
    #[inline]
    pub(crate) fn push(&mut self, label: u16, value: T) -> u32 {
        let piece = &mut self.pieces[usize::from(self.place[usize::from(label)])];
        if let Some((first, rest)) = std::mem::take(&mut piece.open).split_first_mut() {
            *first = value;
            piece.open = rest;
        }
        piece.next = piece.next.wrapping_add(1);
        piece.next.wrapping_sub(1)
    }
}

/// Empty lists as long as all slabs together say.
pub(crate) fn lists<T: Clone>(n_labels: usize, slabs: &[&Counts], empty: &T) -> Vec<Vec<T>>
where
{
    let mut lengths = vec![0; n_labels];
    for &&(label, count) in &slabs.iter().flat_map(|counts| counts.iter()).collect::<Vec<_>>() {
        lengths[usize::from(label)] += count;
    }
    lengths.into_iter().map(|length| vec![empty.clone(); length]).collect()
}
