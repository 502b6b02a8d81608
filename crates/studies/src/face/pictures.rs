//! Pictures of faces: the true one, the one that was made, and where it is off.

use medshape_geometry::picture::{Part, portrait};
use medshape_types::{Mesh, Picture};

/// Colour of skin.
const SKIN: [u8; 3] = [214, 178, 152];

/// Ends of bands of signed errors in mm, and the colours of the bands between them; behind the front the
/// last.
const ENDS_MM: [f32; 4] = [-5.0, -2.5, 2.5, 5.0];
const COLOURS: [[u8; 3]; 6] =
    [[20, 70, 160], [110, 165, 220], [205, 205, 200], [240, 160, 90], [190, 50, 30], [235; 3]];

/// Width and height of a panel, and what lies between two.
const PANEL: [usize; 2] = [300, 380];
const GAP: usize = 10;

/// The true face, the one that was made, and the true one with the colours of what the other is off by.
pub(super) fn side_by_side(truth: &Mesh, found: &Mesh, off_mm: &[f32]) -> Option<Picture> {
    let skin = |mesh| Part { mesh, colour: SKIN };
    let bands = bands(truth, off_mm);
    let coloured: Vec<Part<'_>> =
        bands.iter().zip(COLOURS).map(|(mesh, colour)| Part { mesh, colour }).collect();
    let [width, height] = PANEL;
    let panel = |parts: &[Part<'_>]| portrait(parts, width as u32, height as u32);
    let panels = [panel(&[skin(truth)]), panel(&[skin(found)]), panel(&coloured)];
    joined(&panels)
}

/// The faces of a mesh, one mesh a band.
fn bands(mesh: &Mesh, off_mm: &[f32]) -> Vec<Mesh> {
    let band = |face: &[u32; 3]| {
        let off = face.iter().map(|&corner| off_mm[corner as usize]).sum::<f32>() / 3.0;
        if off.is_nan() {
            ENDS_MM.len() + 1
        } else {
            ENDS_MM.iter().filter(|end| off > **end).count()
        }
    };
    let of = |wanted: usize| {
        let faces = mesh.faces().iter().filter(|face| band(face) == wanted).copied().collect();
        Mesh::new(mesh.positions().to_vec(), faces).unwrap_or_default()
    };
    (0..COLOURS.len()).map(of).collect()
}

/// Pictures of one size beside each other, on white.
fn joined(panels: &[Picture]) -> Option<Picture> {
    let (panel, height) = (panels.first()?.width() as usize, panels.first()?.height() as usize);
    let width = panels.len() * (panel + GAP) - GAP;
    let mut rgba = vec![255_u8; 4 * width * height];
    for (number, picture) in panels.iter().enumerate() {
        for (at, pixel) in picture.rgba().chunks_exact(4).enumerate() {
            let place = 4 * ((at / panel) * width + number * (panel + GAP) + at % panel);
            let share = u32::from(pixel[3]);
            for channel in 0..3 {
                let over = u32::from(pixel[channel]) * share + 255 * (255 - share);
                rgba[place + channel] = (over / 255) as u8;
            }
        }
    }
    Picture::new(width as u32, height as u32, rgba)
}
