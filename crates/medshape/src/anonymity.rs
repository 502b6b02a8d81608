//! How many subjects share what is known of them: k-anonymity (Samarati and Sweeney, 1998).
//!
//! Whoever knows a person's sex, age and illness finds that person's shapes if no other subject fits.
//! Subjects that agree in all of these stand in one class; a class of fewer than `k` is too small.

use std::collections::{BTreeMap, BTreeSet};

use medshape_catalog::{Catalog, Sex, Subject};
use serde::Serialize;

use crate::Error;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct AnonymityOptions {
    /// The fewest subjects that a class may have.
    pub k: u64,
    /// Years that are not told apart; 1 takes ages as they are.
    pub age_band_years: u32,
    /// The most small classes to list.
    pub n_listed: usize,
}

/// What is known of subjects that others may know too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trait {
    /// The data set.
    Source,
    /// Sex.
    Sex,
    /// Age, in bands.
    Age,
    /// Pathology, as the source's table says it.
    Pathology,
    /// All further columns that the source's description lets through.
    Attributes,
}

/// Subjects that agree in all that is looked at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Class {
    /// The data set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Sex; `None` where it is not known.
    pub sex: Option<Sex>,
    /// Age, such as `60-64`, `90+`.
    pub age: Option<String>,
    /// Pathology.
    pub pathology: Option<String>,
    /// Further columns.
    pub attributes: BTreeMap<String, String>,
}

/// A class that is too small.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SmallClass {
    /// How many subjects it has.
    pub n_subjects: u64,
    /// What they agree in.
    #[serde(flatten)]
    pub class: Class,
}

/// What bands of other widths, or less that is told, would make of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// Width of the bands of ages; `None` leaves ages out.
    pub age_band_years: Option<u32>,
    /// What is left out besides.
    pub left_out: Vec<Trait>,
    /// Subjects in classes that are still too small.
    pub n_subjects_below_k: u64,
    /// The size of the smallest class.
    pub k: u64,
    /// The fewest different pathologies in a class, where they are left out of what is known: who is
    /// found to be in a class of one pathology has it (l-diversity, Machanavajjhala et al., 2007).
    pub l: u64,
}

/// How anonymous the subjects of a store are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnonymityReport {
    /// What was asked for.
    pub k_wanted: u64,
    /// Width of the bands of ages.
    pub age_band_years: u32,
    /// Subjects looked at: those of which more than their source is known.
    pub n_subjects: u64,
    /// Subjects of which nothing is known that anybody else could know.
    pub n_nothing_known: u64,
    /// Subjects that are nobody: of sources that show no person.
    pub n_nobody: u64,
    /// The size of the smallest class; 0 if there is none.
    pub k: u64,
    /// Classes.
    pub n_classes: u64,
    /// Classes that are too small, and the subjects in them.
    pub n_small_classes: u64,
    /// Subjects in classes that are too small.
    pub n_subjects_below_k: u64,
    /// Classes by how many subjects they have, up to `k - 1`.
    pub n_classes_by_size: BTreeMap<u64, u64>,
    /// Classes that are too small, the smallest first; not all of them if there are many.
    pub small_classes: Vec<SmallClass>,
    /// What would make them larger, that which tells most first. The last one is enough, unless
    /// nothing is.
    pub suggestions: Vec<Suggestion>,
}

/// Looks at all subjects that the catalog shows its audience.
///
/// # Errors
/// The store cannot be read.
pub fn k_anonymity(
    catalog: &Catalog,
    options: &AnonymityOptions,
) -> Result<AnonymityReport, Error> {
    let (mut subjects, mut n_nobody) = (Vec::new(), 0);
    for summary in catalog.sources()? {
        let of_source = catalog.subjects(&summary.source.id)?;
        if summary.source.privacy_class == medshape_catalog::PrivacyClass::P0 {
            n_nobody += of_source.len() as u64;
        } else {
            subjects.extend(of_source.into_iter().map(|summary| summary.subject));
        }
    }
    let mut report = report(&subjects, options);
    report.n_nobody = n_nobody;
    Ok(report)
}

fn report(subjects: &[Subject], options: &AnonymityOptions) -> AnonymityReport {
    let known: Vec<&Subject> = subjects.iter().filter(|subject| is_known(subject)).collect();
    let all = Told { age_band_years: Some(options.age_band_years), left_out: Vec::new() };
    let classes = classes(&known, &all);
    let small: Vec<(&Class, u64)> = {
        let sizes = classes.iter().map(|(class, of)| (class, of.n_subjects));
        sizes.filter(|&(_, n)| n < options.k).collect()
    };
    let mut n_classes_by_size = BTreeMap::new();
    for &(_, n) in &small {
        *n_classes_by_size.entry(n).or_default() += 1;
    }
    let mut listed: Vec<SmallClass> = { small.iter() }
        .map(|&(class, n_subjects)| SmallClass { n_subjects, class: class.clone() })
        .collect();
    listed.sort_by_key(|small| (small.n_subjects, small.class.clone()));
    listed.truncate(options.n_listed);
    let n_subjects_below_k: u64 = small.iter().map(|(_, n)| n).sum();
    AnonymityReport {
        k_wanted: options.k,
        age_band_years: options.age_band_years,
        n_subjects: known.len() as u64,
        n_nothing_known: (subjects.len() - known.len()) as u64,
        n_nobody: 0,
        k: classes.values().map(|of| of.n_subjects).min().unwrap_or(0),
        n_classes: classes.len() as u64,
        n_small_classes: small.len() as u64,
        n_subjects_below_k,
        n_classes_by_size,
        small_classes: listed,
        suggestions: match n_subjects_below_k {
            0 => Vec::new(),
            _ => suggestions(&known, options),
        },
    }
}

/// Whether something is known that somebody else could know of the same person.
fn is_known(subject: &Subject) -> bool {
    let Subject { sex, age_years, pathology, attributes, .. } = subject;
    sex.is_some() || age_years.is_some() || pathology.is_some() || !attributes.is_empty()
}

/// What is told of subjects, and how finely.
#[derive(Debug, Clone)]
struct Told {
    age_band_years: Option<u32>,
    left_out: Vec<Trait>,
}

#[derive(Default)]
struct Members<'a> {
    n_subjects: u64,
    pathologies: BTreeSet<Option<&'a str>>,
}

fn classes<'a>(subjects: &[&'a Subject], told: &Told) -> BTreeMap<Class, Members<'a>> {
    let mut classes: BTreeMap<Class, Members<'_>> = BTreeMap::new();
    for subject in subjects {
        let members = classes.entry(class(subject, told)).or_default();
        members.n_subjects += 1;
        members.pathologies.insert(subject.pathology.as_deref());
    }
    classes
}

fn class(subject: &Subject, told: &Told) -> Class {
    let tells = |what: Trait| !told.left_out.contains(&what);
    let Subject { source, sex, age_years, pathology, attributes, .. } = subject;
    Class {
        source: Some(source.clone()).filter(|_| tells(Trait::Source)),
        sex: sex.filter(|_| tells(Trait::Sex)),
        age: told.age_band_years.and_then(|width| Some(band((*age_years)?, width))),
        pathology: pathology.clone().filter(|_| tells(Trait::Pathology)),
        attributes: if tells(Trait::Attributes) { attributes.clone() } else { BTreeMap::new() },
    }
}

/// `60-64`; the last band is open.
fn band(age_years: u32, width: u32) -> String {
    let (width, oldest) = (width.max(1), Subject::OLDEST_YEARS);
    let from = age_years.min(oldest) / width * width;
    match from + width {
        _ if width == 1 && age_years < oldest => from.to_string(),
        past if past > oldest => format!("{from}+"),
        past => format!("{from}-{}", past - 1),
    }
}

/// Tells less and less until it is enough: wider bands, then no attributes, no pathology, no age.
fn suggestions(subjects: &[&Subject], options: &AnonymityOptions) -> Vec<Suggestion> {
    const WIDTHS: [u32; 4] = [5, 10, 20, 30];
    let has = |what: Trait| {
        { subjects.iter() }.any(|subject| match what {
            Trait::Attributes => !subject.attributes.is_empty(),
            Trait::Pathology => subject.pathology.is_some(),
            Trait::Source | Trait::Sex | Trait::Age => true,
        })
    };
    let mut steps: Vec<Told> = Vec::new();
    let mut left_out = Vec::new();
    for more in [None, Some(Trait::Attributes), Some(Trait::Pathology)] {
        if more.is_some_and(|what| !has(what)) {
            continue;
        }
        left_out.extend(more);
        let wider = WIDTHS.into_iter().filter(|&width| width > options.age_band_years);
        let widths: Vec<u32> = match more {
            None => wider.collect(),
            Some(_) => std::iter::once(options.age_band_years).chain(wider).collect(),
        };
        let step = |width| Told { age_band_years: Some(width), left_out: left_out.clone() };
        steps.extend(widths.into_iter().map(step));
    }
    left_out.push(Trait::Age);
    for more in [None, Some(Trait::Source), Some(Trait::Sex)] {
        left_out.extend(more);
        steps.push(Told { age_band_years: None, left_out: left_out.clone() });
    }
    let mut suggestions: Vec<Suggestion> = Vec::new();
    for told in steps {
        let suggestion = suggestion(subjects, &told, options.k);
        let is_enough = suggestion.n_subjects_below_k == 0;
        suggestions.push(suggestion);
        if is_enough {
            break;
        }
    }
    suggestions
}

fn suggestion(subjects: &[&Subject], told: &Told, k: u64) -> Suggestion {
    let classes = classes(subjects, told);
    let sizes = classes.values().map(|of| of.n_subjects);
    Suggestion {
        age_band_years: told.age_band_years,
        left_out: told.left_out.clone(),
        n_subjects_below_k: sizes.clone().filter(|&n| n < k).sum(),
        k: sizes.min().unwrap_or(0),
        l: classes.values().map(|of| of.pathologies.len() as u64).min().unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(id: &str, sex: Option<Sex>, age_years: Option<u32>, pathology: &str) -> Subject {
        let pathology = Some(pathology.to_owned()).filter(|text| !text.is_empty());
        let source = "x".to_owned();
        Subject { source, id: id.to_owned(), sex, age_years, pathology, ..Subject::default() }
    }

    fn options(k: u64) -> AnonymityOptions {
        AnonymityOptions { k, age_band_years: 5, n_listed: 10 }
    }

    /// The table of Sweeney (2002), as far as these traits go: two pairs and one who stands alone.
    #[test]
    fn classes_are_counted_as_by_hand() {
        use Sex::{Female, Male};
        let subjects = [
            subject("a", Some(Female), Some(60), "tumor"),
            subject("b", Some(Female), Some(64), "tumor"),
            subject("c", Some(Male), Some(64), "tumor"),
            subject("d", Some(Male), Some(61), "tumor"),
            subject("e", Some(Male), Some(65), "tumor"),
            subject("f", None, None, ""),
        ];
        let report = report(&subjects, &options(2));
        assert_eq!((report.n_subjects, report.n_nothing_known), (5, 1));
        assert_eq!((report.k, report.n_classes, report.n_small_classes), (1, 3, 1));
        assert_eq!(report.n_classes_by_size, BTreeMap::from([(1, 1)]));
        assert_eq!(report.small_classes[0].class.age.as_deref(), Some("65-69"));
        // Ten years put the one of 65 with the two of 61 and 64.
        let first = &report.suggestions[0];
        assert_eq!((first.age_band_years, first.n_subjects_below_k, first.k), (Some(10), 0, 2));
        assert_eq!(report.suggestions.len(), 1);
    }

    #[test]
    fn what_does_not_help_is_followed_by_what_does() {
        let subjects: Vec<Subject> = ["stroke", "tumor", "none", "embolism"]
            .into_iter()
            .map(|pathology| subject(pathology, Some(Sex::Male), Some(40), pathology))
            .collect();
        let report = report(&subjects, &options(4));
        assert_eq!((report.k, report.n_subjects_below_k), (1, 4));
        let last = report.suggestions.last().unwrap();
        assert_eq!(last.left_out, [Trait::Pathology]);
        assert_eq!((last.age_band_years, last.n_subjects_below_k, last.l), (Some(5), 0, 4));
    }

    #[test]
    fn bands_of_ages_do_not_overlap() {
        assert_eq!([59, 60, 64, 65].map(|age| band(age, 5)), ["55-59", "60-64", "60-64", "65-69"]);
        assert_eq!(
            [0, 4, 88, 90, 97].map(|age| band(age, 5)),
            ["0-4", "0-4", "85-89", "90+", "90+"]
        );
        assert_eq!([60, 90].map(|age| band(age, 1)), ["60", "90+"]);
        assert_eq!([79, 80, 90].map(|age| band(age, 20)), ["60-79", "80+", "80+"]);
    }
}
