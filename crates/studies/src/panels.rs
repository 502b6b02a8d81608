//! Pictures of layers side by side.

use medshape_types::Picture;

/// Pixels between two panels.
const GAP: usize = 8;

/// Colours of the pixels of a picture, row by row from the top.
pub(crate) struct Panel {
    /// Pixels of a row.
    pub(crate) width: usize,
    /// As many as there are pixels.
    pub(crate) colours: Vec<[u8; 3]>,
}

/// Panels of one size from left to right on white, each of their pixels as a square of `scale` pixels.
pub(crate) fn beside(panels: &[Panel], scale: usize) -> Picture {
    let size = |panel: &Panel| [panel.width, panel.colours.len() / panel.width.max(1)];
    let [columns, rows] = panels.first().map_or([1, 1], size).map(|n| n * scale);
    let width = panels.len().max(1) * (columns + GAP) - GAP;
    let mut rgba = vec![255u8; 4 * width * rows];
    for (number, panel) in panels.iter().enumerate() {
        for at in 0..columns * rows {
            let (x, y) = (at % columns, at / columns);
            let pixel = 4 * (y * width + number * (columns + GAP) + x);
            let colour = panel.colours[y / scale * panel.width + x / scale];
            rgba[pixel..pixel + 3].copy_from_slice(&colour);
        }
    }
    Picture::new(width as u32, rows as u32, rgba).expect("four bytes a pixel")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_stand_beside_each_other_with_white_between() {
        let panel = |grey: u8| Panel { width: 2, colours: vec![[grey; 3], [9; 3]] };
        let picture = beside(&[panel(1), panel(2)], 2);
        assert_eq!((picture.width(), picture.height()), (16, 2));
        let row: Vec<u8> = picture.rgba().chunks(4).skip(16).map(|pixel| pixel[0]).collect();
        let expected = [&[1, 1, 9, 9][..], &[255; 8], &[2, 2, 9, 9]].concat();
        assert_eq!(row, expected);
    }
}
