//! Shapes that a store knows of and does not hold.

use medshape_catalog::{Catalog, Held, Kind, Page, Query, Remote, Sex, ShapeName};

use crate::common::{self, add, subject};

fn remote(name: &str, structure: &str, finding: Option<&str>, alias: &str) -> Remote {
    Remote {
        name: name.parse::<ShapeName>().unwrap(),
        structure: structure.to_owned(),
        coded: true,
        side: None,
        finding: finding.map(str::to_owned),
        label_name: structure.to_owned(),
        url: format!("https://example.org/{alias}"),
        aliases: vec![alias.to_owned()],
    }
}

fn store() -> (tempfile::TempDir, Catalog) {
    let dir = tempfile::tempdir().unwrap();
    let mut catalog = Catalog::create(dir.path()).unwrap();
    let anna = subject("far", "000001", Some(Sex::Female), Some(50), None);
    let shapes = [
        remote("far/000001/brain", "brain", Some("tumour"), "000001_tumoredbrain.stl"),
        remote("far/000001/liver", "liver", None, "000001_liver.stl"),
    ];
    let added = catalog.add_remote(&[common::source("far")], &[anna], &shapes).unwrap();
    assert_eq!((added.n_new, added.taken_aliases.len()), (2, 0));
    (dir, catalog)
}

fn found(catalog: &Catalog, text: &str) -> Vec<String> {
    let answer = catalog.search(&Query::parse(text), Page::default()).unwrap();
    assert_eq!(answer.total, answer.hits.len() as u64);
    answer.hits.iter().map(|hit| hit.name.to_string()).collect()
}

#[test]
fn what_is_elsewhere_is_found_like_what_is_here() {
    let (_dir, mut catalog) = store();
    add(&mut catalog, &subject("near", "p1", None, None, None), &["brain", "liver"], "1");
    assert_eq!(found(&catalog, "brain"), ["near/p1/brain", "far/000001/brain"]);
    assert_eq!(found(&catalog, "female liver"), ["far/000001/liver"]);
    assert_eq!(found(&catalog, "tumour"), ["far/000001/brain"]);
    assert_eq!(found(&catalog, "brain -tumor"), ["near/p1/brain"]);
    assert_eq!(found(&catalog, "quality:remote"), ["far/000001/brain", "far/000001/liver"]);
    assert_eq!(found(&catalog, "000001_liver.stl"), ["far/000001/liver"]);
    let answer = catalog.search(&Query::parse("far liver"), Page::default()).unwrap();
    let url = "https://example.org/000001_liver.stl".to_owned();
    assert_eq!(answer.hits[0].held, Held::Elsewhere { url });
}

#[test]
fn what_is_elsewhere_is_told_with_its_subject_and_source() {
    let (_dir, catalog) = store();
    let page = catalog.remote(&"far/000001/brain".parse().unwrap()).unwrap().unwrap();
    assert_eq!(page.remote.finding.as_deref(), Some("tumour"));
    assert_eq!(page.remote.aliases, ["000001_tumoredbrain.stl"]);
    assert_eq!((page.subject.age_years, page.source.id.as_str()), (Some(50), "far"));
    assert!(catalog.shape(&page.remote.name).unwrap().is_none());
    assert!(!catalog.is_withdrawn(&page.remote.name).unwrap());
    let counts = catalog.counts().unwrap();
    assert_eq!((counts.n_shapes, counts.n_remote), (0, 2));
    assert_eq!(catalog.sources().unwrap()[0].n_remote, 2);
    assert_eq!(catalog.subjects("far").unwrap()[0].n_remote, 2);
    assert_eq!(catalog.subject("far", "000001").unwrap().unwrap().remote.len(), 2);
}

#[test]
fn what_was_fetched_is_here_and_no_longer_elsewhere() {
    let (_dir, mut catalog) = store();
    add(&mut catalog, &subject("far", "000001", None, None, None), &["liver"], "1");
    assert_eq!(found(&catalog, "liver"), ["far/000001/liver"]);
    assert_eq!(found(&catalog, "quality:remote"), ["far/000001/brain"]);
    let name = "far/000001/liver".parse().unwrap();
    assert!(catalog.remote(&name).unwrap().is_none());
    assert_eq!(catalog.find("000001_liver.stl").unwrap(), Some(name));
    let counts = catalog.counts().unwrap();
    assert_eq!((counts.n_shapes, counts.n_remote), (1, 1));
}

#[test]
fn adding_again_adds_nothing_and_aliases_stay_where_they_were() {
    let (_dir, mut catalog) = store();
    let person = subject("far", "000001", None, None, None);
    let again = remote("far/000001/liver", "liver", None, "000001_liver.stl");
    let thief = remote("far/000001/spleen", "spleen", None, "000001_liver.stl");
    let source = [common::source("far")];
    let added = catalog.add_remote(&source, &[person], &[again, thief]).unwrap();
    assert_eq!((added.n_new, added.taken_aliases), (1, vec!["000001_liver.stl".to_owned()]));
    assert_eq!(found(&catalog, "000001_liver.stl"), ["far/000001/liver"]);
}

#[test]
fn a_shape_of_nobody_is_refused_and_nothing_is_added() {
    let (_dir, mut catalog) = store();
    let stray = remote("far/000002/liver", "liver", None, "a");
    let refused = catalog.add_remote(&[common::source("far")], &[], &[stray]).unwrap_err();
    assert!(matches!(refused.kind(), Kind::Inconsistent(_)), "{refused}");
    assert_eq!(catalog.counts().unwrap().n_remote, 2);
}
