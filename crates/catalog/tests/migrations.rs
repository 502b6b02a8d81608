//! A store of each earlier schema opens as one of today, with all that was in it.

use std::fs;
use std::path::Path;

use medshape_catalog::{Catalog, Depth, Kind, Role, ShapeName};

/// The stores of `tests/stores`, one of each schema before today's.
const STORES: [&str; 5] = [
    include_str!("stores/1.sql"),
    include_str!("stores/2.sql"),
    include_str!("stores/3.sql"),
    include_str!("stores/4.sql"),
    include_str!("stores/5.sql"),
];

fn make(dir: &Path, dump: &str) -> rusqlite::Connection {
    let db = rusqlite::Connection::open(dir.join("catalog.sqlite")).unwrap();
    // A dump names tables before it makes them.
    db.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    db.execute_batch(dump).unwrap();
    db
}

fn schema(dir: &Path) -> u32 {
    let db = rusqlite::Connection::open(dir.join("catalog.sqlite")).unwrap();
    db.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

#[test]
fn a_store_of_each_schema_becomes_one_of_today() {
    let newest = {
        let dir = tempfile::tempdir().unwrap();
        drop(Catalog::create(dir.path()).unwrap());
        schema(dir.path())
    };
    assert!(STORES.len() as u32 >= 5 && newest > STORES.len() as u32);
    for (version, dump) in (1..).zip(STORES) {
        let dir = tempfile::tempdir().unwrap();
        drop(make(dir.path(), dump));
        assert_eq!(schema(dir.path()), version);
        let catalog = Catalog::open(dir.path()).unwrap();
        let name: ShapeName = catalog.find("p1_liver.stl").unwrap().unwrap();
        let page = catalog.shape(&name).unwrap().unwrap();
        let roles: Vec<Role> = page.shape.files.iter().map(|file| file.role).collect();
        assert_eq!(roles, [Role::Mesh, Role::Level4], "schema {version}");
        assert_eq!(page.case.image.unwrap().label_map.size, 9);
        assert_eq!((page.subject.age_years, page.superseded.len()), (Some(61), 1));
        assert!(page.source.licence.terms.attribution && !page.source.licence.is_public());
        let answer = catalog.search(&medshape_catalog::Query::parse("liver"), Default::default());
        assert_eq!(answer.unwrap().total, 1);
        let found = catalog.check(Depth::Catalog).unwrap();
        assert!(found.is_empty(), "schema {version}: {found:?}");
        let rows = catalog.log(9).unwrap();
        let (verb, why) = (rows[0].verb.as_str(), rows[0].why.as_str());
        assert_eq!((rows.len(), verb, why), (1, "migrate", &*format!("it had schema {version}")));
        drop(catalog);
        assert_eq!(schema(dir.path()), newest);
        // A second time there is nothing to do.
        assert_eq!(Catalog::open(dir.path()).unwrap().log(9).unwrap().len(), 1);
    }
}

#[test]
fn a_migration_that_fails_leaves_the_store_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let db = make(dir.path(), STORES[0]);
    // What it cannot do in the middle of it: a table of that name is there already.
    db.execute_batch("CREATE TABLE withdrawn (x)").unwrap();
    drop(db);
    let before = fs::read(dir.path().join("catalog.sqlite")).unwrap();
    let error = Catalog::open(dir.path()).map(|_| ()).unwrap_err();
    assert!(matches!(error.kind(), Kind::Database(_)), "{error}");
    assert_eq!(schema(dir.path()), 1);
    assert_eq!(fs::read(dir.path().join("catalog.sqlite")).unwrap(), before);
}
