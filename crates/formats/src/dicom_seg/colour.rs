//! Between sRGB and the CIELab numbers of DICOM (PS3.3, C.10.7.1.1), the white being D65 as in DCMTK,
//! dcmqi and 3D Slicer.

// Of D65, the green of sRGB being 1.
const WHITE: [f64; 3] = [0.950_456, 1.0, 1.088_754];

/// The nearest colour that a screen shows.
pub(super) fn rgb([l, a, b]: [u16; 3]) -> [u8; 3] {
    let l = f64::from(l) * 100.0 / 65535.0;
    let [a, b] = [a, b].map(|value| f64::from(value) * 255.0 / 65535.0 - 128.0);
    let y = (l + 16.0) / 116.0;
    let [x, y, z] = [y + a / 500.0, y, y - b / 200.0].map(uncompressed);
    let [x, y, z] = [x * WHITE[0], y * WHITE[1], z * WHITE[2]];
    [
        3.240_479 * x - 1.537_150 * y - 0.498_535 * z,
        -0.969_256 * x + 1.875_992 * y + 0.041_556 * z,
        0.055_648 * x - 0.204_043 * y + 1.057_311 * z,
    ]
    .map(|linear| (screen(linear.clamp(0.0, 1.0)) * 255.0).round() as u8)
}

/// The numbers of a colour.
pub(super) fn lab(rgb: [u8; 3]) -> [u16; 3] {
    let [r, g, b] = rgb.map(|value| linear(f64::from(value) / 255.0));
    let x = 0.412_453 * r + 0.357_580 * g + 0.180_423 * b;
    let y = 0.212_671 * r + 0.715_160 * g + 0.072_169 * b;
    let z = 0.019_334 * r + 0.119_193 * g + 0.950_227 * b;
    let [x, y, z] = [x / WHITE[0], y / WHITE[1], z / WHITE[2]].map(compressed);
    let [l, a, b] = [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)];
    [l * 65535.0 / 100.0, (a + 128.0) * 65535.0 / 255.0, (b + 128.0) * 65535.0 / 255.0]
        .map(|value| value.round().clamp(0.0, 65535.0) as u16)
}

// CIE 15: a cube root with a straight foot.
const FOOT: f64 = 6.0 / 29.0;

fn compressed(value: f64) -> f64 {
    if value > FOOT.powi(3) { value.cbrt() } else { value / (3.0 * FOOT * FOOT) + 4.0 / 29.0 }
}

fn uncompressed(value: f64) -> f64 {
    if value > FOOT { value.powi(3) } else { 3.0 * FOOT * FOOT * (value - 4.0 / 29.0) }
}

// IEC 61966-2-1.
fn screen(linear: f64) -> f64 {
    if linear > 0.003_130_8 { 1.055 * linear.powf(1.0 / 2.4) - 0.055 } else { 12.92 * linear }
}

fn linear(screen: f64) -> f64 {
    if screen > 0.040_45 { ((screen + 0.055) / 1.055).powf(2.4) } else { screen / 12.92 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_those_of_dcmqi() {
        // What dcmqi was told, and what it wrote.
        let check = |expected: [u8; 3], lab: [u16; 3]| assert_eq!(rgb(lab), expected);
        check([221, 130, 101], [41661, 41167, 40792]);
        check([128, 174, 128], [43803, 26565, 37722]);
        check([216, 101, 79], [37064, 44082, 41620]);
        check([183, 156, 220], [45062, 38660, 25486]);
        check([140, 224, 228], [55193, 26619, 30325]);
        check([0, 151, 206], [38399, 29410, 23264]);
    }

    #[test]
    fn colours_come_back() {
        for r in (0..=255).step_by(15) {
            for g in (0..=255).step_by(17) {
                for b in (0..=255).step_by(5) {
                    assert_eq!(rgb(lab([r, g, b])), [r, g, b]);
                }
            }
        }
        assert_eq!(lab([0; 3]), [0, 32896, 32896]);
        assert_eq!(lab([255; 3])[0], 65535);
    }

    #[test]
    fn any_numbers_are_some_colour() {
        for l in [0, 30000, 65535] {
            for a in [0, 65535] {
                let _ = rgb([l, a, 65535 - a]);
            }
        }
    }
}
