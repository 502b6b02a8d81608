//! Numbers that describe the shapes of one file, as a table.

use std::path::Path;

use medshape_formats::Input;
use medshape_formats::kind::Kind;
use medshape_geometry::describe::extent::HullFeatures;
use medshape_geometry::describe::mask::{MaskFeatures, mask_features};
use medshape_geometry::describe::shape::{ShapeFeatures, Spread, shape_features};
use medshape_geometry::surface::{SurfaceOptions, surfaces};
use medshape_types::Mesh;
use rayon::prelude::*;
use serde::Serialize;

use crate::import::{self, ImportOptions};
use crate::{Dataset, Error, Reader, case, find};

/// What of a label map is described.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// The voxels of each label, as PyRadiomics does.
    Voxels,
    /// The smooth surface of each label.
    Surfaces,
}

/// What a column of the table holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Name; those of PyRadiomics where it has the feature.
    pub name: String,
    /// Unit, empty for a plain number.
    pub unit: &'static str,
}

/// The numbers of one shape.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// What the source calls it; the file's name for a mesh.
    pub name: String,
    /// Its number in the file, if it is a label.
    pub label: Option<i64>,
    /// One a column; `None` where the shape has no such number, as an open mesh has no volume.
    pub values: Vec<Option<f64>>,
}

/// All numbers of a file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FeatureTable {
    /// What the values are.
    pub columns: Vec<Column>,
    /// One a shape.
    pub rows: Vec<Row>,
    /// What was noticed of labels without a row, and of all else.
    pub notes: Vec<String>,
}

/// Describes the labels of a label map or of a folder of masks, or the mesh of a mesh file.
///
/// # Errors
/// The file is broken, holds neither labels nor a mesh, or is a folder of several cases.
pub fn features(
    path: &Path,
    dataset: &Dataset,
    of: Of,
    reader: &Reader,
) -> Result<FeatureTable, Error> {
    match mesh(path, reader)? {
        Some(mesh) => {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let found = shape_features(&mesh)
                .ok_or_else(|| Error::refused(path, "a mesh without area has no features"))?;
            Ok(table(vec![(name, None, of_mesh(&found))], Vec::new()))
        }
        None => of_labels(path, dataset, of, reader),
    }
}

/// The mesh of a mesh file, `None` for anything else.
fn mesh(path: &Path, reader: &Reader) -> Result<Option<Mesh>, Error> {
    let input = Input::on_disk(path);
    if path.is_dir() || reader.kind(&input)? != Some(Kind::Mesh) {
        return Ok(None);
    }
    let file = reader.mesh(&input)?;
    let taken = import::taken(&file, &ImportOptions::default());
    taken.map(Some).map_err(|reason| Error::refused(path, reason))
}

fn of_labels(
    path: &Path,
    dataset: &Dataset,
    of: Of,
    reader: &Reader,
) -> Result<FeatureTable, Error> {
    let mut scratch = find::Scratch::default();
    let found = find::cases(&[path.to_owned()], dataset, &mut scratch, reader)?;
    let mut cases = found.cases;
    let (Some(found), 0) = (cases.pop(), cases.len()) else {
        return Err(Error::refused(path, "several cases lie here: name one of them"));
    };
    let read = case::read(&found, dataset, None, reader)?;
    let values: Vec<Option<Vec<Value>>> = match of {
        Of::Voxels => {
            mask_features(&read.map).iter().map(|found| found.as_ref().map(of_mask)).collect()
        }
        Of::Surfaces => surfaces(&read.map, &SurfaceOptions::default())
            .meshes
            .par_iter()
            .map(|mesh| shape_features(mesh).as_ref().map(of_mesh))
            .collect(),
    };
    let labels = read.names.into_iter().zip(read.map.values()).zip(values);
    let rows = labels.filter_map(|((name, &label), values)| Some((name?, Some(label), values?)));
    Ok(table(rows.collect(), read.notes.into_iter().map(|note| note.text).collect()))
}

/// A number with its name and unit.
struct Value {
    name: String,
    unit: &'static str,
    value: Option<f64>,
}

fn table(rows: Vec<(String, Option<i64>, Vec<Value>)>, notes: Vec<String>) -> FeatureTable {
    let first = rows.first().map(|(_, _, values)| values.as_slice()).unwrap_or_default();
    let column = |value: &Value| Column { name: value.name.clone(), unit: value.unit };
    let columns = first.iter().map(column).collect();
    let row = |(name, label, values): (String, Option<i64>, Vec<Value>)| Row {
        name,
        label,
        values: values.into_iter().map(|value| value.value.filter(|v| v.is_finite())).collect(),
    };
    FeatureTable { columns, rows: rows.into_iter().map(row).collect(), notes }
}

fn of_mask(found: &MaskFeatures) -> Vec<Value> {
    let mut values = vec![
        value("VoxelNum", "", found.n_voxels as f64),
        value("Pieces", "", found.n_components as f64),
        value("VoxelVolume", "mm3", found.voxel_volume_mm3),
        value("MeshVolume", "mm3", found.mesh_volume_mm3),
        value("SurfaceArea", "mm2", found.surface_area_mm2),
        value("SurfaceVolumeRatio", "1/mm", found.surface_volume_ratio_per_mm),
        value("Sphericity", "", found.sphericity),
        value("Compactness1", "", found.compactness_1),
        value("Compactness2", "", found.compactness_2),
        value("SphericalDisproportion", "", found.spherical_disproportion),
        value("Maximum3DDiameter", "mm", found.maximum_3d_diameter_mm),
        value("Maximum2DDiameterSlice", "mm", found.maximum_2d_diameter_slice_mm),
        value("Maximum2DDiameterColumn", "mm", found.maximum_2d_diameter_column_mm),
        value("Maximum2DDiameterRow", "mm", found.maximum_2d_diameter_row_mm),
        value("MajorAxisLength", "mm", found.major_axis_length_mm),
        value("MinorAxisLength", "mm", found.minor_axis_length_mm),
        value("LeastAxisLength", "mm", found.least_axis_length_mm),
        value("Elongation", "", found.elongation),
        value("Flatness", "", found.flatness),
        value("Solidity", "", found.solidity),
        value("Extent", "", found.extent),
    ];
    values.extend(vector("Centroid", "mm", found.centroid_mm));
    values.extend(axes("Axis", found.axes));
    values.extend(of_hull(Some(&found.hull)));
    values
}

fn of_mesh(found: &ShapeFeatures) -> Vec<Value> {
    let solid = found.solid;
    let [major, minor, least] = found.axis_lengths_mm;
    let length: f64 = found.boundary.iter().map(|curve| curve.length_mm).sum();
    let bending: f64 = found.boundary.iter().map(|c| c.bending_per_mm.powi(2) * c.length_mm).sum();
    let symmetry = found.symmetry;
    let mut values = vec![
        value("Vertices", "", found.n_vertices as f64),
        value("Faces", "", found.n_faces as f64),
        value("Pieces", "", found.n_components as f64),
        value("EulerNumber", "", found.euler_number as f64),
        maybe("MeshVolume", "mm3", solid.map(|s| s.volume_mm3)),
        value("SurfaceArea", "mm2", found.area_mm2),
        maybe("SurfaceVolumeRatio", "1/mm", solid.map(|s| s.surface_volume_ratio_per_mm)),
        maybe("Sphericity", "", solid.map(|s| s.sphericity)),
        maybe("Compactness1", "", solid.map(|s| s.compactness_1)),
        maybe("Compactness2", "", solid.map(|s| s.compactness_2)),
        maybe("SphericalDisproportion", "", solid.map(|s| s.spherical_disproportion)),
        maybe("Maximum3DDiameter", "mm", found.hull.map(|hull| hull.max_diameter_mm)),
        value("MajorAxisLength", "mm", major),
        value("MinorAxisLength", "mm", minor),
        value("LeastAxisLength", "mm", least),
        value("Elongation", "", found.elongation),
        value("Flatness", "", found.flatness),
        maybe("Solidity", "", solid.map(|s| s.solidity)),
    ];
    let inertia = solid.map(|s| s.inertia_mm5);
    for (at, name) in ["InertiaMajor", "InertiaMinor", "InertiaLeast"].into_iter().enumerate() {
        values.push(maybe(name, "mm5", inertia.map(|inertia| inertia[at])));
    }
    values.extend(vector("Centroid", "mm", found.centroid_mm));
    values.extend(axes("Axis", found.axes));
    values.extend(of_hull(found.hull.as_ref()));
    let curvature = &found.curvature;
    values.extend(spread("MeanCurvature", "1/mm", &curvature.mean_per_mm));
    values.extend(spread("GaussianCurvature", "1/mm2", &curvature.gaussian_per_mm2));
    values.extend(spread("ShapeIndex", "", &curvature.shape_index));
    values.extend(spread("Curvedness", "1/mm", &curvature.curvedness_per_mm));
    values.push(value("BendingEnergy", "", curvature.bending_energy));
    values.push(value("Jaggedness", "", found.roughness.jaggedness));
    values.push(value("Roughness", "mm", found.roughness.roughness_mm));
    values.extend(spread("FoldAngle", "degree", &found.roughness.fold_degrees));
    values.push(value("BoundaryCurves", "", found.boundary.len() as f64));
    values.push(value("BoundaryLength", "mm", length));
    let has_boundary = length > 0.0;
    values.push(maybe("BoundaryBending", "1/mm", has_boundary.then(|| (bending / length).sqrt())));
    values.push(maybe("Symmetry", "", symmetry.map(|s| s.symmetry)));
    for (at, name) in ["AsymmetryMajor", "AsymmetryMinor", "AsymmetryLeast"].into_iter().enumerate()
    {
        values.push(maybe(name, "mm", symmetry.map(|s| s.asymmetry_mm[at])));
    }
    values
}

fn of_hull(hull: Option<&HullFeatures>) -> Vec<Value> {
    let of = |value: fn(&HullFeatures) -> f64| hull.map(value);
    let mut values = vec![
        maybe("HullVolume", "mm3", of(|hull| hull.volume_mm3)),
        maybe("HullArea", "mm2", of(|hull| hull.area_mm2)),
        maybe("MinimumWidth", "mm", of(|hull| hull.min_width_mm)),
        maybe("BoxLength", "mm", of(|hull| hull.oriented_box.size_mm[0])),
        maybe("BoxWidth", "mm", of(|hull| hull.oriented_box.size_mm[1])),
        maybe("BoxHeight", "mm", of(|hull| hull.oriented_box.size_mm[2])),
    ];
    let of_axis = |axis: usize, at: usize| hull.map(|hull| hull.oriented_box.axes[axis][at]);
    for (axis, name) in ["BoxLength", "BoxWidth", "BoxHeight"].into_iter().enumerate() {
        for (at, letter) in ["X", "Y", "Z"].into_iter().enumerate() {
            values.push(maybe(&format!("{name}Axis{letter}"), "", of_axis(axis, at)));
        }
    }
    for (at, letter) in ["X", "Y", "Z"].into_iter().enumerate() {
        let center = hull.map(|hull| hull.oriented_box.center_mm[at]);
        values.push(maybe(&format!("BoxCenter{letter}"), "mm", center));
    }
    values
}

fn value(name: &str, unit: &'static str, value: f64) -> Value {
    maybe(name, unit, Some(value))
}

fn maybe(name: &str, unit: &'static str, value: Option<f64>) -> Value {
    Value { name: name.to_owned(), unit, value }
}

fn vector(name: &str, unit: &'static str, vector: [f64; 3]) -> Vec<Value> {
    let letters = ["X", "Y", "Z"].into_iter().zip(vector);
    letters.map(|(letter, at)| value(&format!("{name}{letter}"), unit, at)).collect()
}

fn axes(name: &str, axes: [[f64; 3]; 3]) -> Vec<Value> {
    let named = ["Major", "Minor", "Least"].into_iter().zip(axes);
    named.flat_map(|(which, axis)| vector(&format!("{which}{name}"), "", axis)).collect()
}

fn spread(name: &str, unit: &'static str, spread: &Spread) -> Vec<Value> {
    let Spread { mean, sd, p05, median, p95 } = *spread;
    let parts = [("Mean", mean), ("Sd", sd), ("P05", p05), ("Median", median), ("P95", p95)];
    parts.map(|(part, at)| value(&format!("{name}{part}"), unit, at)).into()
}
