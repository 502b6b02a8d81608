use super::*;
use crate::record::{Measures, Quality};

/// A shape with a box of 40 mm around `centre_mm`.
fn shape(label: &str, centre_mm: [f64; 3], volume_ml: f64) -> Shape {
    let coded = Anatomy::builtin().code(label);
    let (structure, side, slug) = match &coded {
        Some(coded) => (coded.structure.id.clone(), coded.side, coded.slug()),
        None => {
            (crate::name::part_from(label).unwrap(), None, crate::name::part_from(label).unwrap())
        }
    };
    Shape {
        name: format!("x/p1/{slug}").parse().unwrap(),
        structure,
        coded: coded.is_some(),
        side,
        finding: None,
        label_value: 1,
        label_name: label.to_owned(),
        measures: Measures {
            n_voxels: 1000,
            voxel_volume_mm3: volume_ml * 1000.0,
            volume_mm3: volume_ml * 1000.0,
            area_mm2: 1000.0,
            bounds_min_mm: centre_mm.map(|value| value - 20.0),
            bounds_max_mm: centre_mm.map(|value| value + 20.0),
            n_faces: 100,
            n_vertices: 52,
            n_components: 1,
        },
        quality: Quality {
            closed: true,
            manifold: true,
            oriented: true,
            touches_border: false,
            notes: Vec::new(),
            import: None,
        },
        files: Vec::new(),
        aliases: Vec::new(),
    }
}

/// Organs where they are in a body, of the volumes of ICRP Publication 89.
fn body() -> Vec<Shape> {
    vec![
        shape("liver", [60.0, 0.0, 100.0], 1600.0),
        shape("spleen", [-90.0, -20.0, 100.0], 140.0),
        shape("stomach", [-40.0, 10.0, 95.0], 250.0),
        shape("kidney left", [-60.0, -40.0, 40.0], 145.0),
        shape("kidney right", [60.0, -40.0, 30.0], 145.0),
        shape("lung left", [-70.0, 0.0, 200.0], 1800.0),
        shape("lung right", [70.0, 0.0, 200.0], 2100.0),
        shape("vertebra T12", [0.0, -50.0, 80.0], 45.0),
        shape("vertebra L1", [0.0, -50.0, 50.0], 50.0),
        shape("vertebra L2", [0.0, -50.0, 15.0], 55.0),
        shape("urinary bladder", [0.0, 10.0, -150.0], 200.0),
    ]
}

fn codes(sex: Option<Sex>, shapes: &[Shape]) -> Vec<String> {
    flags(sex, shapes, &Spreads::new()).into_iter().map(|flag| flag.code).collect()
}

fn check(planted: impl Fn(&mut Vec<Shape>), expected: &[&str]) {
    let mut shapes = body();
    planted(&mut shapes);
    assert_eq!(codes(None, &shapes), expected);
}

fn at<'a>(shapes: &'a mut [Shape], structure: &str) -> &'a mut Shape {
    shapes.iter_mut().find(|shape| shape.name.structure() == structure).unwrap()
}

#[test]
fn rules_that_come_with_the_program_name_structures_of_the_vocabulary() {
    let rules = Rules::builtin();
    let pairs = rules.exclusive.iter().flat_map(|rule| &rule.structures);
    let of_sex = rules.sex.iter().flat_map(|rule| &rule.structures);
    let right_of = rules.right_of.iter().flat_map(|rule| [&rule.right, &rule.left]);
    let rows = rules.row.iter().flat_map(|rule| &rule.structures);
    let volumes = rules.volume.iter().map(|rule| &rule.structure);
    let alike = rules.alike.iter().flat_map(|rule| &rule.structures);
    let pieces = rules.one_piece.iter().flat_map(|rule| &rule.structures);
    for id in
        pairs.chain(of_sex).chain(right_of).chain(rows).chain(volumes).chain(alike).chain(pieces)
    {
        assert!(Anatomy::builtin().structure(id).is_some(), "{id}");
    }
    assert!(rules.volume.iter().all(|rule| rule.factor > 1.0 && !rule.norm.is_empty()));
    for id in rules.alike.iter().flat_map(|rule| &rule.structures) {
        assert!(Anatomy::builtin().structure(id).unwrap().paired, "{id}");
    }
}

#[test]
fn a_sound_body_has_no_flags() {
    check(|_| {}, &[]);
}

#[test]
fn a_mirrored_body_is_one_finding() {
    let mirror = |shapes: &mut Vec<Shape>| {
        for Shape { measures, .. } in shapes {
            let [min, max] = [measures.bounds_min_mm[0], measures.bounds_max_mm[0]];
            (measures.bounds_min_mm[0], measures.bounds_max_mm[0]) = (-max, -min);
        }
    };
    check(mirror, &["mirrored"]);
}

#[test]
fn exchanged_sides_are_told_from_a_mirrored_body() {
    let exchange = |shapes: &mut Vec<Shape>| {
        for side in ["kidney-left", "kidney-right"] {
            let Measures { bounds_min_mm: min, bounds_max_mm: max, .. } =
                &mut at(shapes, side).measures;
            (min[0], max[0]) = (-max[0], -min[0]);
        }
    };
    check(exchange, &["sides-exchanged"]);
}

#[test]
fn both_sexes_in_one_body_and_the_wrong_one_are_seen() {
    let mut shapes = body();
    shapes.push(shape("uterus", [0.0, 0.0, -120.0], 80.0));
    assert_eq!(codes(Some(Sex::Female), &shapes), [""; 0]);
    assert_eq!(codes(Some(Sex::Male), &shapes), ["wrong-sex"]);
    shapes.push(shape("prostate", [0.0, 0.0, -170.0], 25.0));
    assert_eq!(codes(None, &shapes), ["both-sexes"]);
}

#[test]
fn a_left_liver_is_impossible() {
    check(|shapes| shapes.push(shape("liver left", [0.0; 3], 300.0)), &["impossible-side"]);
}

#[test]
fn vertebrae_out_of_order_are_seen() {
    let exchange = |shapes: &mut Vec<Shape>| {
        let [one, other] = ["vertebra-t12", "vertebra-l1"];
        let [a, b] = [one, other].map(|id| at(shapes, id).measures.clone());
        at(shapes, one).measures = b;
        at(shapes, other).measures = a;
    };
    check(exchange, &["wrong-order"]);
}

#[test]
fn volumes_are_held_against_the_norm() {
    let set = |structure: &'static str, ml: f64| {
        move |shapes: &mut Vec<Shape>| at(shapes, structure).measures.volume_mm3 = ml * 1000.0
    };
    check(set("liver", 200.0), &["implausible-volume"]);
    check(set("liver", 9000.0), &["implausible-volume"]);
    check(set("liver", 3000.0), &[]);
    // A quarter of the other one: still plausible by itself, but not beside it.
    check(set("kidney-left", 40.0), &["sides-differ"]);
    let cut = |shapes: &mut Vec<Shape>| {
        at(shapes, "liver").measures.volume_mm3 = 200_000.0;
        at(shapes, "liver").quality.touches_border = true;
    };
    check(cut, &["cut"]);
}

#[test]
fn volumes_are_held_against_the_collection() {
    let spread = Spread { median: 50_000_f64.ln(), deviation: 0.2, n: 20 };
    let spreads = Spreads::from([("vertebra-l1".to_owned(), spread)]);
    let mut shapes = body();
    assert!(flags(None, &shapes, &spreads).is_empty());
    at(&mut shapes, "vertebra-l1").measures.volume_mm3 = 50_000.0 * 1.21_f64.exp();
    let found = flags(None, &shapes, &spreads);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].code, "unusual-volume");
    assert!((found[0].evidence["n_deviations"] - 6.05).abs() < 0.001);
    let few = Spreads::from([("vertebra-l1".to_owned(), Spread { n: 19, ..spread })]);
    assert!(flags(None, &shapes, &few).is_empty());
}

#[test]
fn islands_and_cuts_are_notes() {
    let mut shapes = body();
    at(&mut shapes, "spleen").measures.n_components = 3;
    at(&mut shapes, "lung-left").quality.touches_border = true;
    let found = flags(None, &shapes, &Spreads::new());
    let found: Vec<_> = found.iter().map(|flag| (flag.code.as_str(), flag.weight)).collect();
    assert_eq!(found, [("islands", Weight::Note), ("cut", Weight::Note)]);
}
