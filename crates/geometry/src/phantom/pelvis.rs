//! Bladder, and prostate or uterus.

use super::Structure;
use super::curves::tube;
use super::implicit::{Solid, ball, ellipsoid};
use super::person::{Person, Sex};

/// The organs of the lesser pelvis.
pub(super) fn structures(person: &Person) -> Vec<Structure> {
    let mut random = person.random(4);
    let fill = random.between(0.86, 1.12);
    let bladder = bladder().scaled(fill).uneven(1.2, 50.0, random.uniform());
    let below = match person.sex {
        Sex::Female => Structure::new("uterus", uterus().scaled(random.between(0.88, 1.08))),
        Sex::Male => {
            // It grows with age.
            let age = (f64::from(person.age_years) - 40.0).max(0.0);
            let size = random.between(0.92, 1.04) + 0.005 * age;
            Structure::new("prostate", prostate().scaled(size))
        }
    };
    vec![below, Structure::new("urinary_bladder", bladder)]
}

fn bladder() -> Solid {
    let body = ellipsoid([0.0, 9.0, -86.0], [40.0, 30.0, 27.0]);
    let neck = ball([0.0, 7.0, -108.0], 16.0);
    body.and(neck, 14.0)
}

fn prostate() -> Solid {
    let lobe = ellipsoid([8.0, 4.0, -130.0], [15.0, 14.0, 15.5]);
    let apex = ball([0.0, 8.0, -140.0], 9.0);
    lobe.clone().and(lobe.mirrored(), 6.0).and(apex, 8.0)
}

/// Bent forwards over the bladder.
fn uterus() -> Solid {
    let body = ellipsoid([0.0, 6.0, -52.0], [24.0, 24.0, 17.0]);
    let neck =
        tube(&[[0.0, -8.0, -60.0, 14.0], [0.0, -26.0, -80.0, 11.0], [0.0, -28.0, -98.0, 10.0]]);
    let horn = tube(&[[12.0, 10.0, -46.0, 10.0], [34.0, 4.0, -44.0, 4.0]]);
    Solid::all(vec![body, neck, horn.clone(), horn.mirrored()], 10.0)
}
