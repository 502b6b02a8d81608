//! What a file can hold, written in any format that holds it.

use std::io::Write;

use medshape_formats::usdz::UsdLook;
use medshape_formats::{
    dicom_seg, glb, nifti, npz, nrrd, obj, off, pcd, ply, stl, threemf, usdz, vtp, xyz,
};
use medshape_geometry::mesh::closed::Closed;
use medshape_geometry::mesh::distance_field::distance_field;
use medshape_geometry::mesh::voxelise::voxelise;
use medshape_geometry::points::sample::sample;
use medshape_types::{
    Affine, Bounds, Grid, LabelMap, Mask, Mesh, PointCloud, Segment, Segmentation, Volume,
};

use crate::format::{Format, Holds};
use crate::import;

/// Voxels around a mesh that is made into voxels.
const MARGIN_VOXELS: usize = 2;
/// Points are drawn alike every time.
const SEED: u64 = 1;

/// How a shape is to be written where its format leaves a choice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WriteOptions {
    /// Distance of voxel centres; the image's own grid, or 1 mm where there is none, if not given.
    pub spacing_mm: Option<f64>,
    /// Of the image's own grid, only the box around the structure; distances are always so.
    pub crop: bool,
    /// How many points.
    pub n_points: usize,
}

impl Default for WriteOptions {
    /// The whole of the image's own grid, 10,000 points.
    fn default() -> Self {
        Self { spacing_mm: None, crop: false, n_points: 10_000 }
    }
}

/// Writes a mesh in any format; formats that hold something else are made from it.
///
/// `segment` says what it is, for formats that have a place for names and codes.
///
/// # Errors
/// In words: the mesh is not closed and has no inside, its voxels would be too many, or `out` fails.
pub fn write_mesh(
    out: &mut dyn Write,
    mesh: &Mesh,
    look: &glb::Look,
    segment: &Segment,
    format: Format,
    options: &WriteOptions,
) -> Result<(), String> {
    match format.holds() {
        Holds::Mesh => write_triangles(out, mesh, look, format),
        Holds::Points => write_points(out, &sample(mesh, options.n_points, SEED), format),
        Holds::Labels | Holds::Mask | Holds::Field => {
            write_mesh_on(out, mesh, segment, format, &grid_of(mesh, options)?)
        }
    }
}

/// Writes the inside of a mesh on a grid, in a format that holds voxels.
///
/// # Errors
/// In words: the mesh is not closed, the format holds no voxels, or `out` fails.
pub fn write_mesh_on(
    out: &mut dyn Write,
    mesh: &Mesh,
    segment: &Segment,
    format: Format,
    grid: &Grid,
) -> Result<(), String> {
    let mesh = closed(mesh)?;
    match format.holds() {
        Holds::Mask => write_mask(out, &voxelise(mesh, grid)),
        Holds::Field => write_field(out, &distance_field(mesh, grid)),
        _ => write_segmentation(out, &segmentation_of(voxelise(mesh, grid), segment)?, format),
    }
}

fn write_triangles(
    out: &mut dyn Write,
    mesh: &Mesh,
    look: &glb::Look,
    format: Format,
) -> Result<(), String> {
    let written = match format {
        Format::Stl => stl::write(out, mesh),
        Format::Ply => ply::write(out, mesh),
        Format::Obj => obj::write(out, mesh),
        Format::Off => off::write(out, mesh),
        Format::Vtp => vtp::write(out, mesh),
        Format::ThreeMf => threemf::write(out, mesh, &look.name),
        Format::Usdz => usdz::write(out, mesh, &usd_look(look)),
        Format::NpzMesh => npz::write_mesh(out, mesh),
        Format::PlainGlb => glb::write_plain(out, mesh, look),
        _ => return write_compressed(out, mesh, look),
    };
    written.map_err(|cause| cause.to_string())
}

fn usd_look(look: &glb::Look) -> UsdLook {
    let glb::Look { name, colour, copyright, .. } = look.clone();
    UsdLook { name, colour, copyright }
}

fn write_compressed(out: &mut dyn Write, mesh: &Mesh, look: &glb::Look) -> Result<(), String> {
    let step_exponent = import::step_exponent(mesh);
    let mesh = import::on_lattice(mesh.clone(), step_exponent);
    glb::write_compressed(out, &mesh, step_exponent, look).map_err(|cause| cause.to_string())
}

/// Writes points.
///
/// # Errors
/// In words: the format holds no points, or `out` fails.
pub fn write_points(out: &mut dyn Write, cloud: &PointCloud, format: Format) -> Result<(), String> {
    let written = match format {
        Format::PlyPoints => ply::write_points(out, cloud),
        Format::XyzPoints => xyz::write_points(out, cloud),
        Format::PcdPoints => pcd::write_points(out, cloud),
        Format::NpzPoints => npz::write_points(out, cloud),
        other => return Err(format!("`.{}` holds no points", other.extension())),
    };
    written.map_err(|cause| cause.to_string())
}

/// Writes labels with what is known of them.
///
/// # Errors
/// In words: the format holds no labels, or one layer only where there are several, or `out` fails.
pub fn write_segmentation(
    out: &mut dyn Write,
    segmentation: &Segmentation,
    format: Format,
) -> Result<(), String> {
    let written = match format {
        Format::Nifti => nifti::write_label_map(out, one_layer(segmentation)?),
        Format::Nrrd => nrrd::write_label_map(out, one_layer(segmentation)?),
        Format::SegNrrd => nrrd::write_segmentation(out, segmentation),
        Format::DicomSeg => {
            return dicom_seg::write(out, segmentation).map_err(|cause| cause.to_string());
        }
        other => return Err(format!("`.{}` holds no labels", other.extension())),
    };
    written.map_err(|cause| cause.to_string())
}

fn one_layer(segmentation: &Segmentation) -> Result<&LabelMap, String> {
    match segmentation.layers() {
        [layer] => Ok(layer),
        layers => Err(format!(
            "structures overlap in {} layers, which this format cannot hold: write `.seg.nrrd` or \
             `.seg.dcm`, or one file a structure",
            layers.len()
        )),
    }
}

/// Writes the voxels of one structure as an array.
///
/// # Errors
/// Those of `out`, in words.
pub fn write_mask(out: &mut dyn Write, mask: &Mask) -> Result<(), String> {
    npz::write_occupancy(out, mask).map_err(|cause| cause.to_string())
}

/// Writes values on a grid as an array.
///
/// # Errors
/// Those of `out`, in words.
pub fn write_field(out: &mut dyn Write, field: &Volume<f32>) -> Result<(), String> {
    npz::write_volume(out, field).map_err(|cause| cause.to_string())
}

/// One structure as a segmentation of one layer, its label 1.
pub(crate) fn segmentation_of(mask: Mask, segment: &Segment) -> Result<Segmentation, String> {
    let (grid, inside) = mask.into_parts();
    let voxels: Vec<u8> = inside.into_iter().map(u8::from).collect();
    let values = if voxels.contains(&1) { vec![0, 1] } else { vec![0] };
    let map =
        LabelMap::of_voxels(grid, voxels.into(), values).map_err(|cause| cause.to_string())?;
    let segment = Segment { layer: 0, value: 1, ..segment.clone() };
    Segmentation::new(vec![map], vec![segment]).map_err(|cause| cause.to_string())
}

fn closed(mesh: &Mesh) -> Result<Closed<'_>, String> {
    Closed::new(mesh)
        .ok_or_else(|| "it is not closed, so nothing is inside of it: repair it first".to_owned())
}

/// The part of a grid that holds a mesh, with a margin: its voxels lie where those of the grid lie.
pub(crate) fn cropped(grid: &Grid, mesh: &Mesh) -> Option<Grid> {
    let voxel_from_world = grid.world_from_voxel().inverse();
    let in_voxels = |position: &[f32; 3]| voxel_from_world.apply(position.map(f64::from));
    let bounds = Bounds::around(mesh.positions().iter().map(in_voxels))?;
    let last = grid.dims().map(|dim| dim - 1);
    let at = |axis: usize, value: f64| value.clamp(0.0, last[axis] as f64) as usize;
    let first =
        [0, 1, 2].map(|axis| at(axis, bounds.min[axis].floor()).saturating_sub(MARGIN_VOXELS));
    let end =
        [0, 1, 2].map(|axis| (at(axis, bounds.max[axis].ceil()) + MARGIN_VOXELS).min(last[axis]));
    let dims = [0, 1, 2].map(|axis| end[axis] + 1 - first[axis]);
    let mut rows = *grid.world_from_voxel().rows();
    let origin = grid.world_from_voxel().apply(first.map(|index| index as f64));
    for (row, origin) in rows.iter_mut().zip(origin) {
        row[3] = origin;
    }
    Grid::new(dims, Affine::from_rows(rows)?).ok()
}

/// An axis-aligned grid around a mesh.
fn grid_of(mesh: &Mesh, options: &WriteOptions) -> Result<Grid, String> {
    let bounds = mesh.bounds().ok_or("a mesh without vertices")?;
    grid_around(&bounds, options.spacing_mm.unwrap_or(1.0))
}

fn grid_around(bounds: &Bounds, spacing_mm: f64) -> Result<Grid, String> {
    let size = bounds.size();
    let dims = size.map(|side| (side / spacing_mm).ceil() as usize + 1 + 2 * MARGIN_VOXELS);
    let origin = bounds.min.map(|low| low - MARGIN_VOXELS as f64 * spacing_mm);
    let too_many = |cause: &dyn std::fmt::Display| {
        format!("{} × {} × {} voxels of {spacing_mm} mm: {cause}", dims[0], dims[1], dims[2])
    };
    let affine = Affine::from_spacing([spacing_mm; 3], origin)
        .ok_or_else(|| format!("{spacing_mm} mm is no spacing"))?;
    Grid::new(dims, affine).map_err(|cause| too_many(&cause))
}
