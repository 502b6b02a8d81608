use std::error::Error;
use std::path::Path;

use medshape_catalog::{
    Catalog, Licence, Page, PrivacyClass, Query, Remote, Source, Subject,
};

use crate::rows::{N_SOURCES, Question, Row, source_id};
use crate::{Engine, Said};

pub struct Medshape(Catalog);

impl Medshape {
    pub fn new(folder: &Path, rows: &[Row]) -> Result<Self, Box<dyn Error>> {
        let mut catalog = Catalog::create(&folder.join("store"))?;
        let sources: Vec<Source> = (0..N_SOURCES).map(source).collect();
        let mut subjects: Vec<Subject> = Vec::new();
        let mut shapes = Vec::new();
        for row in rows {
            let id = format!("s{:06}", row.subject);
            if subjects.last().is_none_or(|last| last.id != id) {
                subjects.push(Subject {
                    source: source_id(row.source),
                    id,
                    sex: row.sex,
                    age_years: Some(row.age_years),
                    pathology: Some(row.pathology.to_owned()),
                    ..Subject::default()
                });
            }
            shapes.push(Remote {
                name: row.name.parse()?,
                structure: row.structure.to_owned(),
                coded: true,
                side: row.side,
                finding: None,
                label_name: row.words.to_owned(),
                url: format!("https://example.org/{}", row.name),
                aliases: Vec::new(),
            });
        }
        catalog.add_remote(&sources, &subjects, &shapes)?;
        drop((subjects, shapes));
        catalog.search(&Query::parse(""), Page::default())?;
        Ok(Self(catalog))
    }
}

fn source(number: usize) -> Source {
    Source {
        id: source_id(number),
        title: source_id(number),
        version: None,
        citation: String::new(),
        licence: Licence::of("CC0-1.0", "made up"),
        privacy_class: PrivacyClass::P0,
        url: None,
        modalities: vec!["ct".to_owned()],
        keywords: Vec::new(),
    }
}

impl Engine for Medshape {
    fn name(&self) -> &'static str {
        "medshape"
    }

    fn ask(&mut self, question: &Question) -> Result<Said, Box<dyn Error>> {
        let answer = self.0.search(&Query::parse(&question.text), Page { offset: 0, limit: 48 })?;
        Ok(Said { total: answer.total })
    }
}
