//! How thick the tissue of a face is, and how its nose and lips are formed.

use super::landmarks::{N_GROUPS, N_SITES, SITES};
use crate::phantom::person::Sex;
use crate::phantom::population::law;
use crate::phantom::skull::Measures;
use crate::random::Random;

/// How much the thickness of both sides has in common, as a correlation.
const OF_BOTH_SIDES: f64 = 0.95;

/// What is drawn of a face that its skull does not tell.
#[derive(Debug, Clone, PartialEq)]
pub struct Tissue {
    /// Sex, which is that of the skull.
    pub sex: Sex,
    /// How well nourished, in standard deviations.
    pub nutrition: f64,
    /// Thickness at the sites of [`SITES`], right and left; the same twice where there is one.
    pub thickness_mm: [[f64; 2]; N_SITES],
    /// How far the nose stands out, how wide and how round it is, and how full the lips are: factors.
    pub nose: [f64; 3],
    /// The same for the lips.
    pub lips: f64,
    /// Mean thickness of the scalp.
    pub(super) scalp_mm: f64,
}

impl Tissue {
    /// That of the skull that belongs to a seed.
    pub fn of_seed(seed: u64) -> Self {
        let sex = Measures::of_seed(seed).sex;
        let random = &mut Random::new(seed, 0, 26);
        let nutrition = random.normal();
        let groups: [f64; N_GROUPS] = [0; N_GROUPS].map(|_| random.normal());
        let mut thickness_mm = [[0.0; 2]; N_SITES];
        for (site, both) in SITES.iter().zip(&mut thickness_mm) {
            let law = law(site.law, sex).expect("the table has the site for both sexes");
            let (a, b) = (site.of_nutrition, site.of_group);
            let own = (1.0 - a * a - b * b).max(0.0).sqrt() * random.normal();
            let common = a * nutrition + b * groups[site.group] + own;
            let of_a_side = (1.0 - OF_BOTH_SIDES * OF_BOTH_SIDES).sqrt();
            let mut thickness = |share: f64, rest: f64| {
                let normal = share * common + rest * random.normal();
                law.mean + law.deviation * normal.clamp(-2.5, 2.5)
            };
            *both = match site.is_paired {
                true => [0; 2].map(|_| thickness(OF_BOTH_SIDES, of_a_side)),
                false => [thickness(1.0, 0.0); 2],
            };
        }
        let mut factor = |deviation: f64| 1.0 + deviation * random.normal().clamp(-2.5, 2.5);
        let nose = [0.09, 0.08, 0.08].map(&mut factor);
        let lips = factor(0.12);
        let of_scalp = |name: &str| SITES.iter().position(|site| site.name == name);
        let scalp: Vec<f64> = ["vertex", "metopion", "opisthocranion", "euryon"]
            .into_iter()
            .filter_map(|name| Some(thickness_mm[of_scalp(name)?][0]))
            .collect();
        let scalp_mm = scalp.iter().sum::<f64>() / scalp.len() as f64;
        Self { sex, nutrition, thickness_mm, nose, lips, scalp_mm }
    }
}
