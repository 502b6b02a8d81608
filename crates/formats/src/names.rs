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

/// Endings, the longer before the shorter that they end with; `.gz` may follow each.
const ENDINGS: [(&str, Family); 40] = [
    (".seg.nrrd", Family::Volume),
    (".nii", Family::Volume),
    (".hdr", Family::Volume),
    (".img", Family::Voxels),
    (".nrrd", Family::Volume),
    (".nhdr", Family::Volume),
    (".mha", Family::Volume),
    (".mhd", Family::Volume),
    (".mgh", Family::Volume),
    (".mgz", Family::Volume),
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
    (".glb", Family::Mesh),
    (".gltf", Family::Mesh),
    (".vtk", Family::Mesh),
    (".vtp", Family::Mesh),
    (".surf.gii", Family::Mesh),
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
    (".tgz", Family::Archive),
    (".tar", Family::Archive),
    (".stl.zip", Family::Archive),
    (".zip", Family::Archive),
];

/// What a file of this name should be; `None` if the name promises nothing.
pub fn family(path: &Path) -> Option<Family> {
    parts(path.file_name()?.to_str()?).map(|(_, family)| family)
}

/// A file's name without the ending of its format.
pub fn stem(name: &str) -> &str {
    parts(name).map_or(name, |(stem, _)| stem)
}

/// What stands before the ending of a format, and what the ending promises.
fn parts(name: &str) -> Option<(&str, Family)> {
    let mut unpacked = name;
    while let Some(shorter) = without(unpacked, ".gz") {
        unpacked = shorter;
    }
    ENDINGS.iter().find_map(|(ending, family)| Some((without(unpacked, ending)?, *family)))
}

/// What stands before an ending, in whatever case it is.
fn without<'a>(name: &'a str, ending: &str) -> Option<&'a str> {
    let begin = name.len().checked_sub(ending.len())?;
    // None where the cut would go through a letter.
    let (stem, end) = name.split_at_checked(begin)?;
    end.eq_ignore_ascii_case(ending).then_some(stem)
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
        check("vessel.STL.gz", "vessel", Some(Family::Mesh));
        check("s1.nii.gz.GZ", "s1", Some(Family::Volume));
        check("cohort.tar.gz", "cohort", Some(Family::Archive));
        check("scalpel.STL", "scalpel", Some(Family::Mesh));
        check("ü.ply", "ü", Some(Family::Mesh));
        check("notes.txt", "notes.txt", None);
        check("notes.gz", "notes.gz", None);
        check("ü.gz", "ü.gz", None);
        check(".nii", "", Some(Family::Volume));
    }
}
