//! What shapes say against their names: the same mesh twice, another structure, the other side.
//!
//! Each is a hint for a person to look at, with what speaks for it; nothing is changed.

use std::collections::BTreeMap;

use medshape_catalog::{
    Anatomy, Catalog, Described, Descriptor, Neighbours, Scale, ShapeName, Side,
};
use medshape_geometry::describe::descriptor::{CHIRAL, KIND};
use rayon::prelude::*;
use serde::Serialize;

use crate::Error;

/// Neighbours that are asked.
const N_NEIGHBOURS: usize = 9;
/// So many of them have to say the same before their word is taken.
const N_AGREED: usize = 8;
/// So many may still stand for what the shape is called.
const N_OWN: usize = 1;
/// A structure is known once so many other subjects have it: before that nothing can agree with it.
const N_KNOWN: usize = 5;
/// Descriptors that are nearer than this are of one shape; those of two subjects are farther.
const SAME: f64 = 2.0;
/// Sides of a structure can be told if this share of its shapes has its own side by most neighbours.
const TOLD: f64 = 0.75;
/// A subject is mirrored if at least so many of its shapes look so, and no more than a third does not.
const N_MIRRORED: usize = 3;

/// Something about a name that its shape speaks against.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Doubt {
    /// What it is.
    pub kind: DoubtKind,
    /// The shapes that it is about, in the order of their names.
    pub shapes: Vec<ShapeName>,
    /// What speaks for it, in words.
    pub text: String,
}

/// What a doubt is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DoubtKind {
    /// One mesh has several names.
    SameMesh,
    /// Two meshes are one shape, or one shape and its mirror image.
    NearlySame,
    /// The shapes that are most like it are of another structure.
    OtherStructure,
    /// It looks like the mirror image of what it is called.
    OtherSide,
    /// Most shapes of a subject look like mirror images of what they are called.
    MirroredSubject,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Doubts {
    /// Shapes that were compared.
    pub n_compared: usize,
    /// Structures of which left and right, or the shape and its mirror image, can be told apart.
    pub told_sides: Vec<String>,
    /// By kind, then by name.
    pub doubts: Vec<Doubt>,
}

/// Looks at all shapes of a store that are described. Takes time in proportion to the square of their
/// number, and about 2 kB of memory for each.
///
/// # Errors
/// The store cannot be read.
pub fn doubts(catalog: &Catalog) -> Result<Doubts, Error> {
    Ok(of(&catalog.described(KIND)?))
}

/// The same for shapes at hand.
pub fn of(shapes: &[Described]) -> Doubts {
    let cohort = Cohort::of(shapes, (0..shapes.len()).collect());
    let mut doubts = same_mesh(shapes);
    doubts.extend(nearly_same(&cohort));
    doubts.extend(other_structure(&cohort));
    let (told_sides, sides) = sides(shapes);
    doubts.extend(sides);
    doubts.sort_by(|a, b| (a.kind, &a.shapes).cmp(&(b.kind, &b.shapes)));
    Doubts { n_compared: shapes.len(), told_sides, doubts }
}

/// Some of the shapes, ready to be compared with.
struct Cohort<'a> {
    shapes: &'a [Described],
    /// Positions of the members among the shapes.
    members: Vec<usize>,
    neighbours: Neighbours,
}

impl<'a> Cohort<'a> {
    fn of(shapes: &'a [Described], members: Vec<usize>) -> Self {
        let mut scale = Scale::default();
        members.iter().for_each(|&member| scale.add(&shapes[member].numbers));
        let mut neighbours = Neighbours::with_room(&scale, members.len());
        members.iter().for_each(|&member| neighbours.push(&shapes[member].numbers));
        Self { shapes, members, neighbours }
    }

    /// Distances and positions of the members that are nearest.
    fn nearest(
        &self,
        to: &[f32; Descriptor::N],
        n: usize,
        is_wanted: impl Fn(&Described) -> bool,
    ) -> Vec<(f64, usize)> {
        let is_wanted = |place: usize| is_wanted(&self.shapes[self.members[place]]);
        let near = self.neighbours.nearest(to, Descriptor::N, 2 * n + 16, is_wanted);
        let measure = |place: usize| {
            let position = self.members[place];
            (distance(to, &self.shapes[position].numbers), position)
        };
        let mut found: Vec<_> = near.into_iter().map(measure).collect();
        found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        found.truncate(n);
        found
    }
}

fn distance(one: &[f32; Descriptor::N], other: &[f32; Descriptor::N]) -> f64 {
    let pairs = one.iter().zip(other);
    pairs.map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt()
}

/// The descriptor of the mirror image.
fn mirrored(numbers: &[f32; Descriptor::N]) -> [f32; Descriptor::N] {
    let mut numbers = *numbers;
    numbers[CHIRAL].iter_mut().for_each(|number| *number = -*number);
    numbers
}

fn subject(shape: &Described) -> (&str, &str) {
    (shape.name.source(), shape.name.subject())
}

fn called(shape: &Described) -> String {
    Anatomy::builtin().display(&shape.structure, shape.side)
}

fn same_mesh(shapes: &[Described]) -> Vec<Doubt> {
    let mut by_mesh: BTreeMap<_, Vec<&ShapeName>> = BTreeMap::new();
    for shape in shapes {
        by_mesh.entry(shape.mesh).or_default().push(&shape.name);
    }
    let several = by_mesh.into_iter().filter(|(_, names)| names.len() > 1);
    several
        .map(|(mesh, names)| {
            let mut names: Vec<ShapeName> = names.into_iter().cloned().collect();
            names.sort();
            let text = format!("{} names have one mesh, SHA-256 {mesh}", names.len());
            Doubt { kind: DoubtKind::SameMesh, shapes: names, text }
        })
        .collect()
}

fn nearly_same(cohort: &Cohort<'_>) -> Vec<Doubt> {
    let of_one = |position: usize| {
        let shape = &cohort.shapes[position];
        let is_other = |other: &Described| other.name != shape.name && other.mesh != shape.mesh;
        let as_it_is = cohort.nearest(&shape.numbers, 1, is_other);
        let as_mirror = cohort.nearest(&mirrored(&shape.numbers), 1, is_other);
        let word = |found: Vec<(f64, usize)>, what: &'static str| {
            let near = found.into_iter().find(|(distance, _)| *distance < SAME);
            near.map(|(distance, other)| (distance, other, what))
        };
        word(as_it_is, "is the same shape as").or_else(|| word(as_mirror, "is the mirror image of"))
    };
    let found: Vec<_> = (0..cohort.shapes.len()).into_par_iter().map(of_one).collect();
    let mut pairs = BTreeMap::new();
    for (position, found) in found.into_iter().enumerate() {
        if let Some((distance, other, what)) = found {
            let mut names = [&cohort.shapes[position].name, &cohort.shapes[other].name];
            names.sort();
            pairs.entry(names).or_insert((distance, what));
        }
    }
    pairs
        .into_iter()
        .map(|(names, (distance, what))| Doubt {
            kind: DoubtKind::NearlySame,
            text: format!(
                "{} {what} {}, in another mesh: their descriptors are {distance:.2} apart, where \
                 those of two people are more than 4",
                names[0], names[1]
            ),
            shapes: names.map(ShapeName::clone).to_vec(),
        })
        .collect()
}

fn other_structure(cohort: &Cohort<'_>) -> Vec<Doubt> {
    let mut subjects_of: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for shape in cohort.shapes {
        subjects_of.entry(&shape.structure).or_default().push(subject(shape));
    }
    for subjects in subjects_of.values_mut() {
        subjects.sort_unstable();
        subjects.dedup();
    }
    let is_known = |shape: &Described| subjects_of[shape.structure.as_str()].len() > N_KNOWN;
    let of_one = |shape: &Described| {
        let near =
            cohort.nearest(&shape.numbers, N_NEIGHBOURS, |other| subject(other) != subject(shape));
        let mut votes: BTreeMap<&str, usize> = BTreeMap::new();
        for (_, other) in &near {
            *votes.entry(&cohort.shapes[*other].structure).or_default() += 1;
        }
        let n_own = votes.remove(shape.structure.as_str()).unwrap_or(0);
        let (&most, &n) = votes.iter().max_by_key(|(_, n)| **n)?;
        let is_doubtful = n >= N_AGREED && n_own <= N_OWN && !is_one_family(most, &shape.structure);
        is_doubtful.then(|| Doubt {
            kind: DoubtKind::OtherStructure,
            shapes: vec![shape.name.clone()],
            text: format!(
                "called {}, but of the {N_NEIGHBOURS} shapes of other subjects that are most like it \
                 {n} are {}, and {n_own} what it is called",
                called(shape),
                Anatomy::builtin().display(most, None),
            ),
        })
    };
    let known: Vec<&Described> = cohort.shapes.iter().filter(|shape| is_known(shape)).collect();
    known.into_par_iter().filter_map(of_one).collect()
}

/// Whether one contains the other or both are of a row, such as ribs or vertebrae: their shapes alone do
/// not tell which is which.
fn is_one_family(one: &str, other: &str) -> bool {
    let anatomy = Anatomy::builtin();
    let ids = |id: &str| -> Vec<String> {
        let above = anatomy.ancestors(id).into_iter().map(|structure| structure.id.clone());
        above.chain([id.to_owned()]).collect()
    };
    if ids(one).iter().any(|id| id == other) || ids(other).iter().any(|id| id == one) {
        return true;
    }
    let (Some(one), Some(other)) = (anatomy.structure(one), anatomy.structure(other)) else {
        return false;
    };
    one.level.is_some()
        && other.level.is_some()
        && one.is_a.iter().any(|id| other.is_a.contains(id))
}

/// A shape and how many of the neighbours say that it is the mirror image of what it is called.
struct Vote {
    position: usize,
    n: usize,
    n_mirrored: usize,
}

impl Vote {
    fn is_against(&self) -> bool {
        2 * self.n_mirrored > self.n
    }

    fn is_clear(&self) -> bool {
        self.n == N_NEIGHBOURS && self.n_mirrored >= N_AGREED
    }
}

/// Structures whose sides can be told, and what speaks against sides.
fn sides(shapes: &[Described]) -> (Vec<String>, Vec<Doubt>) {
    let mut by_structure: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (position, shape) in shapes.iter().enumerate() {
        by_structure.entry(&shape.structure).or_default().push(position);
    }
    let mut told = Vec::new();
    let mut votes = Vec::new();
    for (structure, members) in by_structure {
        let found = side_votes(shapes, members);
        let n_right = found.iter().filter(|vote| !vote.is_against()).count();
        if found.len() > N_KNOWN && n_right as f64 >= TOLD * found.len() as f64 {
            told.push(structure.to_owned());
            votes.extend(found);
        }
    }
    let mut by_subject: BTreeMap<_, Vec<Vote>> = BTreeMap::new();
    for vote in votes {
        by_subject.entry(subject(&shapes[vote.position])).or_default().push(vote);
    }
    (told, by_subject.into_values().flat_map(|votes| of_subject(shapes, &votes)).collect())
}

/// What the neighbours say of the shapes of one structure. Each of them stands for its own side, and
/// its mirror image for the other one.
fn side_votes(shapes: &[Described], members: Vec<usize>) -> Vec<Vote> {
    let cohort = Cohort::of(shapes, members);
    let vote = |&position: &usize| {
        let shape = &shapes[position];
        let is_other = |other: &Described| subject(other) != subject(shape);
        let as_it_is = cohort.nearest(&shape.numbers, N_NEIGHBOURS, is_other);
        let as_mirror = cohort.nearest(&mirrored(&shape.numbers), N_NEIGHBOURS, is_other);
        let is_same_side = |other: usize| shapes[other].side == shape.side;
        let as_it_is = as_it_is.into_iter().map(|(d, other)| (d, other, !is_same_side(other)));
        let as_mirror = as_mirror.into_iter().map(|(d, other)| (d, other, is_same_side(other)));
        let mut all: Vec<_> = as_it_is.chain(as_mirror).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        all.truncate(N_NEIGHBOURS);
        let n_mirrored = all.iter().filter(|(_, _, speaks_against)| *speaks_against).count();
        Vote { position, n: all.len(), n_mirrored }
    };
    cohort.members.par_iter().map(vote).collect()
}

/// One doubt about a subject that looks mirrored as a whole, else one about each shape that does.
fn of_subject(shapes: &[Described], votes: &[Vote]) -> Vec<Doubt> {
    let against: Vec<&Vote> = votes.iter().filter(|vote| vote.is_against()).collect();
    if against.len() >= N_MIRRORED && 3 * against.len() >= 2 * votes.len() {
        let mut names: Vec<ShapeName> =
            against.iter().map(|vote| shapes[vote.position].name.clone()).collect();
        names.sort();
        let text = format!(
            "{} of {} shapes of the subject whose side can be told look like mirror images of what \
             they are called: the image may be flipped, or the person's organs lie the other way",
            against.len(),
            votes.len()
        );
        return vec![Doubt { kind: DoubtKind::MirroredSubject, shapes: names, text }];
    }
    let clear = against.into_iter().filter(|vote| vote.is_clear());
    clear.map(|vote| other_side(&shapes[vote.position], vote)).collect()
}

fn other_side(shape: &Described, vote: &Vote) -> Doubt {
    let looks = match shape.side {
        Some(Side::Left) => "a right one, or the mirror image of a left one",
        Some(Side::Right) => "a left one, or the mirror image of a right one",
        None => "its mirror image",
    };
    Doubt {
        kind: DoubtKind::OtherSide,
        shapes: vec![shape.name.clone()],
        text: format!(
            "called {}, but {} of the {} shapes that are most like it say that it looks like {looks}",
            called(shape),
            vote.n_mirrored,
            vote.n,
        ),
    }
}

#[cfg(test)]
mod tests {
    use medshape_catalog::Sha256;

    use super::*;

    /// A shape of a structure whose descriptors lie around a place of their own, `hand` times a chiral part.
    fn shape(
        subject: usize,
        structure: &str,
        side: Option<Side>,
        place: f32,
        hand: f32,
    ) -> Described {
        let slug = side.map_or(structure.to_owned(), |side| format!("{structure}-{}", side.word()));
        let name: ShapeName = format!("cohort/p{subject}/{slug}").parse().unwrap();
        let number = |at: usize| {
            let own = ((subject * 7919 + at * 104_729) % 1009) as f32 / 1009.0;
            let chiral = if CHIRAL.contains(&at) { hand } else { place * (at as f32 * 0.7).sin() };
            chiral + own
        };
        let numbers: [f32; Descriptor::N] = std::array::from_fn(number);
        Described {
            mesh: Sha256::of(name.to_string().as_bytes()),
            name,
            structure: structure.to_owned(),
            side,
            finding: None,
            touches_border: false,
            numbers: Box::new(numbers),
        }
    }

    fn subject_of(subject: usize) -> Vec<Described> {
        vec![
            shape(subject, "liver", None, 3.0, 2.0),
            shape(subject, "spleen", None, -3.0, 2.0),
            shape(subject, "kidney", Some(Side::Left), 8.0, 2.0),
            shape(subject, "kidney", Some(Side::Right), 8.0, -2.0),
        ]
    }

    fn cohort() -> Vec<Described> {
        (0..14).flat_map(subject_of).collect()
    }

    fn kinds(found: &Doubts) -> Vec<(DoubtKind, Vec<String>)> {
        let names = |doubt: &Doubt| doubt.shapes.iter().map(ToString::to_string).collect();
        found.doubts.iter().map(|doubt| (doubt.kind, names(doubt))).collect()
    }

    #[test]
    fn a_cohort_without_faults_raises_no_doubts() {
        let found = of(&cohort());
        assert_eq!(kinds(&found), []);
        assert_eq!(found.told_sides, ["kidney", "liver", "spleen"]);
    }

    #[test]
    fn swapped_labels_are_other_structures() {
        let mut shapes = cohort();
        let spleen = shapes[1].numbers.clone();
        shapes[1].numbers = std::mem::replace(&mut shapes[0].numbers, spleen);
        let expected = ["cohort/p0/liver", "cohort/p0/spleen"]
            .map(|name| (DoubtKind::OtherStructure, vec![name.to_owned()]));
        assert_eq!(kinds(&of(&shapes)), expected);
    }

    #[test]
    fn swapped_sides_are_other_sides() {
        let mut shapes = cohort();
        let right = shapes[3].numbers.clone();
        shapes[3].numbers = std::mem::replace(&mut shapes[2].numbers, right);
        let expected = ["cohort/p0/kidney-left", "cohort/p0/kidney-right"]
            .map(|name| (DoubtKind::OtherSide, vec![name.to_owned()]));
        assert_eq!(kinds(&of(&shapes)), expected);
    }

    #[test]
    fn a_mirrored_subject_is_one_doubt() {
        let mut shapes = cohort();
        for shape in &mut shapes[..4] {
            *shape.numbers = mirrored(&shape.numbers);
        }
        let found = kinds(&of(&shapes));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].0, found[0].1.len()), (DoubtKind::MirroredSubject, 4));
    }

    #[test]
    fn copies_are_found_whether_their_bytes_are_the_same_or_not() {
        let mut shapes = cohort();
        shapes[4].mesh = shapes[0].mesh;
        shapes[4].numbers = shapes[0].numbers.clone();
        let mut near = shapes[1].numbers.clone();
        near[5] += 0.5;
        shapes[9].numbers = near;
        *shapes[14].numbers = mirrored(&shapes[11].numbers);
        let found = kinds(&of(&shapes));
        let pair =
            |one: &str, other: &str| vec![format!("cohort/{one}"), format!("cohort/{other}")];
        assert!(found.contains(&(DoubtKind::SameMesh, pair("p0/liver", "p1/liver"))), "{found:?}");
        assert!(found.contains(&(DoubtKind::NearlySame, pair("p0/spleen", "p2/spleen"))));
        let mirror = pair("p2/kidney-right", "p3/kidney-left");
        assert!(found.contains(&(DoubtKind::NearlySame, mirror)), "{found:?}");
    }

    #[test]
    fn neighbours_in_a_row_are_not_told_apart() {
        assert!(is_one_family("rib-5", "rib-6") && is_one_family("rib-5", "rib"));
        assert!(!is_one_family("liver", "spleen"));
        assert!(!is_one_family("kidney", "rib-6"));
    }
}
