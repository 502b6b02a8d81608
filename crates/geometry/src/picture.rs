//! Pictures of meshes, drawn on the CPU: the same bytes on every machine and on any number of threads.
//!
//! Orthographic, from a point of view that an anatomist would choose, lit from the upper left, on a
//! transparent background. Only the four operations and square roots are used, because these are
//! the ones that every platform rounds alike.

mod raster;
mod shade;
mod view;

#[cfg(test)]
mod tests;

use medshape_types::{Mesh, Picture};

use raster::Canvas;
use view::{Frame, View};

/// The largest side of a picture in pixels; more is treated as this.
pub const MAX_SIDE: u32 = 4096;

/// A mesh to draw, and its sRGB colour.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// What to draw, in world millimetres, RAS+.
    pub mesh: &'a Mesh,
    /// Its colour under plain light.
    pub colour: [u8; 3],
}

/// A square picture of one shape, seen along the axis of its least extent.
///
/// The head is up, and the front is preferred to the side, the top and the back, so that paired
/// structures look mirrored. A mesh without faces gives a transparent picture.
pub fn thumbnail(part: &Part<'_>, size: u32) -> Picture {
    draw(&[*part], size, size, &View::principal(part.mesh))
}

/// A picture of several shapes together, seen from the front, a little from above and from the
/// subject's left, head up.
pub fn portrait(parts: &[Part<'_>], width: u32, height: u32) -> Picture {
    draw(parts, width, height, &View::front())
}

fn draw(parts: &[Part<'_>], width: u32, height: u32, view: &View) -> Picture {
    let (width, height) = (width.min(MAX_SIDE), height.min(MAX_SIDE));
    let mut canvas = Canvas::new(width, height);
    let positions = parts.iter().flat_map(|part| part.mesh.triangles().flatten());
    if let Some(frame) = Frame::around(positions, view, canvas.size()) {
        for (index, part) in (0..u16::MAX).zip(parts) {
            canvas.draw(part.mesh, index, view, &frame);
        }
    }
    let colours: Vec<[u8; 3]> = parts.iter().map(|part| part.colour).collect();
    let rgba = shade::resolve(&canvas, &colours);
    Picture::new(width, height, rgba).expect("the canvas resolves to four bytes a pixel")
}
