use std::collections::BTreeMap;

use rusqlite::{Connection, Row};

use crate::access::privacy_class;
use crate::read::{files, from_json, parsed, perhaps_worded};
use crate::{
    Catalog, Error, Measures, PrivacyClass, Quality, Role, Sex, Sha256, ShapeName, Side, Source,
    StoredFile,
};

/// A shape that the store holds, with what a release says of it.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldShape {
    /// As of a [`Shape`](crate::Shape).
    pub name: ShapeName,
    /// Id of the structure.
    pub structure: String,
    /// Whether the vocabulary knows it.
    pub coded: bool,
    /// Of the person.
    pub side: Option<Side>,
    /// Id in the vocabulary.
    pub finding: Option<String>,
    /// What the source calls it.
    pub label_name: String,
    /// Numbers.
    pub measures: Measures,
    /// Findings.
    pub quality: Quality,
    /// As the source's table says.
    pub sex: Option<Sex>,
    /// Whole years; 90 stands for 90 and more.
    pub age_years: Option<u32>,
    /// As the source's table says.
    pub pathology: Option<String>,
    /// Files of the shape.
    pub files: Vec<StoredFile>,
    /// The label map that it was made from, which holds the other shapes of its case as well.
    pub label_map: Option<StoredFile>,
    /// The case, and how many shapes were made of it.
    pub case: (i64, u64),
}

impl HeldShape {
    /// How far it identifies the person.
    pub fn privacy_class(&self, source: &Source) -> PrivacyClass {
        privacy_class(source.privacy_class, &self.structure)
    }
}

impl Catalog {
    /// Shows `visit` every shape that the store holds, of one state of the database, by the bytes of
    /// their names. What `visit` returns as an error ends it.
    pub fn each_held<E: From<Error>>(
        &self,
        visit: &mut dyn FnMut(HeldShape, &Source) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut stopped = None;
        let read = self.read(|db| {
            let sources = sources(db)?;
            let mut statement = db.prepare_cached(HELD)?;
            let mut rows = statement.query(())?;
            while let Some(row) = rows.next()? {
                let shape = held(db, row)?;
                let Some(source) = sources.get(shape.name.source()) else { continue };
                if let Err(error) = visit(shape, source) {
                    stopped = Some(error);
                    break;
                }
            }
            Ok(())
        });
        read?;
        stopped.map_or(Ok(()), Err)
    }
}

const HELD: &str =
    "SELECT name_key, name.name, structure, coded, side, finding, label_name, measures,
        quality, sex, age_years, pathology, label_map_sha256, label_map_size, ingested.key, n_shapes
    FROM shape
        JOIN name ON name.key = name_key
        JOIN subject ON subject.key = shape.subject_key
        JOIN ingested ON ingested.key = ingested_key
    ORDER BY name.name";

fn held(db: &Connection, row: &Row<'_>) -> rusqlite::Result<HeldShape> {
    let label_map: Option<[u8; 32]> = row.get(12)?;
    let label_map_size: Option<u64> = row.get(13)?;
    let label_map = label_map.zip(label_map_size).map(|(sha256, size)| StoredFile {
        role: Role::LabelMap,
        sha256: Sha256::from_bytes(sha256),
        size,
        error_mm: None,
    });
    Ok(HeldShape {
        files: files(db, row.get(0)?)?,
        name: parsed(row, 1)?,
        structure: row.get(2)?,
        coded: row.get(3)?,
        side: perhaps_worded(row, 4, Side::from_word)?,
        finding: row.get(5)?,
        label_name: row.get(6)?,
        measures: from_json(row, 7)?,
        quality: from_json(row, 8)?,
        sex: perhaps_worded(row, 9, Sex::from_word)?,
        age_years: row.get(10)?,
        pathology: row.get(11)?,
        label_map,
        case: (row.get(14)?, row.get(15)?),
    })
}

fn sources(db: &Connection) -> rusqlite::Result<BTreeMap<String, Source>> {
    let mut statement = db.prepare_cached("SELECT * FROM source")?;
    let sources = statement.query_map((), crate::read::source_of_row)?;
    sources.map(|source| source.map(|source| (source.id.clone(), source))).collect()
}
