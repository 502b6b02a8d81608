//! A parametric human body, so that the program can be tried and tested without anybody's data.
//!
//! Each structure is a smooth implicit solid in the millimetres of one reference body (1.75 m tall),
//! built from ellipsoids, tubes along curves, curved plates and shells. A person's size, sex and a
//! seeded smooth field warp the whole body, so that neighbours stay neighbours; organs also vary one
//! by one. The same person gives the same body at every spacing.
//!
//! It is drawn after atlases by hand: right for testing programs, wrong for studying people.

mod abdomen;
mod bowel;
pub mod brain;
mod build;
mod chest;
mod curves;
mod girdles;
mod head;
mod implicit;
mod leaves;
mod muscles;
mod names;
mod pelvis;
mod person;
mod population;
pub mod skull;
mod spine;
mod thorax;
mod vessels;
mod voxelise;

#[cfg(test)]
mod tests;

use medshape_types::LabelMap;

pub use leaves::Leaf;
pub use names::structures;
pub use person::{Person, Sex, person};

use implicit::Solid;

/// The body of a person from mid-thigh to the top of the head, in RAS+, one label a voxel.
///
/// Label numbers are those of [`structures`]. `spacing_mm` is kept within 0.8 to 20; below about 3
/// thin structures are whole. Works on all threads of the current pool; the result does not depend
/// on their number.
pub fn label_map(person: &Person, spacing_mm: f64) -> LabelMap {
    voxelise::label_map(&anatomy(person), &build::Build::of(person), spacing_mm)
}

/// A structure of the reference body.
pub(crate) struct Structure {
    name: String,
    solid: Solid,
}

impl Structure {
    fn new(name: impl Into<String>, solid: Solid) -> Self {
        Self { name: name.into(), solid }
    }

    /// A structure of the right side and its mirror image.
    fn pair(name: &str, right: Solid) -> [Self; 2] {
        let left = right.clone().mirrored();
        [Self::new(format!("{name}_right"), right), Self::new(format!("{name}_left"), left)]
    }
}

/// All structures of a person; where two overlap, the earlier one has the place.
fn anatomy(person: &Person) -> Vec<Structure> {
    let mut all = Vec::new();
    all.extend(spine::structures());
    all.extend(head::structures(person));
    all.extend(thorax::structures());
    all.extend(girdles::structures(person));
    all.extend(vessels::structures());
    all.extend(chest::airways());
    all.extend(chest::heart(person));
    all.extend(abdomen::structures(person));
    all.extend(pelvis::structures(person));
    all.extend(bowel::structures(person));
    all.extend(muscles::structures());
    all.extend(chest::lungs());
    all
}
