//! Makes sure that the folder of the built web view is there to be embedded, be it empty, and turns the
//! files of texts into constants: `home.title` of `src/texts/en.toml` becomes `key::home::TITLE`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

type Failed = Box<dyn std::error::Error>;

/// The language that decides which texts there are.
const FIRST: &str = "en";
/// Sections that scripts are handed as JSON.
const OF_SCRIPTS: [&str; 2] = ["viewer", "page"];

fn main() -> Result<(), Failed> {
    look_for_the_view();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/texts");
    println!("cargo::rerun-if-changed={}", folder.display());
    let code = code(&languages(&folder)?)?;
    std::fs::write(PathBuf::from(std::env::var("OUT_DIR")?).join("texts.rs"), code)?;
    Ok(())
}

fn look_for_the_view() {
    let dist = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/dist");
    println!("cargo::rerun-if-changed={dist}");
    if let Err(cause) = std::fs::create_dir_all(dist) {
        println!("cargo::warning=the 3D view cannot be embedded: `{dist}`: {cause}");
    } else if !Path::new(dist).join("manifest.json").exists() {
        println!(
            "cargo::warning=the 3D view is not built, pages will say so: \
             run `npm ci && npm run build` in web/ first"
        );
    }
}

struct Written {
    tag: String,
    texts: Table,
}

/// All files, the first language first.
fn languages(folder: &Path) -> Result<Vec<Written>, Failed> {
    let mut languages = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|ending| ending != "toml") {
            continue;
        }
        let tag =
            path.file_stem().and_then(|stem| stem.to_str()).ok_or("a name that is no text")?;
        let texts = std::fs::read_to_string(&path)?.parse::<Table>();
        let texts = texts.map_err(|cause| format!("{}: {cause}", path.display()))?;
        languages.push(Written { tag: tag.to_owned(), texts });
    }
    languages.sort_by_key(|language| (language.tag != FIRST, language.tag.clone()));
    Ok(languages)
}

/// Names of all texts of pages: section and name.
fn names(of: &Table) -> Vec<(&str, &str)> {
    let sections = of.iter().filter(|(name, _)| *name != "language" && !is_of_scripts(name));
    let tables = sections.filter_map(|(name, section)| Some((name.as_str(), section.as_table()?)));
    tables.flat_map(|(name, texts)| texts.keys().map(move |text| (name, text.as_str()))).collect()
}

fn is_of_scripts(section: &str) -> bool {
    OF_SCRIPTS.contains(&section)
}

fn code(languages: &[Written]) -> Result<String, Failed> {
    let first = languages.first().filter(|first| first.tag == FIRST).ok_or("en.toml is missing")?;
    let names = names(&first.texts);
    let mut out = String::new();
    out += "pub(crate) mod key {\n";
    let sections: BTreeSet<&str> = names.iter().map(|(section, _)| *section).collect();
    for section in sections {
        writeln!(out, "pub(crate) mod {section} {{\nuse crate::texts::Key;")?;
        for (at, (_, name)) in names.iter().enumerate().filter(|(_, (of, _))| *of == section) {
            writeln!(out, "pub(crate) const {}: Key = Key({at});", name.to_uppercase())?;
        }
        out += "}\n";
    }
    out += "}\n";
    let quoted: Vec<String> = names.iter().map(|(s, name)| format!("\"{s}.{name}\"")).collect();
    writeln!(out, "#[cfg(test)] pub(super) const NAMES: &[&str] = &[{}];", quoted.join(","))?;
    out += "pub(crate) const LANGUAGES: &[Written] = &[\n";
    for language in languages {
        out += &of_language(language, first, &names)?;
    }
    out += "];\n";
    Ok(out)
}

fn of_language(
    Written { tag, texts }: &Written,
    first: &Written,
    names: &[(&str, &str)],
) -> Result<String, Failed> {
    let about = texts.get("language").and_then(Value::as_table);
    let about = about.ok_or_else(|| format!("{tag}.toml has no [language]"))?;
    let said = |name: &str| {
        let text = about.get(name).and_then(Value::as_str);
        text.ok_or_else(|| format!("{tag}.toml: [language] has no text `{name}`"))
    };
    let mut out = format!(
        "Written {{ tag: {tag:?}, name: {:?}, decimal: {:?}, group: {:?}, date: {:?}, plural: \
         Plural::{}, texts: &[\n",
        said("name")?,
        said("decimal")?,
        said("group")?,
        said("date")?,
        said("plural")?
    );
    for (section, name) in names {
        match texts.get(*section).and_then(|section| section.get(name)) {
            None => out += "None,\n",
            Some(text) => writeln!(out, "Some({}),", text_of(text, tag, name)?)?,
        }
    }
    out += "], scripts: &[";
    for section in OF_SCRIPTS {
        let empty = Table::new();
        let of = |written: &Written| written.texts.get(section).and_then(Value::as_table).cloned();
        let (theirs, ours) = (of(first).unwrap_or_default(), texts.get(section));
        let ours = ours.and_then(Value::as_table).unwrap_or(&empty);
        // What is missing is told by a test; until then the first language stands in for it.
        let whole: Table = theirs.into_iter().chain(ours.clone()).collect();
        write!(out, "({section:?}, {:?}),", json(&Value::Table(whole)))?;
    }
    writeln!(out, "], unlike: &{:?} }},", unlike(texts, &first.texts))?;
    Ok(out)
}

/// A text with its plural forms as an expression.
fn text_of(text: &Value, tag: &str, name: &str) -> Result<String, Failed> {
    let form = |form: &str| text.get(form).and_then(Value::as_str);
    let other = text.as_str().or_else(|| form("other"));
    let other =
        other.ok_or_else(|| format!("{tag}.toml: `{name}` is neither a text nor plurals"))?;
    let (one, few, many) = (form("one"), form("few"), form("many"));
    Ok(format!("Text {{ one: {one:?}, few: {few:?}, many: {many:?}, other: {other:?} }}"))
}

/// What one language has and the other has not, scripts included.
fn unlike(ours: &Table, theirs: &Table) -> Vec<String> {
    let all = |of: &Table| -> BTreeSet<String> {
        let tables = of.iter().filter_map(|(name, section)| Some((name, section.as_table()?)));
        tables.flat_map(|(name, texts)| texts.keys().map(move |t| format!("{name}.{t}"))).collect()
    };
    all(ours).symmetric_difference(&all(theirs)).cloned().collect()
}

fn json(value: &Value) -> String {
    match value {
        Value::Table(table) => {
            let pairs = table.iter().map(|(key, value)| format!("\"{key}\":{}", json(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
        }
        Value::Array(all) => format!("[{}]", all.iter().map(json).collect::<Vec<_>>().join(",")),
        Value::String(text) => {
            format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
        }
        // Scripts are handed texts alone.
        _ => "null".to_owned(),
    }
}
