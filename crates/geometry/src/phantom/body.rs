//! A person's body: all structures, one after the other, organs as large as was drawn.

use medshape_types::LabelMap;

use super::build::Build;
use super::chest::Side;
use super::fit::{Draft, Room};
use super::organs::{Organ, Volumes};
use super::person::Person;
use super::{Structure, voxelise};
use super::{abdomen, bowel, chest, girdles, head, muscles, pelvis, spine, thorax, vessels};

/// The body of a person, to be looked at at any spacing: the same at each.
#[derive(Debug)]
pub struct Body {
    build: Build,
    drawn: Volumes,
    structures: Vec<Structure>,
    /// What is seen of the organs that were drawn.
    seen_ml: Vec<(Organ, f64)>,
}

impl Body {
    /// The body of a person. Where two structures overlap, the earlier one has the place; organs are
    /// grown until what is left of them has the volume that was drawn.
    pub fn of(person: &Person) -> Self {
        let drawn = Volumes::of(person);
        let build = Build::of(person, &drawn);
        let mut body = Self { build, drawn, structures: Vec::new(), seen_ml: Vec::new() };
        body.structures.extend(spine::structures());
        body.structures.extend(head::structures(person));
        body.structures.extend(thorax::structures());
        body.structures.extend(girdles::structures(person));
        body.structures.extend(vessels::structures());
        body.structures.extend(chest::airways());
        body.add(Organ::Thyroid, "thyroid_gland", &chest::thyroid());
        body.structures.push(chest::appendage());
        body.add(Organ::Heart, "heart", &chest::heart(person));
        body.structures.extend(abdomen::adrenals(person));
        body.add_abdominal(Organ::KidneyRight, person);
        body.add_abdominal(Organ::KidneyLeft, person);
        body.structures.push(abdomen::gallbladder(person));
        body.structures.extend(pelvis::structures(person));
        // A tube that a large organ cuts is two tubes, while solid organs grow where there is room.
        body.structures.extend([abdomen::duodenum(), bowel::colon(person)]);
        body.add_abdominal(Organ::Pancreas, person);
        body.add_abdominal(Organ::Liver, person);
        body.add_abdominal(Organ::Spleen, person);
        body.add_abdominal(Organ::Stomach, person);
        body.structures.push(bowel::small_bowel(person));
        body.structures.extend(muscles::structures());
        body.add_lungs();
        body
    }

    /// What was drawn.
    pub fn drawn(&self) -> &Volumes {
        &self.drawn
    }

    /// The volume of an organ in ml, by the function that it is made of: finely sampled, cells on the
    /// surface counted by their share, less what earlier structures have.
    pub fn volume_ml(&self, organ: Organ) -> f64 {
        self.seen_ml.iter().filter(|(of, _)| *of == organ).map(|(_, ml)| ml).sum()
    }

    /// The volume of the voxels of some structures together in ml, on a grid of their own.
    pub fn voxels_ml(&self, names: &[&str], spacing_mm: f64) -> f64 {
        voxelise::volume_ml(&self.structures, &self.build, names, spacing_mm)
    }

    /// The body from mid-thigh to the top of the head, in RAS+, one label a voxel.
    ///
    /// Label numbers are those of [`structures`](super::structures). `spacing_mm` is kept within 0.8
    /// to 20; below about 3 thin structures are whole. Works on all threads of the current pool; the
    /// result does not depend on their number.
    pub fn label_map(&self, spacing_mm: f64) -> LabelMap {
        voxelise::label_map(&self.structures, &self.build, spacing_mm)
    }

    #[cfg(test)]
    pub(super) fn structures(&self) -> &[Structure] {
        &self.structures
    }

    #[cfg(test)]
    pub(super) fn build(&self) -> &Build {
        &self.build
    }

    fn add_abdominal(&mut self, organ: Organ, person: &Person) {
        if let Some(draft) = abdomen::draft(organ, person) {
            self.add(organ, organ.name(), &draft);
        }
    }

    fn add(&mut self, organ: Organ, name: &str, draft: &Draft) {
        let room = Room { build: &self.build, earlier: &self.structures };
        let fitted = room.fit(draft, self.drawn.ml(organ));
        self.structures.push(Structure::new(name, fitted.solid));
        self.seen_ml.push((organ, fitted.volume_ml));
    }

    fn add_lungs(&mut self) {
        let both_ml = self.drawn.ml(Organ::Lungs);
        let right_ml = self.drawn.right_lung_share * both_ml;
        for (side, volume_ml) in [(Side::Right, right_ml), (Side::Left, both_ml - right_ml)] {
            let room = Room { build: &self.build, earlier: &self.structures };
            let fitted = room.fit(&chest::lung(side), volume_ml);
            self.structures.extend(chest::lobes(side, fitted.solid));
            self.seen_ml.push((Organ::Lungs, fitted.volume_ml));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phantom::person;

    /// Bodies in which organs lie in each other's way.
    #[test]
    fn organs_have_the_volumes_that_were_drawn() {
        for subject in [7, 19, 36] {
            let body = Body::of(&person(1, subject));
            for organ in Organ::ALL {
                let (drawn, seen) = (body.drawn().ml(organ), body.volume_ml(organ));
                let voxels = body.voxels_ml(organ.structures(), 1.0);
                assert!((seen / drawn - 1.0).abs() < 0.03, "{subject} {organ:?} {seen} {drawn}");
                assert!((voxels / seen - 1.0).abs() < 0.01, "{subject} {organ:?} {voxels} {seen}");
            }
        }
    }
}
