//! What a person asks for in a few words.
//!
//! ```text
//! left kidney      kidney_left, kidneys left    a structure, by any of its names, words in any order
//! rib              lung, spine, bone            all that is a kind or a part of it
//! liver spleen                                  several structures: either
//! female  woman    sex:f                        sex
//! 60..70           60-70 years, age:>60, 60+    age in whole years, both ends included
//! source:NAME      subject:ID                   or the bare name, if the store knows it
//! pathology:tumor                               a word of what is known of the subject
//! SCT:64033007   UBERON:0002113  FMA:7203       a code of SNOMED CT, UBERON or FMA
//! licence:open     licence:cc-by-4.0            who may do what with it
//! ct  mri          modality:mr                  how its images were made
//! quality:solid    quality:cut                  what its mesh is like
//! volume:>1200ml   volume:5..20ml               the volume inside its mesh
//! -liver           not liver                    anything can be excluded
//! "two words"                                   left to the store as they are
//! source/subject/structure                      a shape's name, or an old name of it
//! ```
//!
//! Different kinds of words narrow the answer; several structures, sources, subjects, sexes or
//! names widen it. A side beside a structure that has sides belongs to that structure; a side
//! between two such structures belongs to the first.

use std::fmt;

use serde::Serialize;

use crate::words::{normal, words};
use crate::{Anatomy, Category, Sex, ShapeName, Side, Subject};

mod classes;
mod tokens;
mod volume;

pub use classes::{LicenceClass, QualityClass};
use tokens::Token;

/// A question to the catalog.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Query {
    /// As it was typed, without space around it.
    pub text: String,
    /// What was understood, in the order in which it was typed.
    pub terms: Vec<Term>,
}

/// One condition of a query. `Display` is for people: `not left kidney`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Term {
    /// The condition.
    pub meaning: Meaning,
    /// Whether it is what must not be.
    pub negated: bool,
}

/// What a term asks of a shape.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Meaning {
    /// It shows this structure, or a kind or a part of it. A finding, such as a tumour, may also
    /// be what is known of the subject.
    Structure {
        /// Id in the vocabulary, or of a label that the vocabulary does not know.
        id: String,
        /// The side of it.
        side: Option<Side>,
    },
    /// It is of this side, whatever it shows.
    Side(Side),
    /// The subject's sex.
    Sex(Sex),
    /// The subject's age in whole years, both ends included.
    Age {
        /// The least.
        min: u32,
        /// The greatest; `u32::MAX` where there is no upper end.
        max: u32,
    },
    /// Id of the source.
    Source(String),
    /// Id of the subject.
    Subject(String),
    /// A word of what is known of the subject's pathology.
    Pathology(String),
    /// Its source is licensed so.
    Licence(LicenceClass),
    /// Its source has images that were made so: `ct`, `mr`, `pet`, `scan`.
    Modality(String),
    /// Its mesh is so.
    Quality(QualityClass),
    /// The volume inside its mesh, both ends included.
    Volume {
        /// The least.
        min_mm3: f64,
        /// The greatest; infinite where there is no upper end.
        max_mm3: f64,
    },
    /// The shape of this name.
    Name(ShapeName),
    /// A word that the vocabulary does not know. The store may: as an old name, a source, a
    /// subject, a label or a pathology.
    Word(String),
}

/// The longest question that is read, in bytes; the rest is cut off.
const MAX_LEN: usize = 2000;
/// The most words that a name of a structure has, its side included.
const MAX_WORDS: usize = 10;
/// The most conditions that are read; the rest is cut off.
const MAX_TERMS: usize = 24;

impl Query {
    /// Understands what it can; there is no wrong question.
    pub fn parse(text: &str) -> Self {
        let text = tokens::cut(text.trim(), MAX_LEN).trim_end();
        let mut terms: Vec<Term> = Vec::new();
        let mut run: Vec<Token> = Vec::new();
        for token in tokens::tokens(text) {
            match facet(&token) {
                None => run.push(token),
                Some(facets) => {
                    read_run(&mut run, &mut terms);
                    terms.extend(facets);
                }
            }
        }
        read_run(&mut run, &mut terms);
        let mut query = Self { text: text.to_owned(), terms: Vec::new() };
        for term in terms {
            if query.terms.len() < MAX_TERMS && !query.terms.contains(&term) {
                query.terms.push(term);
            }
        }
        query
    }

    /// The words that the vocabulary does not know.
    pub fn unknown(&self) -> impl Iterator<Item = &str> {
        self.terms.iter().filter_map(|term| match &term.meaning {
            Meaning::Word(word) => Some(word.as_str()),
            _ => None,
        })
    }
}

/// What a token says by itself, whatever stands around it. `None` if it is an ordinary word.
fn facet(token: &Token) -> Option<Vec<Term>> {
    let term = |meaning| Term { meaning, negated: token.negated };
    if token.quoted {
        return Some(vec![term(Meaning::Word(token.text.clone()))]);
    }
    if let Some(meanings) = keyed(&token.text) {
        return Some(meanings.into_iter().map(term).collect());
    }
    if let Some((min, max)) = tokens::age_range(&token.text) {
        return Some(vec![term(age((min, max)))]);
    }
    let name = token.text.to_lowercase().parse().ok()?;
    Some(vec![term(Meaning::Name(name))])
}

/// `key:value`, if the key is one of ours and the value makes sense.
fn keyed(text: &str) -> Option<Vec<Meaning>> {
    let (key, value) = text.split_once(':')?;
    let lower = value.to_lowercase();
    if value.is_empty() {
        return None;
    }
    let meaning = match key.to_lowercase().as_str() {
        "source" | "dataset" => Meaning::Source(lower),
        "subject" => Meaning::Subject(lower),
        "pathology" => Meaning::Pathology(lower),
        "sex" | "gender" => Meaning::Sex(sex(&lower)?),
        "side" => Meaning::Side(Side::from_word(&normal(&lower))?),
        "age" => age(tokens::age(&lower)?),
        "structure" => structure(&lower),
        "licence" | "license" => Meaning::Licence(LicenceClass::from_word(&lower)),
        "modality" => Meaning::Modality(modality(&lower).unwrap_or(&lower).to_owned()),
        "quality" => Meaning::Quality(QualityClass::from_word(&lower)?),
        "volume" => {
            let (min_mm3, max_mm3) = volume::range_mm3(&lower)?;
            Meaning::Volume { min_mm3, max_mm3 }
        }
        scheme @ ("sct" | "uberon" | "fma") => return with_code(scheme, value),
        _ => return None,
    };
    Some(vec![meaning])
}

/// Ages from 90 on are not told apart: `age:95` asks for all of them.
fn age((min, max): (u32, u32)) -> Meaning {
    let max = if max >= Subject::OLDEST_YEARS { u32::MAX } else { max };
    Meaning::Age { min: min.min(Subject::OLDEST_YEARS), max }
}

fn sex(value: &str) -> Option<Sex> {
    match value {
        "f" => Some(Sex::Female),
        "m" => Some(Sex::Male),
        word => Sex::from_word(&normal(word)),
    }
}

/// The structure of this slug; one that the vocabulary does not know may be known to the store.
fn structure(slug: &str) -> Meaning {
    let (id, side) = match Anatomy::builtin().code(slug) {
        Some(coded) => (coded.structure.id.clone(), coded.side),
        None => (slug.to_owned(), None),
    };
    Meaning::Structure { id, side }
}

fn with_code(scheme: &str, code: &str) -> Option<Vec<Meaning>> {
    let meanings: Vec<Meaning> = Anatomy::builtin()
        .with_code(scheme, code)
        .map(|structure| Meaning::Structure { id: structure.id.clone(), side: None })
        .collect();
    (!meanings.is_empty()).then_some(meanings)
}

/// A word of a run of ordinary tokens, and which token it is of.
struct Word {
    normal: String,
    token: usize,
    // Whether a new condition must begin here.
    starts_negation: bool,
}

/// Reads ordinary tokens, and empties `run`.
fn read_run(run: &mut Vec<Token>, terms: &mut Vec<Term>) {
    let tokens = std::mem::take(run);
    // A token such as `s0224_full`, of which the vocabulary knows only a part, is taken whole.
    let mut whole = vec![false; tokens.len()];
    let mut readings = read_words(&split(&tokens, &whole));
    for (token, _) in readings.iter().filter(|(_, meaning)| meaning.is_none()) {
        whole[*token] = true;
    }
    readings = read_words(&split(&tokens, &whole));
    for (token, meaning) in readings {
        let token = &tokens[token];
        let meaning = meaning.unwrap_or_else(|| Meaning::Word(token.text.clone()));
        terms.push(Term { meaning, negated: token.negated });
    }
}

fn split(tokens: &[Token], whole: &[bool]) -> Vec<Word> {
    let mut split = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let parts = if whole[index] { vec![token.text.to_lowercase()] } else { words(&token.text) };
        for (position, normal) in parts.into_iter().enumerate() {
            let starts_negation = token.negated && position == 0;
            split.push(Word { normal, token: index, starts_negation });
        }
    }
    split
}

/// What the words mean, the longest name first, and the token that each meaning begins with.
/// `None` stands for a word that is not understood.
fn read_words(words: &[Word]) -> Vec<(usize, Option<Meaning>)> {
    let mut readings = Vec::new();
    let mut rest = words;
    while let Some(first) = rest.first() {
        let (n_words, meaning) = read_first(rest);
        readings.push((first.token, meaning));
        rest = &rest[n_words..];
    }
    readings
}

/// The meaning that the first words have, and how many words it takes.
fn read_first(words: &[Word]) -> (usize, Option<Meaning>) {
    // A condition of its own, such as an excluded one, ends the name before it.
    let n_free = words.iter().skip(1).position(|word| word.starts_negation);
    let n_free = n_free.map_or(words.len(), |position| position + 1).min(MAX_WORDS);
    let normals: Vec<String> = words[..n_free].iter().map(|word| word.normal.clone()).collect();
    for n_words in (1..=n_free).rev() {
        if let Some(coded) = Anatomy::builtin().code_words(&normals[..n_words]) {
            let id = coded.structure.id.clone();
            return (n_words, Some(Meaning::Structure { id, side: coded.side }));
        }
    }
    let word = normals.first().map(String::as_str).unwrap_or_default();
    if let Some(coded) = Anatomy::builtin().code_joined(word) {
        let id = coded.structure.id.clone();
        return (1, Some(Meaning::Structure { id, side: coded.side }));
    }
    let sex = Sex::from_word(word).map(Meaning::Sex);
    let side = || Side::from_word(word).map(Meaning::Side);
    let made = || modality(word).map(|word| Meaning::Modality(word.to_owned()));
    (1, sex.or_else(side).or_else(made))
}

/// The word for how images were made.
fn modality(word: &str) -> Option<&'static str> {
    match word {
        "ct" | "cta" | "ccta" => Some("ct"),
        "mr" | "mri" | "mrt" => Some("mr"),
        "pet" => Some("pet"),
        "cbct" => Some("cbct"),
        "scan" | "3d-scan" => Some("scan"),
        _ => None,
    }
}

impl Term {
    /// The term as it can be typed: `-structure:kidney-left`.
    pub fn syntax(&self) -> String {
        let sign = if self.negated { "-" } else { "" };
        let text = match &self.meaning {
            Meaning::Structure { id, side: None } => format!("structure:{id}"),
            Meaning::Structure { id, side: Some(side) } => {
                format!("structure:{id}-{}", side.word())
            }
            Meaning::Side(side) => format!("side:{}", side.word()),
            Meaning::Sex(sex) => format!("sex:{}", sex.word()),
            Meaning::Age { min, max: u32::MAX } => format!("age:{min}.."),
            Meaning::Age { min, max } => format!("age:{min}..{max}"),
            Meaning::Source(id) => format!("source:{id}"),
            Meaning::Subject(id) => format!("subject:{id}"),
            Meaning::Pathology(word) => format!("pathology:{word}"),
            Meaning::Licence(class) => format!("licence:{class}"),
            Meaning::Modality(word) => format!("modality:{word}"),
            Meaning::Quality(class) => format!("quality:{}", class.word()),
            Meaning::Volume { min_mm3, max_mm3 } => {
                format!("volume:{}", volume::syntax(*min_mm3, *max_mm3))
            }
            Meaning::Name(name) => name.to_string(),
            Meaning::Word(word) => format!("\"{word}\""),
        };
        sign.to_owned() + &text
    }

    /// Whether the term asks for a finding rather than for a healthy structure.
    pub fn is_finding(&self) -> bool {
        match &self.meaning {
            Meaning::Structure { id, .. } => Anatomy::builtin()
                .structure(id)
                .is_some_and(|structure| structure.category == Category::Finding),
            _ => false,
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negated {
            f.write_str("not ")?;
        }
        match &self.meaning {
            Meaning::Structure { id, side } => f.write_str(&Anatomy::builtin().display(id, *side)),
            Meaning::Side(side) => write!(f, "{} side", side.word()),
            Meaning::Sex(sex) => f.write_str(sex.word()),
            Meaning::Age { min, max } if min == max => write!(f, "{min} years"),
            Meaning::Age { min, max: u32::MAX } => write!(f, "{min} years and older"),
            Meaning::Age { min: 0, max } => write!(f, "up to {max} years"),
            Meaning::Age { min, max } => write!(f, "{min} to {max} years"),
            Meaning::Source(id) => write!(f, "source {id}"),
            Meaning::Subject(id) => write!(f, "subject {id}"),
            Meaning::Pathology(word) => write!(f, "pathology {word}"),
            Meaning::Licence(class) => write!(f, "licence {class}"),
            Meaning::Modality(word) => write!(f, "made from {}", word.to_uppercase()),
            Meaning::Quality(class) => write!(f, "{} mesh", class.word()),
            Meaning::Volume { min_mm3, max_mm3 } => f.write_str(&volume::words(*min_mm3, *max_mm3)),
            Meaning::Name(name) => write!(f, "{name}"),
            Meaning::Word(word) => f.write_str(word),
        }
    }
}

/// The query in a form that reads back as the same query.
impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let terms: Vec<String> = self.terms.iter().map(Term::syntax).collect();
        f.write_str(&terms.join(" "))
    }
}

#[cfg(test)]
mod tests;
