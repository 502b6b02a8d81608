//! Outlines of shapes whose volumes are known.

use std::f64::consts::PI;

use medshape_types::{ContouredStructure, Contours, LayersError};

use super::*;
use crate::vector::{add, scaled};

fn structure(number: i64, outlines: Vec<Vec<[f64; 3]>>) -> ContouredStructure {
    ContouredStructure { number, outlines, ..ContouredStructure::default() }
}

fn contours(structures: Vec<ContouredStructure>) -> Contours {
    Contours { structures, n_left_out: 0 }
}

/// A circle in the plane of two axes.
fn circle(center: [f64; 3], radius: f64, [u, v]: [[f64; 3]; 2]) -> Vec<[f64; 3]> {
    let at = |n: usize| {
        let (sin, cos) = (2.0 * PI * n as f64 / 360.0).sin_cos();
        add(center, add(scaled(u, radius * cos), scaled(v, radius * sin)))
    };
    (0..360).map(at).collect()
}

const X: [f64; 3] = [1.0, 0.0, 0.0];
const Y: [f64; 3] = [0.0, 1.0, 0.0];

fn square(size: f64, [x, y, z]: [f64; 3]) -> Vec<[f64; 3]> {
    vec![[x, y, z], [x + size, y, z], [x + size, y + size, z], [x, y + size, z]]
}

fn voxels(contours: &Contours) -> Segmentation {
    rasterised(contours, &RasterOptions::default()).unwrap()
}

/// Volume of each structure, in mm³.
fn volumes(segmentation: &Segmentation) -> Vec<f64> {
    let of = |segment: &Segment| {
        let layer = &segmentation.layers()[segment.layer];
        let index = layer.values().iter().position(|&value| value == segment.value).unwrap();
        layer.counts()[index] as f64 * segmentation.grid().voxel_volume_mm3()
    };
    segmentation.segments().iter().map(of).collect()
}

fn check_volume(outlines: Vec<Vec<[f64; 3]>>, expected: f64) {
    let [volume] = volumes(&voxels(&contours(vec![structure(1, outlines)])))[..] else { panic!() };
    assert!((volume / expected - 1.0).abs() < 0.01, "{volume} {expected}");
}

#[test]
fn a_cylinder_and_a_sphere_have_their_volumes() {
    let at = |n: usize| [7.3, -11.1, -40.0 + 2.5 * n as f64];
    let cylinder = (0..40).map(|n| circle(at(n), 30.0, [X, Y])).collect();
    check_volume(cylinder, PI * 900.0 * 100.0);
    let radius = |z: f64| (40.0_f64.powi(2) - z * z).sqrt();
    let sphere = (0..40).map(|n| -39.0 + 2.0 * f64::from(n));
    let sphere = sphere.map(|z| circle([1.0, 2.0, z], radius(z), [X, Y])).collect();
    check_volume(sphere, 4.0 / 3.0 * PI * 40.0_f64.powi(3));
}

#[test]
fn an_oblique_cylinder_lies_where_it_was_drawn() {
    let axes = [[0.6, 0.0, -0.8], [0.0, 1.0, 0.0]];
    let normal = [0.8, 0.0, 0.6];
    let center = |n: usize| add([10.0, -20.0, 30.0], scaled(normal, 3.0 * n as f64));
    let outlines: Vec<_> = (0..20).map(|n| circle(center(n), 25.0, axes)).collect();
    check_volume(outlines.clone(), PI * 625.0 * 60.0);
    let segmentation = voxels(&contours(vec![structure(1, outlines)]));
    let grid = segmentation.grid();
    let mut middle = [0.0; 3];
    for z in 0..grid.dims()[2] {
        for y in 0..grid.dims()[1] {
            for x in 0..grid.dims()[0] {
                if segmentation.layers()[0].voxels().at(grid.index([x, y, z])) == 1 {
                    let voxel = [x, y, z].map(|index| index as f64);
                    middle = add(middle, grid.world_from_voxel().apply(voxel));
                }
            }
        }
    }
    let n_inside = segmentation.layers()[0].counts()[1] as f64;
    let expected = add([10.0, -20.0, 30.0], scaled(normal, 28.5));
    for (value, expected) in scaled(middle, 1.0 / n_inside).iter().zip(expected) {
        assert!((value - expected).abs() < 0.05, "{value} {expected}");
    }
}

#[test]
fn a_hole_is_a_hole_as_outline_and_as_keyhole() {
    let layers = |of: &dyn Fn(f64) -> Vec<Vec<[f64; 3]>>| -> Vec<Vec<[f64; 3]>> {
        (0..10).flat_map(|z| of(f64::from(z))).collect()
    };
    let outer = |z| square(30.0, [0.0, 0.0, z]);
    let inner = |z| square(10.0, [10.0, 10.0, z]);
    let island = |z| square(4.0, [13.0, 13.0, z]);
    check_volume(layers(&|z| vec![outer(z), inner(z)]), 800.0 * 10.0);
    check_volume(layers(&|z| vec![outer(z), inner(z), island(z)]), 816.0 * 10.0);
    let keyhole = |z| {
        let mut path = outer(z);
        path.push([0.0, 0.0, z]);
        path.extend(inner(z));
        path.push([10.0, 10.0, z]);
        vec![path]
    };
    check_volume(layers(&keyhole), 800.0 * 10.0);
}

#[test]
fn planes_far_apart_leave_a_gap_and_near_ones_do_not() {
    let slices = |places: &[f64]| {
        let mut outlines: Vec<_> = places.iter().map(|&z| square(10.0, [0.0, 0.0, z])).collect();
        // The gaps that are most common are of 2 mm.
        outlines.extend((0..9).map(|n| square(10.0, [0.0, 0.0, 100.0 + 2.0 * f64::from(n)])));
        let segmentation = voxels(&contours(vec![structure(1, outlines)]));
        assert_eq!(segmentation.grid().spacing_mm()[2], 2.0);
        volumes(&segmentation)[0] / 200.0 - 9.0
    };
    assert_eq!(slices(&[0.0, 2.0, 4.0]), 3.0);
    assert_eq!(slices(&[0.0, 3.0, 6.0]), 4.0);
    assert_eq!(slices(&[0.0, 4.0, 8.0]), 3.0);
    assert_eq!(slices(&[0.0, 1.0, 2.0]), 2.0);
}

#[test]
fn structures_that_touch_share_no_voxel_and_those_that_overlap_share_no_layer() {
    let touching = contours(vec![
        structure(5, vec![square(10.0, [0.0; 3])]),
        structure(3, vec![square(10.0, [10.0, 0.0, 0.0])]),
        structure(4, vec![]),
        structure(9, vec![square(5.0, [8.0, 0.0, 0.0])]),
    ]);
    let segmentation = voxels(&touching);
    assert_eq!(volumes(&segmentation), [100.0, 100.0, 0.0, 25.0]);
    let places: Vec<_> =
        segmentation.segments().iter().map(|each| (each.layer, each.value)).collect();
    assert_eq!(places, [(0, 5), (0, 3), (0, 4), (1, 9)]);
}

#[test]
fn numbers_that_are_no_labels_are_counted_anew() {
    for numbers in [[0, 1], [7, 7]] {
        let structures = numbers.map(|number| structure(number, vec![square(5.0, [0.0; 3])]));
        let segmentation = voxels(&contours(structures.to_vec()));
        let values: Vec<i64> = segmentation.segments().iter().map(|each| each.value).collect();
        assert_eq!(values, [1, 2]);
    }
}

#[test]
fn what_cannot_become_voxels_is_refused() {
    let check = |outlines: Vec<Vec<[f64; 3]>>, options: RasterOptions, expected: ContourError| {
        let found = rasterised(&contours(vec![structure(1, outlines)]), &options);
        assert_eq!(found.map(|_| ()), Err(expected));
    };
    let options = RasterOptions::default();
    let flat = vec![[0.0; 3], [1.0, 1.0, 0.0], [2.0, 2.0, 0.0]];
    check(vec![], options, ContourError::Empty);
    check(vec![flat, vec![]], options, ContourError::Empty);
    let upright = vec![[0.0; 3], [5.0, 0.0, 0.0], [5.0, 0.0, 5.0]];
    let lying = square(50.0, [0.0; 3]);
    check(vec![lying.clone(), upright], options, ContourError::NotParallel(String::new()));
    for far in [1e300, f64::NAN, f64::INFINITY] {
        let outlines = vec![square(1.0, [far, 0.0, 0.0])];
        check(outlines, options, ContourError::Grid(GridError::Dim));
    }
    let dim = ContourError::Grid(GridError::Dim);
    check(vec![square(4095.0, [0.0; 3])], options, dim);
    for slice_mm in [Some(0.0), Some(f64::NAN), Some(-1.0), Some(101.0)] {
        let options = RasterOptions { slice_mm, ..options };
        check(vec![lying.clone()], options, ContourError::Grid(GridError::Spacing));
    }
    let options = RasterOptions { in_plane_mm: 0.0, slice_mm: Some(1.0), ..options };
    check(vec![lying], options, ContourError::Grid(GridError::Spacing));
}

#[test]
fn limits_hold_at_their_edges() {
    let of = |outlines: Vec<Vec<[f64; 3]>>, voxels: usize, layers: usize| {
        let options = RasterOptions { voxels, layers, ..RasterOptions::default() };
        let structures = outlines.into_iter().map(|outline| structure(0, vec![outline]));
        rasterised(&contours(structures.collect()), &options).map(|_| ())
    };
    // Ten by ten voxels with those around it, and three slices.
    let eight = || square(8.0, [0.0; 3]);
    assert_eq!(of(vec![eight()], 299, 1), Err(ContourError::TooManyVoxels(299)));
    assert_eq!(of(vec![eight()], 300, 1), Ok(()));
    assert_eq!(of(vec![eight()], 301, 1), Ok(()));
    // An edge up or down crosses eight rows.
    let zigzag = |n: usize| {
        let at = |n: usize| [if n == 0 { 8.0 } else { 0.0 }, 8.0 * (n % 2) as f64, 0.0];
        // With an area at its beginning.
        let points = (0..n).map(at).chain([[0.0; 3], [8.0, 0.0, 0.0]]);
        vec![points.collect::<Vec<_>>()]
    };
    assert_eq!(of(zigzag(36), 300, 1), Ok(()));
    assert_eq!(of(zigzag(38), 300, 1), Err(ContourError::TooLong(300)));
    let too_many = Err(ContourError::Layers(LayersError::TooManyLayers));
    assert_eq!(of(vec![eight(), eight()], 300, 1), too_many);
    assert_eq!(of(vec![eight(), eight()], 300, 2), Ok(()));
}

proptest::proptest! {
    #[test]
    fn any_outlines_are_answered(
        outlines in proptest::collection::vec(
            proptest::collection::vec(proptest::array::uniform3(-20.0..20.0_f64), 0..7), 0..6),
        is_flat in proptest::bool::ANY,
        slice_mm in proptest::option::of(0.0..30.0_f64),
    ) {
        let place = |z: f64| if is_flat { 0.01 * z.round() } else { z };
        let flat = |points: Vec<[f64; 3]>| points.into_iter().map(|[x, y, z]| [x, y, place(z)]);
        let structures =
            outlines.into_iter().map(|outline| structure(1, vec![flat(outline).collect()]));
        let options = RasterOptions { slice_mm, voxels: 1 << 16, ..RasterOptions::default() };
        if let Ok(segmentation) = rasterised(&contours(structures.collect()), &options) {
            proptest::prop_assert!(segmentation.grid().n_voxels() <= 1 << 16);
        }
    }
}
