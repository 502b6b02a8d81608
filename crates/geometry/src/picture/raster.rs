//! Triangles to samples: nearest to the eye wins.

use medshape_types::Mesh;

use super::view::{Frame, View};

/// How often each sample may be looked at, on the average, and how many samples each face may take
/// besides: a heap of faces as large as the picture is not drawn for ever.
const MOST_LAYERS: usize = 256;
const SAMPLES_A_FACE: usize = 64;
/// Depth of a sample where nothing was drawn.
pub(super) const NOTHING: f32 = f32::NEG_INFINITY;

/// What is seen at one point of a picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    /// Towards the eye, in samples; [`NOTHING`] where the background shows.
    pub(super) depth: f32,
    /// Along right, up and towards the eye; any length.
    pub(super) normal: [f32; 3],
    /// Which part it belongs to.
    pub(super) part: u16,
}

/// Several samples a pixel, top row first.
pub(super) struct Canvas {
    pixels: [usize; 2],
    samples_per_side: usize,
    samples: Vec<Sample>,
}

impl Canvas {
    pub(super) fn new(width: u32, height: u32) -> Self {
        let pixels = [width as usize, height as usize];
        // Large pictures do without smooth edges, to bound memory.
        let samples_per_side = if pixels[0] * pixels[1] <= 0x20_0000 { 2 } else { 1 };
        let n_samples = pixels[0] * pixels[1] * samples_per_side * samples_per_side;
        let background = Sample { depth: NOTHING, normal: [0.0; 3], part: 0 };
        Self { pixels, samples_per_side, samples: vec![background; n_samples] }
    }

    /// Width and height in pixels.
    pub(super) fn pixels(&self) -> [usize; 2] {
        self.pixels
    }

    /// Samples a pixel along each side.
    pub(super) fn samples_per_side(&self) -> usize {
        self.samples_per_side
    }

    /// Width and height in samples.
    pub(super) fn size(&self) -> [usize; 2] {
        self.pixels.map(|side| side * self.samples_per_side)
    }

    /// All samples, row by row.
    pub(super) fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// Draws a mesh with smooth normals, both sides of its faces.
    pub(super) fn draw(&mut self, mesh: &Mesh, part: u16, view: &View, frame: &Frame) {
        let places: Vec<[f32; 3]> = mesh
            .positions()
            .iter()
            .map(|position| frame.apply(view.apply(position.map(f64::from))))
            .collect();
        let normals = vertex_normals(mesh.faces(), &places);
        let mut looks_left = MOST_LAYERS * self.samples.len() + SAMPLES_A_FACE * mesh.faces().len();
        for face in mesh.faces() {
            let corners = face.map(|vertex| places[vertex as usize]);
            let normals = face.map(|vertex| normals[vertex as usize]);
            looks_left = looks_left.saturating_sub(self.fill(&corners, &normals, part));
            if looks_left == 0 {
                break;
            }
        }
    }

    /// Draws a face; how many samples were looked at.
    fn fill(&mut self, corners: &[[f32; 3]; 3], normals: &[[f32; 3]; 3], part: u16) -> usize {
        let [a, b, c] = *corners;
        let twice_area = edge(a, b, c[0], c[1]);
        if twice_area == 0.0 {
            return 0;
        }
        let inverse_area = 1.0 / twice_area;
        // Rows run downwards: a face towards the eye has a negative area here.
        let facing = if twice_area < 0.0 { 1.0 } else { -1.0 };
        let [width, height] = self.size();
        let columns = covered([a[0], b[0], c[0]], width);
        let rows = covered([a[1], b[1], c[1]], height);
        let n_samples = columns.len() * rows.len();
        for y in rows {
            for x in columns.clone() {
                let (centre_x, centre_y) = (x as f32 + 0.5, y as f32 + 0.5);
                let weights = [
                    edge(b, c, centre_x, centre_y) * inverse_area,
                    edge(c, a, centre_x, centre_y) * inverse_area,
                    edge(a, b, centre_x, centre_y) * inverse_area,
                ];
                // A hair outside counts as inside, so that rounding opens no cracks.
                if weights.iter().any(|&weight| weight < -1e-5) {
                    continue;
                }
                let mix = |values: [f32; 3]| {
                    weights[0] * values[0] + weights[1] * values[1] + weights[2] * values[2]
                };
                let depth = mix([a[2], b[2], c[2]]);
                let sample = &mut self.samples[y * width + x];
                if depth > sample.depth {
                    let normal = [0, 1, 2].map(|axis| facing * mix(normals.map(|n| n[axis])));
                    *sample = Sample { depth, normal, part };
                }
            }
        }
        n_samples
    }
}

/// The samples whose centres may lie between the least and the largest coordinate.
fn covered([a, b, c]: [f32; 3], n_samples: usize) -> std::ops::Range<usize> {
    let first = (a.min(b).min(c) - 0.5).ceil().max(0.0) as usize;
    let end = (a.max(b).max(c) + 0.5).floor().max(0.0) as usize;
    first..end.min(n_samples)
}

/// Twice the signed area between an edge and a point of the picture.
fn edge(from: [f32; 3], to: [f32; 3], x: f32, y: f32) -> f32 {
    (to[0] - from[0]) * (y - from[1]) - (to[1] - from[1]) * (x - from[0])
}

/// Normals in view axes, each the mean of the faces around a vertex, weighted by their areas, and
/// smoothed once over the neighbours, because surfaces of label maps are stepped.
fn vertex_normals(faces: &[[u32; 3]], places: &[[f32; 3]]) -> Vec<[f32; 3]> {
    let mut normals = vec![[0.0; 3]; places.len()];
    for face in faces {
        let normal = face_normal(face.map(|vertex| places[vertex as usize]));
        spread(&mut normals, face, normal);
    }
    let mut smooth = normals.clone();
    for face in faces {
        let [a, b, c] = face.map(|vertex| normals[vertex as usize]);
        spread(&mut smooth, face, [0, 1, 2].map(|axis| 0.25 * (a[axis] + b[axis] + c[axis])));
    }
    for normal in &mut smooth {
        let length = normal.iter().map(|value| value * value).sum::<f32>().sqrt();
        if length > 0.0 {
            *normal = normal.map(|value| value / length);
        }
    }
    smooth
}

fn spread(normals: &mut [[f32; 3]], face: &[u32; 3], normal: [f32; 3]) {
    for &vertex in face {
        for (sum, value) in normals[vertex as usize].iter_mut().zip(normal) {
            *sum += value;
        }
    }
}

/// Twice the area times the normal, in view axes: the rows of the picture run downwards.
fn face_normal([a, b, c]: [[f32; 3]; 3]) -> [f32; 3] {
    let u = [b[0] - a[0], a[1] - b[1], b[2] - a[2]];
    let v = [c[0] - a[0], a[1] - c[1], c[2] - a[2]];
    [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]]
}
