//! Holds a question against every row, once.

use std::ops::Range;

use super::Index;
use super::facets::{Facets, Tally};
use super::question::{Groups, Question};

/// What a question finds.
#[derive(Debug)]
pub(crate) struct Found {
    /// How many rows.
    pub(crate) total: u64,
    /// The keys of those on the page that was asked for.
    pub(crate) name_keys: Vec<i64>,
    pub(crate) facets: Facets,
    /// For each term, how many rows there would be without its group.
    pub(crate) n_without: Vec<u64>,
}

impl Question {
    /// Takes time in proportion to the number of rows: about a millisecond for a million.
    pub(crate) fn answer(&self, index: &Index, page: Range<u64>) -> Found {
        let mut tally = Tally::new(index, &self.groups);
        let mut window = Window { page, n_seen: 0, name_keys: Vec::new() };
        if self.of_rows.is_empty() {
            self.scan(index, &mut tally, &mut window, |_| 0);
        } else {
            self.scan(index, &mut tally, &mut window, |row| self.of_row(index, row));
        }
        Found {
            total: window.n_seen,
            name_keys: window.name_keys,
            n_without: self.by_term(&tally.n_without(window.n_seen)),
            facets: tally.facets(index),
        }
    }

    // Twice compiled: most questions ask nothing of the row itself.
    fn scan(
        &self,
        index: &Index,
        tally: &mut Tally,
        window: &mut Window,
        of_row: impl Fn(usize) -> Groups,
    ) {
        let (all, rows) = (self.all(), &index.rows);
        for (position, run) in index.runs.iter().enumerate() {
            let of_run = self.of_runs[position];
            let range = run.rows.start as usize..run.rows.end as usize;
            let columns = rows.subjects[range.clone()].iter().zip(&rows.traits[range.clone()]);
            for (row, (&subject, traits)) in range.zip(columns) {
                let held = of_run[traits.side_code()] | self.of_subjects[subject as usize];
                let failed = all & !((held | of_row(row)) ^ self.negated);
                if failed == 0 {
                    window.see(|| rows.name_keys[row]);
                    tally.hit(index, position, row);
                } else if failed.is_power_of_two() {
                    tally.near(index, failed.trailing_zeros() as usize, position, row);
                }
            }
        }
    }

    fn of_row(&self, index: &Index, row: usize) -> Groups {
        let held = self.of_rows.iter().filter(|(_, test)| test.holds(index, row));
        held.fold(0, |groups, (bit, _)| groups | bit)
    }
}

/// Keeps what lies on a page.
struct Window {
    page: Range<u64>,
    n_seen: u64,
    name_keys: Vec<i64>,
}

impl Window {
    #[inline]
    fn see(&mut self, name_key: impl FnOnce() -> i64) {
        if self.page.contains(&self.n_seen) {
            self.name_keys.push(name_key());
        }
        self.n_seen += 1;
    }
}
