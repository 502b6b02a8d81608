//! Features of masks and meshes, against PyRadiomics and against shapes whose numbers are known.

use std::f64::consts::PI;

use medshape_geometry::describe::mask::{MaskFeatures, mask_features};
use medshape_geometry::describe::shape::{ShapeFeatures, shape_features};
use medshape_geometry::surface::{SurfaceOptions, surfaces};
use medshape_types::{Affine, Grid, LabelMap, Mesh};

fn map(dims: [usize; 3], affine: Affine, is_inside: impl Fn([usize; 3]) -> bool) -> LabelMap {
    let at = |i: usize| [i % dims[0], i / dims[0] % dims[1], i / (dims[0] * dims[1])];
    let grid = Grid::new(dims, affine).unwrap();
    let voxels = (0..grid.n_voxels()).map(|i| u16::from(is_inside(at(i)))).collect();
    LabelMap::new(grid, voxels, vec![0, 1]).unwrap()
}

fn spaced(spacing_mm: [f64; 3]) -> Affine {
    Affine::from_spacing(spacing_mm, [0.0; 3]).unwrap()
}

fn features_of(map: &LabelMap) -> MaskFeatures {
    mask_features(map)[1].unwrap()
}

/// The features of PyRadiomics, in its order.
fn in_order(found: &MaskFeatures) -> [f64; 17] {
    [
        found.mesh_volume_mm3,
        found.voxel_volume_mm3,
        found.surface_area_mm2,
        found.surface_volume_ratio_per_mm,
        found.sphericity,
        found.compactness_1,
        found.compactness_2,
        found.spherical_disproportion,
        found.maximum_3d_diameter_mm,
        found.maximum_2d_diameter_slice_mm,
        found.maximum_2d_diameter_column_mm,
        found.maximum_2d_diameter_row_mm,
        found.major_axis_length_mm,
        found.minor_axis_length_mm,
        found.least_axis_length_mm,
        found.elongation,
        found.flatness,
    ]
}

/// Equal to twelve digits.
fn check(found: &MaskFeatures, expected: [f64; 17]) {
    for (at, (value, expected)) in in_order(found).iter().zip(expected).enumerate() {
        let difference = (value / expected - 1.0).abs();
        assert!(
            difference < 1e-12,
            "feature {at}: {value} is not {expected}, off by {difference:e}"
        );
    }
}

/// By PyRadiomics 3.0.1 with SimpleITK 2.5.7 on the same voxels, through
/// `RadiomicsFeatureExtractor.execute` with only its 17 shape features.
#[test]
fn noise_has_the_features_that_pyradiomics_gives_it() {
    // 549 voxels of 1,320: 245 of the 256 cells are there.
    let mut state = 1_u32;
    let mut inside = Vec::new();
    for _ in 0..12 * 11 * 10 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        inside.push((state >> 16) % 100 < 40);
    }
    let map = map([12, 11, 10], spaced([0.7, 1.1, 1.9]), |[x, y, z]| inside[x + 12 * (y + 11 * z)]);
    check(
        &features_of(&map),
        [
            646.7069583333338,
            803.1869999999999,
            1974.0215722284365,
            3.052420492452722,
            0.1832049706796095,
            0.004160109441730156,
            0.006149102863005508,
            5.458367184528028,
            23.265639900935458,
            14.342245291445828,
            20.500975586542218,
            21.95449840010015,
            21.30435224155074,
            14.55650335234236,
            9.702613954302292,
            0.6832643014581886,
            0.4554287238726222,
        ],
    );
}

#[test]
fn a_bitten_ellipsoid_has_the_features_that_pyradiomics_gives_it() {
    let spacing_mm = [0.9, 1.0, 1.5];
    let is_inside = |[x, y, z]: [usize; 3]| {
        let p = [(x as f64 - 19.3) * 0.9, y as f64 - 17.6, (z as f64 - 14.2) * 1.5];
        let q = [(p[0] + 0.4 * p[1]) / 15.0, p[1] / 10.0, (p[2] - 0.3 * p[0]) / 12.0];
        let is_bitten = (p[0] - 8.0).powi(2) + p[1].powi(2) + (p[2] - 5.0).powi(2) < 36.0;
        q.iter().map(|v| v * v).sum::<f64>() < 1.0 && !is_bitten
    };
    check(
        &features_of(&map([40, 36, 30], spaced(spacing_mm), is_inside)),
        [
            6618.150000000037,
            6652.8,
            2530.806105604294,
            0.38240385993129195,
            0.6735703915444378,
            0.029327386287481785,
            0.30559691467567884,
            1.484625827609625,
            34.75140284938149,
            30.17349830563238,
            33.30540496676178,
            24.73863375370596,
            29.13054359488482,
            20.870316793120814,
            17.201985160097163,
            0.7164410346529042,
            0.5905137027074822,
        ],
    );
}

#[test]
fn a_brick_is_its_own_hull_and_box() {
    // A turned and shifted grid: 4 × 6 × 10 voxels of 2 × 1 × 1 mm, with the first axis along y.
    let affine =
        Affine::from_rows([[0.0, -1.0, 0.0, 50.0], [2.0, 0.0, 0.0, -7.0], [0.0, 0.0, 1.0, 3.0]]);
    let is_inside = |[x, y, z]: [usize; 3]| x < 4 && y < 6 && (1..11).contains(&z);
    let found = features_of(&map([5, 7, 12], affine.unwrap(), is_inside));
    assert_eq!(found.voxel_volume_mm3, 480.0);
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
    // Centres from 0 to 3, 0 to 5 and 1 to 10.
    near(found.centroid_mm[0], 50.0 - 2.5);
    near(found.centroid_mm[1], -7.0 + 3.0);
    near(found.centroid_mm[2], 3.0 + 5.5);
    near(found.extent, 1.0);
    // The variance of n even steps is (n² − 1) / 12.
    near(found.major_axis_length_mm, 4.0 * (99.0_f64 / 12.0).sqrt());
    near(found.minor_axis_length_mm, 4.0 * (4.0 * 15.0 / 12.0_f64).sqrt());
    near(found.least_axis_length_mm, 4.0 * (35.0 / 12.0_f64).sqrt());
    near(found.axes[0][2].abs(), 1.0);
    near(found.axes[1][1].abs(), 1.0);
    let size = found.hull.oriented_box.size_mm;
    near(size[0], 10.0);
    near(size[1], 8.0);
    near(size[2], 6.0);
    near(found.hull.oriented_box.axes[1][1].abs(), 1.0);
    for axis in 0..3 {
        near(found.hull.oriented_box.center_mm[axis], found.centroid_mm[axis]);
    }
    near(found.hull.min_width_mm, 6.0);
    assert!(found.solidity > 0.9 && found.solidity <= 1.0);
}

#[test]
fn labels_are_described_each_on_its_own() {
    let at = |index: usize| [index % 20, index / 20 % 18, index / 360];
    let label = |[x, y, z]: [usize; 3]| (x / 7 + 2 * (y / 9) + 3 * (z / 8)) as u16 % 4;
    let grid = Grid::new([20, 18, 16], spaced([1.0, 1.5, 2.0])).unwrap();
    let voxels: Vec<u16> = (0..grid.n_voxels()).map(|index| label(at(index))).collect();
    let all = LabelMap::new(grid, voxels.clone(), vec![0, 1, 2, 5]).unwrap();
    let features = mask_features(&all);
    assert!(features[0].is_none());
    for value in 1..4 {
        let alone = voxels.iter().map(|&voxel| u16::from(voxel == value)).collect();
        let alone = LabelMap::new(grid, alone, vec![0, 1]).unwrap();
        assert_eq!(mask_features(&alone)[1], features[usize::from(value)]);
    }
}

#[test]
fn labels_without_voxels_and_single_voxels_are_no_trouble() {
    let one = features_of(&map([1; 3], spaced([1.0, 2.0, 3.0]), |_| true));
    assert_eq!((one.voxel_volume_mm3, one.mesh_volume_mm3), (6.0, 1.0));
    assert_eq!((one.major_axis_length_mm, one.elongation, one.flatness), (0.0, 0.0, 0.0));
    assert_eq!((one.maximum_3d_diameter_mm, one.maximum_2d_diameter_slice_mm), (3.0, 2.0));
    let grid = Grid::new([2; 3], Affine::IDENTITY).unwrap();
    let empty = LabelMap::new(grid, vec![0; 8], vec![0, 3]).unwrap();
    assert!(mask_features(&empty).iter().all(Option::is_none));
}

#[test]
fn rows_longer_than_a_word_are_whole() {
    // 200 voxels: the row takes four words, and its runs end at their borders.
    let runs: [&[[usize; 2]]; 3] =
        [&[[0, 200]], &[[0, 62], [63, 64], [126, 128], [190, 200]], &[[62, 66]]];
    for runs in runs {
        let is_inside = |[x, y, z]: [usize; 3]| {
            y == 1 && z == 1 && runs.iter().any(|[begin, end]| (begin..end).contains(&&x))
        };
        let found = features_of(&map([200, 3, 3], Affine::IDENTITY, is_inside));
        let n: usize = runs.iter().map(|[begin, end]| end - begin).sum();
        assert_eq!(found.n_voxels, n as u64);
        let length = runs.last().unwrap()[1] - runs[0][0];
        assert_eq!(found.maximum_3d_diameter_mm, length as f64);
        assert_eq!(found.maximum_2d_diameter_slice_mm, length as f64);
        // Each run is a rod of n − 1 unit cells between its centres, capped by pyramids.
        let rod = |[begin, end]: &[usize; 2]| 0.5 * ((end - begin) as f64 - 1.0) + 1.0 / 6.0;
        let volume: f64 = runs.iter().map(rod).sum();
        assert!((found.mesh_volume_mm3 - volume).abs() < 1e-12, "{}", found.mesh_volume_mm3);
    }
}

/// A ball of triangles: an octahedron's faces cut into n² each, pushed onto the sphere.
fn ball(radius_mm: f64, center_mm: [f64; 3], n: u32) -> Mesh {
    let mut positions = Vec::new();
    let mut faces = Vec::new();
    for octant in 0..8_u32 {
        let sign = [0, 1, 2].map(|axis| if octant >> axis & 1 == 0 { 1.0 } else { -1.0 });
        let is_mirrored = octant.count_ones() % 2 == 1;
        let at = |i: u32, j: u32| {
            let p = [f64::from(i), f64::from(j), f64::from(n - i - j)];
            let length = p.iter().map(|v| v * v).sum::<f64>().sqrt();
            [0, 1, 2].map(|a| (center_mm[a] + sign[a] * radius_mm * p[a] / length) as f32)
        };
        let mut push = |corners: [[f32; 3]; 3]| {
            let first = positions.len() as u32;
            positions.extend(corners);
            let [b, c] = if is_mirrored { [2, 1] } else { [1, 2] };
            faces.push([first, first + b, first + c]);
        };
        for i in 0..n {
            for j in 0..n - i {
                push([at(i, j), at(i + 1, j), at(i, j + 1)]);
                if i + j + 1 < n {
                    push([at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)]);
                }
            }
        }
    }
    medshape_geometry::mesh::weld::weld(&Mesh::new(positions, faces).unwrap())
}

fn described(mesh: &Mesh) -> ShapeFeatures {
    shape_features(mesh).unwrap()
}

#[test]
fn a_ball_is_as_round_as_can_be() {
    let found = described(&ball(10.0, [100.0, -50.0, 30.0], 40));
    let solid = found.solid.unwrap();
    let near = |a: f64, b: f64, tolerance: f64| assert!((a / b - 1.0).abs() < tolerance, "{a} {b}");
    near(solid.volume_mm3, 4.0 / 3.0 * PI * 1000.0, 2e-3);
    near(found.area_mm2, 400.0 * PI, 1e-3);
    near(solid.sphericity, 1.0, 1e-3);
    near(solid.compactness_2, 1.0, 2e-3);
    near(solid.compactness_1, 1.0 / (6.0 * PI), 1e-3);
    near(solid.solidity, 1.0, 1e-4);
    // Four standard deviations of a ball: 4 r by the root of 5.
    found.axis_lengths_mm.iter().for_each(|&length| near(length, 40.0 / 5_f64.sqrt(), 1e-3));
    // Two fifths of mass times radius squared.
    solid.inertia_mm5.iter().for_each(|&at| near(at, 40.0 * solid.volume_mm3, 2e-3));
    near(found.hull.unwrap().max_diameter_mm, 20.0, 1e-5);
    near(found.hull.unwrap().min_width_mm, 20.0, 1e-2);
    near(found.curvature.mean_per_mm.mean, 0.1, 1e-2);
    near(found.curvature.gaussian_per_mm2.mean, 0.01, 2e-2);
    near(found.curvature.shape_index.median, 1.0, 2e-2);
    near(found.curvature.bending_energy, 1.0, 2e-2);
    assert!(found.curvature.mean_per_mm.sd < 1e-3);
    assert!(found.roughness.jaggedness.abs() < 1e-3 && found.roughness.roughness_mm < 1e-2);
    assert!(found.symmetry.unwrap().symmetry > 0.99);
    assert_eq!((found.euler_number, found.n_components, found.boundary.len()), (2, 1, 0));
}

#[test]
fn an_open_half_ball_has_a_rim_and_no_volume() {
    let whole = ball(10.0, [0.0; 3], 30);
    let is_upper = |face: &&[u32; 3]| {
        face.iter().map(|&vertex| whole.positions()[vertex as usize][2]).sum::<f32>() > 0.0
    };
    let faces = whole.faces().iter().filter(is_upper).copied().collect();
    let found = described(&Mesh::new(whole.positions().to_vec(), faces).unwrap());
    assert!(found.solid.is_none());
    assert_eq!((found.boundary.len(), found.euler_number), (1, 1));
    assert!((found.boundary[0].length_mm / (20.0 * PI) - 1.0).abs() < 1e-2);
    assert!((found.boundary[0].bending_per_mm - 0.1).abs() < 2e-3);
    // The middle of a half sphere lies at half its height.
    assert!((found.centroid_mm[2] - 5.0).abs() < 0.02);
}

#[test]
fn a_shape_with_two_like_halves_is_symmetric_and_a_hook_is_not() {
    let surface = |is_inside: &dyn Fn([f64; 3]) -> bool| {
        let at = |[x, y, z]: [usize; 3]| [x, y, z].map(|v| v as f64 - 15.2);
        let map = map([32; 3], Affine::IDENTITY, |p| is_inside(at(p)));
        surfaces(&map, &SurfaceOptions::default()).meshes.swap_remove(1)
    };
    let bean = described(&surface(&|[x, y, z]| {
        let bent = y - 0.03 * x * x;
        (x / 12.0).powi(2) + (bent / 4.0).powi(2) + (z / 6.0).powi(2) < 1.0
    }));
    let hook = described(&surface(&|[x, y, z]| {
        let is_arm = x.abs() < 12.0 && y.abs() < 3.0 && z.abs() < 3.0;
        let is_hook =
            (7.0..12.0).contains(&x) && (0.0..12.0).contains(&y) && (0.0..8.0).contains(&z);
        is_arm || is_hook
    }));
    let [bean, hook] = [bean, hook].map(|found| found.symmetry.unwrap());
    println!("bean {bean:?}, hook {hook:?}");
    assert!(bean.symmetry > 0.9 && hook.symmetry < 0.85);
}

#[test]
fn voxels_are_more_jagged_than_the_surface_behind_them() {
    let is_inside = |[x, y, z]: [usize; 3]| {
        [x, y, z].iter().map(|&v| (v as f64 - 12.3).powi(2)).sum::<f64>() < 100.0
    };
    let map = map([26; 3], Affine::IDENTITY, is_inside);
    let plain = SurfaceOptions { reach_voxels: 0, ..SurfaceOptions::default() };
    let [bare, smooth] = [plain, SurfaceOptions::default()]
        .map(|options| described(&surfaces(&map, &options).meshes[1]));
    println!("bare {:?}, smooth {:?}", bare.roughness, smooth.roughness);
    assert!(bare.roughness.jaggedness > 0.2 && smooth.roughness.jaggedness < 0.01);
    assert!(bare.roughness.fold_degrees.mean > 3.0 * smooth.roughness.fold_degrees.mean);
    assert!(bare.roughness.roughness_mm > 3.0 * smooth.roughness.roughness_mm);
}

#[test]
fn nothing_has_no_features() {
    assert!(shape_features(&Mesh::default()).is_none());
    let point = Mesh::new(vec![[1.0; 3]], vec![[0, 0, 0]]).unwrap();
    assert!(shape_features(&point).is_none());
    let flat = vec![[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
    let found = described(&Mesh::new(flat, vec![[0, 1, 2]]).unwrap());
    assert!(found.hull.is_none() && found.solid.is_none());
    assert!((found.area_mm2 - 0.5).abs() < 1e-9);
}
