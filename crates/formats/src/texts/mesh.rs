//! Mesh formats: headers, comments and names; coordinates and faces are passed over.

use super::bytes::Bytes;
use super::teller::Teller;
use super::{json, plain};

/// Which lines of a text format say something, by their first word.
pub(super) struct Grammar {
    format: &'static str,
    /// Numbers, and words of the format.
    silent: &'static [&'static str],
    comments: &'static [&'static str],
    /// Words before a name, and what it names.
    names: &'static [(&'static str, &'static str)],
    /// Words before a name of a file.
    files: &'static [&'static str],
}

pub(super) const STL: Grammar = Grammar {
    format: "STL",
    silent: &["facet", "outer", "vertex", "endloop", "endfacet", "end"],
    comments: &[],
    names: &[("solid", "solid name"), ("endsolid", "solid name")],
    files: &[],
};

pub(super) const OBJ: Grammar = Grammar {
    format: "OBJ",
    silent: &["v", "vn", "vt", "vp", "f", "fo", "l", "p", "s"],
    comments: &["#"],
    names: &[
        ("o", "object name"),
        ("g", "group name"),
        ("usemtl", "material name"),
        ("usemap", "map name"),
    ],
    files: &["mtllib", "maplib"],
};

pub(super) const OFF: Grammar = Grammar {
    format: "OFF",
    silent: &["OFF", "COFF", "NOFF", "STOFF", "CNOFF"],
    comments: &["#"],
    names: &[],
    files: &[],
};

/// Lines of a text format.
pub(super) fn tell_lines(bytes: &mut Bytes<'_>, grammar: &Grammar, teller: &mut Teller<'_>) {
    plain::each_line(bytes, teller, |number, line, teller| {
        grammar.tell(number, line.trim_ascii(), teller);
    });
}

impl Grammar {
    fn tell(&self, number: usize, line: &[u8], teller: &mut Teller<'_>) {
        let n_word = line.iter().position(u8::is_ascii_whitespace).unwrap_or(line.len());
        let (word, rest) = line.split_at(n_word);
        let word = std::str::from_utf8(word).unwrap_or_default();
        let is_silent = self.silent.contains(&word) || plain::is_numbers(line);
        let comment = self.comments.iter().find_map(|mark| after(line, mark.as_bytes()));
        let place = |what: &str| format!("{} {what}, line {number}", self.format);
        let name = self.names.iter().find(|(name, _)| *name == word);
        if let (Some(comment), None) = (comment, name) {
            // A comment may also stand behind numbers.
            teller.say(&place("comment"), comment);
        } else if is_silent {
        } else if let Some((_, what)) = name {
            teller.say(&place(what), rest);
        } else if self.files.contains(&word) {
            teller.say_name(&place("file name"), rest.trim_ascii());
        } else {
            teller.say(&format!("{} line {number}", self.format), line);
        }
    }
}

/// What stands behind a mark at the begin of the line or behind white space.
fn after<'a>(line: &'a [u8], mark: &[u8]) -> Option<&'a [u8]> {
    let is_mark = |&at: &usize| {
        line[at..].starts_with(mark) && (at == 0 || line[at - 1].is_ascii_whitespace())
    };
    let at = (0..line.len()).find(is_mark)?;
    Some(&line[at + mark.len()..])
}

pub(super) fn tell_binary_stl(bytes: &mut Bytes<'_>, teller: &mut Teller<'_>) {
    let header = bytes.take(80);
    for part in header.split(|&byte| byte == 0) {
        teller.say("STL header", part);
    }
    let n_faces = bytes.array().map_or(0, u32::from_le_bytes);
    bytes.skip(50 * u64::from(n_faces));
    plain::tell_runs(bytes, "after the triangles", teller);
}

pub(super) fn tell_glb(bytes: &mut Bytes<'_>, teller: &mut Teller<'_>) {
    bytes.skip(12);
    while let Some(header) = bytes.array::<8>() {
        let [n0, n1, n2, n3, kind @ ..] = header;
        let n_bytes = u64::from(u32::from_le_bytes([n0, n1, n2, n3]));
        let mut chunk = bytes.part(n_bytes);
        match &kind {
            b"JSON" => json::tell(&mut chunk, "glTF", teller),
            b"BIN\0" => {}
            _ => plain::tell_runs(&mut chunk, "glTF chunk of unknown kind", teller),
        }
        chunk.skip(u64::MAX);
    }
}

/// The header; elements are passed over.
pub(super) fn tell_ply(bytes: &mut Bytes<'_>, teller: &mut Teller<'_>) {
    let most = teller.limits.string;
    while let Some(line) = plain::line(bytes, most) {
        let n_word = line.iter().position(|&byte| byte == b' ').unwrap_or(line.len());
        let (word, rest) = line.split_at(n_word);
        match word {
            b"comment" => teller.say("PLY comment", rest),
            b"obj_info" => teller.say("PLY obj_info", rest),
            b"element" => teller.say("PLY element name", rest),
            b"property" => teller.say("PLY property name", rest),
            b"end_header" => return,
            b"ply" | b"format" => {}
            _ => teller.say("PLY header", &line),
        }
    }
}

/// The title, and in a text file every line that is not all numbers.
pub(super) fn tell_vtk(bytes: &mut Bytes<'_>, teller: &mut Teller<'_>) {
    let most = teller.limits.string;
    let _version = plain::line(bytes, most);
    let Some(title) = plain::line(bytes, most) else { return };
    teller.say("VTK title", &title);
    let encoding = plain::line(bytes, most).unwrap_or_default();
    if encoding.starts_with(b"BINARY") {
        return plain::tell_ends(bytes, teller);
    }
    plain::each_line(bytes, teller, |number, line, teller| {
        if !plain::is_numbers(line) {
            teller.say(&format!("VTK line {}", number + 3), line);
        }
    });
}

/// The header; points are passed over.
pub(super) fn tell_pcd(bytes: &mut Bytes<'_>, teller: &mut Teller<'_>) {
    let most = teller.limits.string;
    while let Some(line) = plain::line(bytes, most) {
        match line.strip_prefix(b"#") {
            Some(comment) => teller.say("PCD comment", comment),
            None => teller.say("PCD header", &line),
        }
        if line.starts_with(b"DATA") {
            break;
        }
    }
}
