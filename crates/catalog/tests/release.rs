//! Releases: nothing changes them, and whatever does is found.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use medshape_catalog::release::{
    About, Merkle, MerkleTree, Previous, RECORD, Release, ReleaseCounts, SUMS,
};
use medshape_catalog::{Catalog, Depth, Error, Kind, Severity, Sha256};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::common;

const LABELS: [&str; 2] = ["liver", "left kidney"];

/// Does something to the release in this folder.
type Damage = fn(&Catalog, &Path);

/// A store with one subject of two shapes.
fn store() -> (TempDir, Catalog) {
    let dir = tempfile::tempdir().unwrap();
    let mut catalog = Catalog::create(dir.path()).unwrap();
    let subject = common::subject("alpha", "p1", None, None, None);
    common::add(&mut catalog, &subject, &LABELS, "one");
    (dir, catalog)
}

fn held_blobs(catalog: &Catalog) -> BTreeMap<Sha256, u64> {
    let mut blobs = BTreeMap::new();
    catalog
        .each_held::<Error>(&mut |shape, _| {
            let files = shape.files.iter().chain(&shape.label_map);
            blobs.extend(files.map(|file| (file.sha256, file.size)));
            Ok(())
        })
        .unwrap();
    blobs
}

/// A release of all blobs that shapes need, with no other document than the list of them.
fn release(catalog: &mut Catalog) -> Result<Sha256, Error> {
    let blobs = held_blobs(catalog);
    let before = catalog.last_release().unwrap();
    let mut draft = catalog.draft_release().unwrap();
    let mut tree = MerkleTree::default();
    draft
        .add(SUMS, |out| {
            for blob in blobs.keys() {
                let line = format!("{blob}  x");
                tree.add(line.as_bytes());
                writeln!(out, "{line}")?;
            }
            Ok(())
        })
        .unwrap();
    let release = Release {
        number: before.as_ref().map_or(0, |before| before.release.number) + 1,
        created_at: "2026-11-28T12:00:00Z".to_owned(),
        version_date: "2026-11-28".to_owned(),
        about: About { title: "A test".to_owned(), publisher: None, url: None },
        note: None,
        medshape: "0.1.0".to_owned(),
        counts: ReleaseCounts::default(),
        by_source: BTreeMap::new(),
        left_out: BTreeMap::new(),
        merkle: Merkle { root: tree.root(), n_leaves: tree.n_leaves() },
        files: draft.documents().to_vec(),
        previous: before
            .map(|before| Previous { number: before.release.number, sha256: before.sha256 }),
    };
    catalog.publish(draft, &release, &blobs)
}

/// The codes that a check of this release gives.
fn codes(catalog: &Catalog, number: u32) -> Vec<&'static str> {
    let findings = catalog.check_release(number, &|_, _| {}).unwrap().unwrap();
    findings.iter().map(|finding| finding.code).collect()
}

fn write(path: &Path, bytes: &[u8]) {
    let _ = fs::remove_file(path);
    fs::write(path, bytes).unwrap();
}

#[test]
fn releases_are_numbered_one_after_the_other_and_chained() {
    let (_dir, mut catalog) = store();
    let first = release(&mut catalog).unwrap();
    release(&mut catalog).unwrap();
    let releases = catalog.releases().unwrap();
    let numbers: Vec<u32> = releases.iter().map(|found| found.release.number).collect();
    assert_eq!(numbers, [1, 2]);
    assert_eq!(releases[1].release.previous, Some(Previous { number: 1, sha256: first }));
    let record = fs::read(catalog.release_path(1, RECORD)).unwrap();
    assert_eq!(Sha256::of(&record), first);
    assert_eq!(record, releases[0].record.as_bytes());
    assert!(codes(&catalog, 1).is_empty() && codes(&catalog, 2).is_empty());
    assert!(catalog.check_release(3, &|_, _| {}).unwrap().is_none());
    assert!(catalog.check(Depth::Bytes).unwrap().is_empty());
}

#[test]
fn no_statement_changes_what_was_released() {
    let (dir, mut catalog) = store();
    release(&mut catalog).unwrap();
    let db = Connection::open(dir.path().join("catalog.sqlite")).unwrap();
    let hash = "zeroblob(32)";
    for (statement, reason) in [
        ("UPDATE release SET record = '{}'".to_owned(), "a release is never changed"),
        ("DELETE FROM release".to_owned(), "a release is never removed"),
        (
            format!("REPLACE INTO release VALUES (1, '{{}}', {hash}, {hash})"),
            "none is written twice",
        ),
        (format!("INSERT INTO release VALUES (3, '{{}}', {hash}, {hash})"), "one after the other"),
        ("UPDATE release_file SET size = 0".to_owned(), "are never changed"),
        ("DELETE FROM release_file".to_owned(), "are never removed"),
        (format!("INSERT INTO release_file VALUES ({hash}, 1, 1)"), "are never changed"),
        (
            "REPLACE INTO release_file SELECT sha256, 0, 2 FROM release_file".to_owned(),
            "are never changed",
        ),
    ] {
        let refused = db.execute(&statement, ()).unwrap_err().to_string();
        assert!(refused.contains(reason), "{statement}: {refused}");
    }
    assert!(codes(&catalog, 1).is_empty());
}

#[test]
fn every_kind_of_damage_has_its_number() {
    let damages: [(&str, Damage); 9] = [
        ("R001", |_, folder| fs::remove_dir_all(folder).unwrap()),
        ("R002", |_, folder| fs::remove_file(folder.join(SUMS)).unwrap()),
        ("R003", |_, folder| write(&folder.join(RECORD), b"{}")),
        ("R004", |_, folder| write(&folder.join("more.txt"), b"more")),
        ("R005", |catalog, _| {
            let db = Connection::open(catalog.dir().join("catalog.sqlite")).unwrap();
            db.execute_batch(
                "DROP TRIGGER release_unchanged; UPDATE release SET record = record || ' '",
            )
            .unwrap();
        }),
        ("R006", |catalog, _| {
            let db = Connection::open(catalog.dir().join("catalog.sqlite")).unwrap();
            db.execute_batch("DROP TRIGGER release_unchanged; UPDATE release SET sha256 = zeroblob(32) WHERE number = 1")
                .unwrap();
        }),
        ("R007", |_, folder| {
            let mut sums = fs::read_to_string(folder.join(SUMS)).unwrap();
            sums += "one line more\n";
            write(&folder.join(SUMS), sums.as_bytes());
        }),
        ("R008", |catalog, _| {
            let blob = *held_blobs(catalog).keys().next().unwrap();
            fs::remove_file(catalog.blobs().path(&blob)).unwrap();
        }),
        ("R009", |catalog, _| {
            let blob = *held_blobs(catalog).keys().next().unwrap();
            write(&catalog.blobs().path(&blob), b"other bytes");
        }),
    ];
    for (code, damage) in damages {
        let (_dir, mut catalog) = store();
        release(&mut catalog).unwrap();
        release(&mut catalog).unwrap();
        damage(&catalog, &catalog.release_path(2, ""));
        let found = codes(&catalog, 2);
        assert!(found.contains(&code), "{code}: {found:?}");
        let faults = catalog.check(Depth::Bytes).unwrap();
        assert!(faults.iter().any(|finding| finding.severity == Severity::Error), "{code}: fsck");
    }
}

#[test]
fn a_blob_that_only_a_release_names_is_no_orphan() {
    let (_dir, mut catalog) = store();
    let released = held_blobs(&catalog);
    release(&mut catalog).unwrap();
    let subject = common::subject("alpha", "p1", None, None, None);
    common::add(&mut catalog, &subject, &["spleen"], "two");
    let still_needed = held_blobs(&catalog);
    assert!(released.keys().all(|blob| !still_needed.contains_key(blob)));
    assert_eq!(catalog.released_blobs().unwrap(), released);
    let findings = catalog.check(Depth::Bytes).unwrap();
    assert!(findings.is_empty(), "{findings:?}");
    let blob = released.keys().next().unwrap();
    fs::remove_file(catalog.blobs().path(blob)).unwrap();
    let findings = catalog.check(Depth::Sizes).unwrap();
    let missing = findings.iter().find(|finding| finding.code == "E001").unwrap();
    assert!(missing.needed_by.contains(&"release 1".to_owned()), "{missing:?}");
}

#[test]
fn bytes_taken_away_on_purpose_leave_a_tombstone_and_no_fault() {
    let (dir, mut catalog) = store();
    let blob = *held_blobs(&catalog).keys().next().unwrap();
    release(&mut catalog).unwrap();
    let subject = common::subject("alpha", "p1", None, None, None);
    common::add(&mut catalog, &subject, &["spleen"], "two");
    // A mesh stays known as superseded; only blobs that nothing else needs are taken away here.
    let blobs: Vec<Sha256> = catalog.released_blobs().unwrap().into_keys().collect();
    assert!(blobs.contains(&blob));
    let stranger = Sha256::of(b"never released");
    let marked =
        catalog.mark_erased(&[blob, blob, stranger], "2026-11-28", "its owner asked for it");
    assert_eq!(marked.unwrap(), 1);
    assert_eq!(catalog.mark_erased(&[blob], "2026-11-29", "again").unwrap(), 0);
    fs::remove_file(catalog.blobs().path(&blob)).unwrap();
    assert_eq!(codes(&catalog, 1), ["R102"]);
    assert!(!catalog.released_blobs().unwrap().contains_key(&blob));
    assert_eq!(catalog.erased().unwrap()[0].reason, "its owner asked for it");
    let db = Connection::open(dir.path().join("catalog.sqlite")).unwrap();
    assert!(db.execute("DELETE FROM release_erased", ()).is_err());
    assert!(db.execute("UPDATE release_erased SET reason = ''", ()).is_err());
}

#[test]
fn what_a_crash_left_is_reported_and_makes_room() {
    let (_dir, mut catalog) = store();
    let left = catalog.release_path(1, "");
    fs::create_dir_all(&left).unwrap();
    write(&left.join("half.parquet"), b"PAR1");
    let findings = catalog.check(Depth::Sizes).unwrap();
    assert_eq!(findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), ["R101"]);
    assert!(catalog.releases().unwrap().is_empty());
    release(&mut catalog).unwrap();
    assert!(codes(&catalog, 1).is_empty());
}

#[test]
fn a_collection_that_changed_meanwhile_is_not_released() {
    let (_dir, mut catalog) = store();
    let mut other = Catalog::open(catalog.dir()).unwrap();
    let blobs = held_blobs(&catalog);
    release(&mut catalog).unwrap();
    let first = catalog.release(1).unwrap().unwrap();
    let draft = catalog.draft_release().unwrap();
    let subject = common::subject("alpha", "p2", None, None, None);
    common::add(&mut other, &subject, &["spleen"], "one");
    let next = Release {
        number: 2,
        files: Vec::new(),
        previous: Some(Previous { number: 1, sha256: first.sha256 }),
        ..first.release
    };
    let refused = catalog.publish(draft, &next, &blobs).unwrap_err();
    assert!(matches!(refused.kind(), Kind::Outdated), "{refused}");
    assert_eq!(catalog.releases().unwrap().len(), 1);
    assert!(catalog.check(Depth::Bytes).unwrap().is_empty());
}
