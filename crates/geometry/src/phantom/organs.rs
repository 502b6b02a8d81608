//! How large the organs of a person are: drawn together, as a population has them.
//!
//! The logarithm of a volume is the mean for the sex, what surface of the body and age add to it, and
//! what chance does, which organs have partly in common.

use std::sync::LazyLock;

use super::arithmetic::{exponential, logarithm};
use super::person::{AGES_YEARS, Person, Sex};
use super::population::{Kind, Law, constant, law};

/// Organs whose volumes are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Organ {
    /// Liver.
    Liver,
    /// Spleen.
    Spleen,
    /// Left kidney.
    KidneyLeft,
    /// Right kidney.
    KidneyRight,
    /// Heart with its blood.
    Heart,
    /// Both lungs, midway between full inspiration and rest.
    Lungs,
    /// Pancreas.
    Pancreas,
    /// Stomach with its content.
    Stomach,
    /// Thyroid gland.
    Thyroid,
}

/// How many organs are drawn.
const N_ORGANS: usize = Organ::ALL.len();

impl Organ {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Liver,
        Self::Spleen,
        Self::KidneyLeft,
        Self::KidneyRight,
        Self::Heart,
        Self::Lungs,
        Self::Pancreas,
        Self::Stomach,
        Self::Thyroid,
    ];

    /// Its name in the table of the population.
    pub fn name(self) -> &'static str {
        match self {
            Self::Liver => "liver",
            Self::Spleen => "spleen",
            Self::KidneyLeft => "kidney_left",
            Self::KidneyRight => "kidney_right",
            Self::Heart => "heart",
            Self::Lungs => "lungs",
            Self::Pancreas => "pancreas",
            Self::Stomach => "stomach",
            Self::Thyroid => "thyroid",
        }
    }

    /// Names of the structures that make it up, as [`structures`](super::structures) has them.
    pub fn structures(self) -> &'static [&'static str] {
        match self {
            Self::Lungs => &[
                "lung_lower_lobe_right",
                "lung_middle_lobe_right",
                "lung_upper_lobe_right",
                "lung_lower_lobe_left",
                "lung_upper_lobe_left",
            ],
            Self::Thyroid => &["thyroid_gland"],
            Self::Liver => &["liver"],
            Self::Spleen => &["spleen"],
            Self::KidneyLeft => &["kidney_left"],
            Self::KidneyRight => &["kidney_right"],
            Self::Heart => &["heart"],
            Self::Pancreas => &["pancreas"],
            Self::Stomach => &["stomach"],
        }
    }

    /// The law of its volume in ml among people of a sex.
    pub fn law(self, sex: Sex) -> Law {
        law(self.name(), sex).expect("the table has every organ for both sexes")
    }

    fn is_kidney(self) -> bool {
        matches!(self, Self::KidneyLeft | Self::KidneyRight)
    }

    /// By how much the logarithm of the volume rises with that of the surface of the body.
    fn by_body_surface(self, sex: Sex) -> f64 {
        let whose = if self.is_kidney() { "kidney" } else { self.name() };
        constant(&format!("{whose}_by_body_surface"), sex)
    }

    /// What age adds to the logarithm of the volume, but for a number that is the same for all.
    fn by_age(self, sex: Sex, age_years: u32) -> f64 {
        match self {
            Self::Liver => constant("liver_after_50", sex) * (f64::from(age_years) - 50.0).max(0.0),
            Self::KidneyLeft | Self::KidneyRight => {
                let band = match age_years {
                    0..40 => "kidney_young",
                    40..60 => "kidney_middle",
                    _ => "kidney_old",
                };
                logarithm(constant(band, sex))
            }
            _ => 0.0,
        }
    }
}

/// What the organs of a person measure.
#[derive(Debug, Clone, PartialEq)]
pub struct Volumes {
    volumes_ml: [f64; N_ORGANS],
    /// How much of the lungs the right one is.
    pub right_lung_share: f64,
}

impl Volumes {
    /// Those of a person: a pure function of it.
    pub fn of(person: &Person) -> Self {
        let mut random = person.random(7);
        let mut normal = || random.normal();
        let common = Common { all: normal(), kidneys: normal(), liver_and_spleen: normal() };
        let own = [0; N_ORGANS].map(|_| normal());
        let share = law("right_lung_share", person.sex).expect("the table has the share");
        let right_lung_share = share.mean + share.deviation * normal().clamp(-2.5, 2.5);
        let model = model(person.sex);
        let volumes_ml = [0, 1, 2, 3, 4, 5, 6, 7, 8].map(|index| {
            let chance = common.with(Organ::ALL[index], own[index], model).clamp(-2.5, 2.5);
            exponential(model.terms[index].logarithm(person) + model.terms[index].chance * chance)
        });
        Self { volumes_ml, right_lung_share }
    }

    /// The volume of an organ in ml.
    pub fn ml(&self, organ: Organ) -> f64 {
        self.volumes_ml[organ as usize]
    }
}

/// What several organs of a person have in common: standard normal numbers.
struct Common {
    all: f64,
    kidneys: f64,
    liver_and_spleen: f64,
}

impl Common {
    fn with(&self, organ: Organ, own: f64, model: &Model) -> f64 {
        let pair = match model.shared(organ) {
            Shared::Kidneys => self.kidneys,
            Shared::LiverAndSpleen => self.liver_and_spleen,
            Shared::Nothing => 0.0,
        };
        let of_pair = model.of_pair(organ);
        let rest = 1.0 - model.common - of_pair;
        model.common.sqrt() * self.all + of_pair.sqrt() * pair + rest.sqrt() * own
    }
}

/// What an organ has in common with another beyond what all have.
#[derive(Clone, Copy, PartialEq)]
enum Shared {
    Kidneys,
    LiverAndSpleen,
    Nothing,
}

/// What is drawn from, for one sex.
struct Model {
    terms: [Terms; N_ORGANS],
    common: f64,
    common_to_kidneys: f64,
    common_to_liver_and_spleen: f64,
}

impl Model {
    fn of(sex: Sex) -> Self {
        Self {
            terms: Organ::ALL.map(|organ| Terms::of(organ, sex)),
            common: constant("common_to_all", sex),
            common_to_kidneys: constant("common_to_kidneys", sex),
            common_to_liver_and_spleen: constant("common_to_liver_and_spleen", sex),
        }
    }

    fn shared(&self, organ: Organ) -> Shared {
        match organ {
            Organ::KidneyLeft | Organ::KidneyRight => Shared::Kidneys,
            Organ::Liver | Organ::Spleen => Shared::LiverAndSpleen,
            _ => Shared::Nothing,
        }
    }

    fn of_pair(&self, organ: Organ) -> f64 {
        match self.shared(organ) {
            Shared::Kidneys => self.common_to_kidneys,
            Shared::LiverAndSpleen => self.common_to_liver_and_spleen,
            Shared::Nothing => 0.0,
        }
    }
}

fn model(sex: Sex) -> &'static Model {
    static MODELS: LazyLock<[Model; 2]> =
        LazyLock::new(|| [Model::of(Sex::Female), Model::of(Sex::Male)]);
    &MODELS[usize::from(sex == Sex::Male)]
}

/// What the logarithm of an organ's volume is made of, for one sex.
struct Terms {
    organ: Organ,
    /// The mean of the logarithm over the population.
    mean: f64,
    by_body_surface: f64,
    /// What age adds, by years since the youngest age; 0 on average over the population.
    by_age: Vec<f64>,
    /// Standard deviation of what chance adds: surface, age and chance together have that of the law.
    chance: f64,
}

impl Terms {
    fn of(organ: Organ, sex: Sex) -> Self {
        let Kind::LogNormal { mean, deviation } = organ.law(sex).kind else {
            panic!("the table gives log-normal laws to organs");
        };
        let [youngest, oldest] = AGES_YEARS;
        let raw: Vec<f64> = (youngest..=oldest).map(|age| organ.by_age(sex, age)).collect();
        let middle = raw.iter().sum::<f64>() / raw.len() as f64;
        let by_age: Vec<f64> = raw.iter().map(|value| value - middle).collect();
        let by_body_surface = organ.by_body_surface(sex);
        let surface = BodySurface::of(sex);
        let explained = surface.deviation * by_body_surface;
        let explained = explained * explained
            + variance(&by_age)
            + 2.0 * by_body_surface * surface.a_year * with_age(&by_age);
        let chance = (deviation * deviation - explained).max(0.0).sqrt();
        Self { organ, mean, by_body_surface, by_age, chance }
    }

    fn logarithm(&self, person: &Person) -> f64 {
        let surface = person.log_body_surface() - BodySurface::of(person.sex).mean;
        let years = person.age_years.saturating_sub(AGES_YEARS[0]) as usize;
        let by_age = self.by_age.get(years).or(self.by_age.last()).copied().unwrap_or(0.0);
        self.mean + self.by_body_surface * surface + by_age
    }

    /// The whole spread of the logarithm.
    fn deviation(&self, sex: Sex) -> f64 {
        match self.organ.law(sex).kind {
            Kind::LogNormal { deviation, .. } => deviation,
            Kind::Normal | Kind::Constant => 0.0,
        }
    }
}

/// Mean of the squares of numbers whose mean is 0.
fn variance(centred: &[f64]) -> f64 {
    centred.iter().map(|value| value * value).sum::<f64>() / centred.len() as f64
}

/// Covariance with age of numbers by age whose mean is 0.
fn with_age(centred: &[f64]) -> f64 {
    centred.iter().zip(0..).map(|(value, age)| value * f64::from(age)).sum::<f64>()
        / centred.len() as f64
}

/// The logarithm of the surface of the body in m² among the people that are drawn: it follows from
/// the laws of heights and body mass indices, and a test holds it against many people.
struct BodySurface {
    mean: f64,
    deviation: f64,
    /// By how much its mean rises in a year of age.
    a_year: f64,
}

impl BodySurface {
    const fn of(sex: Sex) -> Self {
        match sex {
            Sex::Female => Self { mean: 0.5341, deviation: 0.0854, a_year: 0.000516 },
            Sex::Male => Self { mean: 0.6549, deviation: 0.0855, a_year: 0.000517 },
        }
    }
}

/// What the model says of two organs of people of a sex: how far the logarithms of their volumes go
/// together.
pub fn correlation(a: Organ, b: Organ, sex: Sex) -> f64 {
    if a == b {
        return 1.0;
    }
    let model = model(sex);
    let [of_a, of_b] = [&model.terms[a as usize], &model.terms[b as usize]];
    let surface = BodySurface::of(sex);
    let is_pair = model.shared(a) == model.shared(b);
    let in_common = model.common + if is_pair { model.of_pair(a) } else { 0.0 };
    let chance = of_a.chance * of_b.chance * in_common;
    let by_surface =
        of_a.by_body_surface * of_b.by_body_surface * surface.deviation * surface.deviation;
    let ages = of_a.by_age.iter().zip(&of_b.by_age);
    let by_age = ages.map(|(a, b)| a * b).sum::<f64>() / of_a.by_age.len() as f64;
    let crossed = surface.a_year
        * (of_a.by_body_surface * with_age(&of_b.by_age)
            + of_b.by_body_surface * with_age(&of_a.by_age));
    (chance + by_surface + by_age + crossed) / (of_a.deviation(sex) * of_b.deviation(sex))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phantom::person;

    fn moments(values: &[f64]) -> [f64; 2] {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        [mean, (squares / values.len() as f64).sqrt()]
    }

    fn people(sex: Sex, n: usize) -> Vec<Person> {
        (0..).map(|subject| person(77, subject)).filter(|p| p.sex == sex).take(n).collect()
    }

    #[test]
    fn surfaces_of_bodies_are_as_the_model_takes_them() {
        for sex in [Sex::Female, Sex::Male] {
            let people = people(sex, 40_000);
            let surfaces: Vec<f64> = people.iter().map(Person::log_body_surface).collect();
            let [mean, deviation] = moments(&surfaces);
            let expected = BodySurface::of(sex);
            let ages: Vec<f64> = people.iter().map(|p| f64::from(p.age_years)).collect();
            let [middle, spread] = moments(&ages);
            let together = ages.iter().zip(&surfaces).map(|(age, s)| (age - middle) * (s - mean));
            let a_year = together.sum::<f64>() / ages.len() as f64 / (spread * spread);
            assert!((mean - expected.mean).abs() < 0.0015, "{sex:?} {mean}");
            assert!((deviation - expected.deviation).abs() < 0.001, "{sex:?} {deviation}");
            assert!((a_year - expected.a_year).abs() < 0.000_06, "{sex:?} {a_year}");
        }
    }

    /// Du Bois and Du Bois: 170 cm and 70 kg have 1.81 m².
    #[test]
    fn a_body_has_the_surface_of_du_bois() {
        let found = Person { height_cm: 170.0, weight_kg: 70.0, ..person(1, 1) };
        assert!((found.body_surface_m2() - 1.81).abs() < 0.005, "{}", found.body_surface_m2());
    }

    /// Chance has room beside what surface and age explain, and organs share no more than all of it.
    #[test]
    fn the_table_leaves_room_for_chance() {
        for sex in [Sex::Female, Sex::Male] {
            let model = model(sex);
            for organ in Organ::ALL {
                let terms = &model.terms[organ as usize];
                assert_eq!(terms.organ, organ);
                assert!(terms.chance > 0.4 * terms.deviation(sex), "{organ:?} {}", terms.chance);
                assert!(model.common + model.of_pair(organ) < 1.0);
                let mean = terms.by_age.iter().sum::<f64>();
                assert!(mean.abs() < 1e-9, "{organ:?} {mean}");
            }
        }
    }

    #[test]
    fn larger_bodies_have_larger_organs() {
        let small = Person { height_cm: 165.0, weight_kg: 60.0, ..person(1, 1) };
        let large = Person { height_cm: 185.0, weight_kg: 90.0, ..small.clone() };
        let ratio = large.body_surface_m2() / small.body_surface_m2();
        let [a, b] = [&small, &large].map(|person| Volumes::of(person).ml(Organ::Liver));
        assert!((b / a / ratio - 1.0).abs() < 1e-9, "{a} {b} {ratio}");
    }
}
