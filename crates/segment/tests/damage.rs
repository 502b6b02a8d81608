//! Models that are broken, or other ones than the plans say: each is refused by name.

use std::sync::atomic::AtomicBool;

use medshape_segment::{Watch, segment};
use serde_json::json;

use crate::common::{Case, dataset, has_runtime, image, model, plans, plans_with, speckle};

const DIMS: [usize; 3] = [9, 10, 11];

fn check(name: &str, expected: &str) {
    let case = Case::usual(name, &image(DIMS, [1.0; 3], speckle(DIMS)));
    let complaint = case.complaint();
    assert!(complaint.contains("model.onnx`: "), "{name}: {complaint}");
    assert!(complaint.contains(expected), "{name}: {complaint}");
}

#[test]
fn models_that_are_no_segmentation_networks_are_refused() {
    if !has_runtime() {
        return;
    }
    check("two_channels", "takes 2 channels, and the plans have 1");
    check("nan", "no finite numbers");
    check("rank", "its answer has 2 axes, not 5");
    check("double", "gives values of the type f64");
    check("half", "takes values of the type f16");
    check("batch", "takes several patches at a time");
    check("shrinks", "answers with the shape [1, 2, 6, 6, 6], not [1, 2, 8, 8, 8]");
    check("shrinks_openly", "answers 6×6×6 voxels, not the 8×8×8 of a patch");
    check("unknown_operator", "Convulse");
    check("outside", "escapes model directory");
}

#[test]
fn models_of_other_plans_are_refused() {
    if !has_runtime() {
        return;
    }
    let image = image(DIMS, [1.0; 3], speckle(DIMS));
    let complaint = |plans: &serde_json::Value, labels: serde_json::Value, wanted: Option<&str>| {
        let dataset = json!({ "channel_names": { "0": "CT" }, "labels": labels });
        let mut case =
            Case::new(&model("threshold"), plans, &dataset, std::slice::from_ref(&image));
        case.request.configuration = wanted.map(str::to_owned);
        case.complaint()
    };
    let three = json!({ "background": 0, "liver": 1, "spleen": 2 });
    let said = complaint(&plans(), three, None);
    assert!(
        said.contains("model.onnx`: it gives 2 answers a voxel, and the plans have 3"),
        "{said}"
    );
    let labels = json!({ "background": 0, "liver": 1 });
    let large = plans_with("patch_size", json!([8, 8, 16]));
    let said = complaint(&large, labels.clone(), None);
    assert!(said.contains("plans.json`: no configuration") && said.contains("8×8×8"), "{said}");
    let said = complaint(&large, labels.clone(), Some("3d_fullres"));
    assert!(said.contains("model.onnx`: it takes patches of 8×8×8"), "{said}");
    let said = complaint(&plans(), labels, Some("3d_lowres"));
    assert!(said.contains("there are 3d_fullres"), "{said}");
}

#[test]
fn a_model_that_was_cut_off_is_refused() {
    if !has_runtime() {
        return;
    }
    let whole = model("threshold");
    let image = image(DIMS, [1.0; 3], speckle(DIMS));
    for n_bytes in 0..whole.len() {
        let case = Case::new(&whole[..n_bytes], &plans(), &dataset(), std::slice::from_ref(&image));
        // What comes last says for which version of the operators it was made.
        match case.run() {
            Ok(_) => assert!(n_bytes > whole.len() - 8, "{n_bytes}"),
            Err(error) => assert!(error.to_string().contains("model.onnx`: "), "{error}"),
        }
    }
}

#[test]
fn what_is_too_large_is_refused_before_it_is_taken() {
    if !has_runtime() {
        return;
    }
    let mut case = Case::usual("threshold", &image(DIMS, [1.0; 3], speckle(DIMS)));
    case.request.memory = Some(10_000);
    let complaint = case.complaint();
    assert!(complaint.contains("image0.nii.gz`: it would take about 0.0 GB"), "{complaint}");
    let needed = {
        case.request.memory = None;
        case.run().unwrap().memory
    };
    // 990 voxels, each of them at least as its value, two answers and a weight.
    assert!((990 * 16..1_000_000).contains(&needed), "{needed}");
    // At a spacing of 1 µm an image of a centimetre has more voxels than any may have.
    let fine = plans_with("spacing", json!([0.001, 0.001, 0.001]));
    let case =
        Case::new(&model("threshold"), &fine, &dataset(), &[image(DIMS, [1.0; 3], speckle(DIMS))]);
    let complaint = case.complaint();
    assert!(complaint.contains("11000×10000×9000 voxels, which are too many"), "{complaint}");
}

#[test]
fn work_that_is_stopped_leaves_nothing() {
    if !has_runtime() {
        return;
    }
    let case = Case::usual("threshold", &image(DIMS, [1.0; 3], speckle(DIMS)));
    let stop = AtomicBool::new(false);
    let after_two = |done: u64, total: u64| {
        assert_eq!(total, 8);
        stop.store(done == 2, std::sync::atomic::Ordering::Relaxed);
    };
    let error = segment(&case.request, &Watch { stop: &stop, progress: &after_two }).unwrap_err();
    assert!(error.to_string().contains("stopped"));
    assert!(!case.request.output.exists());
}
