//! How large brains and their ventricles are, by sex and age.

pub(super) use crate::phantom::arithmetic::{cube_root, exponential};
use crate::phantom::person::Sex;
use crate::phantom::population::law;
use crate::random::Random;

/// Ages that people of the table have, evenly: their mean and spread are the table's 48 ± 17 to two years.
const AGES_YEARS: [f64; 2] = [20.0, 80.0];

/// Mean and standard deviation of [`lost_share`] over these ages.
const LOST: [f64; 2] = [0.0641, 0.0650];

/// Rise of the logarithm of the ventricles' volume a year, and its spread between people of one age.
const VENTRICLES_A_YEAR: f64 = 0.02;
const VENTRICLES_SPREAD: f64 = 0.27;

/// How closely the volume of a brain follows that of its cavity, between people of one sex and age.
const BRAIN_TO_CAVITY: f64 = 0.85;

/// The most of the cavity that brain and ventricles fill.
const FULLEST: f64 = 0.85;

/// What is drawn of a head from a population, before its brain has a shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measures {
    /// Sex.
    pub sex: Sex,
    /// Age.
    pub age_years: f64,
    /// Volume of the cranial cavity.
    pub cavity_ml: f64,
    /// Volume of the tissue: cerebrum, cerebellum and stem without ventricles.
    pub brain_ml: f64,
    /// Volume of the ventricles.
    pub ventricles_ml: f64,
}

impl Measures {
    /// Those of a seed: 20 to 80 years old.
    pub fn of_seed(seed: u64) -> Self {
        let [youngest, oldest] = AGES_YEARS;
        Self::aged(seed, |share| youngest + (oldest - youngest) * share)
    }

    /// Those of a seed, of an age that is made of a number between 0 and 1.
    pub fn aged(seed: u64, age_years: impl Fn(f64) -> f64) -> Self {
        let random = &mut Random::new(seed, 0, 22);
        let sex = if random.uniform() < 0.5 { Sex::Female } else { Sex::Male };
        let age_years = age_years(random.uniform());
        let [cavity, brain, ventricles] = ["cavity", "brain", "ventricles"]
            .map(|what| law(what, sex).expect("the table has the quantity for both sexes"));
        let mut normal = || random.normal().clamp(-2.5, 2.5);
        let of_cavity = normal();
        let cavity_ml = cavity.mean + cavity.deviation * of_cavity;
        let own = (1.0 - BRAIN_TO_CAVITY * BRAIN_TO_CAVITY).sqrt() * normal();
        let young_ml = brain.mean / (1.0 - LOST[0]);
        let by_age_ml = young_ml * LOST[1];
        let between = (brain.deviation * brain.deviation - by_age_ml * by_age_ml).max(0.0).sqrt();
        let brain_ml = young_ml * (1.0 - lost_share(age_years))
            + between * (BRAIN_TO_CAVITY * of_cavity + own);
        let logarithm = VENTRICLES_A_YEAR * (age_years - 50.0) + VENTRICLES_SPREAD * normal();
        let ventricles_ml = ventricles.mean / mean_growth() * exponential(logarithm);
        let brain_ml = brain_ml.min(FULLEST * cavity_ml - ventricles_ml);
        Self { sex, age_years, cavity_ml, brain_ml, ventricles_ml }
    }
}

/// The share of a young brain that is lost at an age: nothing until 35, then 0.2 % a year, 0.5 % a year at
/// 60 and more later (Hedman et al., 2012).
pub(super) fn lost_share(age_years: f64) -> f64 {
    let years = (age_years - 35.0).max(0.0);
    0.01 * (0.2 * years + 0.006 * years * years)
}

/// The mean of what volumes of ventricles are multiplied by: even ages, normal spread.
fn mean_growth() -> f64 {
    let reach = 0.5 * (AGES_YEARS[1] - AGES_YEARS[0]) * VENTRICLES_A_YEAR;
    let by_age = (exponential(reach) - exponential(-reach)) / (2.0 * reach);
    by_age * exponential(0.5 * VENTRICLES_SPREAD * VENTRICLES_SPREAD)
}
