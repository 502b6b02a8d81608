//! Samples to pixels: light, contact shadows, and the mean of the samples of each pixel.

use super::raster::{Canvas, NOTHING, Sample};

/// Directions of the lights in view axes (right, up, towards the eye), of length one.
const KEY: [f32; 3] = [-0.48, 0.64, 0.6];
const FILL: [f32; 3] = [0.8, 0.0, 0.6];
/// Half way between the key light and the eye.
const GLOSS: [f32; 3] = [-0.268_33, 0.357_77, 0.894_43];

const KEY_STRENGTH: f32 = 0.78;
const FILL_STRENGTH: f32 = 0.2;
const SKY: f32 = 0.3;
const GROUND: f32 = 0.12;

/// Where contact shadows look for something nearer to the eye: directions on the unit circle.
const AROUND: [[f32; 2]; 8] = [
    [1.0, 0.0],
    [0.707_106_77, 0.707_106_77],
    [0.0, 1.0],
    [-0.707_106_77, 0.707_106_77],
    [-1.0, 0.0],
    [-0.707_106_77, -0.707_106_77],
    [0.0, -1.0],
    [0.707_106_77, -0.707_106_77],
];
/// How far they look, as shares of the canvas's shorter side.
const REACHES: [f32; 2] = [0.012, 0.035];
/// Samples of a pixel that differ less in depth than this share their shadow.
const NEAR: f32 = 4.0;

/// RGBA of each pixel, sRGB, alpha not premultiplied.
pub(super) fn resolve(canvas: &Canvas, colours: &[[u8; 3]]) -> Vec<u8> {
    let [width, height] = canvas.pixels();
    let per_side = canvas.samples_per_side();
    let mut rgba = Vec::with_capacity(4 * width * height);
    for y in 0..height {
        for x in 0..width {
            let (light, n_covered) = gathered(canvas, colours, [x, y]);
            rgba.extend(pixel(light, n_covered, per_side * per_side));
        }
    }
    rgba
}

/// The light of the samples of a pixel, and how many of them show a shape.
fn gathered(canvas: &Canvas, colours: &[[u8; 3]], [x, y]: [usize; 2]) -> ([f32; 3], usize) {
    let per_side = canvas.samples_per_side();
    let mut light = [0.0; 3];
    let mut n_covered = 0;
    let mut shadowed: Option<(Sample, f32)> = None;
    for sample_y in y * per_side..(y + 1) * per_side {
        for sample_x in x * per_side..(x + 1) * per_side {
            let sample = canvas.samples()[sample_y * canvas.size()[0] + sample_x];
            if sample.depth == NOTHING {
                continue;
            }
            // Shadows are soft: samples of one pixel share theirs unless they lie apart.
            let shadow = match shadowed {
                Some((other, shadow)) if (other.depth - sample.depth).abs() < NEAR => shadow,
                _ => contact_shadow(canvas, &sample, sample_x, sample_y),
            };
            shadowed = Some((sample, shadow));
            let lit = lit(&sample, shadow, colours[usize::from(sample.part)]);
            light = [0, 1, 2].map(|channel| light[channel] + lit[channel]);
            n_covered += 1;
        }
    }
    (light, n_covered)
}

fn pixel(light: [f32; 3], n_covered: usize, n_samples: usize) -> [u8; 4] {
    if n_covered == 0 {
        return [0; 4];
    }
    let [red, green, blue] = light.map(|sum| encoded(sum / n_covered as f32));
    [red, green, blue, ((510 * n_covered + n_samples) / (2 * n_samples)) as u8]
}

/// Linear light that a sample sends to the eye.
fn lit(sample: &Sample, shadow: f32, colour: [u8; 3]) -> [f32; 3] {
    let normal = unit_towards_eye(sample.normal);
    let key = dot(normal, KEY).max(0.0);
    let fill = dot(normal, FILL).max(0.0);
    let sky = 0.5 + 0.5 * normal[1];
    let ambient = GROUND + (SKY - GROUND) * sky;
    let open = 1.0 - shadow;
    let diffuse = (KEY_STRENGTH * key + FILL_STRENGTH * fill) * (0.35 + 0.65 * open);
    // Edges darken a little: they then stand out on white and on their neighbours.
    let edge = 1.0 - normal[2];
    let rim = 1.0 - 0.5 * edge * edge;
    let brightness = (diffuse + ambient * open) * rim;
    let gloss = eighth_power(eighth_power(dot(normal, GLOSS).max(0.0)) * open) * 0.12 * open;
    colour.map(|value| decoded(value) * brightness + gloss)
}

/// How much of the sky nearer surfaces hide from a sample, 0 to 0.85.
///
/// Neighbours count by their height above the sample's tangent plane, so that slopes cast nothing.
fn contact_shadow(canvas: &Canvas, sample: &Sample, x: usize, y: usize) -> f32 {
    let [width, height] = canvas.size();
    let normal = unit_towards_eye(sample.normal);
    let steepness = [normal[0], -normal[1]].map(|slope| slope / normal[2].max(0.25));
    let mut hidden = 0.0;
    for reach in REACHES {
        let radius = (reach * width.min(height) as f32).max(1.5);
        for [dx, dy] in AROUND {
            let (dx, dy) = (dx * radius, dy * radius);
            let (near_x, near_y) = (x as f32 + dx, y as f32 + dy);
            let outside = near_x < 0.0 || near_y < 0.0;
            if outside || near_x >= width as f32 || near_y >= height as f32 {
                continue;
            }
            let other = canvas.samples()[near_y as usize * width + near_x as usize];
            let plane = sample.depth - steepness[0] * dx - steepness[1] * dy;
            let height = (other.depth - plane) / radius - 0.15;
            if height > 0.0 {
                // What floats far in front hides less than what touches.
                hidden += height / (height + 0.6) * (3.0 / (3.0 + 0.25 * height));
            }
        }
    }
    (1.1 * hidden / (REACHES.len() * AROUND.len()) as f32).min(0.85)
}

/// The normal at length one; smoothing may turn it away from the eye, which is undone.
fn unit_towards_eye(normal: [f32; 3]) -> [f32; 3] {
    let [x, y, z] = normal;
    let z = z.max(0.0);
    let length = (x * x + y * y + z * z).sqrt();
    if length > 0.0 { [x / length, y / length, z / length] } else { [0.0, 0.0, 1.0] }
}

fn dot(a: [f32; 3], b: [f32; 3]) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn eighth_power(value: f32) -> f32 {
    let square = value * value;
    let fourth = square * square;
    fourth * fourth
}

/// Linear light of an sRGB value, by a square in place of the standard's power: see the module doc
/// on why, and [`encoded`] takes it back exactly.
fn decoded(value: u8) -> f32 {
    let share = f32::from(value) / 255.0;
    share * share
}

fn encoded(light: f32) -> u8 {
    (light.clamp(0.0, 1.0).sqrt() * 255.0 + 0.5) as u8
}
