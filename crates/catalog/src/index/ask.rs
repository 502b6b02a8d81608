//! Holds a question against every row, once.

use std::ops::Range;

use super::facets::{Facets, Tally};
use super::order::Order;
use super::question::{Groups, Kind, Question};
use super::view::View;

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
    /// Takes time in proportion to the rows of structures and of subjects that fit; where something is
    /// asked of the row itself, to all rows.
    pub(crate) fn answer(&self, view: View<'_>, page: Range<u64>, order: Order) -> Found {
        let mut tally = Tally::new(view, &self.groups);
        let kept = if order == Order::Listed { page.clone() } else { 0..u64::MAX };
        let mut window = Window { kept, n_seen: 0, rows: Vec::new() };
        if self.of_rows.is_empty() {
            self.scan_by_class(view, &mut tally, &mut window);
        } else {
            for run in 0..view.runs().len() {
                self.scan(view, run, &mut tally, &mut window);
            }
        }
        Found {
            total: window.n_seen,
            rows: order.page_of(view, window.rows, page),
            n_without: self.by_term(&tally.n_without(window.n_seen)),
            facets: tally.facets(view),
        }
    }

    fn scan(&self, view: View<'_>, run: usize, tally: &mut Tally, window: &mut Window) {
        let (all, rows, of_run) = (self.all(), view.rows(), self.of_runs[run]);
        for row in view.rows_of_run(run).flatten() {
            let held = of_run[rows.traits[row].side_code()]
                | self.of_subjects[rows.subjects[row] as usize]
                | self.of_row(view, row);
            let failed = all & !(held ^ self.negated);
            if failed == 0 {
                window.see(row);
                tally.hit(view, run, row);
            } else if failed.is_power_of_two() {
                tally.near(view, failed.trailing_zeros() as usize, run, row);
            }
        }
    }

    /// The same where nothing is asked of the row itself: then a run and a subject fail each by
    /// itself, and most rows need not be looked at.
    fn scan_by_class(&self, view: View<'_>, tally: &mut Tally, window: &mut Window) {
        let classes = self.subject_classes();
        let findings = self.groups_of(|kind| kind == Kind::Finding);
        let mut near_runs = vec![None; view.runs().len()];
        for (run, near_run) in near_runs.iter_mut().enumerate() {
            if self.of_runs[run].iter().any(|held| held & findings != 0) {
                // What the run shows may stand for what the subject has.
                self.scan(view, run, tally, window);
                continue;
            }
            match self.run_classes(run) {
                [Class::FAILS, Class::FAILS, Class::FAILS] => {}
                [class, left, right] if class.is_near() && left == class && right == class => {
                    *near_run = Some(class.group());
                }
                of_sides => scan_run(view, run, of_sides, &classes, tally, window),
            }
        }
        if near_runs.iter().any(Option::is_some) {
            let met = classes.iter().enumerate().filter(|(_, class)| **class == Class::MET);
            for row in met.flat_map(|(subject, _)| view.rows_of_subject(subject)) {
                let run = view.rows().runs[row] as usize;
                if let Some(group) = near_runs[run] {
                    tally.near(view, group, run, row);
                }
            }
        }
    }

    /// How a run fails what is asked of structure and side, for each side.
    fn run_classes(&self, run: usize) -> [Class; 3] {
        let asked = self.groups_of(is_of_run);
        self.of_runs[run].map(|held| Class::of(asked & !(held ^ self.negated)))
    }

    fn subject_classes(&self) -> Vec<Class> {
        let asked = self.all() & !self.groups_of(is_of_run);
        self.of_subjects.iter().map(|held| Class::of(asked & !(held ^ self.negated))).collect()
    }

    fn groups_of(&self, is_wanted: impl Fn(Kind) -> bool) -> Groups {
        let groups = self.groups.iter().enumerate().filter(|(_, group)| is_wanted(group.kind));
        groups.fold(0, |groups, (position, _)| groups | 1 << position)
    }

    fn of_row(&self, view: View<'_>, row: usize) -> Groups {
        let held = self.of_rows.iter().filter(|(_, test)| test.holds(view, row));
        held.fold(0, |groups, (bit, _)| groups | bit)
    }
}

/// Whether a group asks of structure and side.
fn is_of_run(kind: Kind) -> bool {
    matches!(kind, Kind::Structure | Kind::Side)
}

/// Counts the rows of a run, given how its sides and all subjects fail.
fn scan_run(
    view: View<'_>,
    run: usize,
    of_sides: [Class; 3],
    classes: &[Class],
    tally: &mut Tally,
    window: &mut Window,
) {
    for row in view.rows_of_run(run).flatten() {
        let of_side = of_sides[view.rows().traits[row].side_code()];
        match (of_side, classes[view.rows().subjects[row] as usize]) {
            (Class::MET, Class::MET) => {
                window.see(row);
                tally.hit(view, run, row);
            }
            (Class::MET, near) | (near, Class::MET) if near.is_near() => {
                tally.near(view, near.group(), run, row);
            }
            _ => {}
        }
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

/// Keeps what lies on a page, or all rows where the page is known only when they are sorted.
struct Window {
    kept: Range<u64>,
    n_seen: u64,
    rows: Vec<u32>,
}

impl Window {
    #[inline]
    fn see(&mut self, row: usize) {
        if self.kept.contains(&self.n_seen) {
            // There are no more rows than fit: the index counts them in 32 bits.
            self.rows.push(row as u32);
        }
        self.n_seen += 1;
    }
}
