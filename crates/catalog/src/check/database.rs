//! What the rows say, against one another.

use rusqlite::{Connection, Row};

use super::{Finding, error};
use crate::index::Traits;
use crate::log::{self, Break};
use crate::{Case, Catalog, Error, Measures, Quality, Role, Sha256, ShapeName, store};

/// A code, what is wrong, and rows of names or subjects where it is so.
type Rule = (&'static str, &'static str, &'static str);

/// Each finds rows that cannot be right.
const RULES: [Rule; 9] = [
    (
        "E013",
        "a shape has two files of a kind",
        "SELECT name FROM shape_file JOIN name ON name.key = name_key
        GROUP BY name_key, role HAVING count(*) > 1",
    ),
    (
        "E014",
        "a shape has no mesh",
        "SELECT name FROM shape JOIN name ON name.key = name_key WHERE NOT EXISTS
            (SELECT 1 FROM shape_file WHERE name_key = shape.name_key AND role = 'mesh')",
    ),
    (
        "E015",
        "the counts of a case are not those of its files",
        "SELECT source || '/' || id FROM ingested JOIN subject ON subject.key = subject_key
        WHERE n_shapes <> (SELECT count(*) FROM shape WHERE ingested_key = ingested.key)
            OR n_bytes <> coalesce(label_map_size, 0)
                + (SELECT coalesce(sum(size), 0) FROM shape JOIN shape_file USING (name_key)
                    WHERE ingested_key = ingested.key)",
    ),
    (
        "E015",
        "the count of changes is not one row",
        "SELECT 'change' FROM (SELECT count(*) AS n FROM change) WHERE n <> 1",
    ),
    (
        "E015",
        "the count of a selection is not that of its shapes",
        "SELECT lower(hex(id)) FROM selection WHERE n_shapes <>
            (SELECT count(*) FROM selected WHERE selection_key = selection.key)",
    ),
    (
        "E016",
        "an alias of no name",
        "SELECT alias FROM alias WHERE name_key NOT IN (SELECT key FROM name)",
    ),
    (
        "E018",
        "a file of impossible size or hash",
        "SELECT name FROM (SELECT name_key, sha256, size FROM shape_file
                UNION ALL SELECT name_key, sha256, size FROM superseded)
            JOIN name ON name.key = name_key
            WHERE size < 1 OR length(sha256) <> 32
        UNION ALL
        SELECT source || '/' || id FROM ingested JOIN subject ON subject.key = subject_key
            WHERE (label_map_sha256 IS NULL) <> (label_map_size IS NULL)
                OR label_map_size < 1 OR length(label_map_sha256) <> 32
        UNION ALL
        SELECT group_concat(name, ', ') FROM
            (SELECT sha256, size, name FROM shape_file JOIN name ON name.key = name_key)
            GROUP BY sha256 HAVING min(size) <> max(size)",
    ),
    (
        "E021",
        "a name that was withdrawn has a shape",
        "SELECT name FROM withdrawn JOIN name ON name.key = name_key
        WHERE name_key IN (SELECT name_key FROM shape UNION SELECT name_key FROM remote)",
    ),
    (
        "E012",
        "nothing keeps the rows of the log from being changed",
        "SELECT 'log' WHERE 3 <> (SELECT count(*) FROM sqlite_schema
            WHERE type = 'trigger' AND tbl_name = 'log')",
    ),
];

impl Catalog {
    pub(crate) fn examine_rows(&self, findings: &mut Vec<Finding>) -> Result<(), Error> {
        let path = store::database_path(self.dir());
        self.read(|db| {
            let mut add =
                |code, text: &str, whose| findings.push(error(code, path.clone(), text, whose));
            for line in texts(db, "PRAGMA integrity_check(20)")?.iter().filter(|l| *l != "ok") {
                add("E005", line, Vec::new());
            }
            for (table, n) in dangling(db)? {
                add("E006", &format!("{n} of `{table}` refer to what is not there"), Vec::new());
            }
            for (code, text, sql) in RULES {
                for name in texts(db, sql)? {
                    add(code, text, vec![name]);
                }
            }
            if let Some(broken) = log::first_break(db)? {
                let (code, text) = in_words(broken);
                add(code, &text, Vec::new());
            }
            for (code, name, text) in shapes(db)?.into_iter().chain(cases(db)?) {
                add(code, &text, vec![name]);
            }
            Ok(())
        })
    }
}

fn texts(db: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    db.prepare(sql)?.query_map((), |row| row.get(0))?.collect()
}

/// Tables with rows that refer to none, and how many those are. Aliases have a code of their own.
fn dangling(db: &Connection) -> rusqlite::Result<Vec<(String, u64)>> {
    let sql = "SELECT \"table\", count(*) FROM pragma_foreign_key_check
        WHERE \"table\" <> 'alias' GROUP BY 1 ORDER BY 1";
    db.prepare(sql)?.query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

fn in_words(broken: Break) -> (&'static str, String) {
    match broken {
        Break::Link(n) => ("E009", format!("row {n} of the log does not follow the one before it")),
        Break::Missing(n) => ("E010", format!("row {n} of the log is missing")),
        Break::Altered(n) => ("E011", format!("row {n} of the log was altered")),
    }
}

/// A code, whose row it is, and what is wrong.
type Fault = (&'static str, String, String);

/// Shapes whose columns and records disagree.
fn shapes(db: &Connection) -> rusqlite::Result<Vec<Fault>> {
    let sql = "SELECT name, shape.source, shape.subject, ordinal, measures, quality, volume_mm3,
            flags, subject.source, subject.id,
            (SELECT group_concat(role) FROM shape_file WHERE name_key = shape.name_key)
        FROM shape JOIN name ON name.key = name_key JOIN subject ON subject.key = subject_key";
    faults(db, sql, |row| {
        let name: String = row.get(0)?;
        let Ok(parsed) = name.parse::<ShapeName>() else {
            return Ok(Some(("E019", format!("`{name}` is not a name"))));
        };
        let measures = serde_json::from_str::<Measures>(&row.get::<_, String>(4)?);
        let quality = serde_json::from_str::<Quality>(&row.get::<_, String>(5)?);
        let roles: String = row.get::<_, Option<String>>(10)?.unwrap_or_default();
        let unknown =
            roles.split(',').find(|role| !role.is_empty() && Role::from_word(role).is_none());
        let (Ok(measures), Ok(quality), None) = (measures, quality, unknown) else {
            return Ok(Some(("E019", "the record of a shape cannot be read".to_owned())));
        };
        let (source, subject): (String, String) = (row.get(1)?, row.get(2)?);
        let agree = (source.as_str(), subject.as_str()) == (parsed.source(), parsed.subject())
            && (source, subject) == (row.get(8)?, row.get(9)?)
            && row.get::<_, u32>(3)? == parsed.ordinal().get()
            && row.get::<_, u8>(7)? & !Traits::DOUBTFUL == Traits::flags(&quality)
            && is_same(row.get::<_, Option<f64>>(6)?.unwrap_or(f64::NAN), measures.volume_mm3);
        Ok((!agree).then(|| ("E017", "columns of a shape disagree with its record".to_owned())))
    })
}

/// Cases whose columns and records disagree.
fn cases(db: &Connection) -> rusqlite::Result<Vec<Fault>> {
    let sql =
        "SELECT source || '/' || id, source, id, unit, label_map_sha256, label_map_size, record
        FROM ingested JOIN subject ON subject.key = subject_key";
    faults(db, sql, |row| {
        let Ok(case) = serde_json::from_str::<Case>(&row.get::<_, String>(6)?) else {
            return Ok(Some(("E019", "the record of a case cannot be read".to_owned())));
        };
        let label_map = case.image.as_ref().map(|image| &image.label_map);
        let hash = |column| row.get::<_, Option<Vec<u8>>>(column);
        let bytes = |hash: &Sha256| hash.as_bytes().to_vec();
        let agree = (case.source.clone(), case.subject.clone()) == (row.get(1)?, row.get(2)?)
            && hash(3)? == Some(bytes(&case.unit))
            && hash(4)? == label_map.map(|file| bytes(&file.sha256))
            && row.get::<_, Option<i64>>(5)? == label_map.and_then(|f| i64::try_from(f.size).ok());
        Ok((!agree).then(|| ("E017", "columns of a case disagree with its record".to_owned())))
    })
}

/// Runs `look` over rows whose first column says whose they are.
fn faults(
    db: &Connection,
    sql: &str,
    mut look: impl FnMut(&Row<'_>) -> rusqlite::Result<Option<(&'static str, String)>>,
) -> rusqlite::Result<Vec<Fault>> {
    let mut found = Vec::new();
    let mut statement = db.prepare(sql)?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        if let Some((code, text)) = look(row)? {
            found.push((code, row.get(0)?, text));
        }
    }
    Ok(found)
}

/// Numbers that went through text may differ in their last digit.
fn is_same(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * a.abs().max(b.abs())
}
