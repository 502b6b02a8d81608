//! Answers of a network brought back to the voxels of an image, as labels.

use medshape_geometry::voxels::resample::{Interpolation, onto};
use medshape_types::LabelMap;
use rayon::prelude::*;

use crate::array::{Array, Resampling, Shape};
use crate::image::Frame;
use crate::plans::{Answer, Labels};

/// For each voxel of the image's box the place of its label in `Labels::values`, plus one; 0 where no
/// answer says anything.
///
/// Answers are brought back one after the other, and only the best so far is kept: all of them on the
/// grid of the image are often more than there is memory for.
pub fn labels(
    answers: Vec<Array<f32>>,
    shape: Shape,
    by: &Resampling,
    [network_mm, image_mm]: [[f64; 3]; 2],
    labels: &Labels,
) -> Array<u16> {
    let mut best = Array::filled(shape, threshold(labels.answer));
    let mut places = Array::filled(shape, 0_u16);
    for (place, answer) in answers.into_iter().enumerate() {
        let answer = answer.resampled(shape, by, network_mm, image_mm);
        let voxels = places.values_mut().par_iter_mut().zip(best.values_mut().par_iter_mut());
        let is_region = labels.answer == Answer::Regions;
        voxels.zip(answer.values().par_iter()).for_each(|((label, best), value)| {
            if value > best {
                *label = place as u16 + 1;
                *best = if is_region { *best } else { *value };
            }
        });
    }
    places
}

/// From where an answer counts.
fn threshold(answer: Answer) -> f32 {
    match answer {
        Answer::Largest => f32::NEG_INFINITY,
        // The logistic function of it is more than a half.
        Answer::Regions => 0.0,
    }
}

/// The label map of the whole image on the grid of its file.
///
/// `places` are those of the box `span` of the axes that `transpose` made.
pub fn map(places: Array<u16>, image: &Frame, transpose: [usize; 3], labels: &Labels) -> LabelMap {
    let structures = labels.structures();
    let index = |value: u16| {
        structures.iter().position(|(known, _)| *known == value).map_or(0, |at| at + 1)
    };
    let indices: Vec<u16> = std::iter::once(0)
        .chain(labels.values.iter().map(|(value, _)| index(*value) as u16))
        .collect();
    let mut back = [0; 3];
    transpose.iter().enumerate().for_each(|(at, axis)| back[*axis] = at);
    let mut whole = places.placed(&image.span, image.whole).transposed(back).into_values();
    whole.par_iter_mut().for_each(|place| *place = indices[usize::from(*place)]);
    let values = std::iter::once(0).chain(structures.iter().map(|(value, _)| i64::from(*value)));
    let map = LabelMap::new(image.read_grid, whole, values.collect());
    let map = map.expect("indices of the structures, one for each voxel of the image");
    if image.read_grid == image.grid {
        map
    } else {
        onto(&map, &image.grid, Interpolation::Nearest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use medshape_geometry::voxels::resize::Order;

    fn check(answer: Answer, values: [[f32; 3]; 3], expected: [u16; 3]) {
        let by = Resampling { order: Order::Linear, order_apart: Order::Nearest, apart: None };
        let answers = values.map(|values| Array::new([1, 1, 3], values.to_vec()).unwrap()).to_vec();
        let known =
            Labels { answer, values: vec![(0, "a".into()), (1, "b".into()), (2, "c".into())] };
        let found = labels(answers, [1, 1, 3], &by, [[1.0; 3]; 2], &known);
        assert_eq!(found.values(), expected);
    }

    #[test]
    fn the_first_of_the_largest_answers_wins() {
        check(Answer::Largest, [[-3.0, 1.0, 0.0], [-2.0, 1.0, 5.0], [-4.0, 1.0, 6.0]], [2, 1, 3]);
    }

    #[test]
    fn the_last_of_the_regions_that_have_a_voxel_wins() {
        check(Answer::Regions, [[-3.0, 9.0, 0.1], [-2.0, 1.0, 5.0], [-4.0, -1.0, 0.1]], [0, 2, 3]);
    }
}
