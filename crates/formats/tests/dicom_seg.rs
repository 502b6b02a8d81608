//! DICOM segmentations against their NRRD partners, against what is known of them, and against malice.

use medshape_formats::dicom_seg::{self, SegOptions};
use medshape_formats::{ErrorKind, Limits, nrrd};
use medshape_types::{Affine, Code, Grid, LabelMap, Meaning, Segment, Segmentation};

use crate::common::dicom::{Elements, Seg, measures, orientation};
use crate::common::shared;

fn bytes(name: &str) -> Option<Vec<u8>> {
    shared(&format!("volumes/dicom_seg/{name}")).map(|path| std::fs::read(path).unwrap())
}

fn read(bytes: &[u8]) -> Result<Segmentation, ErrorKind> {
    dicom_seg::read(bytes, &Limits::DEFAULT, SegOptions::default())
}

fn refusal(bytes: &[u8]) -> String {
    read(bytes).map(|_| ()).unwrap_err().to_string()
}

/// Voxels that are no background, of all layers.
fn n_inside(segmentation: &Segmentation) -> u64 {
    segmentation.layers().iter().map(|layer| layer.counts()[1..].iter().sum::<u64>()).sum()
}

/// The value of each voxel.
fn values(map: &LabelMap) -> Vec<i64> {
    map.voxels().iter().map(|voxel| map.values()[usize::from(voxel)]).collect()
}

/// An NRRD partner: its only layer.
fn partner(name: &str) -> Option<LabelMap> {
    let read = nrrd::segmentation_of(&bytes(name)?, &Limits::DEFAULT).unwrap();
    let [layer] = read.layers() else { panic!("{name}: several layers") };
    Some(layer.clone())
}

fn check_grid(grid: &Grid, expected: &Grid) {
    assert_eq!(grid.dims(), expected.dims());
    let [rows, expected] = [grid, expected].map(|grid| *grid.world_from_voxel().rows());
    for (value, expected) in rows.as_flattened().iter().zip(expected.as_flattened()) {
        assert!((value - expected).abs() < 1e-5, "{value} {expected}");
    }
}

#[test]
fn a_segmentation_and_its_nrrd_are_the_same_label_map() {
    let check = |seg: &str, nrrd: &str, layer: usize| {
        let (Some(seg), Some(expected)) = (bytes(seg), partner(nrrd)) else { return };
        let segmentation = read(&seg).unwrap();
        check_grid(segmentation.grid(), expected.grid());
        assert_eq!(dicom_seg::grid(&seg, &Limits::DEFAULT).unwrap(), *segmentation.grid());
        assert!(values(&segmentation.layers()[layer]) == values(&expected), "{nrrd}");
    };
    check("liver.dcm", "liver_seg.nrrd", 0);
    check("23x38x3_label.seg", "23x38x3_label.nrrd", 0);
    check("partial_overlaps.dcm", "partial_overlaps-1.nrrd", 0);
    check("partial_overlaps.dcm", "partial_overlaps-2.nrrd", 1);
    check("partial_overlaps.dcm", "partial_overlaps-3.nrrd", 2);
}

/// Its middle slice is not encoded. dcmqi fills it with the pixel padding value, 5, which the file says is
/// background: to medshape, background is 0.
#[test]
fn padding_of_a_label_map_is_background() {
    let (Some(seg), Some(partner)) =
        (bytes("sparse-labelmap-ppv5.dcm"), partner("sparse_labelmap_ppv5_seg.nrrd"))
    else {
        return;
    };
    let segmentation = read(&seg).unwrap();
    check_grid(segmentation.grid(), partner.grid());
    let partner = values(&partner);
    let size = 24 * 38;
    assert!(partner[size..2 * size].iter().all(|&value| value == 5));
    let expected: Vec<i64> =
        partner.iter().map(|&value| if value == 5 { 0 } else { value }).collect();
    assert!(values(&segmentation.layers()[0]) == expected);
    assert_eq!(n_inside(&segmentation), 630);
    // Its segment 0 is called "Background" and is none.
    let names: Vec<&str> = segmentation.segments().iter().map(|each| each.name.as_str()).collect();
    assert_eq!(names, ["Liver"]);
}

#[test]
fn segments_have_their_names_colours_and_codes() {
    let Some(bytes) = bytes("partial_overlaps.dcm") else { return };
    let segmentation = read(&bytes).unwrap();
    let found: Vec<_> = segmentation
        .segments()
        .iter()
        .map(|each| (each.layer, each.value, each.name.as_str(), each.colour.unwrap()))
        .collect();
    // The colours are those of the dcmqi metadata that the file was made from.
    let expected = [
        (0, 1, "GREEN", [128, 174, 128]),
        (1, 2, "ORANGE", [216, 101, 79]),
        (2, 3, "PURPLE", [183, 156, 220]),
        (0, 4, "LIGHT_BLUE", [140, 224, 228]),
        (0, 5, "DARK_BLUE", [0, 151, 206]),
    ];
    assert_eq!(found, expected);
    let code = |value: &str, meaning: &str| Code {
        scheme: "SCT".to_owned(),
        value: value.to_owned(),
        meaning: meaning.to_owned(),
    };
    let meaning = segmentation.segments()[3].meaning.clone().unwrap();
    assert_eq!(meaning.category, code("49755003", "Morphologically Altered Structure"));
    assert_eq!(meaning.kind, code("79654002", "Edema"));
    assert_eq!((meaning.modifier, meaning.region), (None, None));
}

#[test]
fn frames_that_are_left_out_are_background() {
    let Some(bytes) = bytes("seg_image_ct_binary_overlap.dcm") else { return };
    let segmentation = read(&bytes).unwrap();
    // Four positions from -99.48 to 105.52 mm, 1.25 mm apart at least: 164 steps.
    assert_eq!(segmentation.grid().dims(), [16, 16, 165]);
    assert!((segmentation.grid().spacing_mm()[2] - 1.25).abs() < 1e-9);
    assert_eq!((segmentation.layers().len(), n_inside(&segmentation)), (2, 80));
    let slices: Vec<usize> = (0..165)
        .filter(|slice| {
            let of_slice = |map: &LabelMap| {
                map.voxels().iter().skip(256 * slice).take(256).any(|voxel| voxel != 0)
            };
            segmentation.layers().iter().any(of_slice)
        })
        .collect();
    assert!(slices.iter().all(|slice| [0, 162, 163, 164].contains(slice)), "{slices:?}");
}

#[test]
fn implicit_syntax_and_fractions_are_read() {
    let Some(binary) = bytes("seg_image_ct_binary.dcm") else { return };
    let binary = read(&binary).unwrap();
    assert_eq!((binary.grid().dims(), n_inside(&binary)), ([16, 16, 3], 638));
    let Some(fractional) = bytes("seg_image_ct_binary_fractional.dcm") else { return };
    assert_eq!(
        refusal(&fractional),
        "DICOM SEG with fractional values, which are no labels; `--fractional-threshold` takes it"
    );
    // highdicom made both of the same mask.
    for threshold in [0.001, 0.5, 1.0] {
        let options = SegOptions { fractional_threshold: Some(threshold) };
        let read = dicom_seg::read(&fractional, &Limits::DEFAULT, options).unwrap();
        assert_eq!(read.layers(), binary.layers());
    }
    for threshold in [0.0, -1.0, 1.1, f64::NAN] {
        let options = SegOptions { fractional_threshold: Some(threshold) };
        assert!(dicom_seg::read(&fractional, &Limits::DEFAULT, options).is_err());
    }
}

/// The first slice of `liver.dcm`, without a number of frames and with the groups of all three.
#[test]
fn one_frame_in_big_endian_is_read() {
    let (Some(one), Some(all)) = (bytes("liver_expb_1frame.dcm"), bytes("liver.dcm")) else {
        return;
    };
    let (one, all) = (read(&one).unwrap(), read(&all).unwrap());
    assert_eq!((one.grid().dims(), n_inside(&one)), ([512, 512, 1], 36_233));
    assert_eq!(one.grid().world_from_voxel().rows(), all.grid().world_from_voxel().rows());
    let first = all.layers()[0].voxels().iter().take(512 * 512);
    assert!(one.layers()[0].voxels().iter().eq(first));
}

#[test]
fn images_are_no_segmentations() {
    for name in ["01.dcm", "02.dcm", "03.dcm"] {
        let Some(bytes) = bytes(name) else { return };
        assert_eq!(refusal(&bytes), "a CT image, not a segmentation: it holds no labels");
    }
}

#[test]
fn a_small_file_is_what_it_says() {
    let segmentation = read(&Seg::small().bytes()).unwrap();
    assert_eq!(values(&segmentation.layers()[0]), [1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]);
    let rows = [[-1.0, 0.0, 0.0, 0.0], [0.0, -1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]];
    let expected = Affine::from_rows(rows).unwrap();
    assert_eq!(*segmentation.grid().world_from_voxel(), expected);
    assert_eq!(segmentation.segments()[0].name, "segment 1");
}

#[test]
fn frames_are_sorted_along_their_normal() {
    let mut seg = Seg::small();
    seg.frames = vec![(1, [0.0, 0.0, 7.0]), (1, [0.0, 0.0, 3.0]), (1, [0.0, 0.0, 5.0])];
    seg.n_frames = Some("3".to_owned());
    // One, two and three samples.
    seg.pixels = vec![0b1100_0001, 0b0111_0000, 0];
    let segmentation = read(&seg.bytes()).unwrap();
    assert_eq!(segmentation.grid().spacing_mm()[2], 2.0);
    assert_eq!(segmentation.grid().world_from_voxel().translation()[2], 3.0);
    let n_inside = |slice: usize| {
        let voxels = segmentation.layers()[0].voxels().iter().skip(6 * slice).take(6);
        voxels.filter(|&voxel| voxel == 1).count()
    };
    assert_eq!([n_inside(0), n_inside(1), n_inside(2)], [2, 3, 1]);
}

#[test]
fn an_oblique_grid_is_where_its_frames_are() {
    let mut seg = Seg::small();
    // Rows run to the back, columns to the head: the normal points to the left.
    seg.shared = orientation("0\\1\\0\\0\\0\\1").then(measures("2\\3", Some("4")));
    seg.frames = vec![(1, [10.0, 20.0, 30.0]), (1, [14.0, 20.0, 30.0])];
    let grid = *read(&seg.bytes()).unwrap().grid();
    let at = |voxel: [f64; 3]| grid.world_from_voxel().apply(voxel);
    assert_eq!(at([0.0; 3]), [-10.0, -20.0, 30.0]);
    assert_eq!(at([1.0, 0.0, 0.0]), [-10.0, -23.0, 30.0]);
    assert_eq!(at([0.0, 1.0, 0.0]), [-10.0, -20.0, 32.0]);
    assert_eq!(at([0.0, 0.0, 1.0]), [-14.0, -20.0, 30.0]);
}

#[test]
fn frames_that_span_no_grid_are_refused_with_the_reason() {
    let check = |change: &dyn Fn(&mut Seg), expected: &str| {
        let mut seg = Seg::small();
        change(&mut seg);
        let refusal = refusal(&seg.bytes());
        assert!(refusal.contains(expected), "{refusal} / {expected}");
    };
    let three = |seg: &mut Seg, z: [f64; 3]| {
        seg.frames = z.iter().map(|&z| (1, [0.0, 0.0, z])).collect();
        seg.n_frames = Some("3".to_owned());
        seg.pixels = vec![0xff; 4];
    };
    check(&|seg| three(seg, [0.0, 1.0, 2.4]), "gaps from 1.000 to 1.400 mm");
    check(&|seg| three(seg, [0.0, 1.0, 1.0]), "frames 2 and 3 are both segment 1 at one place");
    check(&|seg| seg.frames[1].1 = [1.0, 0.0, 1.0], "shifted against the first by 1.000 mm");
    check(&|seg| seg.frames.truncate(1), "2 frames, and functional groups for 1");
    check(&|seg| seg.frames.clear(), "2 frames without functional groups");
    check(&|seg| seg.frames.push((1, [0.0; 3])), "2 frames, and functional groups for 3");
    check(&|seg| seg.frames[0].0 = 2, "frame 1 is of segment 2, which is not there");
    check(&|seg| seg.segments = vec![1, 1], "two segments have the number 1");
    check(&|seg| seg.segments = vec![], "there is no segment");
    check(&|seg| seg.segments = vec![0, 1], "a segment has the number 0");
    check(&|seg| seg.shared = measures("1\\1", None), "nothing says the orientation");
    check(&|seg| seg.shared = orientation("1\\0\\0\\0\\1\\0"), "nothing says the pixel spacing");
    let sheared = "1\\0\\0\\0.1\\0.995\\0";
    check(&|seg| seg.shared = orientation(sheared).then(measures("1\\1", None)), "right angles");
    let zero = "0\\0\\0\\0\\0\\0";
    check(&|seg| seg.shared = orientation(zero).then(measures("1\\1", None)), "right angles");
    let nan = "nan\\0\\0\\0\\1\\0";
    check(&|seg| seg.shared = orientation(nan).then(measures("1\\1", None)), "is no number");
    let upright = orientation("1\\0\\0\\0\\1\\0");
    for (spacing, reason) in
        [("0\\1", "not positive"), ("-1\\1", "not positive"), ("1000\\1", "spacing outside")]
    {
        let shared = upright.clone().then(measures(spacing, None));
        check(&|seg| seg.shared = shared.clone(), reason);
    }
    check(&|seg| seg.frames[1].1[2] = 1e9, "spacing outside");
    let far = |seg: &mut Seg, z: f64| (seg.frames[0].1, seg.frames[1].1) = ([0.0, 0.0, z], [-z; 3]);
    check(&|seg| far(seg, 1.7e308), "shifted against the first");
    check(&|seg| three(seg, [0.0, 1.0, 1e9]), "more than 4096");
    check(&|seg| seg.kind = "WHATEVER", "segmentation type `WHATEVER`");
    check(&|seg| seg.bits = 4, "`BitsAllocated` is 4");
}

#[test]
fn sizes_that_lie_are_refused() {
    let check = |size: [u16; 2], n_frames: &str, expected: &str| {
        let seg = Seg { size, n_frames: Some(n_frames.to_owned()), ..Seg::small() };
        let refusal = refusal(&seg.bytes());
        assert!(refusal.contains(expected), "{refusal}");
    };
    check([u16::MAX; 2], "2", "truncated: the header claims 1073709057 bytes");
    check([u16::MAX; 2], "999999999999999", "truncated: the header claims 18446744073709551615");
    check([3, 2], "999999999999", "truncated");
    check([3, 2], "0", "there has to be one or more");
    check([3, 2], "-1", "there has to be one or more");
    check([3, 2], "1e30", "not a whole number");
    check([0, 2], "2", "frames of 0 x 2 samples");
    check([1, 1], "1", "1 frames, and functional groups for 2");
    let surplus = Seg { pixels: vec![0; 4], ..Seg::small() };
    let refusal = refusal(&surplus.bytes());
    assert!(refusal.contains("4 bytes of pixels, where 2 frames of 3 x 2 take 2"), "{refusal}");
}

#[test]
fn one_frame_may_do_without_groups() {
    let mut seg = Seg::small();
    seg.frames.clear();
    seg.n_frames = None;
    seg.pixels = vec![0b1_1111, 0];
    let refusal = refusal(&seg.bytes());
    assert!(refusal.contains("nothing says the position"), "{refusal}");
    seg.extra = Elements::default()
        .text(0x18_0050, "DS", "2")
        .text(0x20_0032, "DS", "1\\2\\3")
        .text(0x20_0037, "DS", "1\\0\\0\\0\\1\\0")
        .text(0x28_0030, "DS", "1\\1");
    seg.shared = Elements::default();
    let segmentation = read(&seg.bytes()).unwrap();
    assert_eq!(n_inside(&segmentation), 5);
    assert_eq!(segmentation.grid().spacing_mm(), [1.0, 1.0, 2.0]);
}

#[test]
fn label_maps_of_both_sizes_are_read() {
    let mut seg = Seg { kind: "LABELMAP", bits: 8, ..Seg::small() };
    seg.segments = vec![1, 7];
    seg.pixels = vec![0, 1, 7, 9, 0, 0, 1, 1, 1, 0, 7, 7];
    let expected = [0, 1, 7, 9, 0, 0, 1, 1, 1, 0, 7, 7];
    let small = read(&seg.bytes()).unwrap();
    assert_eq!(values(&small.layers()[0]), expected);
    assert_eq!(small.segments().len(), 2);
    seg.bits = 16;
    seg.pixels = expected.iter().flat_map(|&value| (value as u16 * 256).to_le_bytes()).collect();
    let large = read(&seg.bytes()).unwrap();
    assert_eq!(values(&large.layers()[0]), expected.map(|value| value * 256));
    // The padding value is background, whatever its number.
    seg.extra = Elements::default().word(0x28_0120, &[256]);
    let padded = read(&seg.bytes()).unwrap();
    assert_eq!(padded.layers()[0].values(), [0, 7 * 256, 9 * 256]);
    seg.frames[1].1 = [0.0; 3];
    assert!(refusal(&seg.bytes()).contains("nothing says how thick"));
    seg.shared = orientation("1\\0\\0\\0\\1\\0").then(measures("1\\1", Some("1")));
    assert!(refusal(&seg.bytes()).contains("frames 1 and 2 are at one place"));
}

#[test]
fn segments_and_layers_have_their_limits() {
    let of = |n_segments: u16, limits: Limits| {
        let mut seg = Seg::small();
        seg.segments = (1..=n_segments).collect();
        seg.frames = seg.segments.iter().map(|&number| (number, [0.0; 3])).collect();
        seg.n_frames = Some(n_segments.to_string());
        // All samples of all frames: every segment overlaps every other.
        seg.pixels = vec![0xff; (usize::from(n_segments) * 6).div_ceil(8).next_multiple_of(2)];
        seg.shared = orientation("1\\0\\0\\0\\1\\0").then(measures("1\\1", Some("1")));
        dicom_seg::read(&seg.bytes(), &limits, SegOptions::default())
            .map(|read| read.layers().len())
            .map_err(|error| error.to_string())
    };
    let segments = Limits { segments: 4, ..Limits::DEFAULT };
    assert_eq!(of(3, segments), Ok(3));
    assert_eq!(of(4, segments), Ok(4));
    assert_eq!(of(5, segments), Err("more than 4 segments".to_owned()));
    let layers = Limits { layers: 4, ..Limits::DEFAULT };
    assert_eq!(of(4, layers), Ok(4));
    assert_eq!(of(5, layers), Err("more than 4 layers of segments that overlap".to_owned()));
    assert_eq!(of(65_535, Limits::DEFAULT), Err("more than 4096 segments".to_owned()));
}

#[test]
fn a_small_file_does_not_become_a_huge_grid() {
    // 500 x 500 voxels, and 4,000 slices between the two frames.
    let mut seg = Seg { size: [500, 500], ..Seg::small() };
    seg.pixels = vec![1; 62_500];
    seg.shared = orientation("1\\0\\0\\0\\1\\0").then(measures("1\\1", Some("1")));
    seg.frames[1].1[2] = 4000.0;
    assert!(refusal(&seg.bytes()).contains("bytes of voxels for a file of this size"));
    // 400 slices are an honest file.
    seg.frames[1].1[2] = 400.0;
    assert_eq!(read(&seg.bytes()).unwrap().grid().dims(), [500, 500, 401]);
}

fn written(segmentation: &Segmentation) -> Vec<u8> {
    let mut bytes = Vec::new();
    dicom_seg::write(&mut bytes, segmentation).unwrap();
    bytes
}

/// Three structures in two layers on an oblique grid, left-handed if `flip` is -1.
fn oblique(flip: f64) -> Segmentation {
    let (sin, cos) = (0.3_f64).sin_cos();
    let rows = [
        [0.7 * cos, -0.8 * sin, 0.0, 12.345_678_9],
        [0.7 * sin, 0.8 * cos, 0.0, -98.765_432_1],
        [0.0, 0.0, flip * 2.5, 1.0 / 3.0],
    ];
    let grid = Grid::new([7, 5, 4], Affine::from_rows(rows).unwrap()).unwrap();
    let mut first = vec![0; 140];
    let mut second = vec![0; 140];
    for voxel in 0..140 {
        if voxel % 3 == 0 {
            first[voxel] = 1 + (voxel % 2) as u16;
        }
        if voxel % 7 < 3 {
            second[voxel] = 1;
        }
    }
    let layers = vec![
        LabelMap::new(grid, first, vec![0, 1, 2]).unwrap(),
        LabelMap::new(grid, second, vec![0, 3]).unwrap(),
    ];
    let code = |value: &str, meaning: &str| Code {
        scheme: "SCT".to_owned(),
        value: value.to_owned(),
        meaning: meaning.to_owned(),
    };
    let meaning = Meaning {
        category: code("123037004", "Anatomical Structure"),
        kind: code("64033007", "Kidney"),
        modifier: Some(code("7771000", "Left")),
        region: Some(code("818983003", "Abdomen")),
        region_modifier: Some(code("51440002", "Right and left")),
    };
    let tissue = Meaning {
        category: code("123037004", "Anatomical Structure"),
        kind: code("85756007", "Tissue"),
        ..Meaning::default()
    };
    let segment = |layer, value, name: &str, colour, meaning: &Meaning| Segment {
        layer,
        value,
        name: name.to_owned(),
        colour,
        meaning: Some(meaning.clone()),
    };
    let segments = vec![
        segment(0, 1, "Niere, größere", Some([221, 130, 101]), &meaning),
        segment(0, 2, "b", None, &tissue),
        segment(1, 3, "c", Some([0, 255, 0]), &tissue),
    ];
    Segmentation::new(layers, segments).unwrap()
}

#[test]
fn what_is_written_comes_back() {
    let there = oblique(1.0);
    let bytes = written(&there);
    assert_eq!(bytes, written(&there));
    let back = read(&bytes).unwrap();
    assert_eq!(back.segments(), there.segments());
    for (back, there) in back.layers().iter().zip(there.layers()) {
        assert_eq!((back.voxels(), back.values()), (there.voxels(), there.values()));
    }
    let pairs = |one: &Grid, other: &Grid| {
        let rows = one.world_from_voxel().rows().as_flattened().to_vec();
        rows.into_iter().zip(other.world_from_voxel().rows().as_flattened().to_vec())
    };
    for (one, other) in pairs(back.grid(), there.grid()) {
        assert!((one - other).abs() < 1e-9, "{one} {other}");
    }
}

/// DICOM sorts frames along a right-handed normal: the slices come back the other way round.
#[test]
fn a_left_handed_grid_comes_back_in_the_same_place() {
    let there = oblique(-1.0);
    let back = read(&written(&there)).unwrap();
    let at = |segmentation: &Segmentation, voxel: [usize; 3]| {
        segmentation.grid().world_from_voxel().apply(voxel.map(|index| index as f64))
    };
    for z in 0..4 {
        let (one, other) = (at(&there, [1, 2, z]), at(&back, [1, 2, 3 - z]));
        assert!(one.iter().zip(other).all(|(one, other)| (one - other).abs() < 1e-9));
        for (one, other) in there.layers().iter().zip(back.layers()) {
            let slice = |map: &LabelMap, z: usize| map.voxels().to_wide()[35 * z..][..35].to_vec();
            assert_eq!(slice(one, z), slice(other, 3 - z));
        }
    }
}

#[test]
fn real_files_come_back_as_they_were_read() {
    for name in ["liver.dcm", "partial_overlaps.dcm", "23x38x3_label.seg"] {
        let Some(bytes) = bytes(name) else { return };
        let there = read(&bytes).unwrap();
        let back = read(&written(&there)).unwrap();
        assert_eq!(back.segments(), there.segments());
        assert!(back.layers().iter().zip(there.layers()).all(|(a, b)| a.voxels() == b.voxels()));
    }
}

#[test]
fn labels_without_a_segment_are_written_too() {
    let grid = Grid::new([2, 2, 1], Affine::IDENTITY).unwrap();
    let map = LabelMap::new(grid, vec![0, 1, 2, 2], vec![0, 4, 9]).unwrap();
    let back = read(&written(&map.into())).unwrap();
    let found: Vec<_> =
        back.segments().iter().map(|each| (each.value, each.name.as_str())).collect();
    assert_eq!(found, [(1, "label 4"), (2, "label 9")]);
    assert_eq!(back.layers()[0].voxels(), [0, 1, 2, 2]);
}

#[test]
fn what_dicom_cannot_say_is_refused() {
    let check = |rows: [[f64; 4]; 3], values: Vec<i64>, expected: &str| {
        let grid = Grid::new([1, 1, 1], Affine::from_rows(rows).unwrap()).unwrap();
        let map = LabelMap::new(grid, vec![0], values).unwrap();
        let error = dicom_seg::write(&mut Vec::new(), &map.into()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    let upright = *Affine::IDENTITY.rows();
    let mut sheared = upright;
    sheared[0][2] = 0.1;
    check(sheared, vec![0, 1], "not at right angles");
    check(upright, vec![0], "no structure");
}
