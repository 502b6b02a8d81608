//! A damaged store for each finding of a check, made behind the store's back.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use medshape_catalog::{
    Catalog, CheckOptions, Clerk, Depth, Reason, Severity, ShapeName, Subset, Withdrawal,
};

use crate::common::{add, subject};

/// A store with two subjects of two shapes each.
struct Fixture {
    folder: tempfile::TempDir,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut catalog = Catalog::create(folder.path()).unwrap();
        for id in ["p1", "p2"] {
            add(&mut catalog, &subject("phantom", id, None, None, None), &["liver", "spleen"], "1");
        }
        Self { folder }
    }

    fn catalog(&self) -> Catalog {
        Catalog::open(self.folder.path()).unwrap()
    }

    /// The blob of a liver's mesh.
    fn mesh(&self) -> PathBuf {
        let catalog = self.catalog();
        let page = catalog.shape(&name("phantom/p1/liver")).unwrap().unwrap();
        catalog.blobs().path(&page.shape.files[0].sha256)
    }

    /// Changes the database as no program of ours would.
    fn sql(&self, sql: &str) {
        let db = rusqlite::Connection::open(self.folder.path().join("catalog.sqlite")).unwrap();
        db.execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql}")).unwrap();
    }

    fn codes(&self, depth: Depth) -> Vec<&'static str> {
        let found = self.catalog().check(depth).unwrap();
        let mut codes: Vec<_> = found.into_iter().map(|finding| finding.code).collect();
        codes.dedup();
        codes
    }

    /// With these changes each depth from `depth` on finds just this.
    #[track_caller]
    fn finds(&self, depth: Depth, code: &str) {
        let all = [Depth::Catalog, Depth::Sizes, Depth::Bytes];
        for other in all {
            let expected = if other >= depth { vec![code] } else { vec![] };
            assert_eq!(self.codes(other), expected, "{other:?}");
        }
    }
}

fn name(text: &str) -> ShapeName {
    text.parse().unwrap()
}

fn overwrite(path: &Path, bytes: &[u8]) {
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_sound_store_has_no_findings() {
    let fixture = Fixture::new();
    assert_eq!(fixture.codes(Depth::Bytes), Vec::<&str>::new());
}

#[test]
fn e001_a_blob_is_missing() {
    let fixture = Fixture::new();
    fs::remove_file(fixture.mesh()).unwrap();
    fixture.finds(Depth::Sizes, "E001");
}

#[test]
fn e002_a_blob_has_another_size() {
    let fixture = Fixture::new();
    overwrite(&fixture.mesh(), b"cut");
    fixture.finds(Depth::Sizes, "E002");
}

#[test]
fn e003_a_blob_has_other_bytes() {
    let fixture = Fixture::new();
    let mut bytes = fs::read(fixture.mesh()).unwrap();
    bytes[3] ^= 1;
    overwrite(&fixture.mesh(), &bytes);
    fixture.finds(Depth::Bytes, "E003");
}

#[test]
fn e004_a_blob_is_no_file() {
    let fixture = Fixture::new();
    let path = fixture.mesh();
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    fixture.finds(Depth::Sizes, "E004");
}

#[test]
fn e005_the_database_is_damaged() {
    let fixture = Fixture::new();
    let path = fixture.folder.path().join("catalog.sqlite");
    fixture.sql("PRAGMA wal_checkpoint(TRUNCATE)");
    let db = rusqlite::Connection::open(&path).unwrap();
    let root = "SELECT rootpage FROM sqlite_schema WHERE name = 'shape_file'";
    let page: usize = db.query_row(root, (), |row| row.get(0)).unwrap();
    drop(db);
    let mut bytes = fs::read(&path).unwrap();
    bytes[(page - 1) * 4096..][..64].fill(0xA5);
    overwrite(&path, &bytes);
    let codes = fixture.codes(Depth::Catalog);
    assert!(codes.contains(&"E005"), "{codes:?}");
}

#[test]
fn e006_a_row_refers_to_nothing() {
    let fixture = Fixture::new();
    fixture.sql("INSERT INTO report (name_key, at, who, text) VALUES (999, 0, 'x', 'y')");
    fixture.finds(Depth::Catalog, "E006");
}

#[cfg(unix)]
#[test]
fn e007_a_link_lies_among_the_blobs() {
    let fixture = Fixture::new();
    let (path, aside) = (fixture.mesh(), fixture.folder.path().join("aside"));
    fs::rename(&path, &aside).unwrap();
    std::os::unix::fs::symlink(&aside, &path).unwrap();
    fixture.finds(Depth::Sizes, "E007");
    let fixture = Fixture::new();
    let link = fixture.folder.path().join("blobs/passwd");
    std::os::unix::fs::symlink("/etc/passwd", link).unwrap();
    fixture.finds(Depth::Sizes, "E007");
}

/// Three days after every test began.
fn later() -> SystemTime {
    SystemTime::now() + Duration::from_secs(3 * 24 * 3600)
}

fn withdrawal(erase: bool) -> Withdrawal {
    Withdrawal { reason: Reason::Consent, note: String::new(), erase, label_map: None }
}

#[test]
fn e008_a_withdrawn_shape_is_still_there() {
    let fixture = Fixture::new();
    let mut catalog = fixture.catalog();
    catalog.withdraw(&name("phantom/p1/liver"), &withdrawal(false)).unwrap();
    // Within the grace it may be; and nobody says more of it than of any blob without a record.
    assert_eq!(fixture.codes(Depth::Sizes), ["I101"]);
    let later = Catalog::open_by(fixture.folder.path(), Clerk::new("later", later)).unwrap();
    let found = later.check(Depth::Sizes).unwrap();
    assert!(found.iter().all(|finding| finding.code == "E008"), "{found:?}");
    assert_eq!((found.len(), &found[0].needed_by[0][..]), (2, "phantom/p1/liver"));
    // What is erased must not be there at all.
    let path = fixture.mesh_of("phantom/p2/liver");
    let bytes = fs::read(&path).unwrap();
    catalog.withdraw(&name("phantom/p2/liver"), &withdrawal(true)).unwrap();
    assert_eq!(fixture.codes(Depth::Sizes), ["I101"]);
    fs::write(&path, bytes).unwrap();
    assert_eq!(fixture.codes(Depth::Sizes), ["E008", "I101"]);
}

impl Fixture {
    fn mesh_of(&self, text: &str) -> PathBuf {
        let catalog = self.catalog();
        let page = catalog.shape(&name(text)).unwrap().unwrap();
        catalog.blobs().path(&page.shape.files[0].sha256)
    }
}

const UNGUARDED: &str = "DROP TRIGGER log_is_not_changed; DROP TRIGGER log_is_not_deleted;";
const GUARDED: &str = "
    CREATE TRIGGER log_is_not_changed BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, ''); END;
    CREATE TRIGGER log_is_not_deleted BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, ''); END;";

#[test]
fn e009_a_link_of_the_log_is_broken() {
    let fixture = Fixture::new();
    // The head is not that of the last row: as if that had been written anew.
    fixture.sql("UPDATE change SET log_hash = zeroblob(32)");
    fixture.finds(Depth::Catalog, "E009");
}

#[test]
fn e010_a_row_of_the_log_is_missing() {
    for (n, missing) in [(2, "row 2 "), (3, "row 3 "), (1, "row 1 ")] {
        let fixture = Fixture::new();
        fixture.sql(&format!("{UNGUARDED} DELETE FROM log WHERE n = {n}; {GUARDED}"));
        fixture.finds(Depth::Catalog, "E010");
        let found = fixture.catalog().check(Depth::Catalog).unwrap();
        assert!(found[0].text.starts_with(missing), "{found:?}");
    }
}

#[test]
fn e011_a_row_of_the_log_was_altered() {
    for change in ["who = 'nobody'", "at = at + 1", "why = ''", "subject = 'x'", "verb = 'gc'"] {
        let fixture = Fixture::new();
        fixture.sql(&format!("{UNGUARDED} UPDATE log SET {change} WHERE n = 2; {GUARDED}"));
        fixture.finds(Depth::Catalog, "E011");
    }
}

#[test]
fn e012_nothing_guards_the_log() {
    let fixture = Fixture::new();
    fixture.sql("DROP TRIGGER log_is_not_deleted");
    fixture.finds(Depth::Catalog, "E012");
}

#[test]
fn e013_two_files_are_of_a_kind() {
    let fixture = Fixture::new();
    fixture.sql(
        "INSERT INTO shape_file SELECT name_key, 9, role, sha256, size, NULL
            FROM shape_file WHERE role = 'mesh' LIMIT 1;
        UPDATE ingested SET n_bytes = n_bytes + (SELECT size FROM shape_file WHERE position = 9)
            WHERE key = (SELECT ingested_key FROM shape JOIN shape_file USING (name_key)
                WHERE position = 9)",
    );
    fixture.finds(Depth::Catalog, "E013");
}

#[test]
fn e014_a_shape_has_no_mesh() {
    let fixture = Fixture::new();
    fixture.sql("UPDATE shape_file SET role = 'original' WHERE role = 'mesh' AND name_key = 1");
    fixture.finds(Depth::Catalog, "E014");
}

#[test]
fn e015_counts_do_not_add_up() {
    for change in ["n_shapes = n_shapes + 1", "n_bytes = n_bytes - 1"] {
        let fixture = Fixture::new();
        fixture.sql(&format!("UPDATE ingested SET {change} WHERE key = 1"));
        fixture.finds(Depth::Catalog, "E015");
        assert_eq!(fixture.catalog().mend_rows().unwrap(), 1);
        assert_eq!(fixture.codes(Depth::Bytes), Vec::<&str>::new());
        assert_eq!(fixture.catalog().mend_rows().unwrap(), 0);
    }
}

#[test]
fn e016_an_alias_means_nothing() {
    let fixture = Fixture::new();
    fixture.sql("INSERT INTO alias VALUES ('old.stl', 999)");
    fixture.finds(Depth::Catalog, "E016");
}

#[test]
fn e017_columns_disagree_with_the_record() {
    for change in ["volume_mm3 = 1.5", "flags = 0", "source = 'other'", "ordinal = 2"] {
        let fixture = Fixture::new();
        fixture.sql(&format!("UPDATE shape SET {change} WHERE name_key = 1"));
        fixture.finds(Depth::Catalog, "E017");
        assert_eq!(fixture.catalog().mend_rows().unwrap(), 1, "{change}");
        assert_eq!(fixture.codes(Depth::Bytes), Vec::<&str>::new());
    }
    let fixture = Fixture::new();
    fixture.sql("UPDATE ingested SET unit = zeroblob(32) WHERE key = 1");
    fixture.finds(Depth::Catalog, "E017");
}

#[test]
fn e018_a_file_has_an_impossible_size() {
    let fixture = Fixture::new();
    fixture.sql("INSERT INTO superseded (name_key, sha256, size) VALUES (1, zeroblob(32), -5)");
    fixture.finds(Depth::Catalog, "E018");
    let fixture = Fixture::new();
    fixture.sql("INSERT INTO superseded (name_key, sha256, size) VALUES (1, x'00', 5)");
    fixture.finds(Depth::Catalog, "E018");
}

#[test]
fn e019_a_record_cannot_be_read() {
    let fixture = Fixture::new();
    fixture.sql("UPDATE shape SET quality = '{' WHERE name_key = 1");
    fixture.finds(Depth::Catalog, "E019");
    let fixture = Fixture::new();
    fixture.sql("UPDATE ingested SET record = '[]' WHERE key = 1");
    fixture.finds(Depth::Catalog, "E019");
    let fixture = Fixture::new();
    fixture.sql("UPDATE shape_file SET role = 'smell' WHERE role = 'thumbnail'");
    fixture.finds(Depth::Catalog, "E019");
}

#[test]
fn e021_a_withdrawn_name_has_a_shape() {
    let fixture = Fixture::new();
    fixture.sql("INSERT INTO withdrawn VALUES (1, 0, 'other', '', 0)");
    fixture.finds(Depth::Catalog, "E021");
}

#[test]
fn what_takes_room_is_no_fault() {
    let fixture = Fixture::new();
    let dir = fixture.folder.path();
    fixture.catalog().blobs().put(b"nobody's").unwrap();
    fs::write(dir.join("tmp/blob-x.part"), b"half").unwrap();
    fs::write(dir.join("blobs/notes.txt"), b"mine").unwrap();
    fs::create_dir(dir.join("quarantine")).unwrap();
    fs::write(dir.join("quarantine/x"), b"bad").unwrap();
    assert_eq!(fixture.codes(Depth::Sizes), ["I101", "I102", "I103", "I104"]);
    let found = fixture.catalog().check(Depth::Bytes).unwrap();
    assert!(found.iter().all(|finding| finding.severity == Severity::Information));
}

#[test]
fn parts_together_are_the_whole_and_what_was_not_read_comes_first() {
    let fixture = Fixture::new();
    let mut catalog = fixture.catalog();
    let part = |part| CheckOptions { depth: Depth::Bytes, subset: Some(Subset { part, of: 3 }) };
    let n: Vec<u64> =
        (1..=3).map(|n| catalog.scrub(part(n), &mut |_, _| true).unwrap().n_read).collect();
    let whole = CheckOptions { depth: Depth::Bytes, subset: None };
    let all = catalog.scrub(whole, &mut |_, _| true).unwrap();
    assert_eq!((n.iter().sum::<u64>(), all.n_read), (all.n_blobs, all.n_blobs));
    assert!(all.is_complete());

    // A blob that is damaged, and read last because it is the newest by name, is found by two halves.
    let fixture = Fixture::new();
    let mut catalog = Catalog::open(fixture.folder.path()).unwrap();
    let half = all.n_blobs / 2;
    let first = catalog.scrub(whole, &mut |done, _| done < half).unwrap();
    assert_eq!((first.n_read, first.is_complete()), (half, false));
    let path = fixture.mesh();
    let size = fs::metadata(&path).unwrap().len() as usize;
    overwrite(&path, &vec![0; size]);
    let rest = catalog.scrub(whole, &mut |done, of| done < of - half).unwrap();
    let (one, other) = (first.n_read, rest.n_read);
    assert_eq!(one + other, all.n_blobs);
    // The second half begins where the first ended: no blob was read twice.
    let db = rusqlite::Connection::open(fixture.folder.path().join("catalog.sqlite")).unwrap();
    let n: u64 = db.query_row("SELECT count(*) FROM verified", (), |row| row.get(0)).unwrap();
    assert_eq!(n + rest.n_faults() as u64, all.n_blobs);
}
