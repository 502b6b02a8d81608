use medshape_formats::{Limits, MeshPart};

use super::*;

const OUTWARD: [[u32; 3]; 4] = [[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]];

fn tetrahedron(side: f32, faces: &[[u32; 3]]) -> MeshFile {
    let corners = vec![[0.0; 3], [side, 0.0, 0.0], [0.0, side, 0.0], [0.0, 0.0, side]];
    let part = MeshPart::new(String::new(), corners, faces.to_vec(), &Limits::DEFAULT).unwrap();
    MeshFile::of(part)
}

fn inward() -> Vec<[u32; 3]> {
    OUTWARD.iter().map(|&[a, b, c]| [a, c, b]).collect()
}

#[test]
fn a_closed_mesh_inside_out_is_turned_and_the_report_says_so() {
    let found = import(&tetrahedron(30.0, &inward()), &ImportOptions::default()).unwrap();
    assert!(found.record.turned);
    let volume = signed_volume(Closed::new(&found.mesh).unwrap());
    assert!((volume - 4500.0).abs() < 1e-6, "{volume}");
    assert!(found.notes.iter().any(|note| note.contains("inside out")), "{:?}", found.notes);
    // The original is kept as it came.
    assert!(is_inside_out(&found.original));
}

#[test]
fn metres_are_asked_for() {
    let small = tetrahedron(0.3, &OUTWARD);
    let question = import(&small, &ImportOptions::default()).unwrap_err();
    assert!(question.contains("--units m"), "{question}");
    let told = ImportOptions { units: Some(Units::Metres), ..ImportOptions::default() };
    let found = import(&small, &told).unwrap();
    let volume = signed_volume(Closed::new(&found.mesh).unwrap());
    assert!((volume / 4.5e6 - 1.0).abs() < 1e-6, "{volume}");
    assert_eq!(found.record.units, "m");
    // Who says that they are millimetres is believed.
    let told = ImportOptions { units: Some(Units::Millimetres), ..ImportOptions::default() };
    assert!(import(&small, &told).is_ok());
}

#[test]
fn a_file_that_says_metres_and_means_millimetres_is_asked_for() {
    let file = MeshFile { units: Some(Units::Metres), ..tetrahedron(165.0, &OUTWARD) };
    let question = import(&file, &ImportOptions::default()).unwrap_err();
    assert!(question.contains("--units mm"), "{question}");
}

#[test]
fn a_hole_is_reported_and_filled_only_on_request() {
    let open = tetrahedron(30.0, &OUTWARD[1..]);
    let found = import(&open, &ImportOptions::default()).unwrap();
    assert_eq!(
        (found.record.faults.n_boundary_loops, found.record.faults.n_boundary_edges),
        (1, 3)
    );
    assert_eq!((found.mesh.faces().len(), found.record.repair), (3, None));
    let options =
        ImportOptions { repair: Some(RepairOptions::default()), ..ImportOptions::default() };
    let found = import(&open, &options).unwrap();
    let repair = found.record.repair.unwrap();
    assert_eq!((found.mesh.faces().len(), repair.n_filled_holes), (4, 1));
    assert_eq!(repair.volume_before_mm3, None);
    assert!((repair.volume_after_mm3.unwrap() - 4500.0).abs() < 1e-6);
    // The face that was missing lies up to 30/√2 ... from the others: its middle is farthest.
    assert!(repair.hausdorff_mm.unwrap() > 5.0);
    assert_eq!(found.original.faces().len(), 3);
}

#[test]
fn faces_that_are_not_finite_are_left_out_and_counted() {
    let corners = vec![[0.0; 3], [9.0, 0.0, 0.0], [0.0, 9.0, 0.0], [f32::NAN, 0.0, 9.0]];
    let part = MeshPart::new(String::new(), corners, OUTWARD.to_vec(), &Limits::DEFAULT).unwrap();
    let file = MeshFile::of(part);
    let found = import(&file, &ImportOptions::default()).unwrap();
    assert_eq!(found.record.faults.n_not_finite_faces, 3);
    assert_eq!(found.mesh.faces().len(), 1);
    assert_eq!(found.of_file, ["3 faces with a corner that is no finite number, left out"]);
    // What is left has other measures than the shape.
    let refusal = taken(&file, &ImportOptions::default()).unwrap_err();
    assert!(refusal.starts_with("3 faces with a corner that is no finite number"), "{refusal}");
}

#[test]
fn a_mesh_without_area_is_refused() {
    let corners = vec![[0.0; 3], [9.0; 3], [30.0; 3], [7.0; 3]];
    let part = MeshPart::new(String::new(), corners, OUTWARD.to_vec(), &Limits::DEFAULT).unwrap();
    let refusal = import(&MeshFile::of(part), &ImportOptions::default()).unwrap_err();
    assert_eq!(refusal, "none of its faces has an area");
}

#[test]
fn left_and_posterior_become_right_and_anterior() {
    let file = MeshFile { space: Some(Space::Lps), ..tetrahedron(30.0, &OUTWARD) };
    let found = import(&file, &ImportOptions::default()).unwrap();
    let bounds = found.mesh.bounds().unwrap();
    assert_eq!((bounds.min, bounds.max), ([-30.0, -30.0, 0.0], [0.0, 0.0, 30.0]));
    assert!(!found.record.turned);
}

#[test]
fn every_lattice_holds_its_mesh() {
    for side in [0.01_f32, 2.5, 300.0, 2400.0, 90_000.0] {
        let options = ImportOptions { units: Some(Units::Millimetres), ..ImportOptions::default() };
        let found = import(&tetrahedron(side, &OUTWARD), &options).unwrap();
        let mut bytes = Vec::new();
        let look = medshape_formats::glb::Look::default();
        medshape_formats::glb::write_packed(&mut bytes, &found.mesh, found.step_exponent, &look)
            .unwrap();
        let error = (found.mesh.bounds().unwrap().max[0] - f64::from(side)).abs();
        assert!(error <= f64::from(side) / 65536.0, "{side}: {error}");
    }
}

#[test]
fn noise_in_the_last_digits_is_no_seam() {
    let corners = [[0.0; 3], [30.0, 0.0, 0.0], [0.0, 30.0, 0.0], [0.0, 0.0, 30.0]];
    // Each face with corners of its own, as in STL, zeros with noise.
    let noisy =
        |n: usize, corner: [f32; 3]| corner.map(|v| if v == 0.0 { 1e-16 * n as f32 } else { v });
    let positions = OUTWARD
        .iter()
        .enumerate()
        .flat_map(|(n, face)| face.map(|v| noisy(n, corners[v as usize])));
    let faces = (0..4).map(|n| [3 * n, 3 * n + 1, 3 * n + 2]).collect();
    let part = MeshPart::new(String::new(), positions.collect(), faces, &Limits::DEFAULT).unwrap();
    let found = import(&MeshFile::of(part), &ImportOptions::default()).unwrap();
    assert_eq!((found.mesh.positions().len(), found.mesh.faces().len()), (4, 4));
    assert!(Closed::new(&found.mesh).is_some());
    assert!(found.notes.iter().any(|note| note.contains("8 vertices nearer")), "{:?}", found.notes);
    assert_eq!(found.original.positions().len(), 12);
}

#[test]
fn faults_are_counted_in_words_that_fit_the_number() {
    let words = |n: u64, are_more_intersections| {
        let (n_duplicate_faces, n_self_intersections) = (n, n);
        faults_in_words(&Faults {
            n_duplicate_faces,
            n_self_intersections,
            are_more_intersections,
            ..Faults::default()
        })
    };
    let one = [
        "1 face of the same vertices as another",
        "1 pair of faces passing through or touching each other",
    ];
    assert_eq!(words(1, false), one);
    let many = [
        "7 faces of the same vertices as another",
        "at least 7 pairs of faces passing through or touching each other",
    ];
    assert_eq!(words(7, true), many);
}
