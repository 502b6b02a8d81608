//! The rows that are searched, and the questions.

use medshape_catalog::{Anatomy, Category, Sex, Side};

pub struct Row {
    pub name: String,
    pub structure: &'static str,
    /// The structure's name as words.
    pub words: &'static str,
    pub side: Option<Side>,
    pub subject: usize,
    pub source: usize,
    pub sex: Option<Sex>,
    pub age_years: u32,
    pub pathology: &'static str,
}

const PATHOLOGIES: [&str; 6] =
    ["tumor", "trauma", "inflammation", "vascular", "bleeding", "no pathology"];
pub const N_SOURCES: usize = 12;

pub fn source_id(source: usize) -> String {
    format!("bench{source}")
}

/// A hundred structures of each subject.
pub fn rows(n_subjects: usize) -> Vec<Row> {
    let mut kinds = Vec::new();
    let structures = Anatomy::builtin().structures().iter();
    let bodily = structures.filter(|structure| {
        matches!(structure.category, Category::Organ | Category::Bone | Category::Muscle | Category::Vessel)
    });
    for structure in bodily {
        let sides: &[Option<Side>] =
            if structure.paired { &[Some(Side::Left), Some(Side::Right)] } else { &[None] };
        kinds.extend(sides.iter().map(|&side| (structure, side)));
    }
    kinds.truncate(100);
    let mut rows = Vec::new();
    for subject in 0..n_subjects {
        // Numbers that look like chance and are the same each time.
        let chance = (subject as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        let source = chance as usize % N_SOURCES;
        for &(structure, side) in &kinds {
            let side_word = side.map_or(String::new(), |side| format!("-{}", side.word()));
            rows.push(Row {
                name: format!("{}/s{subject:06}/{}{side_word}", source_id(source), structure.id),
                structure: &structure.id,
                words: &structure.name,
                side,
                subject,
                source,
                sex: [Some(Sex::Female), Some(Sex::Male), None][(chance >> 8) as usize % 3],
                age_years: 18 + (chance >> 12) as u32 % 72,
                pathology: PATHOLOGIES[(chance >> 20) as usize % PATHOLOGIES.len()],
            });
        }
    }
    rows
}

/// Three words, as they are typed, and as terms that a row's text must have.
pub struct Question {
    pub text: String,
    pub terms: Vec<String>,
}

pub fn questions(rows: &[Row]) -> Vec<Question> {
    let mut questions = Vec::new();
    let mut single: Vec<&str> = rows[..100]
        .iter()
        .filter(|row| !row.words.contains([' ', '-']))
        .filter(|row| Anatomy::builtin().descendants(row.structure).len() == 1)
        .map(|row| row.words)
        .collect();
    single.dedup();
    for (at, structure) in single.iter().cycle().take(300).enumerate() {
        let sex = ["female", "male"][at % 2];
        let third = match at % 3 {
            0 => "tumor".to_owned(),
            1 => source_id(at % N_SOURCES),
            _ => "trauma".to_owned(),
        };
        questions.push(Question {
            text: format!("{sex} {structure} {third}"),
            terms: vec![sex.to_owned(), (*structure).to_owned(), third],
        });
    }
    // Without a structure: a sixth to a third of all rows.
    for (at, pathology) in PATHOLOGIES.iter().take(5).cycle().take(100).enumerate() {
        let (sex, source) = (["female", "male"][at % 2], source_id(at % N_SOURCES));
        questions.push(Question {
            text: format!("{sex} {pathology} {source}"),
            terms: vec![sex.to_owned(), (*pathology).to_owned(), source],
        });
    }
    questions
}

/// The text of a row that the peers index.
pub fn text(row: &Row) -> String {
    let side = row.side.map_or("", Side::word);
    let sex = row.sex.map_or("", Sex::word);
    format!("{} {side} {sex} {} {}", row.words, row.pathology, source_id(row.source))
}
