//! An organ is grown or shrunk until as much of it is seen as was drawn.
//!
//! What earlier structures have is theirs: the volume is that of what is left, in the person's own
//! millimetres, on a grid whose cells count by the share that is inside.

use rayon::prelude::*;

use super::Structure;
use super::arithmetic::cube_root;
use super::build::Build;
use super::implicit::{Point, Solid, common, smooth_min};
use super::voxelise::SAFETY;

/// Cells along the edge of a cube of the volume that is asked for.
const CELLS: f64 = 26.0;

/// Cells are so large, at least and at most.
const STEPS_MM: [f64; 2] = [1.0, 4.5];

/// Sides of the first blocks and of cells, in sides of the smallest cells, which are looked at where two
/// borders meet; powers of two.
const BLOCK: usize = 32;
const CELL: usize = 2;

/// Width of the border within which a cell counts by half, in its sides: a border as wide as cells would
/// make thin things thicker, none at all a volume that leaps from level to level.
const BORDER: f64 = 0.3;

/// The border to what confines an organ is rounded over this.
const BLEND_MM: f64 = 8.0;

/// The surface is moved by so much, inwards and outwards: a little if that does, else more.
const LEVELS_MM: [[f64; 2]; 2] = [[-4.0, 4.0], [-14.0, 22.0]];

/// How often an organ that is confined is scaled anew.
const N_LOOKS: usize = 4;

/// So deep no surface is near.
const DEEP_MM: f64 = -1e6;

/// An organ before it has its size.
pub(super) struct Draft {
    /// The organ, so many times as large as the reference body has it.
    pub(super) solid: Box<dyn Fn(f64) -> Solid>,
    /// Where it may be.
    pub(super) within: Option<Solid>,
    /// How much of its size is scale, 0 to 1; the rest is a surface that moves.
    pub(super) scales: f64,
}

/// An organ of its size.
pub(super) struct Fitted {
    pub(super) solid: Solid,
    /// What is seen of it, as the grid has it.
    pub(super) volume_ml: f64,
}

/// Where an organ is to be: a person's build, and the structures that have their places already.
pub(super) struct Room<'a> {
    pub(super) build: &'a Build,
    pub(super) earlier: &'a [Structure],
}

impl Room<'_> {
    /// The draft, as large as is asked for, or as large as may be.
    pub(super) fn fit(&self, draft: &Draft, volume_ml: f64) -> Fitted {
        let step_mm = cube_root(1000.0 * volume_ml) / CELLS;
        let step_mm = step_mm.clamp(STEPS_MM[0], STEPS_MM[1]);
        let solid = (draft.solid)(self.scale(draft, volume_ml, 2.0 * step_mm));
        let within = draft.within.as_ref();
        let view = |levels_mm| View { room: self, solid: &solid, within, step_mm, levels_mm };
        let [few, many] = LEVELS_MM;
        let cells = view(few).cells();
        let cells = if cells.holds(volume_ml) { cells } else { view(many).cells() };
        let level_mm = cells.level_mm(volume_ml);
        let found_ml = cells.volume_ml(level_mm);
        let solid = solid.clone().grown(level_mm);
        let solid = match &draft.within {
            Some(within) => solid.within(within.clone(), BLEND_MM),
            None => solid,
        };
        Fitted { solid, volume_ml: found_ml }
    }

    /// How many times as large as in the reference body, from a coarse look.
    fn scale(&self, draft: &Draft, volume_ml: f64, step_mm: f64) -> f64 {
        if draft.scales == 0.0 {
            return 1.0;
        }
        let within = draft.within.as_ref();
        let grown = |scale: f64, _| {
            let solid = &(draft.solid)(scale);
            let cells = View { room: self, solid, within, step_mm, levels_mm: [0.0; 2] }.cells();
            let missing = cube_root(volume_ml / cells.volume_ml(0.0).max(1.0));
            (scale * (1.0 + draft.scales * (missing - 1.0))).clamp(0.6, 2.0)
        };
        // What is confined on one side has to grow more on others.
        let n_looks = if within.is_some() { N_LOOKS } else { 1 };
        (0..n_looks).fold(1.0, grown)
    }
}

/// What is looked at, how finely, and by how much the surface may move.
struct View<'a> {
    room: &'a Room<'a>,
    solid: &'a Solid,
    within: Option<&'a Solid>,
    step_mm: f64,
    levels_mm: [f64; 2],
}

/// What is not settled yet of a block.
struct Open<'a> {
    own: bool,
    within: Option<&'a Solid>,
    earlier: Vec<&'a Solid>,
}

impl View<'_> {
    fn cells(&self) -> Cells {
        let build = self.room.build;
        let most = self.solid.clone().grown(self.levels_mm[1] + 1.0);
        let within = self.within;
        let reference = within.map_or(*most.bounds(), |w| common(*most.bounds(), *w.bounds()));
        let bounds = build.world_box(&reference);
        let side_mm = self.side_mm(BLOCK);
        let [n_x, n_y, n_z] = bounds.size().map(|size| (size.max(0.0) / side_mm).ceil() as usize);
        let blocks = (0..n_x * n_y * n_z).into_par_iter().flat_map_iter(|index| {
            let block = [index % n_x, index / n_x % n_y, index / (n_x * n_y)];
            let corner = [0, 1, 2].map(|k| bounds.min[k] + side_mm * block[k] as f64);
            let earlier = self.room.earlier.iter().map(|structure| &structure.solid).collect();
            let mut cells = Vec::new();
            self.look(corner, BLOCK, &Open { own: true, within, earlier }, &mut cells);
            cells
        });
        Cells { cells: blocks.collect(), levels_mm: self.levels_mm }
    }

    fn side_mm(&self, side: usize) -> f64 {
        self.step_mm * side as f64 / CELL as f64
    }

    /// Looks at the middle of a block: what is far from there is settled for all of it, what is not
    /// is looked at in its parts.
    fn look(&self, corner: Point, side: usize, open: &Open<'_>, cells: &mut Vec<Cell>) {
        let build = self.room.build;
        let side_mm = self.side_mm(side);
        let half_mm = 0.5 * side_mm;
        let place = build.reference_from_world(corner.map(|value| value + half_mm));
        let own = if open.own { self.solid.distance(place) } else { DEEP_MM };
        let within = open.within.map_or(DEEP_MM, |within| within.distance(place));
        if side <= CELL {
            let taken = nearest(&open.earlier, place, side_mm);
            // Between two borders that are close a middle says little.
            let is_near_own = own > self.levels_mm[0] - side_mm || within > -side_mm;
            if side == 1 || taken.abs() > side_mm || !is_near_own {
                cells.push(Cell { own, within, taken, side_mm });
                return;
            }
        }
        // Farther than this from the middle nothing of the block lies, as the functions have it; its
        // cells look half a step farther.
        let reach_mm = (3.0_f64.sqrt() * half_mm + self.step_mm) / (SAFETY * build.least_scale());
        if own > self.levels_mm[1] + reach_mm || within > reach_mm {
            return;
        }
        let mut earlier = Vec::new();
        for &solid in open.earlier.iter().filter(|solid| solid.may_reach(place, reach_mm)) {
            let distance = solid.distance(place);
            if distance < -reach_mm {
                return;
            }
            if distance < reach_mm {
                earlier.push(solid);
            }
        }
        let is_own_open = own > self.levels_mm[0] - reach_mm - BLEND_MM;
        let within = open.within.filter(|_| within > -reach_mm - BLEND_MM);
        if !is_own_open && within.is_none() && earlier.is_empty() {
            cells.push(Cell { own: DEEP_MM, within: DEEP_MM, taken: f64::MAX, side_mm });
            return;
        }
        let open = Open { own: is_own_open, within, earlier };
        for part in 0..8 {
            let corner = [0, 1, 2].map(|k| corner[k] + half_mm * f64::from(part >> k & 1));
            self.look(corner, side / 2, &open, cells);
        }
    }
}

/// How far a place is from the nearest of some solids, which does not matter beyond a distance.
fn nearest(solids: &[&Solid], place: Point, matters_mm: f64) -> f64 {
    solids.iter().fold(f64::MAX, |nearest, solid| {
        let far = !solid.may_reach(place, matters_mm.min(nearest.max(0.0)));
        if far { nearest } else { nearest.min(solid.distance(place)) }
    })
}

/// Some cells: how far their middle is from the surface at level 0, from the border of where the organ
/// may be, and from what earlier structures have.
#[derive(Debug, Clone, Copy)]
struct Cell {
    own: f64,
    within: f64,
    taken: f64,
    side_mm: f64,
}

impl Cell {
    fn volume_ml(&self, level_mm: f64) -> f64 {
        let confined = -smooth_min(level_mm - self.own, -self.within, BLEND_MM);
        let border_mm = BORDER * self.side_mm;
        let inside = |distance: f64| (0.5 - distance / border_mm).clamp(0.0, 1.0);
        let share = inside(confined) * (1.0 - inside(self.taken));
        share * self.side_mm * self.side_mm * self.side_mm / 1000.0
    }
}

struct Cells {
    cells: Vec<Cell>,
    levels_mm: [f64; 2],
}

impl Cells {
    fn volume_ml(&self, level_mm: f64) -> f64 {
        self.cells.iter().map(|cell| cell.volume_ml(level_mm)).sum()
    }

    /// Whether there is a level for a volume.
    fn holds(&self, volume_ml: f64) -> bool {
        let [low, high] = self.levels_mm;
        (self.volume_ml(low)..self.volume_ml(high)).contains(&volume_ml)
    }

    /// The level at which the volume is nearest to that asked for, by bisection.
    fn level_mm(&self, volume_ml: f64) -> f64 {
        let [mut low, mut high] = self.levels_mm;
        for _ in 0..22 {
            let middle = 0.5 * (low + high);
            if self.volume_ml(middle) < volume_ml { low = middle } else { high = middle }
        }
        0.5 * (low + high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phantom::implicit::{ball, behind_plane};
    use crate::phantom::organs::Volumes;
    use crate::phantom::person;

    fn build() -> Build {
        let person = person(3, 3);
        Build::of(&person, &Volumes::of(&person))
    }

    fn draft(within: Option<Solid>) -> Draft {
        Draft {
            solid: Box::new(|scale| ball([20.0, 10.0, 300.0], 40.0 * scale)),
            within,
            scales: 1.0,
        }
    }

    /// Cells of 1 mm whose middles are inside.
    fn counted_ml(solid: &Solid, earlier: &[Structure], build: &Build) -> f64 {
        let bounds = build.world_box(solid.bounds());
        let [n_x, n_y, n_z] = bounds.size().map(|size| size.ceil() as usize);
        let is_in = |index: &usize| {
            let cell = [index % n_x, index / n_x % n_y, index / (n_x * n_y)];
            let world = [0, 1, 2].map(|k| bounds.min[k] + cell[k] as f64 + 0.5);
            let place = build.reference_from_world(world);
            solid.distance(place) < 0.0 && earlier.iter().all(|e| e.solid.distance(place) >= 0.0)
        };
        (0..n_x * n_y * n_z).filter(is_in).count() as f64 / 1000.0
    }

    #[test]
    fn what_is_seen_has_the_volume_that_was_asked_for() {
        let build = build();
        let neighbour = Structure::new("liver", ball([60.0, 10.0, 300.0], 30.0));
        let wall = behind_plane([20.0, 30.0, 300.0], [0.0, 1.0, 0.0]);
        for (earlier, within) in [(vec![], None), (vec![neighbour], None), (vec![], Some(wall))] {
            for volume_ml in [100.0, 300.0] {
                let room = Room { build: &build, earlier: &earlier };
                let fitted = room.fit(&draft(within.clone()), volume_ml);
                let counted = counted_ml(&fitted.solid, &earlier, &build);
                assert!((fitted.volume_ml / volume_ml - 1.0).abs() < 1e-4);
                assert!((counted / volume_ml - 1.0).abs() < 0.006, "{volume_ml} {counted}");
            }
        }
    }

    /// In a box that is too small the organ is as large as may be, and says so.
    #[test]
    fn what_does_not_fit_says_how_much_does() {
        let build = build();
        let small = ball([20.0, 10.0, 300.0], 30.0);
        let room = Room { build: &build, earlier: &[] };
        let fitted = room.fit(&draft(Some(small.clone())), 400.0);
        let counted = counted_ml(&small, &[], &build);
        assert!((fitted.volume_ml / counted - 1.0).abs() < 0.02, "{} {counted}", fitted.volume_ml);
    }
}
