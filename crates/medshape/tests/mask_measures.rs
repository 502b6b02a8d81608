//! Measures and resampling of real organs against what other programs say of the same voxels.

use std::path::{Path, PathBuf};

use medshape::geometry::compare::border_dice::border_overlap;
use medshape::geometry::compare::overlap::overlaps;
use medshape::geometry::compare::surface_distance::{SurfaceKind, surface_distances};
use medshape::geometry::voxels::mask::MaskView;
use medshape::geometry::voxels::resample::{Interpolation, with_spacing};
use medshape::types::{Affine, Grid, LabelMap};

/// Organ, spacing, then Dice, Jaccard and Hausdorff distance of MedPy 0.5.2, HD95 of MONAI 1.7 and of
/// MedPy, `assd` and `asd` of MedPy, average of MONAI, its surface Dice at 2 mm; of surface-distance
/// 0.1 HD95, the two averages and surface Dice at 2 mm; border Dice of AutoImplant.
/// `python3 tests/oracles/mask_measures.py` prints it.
const REFERENCE: [(&str, [f64; 3], [f64; 14]); 8] = [
    (
        "liver",
        [1.5, 1.5, 1.5],
        [
            0.97277566,
            0.946994363,
            3.35410197,
            2.12132025,
            2.12132034,
            0.895922784,
            0.750243259,
            0.89592284,
            0.921942294,
            1.5,
            0.619481068,
            0.627264396,
            0.975810187,
            0.980178883,
        ],
    ),
    (
        "liver",
        [0.7, 1.3, 2.1],
        [
            0.97277566,
            0.946994363,
            3.96232255,
            1.91049731,
            1.47648231,
            0.618944761,
            0.519435492,
            0.618944764,
            0.971069396,
            1.4,
            0.411476718,
            0.404443651,
            0.984810784,
            0.980178883,
        ],
    ),
    (
        "aorta",
        [1.5, 1.5, 1.5],
        [
            0.921587097,
            0.854577217,
            3.35410197,
            2.12132025,
            1.5,
            0.789676876,
            0.678517202,
            0.789676905,
            0.960287869,
            1.5,
            0.590250383,
            0.576276243,
            0.983552921,
            0.918915348,
        ],
    ),
    (
        "aorta",
        [0.7, 1.3, 2.1],
        [
            0.921587097,
            0.854577217,
            2.6,
            1.39999998,
            1.4,
            0.491293068,
            0.439840796,
            0.491293073,
            0.984153032,
            1.3,
            0.354185521,
            0.330621237,
            0.992954434,
            0.918915348,
        ],
    ),
    (
        "vertebrae_L1",
        [1.5, 1.5, 1.5],
        [
            0.905921742,
            0.828022799,
            3.0,
            2.12132025,
            1.5,
            0.771438321,
            0.671753787,
            0.771438301,
            0.962569416,
            1.5,
            0.579911928,
            0.550939529,
            0.985715265,
            0.915128585,
        ],
    ),
    (
        "vertebrae_L1",
        [0.7, 1.3, 2.1],
        [
            0.905921742,
            0.828022799,
            4.2,
            2.0999999,
            2.1,
            0.542861177,
            0.498201041,
            0.542861164,
            0.93664974,
            1.4,
            0.389365176,
            0.351032709,
            0.968539138,
            0.915128585,
        ],
    ),
    (
        "colon",
        [1.5, 1.5, 1.5],
        [
            0.944468265,
            0.894779602,
            3.0,
            2.12132025,
            2.12132034,
            0.852724266,
            0.712351542,
            0.852724373,
            0.944309711,
            1.5,
            0.586316637,
            0.579819041,
            0.980479503,
            0.953728625,
        ],
    ),
    (
        "colon",
        [0.7, 1.3, 2.1],
        [
            0.944468265,
            0.894779602,
            4.2,
            1.91049731,
            1.47648231,
            0.57237534,
            0.487279992,
            0.572375298,
            0.969842255,
            1.4,
            0.373634772,
            0.359689458,
            0.986111357,
            0.953728625,
        ],
    ),
];

fn masks() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/volumes/wholebody/totalsegv2_s0328/segmentations");
    if !folder.exists() {
        println!("skipped: {} is not there", folder.display());
        return None;
    }
    Some(folder)
}

/// The voxels of a mask, as if they had this spacing.
fn mask(folder: &Path, organ: &str, spacing_mm: [f64; 3]) -> LabelMap {
    let file = folder.join(organ).with_extension("nii.gz");
    let (grid, voxels, values) = medshape::formats::nifti::read_label_map(
        &medshape::formats::Input::on_disk(&file),
        &medshape::formats::Limits::DEFAULT,
    )
    .unwrap()
    .into_parts();
    let affine = Affine::from_spacing(spacing_mm, [0.0; 3]).unwrap();
    LabelMap::of_voxels(Grid::new(grid.dims(), affine).unwrap(), voxels, values).unwrap()
}

/// The map, each block of eight voxels taking the label of its first.
fn coarse(map: &LabelMap) -> LabelMap {
    let grid = *map.grid();
    let [nx, ny, nz] = grid.dims();
    let even = |at: usize| at - at % 2;
    let voxels = (0..nx * ny * nz)
        .map(|index| [index % nx, index / nx % ny, index / (nx * ny)].map(even))
        .map(|voxel| map.voxels().at(grid.index(voxel)));
    LabelMap::new(grid, voxels.collect(), map.values().to_vec()).unwrap()
}

/// The map one voxel farther along x.
fn moved(map: &LabelMap) -> LabelMap {
    let mut voxels = map.voxels().to_wide();
    voxels.rotate_right(1);
    LabelMap::new(*map.grid(), voxels, map.values().to_vec()).unwrap()
}

fn measures(organ: &LabelMap) -> [f64; 14] {
    let (coarse, moved) = (coarse(organ), moved(organ));
    let overlap = overlaps(organ, &coarse).unwrap()[0].1;
    let [a, b, moved] = [organ, &coarse, &moved].map(|map| MaskView::of(map, 1));
    let voxels = surface_distances(a, b, SurfaceKind::Voxels).unwrap();
    let cells = surface_distances(a, b, SurfaceKind::Cells).unwrap();
    [
        overlap.dice(),
        overlap.jaccard(),
        voxels.hausdorff_mm(),
        voxels.hausdorff_percentile_mm(95.0),
        voxels.pooled_percentile_mm(95.0),
        voxels.mean_mm(),
        voxels.from_a.mean_mm(),
        voxels.mean_mm(),
        voxels.surface_dice(2.0),
        cells.hausdorff_percentile_mm(95.0),
        cells.from_a.mean_mm(),
        cells.from_b.mean_mm(),
        cells.surface_dice(2.0),
        border_overlap(a, moved, b, 10.0).unwrap().dice(),
    ]
}

#[test]
fn measures_of_organs_are_those_of_other_programs() {
    let Some(folder) = masks() else { return };
    for (organ, spacing_mm, expected) in REFERENCE {
        let map = mask(&folder, organ, spacing_mm);
        for (number, (found, expected)) in measures(&map).into_iter().zip(expected).enumerate() {
            let error = (found - expected).abs() / expected;
            assert!(error < 2e-6, "{organ}, {spacing_mm:?}, {number}: {found} is not {expected}");
        }
    }
}

/// Six organs, and what SimpleITK 2.5.7 makes of them: each label, the background too, resampled linearly,
/// and the first of the largest. Spacing, then voxels of each label, then the sums over all voxels of the
/// label times the index along each axis. `tests/oracles/mask_measures.py` prints it.
const ORGANS: [&str; 6] = ["spleen", "stomach", "liver", "vertebrae_L1", "aorta", "rib_left_7"];
const RESAMPLED: [([f64; 3], [u64; 7], [u64; 3]); 2] = [
    (
        [0.97, 1.07, 1.31],
        [44798154, 156225, 276805, 1490454, 48595, 74997, 4650],
        [1406329972, 1051930326, 1452481880],
    ),
    (
        [1.37, 0.83, 1.19],
        [45032338, 156271, 277979, 1495769, 48293, 75185, 4655],
        [998278373, 1361092915, 1604209228],
    ),
];

#[test]
fn resampling_is_that_of_another_program_but_for_ties() {
    let Some(folder) = masks() else { return };
    let mut merged = mask(&folder, ORGANS[0], [1.5; 3]).voxels().to_wide();
    for (number, organ) in (2..).zip(&ORGANS[1..]) {
        let other = mask(&folder, organ, [1.5; 3]);
        for (voxel, inside) in merged.iter_mut().zip(other.voxels().iter()) {
            *voxel = if inside == 1 { number } else { *voxel };
        }
    }
    let grid = *mask(&folder, ORGANS[0], [1.5; 3]).grid();
    let map = LabelMap::new(grid, merged, (0..7).collect()).unwrap();
    for (spacing_mm, counts, sums) in RESAMPLED {
        let found = with_spacing(&map, spacing_mm, Interpolation::Linear).unwrap();
        let [nx, ny, _] = found.grid().dims();
        let mut found_sums = [0; 3];
        for (index, label) in found.voxels().iter().enumerate() {
            for (sum, at) in
                found_sums.iter_mut().zip([index % nx, index / nx % ny, index / (nx * ny)])
            {
                *sum += (at * usize::from(label)) as u64;
            }
        }
        let found = found.counts();
        println!("{found:?} {found_sums:?}, expected {counts:?} {sums:?}");
        let pairs = found.iter().chain(&found_sums).zip(counts.iter().chain(&sums));
        assert!(pairs.into_iter().all(|(a, b)| (*a as f64 / *b as f64 - 1.0).abs() < TIES));
    }
}

/// The part of a label's voxels in which two labels have equally much, and each program takes another.
const TIES: f64 = 1e-4;
