//! What a store promises: what is added is there, whole or not at all, and damage shows.

use std::fs;
use std::path::Path;

use medshape_catalog::{
    Added, Catalog, Counts, Depth, Kind, Page, Query, Role, Severity, Sex, Sha256, ShapeName,
    StoredFile,
};

use crate::common::{self, add, case, shape, source, subject};

fn name(text: &str) -> ShapeName {
    text.parse().unwrap()
}

fn codes(catalog: &Catalog, depth: Depth) -> Vec<&'static str> {
    catalog.check(depth).unwrap().into_iter().map(|finding| finding.code).collect()
}

/// Changes the bytes of a blob behind the store's back.
fn overwrite(path: &Path, bytes: &[u8]) {
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn what_is_added_comes_back_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let mut catalog = Catalog::create(dir.path()).unwrap();
    let subject = subject("phantom", "p1", Some(Sex::Female), Some(61), Some("tumor"));
    let case = case(&catalog, &subject, "1");
    let mut kidney = shape(&catalog, &subject, "kidney_left", "1");
    kidney.aliases = vec!["p1_kidney_left.stl".to_owned()];
    let shapes = [kidney.clone(), shape(&catalog, &subject, "liver", "1")];
    assert!(!catalog.has_unit(&case.unit).unwrap());

    let added = catalog.add_case(&source("phantom"), &subject, &case, &shapes).unwrap();

    assert_eq!(added, Added::New { taken_aliases: vec![] });
    drop(catalog);
    let catalog = Catalog::open(dir.path()).unwrap();
    assert!(catalog.has_unit(&case.unit).unwrap());
    let page = catalog.shape(&kidney.name).unwrap().unwrap();
    assert_eq!((&page.shape, &page.case, &page.subject), (&kidney, &case, &subject));
    assert_eq!((page.source, page.superseded), (source("phantom"), vec![]));
    let page = catalog.subject("phantom", "p1").unwrap().unwrap();
    assert_eq!((page.cases, page.shapes), (vec![case], shapes.to_vec()));
    assert_eq!(catalog.find("p1_kidney_left.stl").unwrap(), Some(kidney.name.clone()));
    assert_eq!(catalog.find("phantom/p1/kidney-left").unwrap(), Some(kidney.name));
    assert_eq!(catalog.find("p1_kidney_left").unwrap(), None);
    assert_eq!(codes(&catalog, Depth::Bytes), Vec::<&str>::new());
    assert_eq!(catalog.subjects("phantom").unwrap()[0].n_shapes, 2);
    assert_eq!(catalog.sources().unwrap()[0].n_cases, 1);
}

#[test]
fn counts_are_the_numbers_of_what_was_added() {
    let dir = tempfile::tempdir().unwrap();
    let mut catalog = Catalog::create(dir.path()).unwrap();
    assert_eq!(catalog.counts().unwrap(), Counts::default());
    for id in ["p1", "p2"] {
        let subject = subject("phantom", id, None, None, None);
        add(&mut catalog, &subject, &["kidney_left", "kidney_right", "liver"], "1");
    }
    let counts = catalog.counts().unwrap();
    let bytes: u64 = ["p1", "p2"]
        .iter()
        .flat_map(|id| catalog.subject("phantom", id).unwrap())
        .flat_map(|page| {
            let maps =
                page.cases.into_iter().filter_map(|case| case.image).map(|image| image.label_map);
            page.shapes.into_iter().flat_map(|shape| shape.files).chain(maps).collect::<Vec<_>>()
        })
        .map(|file| file.size)
        .sum();
    let expected = Counts {
        n_shapes: 6,
        n_remote: 0,
        n_subjects: 2,
        n_cases: 2,
        n_sources: 1,
        n_structures: 2,
        n_bytes: bytes,
    };
    assert_eq!(counts, expected);
}

#[test]
fn a_unit_is_added_once() {
    let dir = tempfile::tempdir().unwrap();
    let mut catalog = Catalog::create(dir.path()).unwrap();
    let subject = subject("phantom", "p1", None, None, None);
    add(&mut catalog, &subject, &["liver"], "1");
    let before = catalog.counts().unwrap();
    assert_eq!(add(&mut catalog, &subject, &["liver"], "1"), Added::AlreadyThere);
    assert_eq!(catalog.counts().unwrap(), before);
}

#[test]
fn another_unit_takes_the_place_of_the_one_before() {
    let dir = tempfile::tempdir().unwrap();
    let mut catalog = Catalog::create(dir.path()).unwrap();
    let subject = subject("phantom", "p1", None, None, None);
    let other = common::subject("phantom", "p2", None, None, None);
    add(&mut catalog, &other, &["liver"], "1");
    add(&mut catalog, &subject, &["liver", "spleen"], "1");
    let (liver, spleen) = (name("phantom/p1/liver"), name("phantom/p1/spleen"));
    let mesh = |catalog: &Catalog| catalog.shape(&liver).unwrap().unwrap().shape.files[0].sha256;
    let first = mesh(&catalog);

    let added = add(&mut catalog, &subject, &["liver", "heart"], "2");

    assert_eq!(added, Added::Replaced { n: 2, taken_aliases: vec![] });
    let second = mesh(&catalog);
    assert_ne!(first, second);
    assert_eq!(catalog.shape(&liver).unwrap().unwrap().superseded, vec![first]);
    assert_eq!(catalog.shape(&spleen).unwrap(), None);
    assert_eq!(catalog.find("phantom/p1/spleen").unwrap(), Some(spleen.clone()));
    assert!(catalog.is_withdrawn(&spleen).unwrap());
    assert!(!catalog.is_withdrawn(&liver).unwrap());
    assert!(!catalog.is_withdrawn(&name("phantom/p1/lung")).unwrap());
    assert_eq!(catalog.counts().unwrap().n_shapes, 3);
    // The old label map and the picture of the spleen: old meshes are still named.
    let findings = catalog.check(Depth::Bytes).unwrap();
    assert_eq!(codes(&catalog, Depth::Bytes), vec!["I101", "I101"], "{findings:?}");

    add(&mut catalog, &subject, &["liver", "spleen"], "1");

    assert_eq!(mesh(&catalog), first);
    assert_eq!(catalog.shape(&liver).unwrap().unwrap().superseded, vec![second]);
    assert!(!catalog.is_withdrawn(&spleen).unwrap());
}

#[test]
fn the_first_shape_keeps_an_alias_that_two_claim() {
    let dir = tempfile::tempdir().unwrap();
    let mut catalog = Catalog::create(dir.path()).unwrap();
    let subject = subject("phantom", "p1", None, None, None);
    let case = case(&catalog, &subject, "1");
    let mut shapes =
        [shape(&catalog, &subject, "liver", "1"), shape(&catalog, &subject, "heart", "1")];
    for shape in &mut shapes {
        shape.aliases = vec!["old.stl".to_owned()];
    }
    let added = catalog.add_case(&source("phantom"), &subject, &case, &shapes).unwrap();
    assert_eq!(added.taken_aliases(), ["old.stl"]);
    assert_eq!(catalog.find("old.stl").unwrap(), Some(name("phantom/p1/liver")));
    assert_eq!(catalog.shape(&shapes[1].name).unwrap().unwrap().shape.aliases.len(), 0);
}

#[test]
fn a_case_that_fails_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let mut catalog = Catalog::create(dir.path()).unwrap();
    let subject = subject("phantom", "p1", None, None, None);
    add(&mut catalog, &subject, &["liver"], "1");
    let before = catalog.subject("phantom", "p1").unwrap();
    let next = case(&catalog, &subject, "2");
    let good = shape(&catalog, &subject, "heart", "2");
    let mut stray = shape(&catalog, &subject, "spleen", "2");
    stray.name = name("phantom/p2/spleen");
    let mut without_blob = shape(&catalog, &subject, "spleen", "2");
    without_blob.files[0].sha256 = Sha256::of(b"never put");
    for bad in [stray, without_blob, good.clone()] {
        let added = catalog.add_case(&source("phantom"), &subject, &next, &[good.clone(), bad]);
        assert!(matches!(added.unwrap_err().kind(), Kind::Inconsistent(_)));
        assert_eq!(catalog.subject("phantom", "p1").unwrap(), before);
        assert!(!catalog.has_unit(&next.unit).unwrap());
    }
}

#[test]
fn blobs_without_rows_show_nowhere_but_in_a_check() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = Catalog::create(dir.path()).unwrap();
    let subject = subject("phantom", "p1", None, None, None);
    shape(&catalog, &subject, "liver", "1");
    case(&catalog, &subject, "1");
    fs::write(dir.path().join("tmp/blob-x.part"), b"half").unwrap();
    drop(catalog);
    let catalog = Catalog::open(dir.path()).unwrap();
    assert_eq!(catalog.counts().unwrap(), Counts::default());
    assert_eq!(codes(&catalog, Depth::Sizes), ["I101", "I101", "I101", "I102"]);
    let findings = catalog.check(Depth::Bytes).unwrap();
    assert!(findings.iter().all(|finding| finding.severity == Severity::Information));
}

#[test]
fn damage_to_a_blob_is_found_and_never_served() {
    let dir = tempfile::tempdir().unwrap();
    let mut catalog = Catalog::create(dir.path()).unwrap();
    add(&mut catalog, &subject("phantom", "p1", None, None, None), &["liver"], "1");
    let page = catalog.shape(&name("phantom/p1/liver")).unwrap().unwrap();
    let file: StoredFile = page.shape.files[0].clone();
    let path = catalog.blobs().path(&file.sha256);
    let bytes = catalog.blobs().read(&file).unwrap();

    for position in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[position] ^= 1;
        overwrite(&path, &changed);
        assert!(matches!(catalog.blobs().read(&file).unwrap_err().kind(), Kind::Damaged(_)));
    }
    assert_eq!(codes(&catalog, Depth::Sizes), Vec::<&str>::new());
    assert_eq!(codes(&catalog, Depth::Bytes), ["E003"]);

    overwrite(&path, &[bytes.clone(), vec![0]].concat());
    assert!(matches!(catalog.blobs().read(&file).unwrap_err().kind(), Kind::Damaged(_)));
    assert_eq!(codes(&catalog, Depth::Sizes), ["E002"]);

    fs::remove_file(&path).unwrap();
    assert!(matches!(catalog.blobs().read(&file).unwrap_err().kind(), Kind::Damaged(_)));
    let findings = catalog.check(Depth::Sizes).unwrap();
    assert_eq!((findings[0].code, &findings[0].path), ("E001", &path));
    assert_eq!(findings[0].needed_by, ["phantom/p1/liver"]);

    overwrite_absent_with_put(&catalog, &bytes);
    assert_eq!(codes(&catalog, Depth::Bytes), Vec::<&str>::new());
}

fn overwrite_absent_with_put(catalog: &Catalog, bytes: &[u8]) {
    let path = catalog.blobs().path(&Sha256::of(bytes));
    fs::write(&path, b"cut short").unwrap();
    catalog.blobs().put(bytes).unwrap();
}

#[test]
fn a_blob_lies_under_its_hash_and_leaves_no_temporary_file() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = Catalog::create(dir.path()).unwrap();
    let (hash, size) = catalog.blobs().put(b"abc").unwrap();
    assert_eq!(catalog.blobs().put(b"abc").unwrap(), (hash, size));
    let expected = "blobs/ba/78/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(catalog.blobs().path(&hash), dir.path().join(expected));
    assert_eq!(fs::read_dir(dir.path().join("tmp")).unwrap().count(), 0);
    let file = StoredFile { role: Role::Mesh, sha256: hash, size, error_mm: None };
    assert_eq!(catalog.blobs().read(&file).unwrap(), b"abc");
}

#[test]
fn what_a_table_says_joins_those_who_are_there() {
    let dir = tempfile::tempdir().unwrap();
    let mut catalog = Catalog::create(dir.path()).unwrap();
    let bare = subject("phantom", "p1", None, Some(50), None);
    add(&mut catalog, &bare, &["liver"], "1");
    let rows = [
        subject("phantom", "p1", Some(Sex::Male), None, Some("trauma")),
        subject("phantom", "p9", Some(Sex::Male), None, None),
    ];
    assert_eq!(catalog.describe_subjects(&rows).unwrap(), 1);
    let known = subject("phantom", "p1", Some(Sex::Male), Some(50), Some("trauma"));
    assert_eq!(catalog.subject("phantom", "p1").unwrap().unwrap().subject, known);
    assert_eq!(catalog.subject("phantom", "p9").unwrap(), None);
    // What was joined outlives another ingest without a table.
    add(&mut catalog, &bare, &["liver"], "2");
    assert_eq!(catalog.subject("phantom", "p1").unwrap().unwrap().subject, known);
}

#[test]
fn only_a_store_opens_and_only_an_empty_folder_becomes_one() {
    let dir = tempfile::tempdir().unwrap();
    let kind = |opened: Result<Catalog, medshape_catalog::Error>| {
        let error = opened.map(|_| ()).unwrap_err();
        assert!(error.to_string().contains(dir.path().to_str().unwrap()), "{error}");
        format!("{:?}", error.kind())
    };
    assert_eq!(kind(Catalog::open(dir.path())), "NotAStore");
    fs::write(dir.path().join("thesis.docx"), b"years of work").unwrap();
    assert_eq!(kind(Catalog::create(dir.path())), "NotEmpty");
    fs::write(dir.path().join("catalog.sqlite"), b"not a database, but long enough to look at it")
        .unwrap();
    assert_eq!(kind(Catalog::open(dir.path())), "NotAStore");
}

#[test]
fn a_store_that_was_only_half_made_is_finished() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("blobs")).unwrap();
    fs::write(dir.path().join("catalog.sqlite"), b"").unwrap();
    let catalog = Catalog::create(dir.path()).unwrap();
    assert_eq!(catalog.counts().unwrap(), Counts::default());
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    drop(Catalog::create(dir.path()).unwrap());
    let db = rusqlite::Connection::open(dir.path().join("catalog.sqlite")).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    for opened in [Catalog::open(dir.path()), Catalog::create(dir.path())] {
        let error = opened.unwrap_err();
        assert!(matches!(error.kind(), Kind::NewerSchema { found: 99, .. }), "{error}");
    }
}

#[test]
fn two_who_write_at_once_both_succeed() {
    let dir = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for who in 0..4 {
            let dir = dir.path();
            scope.spawn(move || {
                let mut catalog = Catalog::create(dir).unwrap();
                for n in 0..5 {
                    let subject = subject("phantom", &format!("p{who}-{n}"), None, None, None);
                    add(&mut catalog, &subject, &["liver", "heart"], "1");
                }
            });
        }
    });
    let catalog = Catalog::open(dir.path()).unwrap();
    assert_eq!(catalog.counts().unwrap().n_shapes, 40);
    assert_eq!(codes(&catalog, Depth::Bytes), Vec::<&str>::new());
}

#[test]
fn a_reader_sees_whole_cases_only() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = Catalog::create(dir.path()).unwrap();
    let reader = Catalog::open(dir.path()).unwrap();
    std::thread::scope(|scope| {
        let writing = scope.spawn(move || {
            for n in 0..20 {
                let subject = subject("phantom", &format!("p{n}"), None, None, None);
                add(&mut writer, &subject, &["liver", "heart", "spleen"], "1");
            }
        });
        while !writing.is_finished() {
            let answer = reader.search(&Query::parse(""), Page { offset: 0, limit: 100 }).unwrap();
            assert_eq!(answer.total % 3, 0);
            assert_eq!(answer.hits.len() as u64, answer.total);
        }
    });
}

#[test]
fn a_shape_that_came_alone_stays_beside_others_until_a_whole_case_brings_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut catalog = Catalog::create(dir.path()).unwrap();
    let anna = subject("near", "p1", None, None, None);
    for label in ["liver", "spleen"] {
        let shape = shape(&catalog, &anna, label, "alone");
        let mut case = case(&catalog, &anna, label);
        case.part = Some(shape.name.clone());
        catalog.add_case(&source("near"), &anna, &case, &[shape]).unwrap();
    }
    assert_eq!(catalog.counts().unwrap().n_cases, 2);
    let added = add(&mut catalog, &anna, &["liver", "brain"], "whole");
    assert_eq!(added, Added::Replaced { n: 1, taken_aliases: Vec::new() });
    let counts = catalog.counts().unwrap();
    assert_eq!((counts.n_cases, counts.n_shapes), (2, 3));
    let liver = shape(&catalog, &anna, "liver", "alone");
    assert_eq!(catalog.shape(&liver.name).unwrap().unwrap().superseded.len(), 1);

    let mut late = case(&catalog, &anna, "late");
    late.part = Some(liver.name.clone());
    let refused =
        catalog.add_case(&source("near"), &anna, &late, std::slice::from_ref(&liver)).unwrap_err();
    assert!(refused.to_string().contains("came with others"), "{refused}");
    late.part = Some("near/p1/spleen".parse().unwrap());
    let refused = catalog.add_case(&source("near"), &anna, &late, &[liver]).unwrap_err();
    assert!(refused.to_string().contains("alone"), "{refused}");
    // Blobs of the refused cases lie there, and nothing is lost.
    assert!(codes(&catalog, Depth::Bytes).iter().all(|code| *code == "I101"));
}
