//! CSL JSON, which citation processors and Zotero take.

use serde_json::{Map, Value, json};

use super::Work;

/// The work and what it was made of, as a list of items.
pub(super) fn items(work: &Work) -> String {
    let items: Vec<Value> = [work].into_iter().chain(&work.made_of).map(item).collect();
    format!("{:#}\n", Value::from(items))
}

fn item(work: &Work) -> Value {
    let mut item = Map::new();
    let mut set = |key: &str, value: Option<Value>| {
        item.extend(value.map(|value| (key.to_owned(), value)));
    };
    let text = |text: &Option<String>| text.as_deref().map(|text| Value::from(super::line(text)));
    set("id", Some(work.key.clone().into()));
    set("type", Some("dataset".into()));
    set("title", Some(super::line(&work.title).into()));
    set("author", Some(json!([{"literal": super::line(work.author_or_unknown())}])));
    let day = work.issued_parts().map(|parts| parts.map(|part| part.parse::<u32>().unwrap_or(0)));
    set("issued", day.map(|day| json!({"date-parts": [day]})));
    set("publisher", text(&work.publisher));
    set("version", text(&work.version));
    set("DOI", text(&work.doi));
    set("URL", text(&work.url));
    set("abstract", text(&work.about));
    set("license", text(&work.licence));
    set("note", text(&work.remarks()));
    Value::Object(item)
}
