use super::*;
use crate::Dataset;

const HOSTILE: &str = "x\n\nER  - \nTY  - {\\input{y}} \" : \u{1b}[31m % & <b>";

fn work() -> Work {
    let source = Dataset::find("phantom").unwrap().source;
    Work {
        key: "one".to_owned(),
        title: HOSTILE.to_owned(),
        issued: Some("2026-11-28".to_owned()),
        publisher: Some(HOSTILE.to_owned()),
        note: Some(HOSTILE.to_owned()),
        made_of: vec![Work::of_source(&source)],
        ..Work::default()
    }
}

#[test]
fn text_of_others_begins_no_line_and_ends_no_record() {
    for form in Form::ALL {
        let text = work().to_text(form);
        assert!(!text.contains('\u{1b}') || form == Form::Datacite, "{form:?}: {text}");
        let n_records = text.lines().filter(|line| line.starts_with("TY  - ")).count();
        assert_eq!(n_records, if form == Form::Ris { 2 } else { 0 }, "{form:?}: {text}");
    }
    let bibtex = work().to_text(Form::Bibtex);
    assert!(!bibtex.contains("\\input") && bibtex.contains("\\% \\&"), "{bibtex}");
}

#[test]
fn a_record_of_ris_is_as_reference_managers_read_it() {
    let work = Work { title: "A liver".to_owned(), publisher: None, note: None, ..work() };
    let text = Work { made_of: Vec::new(), ..work }.to_text(Form::Ris);
    let expected = "TY  - DATA\r\nTI  - A liver\r\nAU  - Publisher unknown\r\nPY  - 2026\r\n\
        DA  - 2026/11/28\r\nID  - one\r\nER  - \r\n";
    assert_eq!(text, expected);
}

#[test]
fn forms_in_json_are_json_and_say_the_day() {
    let json = |form| serde_json::from_str::<serde_json::Value>(&work().to_text(form)).unwrap();
    let csl = json(Form::Csl);
    assert_eq!(csl.as_array().unwrap().len(), 2);
    assert_eq!(csl[0]["issued"]["date-parts"], serde_json::json!([[2026, 11, 28]]));
    assert_eq!(json(Form::Datacite)["publicationYear"], "2026");
}

#[test]
fn a_file_name_leads_back_to_its_form() {
    for form in Form::ALL {
        assert_eq!(Form::of_file_name(form.file_name()), Some(form));
    }
}
