//! Numbers of all shapes of a structure, for statistics.

use crate::index::Traits;
use crate::{Catalog, Error, Sex, Side};

/// What statistics ask of a shape that the store holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// The volume inside its mesh.
    pub volume_mm3: f32,
    /// Which side of the person.
    pub side: Option<Side>,
    /// The subject's sex.
    pub sex: Option<Sex>,
    /// The subject's age; 90 stands for all that are as old or older.
    pub age_years: Option<u8>,
    /// Whether it lies wholly inside its image.
    pub is_whole: bool,
}

impl Catalog {
    /// All healthy shapes of this very structure that the store holds and whose volume is known, in
    /// the order of answers. Reads the index alone.
    pub fn measured(&self, structure: &str) -> Result<Vec<Measured>, Error> {
        let index = self.read(|db| self.index.of(db))?;
        let view = index.seen_by(self.audience);
        let is_wanted = |run: &usize| {
            let run = &view.runs()[*run];
            run.structure == structure && run.finding.is_none()
        };
        let rows = (0..view.runs().len())
            .filter(is_wanted)
            .flat_map(|run| view.rows_of_run(run))
            .flatten();
        let measured = rows.filter_map(|row| {
            let (rows, traits) = (view.rows(), view.rows().traits[row]);
            let volume_mm3 = rows.volumes_mm3[row];
            let subject = &view.subjects()[rows.subjects[row] as usize];
            let side = [None, Some(Side::Left), Some(Side::Right)][traits.side_code() % 3];
            let is_whole = !traits.has(Traits::TOUCHES_BORDER);
            let measured = Measured {
                volume_mm3,
                side,
                sex: subject.sex,
                age_years: subject.age_years,
                is_whole,
            };
            (!traits.has(Traits::REMOTE) && volume_mm3.is_finite()).then_some(measured)
        });
        Ok(measured.collect())
    }
}
