//! A mesh of another program becomes one of ours: measured in millimetres, inspected, repaired only if
//! that was asked for, and every fault and every change said.

use medshape_catalog::{Faults, Import, Repair};
use medshape_formats::{MeshFile, Space, Units};
use medshape_geometry::mesh::closed::Closed;
use medshape_geometry::mesh::components::split;
use medshape_geometry::mesh::deviation::mutual_deviation_mm;
use medshape_geometry::mesh::intersections::intersections;
use medshape_geometry::mesh::loops::boundary_loops;
use medshape_geometry::mesh::quality::{inspect, n_duplicate_faces};
use medshape_geometry::mesh::repair::{RepairOptions, repair};
use medshape_geometry::mesh::weld::weld;
use medshape_geometry::mesh::{area::area, volume::signed_volume};
use medshape_types::{Bounds, Mesh};

use crate::counted::counted;

/// Coordinates beyond this are no part of a body.
const MAX_COORDINATE_MM: f64 = 1e5;
/// Something whose largest side is shorter than this is hardly in millimetres.
const SMALLEST_MM: f64 = 2.0;
/// Nor something whose largest side is longer than this.
const LARGEST_MM: f64 = 2_500.0;
/// A piece with less than this part of the area is an island.
const ISLAND: f64 = 1e-3;
/// The lattice has this many steps, as a power of two, along the largest side of a mesh, but is never
/// coarser than 1/256 mm unless the mesh is far from the origin.
const STEPS_LOG2: i32 = 16;
/// The coarsest lattice of a mesh near the origin: 1/256 mm.
const COARSEST: i32 = -8;
/// Coordinates have this many bits beside their sign.
const MANTISSA_BITS: i32 = 23;

/// How a mesh is to be understood, and what is to be done to it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ImportOptions {
    /// What its numbers measure, whatever the file says.
    pub units: Option<Units>,
    /// Which way its axes point, whatever the file says.
    pub space: Option<Space>,
    /// What is repaired; nothing by default.
    pub repair: Option<RepairOptions>,
}

/// A mesh that came in.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The mesh on its lattice, repaired if that was asked for.
    pub mesh: Mesh,
    /// As it came, in millimetres RAS+, vertices of equal position made one, nothing else changed.
    pub original: Mesh,
    /// Coordinates of `mesh` are whole multiples of two to the power of this, in mm.
    pub step_exponent: i32,
    /// What was found and done.
    pub record: Import,
    /// The same in words, and what the reader noticed, a sentence each.
    pub notes: Vec<String>,
    /// Those of them that say what of the file is not there, or is odd about it: also a sound mesh is
    /// not all of such a file.
    pub of_file: Vec<String>,
}

/// Takes a mesh in.
///
/// # Errors
/// In words: no face is left, its size says that its unit is another one and nobody said which, or it
/// lies farther than 100 m from the origin.
pub fn import(file: &MeshFile, options: &ImportOptions) -> Result<Imported, String> {
    let Understood { units, space } = understood(file, options);
    let (mesh, n_not_finite_faces) = file.to_mesh(units, space);
    let original = weld(&mesh);
    if let Some(doubt) = doubt(&original, file, options) {
        return Err(doubt);
    }
    let Rounded { mesh, note } = rounded(&original);
    let faults = Faults { n_not_finite_faces: n_not_finite_faces as u64, ..faults(&mesh) };
    let turned = is_inside_out(&mesh);
    let sound = if turned { turned_around(&mesh) } else { mesh };
    let (repaired, repair) = match &options.repair {
        Some(options) => repaired(&sound, options).map(|(mesh, repair)| (mesh, Some(repair)))?,
        None => (sound, None),
    };
    let step_exponent = step_exponent(&repaired);
    let mesh = on_lattice(repaired, step_exponent);
    let record = Import {
        units: units.word().to_owned(),
        space: space_word(space).to_owned(),
        turned,
        faults,
        repair,
    };
    let not_finite = Faults { n_not_finite_faces: n_not_finite_faces as u64, ..Faults::default() };
    let of_file = [file.notes.clone(), faults_in_words(&not_finite)].concat();
    let mut notes = file.notes.clone();
    notes.extend(note);
    notes.extend(assumed(file, options));
    notes.extend(in_words(&record));
    Ok(Imported { mesh, original, step_exponent, record, notes, of_file })
}

/// The mesh of a file in millimetres RAS+ for whoever measures it: not repaired; turned outward if it is
/// closed and inside out.
///
/// # Errors
/// Those of [`import`], in words; and a face with a corner that is not finite, since what is left would
/// have the numbers of another shape.
pub fn taken(file: &MeshFile, options: &ImportOptions) -> Result<Mesh, String> {
    let Understood { units, space } = understood(file, options);
    let (mesh, n_not_finite_faces) = file.to_mesh(units, space);
    if n_not_finite_faces > 0 {
        let faces = counted(n_not_finite_faces as u64, "face");
        return Err(format!(
            "{faces} with a corner that is no finite number: convert it first, which leaves such faces out"
        ));
    }
    let mesh = weld(&mesh);
    match doubt(&mesh, file, options) {
        Some(doubt) => Err(doubt),
        None => {
            let mesh = rounded(&mesh).mesh;
            Ok(if is_inside_out(&mesh) { turned_around(&mesh) } else { mesh })
        }
    }
}

/// A mesh on its lattice.
pub(crate) struct Rounded {
    pub(crate) mesh: Mesh,
    /// What rounding did besides moving vertices by less than a step, in words.
    pub(crate) note: Option<String>,
}

/// Rounds a mesh to its lattice. Vertices that come to the same place are one, since many programs write
/// one place with noise in its last digits; faces that so lose a corner vanish.
pub(crate) fn rounded(mesh: &Mesh) -> Rounded {
    let step_exponent = step_exponent(mesh);
    let moved = on_lattice(mesh.clone(), step_exponent);
    let welded = weld(&moved);
    let n_merged = moved.positions().len() - welded.positions().len();
    if n_merged == 0 {
        return Rounded { mesh: welded, note: None };
    }
    let has_corners =
        |face: &[u32; 3]| face[0] != face[1] && face[1] != face[2] && face[2] != face[0];
    let (positions, faces) = welded.into_parts();
    // Faces that had lost a corner before are faults of the file, and stay to be counted.
    let kept: Vec<[u32; 3]> = faces
        .into_iter()
        .zip(mesh.faces())
        .filter(|(face, before)| has_corners(face) || !has_corners(before))
        .map(|(face, _)| face)
        .collect();
    let n_vanished = mesh.faces().len() - kept.len();
    let mesh = Mesh::new(positions, kept).expect("faces are only left out");
    let step_mm = 2_f64.powi(step_exponent);
    let note = format!(
        "{} nearer than {step_mm:.2e} mm to another became one with it; {} without extent vanished",
        counted(n_merged as u64, "vertex"),
        counted(n_vanished as u64, "face"),
    );
    Rounded { mesh, note: Some(note) }
}

/// Everything that is wrong with a mesh. Vertices of equal position should be one, or each seam counts
/// as a hole.
pub fn faults(mesh: &Mesh) -> Faults {
    let found = inspect(mesh);
    let crossings = intersections(mesh);
    let whole = area(mesh);
    let n_islands = if found.n_components > 1 {
        split(mesh).iter().filter(|piece| area(piece) < ISLAND * whole).count()
    } else {
        0
    };
    Faults {
        n_not_finite_faces: 0,
        n_degenerate_faces: found.n_degenerate_faces as u64,
        n_duplicate_faces: n_duplicate_faces(mesh) as u64,
        n_boundary_edges: found.n_boundary_edges as u64,
        n_boundary_loops: boundary_loops(mesh).len() as u64,
        n_nonmanifold_edges: found.n_nonmanifold_edges as u64,
        n_nonmanifold_vertices: found.n_nonmanifold_vertices as u64,
        n_misoriented_edges: found.n_misoriented_edges as u64,
        n_self_intersections: crossings.n_pairs,
        are_more_intersections: !crossings.is_complete,
        n_components: found.n_components as u64,
        n_islands: n_islands as u64,
        n_unused_vertices: found.n_unused_vertices as u64,
    }
}

/// Whether a mesh bounds a solid with all its faces looking inward.
pub fn is_inside_out(mesh: &Mesh) -> bool {
    Closed::new(mesh).is_some_and(|closed| signed_volume(closed) < 0.0)
}

/// Unit and axes that a mesh is taken to be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Understood {
    pub(crate) units: Units,
    pub(crate) space: Space,
}

/// What the user says, else what the file says, else millimetres RAS+.
pub(crate) fn understood(file: &MeshFile, options: &ImportOptions) -> Understood {
    Understood { units: units(options, file.units), space: space(options, file.space) }
}

/// The unit of a file that says this of itself.
pub(crate) fn units(options: &ImportOptions, said: Option<Units>) -> Units {
    options.units.or(said).unwrap_or(Units::Millimetres)
}

/// The axes of a file that says this of itself.
pub(crate) fn space(options: &ImportOptions, said: Option<Space>) -> Space {
    options.space.or(said).unwrap_or(Space::Ras)
}

/// Why a mesh cannot be in the unit that it was taken for, with the question what it is; `None` if it
/// can.
pub(crate) fn doubt(mesh: &Mesh, file: &MeshFile, options: &ImportOptions) -> Option<String> {
    let Some(bounds) = mesh.bounds().filter(|_| !mesh.faces().is_empty()) else {
        return Some("no face with three finite corners".to_owned());
    };
    if area(mesh) == 0.0 {
        return Some("none of its faces has an area".to_owned());
    }
    let side_mm = bounds.size().into_iter().fold(0.0, f64::max);
    if options.units.is_some() || (SMALLEST_MM..=LARGEST_MM).contains(&side_mm) {
        return misplaced(bounds);
    }
    let units = units(options, file.units);
    let said = match file.units {
        Some(units) => format!("the file says {}", units.word()),
        None => "the file does not say its unit".to_owned(),
    };
    let guess = match (file.units, side_mm < SMALLEST_MM) {
        (_, true) => "metres (`--units m`)",
        (Some(Units::Metres), false) => "millimetres (`--units mm`)",
        (_, false) => "micrometres (`--units um`)",
    };
    Some(format!(
        "its largest side is {:.4}, and {said}: that would be {side_mm:.4} mm. \
         Perhaps these are {guess}; `--units {}` takes them as they are",
        side_mm / units.mm(),
        units.word()
    ))
}

/// Why a mesh lies where no image lies, if it does.
fn misplaced(Bounds { min, max }: Bounds) -> Option<String> {
    let farthest = min.iter().chain(&max).fold(0.0_f64, |most, value| most.max(value.abs()));
    (farthest > MAX_COORDINATE_MM).then(|| {
        format!(
            "it reaches {farthest:.3e} mm from the origin, more than {MAX_COORDINATE_MM:e}: \
             `--units` says what its numbers measure"
        )
    })
}

fn turned_around(mesh: &Mesh) -> Mesh {
    let (positions, mut faces) = mesh.clone().into_parts();
    faces.iter_mut().for_each(|face| face.swap(1, 2));
    Mesh::new(positions, faces).expect("the faces name the vertices that they named before")
}

/// The repaired mesh and the change in numbers.
fn repaired(mesh: &Mesh, options: &RepairOptions) -> Result<(Mesh, Repair), String> {
    let (whole, done) = repair(mesh, options);
    if whole.faces().is_empty() {
        return Err("its repair leaves no face: allow smaller pieces".to_owned());
    }
    let volume = |mesh: &Mesh| Closed::new(mesh).map(signed_volume);
    let hausdorff_mm = mutual_deviation_mm(mesh, &whole);
    let change = Repair {
        n_welded_vertices: done.n_welded_vertices as u64,
        n_dropped_faces: (done.n_degenerate_faces + done.n_duplicate_faces) as u64,
        n_cut_edges: (done.n_cut_edges + done.n_one_sided_edges) as u64,
        n_added_vertices: done.n_added_vertices as u64,
        n_turned_faces: done.n_turned_faces as u64,
        n_filled_holes: done.n_filled_holes as u64,
        n_added_faces: done.n_added_faces as u64,
        n_holes_left: done.n_holes_left as u64,
        n_dropped_pieces: done.n_dropped_pieces as u64,
        area_before_mm2: area(mesh),
        area_after_mm2: area(&whole),
        volume_before_mm3: volume(mesh),
        volume_after_mm3: volume(&whole),
        hausdorff_mm: hausdorff_mm.is_finite().then_some(hausdorff_mm),
        n_self_intersections_left: intersections(&whole).n_pairs,
    };
    Ok((whole, change))
}

/// The lattice of a mesh: fine against its size, and such that every coordinate has its place on it.
pub(crate) fn step_exponent(mesh: &Mesh) -> i32 {
    let Some(bounds) = mesh.bounds() else { return COARSEST };
    let side = bounds.size().into_iter().fold(0.0, f64::max);
    let farthest =
        bounds.min.iter().chain(&bounds.max).fold(0.0_f64, |most, value| most.max(value.abs()));
    let fine = (log2_ceil(side) - STEPS_LOG2).min(COARSEST);
    // One more, since rounding may carry the farthest coordinate over.
    fine.max(log2_ceil(farthest) + 1 - MANTISSA_BITS)
}

/// The smallest whole power of two that is not below `value`, as its exponent.
fn log2_ceil(value: f64) -> i32 {
    if value > 0.0 { value.log2().ceil() as i32 } else { -40 }
}

/// The mesh with every coordinate rounded to whole steps.
pub(crate) fn on_lattice(mesh: Mesh, step_exponent: i32) -> Mesh {
    let step = 2_f64.powi(step_exponent);
    let (mut positions, faces) = mesh.into_parts();
    for value in positions.as_flattened_mut() {
        *value = ((f64::from(*value) / step).round() * step) as f32;
    }
    Mesh::new(positions, faces).expect("rounding leaves finite numbers finite")
}

/// The word for a space in records.
pub(crate) fn space_word(space: Space) -> &'static str {
    match space {
        Space::Ras => "RAS",
        Space::Lps => "LPS",
        Space::YUp => "y-up",
    }
}

/// What nobody said and had to be assumed.
fn assumed(file: &MeshFile, options: &ImportOptions) -> Option<String> {
    let units = (options.units.or(file.units).is_none()).then_some("millimetres");
    let space = (options.space.or(file.space).is_none()).then_some("RAS+ axes");
    let taken: Vec<&str> = [units, space].into_iter().flatten().collect();
    (!taken.is_empty())
        .then(|| format!("the file does not say it: taken for {}", taken.join(" and ")))
}

/// Faults and changes, a sentence each.
fn in_words(record: &Import) -> Vec<String> {
    let mut notes = faults_in_words(&record.faults);
    if record.turned {
        notes.push("was closed and inside out: all faces were turned around".to_owned());
    }
    notes.extend(record.repair.as_ref().map(repair_in_words));
    notes
}

/// The faults of a mesh, a sentence each; none for a sound one.
pub fn faults_in_words(faults: &Faults) -> Vec<String> {
    let all = [
        (faults.n_not_finite_faces, "face", "with a corner that is no finite number, left out"),
        (faults.n_degenerate_faces, "face", "without area"),
        (faults.n_duplicate_faces, "face", "of the same vertices as another"),
        (faults.n_boundary_loops, "hole or rim", "of open edges"),
        (faults.n_nonmanifold_edges, "edge", "where more than two faces meet"),
        (faults.n_nonmanifold_vertices, "vertex", "where several sheets meet"),
        (faults.n_misoriented_edges, "edge", "whose faces wind against each other"),
        (faults.n_self_intersections, "pair of faces", "passing through or touching each other"),
        (faults.n_islands, "island", "of less than a thousandth of the area"),
        (faults.n_unused_vertices, "vertex", "that no face names"),
    ];
    let said = all.into_iter().filter(|(count, ..)| *count > 0);
    let words = |(count, thing, what): (u64, &str, &str)| {
        let is_least = thing == "pair of faces" && faults.are_more_intersections;
        let at_least = if is_least { "at least " } else { "" };
        format!("{at_least}{} {what}", counted(count, thing))
    };
    said.map(words).collect()
}

fn repair_in_words(repair: &Repair) -> String {
    let volume = |volume: Option<f64>| match volume {
        Some(volume_mm3) => format!("{volume_mm3:.3} mm³"),
        None => "open".to_owned(),
    };
    format!(
        "repaired: {} dropped, {} turned, {} filled with {}, {} left, {} dropped, {} cut; volume {} → \
         {}, area {:.3} → {:.3} mm², surfaces at most {} apart",
        counted(repair.n_dropped_faces, "face"),
        repair.n_turned_faces,
        counted(repair.n_filled_holes, "hole"),
        counted(repair.n_added_faces, "face"),
        counted(repair.n_holes_left, "hole"),
        counted(repair.n_dropped_pieces, "piece"),
        counted(repair.n_cut_edges, "edge"),
        volume(repair.volume_before_mm3),
        volume(repair.volume_after_mm3),
        repair.area_before_mm2,
        repair.area_after_mm2,
        repair.hausdorff_mm.map_or("?".to_owned(), |mm| format!("{mm:.4} mm")),
    )
}

#[cfg(test)]
mod tests;
