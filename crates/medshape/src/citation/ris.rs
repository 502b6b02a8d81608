//! RIS, the form that reference managers take: a tag of two letters and a value a line.

use super::Work;

/// Records of the work and of what it was made of.
pub(super) fn record(work: &Work) -> String {
    let mut lines = vec![("TY", "DATA".to_owned()), ("TI", work.title.clone())];
    lines.push(("AU", work.author_or_unknown().to_owned()));
    let mut add = |tag, value: Option<String>| lines.extend(value.map(|value| (tag, value)));
    add("PY", work.issued_parts().map(|[year, ..]| year.to_owned()));
    add("DA", work.issued.as_ref().map(|day| day.replace('-', "/")));
    add("PB", work.publisher.clone());
    add("ET", work.version.clone());
    add("DO", work.doi.clone());
    add("UR", work.url.clone());
    add("AB", work.about.clone());
    add("N1", work.remarks());
    add("ID", Some(work.key.clone()));
    lines.push(("ER", String::new()));
    let text = |(tag, value): &(&str, String)| format!("{tag}  - {}\r\n", super::line(value));
    let text: String = lines.iter().map(text).collect();
    work.made_of.iter().map(record).fold(text, |all, source| all + &source)
}
