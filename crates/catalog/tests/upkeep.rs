//! What is taken back stays away, what nobody needs goes, and a copy is as good as the store.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use medshape_catalog::{
    Catalog, Clerk, Depth, GcOptions, Image, Kind, Page, Query, Reason, Role, Severity, Sha256,
    ShapeName, StoredFile, Subject, Withdrawal,
};

use crate::common::{add, case, remote_liver, shape, source, subject};

fn name(text: &str) -> ShapeName {
    text.parse().unwrap()
}

fn someone(id: &str) -> Subject {
    subject("phantom", id, None, None, None)
}

fn withdrawal(erase: bool) -> Withdrawal {
    Withdrawal { reason: Reason::Consent, note: "letter of May".to_owned(), erase, label_map: None }
}

fn faults(catalog: &Catalog) -> Vec<String> {
    let found = catalog.check(Depth::Bytes).unwrap();
    let faults = found.into_iter().filter(|finding| finding.severity == Severity::Error);
    faults.map(|finding| format!("{} {}", finding.code, finding.text)).collect()
}

fn total(catalog: &Catalog, query: &str) -> u64 {
    catalog.search(&Query::parse(query), Page::default()).unwrap().total
}

fn files(catalog: &Catalog, text: &str) -> Vec<StoredFile> {
    catalog.shape(&name(text)).unwrap().unwrap().shape.files
}

fn in_two_days() -> SystemTime {
    SystemTime::now() + Duration::from_secs(2 * 24 * 3600)
}

fn open_later(dir: &Path) -> Catalog {
    Catalog::open_by(dir, Clerk::new("later", in_two_days)).unwrap()
}

/// All bytes of all files of a folder.
fn raw(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        bytes.extend(if path.is_dir() { raw(&path) } else { fs::read(&path).unwrap() });
    }
    bytes
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn a_withdrawn_shape_is_found_nowhere_and_does_not_come_back() {
    let dir = tempfile::tempdir().unwrap();
    let mut catalog = Catalog::create(dir.path()).unwrap();
    add(&mut catalog, &someone("p1"), &["liver", "spleen"], "1");
    assert_eq!(total(&catalog, "liver"), 1);
    let liver = name("phantom/p1/liver");
    let before = catalog.counts().unwrap();

    let stone = catalog.withdraw(&liver, &withdrawal(false)).unwrap();

    assert_eq!((&stone.name, stone.reason, stone.erased), (&liver, Reason::Consent, false));
    assert_eq!(catalog.tombstone(&liver).unwrap(), Some(stone.clone()));
    for round in ["2", "3"] {
        assert_eq!((total(&catalog, "liver"), total(&catalog, "")), (0, 1), "{round}");
        let answer = catalog.search(&Query::parse(""), Page::default()).unwrap();
        assert!(!format!("{:?}", answer.facets).contains("liver"));
        assert_eq!(catalog.shape(&liver).unwrap(), None);
        assert_eq!(catalog.subject("phantom", "p1").unwrap().unwrap().shapes.len(), 1);
        assert_eq!(catalog.counts().unwrap().n_shapes, 1);
        assert!(catalog.counts().unwrap().n_bytes < before.n_bytes);
        assert_eq!(catalog.subjects("phantom").unwrap()[0].n_shapes, 1);
        assert_eq!(faults(&catalog), Vec::<String>::new());
        // The same label made anew by another version of the program.
        let again = case(&catalog, &someone("p1"), round);
        let made = [shape(&catalog, &someone("p1"), "liver", round)];
        let refused = catalog.add_case(&source("phantom"), &someone("p1"), &again, &made);
        assert!(matches!(refused.unwrap_err().kind(), Kind::Withdrawn(name) if *name == liver));
        add(&mut catalog, &someone("p1"), &["spleen"], round);
    }
    assert_eq!(catalog.find("phantom/p1/liver").unwrap(), Some(liver));
}

#[test]
fn what_others_publish_can_be_withdrawn() {
    let dir = tempfile::tempdir().unwrap();
    let mut catalog = Catalog::create(dir.path()).unwrap();
    let remote = remote_liver("p1");
    let import = |catalog: &mut Catalog| {
        let shapes = std::slice::from_ref(&remote);
        catalog.add_remote(&[source("phantom")], &[someone("p1")], shapes).unwrap()
    };
    assert_eq!(import(&mut catalog).n_new, 1);
    catalog.withdraw(&remote.name, &withdrawal(false)).unwrap();
    assert_eq!(import(&mut catalog).n_new, 0);
    assert_eq!((total(&catalog, "liver"), catalog.counts().unwrap().n_remote), (0, 0));
    assert_eq!(catalog.remote(&remote.name).unwrap(), None);
}

#[test]
fn erased_bytes_are_nowhere_but_where_another_shape_needs_them() {
    let folder = tempfile::tempdir().unwrap();
    let (dir, copy) = (folder.path().join("store"), folder.path().join("copy"));
    let mut catalog = Catalog::create(&dir).unwrap();
    add(&mut catalog, &someone("p1"), &["liver", "spleen"], "1");
    // A mesh of an earlier version is erased with the shape.
    add(&mut catalog, &someone("p1"), &["liver", "spleen"], "2");
    // Another shape with the same picture.
    let other = someone("p2");
    let mut twin = shape(&catalog, &other, "liver", "1");
    twin.files[1] = files(&catalog, "phantom/p1/liver")[1].clone();
    let twins = case(&catalog, &other, "1");
    catalog.add_case(&source("phantom"), &other, &twins, &[twin]).unwrap();
    catalog.backup(&copy, false, &mut |_, _| ()).unwrap();
    let meshes = ["mesh of phantom/p1/liver 1", "mesh of phantom/p1/liver 2"];
    for mesh in meshes {
        assert!(holds(&raw(&dir), mesh) && holds(&raw(&copy), mesh), "{mesh}");
    }

    let page = catalog.subject("phantom", "p1").unwrap().unwrap();
    let old = page.cases[0].image.clone().unwrap().label_map;
    let (sha256, size) = catalog.blobs().put(b"a map without the liver").unwrap();
    let new = StoredFile { sha256, size, ..old.clone() };
    let how = Withdrawal { label_map: Some((old.sha256, new.clone())), ..withdrawal(true) };
    catalog.withdraw(&name("phantom/p1/liver"), &how).unwrap();

    let bytes = raw(&dir);
    for gone in meshes.into_iter().chain(["p1 1", "p1 2"]) {
        assert!(!holds(&bytes, gone), "`{gone}` is still there");
    }
    assert!(holds(&bytes, "picture of phantom/p1/liver"), "another shape needs it");
    let page = catalog.subject("phantom", "p1").unwrap().unwrap();
    assert_eq!(
        page.cases[0].image.clone().unwrap(),
        Image { label_map: new, ..image(&page.cases) }
    );
    assert_eq!(faults(&catalog), Vec::<String>::new());
    // A case that holds it again is refused as a whole.
    let again = case(&catalog, &someone("p1"), "3");
    let liver = shape(&catalog, &someone("p1"), "liver", "3");
    let refused = catalog.add_case(&source("phantom"), &someone("p1"), &again, &[liver]);
    assert!(matches!(refused.unwrap_err().kind(), Kind::Withdrawn(_)));
    // The next copy forgets it, too.
    let report = catalog.backup(&copy, false, &mut |_, _| ()).unwrap();
    assert!(report.n_removed >= 3, "{report:?}");
    assert!(!meshes.iter().any(|mesh| holds(&raw(&copy), mesh)));
    assert_eq!(faults(&Catalog::open(&copy).unwrap()), Vec::<String>::new());
}

fn image(cases: &[medshape_catalog::Case]) -> Image {
    cases[0].image.clone().unwrap()
}

#[test]
fn a_label_map_that_changed_meanwhile_is_not_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let mut catalog = Catalog::create(dir.path()).unwrap();
    add(&mut catalog, &someone("p1"), &["liver"], "1");
    let (sha256, size) = catalog.blobs().put(b"without").unwrap();
    let new = StoredFile { role: Role::LabelMap, sha256, size, error_mm: None };
    let how = Withdrawal { label_map: Some((Sha256::of(b"other"), new)), ..withdrawal(false) };
    let refused = catalog.withdraw(&name("phantom/p1/liver"), &how).unwrap_err();
    assert!(refused.to_string().contains("changed meanwhile"), "{refused}");
    assert_eq!(total(&catalog, "liver"), 1);
    assert_eq!(faults(&catalog), Vec::<String>::new());
}

#[test]
fn reports_wait_until_somebody_answers() {
    let dir = tempfile::tempdir().unwrap();
    let mut catalog = Catalog::create(dir.path()).unwrap();
    add(&mut catalog, &someone("p1"), &["liver", "spleen"], "1");
    let liver = name("phantom/p1/liver");
    let first = catalog.report(&liver, "  a hole on top ").unwrap();
    let second = catalog.report(&name("phantom/p1/spleen"), "not a spleen").unwrap();
    let third = catalog.report(&liver, "again").unwrap();
    let open = |catalog: &Catalog| -> Vec<i64> {
        catalog.reports(false).unwrap().into_iter().map(|report| report.number).collect()
    };
    assert_eq!(open(&catalog), [first, second, third]);
    assert_eq!(catalog.reports(false).unwrap()[0].text, "a hole on top");
    catalog.answer_report(second, "it is one").unwrap();
    assert_eq!(open(&catalog), [first, third]);
    catalog.withdraw(&liver, &withdrawal(false)).unwrap();
    assert_eq!(open(&catalog), [0; 0]);
    let all = catalog.reports(true).unwrap();
    let answers: Vec<_> = all.iter().map(|report| report.answer.as_deref().unwrap()).collect();
    assert_eq!(answers, ["withdrawn", "it is one", "withdrawn"]);
    for bad in ["", " \n", &"x".repeat(4001)] {
        catalog.report(&name("phantom/p1/spleen"), bad).unwrap_err();
    }
}

#[test]
fn only_what_no_record_needs_is_removed_and_only_after_its_grace() {
    let dir = tempfile::tempdir().unwrap();
    let mut catalog = Catalog::create(dir.path()).unwrap();
    add(&mut catalog, &someone("p1"), &["liver", "spleen"], "1");
    add(&mut catalog, &someone("p1"), &["liver", "heart"], "2");
    catalog.withdraw(&name("phantom/p1/heart"), &withdrawal(false)).unwrap();
    catalog.blobs().put(b"nobody's").unwrap();
    fs::write(dir.path().join("tmp/blob-x.part"), b"half").unwrap();
    fs::write(dir.path().join("blobs/notes.txt"), b"mine").unwrap();

    let now = catalog.gc(GcOptions::default()).unwrap();
    // The old label map, the spleen's picture, mesh and picture of the heart, and what nobody named.
    assert_eq!((now.n_blobs, now.n_temporary, now.n_waiting), (0, 0, 5));
    let mut later = open_later(dir.path());
    let dry = later.gc(GcOptions { dry_run: true, ..GcOptions::default() }).unwrap();
    assert_eq!((dry.n_blobs, dry.n_temporary, dry.n_waiting), (5, 1, 0));
    assert_eq!(later.gc(GcOptions::default()).unwrap(), dry);
    assert_eq!(later.gc(GcOptions::default()).unwrap().n_blobs, 0);
    assert_eq!(fs::read_dir(dir.path().join("tmp")).unwrap().count(), 0);
    assert!(dir.path().join("blobs/notes.txt").exists(), "gc took what is not its own");
    assert_eq!(faults(&later), Vec::<String>::new());
    // Earlier meshes of shapes that are there are needed.
    assert_eq!(catalog.shape(&name("phantom/p1/liver")).unwrap().unwrap().superseded.len(), 1);
}

#[test]
fn a_blob_that_is_used_again_begins_its_grace_anew() {
    let dir = tempfile::tempdir().unwrap();
    let mut catalog = Catalog::create(dir.path()).unwrap();
    let (hash, _) = catalog.blobs().put(b"old").unwrap();
    let path = catalog.blobs().path(&hash);
    let age = |path: &Path| {
        let long_ago = SystemTime::now() - Duration::from_secs(30 * 24 * 3600);
        fs::File::open(path).unwrap().set_modified(long_ago).unwrap();
    };
    age(&path);
    assert_eq!(catalog.gc(GcOptions { dry_run: true, ..GcOptions::default() }).unwrap().n_blobs, 1);
    catalog.blobs().put(b"old").unwrap();
    assert_eq!(catalog.gc(GcOptions::default()).unwrap().n_blobs, 0);
    age(&path);
    assert_eq!(catalog.gc(GcOptions::default()).unwrap().n_blobs, 1);
    assert!(!path.exists());
}

#[test]
fn gc_beside_those_who_write_never_takes_what_they_name() {
    let dir = tempfile::tempdir().unwrap();
    drop(Catalog::create(dir.path()).unwrap());
    let done = AtomicBool::new(false);
    let n_removed = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..3)
            .map(|who| {
                let dir = dir.path();
                scope.spawn(move || {
                    let mut catalog = Catalog::open(dir).unwrap();
                    for n in 0..30 {
                        // The same blobs over and over: named, let go, and named again.
                        let subject = someone(&format!("p{who}"));
                        let version = format!("{}", n % 2);
                        let case = case(&catalog, &subject, &version);
                        let made = [shape(&catalog, &subject, "liver", &version)];
                        match catalog.add_case(&source("phantom"), &subject, &case, &made) {
                            Ok(_) => {}
                            // Without any grace a blob may go before it is named: that is said.
                            Err(error) if matches!(error.kind(), Kind::Inconsistent(_)) => {}
                            Err(error) => panic!("{error}"),
                        }
                    }
                })
            })
            .collect();
        let gc = scope.spawn(|| {
            let mut catalog = Catalog::open(dir.path()).unwrap();
            let mut n = 0;
            while !done.load(Ordering::Relaxed) {
                let grace = Duration::ZERO;
                n += catalog.gc(GcOptions { grace, dry_run: false }).unwrap().n_blobs;
                assert_eq!(faults(&catalog), Vec::<String>::new());
            }
            n
        });
        let written: Vec<_> = writers.into_iter().map(|writer| writer.join()).collect();
        done.store(true, Ordering::Relaxed);
        assert!(written.iter().all(Result::is_ok));
        gc.join().unwrap()
    });
    assert!(n_removed > 0, "gc had nothing to do");
    assert_eq!(faults(&Catalog::open(dir.path()).unwrap()), Vec::<String>::new());
}

#[test]
fn two_who_remove_or_copy_exclude_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("store");
    let mut catalog = Catalog::create(&dir).unwrap();
    let other = Catalog::open(&dir).unwrap();
    let lease = other.lease_repair().unwrap();
    let is_leased = |error: medshape_catalog::Error| matches!(error.kind(), Kind::Leased);
    assert!(is_leased(catalog.gc(GcOptions::default()).unwrap_err()));
    let copy = folder.path().join("copy");
    assert!(is_leased(catalog.backup(&copy, false, &mut |_, _| ()).unwrap_err()));
    drop(lease);
    catalog.gc(GcOptions::default()).unwrap();
}

#[test]
fn a_copy_made_while_others_write_is_a_store_and_so_is_what_is_made_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let [dir, copy, again] = ["store", "copy", "again"].map(|name| folder.path().join(name));
    let mut catalog = Catalog::create(&dir).unwrap();
    add(&mut catalog, &someone("first"), &["liver"], "1");
    let mut n_copied = Vec::new();
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            let mut writer = Catalog::open(&dir).unwrap();
            for n in 0..40 {
                add(&mut writer, &someone(&format!("p{n}")), &["liver", "heart", "spleen"], "1");
            }
        });
        while !writing.is_finished() || n_copied.is_empty() {
            let report = catalog.backup(&copy, false, &mut |_, _| ()).unwrap();
            assert!(report.damaged.is_empty());
            n_copied.push(report.n_copied);
            let copied = Catalog::open(&copy).unwrap();
            assert_eq!(faults(&copied), Vec::<String>::new());
            assert_eq!(copied.counts().unwrap().n_shapes % 3, 1, "half a case is in the copy");
        }
    });
    let last = catalog.backup(&copy, false, &mut |_, _| ()).unwrap();
    // Nothing is copied twice.
    assert_eq!(n_copied.iter().sum::<u64>() + last.n_copied, last.n_blobs);
    assert_eq!(catalog.backup(&copy, false, &mut |_, _| ()).unwrap().n_copied, 0);

    let clerk = Clerk::of_system;
    let (restored, report) = Catalog::restore(&copy, &again, clerk(), &mut |_, _| ()).unwrap();
    assert_eq!((report.n_copied, report.damaged.len()), (last.n_blobs, 0));
    assert_eq!(restored.counts().unwrap(), catalog.counts().unwrap());
    assert_eq!(faults(&restored), Vec::<String>::new());
    assert_eq!(restored.log(1).unwrap()[0].verb, "restore");
    let not_empty = Catalog::restore(&copy, &again, clerk(), &mut |_, _| ()).map(|_| ());
    assert!(matches!(not_empty.unwrap_err().kind(), Kind::NotEmpty));
}

#[test]
fn a_copy_goes_only_to_a_folder_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("store");
    let mut catalog = Catalog::create(&dir).unwrap();
    let mut refused = |to: &Path| {
        let error = catalog.backup(to, false, &mut |_, _| ()).unwrap_err();
        matches!(error.kind(), Kind::NotACopy | Kind::NotEmpty)
    };
    assert!(refused(&dir) && refused(&dir.join("copy")) && refused(folder.path()));
    // Another collection is not an earlier copy of this one.
    let other = folder.path().join("other");
    add(&mut Catalog::create(&other).unwrap(), &someone("p1"), &["liver"], "1");
    assert!(refused(&other));
    assert_eq!(Catalog::open(&other).unwrap().counts().unwrap().n_shapes, 1);
    let thesis = folder.path().join("thesis");
    fs::create_dir(&thesis).unwrap();
    fs::write(thesis.join("thesis.docx"), b"years of work").unwrap();
    assert!(refused(&thesis));
}

#[test]
fn a_damaged_blob_is_left_out_of_a_copy_and_a_good_one_stays_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let (dir, copy) = (folder.path().join("store"), folder.path().join("copy"));
    let mut catalog = Catalog::create(&dir).unwrap();
    add(&mut catalog, &someone("p1"), &["liver", "heart"], "1");
    let damage = |text: &str| {
        let mesh = files(&catalog, text)[0].clone();
        let path = catalog.blobs().path(&mesh.sha256);
        fs::remove_file(&path).unwrap();
        fs::write(&path, vec![0; mesh.size as usize]).unwrap();
        mesh.sha256
    };
    let heart = damage("phantom/p1/heart");
    let report = catalog.backup(&copy, false, &mut |_, _| ()).unwrap();
    assert_eq!(report.damaged.iter().map(|(hash, _)| *hash).collect::<Vec<_>>(), [heart]);
    let mesh = files(&catalog, "phantom/p1/liver")[0].sha256;
    let path = catalog.blobs().path(&mesh);
    fs::remove_file(&path).unwrap();
    let report = catalog.backup(&copy, false, &mut |_, _| ()).unwrap();
    assert_eq!(report.damaged.len(), 1);
    let copied = Catalog::open(&copy).unwrap();
    assert!(copied.blobs().read(&files(&copied, "phantom/p1/liver")[0]).is_ok());
    // And from there it comes back.
    let size = files(&catalog, "phantom/p1/liver")[0].size;
    assert!(catalog.take_from(&copy, &mesh, size).unwrap());
    assert!(!catalog.take_from(&copy, &heart, size).unwrap());
    assert_eq!(faults(&catalog).len(), 1);
}
