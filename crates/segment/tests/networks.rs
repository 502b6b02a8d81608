//! Networks whose answers are known without them: what comes out is what has to.

use medshape::Reader;
use medshape_formats::Input;
use medshape_types::{Affine, Grid, LabelMap};
use serde_json::{Value, json};

use crate::common::{Case, dataset, has_runtime, image, model, place, plans, plans_with, speckle};

const ONE: [f64; 3] = [1.0; 3];

fn numbers(map: &LabelMap) -> Vec<i64> {
    map.voxels().iter().map(|index| map.values()[usize::from(index)]).collect()
}

#[test]
fn labels_are_what_the_network_says_whatever_the_tiles() {
    if !has_runtime() {
        return;
    }
    let dims = [13, 21, 9];
    let image = image(dims, ONE, speckle(dims));
    for (name, mirror, n_threads) in [
        ("threshold", vec![], 1),
        ("threshold_any", vec![], 2),
        ("threshold_any", vec![0, 1, 2], 2),
    ] {
        let mut case = Case::usual(name, &image);
        (case.request.mirror, case.request.n_threads) = (mirror, n_threads);
        let report = case.run().unwrap();
        // Along 13, 21 and 9 voxels, tiles of 8 that overlap by half.
        assert_eq!((report.n_tiles, report.found.len()), (3 * 5 * 2, 1));
        assert_eq!(case.labels(), numbers(&image), "{name}");
        let written =
            Reader::default().segmentation(&Input::on_disk(&case.request.output)).unwrap();
        assert_eq!(written.grid(), image.grid());
    }
}

#[test]
fn what_is_zero_around_is_left_out_and_what_is_small_is_padded() {
    if !has_runtime() {
        return;
    }
    let dims = [30, 6, 17];
    let value = |[x, y, z]: [usize; 3]| i64::from((20..23).contains(&x) && y == 2 && z > 7);
    let image = image(dims, ONE, value);
    let case = Case::usual("threshold", &image);
    assert_eq!(case.run().unwrap().n_tiles, 2);
    assert_eq!(case.labels(), numbers(&image));
    // Nothing at all is nothing found.
    let nothing = image_of_zeros(dims);
    let case = Case::usual("threshold", &nothing);
    assert_eq!(case.run().unwrap().absent, ["liver"]);
    assert_eq!(case.labels(), numbers(&nothing));
}

fn image_of_zeros(dims: [usize; 3]) -> LabelMap {
    image(dims, ONE, |_| 0)
}

/// The network `ahead` answers what its neighbour before it along the last axis has: nothing at the edge of a
/// tile, which the weights have to make up for.
#[test]
fn axes_go_where_the_plans_say() {
    if !has_runtime() {
        return;
    }
    let dims = [12, 14, 20];
    let value = speckle(dims);
    let all = image(dims, ONE, &value);
    let check =
        |plans: &Value, image: &LabelMap, mirror: &[usize], source: &dyn Fn([usize; 3]) -> i64| {
            let mut case =
                Case::new(&model("ahead"), plans, &dataset(), std::slice::from_ref(image));
            case.request.mirror = mirror.to_vec();
            let expected: Vec<i64> =
                (0..dims.iter().product()).map(|at| source(place(dims, at))).collect();
            assert_eq!(case.labels(), expected);
        };
    let before =
        |at: usize, dim: usize, step: isize| at.checked_add_signed(step).filter(|at| *at < dim);
    let along_x = |step: isize| {
        move |[x, y, z]: [usize; 3]| {
            before(x, dims[0], step).map_or(0, |x| speckle(dims)([x, y, z]))
        }
    };
    let along_z = |[x, y, z]: [usize; 3]| before(z, dims[2], -1).map_or(0, |z| value([x, y, z]));
    check(&plans(), &all, &[], &along_x(-1));
    let mut turned = plans();
    turned["transpose_forward"] = json!([2, 0, 1]);
    let along_y = |[x, y, z]: [usize; 3]| before(y, dims[1], -1).map_or(0, |y| value([x, y, z]));
    check(&turned, &all, &[], &along_y);
    turned["transpose_forward"] = json!([1, 2, 0]);
    check(&turned, &all, &[], &along_z);
    // The mean of before and behind is above a half where both are.
    let both = |at| along_x(-1)(at) * along_x(1)(at);
    check(&plans(), &all, &[2], &both);
    check(&plans(), &all, &[0, 1], &along_x(-1));
    // Stored from right to left, handed over from left to right.
    let rows = [[-1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]];
    let grid = Grid::new(dims, Affine::from_rows(rows).unwrap()).unwrap();
    let (_, voxels, values) = all.into_parts();
    let all = LabelMap::of_voxels(grid, voxels, values).unwrap();
    check(&plans(), &all, &[], &along_x(-1));
    let mut ras = plans();
    ras["image_reader_writer"] = json!("NibabelIOWithReorient");
    check(&ras, &all, &[], &along_x(1));
}

/// A ramp stays one by whatever splines it is brought there and back.
#[test]
fn a_threshold_stays_where_it_is_at_another_spacing() {
    if !has_runtime() {
        return;
    }
    let dims = [10, 9, 16];
    for spacing_mm in [[1.0, 1.0, 2.5], [0.6, 0.6, 0.7], [2.0, 1.7, 1.1]] {
        for axis in 0..3 {
            let ramp = image(dims, spacing_mm, |at| 2 * at[axis] as i64 - 6);
            let plans = plans_with("normalization_schemes", json!(["CTNormalization"]));
            let case =
                Case::new(&model("threshold_any"), &plans, &dataset(), std::slice::from_ref(&ramp));
            // Above a half are values above 5, of even ones.
            let expected: Vec<i64> =
                numbers(&ramp).iter().map(|value| i64::from(*value > 5)).collect();
            assert_eq!(case.labels(), expected, "{spacing_mm:?} {axis}");
        }
    }
}

#[test]
fn slices_are_seen_one_at_a_time() {
    if !has_runtime() {
        return;
    }
    let dims = [13, 10, 4];
    let image = image(dims, [1.0, 1.0, 6.0], speckle(dims));
    let mut flat = plans();
    let mut configuration = flat["configurations"]["3d_fullres"].clone();
    configuration["patch_size"] = json!([8, 8]);
    configuration["spacing"] = json!([1.0, 1.0]);
    // Both are there; the model says which is meant.
    flat["configurations"]["2d"] = configuration;
    let case = Case::new(&model("threshold_flat"), &flat, &dataset(), std::slice::from_ref(&image));
    let report = case.run().unwrap();
    assert_eq!((report.configuration.as_str(), report.n_tiles), ("2d", 3 * 2 * 4));
    assert_eq!(case.labels(), numbers(&image));
}

#[test]
fn channels_come_in_order_and_from_one_place() {
    if !has_runtime() {
        return;
    }
    let dims = [9, 8, 8];
    let first = image(dims, ONE, speckle(dims));
    let second = image(dims, ONE, |[x, _, _]| i64::from(x < 5));
    let plans = plans_with("normalization_schemes", json!(["NoNormalization", "NoNormalization"]));
    let dataset = json!({
        "channel_names": { "0": "T1", "1": "T2" },
        "labels": { "background": 0, "spleen": 2, "liver": 1 }
    });
    let case = |images: &[LabelMap]| Case::new(&model("two_channels"), &plans, &dataset, images);
    let expected = numbers(&first).into_iter().zip(numbers(&second));
    let expected: Vec<i64> = expected.map(|(a, b)| if a == 1 { 1 } else { 2 * b }).collect();
    assert_eq!(case(&[first.clone(), second]).labels(), expected);
    let complaint = case(std::slice::from_ref(&first)).complaint();
    assert!(complaint.contains("2 channels (0 T1, 1 T2)"), "{complaint}");
    let elsewhere = image(dims, [1.0, 1.0, 1.1], |_| 1);
    let complaint = case(&[first, elsewhere]).complaint();
    assert!(complaint.contains("image1.nii.gz`: its voxels lie elsewhere"), "{complaint}");
}

#[test]
fn structures_come_under_their_names_and_codes() {
    if !has_runtime() {
        return;
    }
    let dims = [8, 8, 8];
    let plans = plans_with("normalization_schemes", json!(["CTNormalization"]));
    // As text: the order of regions is that of the file.
    let mut case = Case::new(
        &model("regions"),
        &plans,
        &Value::Null,
        &[image(dims, [2.0, 1.0, 1.0], |[x, _, _]| [0, 6, 6, 8][x / 2])],
    );
    let text = r#"{"channel_names": {"0": "CT"}, "regions_class_order": [1, 2],
        "labels": {"background": 0, "liver": [1, 2], "a tumour of it": [2]}}"#;
    std::fs::write(case.folder.path().join("dataset.json"), text).unwrap();
    let segmentation = case.segmentation();
    let names: Vec<(i64, &str)> = segmentation
        .segments()
        .iter()
        .map(|segment| (segment.value, segment.name.as_str()))
        .collect();
    assert_eq!(names, [(1, "liver"), (2, "a tumour of it")]);
    // SNOMED CT's liver structure.
    let meaning = segmentation.segments()[0].meaning.as_ref().unwrap();
    assert_eq!(meaning.kind.value, "10200004");
    assert_eq!(segmentation.layers()[0].counts(), [2 * 64, 4 * 64, 2 * 64]);
    let report = case.run().unwrap();
    let volumes: Vec<f64> = report.found.iter().map(|(_, _, mm3)| *mm3).collect();
    assert_eq!(volumes, [512.0, 256.0]);
    // A format without names says so.
    case.request.output = case.folder.path().join("out.nii.gz");
    assert!(case.run().unwrap().notes.iter().any(|note| note.contains(".seg.nrrd")));
}
