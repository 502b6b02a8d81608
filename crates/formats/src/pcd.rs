//! PCD, the point file of the Point Cloud Library (Rusu and Cousins, 2011).

mod data;
mod header;
mod lzf;

use std::io::{self, BufWriter, Write};

use medshape_types::PointCloud;

use crate::error::ErrorKind;
use crate::limits::Limits;
use crate::point_file::PointFile;
use crate::text::{COMMENT, Decimal};

/// How nearly all of them begin.
pub(crate) const MAGIC: &[u8] = b"# .PCD";

/// Reads points, and their normals if they have all three: text, binary, or binary compressed.
///
/// Other fields are stepped over. Positions may be NaN, which is how a scanner says that it saw
/// nothing.
///
/// # Errors
///
/// What is wrong: a header that contradicts itself or claims more than the bytes hold, damaged
/// compression, no points at all.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<PointFile, ErrorKind> {
    if bytes.is_empty() {
        return Err(ErrorKind::Empty);
    }
    let header = header::Header::read(bytes, limits)?;
    data::read(bytes, &header, limits)
}

/// Writes points as text, and their normals if there are some; a comment says that they are in
/// millimetres RAS+.
///
/// # Errors
///
/// Only those of `out`.
pub fn write_points(out: &mut dyn Write, cloud: &PointCloud) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    let n_points = cloud.positions().len();
    let (names, n) = match cloud.normals().is_empty() {
        true => ("x y z", 3),
        false => ("x y z normal_x normal_y normal_z", 6),
    };
    writeln!(out, "# .PCD v0.7 - Point Cloud Data file format\n# {COMMENT}\nVERSION 0.7")?;
    writeln!(out, "FIELDS {names}\nSIZE{}", " 4".repeat(n))?;
    writeln!(out, "TYPE{}\nCOUNT{}", " F".repeat(n), " 1".repeat(n))?;
    writeln!(out, "WIDTH {n_points}\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS {n_points}")?;
    writeln!(out, "DATA ascii")?;
    for (at, position) in cloud.positions().iter().enumerate() {
        let [x, y, z] = position.map(Decimal);
        write!(out, "{x} {y} {z}")?;
        if let Some(normal) = cloud.normals().get(at) {
            let [x, y, z] = normal.map(Decimal);
            write!(out, " {x} {y} {z}")?;
        }
        writeln!(out)?;
    }
    out.flush()
}
