use super::*;
use crate::align::icp::Fixed;
use crate::align::pairs::Freedom;
use crate::population::correspondence::{CorrespondenceOptions, fitted};
use crate::population::procrustes::superimposed;

/// An ellipsoid by its half axes, as rings of sectors, with rings and sectors shifted by `phase`.
fn ellipsoid(half_axes_mm: [f64; 3], n: u32, phase: f64) -> Mesh {
    let place = |polar: f64, around: f64| {
        let unit = [polar.sin() * around.cos(), polar.sin() * around.sin(), polar.cos()];
        [0, 1, 2].map(|axis| (half_axes_mm[axis] * unit[axis]) as f32)
    };
    let n_sectors = 2 * n;
    let mut positions = vec![place(0.0, 0.0)];
    for ring in 1..n {
        for sector in 0..n_sectors {
            let polar = std::f64::consts::PI * f64::from(ring) / f64::from(n);
            let around = std::f64::consts::PI * (f64::from(sector) + phase) / f64::from(n);
            positions.push(place(polar, around));
        }
    }
    positions.push(place(std::f64::consts::PI, 0.0));
    let last = positions.len() as u32 - 1;
    let at = |ring: u32, sector: u32| 1 + (ring - 1) * n_sectors + sector % n_sectors;
    let mut faces = Vec::new();
    for sector in 0..n_sectors {
        faces.push([0, at(1, sector), at(1, sector + 1)]);
        faces.push([last, at(n - 1, sector + 1), at(n - 1, sector)]);
        for ring in 1..n - 1 {
            let [a, b] = [at(ring, sector), at(ring, sector + 1)];
            let [c, d] = [at(ring + 1, sector), at(ring + 1, sector + 1)];
            faces.extend([[a, c, d], [a, d, b]]);
        }
    }
    Mesh::new(positions, faces).unwrap()
}

/// Half axes of a population that differs in length and in breadth, both independent with mean 0.
fn population() -> Vec<[f64; 3]> {
    let steps = [-1.5, -0.5, 0.5, 1.5];
    let pairs = steps.iter().flat_map(|&a| steps.iter().map(move |&b| (a, b)));
    pairs.map(|(long, broad)| [60.0 + 6.0 * long, 40.0 + 2.0 * broad, 25.0]).collect()
}

fn moved(mesh: &Mesh, number: usize) -> Mesh {
    let (angle, shift) = (0.1 * (number % 5) as f64 - 0.2, 30.0 * number as f64 - 100.0);
    let (sin, cos) = angle.sin_cos();
    let place = |&[x, y, z]: &[f32; 3]| {
        let [x, y, z] = [x, y, z].map(f64::from);
        [cos * x - sin * y + shift, sin * x + cos * y, z - shift].map(|value| value as f32)
    };
    Mesh::new(mesh.positions().iter().map(place).collect(), mesh.faces().to_vec()).unwrap()
}

#[test]
fn two_ways_to_differ_are_two_modes() {
    let shapes: Vec<Vec<[f32; 3]>> = population()
        .into_iter()
        .enumerate()
        .map(|(number, axes)| moved(&ellipsoid(axes, 20, 0.0), number).into_parts().0)
        .collect();
    let template = ellipsoid([60.0, 40.0, 25.0], 20, 0.0);
    let laid = superimposed(&shapes, Freedom::Rigid).unwrap();
    let model = ShapeModel::new(template.faces(), &laid.shapes).unwrap();
    assert_eq!(model.n_modes_for(0.9999), 2);
    assert!(model.modes()[0].explained > model.modes()[1].explained);
    // The mean of the ellipsoids is the ellipsoid of the mean axes, wherever it lies.
    let size = |mesh: &Mesh, axis: usize| {
        let frame = crate::align::principal::principal_frame(mesh).unwrap();
        frame.sd_mm[axis]
    };
    for axis in 0..3 {
        let (found, expected) = (size(model.mean(), axis), size(&template, axis));
        assert!((found - expected).abs() < 1e-3, "{found} {expected}");
    }
    // One standard deviation of the length: 6 mm times that of the steps, which is √(20/15).
    let sd = (20.0_f64 / 15.0).sqrt();
    let length = |mesh: &Mesh| {
        // Where ring 10 of 20 begins, and half way round.
        let ends = [1 + 9 * 40, 1 + 9 * 40 + 20].map(|vertex| mesh.positions()[vertex]);
        let step = crate::vector::sub(ends[0].map(f64::from), ends[1].map(f64::from));
        crate::vector::dot(step, step).sqrt()
    };
    let ratio = length(&model.shape(&[1.0])) / length(&model.shape(&[-1.0]));
    let expected = (60.0 + 6.0 * sd) / (60.0 - 6.0 * sd);
    let is_expected = (ratio - expected).abs() < 1e-3 || (1.0 / ratio - expected).abs() < 1e-3;
    assert!(is_expected, "{ratio} {expected}");
}

#[test]
fn a_member_is_what_its_coefficients_say() {
    let shapes: Vec<Vec<[f32; 3]>> =
        population().into_iter().map(|axes| ellipsoid(axes, 12, 0.0).into_parts().0).collect();
    let faces = ellipsoid([1.0; 3], 12, 0.0).into_parts().1;
    let model = ShapeModel::new(&faces, &shapes).unwrap();
    for shape in &shapes {
        let again = model.shape(&model.coefficients_sd(shape).unwrap());
        for (value, expected) in again.positions().as_flattened().iter().zip(shape.as_flattened()) {
            assert!((value - expected).abs() < 1e-3);
        }
    }
    let total: f64 = model.modes().iter().map(|mode| mode.explained).sum();
    assert!((total - 1.0).abs() < 1e-9);
    // Coefficients of the members have mean 0 and variance 1 along each mode.
    let coefficients: Vec<Vec<f64>> =
        shapes.iter().map(|shape| model.coefficients_sd(shape).unwrap()).collect();
    for mode in 0..2 {
        let along: Vec<f64> = coefficients.iter().map(|all| all[mode]).collect();
        let mean = along.iter().sum::<f64>() / 16.0;
        let variance = along.iter().map(|value| value * value).sum::<f64>() / 15.0;
        assert!(mean.abs() < 1e-3 && (variance - 1.0).abs() < 1e-3, "{mean} {variance}");
    }
}

#[test]
fn the_modes_are_found_through_meshes_that_share_no_vertex() {
    let template = ellipsoid([60.0, 40.0, 25.0], 16, 0.0);
    let shapes: Vec<Vec<[f32; 3]>> = population()
        .into_iter()
        .enumerate()
        .map(|(number, axes)| {
            let shape = moved(&ellipsoid(axes, 60 + number as u32, 0.07 * number as f64), number);
            let found =
                fitted(&template, &Fixed::mesh(&shape), &CorrespondenceOptions::default()).unwrap();
            assert!(found.rms_mm < 0.5, "{}", found.rms_mm);
            found.positions
        })
        .collect();
    let laid = superimposed(&shapes, Freedom::Rigid).unwrap();
    let model = ShapeModel::new(template.faces(), &laid.shapes).unwrap();
    let explained: f64 = model.modes()[..2].iter().map(|mode| mode.explained).sum();
    assert!(explained > 0.99, "{explained}");
}

#[test]
fn without_size_similar_shapes_do_not_differ() {
    let shapes: Vec<Vec<[f32; 3]>> = (0..5)
        .map(|n| {
            let scale = 1.0 + 0.1 * f64::from(n);
            moved(&ellipsoid([60.0 * scale, 40.0 * scale, 25.0 * scale], 10, 0.0), n as usize)
        })
        .map(|mesh| mesh.into_parts().0)
        .collect();
    let faces = ellipsoid([1.0; 3], 10, 0.0).into_parts().1;
    let variance = |freedom: Freedom| {
        let laid = superimposed(&shapes, freedom).unwrap();
        let model = ShapeModel::new(&faces, &laid.shapes).unwrap();
        model.modes().iter().map(|mode| mode.variance_mm2).sum::<f64>()
    };
    assert!(variance(Freedom::Similarity) < 1e-6 * variance(Freedom::Rigid));
}

#[test]
fn what_does_not_fit_gives_nothing() {
    let triangle = vec![[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
    assert_eq!(ShapeModel::new(&[[0, 1, 2]], &[]), None);
    assert_eq!(ShapeModel::new(&[[0, 1, 2]], std::slice::from_ref(&triangle)), None);
    assert_eq!(ShapeModel::new(&[[0, 1, 3]], &[triangle.clone(), triangle.clone()]), None);
    assert_eq!(ShapeModel::new(&[[0, 1, 2]], &[triangle.clone(), triangle[..2].to_vec()]), None);
    let same = ShapeModel::new(&[[0, 1, 2]], &[triangle.clone(), triangle]).unwrap();
    assert!(same.modes().is_empty() && same.n_modes_for(0.9) == 0);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let template = ellipsoid([60.0, 40.0, 25.0], 12, 0.0);
    let shape = ellipsoid([66.0, 37.0, 25.0], 40, 0.3);
    let found = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| fitted(&template, &Fixed::mesh(&shape), &CorrespondenceOptions::default()))
    };
    assert_eq!(found(1), found(3));
}
