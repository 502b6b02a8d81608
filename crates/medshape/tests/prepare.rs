//! What an ingest does to a label map before it makes shapes of it, and that it says so.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use medshape::catalog::{Catalog, Note, ShapePage};
use medshape::formats::{Input, Limits, nifti};
use medshape::geometry::voxels::prepare::PrepareOptions;
use medshape::report::Outcome;
use medshape::types::{Affine, Grid, LabelMap};
use medshape::{Dataset, IngestOptions, ingest};

/// A block of label 7 with a cavity of one voxel and a stray piece of one voxel, and label 9 of one voxel;
/// x runs to the left.
fn map() -> LabelMap {
    let affine = Affine::from_spacing([-2.0, 2.0, 2.0], [40.0, 0.0, 0.0]).unwrap();
    let grid = Grid::new([20, 12, 12], affine).unwrap();
    let mut voxels = vec![0; grid.n_voxels()];
    for (index, voxel) in voxels.iter_mut().enumerate() {
        let at = [index % 20, index / 20 % 12, index / 240];
        *voxel = u16::from(at.iter().all(|at| (2..10).contains(at)));
    }
    for (voxel, label) in [([5, 5, 5], 0), ([15, 5, 5], 1), ([17, 5, 5], 2)] {
        voxels[grid.index(voxel)] = label;
    }
    LabelMap::new(grid, voxels, vec![0, 7, 9]).unwrap()
}

fn options(folder: &Path, prepare: PrepareOptions) -> IngestOptions {
    let path = folder.join("anna.nii.gz");
    let mut file = std::fs::File::create(&path).unwrap();
    nifti::write_label_map(&mut file, &map()).unwrap();
    IngestOptions { prepare, ..IngestOptions::new(vec![path], Dataset::find("local").unwrap()) }
}

/// Ingests, and gives the notes on what was changed; `None` if the case was there already.
fn run(store: &Path, options: &IngestOptions) -> Option<Vec<Note>> {
    let report = ingest(store, options, &AtomicBool::new(false), &|_| {}).unwrap();
    match &report.cases[0].outcome {
        Outcome::Added { notes, .. } => {
            Some(notes.iter().filter(|note| note.kind != "unnamed-labels").cloned().collect())
        }
        Outcome::Skipped => None,
        other => panic!("{other:?}"),
    }
}

fn block(store: &Path) -> (ShapePage, LabelMap) {
    let catalog = Catalog::open(store).unwrap();
    let name = catalog.find("local/anna/label-7").unwrap().unwrap();
    let page = catalog.shape(&name).unwrap().unwrap();
    let path = catalog.blobs().path(&page.case.image.as_ref().unwrap().label_map.sha256);
    let copy = store.join("stored.nii.gz");
    std::fs::copy(path, &copy).unwrap();
    (page, nifti::read_label_map(&Input::on_disk(&copy), &Limits::DEFAULT).unwrap())
}

#[test]
fn by_default_nothing_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let options = options(folder.path(), PrepareOptions::default());
    assert_eq!(run(&store, &options), Some(vec![]));
    let (page, stored) = block(&store);
    assert_eq!((stored.voxels(), stored.grid()), (map().voxels(), map().grid()));
    assert_eq!(
        (&page.case.image.as_ref().unwrap().orientation[..], page.shape.measures.n_voxels),
        ("LAS", 512)
    );
    assert!(!page.case.parameters.contains_key("spacing-mm"));
}

#[test]
fn every_change_is_a_note_and_the_stored_map_is_the_changed_one() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let prepare = PrepareOptions {
        min_component_mm3: Some(16.0),
        fill_cavities_mm3: Some(8.0),
        crop_margin_mm: Some(2.0),
        spacing_mm: Some([1.0, 2.0, 2.0]),
    };
    let notes = run(&store, &options(folder.path(), prepare)).unwrap();
    let said: Vec<_> = notes
        .iter()
        .map(|note| (&note.kind[..], note.label.as_deref().unwrap_or(""), note.n_voxels))
        .collect();
    let expected = [
        ("small-pieces", "label-7", Some(1)),
        ("small-pieces", "label-9", Some(1)),
        ("filled-cavities", "label-7", Some(1)),
        ("cropped", "", None),
        ("resampled", "", None),
    ];
    assert_eq!(said, expected);
    let (page, stored) = block(&store);
    assert_eq!(stored.grid().dims(), [20, 10, 10]);
    assert_eq!(page.case.image.as_ref().unwrap().dims, stored.grid().dims());
    assert_eq!(page.case.image.as_ref().unwrap().orientation, stored.grid().orientation());
    assert_eq!(page.shape.measures.n_voxels, stored.counts()[1]);
    assert_eq!(page.shape.measures.n_components, 1);
    // The block is where it was: 8 voxels of 2 mm along each axis.
    let (min, max) = (page.shape.measures.bounds_min_mm, page.shape.measures.bounds_max_mm);
    for axis in 0..3 {
        let [low, high] = [[21.0, 37.0], [3.0, 19.0], [3.0, 19.0]][axis];
        assert!((min[axis] - low).abs() < 1.0 && (max[axis] - high).abs() < 1.0, "{min:?} {max:?}");
    }
    assert_eq!(page.case.parameters["spacing-mm"], "1 2 2");
}

#[test]
fn other_options_are_other_work() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let mut options = options(folder.path(), PrepareOptions::default());
    let is_new = |options: &IngestOptions| run(&store, options).is_some();
    assert!(is_new(&options) && !is_new(&options));
    options.smoothing_mm = Some(0.0);
    assert!(is_new(&options) && !is_new(&options));
    options.prepare.fill_cavities_mm3 = Some(100.0);
    assert!(is_new(&options) && !is_new(&options));
    options.prepare.min_component_mm3 = Some(9.0);
    assert!(is_new(&options) && !is_new(&options));
}

#[test]
fn without_smoothing_the_faces_of_the_voxels_stay() {
    let folder = tempfile::tempdir().unwrap();
    let area_mm2 = |smoothing_mm: Option<f64>| {
        let store = folder.path().join(format!("{smoothing_mm:?}"));
        let prepare = PrepareOptions {
            min_component_mm3: Some(9.0),
            fill_cavities_mm3: Some(9.0),
            ..PrepareOptions::default()
        };
        run(&store, &IngestOptions { smoothing_mm, ..options(folder.path(), prepare) }).unwrap();
        block(&store).0.shape.measures.area_mm2
    };
    let [plain, little, default] = [Some(0.0), Some(6.0), None].map(area_mm2);
    assert!((plain - 6.0 * 16.0 * 16.0).abs() < 1e-6, "{plain}");
    assert!(default < little && little < plain, "{default} {little} {plain}");
}

#[test]
fn a_map_of_which_nothing_is_left_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let prepare = PrepareOptions { min_component_mm3: Some(1e6), ..PrepareOptions::default() };
    let options = options(folder.path(), prepare);
    let report =
        ingest(&folder.path().join("store"), &options, &AtomicBool::new(false), &|_| {}).unwrap();
    let Outcome::Refused { reason, .. } = &report.cases[0].outcome else { panic!() };
    assert!(reason.contains("nothing is left"), "{reason}");
}
