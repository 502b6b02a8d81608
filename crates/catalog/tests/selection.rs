//! Selections and short links: made of what they hold, never changed, and never more than may be seen.

use medshape_catalog::{
    Audience, Catalog, Depth, Kind, PrivacyClass, Query, Reason, Remote, Reserve, Selected,
    SelectionId, Sha256, ShapeName, Source, WhyLeftOut, Withdrawal,
};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::common::{add, case, remote_liver, shape, source, subject};

const LIVER: &str = "phantom/p1/liver";
const SPLEEN: &str = "phantom/p1/spleen";

fn store() -> (TempDir, Catalog) {
    let dir = tempfile::tempdir().unwrap();
    let mut catalog = Catalog::create(dir.path()).unwrap();
    add(&mut catalog, &subject("phantom", "p1", None, None, None), &["liver", "spleen"], "1");
    (dir, catalog)
}

fn names(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

fn name(text: &str) -> ShapeName {
    text.parse().unwrap()
}

fn withdrawal() -> Withdrawal {
    Withdrawal { reason: Reason::Consent, note: "secret".into(), erase: false, label_map: None }
}

fn now(catalog: &Catalog, id: SelectionId) -> Vec<Selected> {
    catalog.selected(&catalog.selection(id).unwrap().unwrap().shapes).unwrap()
}

fn refusal(refused: Result<medshape_catalog::Frozen, medshape_catalog::Error>) -> String {
    let error = refused.unwrap_err();
    assert!(matches!(error.kind(), Kind::NotKept(_)), "{error}");
    error.to_string()
}

#[test]
fn the_id_is_the_hash_that_anybody_can_compute() {
    let (_dir, mut catalog) = store();
    let mesh = |text: &str| Sha256::of(format!("mesh of {text} 1").as_bytes());
    let lines = format!("{LIVER}\t{}\n{SPLEEN}\t{}\n", mesh(LIVER), mesh(SPLEEN));
    let expected = &Sha256::of(lines.as_bytes()).to_string()[..32];
    let frozen = catalog.freeze(&names(&[SPLEEN, LIVER, SPLEEN])).unwrap();
    assert_eq!((frozen.id.to_string().as_str(), frozen.n_shapes), (expected, 2));
    assert!(frozen.is_new);
    // The same set by other words is the same selection, and nothing is written.
    let n_rows = catalog.log(u64::MAX).unwrap().len();
    let again = catalog.freeze_found(&Query::parse("")).unwrap();
    assert_eq!((again.id, again.is_new), (frozen.id, false));
    assert_eq!(catalog.log(u64::MAX).unwrap().len(), n_rows);
    let fewer = catalog.freeze(&names(&[LIVER])).unwrap();
    assert_ne!(fewer.id, frozen.id);
    assert!(catalog.check(Depth::Bytes).unwrap().is_empty());
}

#[test]
fn what_is_withdrawn_later_stays_as_a_tombstone() {
    let (_dir, mut catalog) = store();
    let frozen = catalog.freeze(&names(&[LIVER, SPLEEN])).unwrap();
    catalog.withdraw(&name(LIVER), &withdrawal()).unwrap();
    let seen = now(&catalog, frozen.id);
    let Selected::Withdrawn(stone) = &seen[0] else { panic!("{seen:?}") };
    assert_eq!((stone.name.to_string().as_str(), stone.reason), (LIVER, Reason::Consent));
    assert!(matches!(&seen[1], Selected::Held(held) if held.name == name(SPLEEN)));
    let again = catalog.freeze(&names(&[LIVER, SPLEEN])).unwrap();
    assert_eq!(again.left_out[0].why, WhyLeftOut::Withdrawn);
    assert!(refusal(catalog.freeze(&names(&[LIVER]))).contains(LIVER));
}

#[test]
fn what_was_ingested_again_is_held_in_the_version_that_was_chosen() {
    let (_dir, mut catalog) = store();
    let frozen = catalog.freeze(&names(&[LIVER, SPLEEN])).unwrap();
    let old = Sha256::of(b"mesh of phantom/p1/liver 1");
    add(&mut catalog, &subject("phantom", "p1", None, None, None), &["liver"], "2");
    let seen = now(&catalog, frozen.id);
    let Selected::Held(liver) = &seen[0] else { panic!("{seen:?}") };
    assert_eq!((liver.mesh.sha256, liver.is_current, liver.is_solid), (old, false, false));
    assert_eq!(catalog.blobs().read(&liver.mesh).unwrap(), b"mesh of phantom/p1/liver 1");
    assert_eq!(seen[1], Selected::Gone(name(SPLEEN)));
    let digits = &old.to_string()[..8];
    let (file, is_current) = catalog.version(&name(LIVER), digits).unwrap().unwrap();
    assert_eq!((file.sha256, is_current), (old, false));
    let new = Sha256::of(b"mesh of phantom/p1/liver 2").to_string();
    assert!(catalog.version(&name(LIVER), &new[..8]).unwrap().unwrap().1);
    assert_eq!(catalog.version(&name(LIVER), "00000000").unwrap(), None);
    assert_ne!(catalog.freeze(&names(&[LIVER])).unwrap().id, frozen.id);
}

#[test]
fn what_the_public_may_not_see_cannot_enter_and_is_not_named() {
    let dir = tempfile::tempdir().unwrap();
    let mut catalog = Catalog::create(dir.path()).unwrap();
    let open = Source { privacy_class: PrivacyClass::P3, ..source("open") };
    let p1 = subject("open", "p1", None, None, None);
    let unit = case(&catalog, &p1, "1");
    let shapes = [shape(&catalog, &p1, "liver", "1"), shape(&catalog, &p1, "skin", "1")];
    catalog.add_case(&open, &p1, &unit, &shapes).unwrap();
    let all = catalog.freeze_found(&Query::parse("")).unwrap();
    assert_eq!(all.n_shapes, 2);

    let mut public = Catalog::open(dir.path()).unwrap().seen_by(Audience::Public);
    assert!(matches!(now(&public, all.id)[..], [Selected::Held(_), Selected::KeptBack]));
    assert_eq!(public.freeze_found(&Query::parse("")).unwrap().n_shapes, 1);
    let asked = names(&["open/p1/skin", "open/p9/skin", "open/p1/liver", "nonsense"]);
    let frozen = public.freeze(&asked).unwrap();
    assert_eq!(frozen.n_shapes, 1);
    // It is the same of a shape that is not there.
    let whys: Vec<WhyLeftOut> = frozen.left_out.iter().map(|left| left.why).collect();
    let face = WhyLeftOut::KeptBack(Reserve::Face);
    assert_eq!(whys, [face, face, WhyLeftOut::Unknown]);
}

#[test]
fn what_others_publish_is_left_out_and_counted() {
    let (_dir, mut catalog) = store();
    let remote = Remote { aliases: vec!["p2_liver.stl".to_owned()], ..remote_liver("p2") };
    let p2 = subject("phantom", "p2", None, None, None);
    catalog.add_remote(&[source("phantom")], &[p2], &[remote]).unwrap();
    let found = catalog.freeze_found(&Query::parse("liver")).unwrap();
    assert_eq!((found.n_shapes, found.n_elsewhere), (1, 1));
    let named = catalog.freeze(&names(&[LIVER, "p2_liver.stl"])).unwrap();
    assert_eq!((named.id, named.left_out[0].why), (found.id, WhyLeftOut::Elsewhere));
    assert!(refusal(catalog.freeze_found(&Query::parse("structure:heart"))).contains("none"));
    assert!(refusal(catalog.freeze(&[])).contains("at least one"));
}

#[test]
fn nothing_changes_or_removes_a_selection_or_a_link() {
    let (dir, mut catalog) = store();
    catalog.freeze(&names(&[LIVER])).unwrap();
    catalog.shorten("/b/phantom/p1?ex=1").unwrap();
    let db = Connection::open(dir.path().join("catalog.sqlite")).unwrap();
    for table in ["selection", "selected", "short_link"] {
        for sql in [format!("DELETE FROM {table}"), format!("UPDATE {table} SET rowid = rowid")] {
            let sql = sql.replace(
                "SET rowid = rowid",
                match table {
                    "selection" => "SET n_shapes = 9",
                    "selected" => "SET name_key = 2",
                    _ => "SET address = '/'",
                },
            );
            let refused = db.execute(&sql, ()).unwrap_err().to_string();
            assert!(refused.contains("is never"), "{sql}: {refused}");
        }
    }
}

#[test]
fn a_selection_that_has_lost_a_shape_is_found_out() {
    let (dir, mut catalog) = store();
    let frozen = catalog.freeze(&names(&[LIVER, SPLEEN])).unwrap();
    let db = Connection::open(dir.path().join("catalog.sqlite")).unwrap();
    db.execute_batch("DROP TRIGGER selected_kept; DELETE FROM selected WHERE name_key = 1")
        .unwrap();
    let found = catalog.check(Depth::Catalog).unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(format!("{:?}", found[0]).contains("of a selection"), "{:?}", found[0]);
    assert_eq!(now(&catalog, frozen.id).len(), 1);
}

#[test]
fn a_short_link_is_the_hash_of_its_address_and_stands_for_ever() {
    let (_dir, mut catalog) = store();
    let address = "/b/phantom/p1?vis=-liver";
    let id = catalog.shorten(address).unwrap();
    assert_eq!(id.to_string(), &Sha256::of(address.as_bytes()).to_string()[..16]);
    assert_eq!(catalog.shorten(address).unwrap(), id);
    assert_eq!(catalog.long_address(id).unwrap().as_deref(), Some(address));
    assert_eq!(catalog.long_address("0000000000000000".parse().unwrap()).unwrap(), None);
    for bad in ["", &"x".repeat(8001)] {
        let error = catalog.shorten(bad).unwrap_err();
        assert!(matches!(error.kind(), Kind::NotKept(_)), "{error}");
    }
    let n_links = catalog.log(9).unwrap().iter().filter(|row| row.verb == "shorten").count();
    assert_eq!(n_links, 1);
}
