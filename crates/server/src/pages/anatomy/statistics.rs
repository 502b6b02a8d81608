//! How large a structure is in whom: numbers for a plot and for a table.

use maud::{Markup, html};
use medshape::catalog::{Measured, Sex};

use super::plots;
use crate::texts::{Key, key};
use crate::words;

/// Fewer say nothing of a population.
const LEAST: usize = 3;
const DECADE: u8 = 10;

/// Volumes of a group in five numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Five {
    pub(super) n: usize,
    pub(super) least_mm3: f32,
    pub(super) lower_mm3: f32,
    pub(super) median_mm3: f32,
    pub(super) upper_mm3: f32,
    pub(super) most_mm3: f32,
}

impl Five {
    /// By linear interpolation between the sorted volumes (type 7 of Hyndman and Fan, 1996).
    pub(super) fn of(volumes: impl Iterator<Item = f32>) -> Option<Self> {
        let mut sorted: Vec<f32> = volumes.collect();
        sorted.sort_unstable_by(f32::total_cmp);
        let quantile = |share: f32| {
            let place = share * (sorted.len().checked_sub(1)?) as f32;
            let (below, part) = (place.floor() as usize, place.fract());
            let low = *sorted.get(below)?;
            let high = *sorted.get(below + 1).unwrap_or(&low);
            Some(low + part * (high - low))
        };
        Some(Self {
            n: sorted.len(),
            least_mm3: quantile(0.0)?,
            lower_mm3: quantile(0.25)?,
            median_mm3: quantile(0.5)?,
            upper_mm3: quantile(0.75)?,
            most_mm3: quantile(1.0)?,
        })
    }
}

/// A group of people, and the volumes in it.
pub(super) struct Group {
    pub(super) name: String,
    pub(super) sex: Option<Sex>,
    pub(super) five: Five,
}

pub(super) fn panel(name: &str, measured: &[Measured]) -> Markup {
    let whole: Vec<&Measured> = measured.iter().filter(|shape| shape.is_whole).collect();
    let n_cut = measured.len() - whole.len();
    let by_sex = by_sex(&whole);
    let by_age = by_age(&whole);
    html! {
        section.panel aria-labelledby="volumes" {
            h2 id="volumes" { (key::kind::VOLUME) }
            @if whole.len() < LEAST {
                p { (key::statistics::TOO_FEW.with(&[("name", &name), ("count", &whole.len())])) }
            } @else {
                p.muted {
                    (key::statistics::OF.counted(whole.len() as u64))
                    @if n_cut > 0 { "; " (key::statistics::CUT.counted(n_cut as u64)) }
                    "."
                }
                div.plots {
                    (plots::boxes(key::statistics::BY_SEX, &by_sex))
                    (plots::scatter(key::statistics::BY_AGE, &whole))
                }
                details {
                    summary { (key::statistics::AS_TABLE) }
                    (table(key::statistics::BY_SEX, key::kind::SEX, &by_sex))
                    @if !by_age.is_empty() { (table(key::statistics::BY_AGE, key::statistics::YEARS, &by_age)) }
                }
            }
        }
    }
}

fn by_sex(shapes: &[&Measured]) -> Vec<Group> {
    let groups = [Some(Sex::Female), Some(Sex::Male), None];
    let group = |sex: Option<Sex>| {
        let name = sex.map_or(key::statistics::NOT_KNOWN.text(), words::sex);
        let volumes = shapes.iter().filter(|shape| shape.sex == sex).map(|shape| shape.volume_mm3);
        Some(Group { name: name.to_owned(), sex, five: Five::of(volumes)? })
    };
    groups.into_iter().filter_map(group).collect()
}

fn by_age(shapes: &[&Measured]) -> Vec<Group> {
    let group = |from: u8| {
        let is_in = |shape: &&&Measured| {
            shape.age_years.is_some_and(|age| age.min(90) / DECADE * DECADE == from)
        };
        let volumes = shapes.iter().filter(is_in).map(|shape| shape.volume_mm3);
        let name = if from == 90 {
            "90+".to_owned()
        } else {
            key::statistics::DECADE.with(&[("from", &from), ("to", &(from + DECADE - 1))])
        };
        Some(Group { name, sex: None, five: Five::of(volumes)? })
    };
    (0..=90).step_by(usize::from(DECADE)).filter_map(group).collect()
}

fn table(caption: Key, first: Key, groups: &[Group]) -> Markup {
    let volume = |mm3: f32| words::volume(f64::from(mm3));
    html! {
        div.scroll {
            table {
                caption { (caption) }
                thead {
                    tr {
                        th scope="col" { (first) }
                        @for head in [key::anatomy::SHAPES, key::statistics::LEAST, key::statistics::QUARTER, key::statistics::MEDIAN, key::statistics::THREE_QUARTERS, key::statistics::MOST] { th.number scope="col" { (head) } }
                    }
                }
                tbody {
                    @for Group { name, five, .. } in groups {
                        tr {
                            th scope="row" { (words::capitalised(name)) }
                            td.number { (words::grouped(five.n as u64)) }
                            @for mm3 in [five.least_mm3, five.lower_mm3, five.median_mm3, five.upper_mm3, five.most_mm3] {
                                td.number { (volume(mm3)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_are_those_of_the_textbook() {
        // What R's quantile(c(1, 2, 3, 4, 10)) and NumPy's percentile say.
        let five = Five::of([10.0, 1.0, 4.0, 3.0, 2.0].into_iter()).unwrap();
        let found =
            [five.least_mm3, five.lower_mm3, five.median_mm3, five.upper_mm3, five.most_mm3];
        assert_eq!((five.n, found), (5, [1.0, 2.0, 3.0, 4.0, 10.0]));
        let even = Five::of([1.0, 2.0, 3.0, 4.0].into_iter()).unwrap();
        assert_eq!((even.lower_mm3, even.median_mm3, even.upper_mm3), (1.75, 2.5, 3.25));
        assert_eq!(Five::of(std::iter::empty()), None);
    }

    #[test]
    fn ages_fall_into_their_decades() {
        let shape = |age| Measured {
            volume_mm3: 1.0,
            side: None,
            sex: None,
            age_years: age,
            is_whole: true,
        };
        let shapes =
            [shape(Some(29)), shape(Some(20)), shape(Some(30)), shape(Some(90)), shape(None)];
        let groups = by_age(&shapes.iter().collect::<Vec<_>>());
        let found: Vec<_> =
            groups.iter().map(|group| (group.name.as_str(), group.five.n)).collect();
        assert_eq!(found, [("20 to 29", 2), ("30 to 39", 1), ("90+", 1)]);
    }
}
