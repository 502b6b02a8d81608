//! Who the phantom is: sex, age, height and weight, drawn as a population has them.

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

    /// A stream of chance of this person's own.
    pub(super) fn random(&self, purpose: u64) -> Random {
        Random::new(self.seed, self.subject, purpose)
    }
}

/// The adult that a seed and a subject number stand for; the same whenever asked.
///
/// Heights are normal (men 176 ± 7 cm, women 163 ± 6.5 cm), and the body mass index rises a little
/// with age.
pub fn person(seed: u64, subject: u32) -> Person {
    let mut random = Random::new(seed, subject, 0);
    let sex = if random.uniform() < 0.5 { Sex::Female } else { Sex::Male };
    let age_years = 18 + random.between(0.0, 73.0) as u32;
    let (mean, deviation) = match sex {
        Sex::Female => (163.0, 6.5),
        Sex::Male => (176.0, 7.0),
    };
    let height_cm = rounded(mean + deviation * random.normal().clamp(-2.5, 2.5));
    let index = 24.5 + 0.03 * (f64::from(age_years) - 40.0) + 3.4 * random.normal();
    let weight_kg = rounded(index.clamp(18.0, 37.0) * height_cm * height_cm * 1e-4);
    Person { sex, age_years, height_cm, weight_kg, seed, subject }
}

/// To one decimal, as tables have it.
fn rounded(value: f64) -> f64 {
    (10.0 * value).round() / 10.0
}
