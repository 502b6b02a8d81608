//! The formats that shapes can be had in.

#![allow(clippy::doc_markdown, reason = "names of formats are names, not code")]

use std::path::Path;
use std::str::FromStr;

/// A format that something can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// GLB as meshes are stored: compressed, metres, y up.
    Glb,
    /// GLB without compression, for programs that do not know `EXT_meshopt_compression`.
    PlainGlb,
    /// Binary STL.
    Stl,
    /// Binary PLY.
    Ply,
    /// OBJ text.
    Obj,
    /// OFF text.
    Off,
    /// 3MF, for printers.
    ThreeMf,
    /// USDZ, for augmented reality on Apple's devices.
    Usdz,
    /// VTK's XML form of a mesh.
    Vtp,
    /// NumPy arrays of vertices and faces.
    NpzMesh,
    /// Points on the surface, PLY.
    PlyPoints,
    /// Points on the surface, text.
    XyzPoints,
    /// Points on the surface, as the Point Cloud Library has them.
    PcdPoints,
    /// Points on the surface, NumPy arrays.
    NpzPoints,
    /// Voxels, NIfTI.
    Nifti,
    /// Voxels, NRRD.
    Nrrd,
    /// Voxels with names and codes, as 3D Slicer writes them.
    SegNrrd,
    /// Voxels with names and codes, as hospitals keep them.
    DicomSeg,
    /// Voxels, NumPy arrays.
    NpzOccupancy,
    /// Distances to the surface, NumPy arrays.
    NpzDistance,
}

/// What a format holds; those that hold voxels come last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holds {
    /// Triangles.
    Mesh,
    /// Points with normals.
    Points,
    /// Voxels of structures.
    Labels,
    /// Voxels of one structure.
    Mask,
    /// A distance a voxel.
    Field,
}

/// What is known of a format.
struct Facts {
    format: Format,
    extension: &'static str,
    media_type: &'static str,
    holds: Holds,
    about: &'static str,
}

const BYTES: &str = "application/octet-stream";

const fn facts(
    format: Format,
    extension: &'static str,
    media_type: &'static str,
    holds: Holds,
    about: &'static str,
) -> Facts {
    Facts { format, extension, media_type, holds, about }
}

/// All formats, in the order in which they are offered.
const ALL: [Facts; 20] = [
    facts(Format::Glb, "glb", "model/gltf-binary", Holds::Mesh, "metres, compressed"),
    facts(Format::PlainGlb, "plain.glb", "model/gltf-binary", Holds::Mesh, "metres, uncompressed"),
    facts(Format::Stl, "stl", "model/stl", Holds::Mesh, "millimetres, binary"),
    facts(Format::Ply, "ply", BYTES, Holds::Mesh, "millimetres, binary"),
    facts(Format::Obj, "obj", "model/obj", Holds::Mesh, "millimetres, text"),
    facts(Format::Off, "off", "text/plain", Holds::Mesh, "millimetres, text"),
    facts(Format::ThreeMf, "3mf", "model/3mf", Holds::Mesh, "millimetres, for printing"),
    facts(Format::Usdz, "usdz", "model/vnd.usdz+zip", Holds::Mesh, "metres, augmented reality"),
    facts(Format::Vtp, "vtp", BYTES, Holds::Mesh, "millimetres, VTK and ParaView"),
    facts(Format::NpzMesh, "npz", BYTES, Holds::Mesh, "NumPy vertices and faces"),
    facts(Format::PlyPoints, "points.ply", BYTES, Holds::Points, "points with normals"),
    facts(
        Format::XyzPoints,
        "points.xyz",
        "text/plain",
        Holds::Points,
        "points with normals, text",
    ),
    facts(Format::PcdPoints, "points.pcd", "text/plain", Holds::Points, "points with normals, PCL"),
    facts(Format::NpzPoints, "points.npz", BYTES, Holds::Points, "NumPy points with normals"),
    facts(Format::Nifti, "nii.gz", "application/gzip", Holds::Labels, "voxels on the image's grid"),
    facts(Format::Nrrd, "nrrd", BYTES, Holds::Labels, "voxels on the image's grid"),
    facts(Format::SegNrrd, "seg.nrrd", BYTES, Holds::Labels, "voxels, names and codes, 3D Slicer"),
    facts(Format::DicomSeg, "seg.dcm", "application/dicom", Holds::Labels, "DICOM Segmentation"),
    facts(Format::NpzOccupancy, "occupancy.npz", BYTES, Holds::Mask, "NumPy voxels"),
    facts(Format::NpzDistance, "distance.npz", BYTES, Holds::Field, "NumPy distances in mm"),
];

/// Further endings of files that people name, and what they mean by them.
const ENDINGS: [(&str, Format); 9] = [
    (".compressed.glb", Format::Glb),
    (".glb", Format::PlainGlb),
    (".nii", Format::Nifti),
    (".dcm", Format::DicomSeg),
    (".seg", Format::DicomSeg),
    (".pcd", Format::PcdPoints),
    (".xyz", Format::XyzPoints),
    (".mask.npz", Format::NpzOccupancy),
    (".sdf.npz", Format::NpzDistance),
];

impl Format {
    /// All of them, in the order in which they are offered.
    pub fn all() -> impl Iterator<Item = Self> {
        ALL.iter().map(|facts| facts.format)
    }

    /// What a file of this name should hold: the longest ending that is known decides.
    ///
    /// `.glb` without more is the uncompressed one, which every program reads.
    pub fn of_name(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let known = ALL.iter().filter(|facts| facts.format != Self::Glb);
        let known = known.map(|facts| (format!(".{}", facts.extension), facts.format));
        let further = ENDINGS.into_iter().map(|(ending, format)| (ending.to_owned(), format));
        let fits = known.chain(further).filter(|(ending, _)| name.ends_with(ending.as_str()));
        fits.max_by_key(|(ending, _)| ending.len()).map(|(_, format)| format)
    }

    /// What files of this format end with, without the first dot; also its word on the command line.
    pub fn extension(self) -> &'static str {
        self.facts().extension
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        self.facts().media_type
    }

    /// What it holds.
    pub fn holds(self) -> Holds {
        self.facts().holds
    }

    /// A few words for people.
    pub fn about(self) -> &'static str {
        self.facts().about
    }

    fn facts(self) -> &'static Facts {
        let mut all = ALL.iter();
        all.find(|facts| facts.format == self).expect("the table has a line for each format")
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let lower = text.to_ascii_lowercase();
        let named = Self::all().find(|format| format.extension() == lower);
        named.ok_or_else(|| {
            let known: Vec<_> = Self::all().map(Self::extension).collect();
            format!("`{text}` is no format that is written; there are {}", known.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_ending_decides() {
        let check = |name: &str, expected| {
            assert_eq!(Format::of_name(Path::new(name)), expected, "{name}");
        };
        check("liver.seg.nrrd", Some(Format::SegNrrd));
        check("liver.nrrd", Some(Format::Nrrd));
        check("a/liver.NII.GZ", Some(Format::Nifti));
        check("liver.points.ply", Some(Format::PlyPoints));
        check("liver.glb", Some(Format::PlainGlb));
        check("liver.compressed.glb", Some(Format::Glb));
        check("liver.distance.npz", Some(Format::NpzDistance));
        check("liver.txt", None);
    }

    #[test]
    fn every_format_is_in_the_table_and_found_by_its_word() {
        for format in Format::all() {
            assert_eq!(format.extension().parse(), Ok(format));
        }
        assert!("doc".parse::<Format>().unwrap_err().contains("3mf"));
    }
}
