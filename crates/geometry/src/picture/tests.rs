use super::*;

const GREY: [u8; 3] = [180, 180, 180];

fn sphere(centre: [f32; 3], radius: f32) -> Mesh {
    let (n_rings, n_sides) = (64, 128);
    let mut positions = Vec::new();
    for ring in 0..=n_rings {
        let polar = std::f32::consts::PI * ring as f32 / n_rings as f32;
        for side in 0..n_sides {
            let turn = std::f32::consts::TAU * side as f32 / n_sides as f32;
            let direction = [polar.sin() * turn.cos(), polar.sin() * turn.sin(), polar.cos()];
            positions.push([0, 1, 2].map(|axis| centre[axis] + radius * direction[axis]));
        }
    }
    let vertex = |ring: u32, side: u32| ring * n_sides + side % n_sides;
    let faces = (0..n_rings).flat_map(|ring| {
        (0..n_sides).flat_map(move |side| {
            let corners = [(0, 0), (1, 0), (1, 1), (0, 1)];
            let [a, b, c, d] = corners.map(|(down, along)| vertex(ring + down, side + along));
            [[a, b, c], [a, c, d]]
        })
    });
    Mesh::new(positions, faces.collect()).unwrap()
}

fn pixels(picture: &Picture) -> Vec<[u8; 4]> {
    picture.rgba().chunks_exact(4).map(|pixel| pixel.try_into().unwrap()).collect()
}

fn coverage(picture: &Picture) -> f64 {
    pixels(picture).iter().map(|pixel| f64::from(pixel[3]) / 255.0).sum()
}

#[test]
fn a_sphere_is_a_round_symmetric_disc() {
    let mesh = sphere([10.0, -20.0, 30.0], 25.0);
    let picture = thumbnail(&Part { mesh: &mesh, colour: GREY }, 100);
    // Margins of 4 % leave a disc of radius 46.
    let disc = std::f64::consts::PI * 46.0 * 46.0;
    assert!((coverage(&picture) / disc - 1.0).abs() < 0.005, "{}", coverage(&picture));
    let pixels = pixels(&picture);
    for y in 0..100 {
        for x in 0..100 {
            let alpha = |x: usize, y: usize| i32::from(pixels[y * 100 + x][3]);
            assert!((alpha(x, y) - alpha(99 - x, y)).abs() <= 60);
            assert!((alpha(x, y) - alpha(x, 99 - y)).abs() <= 60);
        }
    }
}

#[test]
fn light_comes_from_the_upper_left() {
    let mesh = sphere([0.0; 3], 1.0);
    let pixels = pixels(&thumbnail(&Part { mesh: &mesh, colour: GREY }, 100));
    assert!(pixels[30 * 100 + 35][0] > pixels[70 * 100 + 65][0] + 30);
}

#[test]
fn without_faces_all_is_transparent() {
    for positions in [vec![], vec![[1.0, 2.0, 3.0]]] {
        let mesh = Mesh::new(positions, vec![]).unwrap();
        let picture = thumbnail(&Part { mesh: &mesh, colour: GREY }, 16);
        assert_eq!((picture.width(), picture.height()), (16, 16));
        assert!(picture.rgba().iter().all(|&byte| byte == 0));
    }
    assert!(portrait(&[], 3, 5).rgba().iter().all(|&byte| byte == 0));
    assert!(portrait(&[], 0, 5).rgba().is_empty());
}

#[test]
fn degenerate_meshes_are_drawn_or_left_out() {
    let corners = vec![[0.0, 0.0, 0.0], [10.0, 0.0, 0.0], [0.0, 0.0, 10.0], [20.0, 0.0, 0.0]];
    let covered = |faces: Vec<[u32; 3]>| {
        let mesh = Mesh::new(corners.clone(), faces).unwrap();
        coverage(&thumbnail(&Part { mesh: &mesh, colour: GREY }, 50))
    };
    assert_eq!(covered(vec![[0, 0, 0]]), 0.0);
    assert_eq!(covered(vec![[0, 1, 3]]), 0.0);
    // Half of the square of 46 pixels, from either side.
    assert!((covered(vec![[0, 1, 2]]) - 1058.0).abs() < 40.0);
    assert!((covered(vec![[0, 2, 1]]) - 1058.0).abs() < 40.0);
    // A heap is not drawn for ever.
    assert_eq!(covered(vec![[0, 1, 2]; 1_000_000]), covered(vec![[0, 1, 2]]));
    let huge = Mesh::new(vec![[f32::MAX; 3], [-f32::MAX; 3], [0.0; 3]], vec![[0, 1, 2]]).unwrap();
    thumbnail(&Part { mesh: &huge, colour: GREY }, 50);
}

#[test]
fn what_lies_behind_is_hidden() {
    let front = sphere([0.0; 3], 30.0);
    let behind = sphere([0.0, -60.0, 0.0], 5.0);
    let red = Part { mesh: &front, colour: [200, 0, 0] };
    let green = Part { mesh: &behind, colour: [0, 200, 0] };
    let is_green = |pixel: &[u8; 4]| pixel[1] > pixel[0];
    let straight = View::principal(&front);
    for parts in [[red, green], [green, red]] {
        let picture = draw(&parts, 80, 80, &straight);
        assert!(!pixels(&picture).iter().any(is_green));
    }
    assert!(pixels(&portrait(&[green], 80, 80)).iter().any(is_green));
}

#[test]
fn the_right_side_of_the_body_is_on_the_left_and_the_head_is_up() {
    let right = sphere([50.0, 0.0, 0.0], 10.0);
    let left_up = sphere([-50.0, 0.0, 80.0], 10.0);
    let picture = portrait(
        &[Part { mesh: &right, colour: [200, 0, 0] }, Part { mesh: &left_up, colour: [0, 200, 0] }],
        100,
        100,
    );
    let pixels = pixels(&picture);
    let place = |is_mine: &dyn Fn(&[u8; 4]) -> bool| {
        let index = pixels.iter().position(is_mine).unwrap();
        (index % 100, index / 100)
    };
    let red = place(&|pixel| pixel[0] > pixel[1] + 20);
    let green = place(&|pixel| pixel[1] > pixel[0] + 20);
    assert!(red.0 < green.0 && red.1 > green.1);
}

#[test]
fn a_picture_has_the_same_bytes_on_any_number_of_threads() {
    let mesh = sphere([0.0; 3], 1.0);
    let drawn = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| thumbnail(&Part { mesh: &mesh, colour: GREY }, 64))
    };
    assert_eq!(drawn(1), drawn(2));
}

#[test]
fn mirrored_shapes_get_mirrored_pictures() {
    let mut mesh = sphere([0.0; 3], 30.0);
    let (positions, faces) = std::mem::take(&mut mesh).into_parts();
    let bent = |side: f32| {
        let place =
            |[x, y, z]: [f32; 3]| [side * (0.6 * x + 0.2 * z + 0.01 * z * z), 0.4 * y + 0.3 * x, z];
        let faces = faces.iter().map(|&[a, b, c]| if side > 0.0 { [a, b, c] } else { [a, c, b] });
        Mesh::new(positions.iter().copied().map(place).collect(), faces.collect()).unwrap()
    };
    let (right, left) = (bent(1.0), bent(-1.0));
    let right = pixels(&thumbnail(&Part { mesh: &right, colour: GREY }, 60));
    let left = pixels(&thumbnail(&Part { mesh: &left, colour: GREY }, 60));
    for y in 0..60 {
        for x in 0..60 {
            let difference = i32::from(right[y * 60 + x][3]) - i32::from(left[y * 60 + 59 - x][3]);
            assert!(difference.abs() <= 90);
        }
    }
}

#[test]
fn shapes_on_a_sheet_have_one_scale() {
    let (small, large) = (sphere([0.0; 3], 10.0), sphere([0.0; 3], 20.0));
    let part = |mesh| Part { mesh, colour: GREY };
    let picture = sheet(&[vec![part(&small), part(&large)], vec![part(&large)]], 100);
    assert_eq!((picture.width(), picture.height()), (200, 200));
    let pixels = pixels(&picture);
    let covered = |left: usize, top: usize| {
        let inside = |&at: &usize| {
            let (x, y) = (at % 200, at / 200);
            (left..left + 100).contains(&x) && (top..top + 100).contains(&y)
        };
        (0..200 * 200).filter(inside).map(|at| f64::from(pixels[at][3])).sum::<f64>() / 255.0
    };
    let disc = std::f64::consts::PI * 46.0 * 46.0;
    assert!((covered(100, 0) / disc - 1.0).abs() < 0.01);
    assert!((covered(0, 0) / disc - 0.25).abs() < 0.01);
    assert!((covered(0, 100) / disc - 1.0).abs() < 0.01);
    assert_eq!(covered(100, 100), 0.0);
    assert!(sheet(&[], 10).rgba().is_empty() && sheet(&[vec![]], 10).rgba().is_empty());
}
