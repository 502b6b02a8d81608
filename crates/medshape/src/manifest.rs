//! Lists of files to be taken home: a line for each shape of a selection or of an answer, in the forms
//! that download programs read.
//!
//! What cannot be had stands in the list with the reason, in the forms that have a place for it.

use medshape_catalog::{HeldVersion, Selected, Sha256};
use serde::{Deserialize, Serialize};

use crate::format::{Format, Holds};
use crate::size::{Size, size_of};

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// An address a line, for `wget -i`. It has no place for more: what cannot be had is left out.
    Txt,
    /// A configuration of curl, for `curl -K`.
    Curl,
    /// An input file of aria2, for `aria2c -i`.
    Aria2,
    /// A table, for people and their programs.
    Tsv,
    /// An object of JSON a line; `medshape download` reads it.
    Jsonl,
}

/// Whether a shape can be had, and why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It can.
    Here,
    /// It was taken back.
    Withdrawn,
    /// Its case was ingested again and did not make it any more.
    Gone,
    /// It is not for this audience.
    KeptBack,
    /// It is not closed, so it cannot be had in a format that holds voxels.
    NotClosed,
    /// The collection has another version now, and of the one that was chosen no voxels can be made.
    Replaced,
}

impl Standing {
    /// The word for it in lists.
    pub fn word(self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::Withdrawn => "withdrawn",
            Self::Gone => "gone",
            Self::KeptBack => "kept-back",
            Self::NotClosed => "not-closed",
            Self::Replaced => "replaced",
        }
    }

    /// For people, after a number of shapes.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Here => "to be had",
            Self::Withdrawn => "withdrawn",
            Self::Gone => "not made any more",
            Self::KeptBack => "kept back",
            Self::NotClosed => "not closed, so nothing is inside",
            Self::Replaced => "replaced since, so that no voxels can be made of them",
        }
    }
}

/// What a list says of a shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Whether it can be had.
    pub state: Standing,
    /// The shape; not said of what is kept back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the file is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// How many bytes it has, where that is known before it is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Of the mesh that it is made from: says which version of the shape it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_sha256: Option<Sha256>,
    /// Of the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// Why it was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The lines of a list, of whichever form: JSON, a table, or addresses. It may be a stranger's.
///
/// # Errors
/// In words: a line is none of these.
pub fn parse(text: &str) -> Result<Vec<Line>, String> {
    // What ends in empty cells keeps its tabs.
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let lines = lines.filter(|line| !line.starts_with('#') && format!("{line}\n") != COLUMNS);
    lines.map(parse_line).collect()
}

fn parse_line(text: &str) -> Result<Line, String> {
    let wrong = || {
        let begin: String = text.chars().take(40).filter(|c| !c.is_control()).collect();
        format!("not a line of a list of files: `{begin}`")
    };
    if text.starts_with('{') {
        return serde_json::from_str(text).map_err(|_| wrong());
    }
    let some = |cell: &str| (!cell.is_empty()).then(|| cell.to_owned());
    if let [state, name, file, bytes, content, licence, url] =
        text.split('\t').collect::<Vec<_>>()[..]
    {
        let state = serde_json::from_value(state.into()).map_err(|_| wrong())?;
        return Ok(Line {
            state,
            name: some(name),
            file: some(file),
            url: some(url),
            bytes: bytes.parse().ok(),
            content_sha256: content.parse().ok(),
            licence: some(licence),
            reason: None,
        });
    }
    let is_address = text.starts_with("http://") || text.starts_with("https://");
    let file = text.rsplit('/').next().filter(|_| is_address).ok_or_else(wrong)?;
    Ok(Line {
        state: Standing::Here,
        name: None,
        file: some(file.split(['?', '#']).next().unwrap_or(file)),
        url: some(text),
        bytes: None,
        content_sha256: None,
        licence: None,
        reason: None,
    })
}

/// Whether a name from elsewhere is one of a file in a folder, and of none that we make there ourselves.
pub fn is_safe_file_name(name: &str) -> bool {
    const LONGEST: usize = 200;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let is_ours = name.ends_with(".part") || name.ends_with(".etag") || name == "manifest.tsv";
    (1..=LONGEST).contains(&name.len())
        && name.bytes().all(is_plain)
        && !name.starts_with('.')
        && !is_ours
}

/// Whether a version of a shape can be had in a format.
pub fn standing(held: &HeldVersion, format: Format) -> Standing {
    match format.holds() {
        Holds::Mesh | Holds::Points => Standing::Here,
        Holds::Labels | Holds::Mask | Holds::Field if held.is_solid => Standing::Here,
        Holds::Labels | Holds::Mask | Holds::Field if held.is_current => Standing::NotClosed,
        Holds::Labels | Holds::Mask | Holds::Field => Standing::Replaced,
    }
}

/// The line of a chosen shape; `url` gives the address of one that can be had.
pub fn line(selected: &Selected, format: Format, url: impl FnOnce(&HeldVersion) -> String) -> Line {
    let without = |state, name: Option<String>| Line {
        state,
        name,
        file: None,
        url: None,
        bytes: None,
        content_sha256: None,
        licence: None,
        reason: None,
    };
    match selected {
        Selected::KeptBack => without(Standing::KeptBack, None),
        Selected::Gone(name) => without(Standing::Gone, Some(name.to_string())),
        Selected::Withdrawn(stone) => Line {
            reason: Some(stone.reason.word().to_owned()),
            ..without(Standing::Withdrawn, Some(stone.name.to_string()))
        },
        Selected::Held(held) => {
            let state = standing(held, format);
            let is_here = state == Standing::Here;
            let exact = match size_of(held, format) {
                Some(Size::Exact(n)) => Some(n),
                Some(Size::About(_)) | None => None,
            };
            Line {
                file: is_here.then(|| file_name(held, format)),
                url: is_here.then(|| url(held)),
                bytes: exact.filter(|_| is_here),
                content_sha256: Some(held.mesh.sha256),
                licence: Some(held.source.licence.id.clone()),
                ..without(state, Some(held.name.to_string()))
            }
        }
    }
}

/// What the file of a shape in a format is called.
pub fn file_name(held: &HeldVersion, format: Format) -> String {
    format!("{}.{}", held.name.file_stem(), format.extension())
}

const COLUMNS: &str = "state\tname\tfile\tbytes\tcontent_sha256\tlicence\turl\n";

impl Form {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Txt, Self::Curl, Self::Aria2, Self::Tsv, Self::Jsonl];

    /// The word for it, the ending of its files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Txt => "txt",
            Self::Curl => "curl",
            Self::Aria2 => "aria2",
            Self::Tsv => "tsv",
            Self::Jsonl => "jsonl",
        }
    }

    /// The form of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.word() == word)
    }

    /// What kind of file it is, as HTTP calls it.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Txt | Self::Curl | Self::Aria2 => "text/plain; charset=utf-8",
            Self::Tsv => "text/tab-separated-values; charset=utf-8",
            Self::Jsonl => "application/jsonl; charset=utf-8",
        }
    }

    /// How a person uses a list of this form.
    pub fn command(self, file: &str) -> Option<String> {
        match self {
            Self::Txt => Some(format!("wget -c -i {file}")),
            Self::Curl => Some(format!("curl -K {file}")),
            Self::Aria2 => Some(format!("aria2c -i {file}")),
            Self::Tsv | Self::Jsonl => None,
        }
    }

    /// What stands at the beginning.
    pub fn heading(self) -> &'static str {
        match self {
            // An error of the server is no file, and what ends early is tried again.
            Self::Curl => "fail\nretry = 5\n",
            Self::Tsv => COLUMNS,
            Self::Txt | Self::Aria2 | Self::Jsonl => "",
        }
    }

    /// A line, or several.
    pub fn write(self, line: &Line) -> String {
        let address = line.url.as_deref().zip(line.file.as_deref());
        match (self, address) {
            (Self::Txt, Some((url, _))) => format!("{url}\n"),
            (Self::Txt, None) => String::new(),
            (Self::Curl, Some((url, file))) => format!("url = \"{url}\"\noutput = \"{file}\"\n"),
            (Self::Aria2, Some((url, file))) => format!("{url}\n  out={file}\n"),
            (Self::Curl | Self::Aria2, None) => tombstone(line),
            (Self::Tsv, _) => row(line),
            // Texts and numbers always have a JSON form.
            (Self::Jsonl, _) => serde_json::to_string(line).unwrap_or_default() + "\n",
        }
    }
}

/// A comment on what cannot be had.
fn tombstone(line: &Line) -> String {
    let name = line.name.as_deref().unwrap_or("a shape");
    let reason = line.reason.as_ref().map_or(String::new(), |reason| format!(" ({reason})"));
    format!("# {name}: {}{reason}\n", line.state.in_words())
}

fn row(line: &Line) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let cells = [
        line.state.word().to_owned(),
        text(&line.name),
        text(&line.file),
        line.bytes.map_or(String::new(), |bytes| bytes.to_string()),
        line.content_sha256.map_or(String::new(), |hash| hash.to_string()),
        text(&line.licence),
        text(&line.url),
    ];
    cells.join("\t") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here() -> Line {
        Line {
            state: Standing::Here,
            name: Some("a/b/liver".to_owned()),
            file: Some("liver-b-a.stl".to_owned()),
            url: Some("http://h/liver-b-a.stl".to_owned()),
            bytes: Some(134),
            content_sha256: Some(Sha256::of(b"abc")),
            licence: Some("CC-BY-4.0".to_owned()),
            reason: None,
        }
    }

    fn withdrawn() -> Line {
        Line {
            state: Standing::Withdrawn,
            file: None,
            url: None,
            bytes: None,
            reason: Some("consent".to_owned()),
            ..here()
        }
    }

    #[test]
    fn names_of_files_stay_in_their_folder() {
        for safe in ["liver-p1-alpha.stl", "a.nii.gz"] {
            assert!(is_safe_file_name(safe), "{safe}");
        }
        let long = "x".repeat(201);
        for name in [
            "",
            ".",
            "..",
            "../a",
            "a/b",
            "a\\b",
            ".ssh",
            "a b",
            "a.part",
            "manifest.tsv",
            "ü",
            &long,
        ] {
            assert!(!is_safe_file_name(name), "{name}");
        }
    }

    #[test]
    fn each_form_has_a_line_for_what_is_here_and_what_is_not() {
        let check = |form: Form, present: &str, absent: &str| {
            assert_eq!(form.write(&here()), present);
            assert_eq!(form.write(&withdrawn()), absent);
            assert_eq!(Form::from_word(form.word()), Some(form));
        };
        let url = "http://h/liver-b-a.stl";
        let gone = "# a/b/liver: withdrawn (consent)\n";
        check(Form::Txt, &format!("{url}\n"), "");
        check(Form::Curl, &format!("url = \"{url}\"\noutput = \"liver-b-a.stl\"\n"), gone);
        check(Form::Aria2, &format!("{url}\n  out=liver-b-a.stl\n"), gone);
        let address = parse(&Form::Txt.write(&here())).unwrap();
        assert_eq!((&address[0].url, &address[0].file), (&here().url, &here().file));
        for wrong in ["{", "<html>", "a\tb", "{\"state\": \"here\", \"name\": 1}", "ftp://x/y"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        let n_columns = COLUMNS.matches('\t').count();
        for line in [here(), withdrawn()] {
            assert_eq!(Form::Tsv.write(&line).matches('\t').count(), n_columns);
            assert_eq!(parse(&Form::Jsonl.write(&line)).unwrap(), std::slice::from_ref(&line));
            let table = format!("{COLUMNS}{}", Form::Tsv.write(&line));
            let read = parse(&table).unwrap();
            assert_eq!(read, [Line { reason: None, ..line }]);
        }
    }
}
