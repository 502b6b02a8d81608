//! The shapes of MedShapeNetCore: arrays in dictionaries in dictionaries.
//!
//! Three ways of nesting are met: `mask`, `point`, `mesh` and `label` of all shapes at once, with
//! `mesh` → `vertices` → number; the same under the name of each organ; and a person → `mesh` → jaw →
//! `vertices`. So any dictionary is looked into, and what is there under those names is taken.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use medshape_types::{Affine, LabelMap};

use super::pickle::{Id, Node, Objects};
use super::{LabelFile, shape};
use crate::error::{Error, ErrorKind};
use crate::input::{Input, shortened};
use crate::limits::Limits;
use crate::mesh_file::{MeshFile, MeshPart};
use crate::npy::Array;
use crate::point_file::PointFile;

/// All shapes of a file.
pub struct Samples<'a> {
    objects: Objects<'a>,
    limits: Limits,
    found: Vec<Found>,
}

/// One shape of a file, not yet unpacked.
#[derive(Clone, Copy)]
pub struct Sample<'a> {
    objects: &'a Objects<'a>,
    limits: &'a Limits,
    found: &'a Found,
}

/// What is known of a shape before it is unpacked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleFacts {
    /// The keys that lead to it, such as `liver/3`.
    pub name: String,
    /// What its group says of it: 0 for healthy and 1 for pathological, mostly.
    pub label: Option<i64>,
    /// Whether it has vertices and faces.
    pub has_mesh: bool,
    /// Whether it has points.
    pub has_points: bool,
    /// Whether it has voxels.
    pub has_mask: bool,
}

/// The shapes of a file of MedShapeNetCore; none if it is an NPZ of another kind.
///
/// # Errors
/// The file is damaged, or no NPZ; those of [`Arrays::samples`](super::Arrays::samples).
pub fn list(input: &Input, limits: &Limits) -> Result<Vec<SampleFacts>, Error> {
    let read = || {
        let arrays = super::read(&input.whole(limits.bytes)?, limits)?;
        Ok(arrays.samples()?.map_or(Vec::new(), |samples| samples.facts()))
    };
    read().map_err(|kind: ErrorKind| input.error(kind))
}

/// The names of shapes, the first few of many.
pub fn names_in_words(samples: &[SampleFacts]) -> String {
    const MOST: usize = 9;
    let mut names: Vec<&str> = samples.iter().take(MOST).map(|one| one.name.as_str()).collect();
    if samples.len() > MOST {
        names.push("…");
    }
    shortened(&names.join(", "))
}

/// Where the parts of a shape are.
#[derive(Debug, Default)]
struct Found {
    name: String,
    vertices: Option<Place>,
    faces: Option<Place>,
    points: Option<Place>,
    mask: Option<Place>,
    label: Option<i64>,
}

/// An array, or a part of one.
#[derive(Debug, Clone, Copy)]
struct Place {
    array: Id,
    part: Option<usize>,
}

impl<'a> Samples<'a> {
    pub(super) fn read(pickle: &'a [u8], limits: &Limits) -> Result<Self, ErrorKind> {
        let objects = Objects::read(pickle, limits)?;
        let found = Search::new(&objects, limits).run()?;
        Ok(Self { objects, limits: *limits, found })
    }

    /// The shapes, in the order of the file.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Sample<'_>> {
        let sample = |found| Sample { objects: &self.objects, limits: &self.limits, found };
        self.found.iter().map(sample)
    }

    /// What is known of each, in the same order.
    pub fn facts(&self) -> Vec<SampleFacts> {
        let facts = |found: &Found| SampleFacts {
            name: found.name.clone(),
            label: found.label,
            has_mesh: found.vertices.is_some() && found.faces.is_some(),
            has_points: found.points.is_some(),
            has_mask: found.mask.is_some(),
        };
        self.found.iter().map(facts).collect()
    }

    /// All meshes, a part each; `None` if there is none. `most` bounds their vertices and faces: one
    /// array may be named again and again, and each of them takes a byte at least.
    pub(super) fn meshes(&self, most: usize) -> Result<Option<MeshFile>, ErrorKind> {
        let mut file = MeshFile::default();
        let (mut n_vertices, mut n_faces) = (0, 0);
        for sample in self.iter() {
            let Some(mesh) = sample.mesh()? else { continue };
            n_vertices += mesh.n_vertices();
            n_faces += mesh.n_faces();
            if n_vertices > most.min(self.limits.vertices) {
                return Err(ErrorKind::limit("vertices", most.min(self.limits.vertices) as u64));
            }
            if n_faces > most.min(self.limits.faces) {
                return Err(ErrorKind::limit("triangles", most.min(self.limits.faces) as u64));
            }
            file.parts.extend(mesh.parts);
        }
        Ok((!file.parts.is_empty()).then_some(file))
    }

    pub(super) fn only_points(&self) -> Result<Option<PointFile>, ErrorKind> {
        match self.only("point clouds", |found| found.points)? {
            Some(sample) => sample.points(),
            None => Ok(None),
        }
    }

    pub(super) fn only_labels(&self) -> Result<Option<LabelFile>, ErrorKind> {
        match self.only("masks", |found| found.mask)? {
            Some(sample) => sample.label_file(),
            None => Ok(None),
        }
    }

    /// The only shape with such a part; `None` if there is none.
    fn only(
        &self,
        what: &str,
        part: impl Fn(&Found) -> Option<Place>,
    ) -> Result<Option<Sample<'_>>, ErrorKind> {
        let mut having = self.iter().filter(|sample| part(sample.found).is_some());
        match (having.next(), having.count()) {
            (only, 0) => Ok(only),
            (_, n_more) => {
                let what = format!("{} {what}: name one with `--sample`", n_more + 1);
                Err(ErrorKind::unsupported("NPZ", what))
            }
        }
    }
}

impl Sample<'_> {
    /// The keys that lead to it, such as `liver/3`; the first may name a person.
    pub fn name(&self) -> &str {
        &self.found.name
    }

    /// What its group says of it: 0 for healthy and 1 for pathological, mostly.
    pub fn label(&self) -> Option<i64> {
        self.found.label
    }

    /// Its mesh; its numbers are in whatever unit and space the source had.
    ///
    /// # Errors
    /// The arrays are no N×3 numbers, or a face names a vertex that is not there.
    pub fn mesh(&self) -> Result<Option<MeshFile>, ErrorKind> {
        let (Some(vertices), Some(faces)) =
            (self.array(self.found.vertices), self.array(self.found.faces))
        else {
            return Ok(None);
        };
        let part: MeshPart =
            shape::mesh_part(self.found.name.clone(), &vertices?, &faces?, self.limits)?;
        Ok(Some(MeshFile::of(part)))
    }

    /// Its points.
    ///
    /// # Errors
    /// The array is no N×3 numbers.
    pub fn points(&self) -> Result<Option<PointFile>, ErrorKind> {
        let array = self.array(self.found.points).transpose()?;
        array.map(|array| shape::point_file(&array, self.limits)).transpose()
    }

    /// Its voxels; nothing says how far apart they are, so that 1 mm is taken.
    ///
    /// # Errors
    /// They are no labels, or their grid is none.
    pub fn labels(&self) -> Result<Option<LabelMap>, ErrorKind> {
        let array = self.array(self.found.mask).transpose()?;
        array.map(|array| shape::label_map(&array, Affine::IDENTITY)).transpose()
    }

    /// The same, and what was taken for granted.
    pub(super) fn label_file(&self) -> Result<Option<LabelFile>, ErrorKind> {
        let file = |labels| LabelFile { labels, notes: vec![shape::NO_SPACING.to_owned()] };
        Ok(self.labels()?.map(file))
    }

    fn array(&self, place: Option<Place>) -> Option<Result<Array<'_>, ErrorKind>> {
        let place = place?;
        let array = array(self.objects, place.array)?;
        match (array, place.part) {
            (Ok(array), Some(part)) => array.part(part).map(Ok),
            (array, _) => Some(array),
        }
    }
}

fn array<'a>(objects: &'a Objects<'_>, id: Id) -> Option<Result<Array<'a>, ErrorKind>> {
    let Node::Array(packed) = objects.node(id) else { return None };
    let bytes = packed.bytes.get();
    Some(Array::new(packed.element, packed.order, &packed.shape, packed.is_fortran, bytes))
}

/// Which part of a shape is looked for.
#[derive(Debug, Clone, Copy)]
enum Part {
    Vertices,
    Faces,
    Points,
    Mask,
}

impl Part {
    /// Axes of one of them.
    fn n_axes(self) -> usize {
        if matches!(self, Self::Mask) { 3 } else { 2 }
    }
}

/// What an item is found under.
#[derive(Clone, Copy)]
enum Key {
    Object(Id),
    Place(usize),
}

struct Search<'a> {
    objects: &'a Objects<'a>,
    limits: &'a Limits,
    found: Vec<Found>,
    place_from_name: HashMap<String, usize>,
    /// Dictionaries and lists to be looked into, with their names and depths.
    open: Vec<(Id, String, usize)>,
    /// What may be labels, and of which group.
    labels: Vec<(Id, String)>,
    seen: HashSet<Id>,
    /// Items that may still be looked at, so that a list that is named everywhere costs no more than
    /// its share.
    n_left: usize,
}

impl<'a> Search<'a> {
    fn new(objects: &'a Objects<'a>, limits: &'a Limits) -> Self {
        // Shapes may share their faces, but not all with all.
        const MOST_LOOKS: usize = 16;
        let root = innermost(objects);
        Self {
            objects,
            limits,
            found: Vec::new(),
            place_from_name: HashMap::new(),
            open: vec![(root, String::new(), 0)],
            labels: Vec::new(),
            seen: HashSet::from([root]),
            n_left: MOST_LOOKS * (objects.n_items() + limits.parts),
        }
    }

    fn run(mut self) -> Result<Vec<Found>, ErrorKind> {
        while let Some((id, name, depth)) = self.open.pop() {
            self.look(id, &name, depth)?;
        }
        for (id, name) in std::mem::take(&mut self.labels) {
            self.label(id, &name)?;
        }
        match self.found.is_empty() {
            false => Ok(self.found),
            true => {
                let what = "a pickle without `mesh`, `point` or `mask`";
                Err(ErrorKind::unsupported("NPZ", what))
            }
        }
    }

    fn look(&mut self, id: Id, name: &str, depth: usize) -> Result<(), ErrorKind> {
        let begin = self.open.len();
        let mut labels = None;
        for (key, value) in self.items(id)? {
            let key = self.text(key)?;
            let part = match key.as_ref() {
                "vertices" => Part::Vertices,
                "faces" => Part::Faces,
                "point" | "points" => Part::Points,
                "mask" | "masks" => Part::Mask,
                "label" | "labels" => {
                    labels = Some(value);
                    continue;
                }
                "mesh" | "meshes" => {
                    self.open(value, name, depth)?;
                    continue;
                }
                key => {
                    self.open(value, &joined(name, key, self.limits)?, depth)?;
                    continue;
                }
            };
            self.parts(part, value, name)?;
        }
        self.labels.extend(labels.map(|labels| (labels, name.to_owned())));
        // The last is taken first.
        self.open[begin..].reverse();
        Ok(())
    }

    /// Remembers to look into a dictionary or a list, each once, however often it is named.
    fn open(&mut self, id: Id, name: &str, depth: usize) -> Result<(), ErrorKind> {
        let has_items = matches!(self.objects.node(id), Node::Dict(_) | Node::List(_));
        if !has_items || !self.seen.insert(id) {
            return Ok(());
        }
        if depth >= self.limits.depth {
            return Err(ErrorKind::limit("objects in one another", self.limits.depth as u64));
        }
        self.open.push((id, name.to_owned(), depth + 1));
        Ok(())
    }

    /// Keys and values of a dictionary, or numbers and values of a list.
    fn items(&mut self, id: Id) -> Result<Box<dyn Iterator<Item = (Key, Id)> + 'a>, ErrorKind> {
        let node = self.objects.node(id);
        self.spend(node.n_items())?;
        Ok(match node {
            Node::Dict(items) => {
                Box::new(items.iter().map(|&(key, value)| (Key::Object(key), value)))
            }
            Node::List(items) | Node::Tuple(items) => {
                Box::new(items.iter().enumerate().map(|(n, &item)| (Key::Place(n), item)))
            }
            _ => Box::new(std::iter::empty()),
        })
    }

    fn spend(&mut self, n_items: usize) -> Result<(), ErrorKind> {
        self.n_left = self.n_left.checked_sub(n_items).ok_or_else(|| {
            ErrorKind::malformed("NPZ", "a pickle that names the same things again and again")
        })?;
        Ok(())
    }

    fn text(&self, key: Key) -> Result<Cow<'a, str>, ErrorKind> {
        let key = match key {
            Key::Place(place) => place.to_string().into(),
            Key::Object(id) => match (self.objects.whole(id), self.objects.text(id)) {
                (Some(number), _) => number.to_string().into(),
                (None, text) => Cow::Borrowed(text.unwrap_or_default()),
            },
        };
        match key.len() > self.limits.path {
            true => Err(ErrorKind::limit("bytes in a key", self.limits.path as u64)),
            false => Ok(key),
        }
    }

    /// Takes one array, a stack of them, or one under each key.
    fn parts(&mut self, part: Part, id: Id, name: &str) -> Result<(), ErrorKind> {
        let Some(array) = array(self.objects, id) else {
            for (key, value) in self.items(id)? {
                if matches!(self.objects.node(value), Node::Array(_)) {
                    let name = joined(name, &self.text(key)?, self.limits)?;
                    self.put(part, name, Place { array: value, part: None })?;
                }
            }
            return Ok(());
        };
        let array = array?;
        match array.shape() {
            shape if shape.len() == part.n_axes() => {
                self.put(part, name.to_owned(), Place { array: id, part: None })
            }
            &[n_parts, ..] if array.shape().len() == part.n_axes() + 1 => {
                self.spend(n_parts)?;
                for n in 0..n_parts {
                    let name = joined(name, &n.to_string(), self.limits)?;
                    self.put(part, name, Place { array: id, part: Some(n) })?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn put(&mut self, part: Part, name: String, place: Place) -> Result<(), ErrorKind> {
        let found = self.found(name)?;
        *match part {
            Part::Vertices => &mut found.vertices,
            Part::Faces => &mut found.faces,
            Part::Points => &mut found.points,
            Part::Mask => &mut found.mask,
        } = Some(place);
        Ok(())
    }

    fn found(&mut self, name: String) -> Result<&mut Found, ErrorKind> {
        let place = match self.place_from_name.get(&name) {
            Some(&place) => place,
            None if self.found.len() >= self.limits.parts => {
                return Err(ErrorKind::limit("shapes in a file", self.limits.parts as u64));
            }
            None => {
                self.place_from_name.insert(name.clone(), self.found.len());
                self.found.push(Found { name, ..Found::default() });
                self.found.len() - 1
            }
        };
        Ok(&mut self.found[place])
    }

    /// Gives one label, or one each, to the shapes that are there.
    fn label(&mut self, id: Id, name: &str) -> Result<(), ErrorKind> {
        if let Some(label) = self.objects.whole(id) {
            self.set_label(name.to_owned(), label);
        } else if let Some(array) = array(self.objects, id).transpose()? {
            // Labels of vertices are no labels of shapes.
            let n_labels = match array.shape() {
                &[n_labels] if n_labels <= self.limits.parts => n_labels,
                _ => 0,
            };
            self.spend(n_labels)?;
            for n in 0..n_labels {
                let label = array.number(&[n]);
                if label.fract() == 0.0 {
                    self.set_label(joined(name, &n.to_string(), self.limits)?, label as i64);
                }
            }
        } else {
            for (key, value) in self.items(id)? {
                if let Some(label) = self.objects.whole(value) {
                    let name = joined(name, &self.text(key)?, self.limits)?;
                    self.set_label(name, label);
                }
            }
        }
        Ok(())
    }

    fn set_label(&mut self, name: String, label: i64) {
        if let Some(&place) = self.place_from_name.get(&name) {
            self.found[place].label = Some(label);
        }
    }
}

/// What NumPy saves is an array of one object, which is the object.
fn innermost(objects: &Objects<'_>) -> Id {
    match objects.node(objects.root()) {
        Node::List(items) if items.len() == 1 => items[0],
        _ => objects.root(),
    }
}

fn joined(name: &str, key: &str, limits: &Limits) -> Result<String, ErrorKind> {
    let joined = match name.is_empty() {
        true => key.to_owned(),
        false => format!("{name}/{key}"),
    };
    match joined.len() > limits.path {
        true => Err(ErrorKind::limit("bytes in the keys of a shape", limits.path as u64)),
        false => Ok(joined),
    }
}
