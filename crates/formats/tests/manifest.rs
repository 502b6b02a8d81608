//! Every public volume is what its row in the list of test data says: nibabel, pynrrd and SimpleITK
//! printed those numbers.

use std::sync::Mutex;
use std::thread;

use medshape_formats::names::{Family, family};
use medshape_formats::{Input, Limits, volume};
use medshape_types::LabelMap;

use crate::common::shared;

/// What a row says of a file.
#[derive(Debug)]
struct Row {
    file: String,
    /// As it stands there.
    facts: String,
}

fn rows() -> Option<Vec<Row>> {
    let text = std::fs::read_to_string(shared("MANIFEST.md")?).unwrap();
    let row = |line: &str| {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let file = *cells.get(1)?;
        let is_named = family(file.as_ref()) == Some(Family::Volume) || file.ends_with(".img");
        let is_volume = is_named && !file.contains("NAME");
        let facts = (*cells.get(6)?).to_owned();
        is_volume.then(|| Row { file: file.to_owned(), facts })
    };
    Some(
        text.lines()
            .filter(|line| line.starts_with("| volumes/") || line.starts_with("| nc_"))
            .filter_map(row)
            .collect(),
    )
}

#[test]
fn every_volume_is_as_the_manifest_says() {
    let Some(rows) = rows() else { return };
    assert!(rows.len() > 70, "{} rows", rows.len());
    let next = Mutex::new(rows.iter());
    let faults = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(row) = next.lock().unwrap().next() else { break };
                    if let Err(fault) = check(row) {
                        faults.lock().unwrap().push(format!("{}: {fault}", row.file));
                    }
                }
            });
        }
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The masks of one person have a table of their own: name, bytes, voxels.
#[test]
fn every_mask_has_as_many_voxels_as_the_manifest_says() {
    let Some(path) = shared("MANIFEST.md") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let (_, table) = text.split_once("| NAME | size | voxels set |").unwrap();
    let mut n_masks = 0;
    for line in table.lines().skip(2).take_while(|line| line.starts_with('|')) {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let file = format!("volumes/wholebody/totalsegv2_s0328/segmentations/{}.nii.gz", cells[1]);
        let Some(path) = shared(&file) else { return };
        let map = volume::read_label_map(&Input::on_disk(path), &Limits::DEFAULT).unwrap();
        let n_voxels: u64 = cells[3].split(' ').next().unwrap().parse().unwrap();
        assert_eq!(map.counts()[1..].iter().sum::<u64>(), n_voxels, "{file}");
        n_masks += 1;
    }
    assert_eq!(n_masks, 117);
}

/// slicerio 1.4 gave these.
#[test]
fn the_segments_of_a_body_have_names_and_meanings() {
    let name = "volumes/wholebody/ct328_segmentation_TS.seg.nrrd";
    let Some(path) = shared(name) else { return };
    let segmentation = volume::read_segmentation(&Input::on_disk(path), &Limits::DEFAULT).unwrap();
    assert_eq!(segmentation.segments().len(), 69);
    let spleen = &segmentation.segments()[0];
    assert_eq!((spleen.layer, spleen.value, spleen.name.as_str()), (0, 1, "spleen"));
    assert_eq!(spleen.colour, Some([157, 108, 162]));
    let lobe = segmentation.segments().iter().find(|each| each.value == 10).unwrap();
    assert_eq!(lobe.name, "superior lobe of left lung");
    let meaning = lobe.meaning.as_ref().unwrap();
    assert_eq!(meaning.kind.meaning, "Upper lobe of lung");
    assert_eq!((meaning.kind.scheme.as_str(), meaning.kind.value.as_str()), ("SCT", "45653009"));
    assert_eq!(meaning.modifier.as_ref().unwrap().meaning, "Left");
    assert_eq!(meaning.region, None);
    assert!(segmentation.segments().iter().all(|each| each.meaning.is_some()));
}

/// Reasons that a few files are refused with, which the rows put in other words.
const REFUSED: [(&str, &str); 7] = [
    ("niftirs_rgb__3D.nii", "RGB colours"),
    ("niftirs_complex__complex32.nii", "complex numbers"),
    ("niftirs_fuzz_artifacts__crash-1.nii", "not a NIfTI file"),
    ("nifti1.hdr", "`nifti1.img`, which it needs, is not beside it"),
    ("example_nifti2.nii.gz", "a time series of 2 volumes"),
    ("test.mgz", "a time series of 2 volumes"),
    ("spine_report__example_ct_report__spine_report.nii.gz", "RGB colours"),
];

fn check(row: &Row) -> Result<(), String> {
    let Some(path) = shared(&row.file) else { return Ok(()) };
    let input = Input::on_disk(&path);
    let name = path.file_name().unwrap().to_str().unwrap();
    let read = volume::read_label_map(&input, &Limits::DEFAULT);
    if let Some((_, reason)) = REFUSED.iter().find(|(file, _)| *file == name) {
        return match read {
            Err(error) if error.to_string().contains(reason) => Ok(()),
            other => Err(format!("{other:?} is not {reason}")),
        };
    }
    // The voxels of a pair: the row of its header has the numbers.
    if row.facts.starts_with("voxels of") {
        return read.map(|_| ()).map_err(|error| error.to_string());
    }
    let grid = volume::read_grid(&input, &Limits::DEFAULT).map_err(|error| error.to_string())?;
    same(&numbers_after(&row.facts, ["shape (", "size ("]), &grid.dims().map(|dim| dim as f64))?;
    if row.facts.starts_with("Nifti1") || row.facts.starts_with("MetaImage") {
        let spacing = numbers_after(&row.facts, ["zooms [", "spacing ["]);
        near(&spacing, &grid.spacing_mm())?;
    }
    if row.facts.starts_with("Nifti1") && !row.facts.contains(&format!(" {} ", grid.orientation()))
    {
        return Err(grid.orientation());
    }
    match (read, row.facts.contains("distinct values (intensities)")) {
        (Err(error), true) if error.kind().code() == "not-labels" => {
            volume::read_volume(&input, &Limits::DEFAULT)
                .map(|_| ())
                .map_err(|error| error.to_string())
        }
        // Intensities, scaled to fractions.
        (Err(error), false) if row.file.contains("orientations/") => {
            let reason = error.to_string();
            if reason.contains("fractional values") { Ok(()) } else { Err(reason) }
        }
        (Ok(map), false) => counts(&map, row),
        (read, _) => Err(format!("{:?}", read.map(|_| ()))),
    }
}

fn counts(map: &LabelMap, row: &Row) -> Result<(), String> {
    let n_values = map.counts().iter().filter(|count| **count > 0).count();
    if !row.facts.contains(&format!(" {n_values} values ")) {
        return Err(format!("{n_values} values"));
    }
    let (_, biggest) = row.facts.split_once("biggest ").ok_or("no counts")?;
    for pair in biggest.split(',') {
        let (value, count) = pair.trim().split_once(':').ok_or("no count")?;
        let value: i64 = value.parse().map_err(|_| format!("value {value}"))?;
        let expected = of_frog(&row.file, value).unwrap_or(count.trim().parse().unwrap());
        let index = map.values().iter().position(|known| *known == value).ok_or("no such label")?;
        let found = map.counts()[index];
        if found != expected {
            return Err(format!("label {value} has {found} voxels, not {expected}"));
        }
    }
    Ok(())
}

/// `CompressedDataSize` of the frog is 2,067 bytes too small. SimpleITK stops there and leaves the last
/// 2,670 voxels of label 13 at 0; zlib's checksum says that all of the file belongs to it.
fn of_frog(file: &str, value: i64) -> Option<u64> {
    match (file, value) {
        ("volumes/frog/frogtissue.mhd", 0) => Some(30_805_713 - 2_670),
        ("volumes/frog/frogtissue.mhd", 13) => Some(438_052 + 2_670),
        _ => None,
    }
}

fn numbers_after(text: &str, marks: [&str; 2]) -> Vec<f64> {
    let rest = marks.iter().find_map(|mark| text.split_once(mark)).map_or("", |(_, rest)| rest);
    let inside = rest.split([')', ']']).next().unwrap_or_default();
    inside.split(',').filter_map(|word| word.trim().parse().ok()).collect()
}

/// Axes of one voxel may be left out.
fn same(listed: &[f64], found: &[f64]) -> Result<(), String> {
    let fits = (0..3).all(|axis| listed.get(axis).copied().unwrap_or(1.0) == found[axis]);
    if fits { Ok(()) } else { Err(format!("{listed:?} is not {found:?}")) }
}

fn near(listed: &[f64], found: &[f64]) -> Result<(), String> {
    let fits = listed.iter().zip(found).all(|(listed, found)| (listed - found).abs() < 6e-4);
    if fits { Ok(()) } else { Err(format!("{listed:?} is not {found:?}")) }
}
