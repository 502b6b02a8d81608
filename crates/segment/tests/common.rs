//! What the tests share: a folder with a model, its plans and an image, and what comes of it.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use medshape::Reader;
use medshape_formats::{Input, nifti};
use medshape_segment::runtime::Runtime;
use medshape_segment::{Error, Report, Request, Watch, segment};
use medshape_types::{Affine, Grid, LabelMap, Segmentation};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Whether there is an onnxruntime; says so where there is none.
pub(crate) fn has_runtime() -> bool {
    match Runtime::load(None) {
        Ok(_) => true,
        Err(reason) => {
            println!("skipped: {reason}");
            false
        }
    }
}

/// A model of this repository; `tests/oracles/segment_models.py` makes them.
pub(crate) fn model(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/models");
    std::fs::read(folder.join(format!("{name}.onnx"))).unwrap()
}

pub(crate) fn plans() -> Value {
    json!({
        "image_reader_writer": "SimpleITKIO",
        "transpose_forward": [0, 1, 2],
        "foreground_intensity_properties_per_channel": {
            "0": { "mean": 0.0, "std": 10.0, "percentile_00_5": -1000.0, "percentile_99_5": 1000.0 }
        },
        "configurations": { "3d_fullres": {
            "preprocessor_name": "DefaultPreprocessor",
            "patch_size": [8, 8, 8],
            "spacing": [1.0, 1.0, 1.0],
            "normalization_schemes": ["NoNormalization"],
            "use_mask_for_norm": [false],
            "resampling_fn_data": "resample_data_or_seg_to_shape",
            "resampling_fn_data_kwargs":
                { "is_seg": false, "order": 3, "order_z": 0, "force_separate_z": null },
            "resampling_fn_probabilities": "resample_data_or_seg_to_shape",
            "resampling_fn_probabilities_kwargs":
                { "is_seg": false, "order": 1, "order_z": 0, "force_separate_z": null }
        } }
    })
}

/// The plans with one value of the configuration changed.
pub(crate) fn plans_with(key: &str, value: Value) -> Value {
    let mut plans = plans();
    plans["configurations"]["3d_fullres"][key] = value;
    plans
}

pub(crate) fn dataset() -> Value {
    json!({ "channel_names": { "0": "CT" }, "labels": { "background": 0, "liver": 1 } })
}

/// A folder with all that is needed.
pub(crate) struct Case {
    pub(crate) folder: TempDir,
    pub(crate) request: Request,
}

impl Case {
    pub(crate) fn new(model: &[u8], plans: &Value, dataset: &Value, images: &[LabelMap]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("model.onnx"), model).unwrap();
        std::fs::write(at("plans.json"), plans.to_string()).unwrap();
        std::fs::write(at("dataset.json"), dataset.to_string()).unwrap();
        let put = |(number, map): (usize, &LabelMap)| {
            let path = at(&format!("image{number}.nii.gz"));
            nifti::write_label_map(&mut std::fs::File::create(&path).unwrap(), map).unwrap();
            path
        };
        let request = Request {
            model: at("model.onnx"),
            images: images.iter().enumerate().map(put).collect(),
            output: at("out.seg.nrrd"),
            plans: None,
            configuration: None,
            runtime: None,
            mirror: Vec::new(),
            n_threads: 2,
            memory: None,
            reader: Reader::default(),
        };
        Self { folder, request }
    }

    /// With the usual plans and labels.
    pub(crate) fn usual(name: &str, image: &LabelMap) -> Self {
        Self::new(&model(name), &plans(), &dataset(), std::slice::from_ref(image))
    }

    pub(crate) fn run(&self) -> Result<Report, Error> {
        static NEVER: AtomicBool = AtomicBool::new(false);
        segment(&self.request, &Watch { stop: &NEVER, progress: &|_, _| () })
    }

    /// What was written.
    pub(crate) fn segmentation(&self) -> Segmentation {
        self.run().unwrap();
        Reader::default().segmentation(&Input::on_disk(&self.request.output)).unwrap()
    }

    /// The labels that were written, x fastest, as the numbers of the file.
    pub(crate) fn labels(&self) -> Vec<i64> {
        let segmentation = self.segmentation();
        let map = &segmentation.layers()[0];
        map.voxels().iter().map(|index| map.values()[usize::from(index)]).collect()
    }

    /// What is said where it fails; nothing is left then.
    pub(crate) fn complaint(&self) -> String {
        let error = self.run().unwrap_err().to_string();
        assert!(!self.request.output.exists(), "{error}");
        let names: Vec<PathBuf> = std::fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end == "part"))
            .collect();
        assert!(names.is_empty(), "{names:?}");
        error
    }
}

/// Whole numbers on a grid, x fastest, as an image.
pub(crate) fn image(
    dims: [usize; 3],
    spacing_mm: [f64; 3],
    value: impl Fn([usize; 3]) -> i64,
) -> LabelMap {
    let affine = Affine::from_spacing(spacing_mm, [-20.0, 11.0, 5.0]).unwrap();
    let grid = Grid::new(dims, affine).unwrap();
    let places = (0..grid.n_voxels()).map(|at| place(dims, at));
    let numbers: Vec<i64> = places.map(value).collect();
    let mut values: Vec<i64> = numbers.iter().copied().filter(|number| *number != 0).collect();
    values.push(0);
    values.sort_unstable_by_key(|value| (*value != 0, *value));
    values.dedup();
    let index = |number: &i64| values.iter().position(|value| value == number).unwrap() as u16;
    let voxels = numbers.iter().map(index).collect();
    LabelMap::new(grid, voxels, values.clone()).unwrap()
}

pub(crate) fn place(dims: [usize; 3], at: usize) -> [usize; 3] {
    [at % dims[0], at / dims[0] % dims[1], at / (dims[0] * dims[1])]
}

/// Zeros and ones without a pattern; ones at the corners of the image.
pub(crate) fn speckle(dims: [usize; 3]) -> impl Fn([usize; 3]) -> i64 {
    move |[x, y, z]| {
        let is_corner = [x, y, z].iter().zip(dims).all(|(at, dim)| *at == 0 || *at == dim - 1);
        let mixed = (x * 7 + y * 13 + z * 29 + x * y * 3 + y * z * 5) % 11;
        i64::from(is_corner || mixed < 5)
    }
}
