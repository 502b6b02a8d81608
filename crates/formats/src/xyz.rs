//! XYZ: points as lines of numbers, as scanners, spreadsheets and chemists write them.

mod columns;
mod reader;

use std::io::{self, BufWriter, Write};

use medshape_types::PointCloud;

use crate::error::ErrorKind;
use crate::limits::Limits;
use crate::point_file::PointFile;
use crate::text::{COMMENT, Decimal, without_mark};

/// Reads a point a line: x, y and z, perhaps a normal, and further columns that are passed over.
///
/// Columns stand between blanks, tabs, commas or semicolons. A line of names may say which columns
/// are `x`, `y`, `z` and `nx`, `ny`, `nz`; else the first three are taken, and the next three are a
/// normal if all of them have length one. `#` and `//` begin a comment. A first line with nothing but
/// the number of points may be followed by a line of text, and points by the name of an element.
///
/// # Errors
///
/// What is wrong, with the line: a word that is no number, commas that may be decimal points, another
/// number of points than said, no points at all.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<PointFile, ErrorKind> {
    if bytes.is_empty() {
        return Err(ErrorKind::Empty);
    }
    reader::read(&without_mark(bytes), limits)
}

/// Writes a point a line, and its normal if there is one; a comment says that they are in
/// millimetres RAS+.
///
/// # Errors
///
/// Only those of `out`.
pub fn write_points(out: &mut dyn Write, cloud: &PointCloud) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    let names = if cloud.normals().is_empty() { "x y z" } else { "x y z nx ny nz" };
    writeln!(out, "# {COMMENT}\n# {names}")?;
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
