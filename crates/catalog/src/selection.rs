//! Selections: shapes that somebody chose, each in the version that it had then.
//!
//! The id of a selection is made of what it holds, so that it never means anything else, and the same
//! choice has the same id in every store. What is withdrawn later stays in it as a tombstone.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::Serialize;

use crate::access::{is_seen, why_kept_back};
use crate::index::Traits;
use crate::log::{Entry, Verb};
use crate::read::{find, parsed, source};
use crate::search::rows_of;
use crate::withdraw::{Tombstone, is_withdrawn, name_key, tombstone};
use crate::write::GivenUp;
use crate::{
    Audience, Catalog, Error, Kind, Moment, Query, Reserve, Role, SelectionId, Sha256, ShapeName,
    Source, StoredFile,
};

/// Shapes that a selection can hold.
pub const MAX_SELECTED: usize = 50_000;
/// Shapes that all selections of a store can hold together, some 45 bytes each.
const MAX_IN_STORE: u64 = 4_000_000;

/// A shape that was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen {
    name_key: i64,
    /// Of its mesh, in the version that is meant; `None` means whichever there is.
    content: Option<Sha256>,
}

/// Shapes that stay together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Made of what it holds.
    pub id: SelectionId,
    /// When it was first made.
    pub made_at: Moment,
    /// By the bytes of their names.
    pub shapes: Vec<Chosen>,
}

/// What a query finds that can be had here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FoundHere {
    /// In the order of answers.
    pub shapes: Vec<Chosen>,
    /// How many more are published by others only.
    pub n_elsewhere: u64,
}

/// What there is of a chosen shape now.
#[derive(Debug, Clone, PartialEq)]
pub enum Selected {
    /// Its mesh is held, in the version that was chosen.
    Held(Box<HeldVersion>),
    /// It was taken back.
    Withdrawn(Tombstone),
    /// Its case was ingested again and did not make it any more.
    Gone(ShapeName),
    /// It is not for this audience, which is not told what it is.
    KeptBack,
}

/// A version of a shape, with what is said of it in a list of files.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldVersion {
    /// The shape.
    pub name: ShapeName,
    /// The mesh.
    pub mesh: StoredFile,
    /// Whether this is the version that the collection has now.
    pub is_current: bool,
    /// Whether it bounds a solid, so that it can be had as voxels; of an earlier version nobody knows.
    pub is_solid: bool,
    /// Faces and vertices of the mesh; of an earlier version nobody knows.
    pub n_faces_vertices: Option<(u64, u64)>,
    /// The dataset.
    pub source: Arc<Source>,
}

/// What came of an attempt to keep a selection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    /// Its id.
    pub id: SelectionId,
    /// How many shapes it holds.
    pub n_shapes: u64,
    /// Whether nobody had chosen the same before.
    pub is_new: bool,
    /// What was asked for and is not in it.
    pub left_out: Vec<LeftOut>,
    /// How many of the shapes that a query found are published by others only, and so are not in it.
    pub n_elsewhere: u64,
}

/// A shape that cannot be in a selection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// As it was asked for.
    pub name: String,
    /// Why.
    #[serde(flatten)]
    pub why: WhyLeftOut,
}

/// Why a shape cannot be in a selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "why", content = "reason", rename_all = "kebab-case")]
pub enum WhyLeftOut {
    /// No shape has this name.
    Unknown,
    /// It is not for this audience.
    KeptBack(Reserve),
    /// It was taken back.
    Withdrawn,
    /// Others publish it, and it is not held here.
    Elsewhere,
}

/// A shape as it was asked for, with its name.
pub type AsAsked = (String, ShapeName, Chosen);

/// What will be in a selection, by name.
type Contents = BTreeMap<String, (i64, Sha256)>;
/// A name with its key and the mesh that it has now.
type Named = (String, (i64, Sha256));

impl Catalog {
    /// Keeps the shapes of these names or aliases, as they are now, together for good.
    ///
    /// # Errors
    /// None of them can be in a selection, or they are too many ([`Kind::NotKept`]).
    pub fn freeze(&mut self, names: &[String]) -> Result<Frozen, Error> {
        let audience = self.audience;
        self.keep(|db| {
            let (mut contents, mut left_out) = (Contents::new(), Vec::new());
            for text in names {
                match choose(db, audience, text)? {
                    Ok((name, shape)) => _ = contents.insert(name, shape),
                    Err(why) => left_out.push(LeftOut { name: text.clone(), why }),
                }
            }
            Ok((contents, left_out))
        })
    }

    /// What [`freeze`](Self::freeze) would put together: each shape as it was asked for, with its name,
    /// and what would be left out.
    pub fn choose_all(&self, names: &[String]) -> Result<(Vec<AsAsked>, Vec<LeftOut>), Error> {
        self.read(|db| {
            let (mut chosen, mut left_out) = (Vec::new(), Vec::new());
            for text in names {
                match choose(db, self.audience, text)? {
                    Ok((name, (name_key, _))) => {
                        let name = name.parse().map_err(|_| rusqlite::Error::InvalidQuery)?;
                        chosen.push((text.clone(), name, Chosen { name_key, content: None }));
                    }
                    Err(why) => left_out.push(LeftOut { name: text.clone(), why }),
                }
            }
            Ok((chosen, left_out))
        })
    }

    /// As [`freeze`](Self::freeze), of all that a query finds.
    ///
    /// # Errors
    /// It finds nothing that is held, or too much.
    pub fn freeze_found(&mut self, query: &Query) -> Result<Frozen, Error> {
        let found = self.found_here(query)?;
        if found.shapes.len() > MAX_SELECTED {
            return Err(self.not_kept(too_many(found.shapes.len() as u64)));
        }
        let frozen = self.keep(|db| {
            let mut contents = Contents::new();
            for shape in &found.shapes {
                contents.extend(current(db, shape.name_key)?);
            }
            Ok((contents, Vec::new()))
        })?;
        Ok(Frozen { n_elsewhere: found.n_elsewhere, ..frozen })
    }

    /// The shapes that a query finds and the store holds.
    pub fn found_here(&self, query: &Query) -> Result<FoundHere, Error> {
        self.read(|db| {
            let index = self.index.of(db)?;
            let view = index.seen_by(self.audience);
            let Some(rows) = rows_of(db, view, query)? else { return Ok(FoundHere::default()) };
            let n_found = rows.len() as u64;
            let is_held = |row: &usize| !view.rows().traits[*row].has(Traits::REMOTE);
            let chosen =
                |row: usize| Chosen { name_key: view.rows().name_keys[row], content: None };
            let shapes: Vec<Chosen> = rows.into_iter().filter(is_held).map(chosen).collect();
            Ok(FoundHere { n_elsewhere: n_found - shapes.len() as u64, shapes })
        })
    }

    /// The selection of this id.
    pub fn selection(&self, id: SelectionId) -> Result<Option<Selection>, Error> {
        self.read(|db| {
            let Some((key, at)) = selection_key(db, id)? else { return Ok(None) };
            let sql = "SELECT name_key, sha256 FROM selected JOIN name ON name.key = name_key
                WHERE selection_key = ?1 ORDER BY name.name";
            let chosen = |row: &Row<'_>| {
                let content = Some(Sha256::from_bytes(row.get(1)?));
                Ok(Chosen { name_key: row.get(0)?, content })
            };
            let shapes =
                db.prepare_cached(sql)?.query_map([key], chosen)?.collect::<Result<_, _>>()?;
            Ok(Some(Selection { id, made_at: Moment::from_unix_seconds(at), shapes }))
        })
    }

    /// What there is now of some shapes that were chosen, in their order.
    pub fn selected(&self, chosen: &[Chosen]) -> Result<Vec<Selected>, Error> {
        self.read(|db| {
            let mut sources = BTreeMap::new();
            chosen.iter().map(|chosen| selected(db, self.audience, &mut sources, chosen)).collect()
        })
    }

    /// The mesh of a shape in the version whose hash begins with these digits, and whether it is the
    /// one that the collection has now.
    pub fn version(
        &self,
        name: &ShapeName,
        digits: &str,
    ) -> Result<Option<(StoredFile, bool)>, Error> {
        self.read(|db| {
            let sql = "SELECT sha256, size, 1 FROM shape_file JOIN name ON key = name_key
                    WHERE name = ?1 AND role = ?2
                UNION ALL SELECT sha256, size, 0 FROM (SELECT sha256, size
                    FROM superseded JOIN name ON name.key = name_key
                    WHERE name = ?1 ORDER BY superseded.key DESC)";
            let mut versions = db.prepare_cached(sql)?;
            let mut rows = versions.query((name.to_string(), Role::Mesh.word()))?;
            while let Some(row) = rows.next()? {
                let sha256 = Sha256::from_bytes(row.get(0)?);
                if sha256.to_string().starts_with(digits) {
                    return Ok(Some((mesh(sha256, row.get(1)?), row.get(2)?)));
                }
            }
            Ok(None)
        })
    }

    fn keep(
        &mut self,
        choose: impl FnOnce(&Connection) -> rusqlite::Result<(Contents, Vec<LeftOut>)>,
    ) -> Result<Frozen, Error> {
        let (dir, now) = (self.dir().to_owned(), self.clerk.now());
        self.write(|transaction| {
            let (contents, left_out) = choose(transaction)?;
            let refused = |text: String| GivenUp::from(Error::new(&dir, Kind::NotKept(text)));
            let n_shapes = contents.len() as u64;
            match contents.len() {
                0 => return Err(refused(nothing(&left_out))),
                1..=MAX_SELECTED => {}
                n => return Err(refused(too_many(n as u64))),
            }
            let id = id_of(&contents);
            let is_new = selection_key(transaction, id)?.is_none();
            let frozen = Frozen { id, n_shapes, is_new, left_out, n_elsewhere: 0 };
            if !is_new {
                return Ok((frozen, None));
            }
            let n_before: u64 = transaction.query_row(
                "SELECT coalesce(sum(n_shapes), 0) FROM selection",
                (),
                |row| row.get(0),
            )?;
            if n_before + n_shapes > MAX_IN_STORE {
                return Err(refused(FULL.to_owned()));
            }
            insert(transaction, id, now, &contents)?;
            let why =
                if n_shapes == 1 { "1 shape".to_owned() } else { format!("{n_shapes} shapes") };
            Ok((frozen, Some(Entry::new(Verb::Select, id.to_string(), why))))
        })
    }

    pub(crate) fn not_kept(&self, text: String) -> Error {
        Error::new(self.dir(), Kind::NotKept(text))
    }
}

const FULL: &str = "this collection keeps no more selections; a manifest of a question needs none";

fn too_many(n: u64) -> String {
    format!(
        "{n} shapes are too many for a selection, which holds at most {MAX_SELECTED}: \
         ask for less, or take a manifest of the question"
    )
}

fn nothing(left_out: &[LeftOut]) -> String {
    let which = match left_out.first() {
        Some(first) => format!(", `{}` for one", first.name),
        None => String::new(),
    };
    format!("a selection needs at least one shape that is held here; there is none{which}")
}

/// The id of a selection: of the hash of a line `name TAB hash` for each shape, by the bytes of the names.
fn id_of(contents: &Contents) -> SelectionId {
    let mut lines = String::with_capacity(contents.len() * 110);
    for (name, (_, content)) in contents {
        // Writing to a string does not fail.
        let _ = writeln!(lines, "{name}\t{content}");
    }
    SelectionId::of(&Sha256::of(lines.as_bytes()))
}

fn insert(
    transaction: &Transaction<'_>,
    id: SelectionId,
    now: Moment,
    contents: &Contents,
) -> rusqlite::Result<()> {
    transaction.execute(
        "INSERT INTO selection (id, at, n_shapes) VALUES (?1, ?2, ?3)",
        params![id.as_bytes(), now.unix_seconds(), contents.len() as u64],
    )?;
    let key = transaction.last_insert_rowid();
    let mut row = transaction.prepare_cached("INSERT INTO selected VALUES (?1, ?2, ?3)")?;
    for (name_key, content) in contents.values() {
        row.execute(params![key, name_key, content.as_bytes()])?;
    }
    Ok(())
}

fn selection_key(db: &Connection, id: SelectionId) -> rusqlite::Result<Option<(i64, i64)>> {
    db.prepare_cached("SELECT key, at FROM selection WHERE id = ?1")?
        .query_row([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

/// The shape that a name or an alias means, or why it cannot be chosen.
fn choose(
    db: &Connection,
    audience: Audience,
    text: &str,
) -> rusqlite::Result<Result<Named, WhyLeftOut>> {
    let Some(name) = find(db, audience, text)? else {
        let Ok(name) = text.parse::<ShapeName>() else { return Ok(Err(WhyLeftOut::Unknown)) };
        // It is told of a name, whether or not there is such a shape.
        let kept_back = why_kept_back(db, audience, &name)?;
        return Ok(Err(kept_back.map_or(WhyLeftOut::Unknown, |k| WhyLeftOut::KeptBack(k.reason))));
    };
    if is_withdrawn(db, &name)? {
        return Ok(Err(WhyLeftOut::Withdrawn));
    }
    let Some(key) = name_key(db, &name)? else { return Ok(Err(WhyLeftOut::Unknown)) };
    if let Some(shape) = current(db, key)? {
        let now = Chosen { name_key: key, content: None };
        let seen = selected(db, audience, &mut BTreeMap::new(), &now)?;
        let is_for_them = matches!(seen, Selected::Held(_));
        return Ok(if is_for_them { Ok(shape) } else { Err(WhyLeftOut::Unknown) });
    }
    let elsewhere = db.prepare_cached("SELECT 1 FROM remote WHERE name_key = ?1")?.exists([key])?;
    Ok(Err(if elsewhere { WhyLeftOut::Elsewhere } else { WhyLeftOut::Unknown }))
}

/// Name and mesh of a shape that is held.
fn current(db: &Connection, key: i64) -> rusqlite::Result<Option<Named>> {
    let sql = "SELECT name.name, sha256 FROM shape
            JOIN name ON name.key = shape.name_key
            JOIN shape_file ON shape_file.name_key = shape.name_key AND role = ?2
        WHERE shape.name_key = ?1";
    db.prepare_cached(sql)?
        .query_row((key, Role::Mesh.word()), |row| {
            Ok((row.get(0)?, (key, Sha256::from_bytes(row.get(1)?))))
        })
        .optional()
}

/// A row of what is known of a name.
struct Known {
    name: ShapeName,
    structure: Option<String>,
    flags: u8,
    n_faces_vertices: (u64, u64),
    mesh: Option<(Sha256, u64)>,
    is_withdrawn: bool,
}

fn known(db: &Connection, name_key: i64) -> rusqlite::Result<Known> {
    let sql = "SELECT name.name, structure, flags,
            json_extract(measures, '$.n_faces'), json_extract(measures, '$.n_vertices'),
            sha256, size, withdrawn.name_key
        FROM name
            LEFT JOIN shape ON shape.name_key = name.key
            LEFT JOIN shape_file ON shape_file.name_key = name.key AND role = ?2
            LEFT JOIN withdrawn ON withdrawn.name_key = name.key
        WHERE name.key = ?1";
    db.prepare_cached(sql)?.query_row((name_key, Role::Mesh.word()), |row| {
        let hash: Option<[u8; 32]> = row.get(5)?;
        let size: Option<u64> = row.get(6)?;
        let withdrawn: Option<i64> = row.get(7)?;
        Ok(Known {
            name: parsed(row, 0)?,
            structure: row.get(1)?,
            flags: row.get::<_, Option<u8>>(2)?.unwrap_or(0),
            n_faces_vertices: (
                row.get::<_, Option<u64>>(3)?.unwrap_or(0),
                row.get::<_, Option<u64>>(4)?.unwrap_or(0),
            ),
            mesh: hash.map(Sha256::from_bytes).zip(size),
            is_withdrawn: withdrawn.is_some(),
        })
    })
}

fn selected(
    db: &Connection,
    audience: Audience,
    sources: &mut BTreeMap<String, Arc<Source>>,
    chosen: &Chosen,
) -> rusqlite::Result<Selected> {
    let known = known(db, chosen.name_key)?;
    if why_kept_back(db, audience, &known.name)?.is_some() {
        return Ok(Selected::KeptBack);
    }
    if known.is_withdrawn {
        let stone = tombstone(db, chosen.name_key)?;
        return Ok(stone.map_or(Selected::Gone(known.name), Selected::Withdrawn));
    }
    let (Some(structure), Some((sha256, size))) = (&known.structure, known.mesh) else {
        return Ok(Selected::Gone(known.name));
    };
    let source = source_of(db, sources, known.name.source())?;
    if !is_seen(audience, &source, &known.name, structure) {
        return Ok(Selected::KeptBack);
    }
    let is_current = chosen.content.is_none_or(|content| content == sha256);
    let mesh_file = match chosen.content.filter(|_| !is_current) {
        None => Some(mesh(sha256, size)),
        Some(earlier) => {
            earlier_size(db, chosen.name_key, &earlier)?.map(|size| mesh(earlier, size))
        }
    };
    let Some(mesh) = mesh_file else { return Ok(Selected::Gone(known.name)) };
    let is_solid = known.flags & SOLID == SOLID;
    Ok(Selected::Held(Box::new(HeldVersion {
        name: known.name,
        mesh,
        is_current,
        is_solid: is_current && is_solid,
        n_faces_vertices: is_current.then_some(known.n_faces_vertices),
        source,
    })))
}

/// What has an inside.
const SOLID: u8 = Traits::CLOSED | Traits::ORIENTED;

fn source_of(
    db: &Connection,
    sources: &mut BTreeMap<String, Arc<Source>>,
    id: &str,
) -> rusqlite::Result<Arc<Source>> {
    if let Some(known) = sources.get(id) {
        return Ok(known.clone());
    }
    let read = Arc::new(source(db, id)?);
    sources.insert(id.to_owned(), read.clone());
    Ok(read)
}

fn earlier_size(db: &Connection, key: i64, content: &Sha256) -> rusqlite::Result<Option<u64>> {
    db.prepare_cached("SELECT size FROM superseded WHERE name_key = ?1 AND sha256 = ?2")?
        .query_row((key, content.as_bytes()), |row| row.get(0))
        .optional()
}

fn mesh(sha256: Sha256, size: u64) -> StoredFile {
    StoredFile { role: Role::Mesh, sha256, size, error_mm: None }
}
