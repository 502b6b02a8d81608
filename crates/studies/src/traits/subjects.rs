//! People whose label map, sex and age are known.

use std::collections::BTreeMap;
use std::path::Path;

use medshape::metadata::Metadata;
use medshape::{Dataset, Reader};
use medshape_catalog::Sex;
use medshape_formats::Input;
use medshape_geometry::voxels::reorient::label_map_to_ras;
use rayon::prelude::*;

use super::organs::{Organ, organs};
use super::settings::Settings;
use crate::{Error, Watch};

/// Somebody.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// What the table calls them.
    pub subject: String,
    /// Whether they are male; else female.
    pub is_male: bool,
    /// Their age.
    pub age_years: f64,
    /// Their structures, by label.
    pub organs: BTreeMap<i64, Organ>,
}

/// All whose label map is in a folder, in the order of their names; what is to be said of those left out.
///
/// # Errors
/// If the table or a label map cannot be read, nobody is left, or the work was stopped.
pub fn people(
    folder: &Path,
    settings: &Settings,
    watch: &Watch<'_>,
) -> Result<(Vec<Person>, Vec<String>), Error> {
    let reader = Reader::default();
    let table = folder.join(&settings.table);
    let metadata = Metadata::read(&table, &Dataset::find("local")?, &reader)?;
    let mut said = Vec::new();
    let mut known = Vec::new();
    for subject in metadata.subjects() {
        let path = folder.join(settings.files.replace("{subject}", &subject.id));
        if !path.is_file() {
            continue;
        }
        match (subject.sex, subject.age_years) {
            (Some(sex @ (Sex::Female | Sex::Male)), Some(age)) => {
                known.push((subject.id.clone(), sex == Sex::Male, f64::from(age), path));
            }
            _ => said.push(format!("{} is left out: sex or age is not known", subject.id)),
        }
    }
    if known.is_empty() {
        let reason = format!(
            "no subject of `{}` with sex and age has a file named like `{}` here; name others in the settings",
            table.display(),
            settings.files
        );
        return Err(Error::file(folder, reason));
    }
    let total = known.len() as u64;
    let done = std::sync::atomic::AtomicU64::new(0);
    let person = |(subject, is_male, age_years, path): &(String, bool, f64, std::path::PathBuf)| {
        watch.unless_stopped("nothing was learned or scored yet")?;
        let map = label_map_to_ras(reader.label_map(&Input::on_disk(path))?);
        let organs = organs(&map);
        watch.tell(done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1, total, None);
        Ok(Person { subject: subject.clone(), is_male: *is_male, age_years: *age_years, organs })
    };
    let people = known.par_iter().map(person).collect::<Result<Vec<_>, Error>>()?;
    Ok((people, said))
}

/// The labels that are looked at: those of the settings, or else all that half of the people have.
///
/// # Errors
/// If there is none.
pub fn labels(people: &[Person], settings: &Settings) -> Result<Vec<i64>, Error> {
    let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
    people.iter().flat_map(|person| person.organs.keys()).for_each(|&label| {
        *counts.entry(label).or_default() += 1;
    });
    let is_wanted = |label: i64, n: usize| match settings.labels.is_empty() {
        true => 2 * n >= people.len(),
        false => settings.labels.contains(&label),
    };
    let found: Vec<i64> = counts
        .into_iter()
        .filter(|&(label, n)| is_wanted(label, n))
        .map(|(label, _)| label)
        .collect();
    let none = || Error::Request("no label of `labels` is in any of the label maps".to_owned());
    (!found.is_empty()).then_some(found).ok_or_else(none)
}

/// Whether there are people enough of both sexes to deal them into folds, twice.
///
/// # Errors
/// A sentence that says how many there are.
pub fn check(people: &[Person], settings: &Settings) -> Result<(), Error> {
    let n_male = people.iter().filter(|person| person.is_male).count();
    let [fewest, least] = [n_male.min(people.len() - n_male), settings.folds.max(5) + 1];
    if fewest >= least {
        return Ok(());
    }
    Err(Error::Request(format!(
        "there are {} women and {n_male} men with a label map; at least {least} of both are needed to learn from some \
         and ask of others",
        people.len() - n_male
    )))
}
