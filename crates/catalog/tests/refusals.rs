//! What happens where a store cannot be written.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use medshape_catalog::{Catalog, Depth, Kind, Query};

use crate::common::{self, add, source, subject};

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Whether permissions bind this process; they do not bind the superuser.
fn permissions_bind() -> bool {
    let dir = tempfile::tempdir().unwrap();
    set_mode(dir.path(), 0o555);
    let binds = fs::write(dir.path().join("probe"), b"").is_err();
    if !binds {
        println!("skipped: this user may write anywhere");
    }
    binds
}

#[test]
fn a_store_that_cannot_be_written_can_be_read() {
    if !permissions_bind() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let mut catalog = Catalog::create(dir.path()).unwrap();
    let person = subject("phantom", "p1", None, None, None);
    add(&mut catalog, &person, &["liver"], "1");
    let next = common::case(&catalog, &person, "2");
    drop(catalog);
    let places = ["", "tmp", "blobs"].map(|place| dir.path().join(place));
    places.iter().for_each(|place| set_mode(place, 0o555));
    set_mode(&dir.path().join("catalog.sqlite"), 0o444);

    let mut catalog = Catalog::open(dir.path()).unwrap();
    assert_eq!(catalog.search(&Query::parse("liver"), Default::default()).unwrap().total, 1);
    assert_eq!(catalog.check(Depth::Sizes).unwrap()[0].code, "I101");
    let refused = catalog.blobs().put(b"new").unwrap_err();
    assert!(matches!(refused.kind(), Kind::ReadOnly), "{refused}");
    let refused = catalog.add_case(&source("phantom"), &person, &next, &[]).unwrap_err();
    assert!(matches!(refused.kind(), Kind::ReadOnly), "{refused}");
    let refused = Catalog::create(&dir.path().join("tmp/new")).unwrap_err();
    assert!(matches!(refused.kind(), Kind::ReadOnly), "{refused}");

    places.iter().for_each(|place| set_mode(place, 0o755));
    set_mode(&dir.path().join("catalog.sqlite"), 0o644);
    let mut catalog = Catalog::open(dir.path()).unwrap();
    catalog.add_case(&source("phantom"), &person, &next, &[]).unwrap();
}

#[test]
fn a_blob_that_cannot_be_put_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = Catalog::create(dir.path()).unwrap();
    // A file stands where the blob's folder should be.
    fs::write(dir.path().join("blobs/ba"), b"").unwrap();
    let refused = catalog.blobs().put(b"abc").unwrap_err();
    assert!(refused.path().starts_with(dir.path().join("blobs/ba/78")), "{refused}");
    // A folder stands where the blob should be.
    let path = catalog.blobs().path(&medshape_catalog::Sha256::of(b"xyz"));
    fs::create_dir_all(path.join("full")).unwrap();
    assert_eq!(catalog.blobs().put(b"xyz").unwrap_err().path(), path);
    assert_eq!(fs::read_dir(dir.path().join("tmp")).unwrap().count(), 0);
}
