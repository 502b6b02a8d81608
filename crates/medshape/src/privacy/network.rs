//! Addresses of mail, web and networks, folders of users, and identifiers of DICOM.

use std::ops::Range;

use super::found::{Found, Rule};
use super::names::Setting;
use super::words::{self, Case};

pub(super) fn find(text: &str, setting: Setting, found: &mut Vec<Found>) {
    if text.contains('@') {
        mail(text, found);
    }
    if setting == Setting::Noise {
        found.retain(|found| found.rule != Rule::UserPath);
    }
    if text.contains("://") || text.contains("www.") {
        web(text, found);
    }
    if text.contains(['/', '\\']) {
        user_folders(text, found);
    }
    dotted(text, found);
    if text.contains(':') {
        machines(text, found);
    }
}

/// `name@host.org`; `name@host` is a user on a machine.
fn mail(text: &str, found: &mut Vec<Found>) {
    let mut end_of_last = 0;
    for (at, _) in text.match_indices('@') {
        let is_local = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-');
        let is_host = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
        if at < end_of_last {
            continue;
        }
        let local = text[end_of_last..at]
            .chars()
            .rev()
            .take_while(|&c| is_local(c))
            .map(char::len_utf8)
            .sum::<usize>();
        let host: usize =
            text[at + 1..].chars().take_while(|&c| is_host(c)).map(char::len_utf8).sum();
        let host = text[at + 1..at + 1 + host].trim_end_matches(['.', '-']).len();
        let span = at - local..at + 1 + host;
        end_of_last = span.end.max(at);
        if local == 0 || host == 0 || &text[span.start..at] == "git" {
            continue;
        }
        let domain = &text[at + 1..span.end];
        let is_top = |top: &str| top.len() >= 2 && top.chars().all(char::is_alphabetic);
        match domain.rsplit_once('.') {
            Some((_, top)) if is_top(top) => found.push(Found::high(Rule::Email, span)),
            // `repository@commit` is none.
            None if domain.bytes().all(|byte| byte.is_ascii_hexdigit()) => {}
            None if domain.len() >= 3 && domain.starts_with(char::is_alphabetic) && local >= 2 => {
                found.push(Found::medium(Rule::UserPath, span));
            }
            _ => {}
        }
    }
}

/// Hosts that formats and their programs name.
const HOSTS: [&str; 34] = [
    "w3.org",
    "khronos.org",
    "microsoft.com",
    "openxmlformats.org",
    "adobe.com",
    "nih.gov",
    "nitrc.org",
    "slicer.org",
    "vtk.org",
    "itk.org",
    "kitware.com",
    "paraview.org",
    "blender.org",
    "sourceforge.net",
    "json-schema.org",
    "creativecommons.org",
    "doi.org",
    "purl.org",
    "schema.org",
    "dicomstandard.org",
    "nema.org",
    "spdx.org",
    "opensource.org",
    "apache.org",
    "gnu.org",
    "pointclouds.org",
    "3mf.io",
    "collada.org",
    "github.com",
    "githubusercontent.com",
    "mcgill.ca",
    "freesurfer.net",
    "snomed.info",
    "example.org",
];

fn web(text: &str, found: &mut Vec<Found>) {
    const LONGEST_HOST: usize = 253;
    for (at, mark) in text.match_indices("://").chain(text.match_indices("www.")) {
        let host_begin = if mark == "www." { at } else { at + mark.len() };
        let is_host = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
        let host: usize = text[host_begin..]
            .chars()
            .take(LONGEST_HOST)
            .take_while(|&c| is_host(c))
            .map(char::len_utf8)
            .sum();
        let host = &text[host_begin..host_begin + host];
        let scheme =
            text[..at].chars().rev().take(8).take_while(|c| c.is_ascii_alphabetic()).count();
        let is_known = |known: &&str| {
            host.strip_suffix(*known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        if host.contains('.') && !HOSTS.iter().any(is_known) {
            found.push(Found::medium(
                Rule::WebAddress,
                at - if mark == "www." { 0 } else { scheme }..host_begin + host.len(),
            ));
        }
    }
}

/// Folders that hold a folder for each user.
const HOMES: [&str; 6] =
    ["home", "users", "documents and settings", "homes", "profiles", "benutzer"];

/// Users that are no persons.
const NOBODY: [&str; 26] = [
    "user",
    "users",
    "ubuntu",
    "root",
    "admin",
    "administrator",
    "runner",
    "jovyan",
    "public",
    "default",
    "app",
    "node",
    "docker",
    "vagrant",
    "data",
    "shared",
    "guest",
    "centos",
    "debian",
    "vscode",
    "all",
    "nobody",
    "www",
    "git",
    "test",
    "work",
];

/// `/home/anna/`, `C:\Users\jsmith\`.
fn user_folders(text: &str, found: &mut Vec<Found>) {
    let mut before: Option<&str> = None;
    let mut begin = 0;
    for part in text.split(['/', '\\']) {
        let is_home = before.is_some_and(|before| {
            let last = before.rsplit([' ', '=', ':', '"', '\'', ',']).next().unwrap_or_default();
            HOMES
                .iter()
                .any(|home| last.eq_ignore_ascii_case(home) || before.eq_ignore_ascii_case(home))
        });
        if is_home {
            let user = part.split([' ', '"', '\'', ':', ';', ',']).next().unwrap_or_default();
            let is_nobody = user.is_empty() || NOBODY.contains(&user.to_lowercase().as_str());
            if !is_nobody && user.chars().any(char::is_alphabetic) {
                found.push(user_folder(user, begin..begin + user.len()));
            }
        }
        begin += part.len() + 1;
        before = Some(part);
    }
}

fn user_folder(user: &str, span: Range<usize>) -> Found {
    if names_somebody(user) {
        Found::high(Rule::PersonName, span)
    } else {
        Found::medium(Rule::UserPath, span)
    }
}

/// Whether a user's name is made of a person's: `anna`, `jsmith`, `smithj`, `a.kowalska`.
pub(super) fn names_somebody(user: &str) -> bool {
    let is_family =
        |plain: &str| plain.len() >= 4 && words::known(plain).family == words::Strength::Strong;
    words::words(user).iter().any(|word| {
        let plain = word.plain.as_str();
        let inner = |begin: usize, end: usize| plain.get(begin..end).is_some_and(is_family);
        let is_initial_and_name = word.case != Case::Initial
            && plain.len() > 4
            && word.known.is_unheard()
            && (inner(1, plain.len()) || inner(0, plain.len() - 1) || inner(2, plain.len()));
        word.known.is_name() && plain.len() >= 3 || is_initial_and_name
    })
}

/// Numbers with dots between: four are an address in a network, many are an identifier of DICOM.
fn dotted(text: &str, found: &mut Vec<Found>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let is_of_number = |byte: &&u8| byte.is_ascii_digit() || **byte == b'.';
        let n_bytes = bytes[at..].iter().take_while(is_of_number).count();
        let number = text[at..at + n_bytes].trim_end_matches('.');
        let is_free = !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '-');
        if !number.is_empty() && is_free {
            found.extend(dotted_number(number, at));
        }
        at += n_bytes.max(1);
        while !text.is_char_boundary(at) {
            at += 1;
        }
    }
}

fn dotted_number(number: &str, at: usize) -> Option<Found> {
    const SHORTEST_UID: usize = 16;
    /// Identifiers of the standard itself, which all files share.
    const OF_STANDARD: &str = "1.2.840.10008.";
    let parts: Vec<&str> = number.split('.').take(40).collect();
    let span = at..at + number.len();
    if parts.iter().any(|part| part.is_empty()) {
        return None;
    }
    if parts.len() == 4 {
        let parts: Vec<u32> =
            parts.iter().filter_map(|part| part.parse().ok()).filter(|&n| n <= 255).collect();
        let is_version = parts.iter().all(|&part| part < 20);
        let is_own = matches!(parts[..], [0 | 127, ..]);
        return (parts.len() == 4 && !is_version && !is_own)
            .then(|| Found::medium(Rule::IpAddress, span));
    }
    let is_uid =
        parts.len() >= 5 && number.len() >= SHORTEST_UID && matches!(parts[0], "0" | "1" | "2");
    (is_uid && !number.starts_with(OF_STANDARD)).then(|| Found::medium(Rule::Uid, span))
}

/// Addresses of network cards, `00:1A:2B:3C:4D:5E`, and of networks with colons.
fn machines(text: &str, found: &mut Vec<Found>) {
    let is_of_address = |c: char| c.is_ascii_hexdigit() || c == ':';
    let mut at = 0;
    for piece in text.split(|c: char| !is_of_address(c)) {
        let parts: Vec<&str> = piece.split(':').take(10).collect();
        let are = |n: usize, len: Range<usize>| {
            parts.len() == n && parts.iter().all(|part| len.contains(&part.len()))
        };
        let has_letter = piece.contains(|c: char| c.is_ascii_alphabetic());
        if are(6, 2..3) {
            found.push(Found::medium(Rule::Device, at..at + piece.len()));
        } else if are(8, 1..5) && has_letter {
            found.push(Found::medium(Rule::IpAddress, at..at + piece.len()));
        }
        at += piece.len();
        at += text[at..].chars().next().map_or(0, char::len_utf8);
    }
}
