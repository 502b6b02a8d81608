//! Holds a question against every row, once.

use std::ops::Range;

use super::Index;
use super::facets::{Facets, Tally};
use super::question::{Group, Groups, Kind, Question};

/// What a question finds.
#[derive(Debug)]
pub(crate) struct Found {
    /// How many rows.
    pub(crate) total: u64,
    /// Those on the page that was asked for.
    pub(crate) rows: Vec<usize>,
    pub(crate) facets: Facets,
    /// For each term, how many rows there would be without its group.
    pub(crate) n_without: Vec<u64>,
}

impl Question {
    /// Takes time in proportion to the number of rows: about a millisecond for a million.
    pub(crate) fn answer(&self, index: &Index, page: Range<u64>) -> Found {
        let mut tally = Tally::new(index, &self.groups);
        let mut window = Window { page, n_seen: 0, rows: Vec::new() };
        if self.is_separable() {
            self.scan_by_class(index, &mut tally, &mut window);
        } else {
            self.scan(index, &mut tally, &mut window);
        }
        Found {
            total: window.n_seen,
            rows: window.rows,
            n_without: self.by_term(&tally.n_without(window.n_seen)),
            facets: tally.facets(index),
        }
    }

    fn scan(&self, index: &Index, tally: &mut Tally, window: &mut Window) {
        let (all, rows) = (self.all(), &index.rows);
        for (position, run) in index.runs.iter().enumerate() {
            let of_run = self.of_runs[position];
            for row in run.rows.start as usize..run.rows.end as usize {
                let subject = rows.subjects[row] as usize;
                let held = of_run[rows.traits[row].side_code()]
                    | self.of_subjects[subject]
                    | self.of_row(index, row);
                let failed = all & !(held ^ self.negated);
                if failed == 0 {
                    window.see(row);
                    tally.hit(index, position, row);
                } else if failed.is_power_of_two() {
                    tally.near(index, failed.trailing_zeros() as usize, position, row);
                }
            }
        }
    }

    /// The same where each group asks either of structure and side or of the subject: then a run and
    /// a subject fail by themselves, and most rows are counted without a look at more than their
    /// subject's class.
    fn scan_by_class(&self, index: &Index, tally: &mut Tally, window: &mut Window) {
        let classes = self.subject_classes();
        for (position, run) in index.runs.iter().enumerate() {
            let range = run.rows.start as usize..run.rows.end as usize;
            let of_sides = self.of_runs[position]
                .map(|held| Class::of(self.run_groups() & !(held ^ self.negated)));
            match of_sides {
                [Class::FAILS, Class::FAILS, Class::FAILS] => {}
                [group, left, right] if group.is_near() && left == group && right == group => {
                    let met = |subject: u32| u64::from(classes[subject as usize] == Class::MET);
                    tally.near_in_run(index, group.group(), position, met);
                }
                _ => {
                    for row in range {
                        let of_side = of_sides[index.rows.traits[row].side_code()];
                        let of_subject = classes[index.rows.subjects[row] as usize];
                        match (of_side, of_subject) {
                            (Class::MET, Class::MET) => {
                                window.see(row);
                                tally.hit(index, position, row);
                            }
                            (Class::MET, near) | (near, Class::MET) if near.is_near() => {
                                tally.near(index, near.group(), position, row);
                            }
                            _ => {}
                        }
                    }
                }
            }
        }
    }

    /// Whether no group can be met by the row itself, or by either its run or its subject.
    fn is_separable(&self) -> bool {
        self.of_rows.is_empty() && !self.groups.iter().any(|group| group.kind == Kind::Finding)
    }

    /// The groups that ask of structure and side.
    fn run_groups(&self) -> Groups {
        let of_run = |group: &Group| matches!(group.kind, Kind::Structure | Kind::Side);
        let groups = self.groups.iter().enumerate().filter(|(_, group)| of_run(group));
        groups.fold(0, |groups, (position, _)| groups | 1 << position)
    }

    fn subject_classes(&self) -> Vec<Class> {
        let asked = self.all() & !self.run_groups();
        self.of_subjects.iter().map(|held| Class::of(asked & !(held ^ self.negated))).collect()
    }

    fn of_row(&self, index: &Index, row: usize) -> Groups {
        let held = self.of_rows.iter().filter(|(_, test)| test.holds(index, row));
        held.fold(0, |groups, (bit, _)| groups | bit)
    }
}

/// Which groups a run or a subject fails: none, one, or more, in a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Class(u8);

impl Class {
    const MET: Self = Self(u8::MAX);
    const FAILS: Self = Self(u8::MAX - 1);

    fn of(failed: Groups) -> Self {
        match failed.count_ones() {
            0 => Self::MET,
            1 => Self(failed.trailing_zeros() as u8),
            _ => Self::FAILS,
        }
    }

    fn is_near(self) -> bool {
        self != Self::MET && self != Self::FAILS
    }

    /// The one group that fails.
    fn group(self) -> usize {
        usize::from(self.0)
    }
}

/// Keeps what lies on a page.
struct Window {
    page: Range<u64>,
    n_seen: u64,
    rows: Vec<usize>,
}

impl Window {
    #[inline]
    fn see(&mut self, row: usize) {
        if self.page.contains(&self.n_seen) {
            self.rows.push(row);
        }
        self.n_seen += 1;
    }
}
