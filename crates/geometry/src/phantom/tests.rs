use std::sync::LazyLock;

use super::*;
use crate::voxels::regions::regions;

/// Some people at 3 mm: their maps, and per structure the volume and the middle.
static BODIES: LazyLock<Vec<Body>> = LazyLock::new(|| [0, 1, 2, 3].map(body).into());

struct Body {
    person: Person,
    map: LabelMap,
    found: Vec<Found>,
}

struct Found {
    name: &'static str,
    n_voxels: u64,
    volume_ml: f64,
    middle_mm: [f64; 3],
}

fn body(subject: u32) -> Body {
    let person = person(20, subject);
    let map = label_map(&person, 3.0);
    let mut sums = vec![[0.0; 3]; map.n_values()];
    let [n_x, n_y, _] = map.grid().dims();
    for (index, label) in map.voxels().iter().enumerate() {
        let voxel = [index % n_x, index / n_x % n_y, index / (n_x * n_y)];
        let place = map.grid().world_from_voxel().apply(voxel.map(|k| k as f64));
        for axis in 0..3 {
            sums[usize::from(label)][axis] += place[axis];
        }
    }
    let voxel_ml = map.grid().voxel_volume_mm3() / 1000.0;
    let found = (1..map.n_values()).map(|label| {
        let n_voxels = map.counts()[label];
        Found {
            name: name(map.values()[label]),
            n_voxels,
            volume_ml: n_voxels as f64 * voxel_ml,
            middle_mm: sums[label].map(|sum| sum / n_voxels as f64),
        }
    });
    let found = found.collect();
    Body { person, map, found }
}

fn name(value: i64) -> &'static str {
    let of_value = structures().iter().find(|&&(number, _)| i64::from(number) == value);
    of_value.unwrap_or_else(|| panic!("no structure has the number {value}")).1
}

impl Body {
    fn find(&self, name: &str) -> &Found {
        let found = self.found.iter().find(|found| found.name == name);
        found.unwrap_or_else(|| panic!("{name} is missing from {:?}", self.person))
    }

    fn volume_ml(&self, names: &[&str]) -> f64 {
        names.iter().map(|name| self.find(name).volume_ml).sum()
    }
}

const LUNGS: [&str; 5] = [
    "lung_upper_lobe_left",
    "lung_lower_lobe_left",
    "lung_upper_lobe_right",
    "lung_middle_lobe_right",
    "lung_lower_lobe_right",
];

#[test]
fn every_structure_built_has_a_number() {
    for subject in 0..4 {
        for structure in crate::phantom::Body::of(&person(1, subject)).structures() {
            assert!(names::number(&structure.name).is_some(), "{}", structure.name);
        }
    }
}

#[test]
fn nobody_lacks_a_structure_but_those_of_the_other_sex() {
    for body in BODIES.iter() {
        for &(_, name) in structures() {
            let of_the_other = match body.person.sex {
                Sex::Female => "prostate",
                Sex::Male => "uterus",
            };
            let found = body.found.iter().find(|found| found.name == name);
            assert_eq!(found.is_some(), name != of_the_other, "{name}");
            assert!(found.is_none_or(|found| found.n_voxels >= 30), "{name}");
        }
    }
}

/// Ranges of adults, wide: after ICRP 89, SHIP and others. What is drawn may be 2.5 deviations off.
#[test]
fn volumes_are_those_of_adults() {
    let mut odd = Vec::new();
    for body in BODIES.iter() {
        let mut check = |names: &[&str], low: f64, high: f64| {
            let volume = body.volume_ml(names);
            if !(low..=high).contains(&volume) {
                odd.push(format!("{names:?}: {volume} ml, {:?}", body.person));
            }
        };
        check(&["liver"], 800.0, 2350.0);
        check(&["kidney_left"], 90.0, 230.0);
        check(&["kidney_right"], 90.0, 230.0);
        check(&["spleen"], 55.0, 650.0);
        check(&["pancreas"], 65.0, 220.0);
        check(&["heart"], 380.0, 1220.0);
        check(&["brain"], 950.0, 1600.0);
        check(&LUNGS, 2800.0, 6800.0);
        check(&["stomach"], 210.0, 640.0);
        check(&["gallbladder"], 8.0, 70.0);
        check(&["urinary_bladder"], 60.0, 350.0);
        check(&["aorta"], 130.0, 350.0);
        check(&["vertebrae_L3"], 30.0, 80.0);
        check(&["femur_left"], 180.0, 500.0);
        check(&["skull"], 500.0, 1100.0);
    }
    assert!(odd.is_empty(), "{odd:#?}");
}

#[test]
fn left_is_left_and_right_is_right() {
    for body in BODIES.iter() {
        for found in &body.found {
            let x = found.middle_mm[0];
            assert!(!found.name.contains("left") || x < 0.0, "{} {x}", found.name);
            assert!(!found.name.contains("right") || x > 0.0, "{} {x}", found.name);
        }
        let x = |name: &str| body.find(name).middle_mm[0];
        assert!(x("liver") > 20.0 && x("gallbladder") > 20.0);
        assert!(x("spleen") < -60.0 && x("stomach") < -20.0);
        assert!((-40.0..0.0).contains(&x("heart")));
        assert!(x("inferior_vena_cava") > x("aorta"));
    }
}

#[test]
fn the_head_is_up_and_the_sternum_in_front() {
    for body in BODIES.iter() {
        let z = |name: &str| body.find(name).middle_mm[2];
        let column = structures().iter().map(|&(_, name)| name);
        let column: Vec<&str> = column.filter(|name| name.starts_with("vertebrae_")).collect();
        assert!(column.windows(2).all(|pair| z(pair[0]) < z(pair[1])), "{column:?}");
        let upwards = ["femur_left", "urinary_bladder", "kidney_left", "heart", "trachea", "brain"];
        assert!(upwards.windows(2).all(|pair| z(pair[0]) < z(pair[1])));
        let y = |name: &str| body.find(name).middle_mm[1];
        let forwards = ["autochthon_left", "vertebrae_L3", "heart", "sternum"];
        assert!(forwards.windows(2).all(|pair| y(pair[0]) < y(pair[1])));
        let x = |name: &str| body.find(name).middle_mm[0];
        let lungs = x("lung_lower_lobe_left")..x("lung_lower_lobe_right");
        assert!(lungs.contains(&x("heart")));
    }
}

#[test]
fn structures_are_in_one_piece() {
    let mut broken = Vec::new();
    for body in BODIES.iter() {
        let largest = largest_pieces(&body.map);
        for (label, region) in regions(&body.map).iter().enumerate().skip(1) {
            let name = name(body.map.values()[label]);
            // Each rib has a cartilage of its own.
            let share = largest[label] as f64 / region.n_voxels as f64;
            if name != "costal_cartilages" && share < 0.95 {
                broken.push(format!("{name}: {share} of {}, {:?}", region.n_voxels, body.person));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// Voxels of the largest piece of each label, by flood fill through faces.
fn largest_pieces(map: &LabelMap) -> Vec<u64> {
    let [n_x, n_y, n_z] = map.grid().dims();
    let mut is_seen = vec![false; map.grid().n_voxels()];
    let mut largest = vec![0; map.n_values()];
    for start in 0..is_seen.len() {
        let label = map.voxels().at(start);
        if label == 0 || is_seen[start] {
            continue;
        }
        is_seen[start] = true;
        let mut open = vec![start];
        let mut n_voxels = 0;
        while let Some(index) = open.pop() {
            n_voxels += 1;
            let [x, y, z] = [index % n_x, index / n_x % n_y, index / (n_x * n_y)];
            let steps = [
                (x > 0, index.wrapping_sub(1)),
                (x + 1 < n_x, index + 1),
                (y > 0, index.wrapping_sub(n_x)),
                (y + 1 < n_y, index + n_x),
                (z > 0, index.wrapping_sub(n_x * n_y)),
                (z + 1 < n_z, index + n_x * n_y),
            ];
            for (exists, next) in steps {
                if exists && map.voxels().at(next) == label && !is_seen[next] {
                    is_seen[next] = true;
                    open.push(next);
                }
            }
        }
        largest[usize::from(label)] = n_voxels.max(largest[usize::from(label)]);
    }
    largest
}

#[test]
fn only_arms_and_thighs_may_be_cut_off() {
    for body in BODIES.iter() {
        for (label, region) in regions(&body.map).iter().enumerate().skip(1) {
            let name = name(body.map.values()[label]);
            assert!(!region.touches_border || name.starts_with("femur"), "{name}");
        }
    }
}

#[test]
fn no_two_people_are_alike() {
    let liver = |body: &Body| body.volume_ml(&["liver"]);
    for (index, body) in BODIES.iter().enumerate() {
        let mut others = BODIES[..index].iter();
        assert!(others.all(|other| (liver(other) - liver(body)).abs() > 1.0));
    }
    assert_ne!(person(1, 1), person(1, 2));
    assert_ne!(person(1, 1), person(2, 1));
}

#[test]
fn men_are_larger_on_average() {
    let people: Vec<Person> = (0..16).map(|subject| person(3, subject)).collect();
    let mean = |sex: Sex, of: &dyn Fn(&Person) -> f64| {
        let values: Vec<f64> = people.iter().filter(|p| p.sex == sex).map(of).collect();
        values.iter().sum::<f64>() / values.len() as f64
    };
    let occupied = |person: &Person| {
        let map = label_map(person, 16.0);
        map.voxels().iter().filter(|&voxel| voxel != 0).count() as f64
    };
    let height_cm = |person: &Person| person.height_cm;
    assert!(mean(Sex::Male, &height_cm) > mean(Sex::Female, &height_cm) + 8.0);
    assert!(mean(Sex::Male, &occupied) > 1.08 * mean(Sex::Female, &occupied));
}

#[test]
fn people_are_adults_of_plausible_size() {
    let people: Vec<Person> = (0..500).map(|subject| person(9, subject)).collect();
    for person in &people {
        assert!((18..=90).contains(&person.age_years));
        assert!((140.0..200.0).contains(&person.height_cm));
        assert!((17.9..=37.1).contains(&person.body_mass_index()));
    }
    let n_men = people.iter().filter(|person| person.sex == Sex::Male).count();
    assert!((200..=300).contains(&n_men));
}

#[test]
fn a_body_has_the_same_voxels_on_any_number_of_threads() {
    let built = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| label_map(&person(4, 4), 7.0))
    };
    assert_eq!(built(1), built(3));
}

#[test]
fn odd_spacings_are_brought_into_bounds() {
    let person = person(1, 1);
    assert_eq!(label_map(&person, f64::INFINITY).grid().spacing_mm(), [20.0; 3]);
    assert_eq!(label_map(&person, 1e9).grid().spacing_mm(), [20.0; 3]);
    assert_eq!(label_map(&person, f64::NAN).grid().spacing_mm(), [3.0; 3]);
}

/// The description that `medshape ingest --dataset phantom` reads names the same numbers.
#[test]
fn the_dataset_description_agrees() {
    let text = include_str!("../../../../datasets/phantom.toml");
    let (_, labels) = text.split_once("[labels]\n").unwrap();
    let expected: Vec<String> =
        structures().iter().map(|(number, name)| format!("{number} = \"{name}\"")).collect();
    assert_eq!(labels.lines().collect::<Vec<_>>(), expected);
}
