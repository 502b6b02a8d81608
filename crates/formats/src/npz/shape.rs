//! What the arrays of a file mean, by their names.

use std::collections::HashMap;

use medshape_types::{Affine, Grid, LabelMap, MAX_LABELS};

use super::{Arrays, LabelFile};
use crate::error::{ErrorKind, NotLabels};
use crate::limits::Limits;
use crate::mesh_file::{MeshFile, MeshPart, Space, Units};
use crate::npy::Array;
use crate::point_file::PointFile;

const VERTICES: [&str; 5] = ["vertices", "verts", "vertex", "v", "V"];
const FACES: [&str; 6] = ["faces", "triangles", "face", "tris", "f", "F"];
const POINTS: [&str; 7] = ["points", "point", "pc", "pcd", "point_cloud", "pointcloud", "xyz"];
const VOXELS: [&str; 9] =
    ["mask", "occupancy", "labels", "label", "seg", "segmentation", "grid", "voxels", "arr_0"];

pub(super) fn mesh(arrays: &Arrays, limits: &Limits) -> Result<Option<MeshFile>, ErrorKind> {
    let (Some((_, vertices)), Some((_, faces))) = (arrays.first(&VERTICES), arrays.first(&FACES))
    else {
        return Ok(None);
    };
    let part = mesh_part(String::new(), &vertices, &faces, limits)?;
    Ok(Some(MeshFile { units: units(arrays), space: space(arrays), ..MeshFile::of(part) }))
}

/// A part of these arrays, N×3 each.
pub(super) fn mesh_part(
    name: String,
    vertices: &Array<'_>,
    faces: &Array<'_>,
    limits: &Limits,
) -> Result<MeshPart, ErrorKind> {
    let positions = positions("vertices", vertices, limits.vertices)?;
    let n_vertices = positions.len() as f64;
    let rows = faces.triples().ok_or_else(|| not_rows("faces", faces))?;
    if rows.len() > limits.faces {
        return Err(ErrorKind::limit("triangles", limits.faces as u64));
    }
    let mut triangles = Vec::with_capacity(rows.len());
    for row in rows {
        let is_vertex = |&value: &f64| value >= 0.0 && value < n_vertices && value.fract() == 0.0;
        if let Some(odd) = row.iter().find(|value| !is_vertex(value)) {
            let reason = format!("a face names vertex {odd}; there are {n_vertices}");
            return Err(ErrorKind::Mesh(reason));
        }
        triangles.push(row.map(|value| value as u32));
    }
    MeshPart::new(name, positions, triangles, limits)
}

pub(super) fn points(arrays: &Arrays, limits: &Limits) -> Result<Option<PointFile>, ErrorKind> {
    let Some((name, array)) = arrays.first(&POINTS) else { return Ok(None) };
    let mut file = point_file(&array, limits)?;
    if let Some(normals) = arrays.array("normals")
        && let Some(rows) = normals.triples().filter(|rows| rows.len() == file.positions.len())
    {
        file.normals = rows.map(|row| row.map(|value| value as f32)).collect();
    }
    (file.units, file.space) = (units(arrays), space(arrays));
    if array.shape().len() == 3 {
        file.notes.push(format!("`{name}` is a list of one point cloud"));
    }
    Ok(Some(file))
}

/// The points of an N×3 array, or of the one in an M×N×3 array.
pub(super) fn point_file(array: &Array<'_>, limits: &Limits) -> Result<PointFile, ErrorKind> {
    let only = match array.shape() {
        [1, _, 3] => array.part(0),
        &[n_clouds, _, 3] => {
            let reason = format!("{n_clouds} point clouds: save each in a file of its own");
            return Err(ErrorKind::unsupported("NPZ", reason));
        }
        _ => None,
    };
    let positions = positions("points", only.as_ref().unwrap_or(array), limits.vertices)?;
    Ok(PointFile { positions, ..PointFile::default() })
}

fn positions(what: &str, array: &Array<'_>, most: usize) -> Result<Vec<[f32; 3]>, ErrorKind> {
    let rows = array.triples().ok_or_else(|| not_rows(what, array))?;
    if rows.len() > most {
        return Err(ErrorKind::limit("vertices", most as u64));
    }
    Ok(rows.map(|row| row.map(|value| value as f32)).collect())
}

fn not_rows(what: &str, array: &Array<'_>) -> ErrorKind {
    let reason = format!("its {what} have the shape {:?}, not N×3", array.shape());
    ErrorKind::malformed("NPZ", reason)
}

fn units(arrays: &Arrays) -> Option<Units> {
    arrays.array("units")?.text()?.parse().ok()
}

fn space(arrays: &Arrays) -> Option<Space> {
    match arrays.array("space")?.text()?.as_str() {
        "RAS" | "RAS+" => Some(Space::Ras),
        "LPS" | "LPS+" => Some(Space::Lps),
        _ => None,
    }
}

pub(super) fn labels(arrays: &Arrays) -> Result<Option<LabelFile>, ErrorKind> {
    let is_grid =
        |(_, array): &(&str, Array<'_>)| array.shape().len() == 3 && array.element().is_number();
    let found = VOXELS.iter().filter_map(|&name| arrays.first(&[name]));
    let Some((_, array)) = found.into_iter().find(is_grid) else { return Ok(None) };
    let (affine, notes) = affine(arrays)?;
    let labels = label_map(&array, affine)?;
    Ok(Some(LabelFile { labels, notes }))
}

/// Where the voxels lie, by our own names for it.
fn affine(arrays: &Arrays) -> Result<(Affine, Vec<String>), ErrorKind> {
    let malformed =
        |name: &str| ErrorKind::malformed("NPZ", format!("`{name}` does not say where voxels lie"));
    if let Some(array) = arrays.array("world_from_voxel") {
        let rows = match array.shape() {
            [3 | 4, 4] => [0, 1, 2].map(|row| [0, 1, 2, 3].map(|n| array.number(&[row, n]))),
            _ => return Err(malformed("world_from_voxel")),
        };
        let affine = Affine::from_rows(rows).ok_or_else(|| malformed("world_from_voxel"))?;
        return Ok((affine, Vec::new()));
    }
    if let Some(array) = arrays.array("spacing_mm").or_else(|| arrays.array("spacing")) {
        let spacing_mm = match array.shape() {
            [3] => [0, 1, 2].map(|axis| array.number(&[axis])),
            _ => return Err(malformed("spacing_mm")),
        };
        let affine = Affine::from_spacing(spacing_mm, [0.0; 3]);
        let note = "nothing says where the voxels lie: the first one is taken for the origin";
        return Ok((affine.ok_or_else(|| malformed("spacing_mm"))?, vec![note.to_owned()]));
    }
    Ok((Affine::IDENTITY, vec![NO_SPACING.to_owned()]))
}

/// What is taken for granted of a bare array of voxels.
pub(super) const NO_SPACING: &str =
    "nothing says how far apart the voxels are: 1 mm is taken, and the axes as x, y, z";

/// The labels of an array of three axes, x first.
pub(super) fn label_map(array: &Array<'_>, affine: Affine) -> Result<LabelMap, ErrorKind> {
    let [nx, ny, nz] = array.shape()[..] else {
        return Err(ErrorKind::malformed("NPZ", "an occupancy grid without three axes"));
    };
    if !array.element().is_number() {
        return Err(ErrorKind::malformed("NPZ", "an occupancy grid of texts"));
    }
    let grid = Grid::new([nx, ny, nz], affine)?;
    let mut palette = Palette { index_from_value: HashMap::from([(0, 0)]), values: vec![0] };
    let mut voxels = vec![0; grid.n_voxels()];
    let (mut last, mut last_index) = (0.0, 0);
    for (place, voxel) in voxels.iter_mut().enumerate() {
        let index = [place % nx, place / nx % ny, place / (nx * ny)];
        let value = array.number(&index);
        if value != last {
            (last, last_index) = (value, palette.index(value, index)?);
        }
        *voxel = last_index;
    }
    let (values, rank) = palette.sorted();
    for voxel in &mut voxels {
        *voxel = rank[usize::from(*voxel)];
    }
    LabelMap::new(grid, voxels, values).map_err(|_| NotLabels::TooManyValues.into())
}

/// The values met so far, 0 first.
struct Palette {
    values: Vec<i64>,
    index_from_value: HashMap<i64, u16>,
}

impl Palette {
    fn index(&mut self, value: f64, voxel: [usize; 3]) -> Result<u16, NotLabels> {
        const MAX_EXACT: f64 = (1_u64 << 53) as f64;
        if !value.is_finite() {
            return Err(NotLabels::NotFinite { value, voxel });
        }
        if value.fract() != 0.0 {
            return Err(NotLabels::Fractional { value, voxel });
        }
        if value.abs() > MAX_EXACT {
            return Err(NotLabels::TooLarge { value, voxel });
        }
        let n_values = self.values.len();
        let index = *self.index_from_value.entry(value as i64).or_insert(n_values as u16);
        if usize::from(index) == n_values {
            if n_values > MAX_LABELS {
                return Err(NotLabels::TooManyValues);
            }
            self.values.push(value as i64);
        }
        Ok(index)
    }

    /// The values with 0 first and the others rising, and the new place of each old index.
    fn sorted(&self) -> (Vec<i64>, Vec<u16>) {
        let mut order: Vec<u16> = (0..self.values.len() as u16).collect();
        order.sort_by_key(|&index| (index != 0, self.values[usize::from(index)]));
        let mut rank = vec![0; order.len()];
        for (place, &index) in order.iter().enumerate() {
            rank[usize::from(index)] = place as u16;
        }
        (order.iter().map(|&index| self.values[usize::from(index)]).collect(), rank)
    }
}
