//! What a search finds in a small store whose shapes are known.

use medshape_catalog::{
    Answer, Audience, Catalog, Licence, Order, Page, PrivacyClass, Query, Sex, Shape, Source, Term,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::common::{self, add, subject};

const LABELS: [&str; 16] = [
    "kidney_left",
    "kidney_right",
    "liver",
    "heart",
    "gallbladder",
    "urinary_bladder",
    "rib_left_4",
    "rib_right_4",
    "costal_cartilages",
    "lung_upper_lobe_left",
    "lung_lower_lobe_right",
    "vertebrae_L1",
    "sacrum",
    "autochthon_left",
    "hip-implant",
    "brain",
];

/// Two sources, three subjects, the same structures of each, and a tumour of one.
fn store() -> (tempfile::TempDir, Catalog) {
    let dir = tempfile::tempdir().unwrap();
    let mut catalog = Catalog::create(dir.path()).unwrap();
    let anna = subject("alpha", "p1", Some(Sex::Female), Some(65), Some("tumor"));
    let bert = subject("alpha", "p2", Some(Sex::Male), Some(70), Some("no pathology"));
    let unknown = subject("beta", "p3", None, None, None);
    add(&mut catalog, &anna, &LABELS, "1");
    add(&mut catalog, &bert, &[&LABELS[..], &["kidney_cyst_left"]].concat(), "1");
    add(&mut catalog, &unknown, &LABELS, "1");
    (dir, catalog)
}

fn all(catalog: &Catalog, text: &str) -> Answer {
    catalog.search(&Query::parse(text), Page { offset: 0, limit: 1000 }).unwrap()
}

/// The last parts of the names of the shapes that belong to `p1`, in the order of the answer.
fn of_first(catalog: &Catalog, text: &str) -> Vec<String> {
    let hits = all(catalog, text).hits;
    let of_first = hits.iter().filter(|hit| hit.name.subject() == "p1");
    of_first.map(|hit| hit.name.structure().to_owned()).collect()
}

fn subjects(catalog: &Catalog, text: &str) -> Vec<String> {
    let hits = all(catalog, text).hits;
    hits.iter().map(|hit| hit.name.subject().to_owned()).collect()
}

#[test]
fn structures_are_found_with_their_kinds_and_parts_and_no_others() {
    let (_dir, catalog) = store();
    let check = |text: &str, expected: &[&str]| {
        assert_eq!(of_first(&catalog, text), expected, "{text}");
    };
    check("kidney", &["kidney-left", "kidney-right"]);
    check("nephros", &["kidney-left", "kidney-right"]);
    for text in ["left kidney", "kidney_left", "kidney left", "side:left kidney"] {
        check(text, &["kidney-left"]);
    }
    check("rib", &["rib-4-left", "rib-4-right"]);
    check("rib cage", &["costal-cartilage", "rib-4-left", "rib-4-right"]);
    check("lung", &["lung-lower-lobe-right", "lung-upper-lobe-left"]);
    check("right lung", &["lung-lower-lobe-right"]);
    check("vertebra", &["vertebra-l1"]);
    check("spine", &["sacrum", "vertebra-l1"]);
    check("bone", &["rib-4-left", "rib-4-right", "sacrum", "vertebra-l1"]);
    check("left bone", &["rib-4-left"]);
    check("bladder", &["urinary-bladder"]);
    check("ear", &[]);
    check("liver heart", &["heart", "liver"]);
    check("left kidney liver", &["kidney-left", "liver"]);
    check("back muscle", &["autochthonous-back-muscle-left"]);
    check("bone -rib", &["sacrum", "vertebra-l1"]);
    check("kidney -left", &["kidney-right"]);
    check("hip implant", &["hip-implant"]);
    check("hip-implant", &["hip-implant"]);
    check("SCT:64033007", &["kidney-left", "kidney-right"]);
}

#[test]
fn subjects_and_sources_narrow_the_answer() {
    let (_dir, catalog) = store();
    let check = |text: &str, expected: &[&str]| {
        assert_eq!(subjects(&catalog, text), expected, "{text}");
    };
    check("liver", &["p1", "p2", "p3"]);
    check("female liver", &["p1"]);
    check("male liver", &["p2"]);
    check("male female liver", &["p1", "p2"]);
    check("liver -male", &["p1", "p3"]);
    check("liver 60..70", &["p1", "p2"]);
    check("male liver 60..70", &["p2"]);
    check("liver age:>65", &["p2"]);
    check("liver >60 <70", &["p1"]);
    check("liver tumour", &["p1"]);
    check("liver -tumor", &["p2", "p3"]);
    check("liver pathology:no", &["p2"]);
    check("liver source:beta", &["p3"]);
    check("liver beta", &["p3"]);
    check("liver -beta", &["p1", "p2"]);
    check("liver the-alpha", &["p1", "p2"]);
    check("liver p2", &["p2"]);
    check("liver p2 p3", &["p2", "p3"]);
    check("liver subject:p2 source:beta", &[]);
    check("source:gamma", &[]);
    check("cyst", &["p2"]);
    check("kidney cyst", &["p2"]);
}

#[test]
fn words_that_nobody_knows_are_named_and_restrict_nothing_else() {
    let (_dir, catalog) = store();
    let answer = all(&catalog, "liver xyzzy");
    assert_eq!((answer.total, answer.unknown), (3, vec!["xyzzy".to_owned()]));
    let answer = all(&catalog, "xyzzy plugh");
    assert_eq!((answer.total, answer.unknown.len(), answer.terms.len()), (0, 2, 0));
    let answer = all(&catalog, "beta liver");
    let read: Vec<String> = answer.terms.iter().map(ToString::to_string).collect();
    assert_eq!((read.join(", ").as_str(), answer.unknown.len()), ("source beta, liver", 0));
}

#[test]
fn names_old_and_new_land_on_their_shape() {
    let (_dir, mut catalog) = store();
    let person = subject("old", "s1273", None, None, None);
    let case = common::case(&catalog, &person, "1");
    let mut liver: Shape = common::shape(&catalog, &person, "liver", "1");
    liver.aliases = vec!["s1273_liver.nii.g_1.stl".to_owned(), "Left Liver of 1273".to_owned()];
    catalog.add_case(&common::source("old"), &person, &case, &[liver]).unwrap();
    for text in
        ["s1273_liver.nii.g_1.stl", "old/s1273/liver", "Left Liver of 1273", " OLD/s1273/LIVER "]
    {
        let answer = all(&catalog, text);
        assert_eq!(answer.total, 1, "{text}");
        assert_eq!(answer.hits[0].name.to_string(), "old/s1273/liver");
    }
    assert_eq!(all(&catalog, "old/s1273/heart").total, 0);
}

#[test]
fn a_hit_says_what_a_card_shows() {
    let (_dir, catalog) = store();
    let hit = all(&catalog, "female left kidney").hits.remove(0);
    let page = catalog.shape(&hit.name).unwrap().unwrap();
    assert_eq!((hit.sex, hit.age_years), (Some(Sex::Female), Some(65)));
    assert_eq!(hit.pathology.as_deref(), Some("tumor"));
    assert_eq!(hit.files(), page.shape.files);
    assert_eq!(hit.measures(), Some(&page.shape.measures));
    assert_eq!((hit.structure.as_str(), hit.coded), ("kidney", true));
}

#[test]
fn pages_together_are_the_whole_answer() {
    let (_dir, catalog) = store();
    let whole = all(&catalog, "");
    assert_eq!((whole.total, whole.hits.len()), (49, 49));
    let mut pieces = Vec::new();
    for offset in (0..60).step_by(7) {
        let answer = catalog.search(&Query::parse(""), Page { offset, limit: 7 }).unwrap();
        assert_eq!(answer.total, 49);
        pieces.extend(answer.hits);
    }
    assert_eq!(pieces, whole.hits);
    let far = Page { offset: u64::MAX, limit: u64::MAX };
    assert_eq!(catalog.search(&Query::parse(""), far).unwrap().hits.len(), 0);
}

#[test]
fn what_is_replaced_is_no_longer_found() {
    let (_dir, mut catalog) = store();
    add(&mut catalog, &subject("alpha", "p1", None, None, None), &["spleen"], "2");
    assert_eq!(of_first(&catalog, ""), ["spleen"]);
    assert_eq!(all(&catalog, "alpha/p1/liver").total, 0);
}

#[test]
fn what_is_asked_as_a_term_is_found_as_its_syntax() {
    let (_dir, catalog) = store();
    for text in ["left kidney", "rib -female 60..70", "beta bone", "hip-implant", "tumor", "p2"] {
        let answer = all(&catalog, text);
        let syntax: Vec<String> = answer.terms.iter().map(|term| term.syntax()).collect();
        assert_eq!(all(&catalog, &syntax.join(" ")).hits, answer.hits, "{text}");
    }
}

/// What a facet says there would be with another value is what there is when that value is asked.
#[test]
fn facets_count_what_their_values_would_find() {
    let (_dir, catalog) = store();
    for text in [
        "",
        "kidney",
        "female left kidney",
        "rib liver 60..70 tumor",
        "left -beta",
        "quality:solid volume:<1ml",
    ] {
        let answer = all(&catalog, text);
        let kinds = facets(&answer);
        assert!(kinds.iter().any(|(_, counts)| !counts.is_empty()), "{text}");
        for (key, counts) in kinds {
            for (value, n) in counts {
                let others = answer.terms.iter().filter(|term| {
                    let syntax = term.syntax();
                    term.negated || syntax == "structure:tumour" || !syntax.starts_with(key)
                });
                let others: Vec<String> = others.map(|term| term.syntax()).collect();
                let asked = format!("{} {key}{value}", others.join(" "));
                assert_eq!(of_itself(&catalog, &asked, key, &value), n, "{text}: {asked}");
            }
        }
    }
}

/// How many shapes a question finds; of a structure only those that are not its kinds or parts.
fn of_itself(catalog: &Catalog, asked: &str, key: &str, value: &str) -> u64 {
    let answer = all(catalog, asked);
    if key == "structure:" {
        return answer.hits.iter().filter(|hit| hit.structure == value).count() as u64;
    }
    answer.total
}

fn facets(answer: &Answer) -> Vec<(&'static str, Vec<(String, u64)>)> {
    let facets = &answer.facets;
    let counts = |counts: &[medshape_catalog::Count]| {
        counts.iter().map(|count| (count.value.clone(), count.n)).collect::<Vec<_>>()
    };
    let ages = facets.ages.iter().map(|&(age, n)| (age.to_string(), n)).collect();
    let volumes = facets.volumes.iter().map(|&(exponent, n)| {
        let least = 2_f64.powi(exponent.into());
        (format!("{least}mm3..{}mm3", least * 1.999_999), n)
    });
    vec![
        ("structure:", counts(&facets.structures)),
        ("side:", counts(&facets.sides)),
        ("sex:", counts(&facets.sexes)),
        ("age:", ages),
        ("source:", counts(&facets.sources)),
        ("licence:", counts(&facets.licences)),
        ("quality:", counts(&facets.qualities)),
        ("volume:", volumes.collect()),
    ]
}

#[test]
fn an_empty_answer_says_what_each_condition_keeps_out() {
    let (_dir, catalog) = store();
    let answer = all(&catalog, "female cyst");
    assert_eq!((answer.total, answer.hits.len()), (0, 0));
    let without: Vec<(String, u64)> =
        answer.terms.iter().map(ToString::to_string).zip(answer.n_without).collect();
    assert_eq!(without, [("female".to_owned(), 1), ("cyst".to_owned(), 16)]);
}

#[test]
fn typing_errors_are_forgiven_and_said() {
    let (_dir, catalog) = store();
    let answer = all(&catalog, "lfet kidny of femael");
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    let corrected = [pair("lfet", "left"), pair("kidny", "kidney"), pair("femael", "female")];
    assert_eq!(answer.corrected, corrected);
    assert_eq!((answer.total, answer.unknown.len()), (1, 0));
    assert_eq!(answer.hits[0].name.to_string(), "alpha/p1/kidney-left");
}

#[test]
fn what_is_being_typed_is_completed_with_what_is_there() {
    let (_dir, catalog) = store();
    let check = |text: &str, expected: &[&str]| {
        let found = catalog.suggest(text, "en", 3).unwrap();
        let texts: Vec<&str> = found.iter().map(|suggestion| suggestion.text.as_str()).collect();
        assert_eq!(texts, expected, "{text}");
    };
    check("left kidn", &["left kidney", "left kidney cyst"]);
    check("gall", &["gallbladder"]);
    check("female alp", &["female alpha"]);
    check("fema", &["female"]);
    check("windp", &[]);
    for text in ["", "left ", "xyzzy", " ", "ß"] {
        check(text, &[]);
    }
    let found = catalog.suggest("ri", "en", 50).unwrap();
    assert_eq!((found[0].kind, found[0].n_shapes), ("structure", 9));
}

#[test]
fn suggestions_count_the_side_that_was_typed() {
    let (_dir, catalog) = store();
    let n = |text: &str, wanted: &str| {
        let found = catalog.suggest(text, "en", 50).unwrap();
        found.iter().find(|suggestion| suggestion.text == wanted).map(|found| found.n_shapes)
    };
    for side in ["left", "right"] {
        let text = format!("{side} kidn");
        let wanted = format!("{side} kidney");
        let total = catalog.search(&Query::parse(&wanted), Page::default()).unwrap().total;
        assert_eq!(n(&text, &wanted), Some(total), "{side}");
    }
    let both = catalog.search(&Query::parse("kidney"), Page::default()).unwrap().total;
    assert_eq!(n("kidn", "kidney"), Some(both));
    assert_ne!(n("left kidn", "left kidney"), Some(both));
    // Nobody has one on a side.
    assert_eq!(n("left gall", "left gallbladder"), None);
}

#[test]
fn all_names_are_listed_once_in_parts() {
    let (_dir, catalog) = store();
    let n = catalog.n_listed().unwrap();
    let total = catalog.search(&Query::default(), Page::default()).unwrap().total;
    assert_eq!(n, total);
    let part = |offset, limit| catalog.names(Page { offset, limit }).unwrap();
    let all = part(0, u64::MAX);
    assert_eq!(all.len() as u64, n);
    let pieces: Vec<String> = (0..n.div_ceil(4)).flat_map(|at| part(at * 4, 4)).collect();
    assert_eq!(pieces, all);
    let distinct: std::collections::BTreeSet<&String> = all.iter().collect();
    assert_eq!(distinct.len(), all.len());
    assert!(part(n, 4).is_empty() && part(u64::MAX, 4).is_empty());
}

#[test]
fn volumes_licences_and_qualities_narrow_the_answer() {
    let (_dir, mut catalog) = store();
    let person = subject("gamma", "p4", None, None, None);
    let case = common::case(&catalog, &person, "1");
    let mut liver = common::shape(&catalog, &person, "liver", "1");
    liver.measures.volume_mm3 = 1.5e6;
    liver.quality.closed = false;
    liver.quality.touches_border = true;
    let source =
        Source { licence: Licence::of("CC-BY-NC-SA-4.0", "made up"), ..common::source("gamma") };
    catalog.add_case(&source, &person, &case, &[liver]).unwrap();
    for text in [
        "liver volume:>1200ml",
        "liver volume:1..2l",
        "quality:cut",
        "quality:leaky liver",
        "licence:cc-by-nc-sa-4.0",
        "liver -licence:open",
        "liver -quality:whole",
    ] {
        assert_eq!(subjects(&catalog, text), ["p4"], "{text}");
    }
    assert_eq!(subjects(&catalog, "liver volume:<1200ml"), ["p1", "p2", "p3"]);
    assert_eq!(subjects(&catalog, "liver licence:commercial"), ["p1", "p2", "p3"]);
    assert_eq!(subjects(&catalog, "liver quality:solid"), ["p1", "p2", "p3"]);
}

#[test]
fn another_connection_sees_what_was_added() {
    let (_dir, mut catalog) = store();
    let other = catalog.open_again().unwrap();
    assert_eq!(all(&other, "").total, 49);
    add(&mut catalog, &subject("beta", "p9", None, None, None), &["spleen"], "1");
    assert_eq!(all(&other, "").total, 50);
    assert_eq!(all(&other, "spleen").total, 1);
}

#[test]
fn any_question_has_an_answer() {
    let (_dir, catalog) = store();
    let mut runner = TestRunner::new(Config::with_cases(64));
    let question = prop_oneof![
        ".{0,60}",
        prop::collection::vec("-?(left|rib|p1|alpha|tumor|male|age:>6|liver|\\PC{1,4})", 0..8)
            .prop_map(|words| words.join(" ")),
    ];
    let run = runner.run(&question, |text| {
        let answer = all(&catalog, &text);
        prop_assert_eq!(answer.hits.len() as u64, answer.total);
        Ok(())
    });
    assert_eq!(run, Ok(()));
}

/// A source of organs with a brain in it, and one without a licence.
fn guarded() -> (tempfile::TempDir, Catalog) {
    let (dir, mut catalog) = store();
    let organs = Source { privacy_class: PrivacyClass::P1, ..common::source("organs") };
    let unknown =
        Source { licence: Licence::of(Licence::UNKNOWN, "made up"), ..common::source("unknown") };
    for (source, id, age) in [(organs, "q1", 91), (unknown, "q2", 99)] {
        let person = subject(&source.id, id, Some(Sex::Female), Some(age), Some("rare"));
        let case = common::case(&catalog, &person, "1");
        let shapes: Vec<Shape> =
            LABELS.iter().map(|label| common::shape(&catalog, &person, label, "1")).collect();
        catalog.add_case(&source, &person, &case, &shapes).unwrap();
    }
    (dir, catalog)
}

#[test]
fn the_public_finds_what_the_curator_finds_but_for_what_is_kept_back() {
    let (_dir, curator) = guarded();
    let public = curator.open_again().unwrap().seen_by(Audience::Public);
    for text in [
        "",
        "brain",
        "brain liver",
        "female",
        "-female",
        "age:90..",
        "source:unknown",
        "rare",
        "q2",
        "kidney -left",
        "quality:solid",
        "quality:doubtful",
        "volume:>1mm3",
        "female -brain rib",
        "licence:unknown",
        "tumour",
        "unknown/q2/liver",
    ] {
        let all_hits = all(&curator, text).hits;
        let expected: Vec<_> = all_hits
            .into_iter()
            .filter(|hit| hit.kept_back.is_none())
            .map(|hit| hit.name)
            .collect();
        let answer = all(&public, text);
        assert_eq!(answer.total, expected.len() as u64, "{text}");
        let counted: u64 = answer.facets.structures.iter().map(|count| count.n).sum();
        let is_narrowed = answer.terms.iter().any(|term| term.syntax().contains("structure:"));
        assert!(is_narrowed || counted == answer.total, "{text}: {counted}");
        let found: Vec<_> = answer.hits.into_iter().map(|hit| hit.name).collect();
        assert_eq!(found, expected, "{text}");
    }
    assert_eq!(curator.n_kept_back().unwrap(), 17);
    assert_eq!(public.counts().unwrap().n_shapes, curator.counts().unwrap().n_shapes - 17);
    assert_eq!(public.sources().unwrap().len(), 3);
    assert!(public.subject("unknown", "q2").unwrap().is_none());
    assert_eq!(public.subject("organs", "q1").unwrap().unwrap().shapes.len(), 15);
}

#[test]
fn very_old_people_are_not_told_apart() {
    let (_dir, catalog) = guarded();
    for text in ["age:90..", "age:95", "age:91", "age:99"] {
        assert_eq!(all(&catalog, text).total, 32, "{text}");
    }
    let page = catalog.subject("unknown", "q2").unwrap().unwrap();
    assert_eq!(page.subject.age_years, Some(90));
}

#[test]
fn doubtful_shapes_are_found_until_they_are_mended() {
    let dir = tempfile::tempdir().unwrap();
    let mut catalog = Catalog::create(dir.path()).unwrap();
    let bert = subject("alpha", "p2", Some(Sex::Male), None, None);
    add(&mut catalog, &bert, &["uterus", "prostate", "rib_left_4"], "1");
    let found = |catalog: &Catalog| -> Vec<String> {
        let hits = all(catalog, "quality:doubtful").hits;
        hits.iter().map(|hit| hit.structure.clone()).collect()
    };
    assert_eq!(found(&catalog), ["prostate", "uterus"]);
    let page = catalog.subject("alpha", "p2").unwrap().unwrap();
    let codes: Vec<_> = page.flags.iter().map(|flag| flag.code.as_str()).collect();
    assert_eq!(codes, ["both-sexes", "wrong-sex"]);
    assert_eq!(catalog.flagged(Some("alpha"), None).unwrap().len(), 1);

    add(&mut catalog, &bert, &["prostate", "rib_left_4"], "2");
    assert!(found(&catalog).is_empty());
    assert!(catalog.subject("alpha", "p2").unwrap().unwrap().flags.is_empty());
    let review = catalog.review().unwrap();
    assert_eq!((review.n_subjects, review.n_shapes, review.n_doubtful), (1, 2, 0));
}

#[test]
fn one_mesh_in_two_subjects_is_found_by_a_review() {
    let dir = tempfile::tempdir().unwrap();
    let mut catalog = Catalog::create(dir.path()).unwrap();
    for id in ["p1", "p2"] {
        let person = subject("alpha", id, None, None, None);
        let case = common::case(&catalog, &person, "1");
        let mut rib = common::shape(&catalog, &person, "rib_left_4", "1");
        rib.files[0] = common::put(&catalog, medshape_catalog::Role::Mesh, "the same");
        let other = common::shape(&catalog, &person, "rib_left_5", "1");
        catalog.add_case(&common::source("alpha"), &person, &case, &[rib, other]).unwrap();
    }
    assert_eq!(all(&catalog, "quality:doubtful").total, 0);
    let review = catalog.review().unwrap();
    assert_eq!((review.n_doubtful, review.n_by_code["same-mesh"]), (2, 2));
    assert_eq!(subjects(&catalog, "quality:doubtful"), ["p1", "p2"]);
    assert_eq!(catalog.review().unwrap(), review);
}

#[test]
fn browsing_sorts_and_tells_sides_apart() {
    let (_dir, catalog) = store();
    let browse = |text: &str, order, limit| {
        catalog.browse(&Query::parse(text), Page { offset: 0, limit }, order).unwrap()
    };
    let ages = |order, limit| {
        let hits = browse("liver", order, limit).hits;
        hits.iter().map(|hit| hit.age_years).collect::<Vec<_>>()
    };
    // Who is of unknown age comes last, whichever way.
    assert_eq!(ages(Order::AgeRising, 9), [Some(65), Some(70), None]);
    assert_eq!(ages(Order::AgeFalling, 9), [Some(70), Some(65), None]);
    assert_eq!(ages(Order::AgeFalling, 1), [Some(70)]);
    let left = browse("left kidney", Order::Listed, 9);
    assert_eq!(
        left.terms.iter().map(Term::syntax).collect::<Vec<_>>(),
        ["structure:kidney", "side:left"]
    );
    assert_eq!(left.hits, all(&catalog, "left kidney").hits);
    // The other side is counted, although it is not asked for.
    let sides: Vec<_> =
        left.facets.sides.iter().map(|side| (side.value.as_str(), side.n)).collect();
    assert_eq!(sides.iter().map(|(side, _)| *side).collect::<Vec<_>>(), ["left", "right"]);
    assert_eq!(sides[1].1, all(&catalog, "right kidney").total);
}
