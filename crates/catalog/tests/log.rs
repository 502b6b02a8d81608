//! Every change of a store leaves exactly one row in its log.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use medshape_catalog::{
    Added, Catalog, CheckOptions, Clerk, Depth, Descriptor, GcOptions, Query, Reason, Role, Sex,
    ShapeName, StoredFile, Withdrawal,
};

use crate::common::{self, add, remote_liver, subject};

fn noon() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_795_867_200)
}

fn name(text: &str) -> ShapeName {
    text.parse().unwrap()
}

fn verbs(catalog: &Catalog) -> Vec<String> {
    catalog.log(u64::MAX).unwrap().into_iter().map(|row| row.verb).collect()
}

/// A change, the verb that it leaves, and how it is made.
type Change = (&'static str, &'static str, fn(&mut Catalog, &Path));

/// All calls that change a store, each in a state in which it does.
const CHANGES: [Change; 18] = [
    ("add_case", "ingest", |catalog, _| {
        add(catalog, &subject("phantom", "p1", None, None, None), &["liver", "spleen"], "1");
    }),
    ("add_remote", "import-names", |catalog, _| {
        let (source, subject) =
            (common::source("phantom"), subject("phantom", "p2", None, None, None));
        catalog.add_remote(&[source], &[subject], &[remote_liver("p2")]).unwrap();
    }),
    ("describe_subjects", "describe", |catalog, _| {
        let known = subject("phantom", "p1", Some(Sex::Male), None, None);
        catalog.describe_subjects(&[known]).unwrap();
    }),
    ("review", "review", |catalog, _| {
        assert_eq!(catalog.review().unwrap().n_shapes, 2);
    }),
    ("keep_descriptors", "derive", |catalog, _| {
        let numbers = Box::new([1.0; Descriptor::N]);
        let descriptor = Descriptor { kind: 1, numbers };
        catalog.keep_descriptors(&[(name("phantom/p1/liver"), descriptor)]).unwrap();
    }),
    ("report", "report", |catalog, _| {
        assert_eq!(catalog.report(&name("phantom/p1/liver"), "it is a spleen").unwrap(), 1);
    }),
    ("answer_report", "answer", |catalog, _| catalog.answer_report(1, "it is not").unwrap()),
    ("report", "report", |catalog, _| {
        assert_eq!(catalog.report(&name("phantom/p1/liver"), "buy this").unwrap(), 2);
    }),
    ("close_report", "answer", |catalog, _| catalog.close_report(2).unwrap()),
    ("freeze", "select", |catalog, _| {
        let names = ["phantom/p1/liver".to_owned(), "phantom/p2/liver".to_owned()];
        let frozen = catalog.freeze(&names).unwrap();
        assert_eq!((frozen.n_shapes, frozen.left_out.len()), (1, 1));
    }),
    ("freeze_found", "select", |catalog, _| {
        assert_eq!(catalog.freeze_found(&Query::parse("")).unwrap().n_shapes, 2);
    }),
    ("shorten", "shorten", |catalog, _| {
        catalog.shorten("/b/phantom/p1?ex=1").unwrap();
    }),
    ("withdraw", "withdraw", |catalog, _| {
        catalog.withdraw(&name("phantom/p1/liver"), &withdrawal(false)).unwrap();
    }),
    ("scrub", "fsck", |catalog, _| {
        let all = CheckOptions { depth: Depth::Bytes, subset: None };
        catalog.scrub(all, &mut |_, _| true).unwrap();
    }),
    ("replace_derived", "repair", |catalog, _| {
        let (sha256, size) = catalog.blobs().put(b"a new picture").unwrap();
        let picture = StoredFile { role: Role::Thumbnail, sha256, size, error_mm: None };
        catalog.replace_derived(&name("phantom/p1/spleen"), &picture).unwrap();
    }),
    ("sign_repair", "repair", |catalog, _| catalog.sign_repair("1 blob").unwrap()),
    ("gc", "gc", |catalog, _| {
        catalog.gc(GcOptions::default()).unwrap();
    }),
    ("backup", "backup", |catalog, folder| {
        catalog.backup(&folder.join("copy"), false, &mut |_, _| ()).unwrap();
    }),
];

fn withdrawal(erase: bool) -> Withdrawal {
    Withdrawal { reason: Reason::Quality, note: "torn".to_owned(), erase, label_map: None }
}

#[test]
fn each_change_leaves_one_row() {
    let folder = tempfile::tempdir().unwrap();
    let clerk = Clerk::new("curator", noon);
    let mut catalog = Catalog::create_by(&folder.path().join("store"), clerk).unwrap();
    let mut expected = vec!["create"];
    for (call, verb, change) in CHANGES {
        change(&mut catalog, folder.path());
        expected.push(verb);
        assert_eq!(verbs(&catalog), expected, "{call}");
    }
    for (n, row) in (1..).zip(catalog.log(u64::MAX).unwrap()) {
        let seen = (row.n, row.who.as_str(), row.at.to_string());
        assert_eq!(seen, (n, "curator", "2026-11-28T12:00:00Z".to_owned()));
    }
    assert_eq!(catalog.log(2).unwrap()[0].verb, "gc");
    let faults = catalog.check(Depth::Catalog).unwrap();
    assert!(faults.is_empty(), "{faults:?}");
}

/// Calls that change a store only where something is wrong with it are tested with what they mend, and
/// what concerns releases with these.
const TESTED_ELSEWHERE: [&str; 2] = ["mark_erased", "mend_rows"];

#[test]
fn no_call_that_changes_a_store_is_forgotten() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut calls = BTreeSet::new();
    for entry in std::fs::read_dir(sources).unwrap() {
        let path = entry.unwrap().path();
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        for (at, _) in text.match_indices("pub fn ") {
            let signature: String = text[at + 7..].chars().take_while(|&c| c != '{').collect();
            let (call, rest) = signature.split_once('(').unwrap();
            if rest.trim_start().starts_with("&mut self") {
                calls.insert(call.to_owned());
            }
        }
        let is_door = path.ends_with("write.rs") || path.ends_with("migrate.rs");
        let is_reader = path.ends_with("gc.rs");
        assert!(
            is_door || is_reader || !text.contains("TransactionBehavior::Immediate"),
            "{} writes past the log",
            path.display()
        );
    }
    let tested = CHANGES.iter().map(|(call, ..)| *call).chain(TESTED_ELSEWHERE);
    assert_eq!(calls, tested.map(str::to_owned).collect());
}

#[test]
fn what_changes_nothing_leaves_no_row() {
    let folder = tempfile::tempdir().unwrap();
    let mut catalog = Catalog::create(folder.path()).unwrap();
    let someone = subject("phantom", "p1", Some(Sex::Male), None, None);
    add(&mut catalog, &someone, &["liver"], "1");
    catalog.withdraw(&name("phantom/p1/liver"), &withdrawal(false)).unwrap();
    let before = verbs(&catalog);
    assert_eq!(add(&mut catalog, &someone, &["liver"], "1"), Added::AlreadyThere);
    catalog.describe_subjects(std::slice::from_ref(&someone)).unwrap();
    catalog.withdraw(&name("phantom/p1/liver"), &withdrawal(false)).unwrap();
    catalog.mend_rows().unwrap();
    catalog.withdraw(&name("phantom/p1/lung"), &withdrawal(false)).unwrap_err();
    catalog.report(&name("phantom/p1/liver"), "gone").unwrap_err();
    catalog.answer_report(7, "what").unwrap_err();
    catalog.close_report(7).unwrap_err();
    catalog.check(Depth::Bytes).unwrap();
    assert_eq!(verbs(&catalog), before);
    // Of what was withdrawn the bytes can still be erased.
    catalog.withdraw(&name("phantom/p1/liver"), &withdrawal(true)).unwrap();
    assert_eq!(verbs(&catalog).last().unwrap(), "erase");
}

#[test]
fn rows_are_only_added() {
    let folder = tempfile::tempdir().unwrap();
    drop(Catalog::create(folder.path()).unwrap());
    let db = rusqlite::Connection::open(folder.path().join("catalog.sqlite")).unwrap();
    for sql in [
        "UPDATE log SET who = 'nobody'",
        "DELETE FROM log",
        "INSERT OR REPLACE INTO log VALUES (1, 0, '', '', '', '', x'', x'')",
        "INSERT INTO log VALUES (9, 0, '', '', '', '', x'', x'')",
    ] {
        let refused = db.execute(sql, ()).unwrap_err().to_string();
        assert!(refused.contains("the log is only added to"), "{sql}: {refused}");
    }
}

#[test]
fn hashes_are_those_that_anybody_can_compute() {
    let folder = tempfile::tempdir().unwrap();
    let clerk = Clerk::new("curator", noon);
    let catalog = Catalog::create_by(folder.path(), clerk).unwrap();
    let row = &catalog.log(1).unwrap()[0];
    let (zeros, n) = ("0".repeat(64), env_schema(folder.path()));
    let text = format!("{zeros}\n[1,1795867200,\"curator\",\"create\",\"schema {n}\",\"\"]\n");
    assert_eq!(row.hash, medshape_catalog::Sha256::of(text.as_bytes()));
}

fn env_schema(dir: &Path) -> u32 {
    let db = rusqlite::Connection::open(dir.join("catalog.sqlite")).unwrap();
    db.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}
