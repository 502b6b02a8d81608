//! Phantom subjects on disk: label maps and a table, as a source would publish them.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use medshape_formats::nifti;
use medshape_geometry::phantom::{self, Person, Sex};

use crate::Error;

/// Name of the table of subjects in a cohort's folder.
pub const TABLE: &str = "subjects.tsv";

/// Which phantoms to make.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CohortOptions {
    /// How many.
    pub n_subjects: u32,
    /// Another seed gives other people.
    pub seed: u64,
    /// Distance between voxel centres.
    pub spacing_mm: f64,
}

/// Writes `p001.nii.gz`, … and the table into `folder`, which is made if it is not there.
/// Returns the files. The same options give the same bytes.
///
/// # Errors
/// The folder or a file cannot be written.
pub fn write(
    folder: &Path,
    options: &CohortOptions,
    watch: &dyn Fn(u32),
) -> Result<Vec<PathBuf>, Error> {
    std::fs::create_dir_all(folder).map_err(Error::io(folder))?;
    let mut files = Vec::new();
    let mut table = "subject\tsex\tage\theight_cm\tweight_kg\n".to_owned();
    for number in 1..=options.n_subjects {
        let person = phantom::person(options.seed, number);
        let path = folder.join(format!("p{number:03}.nii.gz"));
        write_label_map(&path, &person, options.spacing_mm).map_err(Error::io(&path))?;
        table += &row(number, &person);
        files.push(path);
        watch(number);
    }
    let path = folder.join(TABLE);
    std::fs::write(&path, table).map_err(Error::io(&path))?;
    Ok(files)
}

fn write_label_map(path: &Path, person: &Person, spacing_mm: f64) -> std::io::Result<()> {
    let part = path.with_extension("part");
    let mut file = File::create(&part)?;
    nifti::write_label_map(&mut file, &phantom::label_map(person, spacing_mm))?;
    file.flush()?;
    std::fs::rename(part, path)
}

fn row(number: u32, person: &Person) -> String {
    let sex = match person.sex {
        Sex::Female => "F",
        Sex::Male => "M",
    };
    let Person { age_years, height_cm, weight_kg, .. } = person;
    format!("p{number:03}\t{sex}\t{age_years}\t{height_cm:.0}\t{weight_kg:.0}\n")
}
