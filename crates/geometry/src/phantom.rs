//! A parametric human body, so that the program can be tried and tested without anybody's data.
//!
//! Each structure is a smooth implicit solid in the millimetres of one reference body (1.75 m tall),
//! built from ellipsoids, tubes along curves, curved plates and shells. A person's size, sex and a
//! seeded smooth field warp the whole body, so that neighbours stay neighbours. Volumes of organs are
//! drawn together, as a population has them, and organs are grown or shrunk to them. The same person
//! gives the same body at every spacing.
//!
//! Shapes are drawn after atlases by hand: right for testing programs, wrong for studying people.

mod abdomen;
mod arithmetic;
mod body;
mod bowel;
pub mod brain;
mod build;
mod chest;
mod curves;
mod fit;
mod girdles;
mod head;
mod implicit;
mod leaves;
mod muscles;
mod names;
mod organs;
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

pub use body::Body;
pub use leaves::Leaf;
pub use names::structures;
pub use organs::{Organ, Volumes, correlation};
pub use person::{Person, Sex, person};
pub use population::{Kind, Law, law};

use implicit::Solid;

/// The body of a person from mid-thigh to the top of the head, in RAS+, one label a voxel.
///
/// As [`Body::label_map`] of the [`Body`] of the person.
pub fn label_map(person: &Person, spacing_mm: f64) -> LabelMap {
    Body::of(person).label_map(spacing_mm)
}

/// A structure of the reference body.
#[derive(Debug)]
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
