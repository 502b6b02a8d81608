//! The vocabulary of anatomy: what structures there are, what they are called, what they belong
//! to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde::Deserialize;

use crate::Side;
use crate::words::{bag, words};

mod structure;

pub use structure::{Category, Structure};

/// One file a body system, in the order in which structures are listed.
const BUILT_IN: [&str; 14] = [
    include_str!("anatomy/body.toml"),
    include_str!("anatomy/skeletal.toml"),
    include_str!("anatomy/teeth.toml"),
    include_str!("anatomy/muscular.toml"),
    include_str!("anatomy/circulatory.toml"),
    include_str!("anatomy/respiratory.toml"),
    include_str!("anatomy/digestive.toml"),
    include_str!("anatomy/urogenital.toml"),
    include_str!("anatomy/nervous.toml"),
    include_str!("anatomy/sensory.toml"),
    include_str!("anatomy/head-neck.toml"),
    include_str!("anatomy/lymphatic.toml"),
    include_str!("anatomy/findings.toml"),
    include_str!("anatomy/devices.toml"),
];

/// Names in other languages, by the tag of the language: one file each.
const TRANSLATED: [(&str, &str); 1] = [("de", include_str!("anatomy/names/de.toml"))];

/// The names that structures have in a language, by their ids; the first is the one to show.
type Names = BTreeMap<String, Vec<String>>;

/// All structures, and how to find one by what it is called.
#[derive(Debug)]
pub struct Anatomy {
    structures: Vec<Structure>,
    // By the tag of the language.
    translated: BTreeMap<String, Names>,
    by_id: BTreeMap<String, usize>,
    // By all words of a name, in no order.
    by_words: BTreeMap<String, Named>,
    // By the letters and digits of a name.
    by_joined: BTreeMap<String, usize>,
    // Invariant: as long as `structures`, acyclic.
    children: Vec<Vec<usize>>,
}

/// A structure with the side of it that was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coded<'a> {
    /// The structure.
    pub structure: &'a Structure,
    /// The side, if one was named.
    pub side: Option<Side>,
}

/// What a name means.
#[derive(Debug, Clone, Copy)]
struct Named {
    index: usize,
    side: Option<Side>,
    // Whether the name is but those of a site and of a kind.
    is_composed: bool,
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
            let read = Self::parse(&BUILT_IN, &TRANSLATED);
            read.expect("a test reads the vocabulary that is compiled in")
        })
    }

    /// Reads a vocabulary: TOML files with one `[[structure]]` each, and, for each further language, its
    /// tag and a TOML file of names by id.
    ///
    /// Refused are two structures of one id or one name, in whatever language, a parent, a site or a
    /// named structure that is not there, and a structure that is its own ancestor.
    pub fn parse(files: &[&str], translated: &[(&str, &str)]) -> Result<Self, BadAnatomy> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            structure: Vec<Structure>,
        }
        let mut structures = Vec::new();
        for file in files {
            let file: File = toml::from_str(file).map_err(|cause| BadAnatomy(cause.to_string()))?;
            structures.extend(file.structure);
        }
        let by_id = index_ids(&structures)?;
        let translated = translations(translated, &by_id)?;
        let anatomy = Self {
            by_words: index_words(&structures, &by_id, &translated)?,
            by_joined: index_joined(&structures),
            children: index_children(&structures, &by_id)?,
            by_id,
            structures,
            translated,
        };
        anatomy.refuse_cycles()?;
        Ok(anatomy)
    }

    /// All structures, in the order of the files.
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
        self.look_up(&words(source_label), |_| true)
    }

    /// What these words of a query mean together, each in its normal form. A name that is but those
    /// of a site and of a kind, such as `brain tumour`, means these two and is left to the caller.
    pub(crate) fn code_words(&self, words: &[String]) -> Option<Coded<'_>> {
        self.look_up(words, |named| !named.is_composed)
    }

    /// What a word means that is a name written together, with a side before or behind it or none:
    /// `kidneyleft`, `urinarybladder`.
    pub(crate) fn code_joined(&self, word: &str) -> Option<Coded<'_>> {
        let whole = |name: &str| self.by_joined.get(name).map(|&index| &self.structures[index]);
        if let Some(structure) = whole(word) {
            return Some(Coded { structure, side: None });
        }
        [Side::Left, Side::Right].into_iter().find_map(|side| {
            let name = word.strip_suffix(side.word()).or_else(|| word.strip_prefix(side.word()))?;
            let structure = whole(name).filter(|structure| structure.paired)?;
            Some(Coded { structure, side: Some(side) })
        })
    }

    fn look_up(&self, words: &[String], counts: impl Fn(&Named) -> bool) -> Option<Coded<'_>> {
        let get = |words: &[String]| self.by_words.get(&bag(words)).filter(|named| counts(named));
        if let Some(&Named { index, side, .. }) = get(words) {
            return Some(Coded { structure: &self.structures[index], side });
        }
        let (side, others) = take_side(words)?;
        let named = get(&others).filter(|named| named.side.is_none())?;
        let structure = &self.structures[named.index];
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

    /// What a structure is called in the language of this tag, English aside; `None` if nobody has said.
    pub fn name_in(&self, language: &str, id: &str) -> Option<&str> {
        self.names_in(language, id).first().map(String::as_str)
    }

    /// All that it is called there, the name to show first.
    pub fn names_in(&self, language: &str, id: &str) -> &[String] {
        let names = self.translated.get(language).and_then(|names| names.get(id));
        names.map_or(&[], Vec::as_slice)
    }

    /// All names that mean a structure, in all languages, no side said.
    pub(crate) fn all_names<'a>(&'a self, of: &'a Structure) -> impl Iterator<Item = &'a str> {
        let translated = self.translated.values().filter_map(|names| names.get(&of.id)).flatten();
        of.names().chain(translated.map(String::as_str))
    }

    /// The structures that have this code in the given scheme: `SCT`, `UBERON` or `FMA`, in any case.
    pub fn with_code<'a>(
        &'a self,
        scheme: &'a str,
        code: &'a str,
    ) -> impl Iterator<Item = &'a Structure> {
        let has =
            move |(known, value): (&str, &str)| known.eq_ignore_ascii_case(scheme) && value == code;
        self.structures.iter().filter(move |structure| structure.codes().any(has))
    }

    /// The structure itself, and all that are a kind or a part of it, in the order of the files.
    /// Empty if there is no such structure.
    pub fn descendants(&self, id: &str) -> Vec<&Structure> {
        self.reachable(id, |index| self.children[index].clone())
    }

    /// The structure itself, and all that it is a kind or a part of, in the order of the files.
    /// Empty if there is no such structure.
    pub fn ancestors(&self, id: &str) -> Vec<&Structure> {
        self.reachable(id, |index| {
            let parents = self.structures[index].parents();
            parents.filter_map(|parent| self.by_id.get(parent).copied()).collect()
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
            let above = structure.parents().flat_map(|parent| self.ancestors(parent));
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

fn translations(
    files: &[(&str, &str)],
    by_id: &BTreeMap<String, usize>,
) -> Result<BTreeMap<String, Names>, BadAnatomy> {
    let mut translated = BTreeMap::new();
    for (language, file) in files {
        let names: Names =
            toml::from_str(file).map_err(|cause| BadAnatomy(format!("{language}: {cause}")))?;
        if let Some(id) = names.keys().find(|id| !by_id.contains_key(*id)) {
            return Err(BadAnatomy(format!("`{language}` names the unknown structure `{id}`")));
        }
        translated.insert((*language).to_owned(), names);
    }
    Ok(translated)
}

fn index_words(
    structures: &[Structure],
    by_id: &BTreeMap<String, usize>,
    translated: &BTreeMap<String, Names>,
) -> Result<BTreeMap<String, Named>, BadAnatomy> {
    let mut by_words: BTreeMap<String, Named> = BTreeMap::new();
    for (index, structure) in structures.iter().enumerate() {
        let composed = composed_names(structure, structures, by_id)?;
        let whole = structure.names().map(|name| (name, None));
        let left = structure.left_names.iter().map(|name| (name.as_str(), Some(Side::Left)));
        let right = structure.right_names.iter().map(|name| (name.as_str(), Some(Side::Right)));
        let elsewhere = translated.values().filter_map(|names| names.get(&structure.id)).flatten();
        let elsewhere = elsewhere.map(|name| (name.as_str(), None));
        for (name, side) in whole.chain(left).chain(right).chain(elsewhere) {
            let words = bag(&words(name));
            let is_composed = composed.contains(&words);
            let other = *by_words.entry(words).or_insert(Named { index, side, is_composed });
            if (other.index, other.side) != (index, side) {
                let (one, two) = (&structures[other.index].id, &structure.id);
                return Err(BadAnatomy(format!("`{name}` means both `{one}` and `{two}`")));
            }
        }
    }
    Ok(by_words)
}

/// All that can be said of the structure by naming its site and its kind.
fn composed_names(
    structure: &Structure,
    structures: &[Structure],
    by_id: &BTreeMap<String, usize>,
) -> Result<BTreeSet<String>, BadAnatomy> {
    let Some(site) = &structure.site else { return Ok(BTreeSet::new()) };
    let site = &structures[known(by_id, structure, "site", site)?];
    if !structure.composed {
        return Ok(BTreeSet::new());
    }
    let mut names = BTreeSet::new();
    for kind in &structure.is_a {
        let kind = &structures[known(by_id, structure, "parent", kind)?];
        for one in site.names() {
            names.extend(kind.names().map(|other| bag(&words(&format!("{one} {other}")))));
        }
    }
    Ok(names)
}

/// Where a structure is that another one names.
fn known(
    by_id: &BTreeMap<String, usize>,
    structure: &Structure,
    as_what: &str,
    id: &str,
) -> Result<usize, BadAnatomy> {
    let unknown = || BadAnatomy(format!("`{}` has the unknown {as_what} `{id}`", structure.id));
    by_id.get(id).copied().ok_or_else(unknown)
}

/// Names that several structures share when they are written together mean none of them.
fn index_joined(structures: &[Structure]) -> BTreeMap<String, usize> {
    let mut by_joined: BTreeMap<String, Option<usize>> = BTreeMap::new();
    for (index, structure) in structures.iter().enumerate() {
        for name in structure.names() {
            let letters = name.chars().filter(|c| c.is_alphanumeric());
            let joined = letters.flat_map(char::to_lowercase).collect();
            let meant = by_joined.entry(joined).or_insert(Some(index));
            *meant = meant.filter(|other| *other == index);
        }
    }
    by_joined.into_iter().filter_map(|(name, index)| Some((name, index?))).collect()
}

fn index_children(
    structures: &[Structure],
    by_id: &BTreeMap<String, usize>,
) -> Result<Vec<Vec<usize>>, BadAnatomy> {
    let mut children = vec![Vec::new(); structures.len()];
    for (index, structure) in structures.iter().enumerate() {
        for parent in structure.parents() {
            children[known(by_id, structure, "parent", parent)?].push(index);
        }
    }
    Ok(children)
}

#[cfg(test)]
mod tests;
