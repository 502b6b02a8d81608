//! The vocabulary of anatomy: what structures there are, what they are called, what they belong
//! to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::Side;
use crate::words::{bag, words};

const BUILT_IN: &str = include_str!("anatomy/structures.toml");

/// All structures, and how to find one by what it is called.
#[derive(Debug)]
pub struct Anatomy {
    structures: Vec<Structure>,
    by_id: BTreeMap<String, usize>,
    // By all words of a name, in no order.
    by_words: BTreeMap<String, usize>,
    // Invariant: as long as `structures`, acyclic.
    children: Vec<Vec<usize>>,
}

/// A structure, its sides aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Structure {
    /// Kebab-case English, singular; part of each shape's name.
    pub id: String,
    /// English name.
    pub name: String,
    /// Latin name, of the Terminologia Anatomica where that has the structure.
    #[serde(default)]
    pub latin: Option<String>,
    /// Other names, plain-language ones included.
    #[serde(default)]
    pub synonyms: Vec<String>,
    /// SNOMED CT code.
    #[serde(default)]
    pub snomed: Option<String>,
    /// Whether it comes on the left, on the right, or on both.
    #[serde(default)]
    pub paired: bool,
    /// What kind of thing it is.
    pub category: Category,
    /// Body system, such as `digestive`.
    #[serde(default)]
    pub system: Option<String>,
    /// Ids of what it is a kind of or a part of.
    #[serde(default)]
    pub parents: Vec<String>,
    /// Red, green, blue.
    pub colour: [u8; 3],
}

/// What kind of thing a structure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// A part of the body with all that is in it, such as the abdomen.
    Region,
    /// A heading for others, such as vessels.
    Group,
    /// What does not belong to a healthy body, such as a cyst.
    Finding,
    /// An organ or a part of one.
    Organ,
    /// An artery or a vein.
    Vessel,
    /// A muscle or a group of muscles.
    Muscle,
    /// A bone.
    Bone,
    /// A cartilage.
    Cartilage,
}

/// A structure with the side of it that was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coded<'a> {
    /// The structure.
    pub structure: &'a Structure,
    /// The side, if one was named.
    pub side: Option<Side>,
}

/// A vocabulary contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("anatomy: {0}")]
pub struct BadAnatomy(String);

impl Anatomy {
    /// The vocabulary that comes with the program.
    pub fn builtin() -> &'static Self {
        static ANATOMY: OnceLock<Anatomy> = OnceLock::new();
        ANATOMY.get_or_init(|| {
            Self::parse(BUILT_IN).expect("a test reads the vocabulary that is compiled in")
        })
    }

    /// Reads a vocabulary: a TOML file with one `[[structure]]` each.
    ///
    /// Refused are two structures of one id or one name, a parent that is not there, and a
    /// structure that is its own ancestor.
    pub fn parse(toml: &str) -> Result<Self, BadAnatomy> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            structure: Vec<Structure>,
        }
        let File { structure: structures } =
            toml::from_str(toml).map_err(|cause| BadAnatomy(cause.to_string()))?;
        let by_id = index_ids(&structures)?;
        let anatomy = Self {
            by_words: index_words(&structures)?,
            children: index_children(&structures, &by_id)?,
            by_id,
            structures,
        };
        anatomy.refuse_cycles()?;
        Ok(anatomy)
    }

    /// All structures, in the order of the file.
    pub fn structures(&self) -> &[Structure] {
        &self.structures
    }

    /// The structure of this id.
    pub fn structure(&self, id: &str) -> Option<&Structure> {
        self.by_id.get(id).map(|&index| &self.structures[index])
    }

    /// What a source means by its label: `kidney_left`, `left kidney`, `Rib left 4`.
    ///
    /// All words must be understood; their order, plurals and separators make no difference.
    /// Nothing is guessed: a name that is not in the vocabulary codes to nothing, and so does a
    /// side of what has no sides.
    pub fn code(&self, source_label: &str) -> Option<Coded<'_>> {
        self.code_words(&words(source_label))
    }

    /// What these words mean together, each in its normal form.
    pub(crate) fn code_words(&self, words: &[String]) -> Option<Coded<'_>> {
        if let Some(&index) = self.by_words.get(&bag(words)) {
            return Some(Coded { structure: &self.structures[index], side: None });
        }
        let (side, others) = take_side(words)?;
        let structure = &self.structures[*self.by_words.get(&bag(&others))?];
        structure.paired.then_some(Coded { structure, side: Some(side) })
    }

    /// What people read: `left kidney`. An id that is not in the vocabulary reads as its words.
    pub fn display(&self, id: &str, side: Option<Side>) -> String {
        let name = match self.structure(id) {
            Some(structure) => structure.name.clone(),
            None => id.replace(['-', '_'], " "),
        };
        match side {
            Some(side) => format!("{} {name}", side.word()),
            None => name,
        }
    }

    /// The structures with this SNOMED CT code.
    pub fn with_snomed<'a>(&'a self, code: &'a str) -> impl Iterator<Item = &'a Structure> {
        self.structures.iter().filter(move |structure| structure.snomed.as_deref() == Some(code))
    }

    /// The structure itself, and all that are a kind or a part of it, in the order of the file.
    /// Empty if there is no such structure.
    pub fn descendants(&self, id: &str) -> Vec<&Structure> {
        self.reachable(id, |index| self.children[index].clone())
    }

    /// The structure itself, and all that it is a kind or a part of, in the order of the file.
    /// Empty if there is no such structure.
    pub fn ancestors(&self, id: &str) -> Vec<&Structure> {
        self.reachable(id, |index| {
            let parents = &self.structures[index].parents;
            parents.iter().filter_map(|parent| self.by_id.get(parent).copied()).collect()
        })
    }

    fn reachable(&self, id: &str, next: impl Fn(usize) -> Vec<usize>) -> Vec<&Structure> {
        let mut found = BTreeSet::new();
        let mut open: Vec<usize> = self.by_id.get(id).copied().into_iter().collect();
        while let Some(index) = open.pop() {
            if found.insert(index) {
                open.extend(next(index));
            }
        }
        found.into_iter().map(|index| &self.structures[index]).collect()
    }

    fn refuse_cycles(&self) -> Result<(), BadAnatomy> {
        for structure in &self.structures {
            let above = structure.parents.iter().flat_map(|parent| self.ancestors(parent));
            if { above }.any(|ancestor| ancestor.id == structure.id) {
                return Err(BadAnatomy(format!("`{}` is its own ancestor", structure.id)));
            }
        }
        Ok(())
    }
}

impl Coded<'_> {
    /// The last part of a shape's name: `kidney-left`.
    pub fn slug(&self) -> String {
        match self.side {
            Some(side) => format!("{}-{}", self.structure.id, side.word()),
            None => self.structure.id.clone(),
        }
    }
}

/// The one side among the words, and the others. `None` if there is no side, or two.
fn take_side(words: &[String]) -> Option<(Side, Vec<String>)> {
    let is_side = |word: &String| Side::from_word(word);
    let mut sides = words.iter().filter_map(is_side);
    let side = sides.next()?;
    if sides.next().is_some() {
        return None;
    }
    Some((side, words.iter().filter(|word| is_side(word).is_none()).cloned().collect()))
}

fn index_ids(structures: &[Structure]) -> Result<BTreeMap<String, usize>, BadAnatomy> {
    let mut by_id = BTreeMap::new();
    for (index, structure) in structures.iter().enumerate() {
        if !crate::name::is_part(&structure.id) {
            return Err(BadAnatomy(format!("`{}` cannot be part of a name", structure.id)));
        }
        if by_id.insert(structure.id.clone(), index).is_some() {
            return Err(BadAnatomy(format!("two structures have the id `{}`", structure.id)));
        }
    }
    Ok(by_id)
}

fn index_words(structures: &[Structure]) -> Result<BTreeMap<String, usize>, BadAnatomy> {
    let mut by_words: BTreeMap<String, usize> = BTreeMap::new();
    for (index, structure) in structures.iter().enumerate() {
        let names = [&structure.id, &structure.name];
        for name in names.into_iter().chain(&structure.latin).chain(&structure.synonyms) {
            let other = *by_words.entry(bag(&words(name))).or_insert(index);
            if other != index {
                let (one, two) = (&structures[other].id, &structure.id);
                return Err(BadAnatomy(format!("`{name}` means both `{one}` and `{two}`")));
            }
        }
    }
    Ok(by_words)
}

fn index_children(
    structures: &[Structure],
    by_id: &BTreeMap<String, usize>,
) -> Result<Vec<Vec<usize>>, BadAnatomy> {
    let mut children = vec![Vec::new(); structures.len()];
    for (index, structure) in structures.iter().enumerate() {
        for parent in &structure.parents {
            let Some(&parent) = by_id.get(parent) else {
                let text = format!("`{}` has the unknown parent `{parent}`", structure.id);
                return Err(BadAnatomy(text));
            };
            children[parent].push(index);
        }
    }
    Ok(children)
}

#[cfg(test)]
mod tests;
