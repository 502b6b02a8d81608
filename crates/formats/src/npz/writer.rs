//! Arrays for NumPy, without pickles: `numpy.load` takes them as it is.

use std::io::{self, Write};

use medshape_types::{Grid, Mask, Mesh, PointCloud, Volume};

use crate::npy::{NumpyType, bytes_of, text_bytes};
use crate::zip::Writer;

/// Writes `vertices` (N×3, 32-bit floats), `faces` (M×3, 32-bit indices), `units` and `space`.
///
/// # Errors
/// Those of `out`.
pub fn write_mesh(out: &mut dyn Write, mesh: &Mesh) -> io::Result<()> {
    let mut writer = Writer::new(out);
    put_rows(&mut writer, "vertices", mesh.positions())?;
    let faces = le_bytes(mesh.faces().as_flattened(), u32::to_le_bytes);
    put(&mut writer, "faces", NumpyType::U32, &[mesh.faces().len(), 3], &faces)?;
    put_space(&mut writer)?;
    writer.finish().map(drop)
}

/// Writes `points` (N×3, 32-bit floats), `normals` if there are any, `units` and `space`.
///
/// # Errors
/// Those of `out`.
pub fn write_points(out: &mut dyn Write, cloud: &PointCloud) -> io::Result<()> {
    let mut writer = Writer::new(out);
    put_rows(&mut writer, "points", cloud.positions())?;
    if !cloud.normals().is_empty() {
        put_rows(&mut writer, "normals", cloud.normals())?;
    }
    put_space(&mut writer)?;
    writer.finish().map(drop)
}

/// Writes `occupancy` (X×Y×Z, bytes of 0 and 1) and where its voxels lie: `world_from_voxel` (4×4),
/// `spacing_mm`, `units` and `space`.
///
/// # Errors
/// Those of `out`.
pub fn write_occupancy(out: &mut dyn Write, mask: &Mask) -> io::Result<()> {
    let mut writer = Writer::new(out);
    let items = z_fastest(mask.grid(), mask.voxels(), |&voxel| [u8::from(voxel)]);
    put(&mut writer, "occupancy", NumpyType::U8, &mask.grid().dims(), &items)?;
    put_grid(&mut writer, mask.grid())?;
    writer.finish().map(drop)
}

/// Writes `values` (X×Y×Z, 32-bit floats) and where its voxels lie, as [`write_occupancy`] does.
///
/// # Errors
/// Those of `out`.
pub fn write_volume(out: &mut dyn Write, volume: &Volume<f32>) -> io::Result<()> {
    let mut writer = Writer::new(out);
    let items = z_fastest(volume.grid(), volume.voxels(), |value| value.to_le_bytes());
    put(&mut writer, "values", NumpyType::F32, &volume.grid().dims(), &items)?;
    put_grid(&mut writer, volume.grid())?;
    writer.finish().map(drop)
}

type Out<'a> = Writer<&'a mut dyn Write>;

fn put(
    writer: &mut Out<'_>,
    name: &str,
    kind: NumpyType,
    shape: &[usize],
    items: &[u8],
) -> io::Result<()> {
    writer.deflated(&format!("{name}.npy"), &bytes_of(kind, shape, items))
}

fn put_rows(writer: &mut Out<'_>, name: &str, rows: &[[f32; 3]]) -> io::Result<()> {
    let items = le_bytes(rows.as_flattened(), f32::to_le_bytes);
    put(writer, name, NumpyType::F32, &[rows.len(), 3], &items)
}

fn put_space(writer: &mut Out<'_>) -> io::Result<()> {
    writer.deflated("units.npy", &text_bytes("mm"))?;
    writer.deflated("space.npy", &text_bytes("RAS"))
}

fn put_grid(writer: &mut Out<'_>, grid: &Grid) -> io::Result<()> {
    let [a, b, c] = *grid.world_from_voxel().rows();
    let rows = [a, b, c, [0.0, 0.0, 0.0, 1.0]];
    let affine = le_bytes(rows.as_flattened(), f64::to_le_bytes);
    put(writer, "world_from_voxel", NumpyType::F64, &[4, 4], &affine)?;
    let spacing_mm = le_bytes(&grid.spacing_mm(), f64::to_le_bytes);
    put(writer, "spacing_mm", NumpyType::F64, &[3], &spacing_mm)?;
    put_space(writer)
}

fn le_bytes<T: Copy, const N: usize>(items: &[T], bytes: impl Fn(T) -> [u8; N]) -> Vec<u8> {
    items.iter().flat_map(|&item| bytes(item)).collect()
}

/// Items of voxels in the order of C, the last axis fastest.
fn z_fastest<T, const N: usize>(
    grid: &Grid,
    voxels: &[T],
    bytes: impl Fn(&T) -> [u8; N],
) -> Vec<u8> {
    let [nx, ny, nz] = grid.dims();
    let mut items = Vec::with_capacity(voxels.len() * N);
    for x in 0..nx {
        for y in 0..ny {
            for z in 0..nz {
                items.extend_from_slice(&bytes(&voxels[grid.index([x, y, z])]));
            }
        }
    }
    items
}
