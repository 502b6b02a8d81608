use super::*;
use crate::mesh::closed::Closed;
use crate::phantom::Sex;
use crate::phantom::population::law;
use crate::phantom::skull::grid as skull_grid;
use crate::voxels::components::{Components, Connectivity};
use medshape_types::LabelMap;

const N_SEEDS: u64 = 4000;

fn drawn() -> Vec<Tissue> {
    (0..N_SEEDS).into_par_iter().map(Tissue::of_seed).collect()
}

fn moments(values: &[f64]) -> [f64; 2] {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    [mean, (values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / n).sqrt()]
}

fn number(name: &str) -> usize {
    SITES.iter().position(|site| site.name == name).unwrap()
}

#[test]
fn thickness_has_the_means_and_deviations_of_the_table() {
    let drawn = drawn();
    for (index, site) in SITES.iter().enumerate() {
        for sex in [Sex::Female, Sex::Male] {
            let of_sex = drawn.iter().filter(|tissue| tissue.sex == sex);
            let [mean, deviation] =
                moments(&of_sex.map(|tissue| tissue.thickness_mm[index][0]).collect::<Vec<_>>());
            let law = law(site.law, sex).unwrap();
            assert!((mean / law.mean - 1.0).abs() < 0.03, "{} {sex:?} {mean}", site.name);
            assert!((deviation / law.deviation - 1.0).abs() < 0.15, "{} {deviation}", site.name);
        }
    }
    // Lebanese adults of both sexes (n = 222): the thinnest and the thickest of the midline.
    for (name, mean_mm, deviation_mm) in [("rhinion", 3.1, 0.7), ("subnasale", 15.6, 2.4)] {
        let all = drawn.iter().map(|tissue| tissue.thickness_mm[number(name)][0]);
        let [mean, deviation] = moments(&all.collect::<Vec<_>>());
        assert!((mean / mean_mm - 1.0).abs() < 0.03, "{name} {mean}");
        assert!((deviation / deviation_mm - 1.0).abs() < 0.15, "{name} {deviation}");
    }
}

#[test]
fn men_are_thicker_but_for_the_glabella() {
    for site in SITES {
        let [male, female] = [Sex::Male, Sex::Female].map(|sex| law(site.law, sex).unwrap().mean);
        assert_eq!(male > female, site.name != "glabella", "{}", site.name);
    }
}

/// The same study: lips 0.76, pogonion and gnathion 0.78.
#[test]
fn lips_go_together_and_so_does_the_chin() {
    let drawn = drawn();
    let correlation = |a: &str, b: &str| {
        let [a, b] = [a, b].map(|name| {
            drawn.iter().map(|tissue| tissue.thickness_mm[number(name)][0]).collect::<Vec<_>>()
        });
        let ([mean_a, deviation_a], [mean_b, deviation_b]) = (moments(&a), moments(&b));
        let products = a.iter().zip(&b).map(|(a, b)| (a - mean_a) * (b - mean_b));
        products.sum::<f64>() / (a.len() as f64 * deviation_a * deviation_b)
    };
    let lips = correlation("labrale superius", "labrale inferius");
    let chin = correlation("pogonion", "gnathion");
    assert!((lips - 0.76).abs() < 0.1, "{lips}");
    assert!((chin - 0.78).abs() < 0.1, "{chin}");
    assert!(correlation("vertex", "gonion").abs() < 0.4);
    let nutrition: Vec<f64> = drawn.iter().map(|tissue| tissue.nutrition).collect();
    assert!((moments(&nutrition)[1] - 1.0).abs() < 0.05);
}

/// Measured in millimetres of the world, on the function itself.
#[test]
fn skin_is_as_thick_over_each_landmark_as_was_drawn() {
    for seed in (0..8).chain([900_000, 900_001]) {
        let skin = Skin::new(seed);
        assert_eq!(skin.landmarks().len(), 12 + 2 * 7);
        for landmark in skin.landmarks() {
            let name = SITES[landmark.site].name;
            assert!(skin.skull().distance_mm(landmark.bone_mm).abs() < 1e-3, "{seed} {name}");
            let found = crossing(landmark.bone_mm, landmark.outward, 60.0, |p| skin.distance_mm(p));
            let off = found.unwrap() - landmark.thickness_mm;
            assert!(off.abs() < 0.05, "{seed} {name} {} {off}", landmark.thickness_mm);
        }
    }
}

fn mask(skin: &Skin, resolution: usize) -> LabelMap {
    let grid = grid(resolution);
    let mut voxels = vec![0_u16; grid.n_voxels()];
    for leaf in skin.leaves(&grid) {
        leaf.voxels().for_each(|voxel| voxels[grid.index(voxel)] = 1);
    }
    LabelMap::new(grid, voxels, vec![0, 1]).unwrap()
}

#[test]
fn the_skin_is_closed_in_one_piece_and_encloses_the_skull() {
    for seed in [0, 3, 11, 57, 102, 900_002, 900_017] {
        let skin = Skin::new(seed);
        let map = mask(&skin, 96);
        let [inside, outside] = [Components::of, Components::of_background]
            .map(|components| components(&map, Connectivity::Faces));
        for parts in [inside, outside] {
            let middles = parts.list().iter().map(|part| part.centroid_voxel());
            let middles: Vec<_> =
                middles.map(|middle| map.grid().world_from_voxel().apply(middle)).collect();
            assert_eq!(middles.len(), 1, "{seed} {middles:?}");
        }
        let mesh = skin.surface(map.grid());
        assert!(Closed::new(&mesh).is_some(), "{seed}");
        let bone = skin.skull().leaves(map.grid());
        let voxels: Vec<_> = bone.iter().flat_map(|leaf| leaf.voxels()).collect();
        assert!(voxels.len() > 20_000, "{seed} {}", voxels.len());
        for voxel in voxels {
            let place = map.grid().world_from_voxel().apply(voxel.map(|at| at as f64));
            assert!(skin.distance_mm(place) < 0.0, "{seed} {place:?}");
        }
        // Nothing touches the border of the grid but the neck.
        let touching = |axis: usize, at: usize| {
            let [n_x, n_y, _] = map.grid().dims();
            let place = |index: usize| [index % n_x, index / n_x % n_y, index / (n_x * n_y)];
            let all = map.voxels().iter().enumerate();
            all.filter(|&(index, label)| label == 1 && place(index)[axis] == at).count()
        };
        let dims = map.grid().dims();
        for (axis, at) in [(0, 0), (0, dims[0] - 1), (1, 0), (1, dims[1] - 1), (2, dims[2] - 1)] {
            assert_eq!(touching(axis, at), 0, "{seed} {axis} {at}");
        }
    }
}

/// Blocks and leaves that are settled by one look lose nothing, and every resolution shows one face.
#[test]
fn a_face_is_the_same_at_every_resolution() {
    let skin = Skin::new(7);
    let map = mask(&skin, 48);
    let [n_x, n_y, _] = map.grid().dims();
    for (index, label) in map.voxels().iter().enumerate() {
        let voxel = [index % n_x, index / n_x % n_y, index / (n_x * n_y)].map(|at| at as f64);
        let is_in = skin.distance_mm(map.grid().world_from_voxel().apply(voxel)) < 0.0;
        assert_eq!(label == 1, is_in, "{voxel:?}");
    }
    let [coarse, fine] = [48, 96].map(|resolution| {
        let map = mask(&skin, resolution);
        map.counts()[1] as f64 * map.grid().voxel_volume_mm3()
    });
    assert!((coarse / fine - 1.0).abs() < 0.01, "{coarse} {fine}");
    let one = Skin::new(7).surface(&grid(48));
    assert_eq!(one, skin.surface(&grid(48)));
    assert_ne!(one, Skin::new(8).surface(&grid(48)));
    // Its frame is that of skulls.
    assert_eq!(skull_grid(64).spacing_mm()[0], 3.6);
}
