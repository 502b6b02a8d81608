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

/// Pictures of shapes side by side, row by row, all at one scale and seen as the first of them is in
/// [`thumbnail`]. Each shape lies where it lies in the world, so what moves between two of them shows.
pub fn sheet(rows: &[Vec<Part<'_>>], tile: u32) -> Picture {
    let n_columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let tile = tile.min(MAX_SIDE / n_columns.max(rows.len()).max(1) as u32) as usize;
    let (width, height) = (tile * n_columns, tile * rows.len());
    let mut rgba = vec![0; 4 * width * height];
    let parts = || rows.iter().flatten();
    let view = parts().next().map_or_else(View::front, |part| View::principal(part.mesh));
    let positions = parts().flat_map(|part| part.mesh.triangles().flatten());
    let samples = Canvas::new(tile as u32, tile as u32).size();
    let frame = Frame::around(positions, &view, samples);
    for (row, parts) in rows.iter().enumerate() {
        for (column, part) in parts.iter().enumerate() {
            let mut canvas = Canvas::new(tile as u32, tile as u32);
            if let Some(frame) = &frame {
                canvas.draw(part.mesh, 0, &view, frame);
            }
            let pixels = shade::resolve(&canvas, &[part.colour]);
            for (y, line) in pixels.chunks_exact(4 * tile.max(1)).enumerate() {
                let begin = 4 * ((row * tile + y) * width + column * tile);
                rgba[begin..begin + line.len()].copy_from_slice(line);
            }
        }
    }
    Picture::new(width as u32, height as u32, rgba).expect("every pixel has four bytes")
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
