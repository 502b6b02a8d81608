//! Shapes that are like another one.
//!
//! The bytes of all descriptors are kept in memory, 256 a shape, derived from the database and made anew
//! when it has changed. What is held at all is what search knows of: a shape that search does not
//! find is in no answer here.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use crate::index::Traits;
use crate::index::view::View;
use crate::log::{Entry, Verb};
use crate::read::{parsed, perhaps_worded};
use crate::search::{hit, rows_of};
use crate::{Audience, Catalog, Error, Hit, Page, Query, Role, Sha256, ShapeName, Side};
use descriptor::{Numbers, squared_distance};

mod descriptor;
mod neighbours;

pub use descriptor::Descriptor;
pub use neighbours::{Neighbours, Scale};

/// Candidates that are measured on the numbers themselves, beside twice as many as are wanted.
const N_CANDIDATES: usize = 64;

/// What similar shapes are looked for.
#[derive(Debug, Clone, Copy)]
pub struct Alike<'a> {
    /// What they are to be like.
    pub to: &'a Descriptor,
    /// Only so many of its numbers count, the first ones.
    pub n_numbers: usize,
    /// A shape that is not to be answered: the one that was asked about.
    pub but: Option<&'a ShapeName>,
    /// What they have to be, such as kidneys; an empty query asks for nothing.
    pub filter: &'a Query,
}

/// A shape and how far it is from the one that was asked about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Similar {
    /// Distance of the descriptors; 0 for a copy of the shape.
    pub distance: f64,
    /// The shape.
    #[serde(flatten)]
    pub hit: Hit,
}

/// Shapes that are alike.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct SimilarPage {
    /// How many shapes were compared.
    pub n_compared: u64,
    /// How many more are held whose descriptor has not been made yet.
    pub n_undescribed: u64,
    /// The shapes of the page, the most alike first.
    pub hits: Vec<Similar>,
}

/// A shape with its descriptor, and what the store takes it for.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    /// The shape's name.
    pub name: ShapeName,
    /// Id of the structure.
    pub structure: String,
    /// Which side of the person.
    pub side: Option<Side>,
    /// What is not healthy about it.
    pub finding: Option<String>,
    /// Whether it reaches the border of its image, where it may be cut off.
    pub touches_border: bool,
    /// Its mesh.
    pub mesh: Sha256,
    /// Its descriptor.
    pub numbers: Box<[f32; Descriptor::N]>,
}

/// The descriptors of one state of a store, as one audience sees it.
#[derive(Debug)]
struct Near {
    kind: u32,
    audience: Audience,
    n_changes: i64,
    /// Shapes that are held and have no descriptor of this kind.
    n_undescribed: u64,
    /// Rows of the index, by position among the neighbours.
    rows: Vec<u32>,
    neighbours: Neighbours,
}

/// The newest descriptors of a store, for all connections of one process.
#[derive(Debug, Clone, Default)]
pub(crate) struct SharedNear(Arc<Mutex<Option<Arc<Near>>>>);

impl SharedNear {
    /// Those of what `view` shows. While one connection reads them, others wait.
    fn of(&self, db: &Connection, view: View<'_>, kind: u32) -> rusqlite::Result<Arc<Near>> {
        let (n_changes, audience) = (view.n_changes(), view.audience());
        let mut newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_right = |near: &&Arc<Near>| {
            (near.n_changes, near.audience, near.kind) == (n_changes, audience, kind)
        };
        if let Some(near) = newest.as_ref().filter(is_right) {
            return Ok(Arc::clone(near));
        }
        // What is older goes before the new is read, so that memory never holds both.
        *newest = None;
        let near = Arc::new(Near::read(db, view, kind)?);
        *newest = Some(Arc::clone(&near));
        Ok(near)
    }
}

impl Near {
    /// Reads the numbers twice, for the scale of the bytes and for the bytes, and keeps none.
    fn read(db: &Connection, view: View<'_>, kind: u32) -> rusqlite::Result<Self> {
        let held = held(view);
        let mut scale = Scale::default();
        let mut rows = Vec::new();
        each_numbers(db, &held, kind, |row, numbers| {
            scale.add(numbers);
            rows.push(row);
        })?;
        let mut neighbours = Neighbours::with_room(&scale, rows.len());
        each_numbers(db, &held, kind, |_, numbers| neighbours.push(numbers))?;
        let n_undescribed = (held.len() - rows.len()) as u64;
        let (n_changes, audience) = (view.n_changes(), view.audience());
        Ok(Self { kind, audience, n_changes, n_undescribed, rows, neighbours })
    }
}

/// The shapes that are held and seen, by the key of the name, and their rows: the one place that says
/// whose descriptors count.
fn held(view: View<'_>) -> Vec<(i64, u32)> {
    let rows = (0..view.runs().len()).flat_map(|run| view.rows_of_run(run)).flatten();
    let here = rows.filter(|&row| !view.rows().traits[row].has(Traits::REMOTE));
    let mut held: Vec<(i64, u32)> =
        here.map(|row| (view.rows().name_keys[row], row as u32)).collect();
    held.sort_unstable();
    held
}

fn row_of(held: &[(i64, u32)], name_key: i64) -> Option<u32> {
    held.binary_search_by_key(&name_key, |(key, _)| *key).ok().map(|at| held[at].1)
}

/// The numbers of all shapes that are held and have some, by the key of the name.
fn each_numbers(
    db: &Connection,
    held: &[(i64, u32)],
    kind: u32,
    mut take: impl FnMut(u32, &[f32; Descriptor::N]),
) -> rusqlite::Result<()> {
    let sql = "SELECT name_key, numbers FROM descriptor WHERE kind = ?1 ORDER BY name_key";
    let mut all = db.prepare_cached(sql)?;
    let mut found = all.query([kind])?;
    while let Some(row) = found.next()? {
        if let Some(at) = row_of(held, row.get(0)?) {
            let Numbers(numbers) = row.get(1)?;
            take(at, &numbers);
        }
    }
    Ok(())
}

impl Catalog {
    /// The shapes that are most like a descriptor, the most alike first.
    ///
    /// The first call after a change reads the descriptors, 256 bytes a shape; others look at all of
    /// them, which takes some milliseconds for a hundred thousand. The bytes choose the candidates,
    /// the numbers themselves the answer.
    pub fn similar(&self, asked: &Alike<'_>, page: Page) -> Result<SimilarPage, Error> {
        self.read(|db| {
            let index = self.index.of(db)?;
            let view = index.seen_by(self.audience);
            let near = self.near.of(db, view, asked.to.kind)?;
            let mut found = SimilarPage {
                n_compared: near.rows.len() as u64,
                n_undescribed: near.n_undescribed,
                hits: Vec::new(),
            };
            let Some(is_wanted) = wanted(db, view, asked)? else { return Ok(found) };
            for (distance, row) in nearest(db, view, &near, asked, page, &is_wanted)? {
                found.hits.push(Similar { distance, hit: hit(db, view, row)? });
            }
            Ok(found)
        })
    }

    /// The descriptor of a shape, if it is held and has one of this kind.
    pub fn descriptor(&self, name: &ShapeName, kind: u32) -> Result<Option<Descriptor>, Error> {
        self.read(|db| {
            let Some(key) = key_of(db, name)? else { return Ok(None) };
            let numbers = descriptor::of(db, key, kind)?;
            Ok(numbers.map(|numbers| Descriptor { kind, numbers }))
        })
    }

    /// The shapes that are held and have no descriptor of this kind, in the order of answers.
    pub fn undescribed(&self, kind: u32) -> Result<Vec<ShapeName>, Error> {
        self.read(|db| {
            let held = held(self.index.of(db)?.seen_by(self.audience));
            let sql = "SELECT name_key FROM descriptor WHERE kind = ?1";
            let mut has_one = vec![false; held.len()];
            let mut keys = db.prepare(sql)?;
            for key in keys.query_map([kind], |row| row.get::<_, i64>(0))? {
                if let Ok(at) = held.binary_search_by_key(&key?, |(key, _)| *key) {
                    has_one[at] = true;
                }
            }
            let without = held.iter().zip(has_one).filter(|(_, has_one)| !has_one);
            without.map(|((key, _), _)| name_of(db, *key)).collect()
        })
    }

    /// All shapes that are held, with their descriptors of this kind, by the key of the name; about
    /// 1.3 kB each.
    pub fn described(&self, kind: u32) -> Result<Vec<Described>, Error> {
        self.read(|db| {
            let held = held(self.index.of(db)?.seen_by(self.audience));
            let sql = "SELECT name_key, name, structure, side, finding, flags, sha256, numbers
                FROM descriptor JOIN shape USING (name_key) JOIN name ON name.key = name_key
                    JOIN shape_file USING (name_key)
                WHERE descriptor.kind = ?1 AND role = ?2 ORDER BY name_key";
            let mut all = db.prepare(sql)?;
            let mut found = all.query((kind, Role::Mesh.word()))?;
            let mut described = Vec::new();
            while let Some(row) = found.next()? {
                if row_of(&held, row.get(0)?).is_none() {
                    continue;
                }
                let flags: u8 = row.get(5)?;
                let Numbers(numbers) = row.get(7)?;
                described.push(Described {
                    name: parsed(row, 1)?,
                    structure: row.get(2)?,
                    side: perhaps_worded(row, 3, Side::from_word)?,
                    finding: row.get(4)?,
                    touches_border: flags & Traits::TOUCHES_BORDER != 0,
                    mesh: Sha256::from_bytes(row.get(6)?),
                    numbers,
                });
            }
            Ok(described)
        })
    }

    /// Keeps descriptors of shapes that are held; those of other names are passed over. What is
    /// derived is never the only copy: it can be made again of the meshes.
    pub fn keep_descriptors(
        &mut self,
        descriptors: &[(ShapeName, Descriptor)],
    ) -> Result<(), Error> {
        self.write(|transaction| {
            let sql = "INSERT OR REPLACE INTO descriptor (name_key, kind, numbers)
                SELECT name_key, ?2, ?3 FROM name JOIN shape ON name_key = name.key WHERE name = ?1";
            let mut put = transaction.prepare_cached(sql)?;
            for (name, descriptor) in descriptors {
                put.execute(params![name.to_string(), descriptor.kind, descriptor.to_bytes()])?;
            }
            let why = format!("descriptors of {} shapes", descriptors.len());
            Ok(((), Some(Entry::new(Verb::Derive, "store", why))))
        })
    }
}

/// Which rows may be answered; `None` if none may, for nobody knows what was asked.
fn wanted(
    db: &Connection,
    view: View<'_>,
    asked: &Alike<'_>,
) -> rusqlite::Result<Option<impl Fn(usize) -> bool + use<>>> {
    let filter = match asked.filter.text.trim() {
        "" => None,
        _ => match rows_of(db, view, asked.filter)? {
            None => return Ok(None),
            Some(rows) => {
                let mut is_wanted = vec![false; view.rows().name_keys.len()];
                rows.into_iter().for_each(|row| is_wanted[row] = true);
                Some(is_wanted)
            }
        },
    };
    let but = asked.but.map(|name| key_of(db, name)).transpose()?.flatten();
    let but = but.and_then(|key| view.rows().name_keys.iter().position(|other| *other == key));
    Ok(Some(move |row: usize| {
        Some(row) != but && filter.as_ref().is_none_or(|is_wanted| is_wanted[row])
    }))
}

/// Distances and rows of a page.
fn nearest(
    db: &Connection,
    view: View<'_>,
    near: &Near,
    asked: &Alike<'_>,
    page: Page,
    is_wanted: &impl Fn(usize) -> bool,
) -> rusqlite::Result<Vec<(f64, usize)>> {
    let Alike { to, n_numbers, .. } = *asked;
    let n_numbers = n_numbers.min(Descriptor::N);
    let n_all = near.rows.len();
    let end =
        usize::try_from(page.offset.saturating_add(page.limit)).map_or(n_all, |n| n.min(n_all));
    let n_candidates = (2 * end + N_CANDIDATES).min(n_all);
    let is_wanted = |position: usize| is_wanted(near.rows[position] as usize);
    let candidates = near.neighbours.nearest(&to.numbers, n_numbers, n_candidates, is_wanted);
    let mut measured = Vec::with_capacity(candidates.len());
    for position in candidates {
        let row = near.rows[position] as usize;
        if let Some(numbers) = descriptor::of(db, view.rows().name_keys[row], to.kind)? {
            measured.push((squared_distance(&to.numbers, &numbers, 0..n_numbers), row));
        }
    }
    measured.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    measured.truncate(end);
    let first = usize::try_from(page.offset).map_or(measured.len(), |n| n.min(measured.len()));
    Ok(measured.split_off(first).into_iter().map(|(square, row)| (square.sqrt(), row)).collect())
}

/// The key of a name whose shape is held.
fn key_of(db: &Connection, name: &ShapeName) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT name_key FROM name JOIN shape ON name_key = name.key WHERE name = ?1";
    db.prepare_cached(sql)?.query_row([name.to_string()], |row| row.get(0)).optional()
}

fn name_of(db: &Connection, key: i64) -> rusqlite::Result<ShapeName> {
    db.prepare_cached("SELECT name FROM name WHERE key = ?1")?
        .query_row([key], |row| parsed(row, 0))
}
