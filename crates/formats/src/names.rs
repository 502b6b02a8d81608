//! What the names of files promise. The bytes decide; a name only says whether a file is worth opening.

use std::path::Path;

/// What a file should be by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Voxels: a label map, a mask, an image.
    Volume,
    /// A header whose voxels lie in another file, or the voxels of such a header.
    Voxels,
    /// DICOM: perhaps a segmentation or contours.
    Dicom,
    /// Triangles, or points that look like a mesh.
    Mesh,
    /// Points.
    Points,
    /// Arrays: a mask, a mesh or points.
    Arrays,
    /// Rows and columns.
    Table,
    /// Files in a file.
    Archive,
}

/// Endings, the longer before the shorter that they end with.
const ENDINGS: [(&str, Family); 47] = [
    (".seg.nrrd", Family::Volume),
    (".nii.gz", Family::Volume),
    (".hdr.gz", Family::Volume),
    (".img.gz", Family::Voxels),
    (".nii", Family::Volume),
    (".hdr", Family::Volume),
    (".img", Family::Voxels),
    (".nrrd", Family::Volume),
    (".nhdr", Family::Volume),
    (".mha", Family::Volume),
    (".mhd", Family::Volume),
    (".mgh", Family::Volume),
    (".mgz", Family::Volume),
    (".raw.gz", Family::Voxels),
    (".raw", Family::Voxels),
    (".zraw", Family::Voxels),
    (".dcm", Family::Dicom),
    (".dicom", Family::Dicom),
    (".seg", Family::Dicom),
    (".stl", Family::Mesh),
    (".obj", Family::Mesh),
    (".ply", Family::Mesh),
    (".coff", Family::Mesh),
    (".noff", Family::Mesh),
    (".off", Family::Mesh),
    (".glb.gz", Family::Mesh),
    (".glb", Family::Mesh),
    (".gltf", Family::Mesh),
    (".vtk", Family::Mesh),
    (".vtp", Family::Mesh),
    (".surf.gii", Family::Mesh),
    (".gii.gz", Family::Mesh),
    (".gii", Family::Mesh),
    (".3mf", Family::Mesh),
    (".usdz", Family::Mesh),
    (".pcd", Family::Points),
    (".xyz", Family::Points),
    (".npz", Family::Arrays),
    (".csv", Family::Table),
    (".tsv", Family::Table),
    (".xlsx", Family::Table),
    (".json", Family::Table),
    (".tar.gz", Family::Archive),
    (".tgz", Family::Archive),
    (".tar", Family::Archive),
    (".stl.zip", Family::Archive),
    (".zip", Family::Archive),
];

/// What a file of this name should be; `None` if the name promises nothing.
pub fn family(path: &Path) -> Option<Family> {
    ending(path.file_name()?.to_str()?).map(|(_, family)| family)
}

/// A file's name without the ending of its format.
pub fn stem(name: &str) -> &str {
    ending(name).map_or(name, |(ending, _)| &name[..name.len() - ending.len()])
}

fn ending(name: &str) -> Option<(&'static str, Family)> {
    // Bytes: a name may be cut anywhere, its letters not.
    let name = name.as_bytes();
    ENDINGS.into_iter().find(|(ending, _)| {
        let begin = name.len().checked_sub(ending.len());
        begin.is_some_and(|begin| name[begin..].eq_ignore_ascii_case(ending.as_bytes()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_taken_off_whole() {
        let check = |name: &str, expected: &str, promised| {
            assert_eq!((stem(name), family(Path::new(name))), (expected, promised), "{name}");
        };
        check("s1.NII.gz", "s1", Some(Family::Volume));
        check("a.b.seg.nrrd", "a.b", Some(Family::Volume));
        check("lh.surf.gii", "lh", Some(Family::Mesh));
        check("cohort.tar.gz", "cohort", Some(Family::Archive));
        check("scalpel.STL", "scalpel", Some(Family::Mesh));
        check("ü.ply", "ü", Some(Family::Mesh));
        check("notes.txt", "notes.txt", None);
        check(".nii", "", Some(Family::Volume));
    }
}
