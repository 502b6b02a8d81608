//! Meshes of every format that is read; which one a file is, its bytes say.

mod content;

use crate::error::{Error, ErrorKind};
use crate::input::Input;
use crate::limits::Limits;
use crate::mesh_file::MeshFile;
use crate::{gifti, gltf, npz, obj, off, packing, ply, stl, threemf, vtk, vtp};

pub(crate) use content::{by_magic, format as by_content};

/// A format of meshes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeshFormat {
    /// STL, binary or text.
    Stl,
    /// Wavefront OBJ.
    Obj,
    /// PLY, which may hold points only.
    Ply,
    /// OFF.
    Off,
    /// glTF or GLB.
    Gltf,
    /// VTK's older format.
    Vtk,
    /// VTK's XML PolyData.
    Vtp,
    /// GIFTI.
    Gifti,
    /// 3MF.
    ThreeMf,
    /// NumPy arrays.
    Npz,
}

impl MeshFormat {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stl => "STL",
            Self::Obj => "OBJ",
            Self::Ply => "PLY",
            Self::Off => "OFF",
            Self::Gltf => "glTF",
            Self::Vtk => "VTK",
            Self::Vtp => "VTP",
            Self::Gifti => "GIFTI",
            Self::ThreeMf => "3MF",
            Self::Npz => "NPZ",
        }
    }
}

/// The meshes of a file, which may be in gzip.
///
/// # Errors
/// What is wrong with the file; [`ErrorKind::NotThis`] if it is no mesh file.
pub fn read(input: &Input, limits: &Limits) -> Result<MeshFile, Error> {
    let read = || {
        let bytes = input.whole(limits.bytes)?;
        let format = match by_content(&bytes, Some(bytes.len() as u64)) {
            Some(format) => format,
            None => {
                packing::refuse(&bytes)?;
                by_name(&input.lower_name()).ok_or_else(not_a_mesh)?
            }
        };
        of_format(format, &bytes, input, limits)
    };
    read().map_err(|kind: ErrorKind| input.error(kind))
}

fn of_format(
    format: MeshFormat,
    bytes: &[u8],
    input: &Input,
    limits: &Limits,
) -> Result<MeshFile, ErrorKind> {
    match format {
        MeshFormat::Stl => stl::read(bytes, limits),
        MeshFormat::Obj => obj::read(bytes, limits),
        MeshFormat::Ply => ply::read(bytes, limits),
        MeshFormat::Off => off::read(bytes, limits),
        MeshFormat::Vtk => vtk::read(bytes, limits),
        MeshFormat::Vtp => vtp::read(bytes, limits),
        MeshFormat::Gifti => gifti::read(bytes, limits),
        MeshFormat::ThreeMf => threemf::read(bytes, limits),
        MeshFormat::Npz => {
            let arrays = npz::read(bytes, limits)?;
            arrays.mesh_of(input.sample())?.ok_or_else(|| arrays.nothing())
        }
        MeshFormat::Gltf => {
            let beside = |name: &str| input.beside(name)?.whole(limits.bytes);
            gltf::read(bytes, &beside, limits)
        }
    }
}

fn not_a_mesh() -> ErrorKind {
    ErrorKind::NotThis("not a mesh of a format that is read".to_owned())
}

fn by_name(lower_name: &str) -> Option<MeshFormat> {
    const ENDINGS: [(&str, MeshFormat); 12] = [
        (".stl", MeshFormat::Stl),
        (".obj", MeshFormat::Obj),
        (".ply", MeshFormat::Ply),
        (".off", MeshFormat::Off),
        (".glb", MeshFormat::Gltf),
        (".gltf", MeshFormat::Gltf),
        (".vtk", MeshFormat::Vtk),
        (".vtp", MeshFormat::Vtp),
        (".gii", MeshFormat::Gifti),
        (".3mf", MeshFormat::ThreeMf),
        (".npz", MeshFormat::Npz),
        (".noff", MeshFormat::Off),
    ];
    let name = lower_name.trim_end_matches(".gz");
    ENDINGS.into_iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, format)| format)
}
