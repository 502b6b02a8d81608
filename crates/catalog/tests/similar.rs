//! Shapes that are alike, by descriptors of which the answer is known.

use medshape_catalog::{Alike, Catalog, Descriptor, Page, Query, ShapeName};
use proptest::prelude::*;

use crate::common::{add, subject};

const KIND: u32 = 7;

fn at(place: f32) -> Descriptor {
    let mut numbers = Box::new([0.0; Descriptor::N]);
    numbers[0] = place;
    numbers[255] = 2.0 * place;
    Descriptor { kind: KIND, numbers }
}

fn name(text: &str) -> ShapeName {
    text.parse().unwrap()
}

fn names(catalog: &Catalog, asked: &Alike<'_>, page: Page) -> Vec<String> {
    let found = catalog.similar(asked, page).unwrap();
    found.hits.iter().map(|similar| similar.hit.name.to_string()).collect()
}

/// Three subjects with liver and spleen; the livers lie at 1, 2 and 3, the spleens at 11, 12, 13.
fn store() -> (tempfile::TempDir, Catalog) {
    let dir = tempfile::tempdir().unwrap();
    let mut catalog = Catalog::create(dir.path()).unwrap();
    let mut all = Vec::new();
    for (id, place) in [("a", 1.0_f32), ("b", 2.0), ("c", 3.0)] {
        add(&mut catalog, &subject("s", id, None, None, None), &["liver", "spleen"], "1");
        all.push((name(&format!("s/{id}/liver")), at(place)));
        all.push((name(&format!("s/{id}/spleen")), at(10.0 + place)));
    }
    assert_eq!(catalog.undescribed(KIND).unwrap().len(), 6);
    catalog.keep_descriptors(&all).unwrap();
    (dir, catalog)
}

#[test]
fn the_nearest_come_first_and_not_the_shape_itself() {
    let (_dir, catalog) = store();
    let everything = Query::parse("");
    let itself = name("s/a/liver");
    let asked = Alike { to: &at(1.0), n_numbers: 256, but: Some(&itself), filter: &everything };
    let page = |offset, limit| Page { offset, limit };
    assert_eq!(names(&catalog, &asked, page(0, 3)), ["s/b/liver", "s/c/liver", "s/a/spleen"]);
    assert_eq!(names(&catalog, &asked, page(2, 2)), ["s/a/spleen", "s/b/spleen"]);
    assert_eq!(names(&catalog, &asked, page(5, 9)), Vec::<String>::new());
    let found = catalog.similar(&asked, page(0, 2)).unwrap();
    assert_eq!((found.n_compared, found.n_undescribed), (6, 0));
    assert!((found.hits[0].distance - 5_f64.sqrt()).abs() < 1e-6);
    let of_shape = Alike { n_numbers: 255, ..asked };
    assert!((catalog.similar(&of_shape, page(0, 1)).unwrap().hits[0].distance - 1.0).abs() < 1e-6);
}

#[test]
fn a_question_narrows_the_answer() {
    let (_dir, catalog) = store();
    let origin = at(0.0);
    let asked = |filter| Alike { to: &origin, n_numbers: 256, but: None, filter };
    let spleens = Query::parse("spleen -subject:a");
    assert_eq!(names(&catalog, &asked(&spleens), Page::default()), ["s/b/spleen", "s/c/spleen"]);
    let nonsense = Query::parse("qqqqqqqq");
    assert_eq!(names(&catalog, &asked(&nonsense), Page::default()), Vec::<String>::new());
}

#[test]
fn what_is_not_held_any_more_is_not_answered() {
    let (_dir, mut catalog) = store();
    let everything = Query::parse("");
    let asked = Alike { to: &at(2.0), n_numbers: 256, but: None, filter: &everything };
    assert_eq!(names(&catalog, &asked, Page::default()).len(), 6);
    // The case of `b` is made again, without a liver.
    add(&mut catalog, &subject("s", "b", None, None, None), &["spleen"], "2");
    assert!(catalog.is_withdrawn(&name("s/b/liver")).unwrap());
    let left = names(&catalog, &asked, Page::default());
    assert_eq!(left, ["s/a/liver", "s/c/liver", "s/a/spleen", "s/c/spleen"]);
    // Its new spleen is another mesh: what the old one was like is forgotten.
    assert_eq!(catalog.undescribed(KIND).unwrap(), [name("s/b/spleen")]);
    assert_eq!(catalog.similar(&asked, Page::default()).unwrap().n_undescribed, 1);
    assert_eq!(catalog.descriptor(&name("s/b/spleen"), KIND).unwrap(), None);
    catalog
        .keep_descriptors(&[(name("s/b/liver"), at(2.0)), (name("s/b/spleen"), at(2.0))])
        .unwrap();
    assert_eq!(names(&catalog, &asked, Page::default())[0], "s/b/spleen");
}

#[test]
fn descriptors_of_another_kind_are_not_compared() {
    let (_dir, mut catalog) = store();
    let other = Descriptor { kind: KIND + 1, ..at(1.0) };
    assert_eq!(catalog.undescribed(other.kind).unwrap().len(), 6);
    catalog.keep_descriptors(&[(name("s/c/spleen"), other.clone())]).unwrap();
    let everything = Query::parse("");
    let asked = Alike { to: &other, n_numbers: 256, but: None, filter: &everything };
    assert_eq!(names(&catalog, &asked, Page::default()), ["s/c/spleen"]);
    assert_eq!(catalog.described(KIND).unwrap().len(), 5);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn the_answer_is_that_of_brute_force(
        numbers in prop::collection::vec(prop::collection::vec(-3.0_f32..3.0, Descriptor::N), 40..120),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let mut catalog = Catalog::create(dir.path()).unwrap();
        let labels: Vec<String> = (0..numbers.len()).map(|n| format!("thing-{n}")).collect();
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        add(&mut catalog, &subject("s", "a", None, None, None), &labels, "1");
        let described: Vec<(ShapeName, Descriptor)> = labels
            .iter()
            .zip(&numbers)
            .map(|(label, numbers)| {
                let numbers = Box::new(std::array::from_fn(|place| numbers[place]));
                (name(&format!("s/a/{label}")), Descriptor { kind: KIND, numbers })
            })
            .collect();
        catalog.keep_descriptors(&described).unwrap();
        let to = &described[0].1;
        let mut expected: Vec<(f64, String)> = described
            .iter()
            .map(|(name, other)| {
                let pairs = to.numbers.iter().zip(&*other.numbers);
                (pairs.map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum(), name.to_string())
            })
            .collect();
        expected.sort_by(|a, b| a.0.total_cmp(&b.0));
        let everything = Query::parse("");
        let asked = Alike { to, n_numbers: 256, but: None, filter: &everything };
        let found = names(&catalog, &asked, Page { offset: 0, limit: 10 });
        let expected: Vec<String> = expected.into_iter().take(10).map(|(_, name)| name).collect();
        prop_assert_eq!(found, expected);
    }
}
