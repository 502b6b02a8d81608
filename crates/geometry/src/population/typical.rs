//! Which member of a population has nothing unusual about it.

use medshape_types::Mesh;
use rayon::prelude::*;

use super::pieces::n_pieces;
use crate::align::principal::principal_frame;
use crate::mesh::{area::area, closed::Closed, volume::signed_volume};

/// Numbers by which shapes are compared.
const N_FEATURES: usize = 6;

/// The number of the mesh that differs least from the median member in volume, area, spread along
/// its principal axes and number of pieces; the one to make a template of. `None` if none of them
/// is closed and solid.
///
/// Each number counts by how far apart the members are in it, as the median of their differences
/// from the median says, which a few odd members do not change.
pub fn most_typical(meshes: &[Mesh]) -> Option<usize> {
    let features: Vec<Option<[f64; N_FEATURES]>> = meshes.par_iter().map(features).collect();
    let known: Vec<[f64; N_FEATURES]> = features.iter().copied().flatten().collect();
    let middle: [f64; N_FEATURES] =
        std::array::from_fn(|n| median(known.iter().map(|features| features[n]).collect()));
    let apart: [f64; N_FEATURES] = std::array::from_fn(|n| {
        // A hundredth at least: below that nobody can say who is odd.
        median(known.iter().map(|features| (features[n] - middle[n]).abs()).collect()).max(0.01)
    });
    let oddness = |features: &[f64; N_FEATURES]| -> f64 {
        (0..N_FEATURES).map(|n| ((features[n] - middle[n]) / apart[n]).powi(2)).sum()
    };
    let odd =
        features.iter().enumerate().filter_map(|(n, found)| Some((n, oddness(found.as_ref()?))));
    odd.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(n, _)| n)
}

fn features(mesh: &Mesh) -> Option<[f64; N_FEATURES]> {
    let volume = signed_volume(Closed::new(mesh)?);
    let [a, b, c] = principal_frame(mesh)?.sd_mm;
    let features = [volume, area(mesh), a, b, c, n_pieces(mesh) as f64].map(f64::ln);
    features.iter().all(|feature| feature.is_finite()).then_some(features)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(size: [f32; 3]) -> Mesh {
        let corner =
            |n: u32| [0, 1, 2].map(|axis: usize| if n >> axis & 1 == 1 { size[axis] } else { 0.0 });
        let faces = [
            [0, 2, 3],
            [0, 3, 1],
            [4, 5, 7],
            [4, 7, 6],
            [0, 1, 5],
            [0, 5, 4],
            [2, 6, 7],
            [2, 7, 3],
            [0, 4, 6],
            [0, 6, 2],
            [1, 3, 7],
            [1, 7, 5],
        ];
        Mesh::new((0..8).map(corner).collect(), faces.to_vec()).unwrap()
    }

    #[test]
    fn the_ordinary_one_is_found_among_odd_ones() {
        let sizes = [
            [10.0, 20.0, 30.0],
            [11.0, 21.0, 33.0],
            [10.5, 20.5, 31.0],
            [50.0, 2.0, 9.0],
            [10.8, 20.8, 60.0],
        ];
        let mut meshes: Vec<Mesh> = sizes.map(block).to_vec();
        meshes.push(Mesh::default());
        assert_eq!(most_typical(&meshes), Some(2));
        assert_eq!(most_typical(&meshes[5..]), None);
        assert_eq!(most_typical(&[]), None);
    }
}
