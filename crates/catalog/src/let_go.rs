//! Blobs that a record named and names no more: since when, and whose they were.

use rusqlite::{Transaction, params};

use crate::{Moment, Role, Sha256};

/// A row that is there takes the newer time, and what is erased stays so.
const PUT: &str = "INSERT INTO let_go (sha256, size, at, subject_key, name_key, erased)";
const AGAIN: &str = "ON CONFLICT (sha256) DO UPDATE SET at = excluded.at,
    subject_key = excluded.subject_key, name_key = excluded.name_key,
    erased = max(erased, excluded.erased)";

/// The files of a case, but for the meshes, which are kept as superseded.
pub(crate) fn case(
    transaction: &Transaction<'_>,
    ingested_key: i64,
    now: Moment,
) -> rusqlite::Result<()> {
    let files = format!(
        "{PUT} SELECT sha256, size, ?2, subject_key, shape_file.name_key, 0
        FROM shape JOIN shape_file USING (name_key)
        WHERE ingested_key = ?1 AND role <> ?3 {AGAIN}"
    );
    let mesh = Role::Mesh.word();
    transaction.prepare_cached(&files)?.execute((ingested_key, now.unix_seconds(), mesh))?;
    let label_map = format!(
        "{PUT} SELECT label_map_sha256, label_map_size, ?2, subject_key, NULL, 0
        FROM ingested WHERE key = ?1 AND label_map_sha256 IS NOT NULL {AGAIN}"
    );
    transaction.prepare_cached(&label_map)?.execute((ingested_key, now.unix_seconds()))?;
    Ok(())
}

/// The label map of a subject's case.
pub(crate) fn label_map(
    transaction: &Transaction<'_>,
    subject_key: i64,
    now: Moment,
    is_erased: bool,
) -> rusqlite::Result<()> {
    let sql = format!(
        "{PUT} SELECT label_map_sha256, label_map_size, ?2, subject_key, NULL, ?3
        FROM ingested WHERE subject_key = ?1 AND label_map_sha256 IS NOT NULL {AGAIN}"
    );
    let row = params![subject_key, now.unix_seconds(), is_erased];
    transaction.prepare_cached(&sql)?.execute(row)?;
    Ok(())
}

/// All files that a shape has and had.
pub(crate) fn shape(
    transaction: &Transaction<'_>,
    name_key: i64,
    subject_key: i64,
    now: Moment,
    is_erased: bool,
) -> rusqlite::Result<()> {
    let sql = format!(
        "{PUT} SELECT sha256, size, ?2, ?3, name_key, ?4
        FROM (SELECT name_key, sha256, size FROM shape_file
            UNION SELECT name_key, sha256, size FROM superseded)
        WHERE name_key = ?1 {AGAIN}"
    );
    let row = params![name_key, now.unix_seconds(), subject_key, is_erased];
    transaction.prepare_cached(&sql)?.execute(row)?;
    Ok(())
}

/// Marks what was let go of a shape, and the label maps that its subject had, as erased.
pub(crate) fn erase(
    transaction: &Transaction<'_>,
    name_key: i64,
    subject_key: i64,
) -> rusqlite::Result<()> {
    let sql = "UPDATE let_go SET erased = 1
        WHERE name_key = ?1 OR (subject_key = ?2 AND name_key IS NULL)";
    transaction.prepare_cached(sql)?.execute((name_key, subject_key))?;
    Ok(())
}

/// What was let go of a shape and of its subject's label maps, is to be erased, and is not a file of
/// something else that is held.
pub(crate) fn erased_of(
    transaction: &Transaction<'_>,
    name_key: i64,
    subject_key: i64,
) -> rusqlite::Result<Vec<Sha256>> {
    let sql = "SELECT sha256 FROM let_go
        WHERE erased AND (name_key = ?1 OR (subject_key = ?2 AND name_key IS NULL))";
    let mut statement = transaction.prepare_cached(sql)?;
    let hashes =
        statement.query_map((name_key, subject_key), |row| Ok(Sha256::from_bytes(row.get(0)?)))?;
    let mut erased = Vec::new();
    for hash in hashes {
        let hash = hash?;
        if !is_held(transaction, &hash)? {
            erased.push(hash);
        }
    }
    Ok(erased)
}

/// Whether a record names a blob.
fn is_held(db: &rusqlite::Connection, hash: &Sha256) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM shape_file WHERE sha256 = ?1)
        OR EXISTS (SELECT 1 FROM superseded WHERE sha256 = ?1)
        OR EXISTS (SELECT 1 FROM ingested WHERE label_map_sha256 = ?1)";
    db.prepare_cached(sql)?.query_row([hash.as_bytes()], |row| row.get(0))
}

/// Whether a record or a release names a blob.
pub(crate) fn is_needed(db: &rusqlite::Connection, hash: &Sha256) -> rusqlite::Result<bool> {
    let released = "SELECT EXISTS (SELECT 1 FROM release_file WHERE sha256 = ?1
        AND NOT EXISTS (SELECT 1 FROM release_erased WHERE sha256 = ?1))";
    Ok(is_held(db, hash)?
        || db.prepare_cached(released)?.query_row([hash.as_bytes()], |row| row.get(0))?)
}

/// All blobs that records name, with their sizes.
pub(crate) fn needed(
    db: &rusqlite::Connection,
) -> rusqlite::Result<std::collections::BTreeMap<Sha256, u64>> {
    let sql = "SELECT sha256, size FROM (
            SELECT sha256, size FROM shape_file
            UNION SELECT sha256, size FROM superseded
            UNION SELECT label_map_sha256, label_map_size FROM ingested
            UNION SELECT sha256, size FROM release_file
                WHERE sha256 NOT IN (SELECT sha256 FROM release_erased))
        WHERE length(sha256) = 32 AND size > 0";
    db.prepare(sql)?
        .query_map((), |row| Ok((Sha256::from_bytes(row.get(0)?), row.get(1)?)))?
        .collect()
}
