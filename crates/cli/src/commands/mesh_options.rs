use medshape::formats::{Space, Units};
use medshape::geometry::mesh::repair::RepairOptions;
use medshape::import::ImportOptions;
use medshape::meshes::Parts;

/// How meshes of other programs are to be understood, and what is repaired.
#[derive(clap::Args)]
#[command(next_help_heading = "Meshes")]
pub(crate) struct MeshOptions {
    /// What the numbers of a mesh measure, whatever its file says: um, mm, cm, in, ft, m
    #[arg(long, value_name = "UNIT")]
    units: Option<Units>,

    /// Which way the axes of a mesh point, whatever its file says: RAS, LPS, or y-up as in glTF
    #[arg(long, value_name = "SPACE", value_parser = space)]
    space: Option<Space>,

    /// Repair meshes: weld, orient, fill holes, split where sheets meet, drop islands. The original is
    /// kept, and every change reported
    #[arg(long)]
    repair: bool,

    /// Fill holes of at most this many edges
    #[arg(long, value_name = "N", default_value_t = 100, requires = "repair")]
    max_hole_edges: usize,

    /// Drop pieces with fewer faces than this
    #[arg(long, value_name = "N", default_value_t = 2, requires = "repair")]
    min_piece_faces: usize,

    /// Drop closed pieces with less volume than this, in mm³
    #[arg(long, value_name = "MM3", default_value_t = 0.0, requires = "repair", value_parser = super::amount)]
    min_piece_mm3: f64,
}

impl MeshOptions {
    pub(crate) fn import(&self) -> ImportOptions {
        let repair = self.repair.then_some(RepairOptions {
            max_hole_edges: self.max_hole_edges,
            min_piece_faces: self.min_piece_faces,
            min_piece_volume_mm3: self.min_piece_mm3,
        });
        ImportOptions { units: self.units, space: self.space, repair }
    }
}

fn space(text: &str) -> Result<Space, String> {
    match text.to_ascii_lowercase().as_str() {
        "ras" => Ok(Space::Ras),
        "lps" => Ok(Space::Lps),
        "y-up" => Ok(Space::YUp),
        _ => Err("there are RAS, LPS and y-up".to_owned()),
    }
}

/// What the parts of a mesh file become.
pub(crate) fn parts(text: &str) -> Result<Parts, String> {
    match text {
        "auto" => Ok(Parts::Auto),
        "one" => Ok(Parts::One),
        "each" => Ok(Parts::Each),
        _ => Err("there are auto, one and each".to_owned()),
    }
}
