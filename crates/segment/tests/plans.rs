//! Plans that are broken, or want what is not done here: each is refused with the place in the file.

use std::path::Path;

use medshape_segment::plans::{Answer, Plans, Scheme};
use serde_json::{Value, json};

use crate::common::{dataset, plans, plans_with};

fn read(plans: &str, dataset: &str) -> Result<Plans, String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("plans.json"), plans).unwrap();
    std::fs::write(folder.path().join("dataset.json"), dataset).unwrap();
    let model = folder.path().join("model.onnx");
    Plans::read(&model, None).map_err(|error| error.to_string())
}

fn check_plans(plans: &Value, expected: &str) {
    let complaint = read(&plans.to_string(), &dataset().to_string()).unwrap_err();
    assert!(complaint.contains("plans.json`: "), "{complaint}");
    assert!(complaint.contains(expected), "{complaint}");
}

fn check_configuration(key: &str, value: Value, expected: &str) {
    let plans = read(&plans_with(key, value).to_string(), &dataset().to_string()).unwrap();
    let complaint = plans.configuration(Some("3d_fullres"), &[None; 3]).unwrap_err().to_string();
    assert!(complaint.contains("plans.json`: configuration `3d_fullres`: "), "{complaint}");
    assert!(complaint.contains(expected), "{complaint}");
}

fn check_dataset(dataset: &Value, expected: &str) {
    let complaint = read(&plans().to_string(), &dataset.to_string()).unwrap_err();
    assert!(complaint.contains("dataset.json`: "), "{complaint}");
    assert!(complaint.contains(expected), "{complaint}");
}

fn with(mut document: Value, key: &str, value: Value) -> Value {
    document[key] = value;
    document
}

#[test]
fn plans_of_something_else_are_refused() {
    check_plans(&json!([]), "no object");
    check_plans(&json!({}), "`configurations` is missing");
    check_plans(&with(plans(), "transpose_forward", json!([0, 1, 1])), "`transpose_forward`");
    check_plans(&with(plans(), "transpose_forward", json!([0, 1, -2])), "`transpose_forward`");
    check_plans(
        &with(plans(), "image_reader_writer", json!("NaturalImage2DIO")),
        "NaturalImage2DIO",
    );
    check_plans(&with(plans(), "label_manager", json!("Other")), "Other");
    let complaint = read("{\"a\": 1, \"a\": 2}", "{}").unwrap_err();
    assert!(complaint.contains("plans.json`: ") && complaint.contains("twice"), "{complaint}");
    let deep = "[".repeat(100_000);
    assert!(read(&deep, "{}").unwrap_err().contains("plans.json`: "));
    assert!(read("", "{}").unwrap_err().contains("plans.json`: "));
}

#[test]
fn configurations_that_are_not_done_here_are_refused() {
    check_configuration("previous_stage", json!("3d_lowres"), "cascade");
    check_configuration("preprocessor_name", json!("MyPreprocessor"), "MyPreprocessor");
    check_configuration("patch_size", json!([8, 8, 0]), "`patch_size`");
    check_configuration("patch_size", json!([8]), "`patch_size`");
    check_configuration("patch_size", json!([1024, 1024, 1024]), "more than 134217728 voxels");
    check_configuration("patch_size", json!([1e300, 8, 8]), "`patch_size`");
    check_configuration("spacing", json!([1.0, 1.0]), "`spacing`");
    check_configuration("spacing", json!([0.0, 1.0, 1.0]), "`spacing`");
    check_configuration("normalization_schemes", json!([]), "0 entries for 1 channels");
    check_configuration("normalization_schemes", json!(["Mine"]), "not known here: \"Mine\"");
    check_configuration("resampling_fn_data", json!("resample_torch_fornnunet"), "resample_torch");
    let arguments = json!({ "order": 2 });
    check_configuration("resampling_fn_probabilities_kwargs", arguments, "order` is not 0, 1 or 3");
    check_configuration("inherits_from", json!("3d_fullres"), "inherit from each other");
    check_configuration("inherits_from", json!("nothing"), "`configurations.nothing` is missing");
    let mut lacking = plans_with("normalization_schemes", json!(["CTNormalization"]));
    lacking["foreground_intensity_properties_per_channel"]["0"]["std"] = json!("wide");
    let plans = read(&lacking.to_string(), &dataset().to_string()).unwrap();
    let complaint = plans.configuration(None, &[None; 3]).unwrap_err().to_string();
    assert!(complaint.contains("foreground_intensity_properties_per_channel.0.std"), "{complaint}");
}

#[test]
fn labels_that_no_network_has_are_refused() {
    let labels = |labels: Value| with(dataset(), "labels", labels);
    check_dataset(&json!({}), "`labels` is missing");
    check_dataset(&labels(json!({ "liver": 1 })), "no `background`");
    check_dataset(&labels(json!({ "background": 0, "liver": 2 })), "not 0, 1, 2");
    check_dataset(&labels(json!({ "background": 0, "liver": 0 })), "not 0, 1, 2");
    check_dataset(&labels(json!({ "background": 0, "liver": -1 })), "`labels.liver`");
    check_dataset(&labels(json!({ "background": 0, "liver": 70_000 })), "`labels.liver`");
    check_dataset(&labels(json!({ "background": 0, "a\nb": 1 })), "control characters");
    check_dataset(&labels(json!({ "background": 0, "all": [1, 2] })), "`regions_class_order`");
    check_dataset(&with(dataset(), "channel_names", json!({ "1": "CT" })), "`channel_names.0`");
    check_dataset(&with(dataset(), "channel_names", json!({})), "0 channels");
}

#[test]
fn plans_are_read_as_nnunet_reads_them() {
    let mut document = plans();
    document["configurations"]["3d_cascade_fullres"] =
        json!({ "inherits_from": "3d_fullres", "previous_stage": "3d_lowres" });
    document["configurations"]["small"] = json!({
        "inherits_from": "3d_fullres", "patch_size": [4, 4, 4],
        "normalization_schemes": ["ZScoreNormalization"], "use_mask_for_norm": [true]
    });
    let dataset = json!({
        "modality": { "0": "MR" },
        "labels": { "background": "0", "b": "2", "a": "1", "ignore": 3 }
    });
    let plans = read(&document.to_string(), &dataset.to_string()).unwrap();
    assert_eq!(plans.labels.answer, Answer::Largest);
    assert_eq!(plans.labels.structures(), [(1, "a"), (2, "b")]);
    let (name, small) = plans.configuration(None, &[Some(4), None, None]).unwrap();
    assert_eq!((name, small.spacing_mm), ("small", [Some(1.0); 3]));
    assert_eq!(small.schemes, [Scheme::ZScore { masked: true }]);
    let (name, _) = plans.configuration(None, &[None; 3]).unwrap();
    assert_eq!(name, "3d_fullres");
    assert!(plans.configuration(Some("3d_cascade_fullres"), &[None; 3]).is_err());
}

#[test]
fn plans_that_are_not_there_are_asked_for() {
    let complaint = Plans::read(Path::new("nowhere/model.onnx"), None).unwrap_err().to_string();
    assert!(complaint.contains("nowhere/model.onnx`: there is no `plans.json`"), "{complaint}");
    assert!(complaint.contains("--plans"), "{complaint}");
    // In the folder above, as nnU-Net has them.
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("fold_0")).unwrap();
    std::fs::write(folder.path().join("plans.json"), plans().to_string()).unwrap();
    std::fs::write(folder.path().join("dataset.json"), dataset().to_string()).unwrap();
    assert!(Plans::read(&folder.path().join("fold_0/model.onnx"), None).is_ok());
}
