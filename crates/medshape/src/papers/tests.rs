use medshape_catalog::{PrivacyClass, Source};

use super::*;
use crate::Dataset;

fn all() -> Vec<Source> {
    Dataset::all().unwrap().into_iter().map(|dataset| dataset.source).collect()
}

fn text(papers: &[Paper], path: &str) -> String {
    papers.iter().find(|paper| paper.path == path).unwrap().text.clone()
}

/// Whether `condition` stands above the list of sources.
fn is_said_at_the_top(sources: &[Source], condition: &str) -> bool {
    let text = text(&papers(sources), ATTRIBUTION);
    let (top, _) = text.split_once("## Sources").unwrap();
    top.contains(condition)
}

#[test]
fn every_source_has_one_line_and_every_licence_a_text() {
    let sources = all();
    let papers = papers(&sources);
    let attribution = text(&papers, ATTRIBUTION);
    let (_, lines) = attribution.split_once("## Sources\n\n").unwrap();
    assert_eq!(lines.lines().count(), sources.len());
    for (line, source) in lines.lines().zip(&sources) {
        assert!(line.contains(&source.licence.id) && line.contains("Changes: "), "{line}");
        let licence = text(&papers, &format!("LICENSES/{}.txt", source.licence.id));
        assert!(licence.len() > 100, "{}", source.licence.id);
    }
    assert!(text(&papers, "LICENSES/CC-BY-4.0.txt").contains("Section 3"));
}

#[test]
fn order_of_the_sources_makes_no_difference_to_the_bytes() {
    let mut sources = all();
    let forward = papers(&sources);
    sources.reverse();
    sources.extend_from_within(..3);
    assert_eq!(papers(&sources), forward);
}

#[test]
fn strictest_conditions_of_mixed_licences_stand_at_the_top() {
    let of = |id: &str| Source {
        licence: Licence::of(id, "a test"),
        ..Dataset::find("phantom").unwrap().source
    };
    let named = |name: &str, id: &str| Source { id: name.to_owned(), ..of(id) };
    let mixed = [named("a", "CC0-1.0"), named("b", "CC-BY-SA-4.0"), named("c", "CC-BY-NC-SA-4.0")];
    for condition in ["(NC)", "(SA)", "(BY)"] {
        assert!(is_said_at_the_top(&mixed, condition), "{condition}");
    }
    assert!(!is_said_at_the_top(&mixed, "(ND)"));
    assert!(is_said_at_the_top(&[of("CC0-1.0")], "No conditions."));
    assert!(is_said_at_the_top(&[of("LicenseRef-unknown")], "not to be passed on"));
    let terms = strictest(mixed.iter().map(|source| &source.licence));
    assert!(terms.non_commercial && terms.share_alike && terms.redistributable);
    assert!(!terms.no_derivatives && !terms.dua_required);
}

#[test]
fn text_of_others_steers_nothing() {
    let hostile = "x\n\n# Heading {\\input{y}} \" : [a](javascript:1) \u{1b}[31m % & <b>";
    let source = Source {
        title: hostile.to_owned(),
        citation: hostile.to_owned(),
        url: Some(format!("https://example.org/{hostile}")),
        privacy_class: PrivacyClass::P1,
        ..Dataset::find("phantom").unwrap().source
    };
    let papers = papers([&source]);
    for paper in papers.iter().filter(|paper| !paper.path.starts_with(LICENCES)) {
        assert!(!paper.text.contains('\u{1b}'), "{}", paper.path);
        assert!(!paper.text.contains("\n# Heading"), "{}", paper.path);
    }
    assert!(!text(&papers, REFERENCES).contains("\\input"));
    assert!(text(&papers, REFERENCES).contains("\\% \\&"));
}
