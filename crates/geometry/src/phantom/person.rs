//! Who the phantom is: sex, age, height and weight, drawn as a population has them.

use super::arithmetic::{exponential, logarithm};
use super::population::law;
use crate::random::Random;

/// The sexes that the phantom knows: they differ in size, in the shape of the pelvis, and in the
/// organs below the bladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// Has a uterus.
    Female,
    /// Has a prostate.
    Male,
}

impl Sex {
    /// The word for it in tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Female => "female",
            Self::Male => "male",
        }
    }
}

/// Somebody who never was: what a metadata table would say, and a seed for all that it would not.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// Sex.
    pub sex: Sex,
    /// Age, 18 to 90.
    pub age_years: u32,
    /// Standing height.
    pub height_cm: f64,
    /// Weight.
    pub weight_kg: f64,
    /// What makes two people of one size differ inside.
    pub(super) seed: u64,
    pub(super) subject: u32,
}

impl Person {
    /// Weight in kilograms over the square of the height in metres.
    pub fn body_mass_index(&self) -> f64 {
        self.weight_kg / (self.height_cm * self.height_cm * 1e-4)
    }

    /// The surface of the body in square metres (Du Bois and Du Bois, 1916).
    pub fn body_surface_m2(&self) -> f64 {
        exponential(self.log_body_surface())
    }

    /// The natural logarithm of the surface of the body in square metres.
    pub(super) fn log_body_surface(&self) -> f64 {
        logarithm(0.007_184) + 0.725 * logarithm(self.height_cm) + 0.425 * logarithm(self.weight_kg)
    }

    /// A stream of chance of this person's own.
    pub(super) fn random(&self, purpose: u64) -> Random {
        Random::new(self.seed, self.subject, purpose)
    }
}

/// The youngest and the oldest, all ages between being as frequent.
pub(super) const AGES_YEARS: [u32; 2] = [18, 90];
const N_AGES: u32 = AGES_YEARS[1] - AGES_YEARS[0] + 1;

/// The adult that a seed and a subject number stand for; the same whenever asked.
///
/// Heights are normal, and the body mass index rises a little with age.
pub fn person(seed: u64, subject: u32) -> Person {
    let mut random = Random::new(seed, subject, 0);
    let sex = if random.uniform() < 0.5 { Sex::Female } else { Sex::Male };
    let age_years = AGES_YEARS[0] + random.between(0.0, f64::from(N_AGES)) as u32;
    let height = law("height", sex).expect("the table has the heights of both sexes");
    let height_cm = rounded(height.mean + height.deviation * random.normal().clamp(-2.5, 2.5));
    let index = 24.5 + 0.03 * (f64::from(age_years) - 40.0) + 3.4 * random.normal();
    let weight_kg = rounded(index.clamp(18.0, 37.0) * height_cm * height_cm * 1e-4);
    Person { sex, age_years, height_cm, weight_kg, seed, subject }
}

/// To one decimal, as tables have it.
fn rounded(value: f64) -> f64 {
    (10.0 * value).round() / 10.0
}
