//! Radiotherapy structure sets (PS3.3, A.19 and C.8.8.6): structures as outlines on planes.

use std::collections::HashMap;

use medshape_types::{ContouredStructure, Contours};

use crate::dicom::{self, DataSet, Item, tags};
use crate::error::{Error, ErrorKind};
use crate::input::Input;
use crate::limits::Limits;

/// The structures of a file; see [`read`].
///
/// # Errors
/// As there, with the file.
pub fn read_file(input: &Input, limits: &Limits) -> Result<Contours, Error> {
    let contours = input.whole(limits.bytes).and_then(|bytes| read(&bytes, limits));
    contours.map_err(|kind| input.error(kind))
}

/// The structures of a file in memory, in its order, in world millimetres RAS+.
///
/// Taken are closed outlines; what encloses no area, which are points, open lines and outlines of fewer
/// than three points, is counted in [`Contours::n_left_out`]. A structure without outlines is empty.
///
/// # Errors
/// Files that are damaged or something else, outlines of unknown structures, and more points than
/// `limits.vertices` or structures than `limits.segments`.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Contours, ErrorKind> {
    let data_set = DataSet::read(bytes, limits)?;
    let class = data_set.class()?;
    if class != dicom::STRUCTURE_SET {
        let name = dicom::class_name(&class);
        return Err(ErrorKind::NotThis(format!("{name}, not a radiotherapy structure set")));
    }
    let root = data_set.root();
    let mut reader = Reader { limits, n_points: 0, places: HashMap::new() };
    let mut contours = Contours { structures: reader.structures(root)?, n_left_out: 0 };
    for item in root.items(tags::STRUCTURE_CONTOURS) {
        reader.outlines(item, &mut contours)?;
    }
    Ok(contours)
}

struct Reader<'a> {
    limits: &'a Limits,
    n_points: usize,
    // Where in the list the structure of a number is.
    places: HashMap<i64, usize>,
}

impl Reader<'_> {
    /// Names and numbers, without outlines.
    fn structures(&mut self, root: Item<'_>) -> Result<Vec<ContouredStructure>, ErrorKind> {
        let mut structures = Vec::new();
        for item in root.items(tags::STRUCTURES) {
            if structures.len() == self.limits.segments {
                return Err(ErrorKind::limit("structures", self.limits.segments as u64));
            }
            let number = item.integer(tags::STRUCTURE_NUMBER)?;
            let number = number.ok_or_else(|| malformed("a structure without a number"))?;
            if self.places.insert(number, structures.len()).is_some() {
                return Err(malformed(format!("two structures have the number {number}")));
            }
            let name = item.text(tags::STRUCTURE_NAME)?;
            structures.push(ContouredStructure { number, name, ..ContouredStructure::default() });
        }
        Ok(structures)
    }

    /// The outlines of one structure.
    fn outlines(&mut self, item: Item<'_>, contours: &mut Contours) -> Result<(), ErrorKind> {
        let number = item.integer(tags::REFERENCED_STRUCTURE)?;
        let place = number.and_then(|number| self.places.get(&number)).ok_or_else(|| {
            let number = number.map_or("without a number".to_owned(), |number| number.to_string());
            malformed(format!("outlines of structure {number}, which is not there"))
        })?;
        let structure = &mut contours.structures[*place];
        structure.colour = colour(item).or(structure.colour);
        for contour in item.items(tags::CONTOURS) {
            let kind = contour.text(tags::CONTOUR_TYPE)?;
            let is_closed = ["CLOSED_PLANAR", "CLOSEDPLANAR_XOR"].contains(&kind.as_str());
            let outline = if is_closed { self.outline(contour)? } else { Vec::new() };
            if outline.len() < 3 {
                contours.n_left_out += 1;
            } else {
                structure.outlines.push(outline);
            }
        }
        Ok(())
    }

    fn outline(&mut self, contour: Item<'_>) -> Result<Vec<[f64; 3]>, ErrorKind> {
        let mut numbers = contour.decimal_list(tags::CONTOUR_DATA)?;
        let mut outline = Vec::new();
        while let Some(x) = numbers.next() {
            let (Some(y), Some(z)) = (numbers.next(), numbers.next()) else {
                return Err(malformed("the numbers of an outline are not three a point"));
            };
            if self.n_points == self.limits.vertices {
                return Err(ErrorKind::limit("points of outlines", self.limits.vertices as u64));
            }
            self.n_points += 1;
            // From left, posterior, superior to right, anterior, superior.
            outline.push([-x?, -y?, z?]);
        }
        Ok(outline)
    }
}

/// A colour that is none of three numbers is left out: it says nothing of the outlines.
fn colour(item: Item<'_>) -> Option<[u8; 3]> {
    let colour: [f64; 3] = item.decimals(tags::DISPLAY_COLOUR).ok()??;
    Some(colour.map(|value| value.clamp(0.0, 255.0) as u8))
}

fn malformed(reason: impl Into<String>) -> ErrorKind {
    ErrorKind::malformed("RTSTRUCT", reason)
}
