//! Every address of the site, built in one place, below the path that the site stands under.
//!
//! Parts of names can stand in addresses as they are; only free text is escaped.

use medshape::catalog::{LinkId, Order, Role, SelectionId, Sha256, Shape, ShapeName, StoredFile};
use medshape::export;
use medshape::format::Format;

use crate::address;
use crate::files::Address;
use crate::language::{self, Language, Speech};

/// A path of the site, as the client has to ask for it.
pub(crate) fn at(path: &str) -> String {
    address::prefix().as_ref().to_owned() + path
}

/// The same of a page: it goes on in the language that the address of this one asks for.
fn page(path: &str) -> String {
    let link = at(path);
    let Speech { language, is_asked } = address::speech();
    if is_asked { language::in_link(&link, Some(language)) } else { link }
}

/// The page that is being answered, in a language; `None` for that of its reader's browser.
pub(crate) fn here_in(language: Option<Language>) -> String {
    language::in_link(&at(&address::here()), language)
}

/// A link with the site's origin, for whoever takes it elsewhere; without one where that is not known.
/// It names no language: whoever follows it reads his own.
pub(crate) fn absolute(link: &str) -> String {
    absolute_as_it_is(&in_no_language(link))
}

/// A link without the language that it names.
pub(crate) fn in_no_language(link: &str) -> String {
    language::in_link(link, None)
}

/// The same, in the language that the link names.
pub(crate) fn absolute_as_it_is(link: &str) -> String {
    address::origin().map_or_else(String::new, |origin| origin.to_string()) + link
}

pub(crate) fn home() -> String {
    page("/")
}

/// Where shapes are looked for.
pub(crate) fn all_shapes() -> String {
    page("/search")
}

/// The same for a form, whose fields are the question.
pub(crate) fn search_form() -> String {
    at("/search")
}

/// Where shapes are compared, for a form.
pub(crate) fn comparison_form() -> String {
    at("/compare")
}

pub(crate) fn sources() -> String {
    page("/d")
}

pub(crate) fn releases() -> String {
    page("/releases")
}

pub(crate) fn icon() -> String {
    at("/assets/icon.svg")
}

pub(crate) fn shape(name: &ShapeName) -> String {
    page(&format!("/s/{name}"))
}

/// A shape with what its view shows, as the view writes it: `?cam=30,12,2.4`.
pub(crate) fn with_view(name: &ShapeName, view: &str) -> String {
    let link = at(&format!("/s/{name}")) + view;
    let Speech { language, is_asked } = address::speech();
    if is_asked { language::in_link(&link, Some(language)) } else { link }
}

/// The record of a shape, for programs.
pub(crate) fn record(name: &ShapeName) -> String {
    at(&format!("/v1/shapes/{name}"))
}

/// What is told of a shape beside its record: a citation, say.
pub(crate) fn of_record(name: &ShapeName, file: &str) -> String {
    at(&format!("/v1/shapes/{name}/{file}"))
}

/// The view of a shape for pages of others.
pub(crate) fn embedded(name: &ShapeName) -> String {
    page(&format!("/embed/s/{name}"))
}

/// A page with a view in it that needs no network.
pub(crate) fn offline(name: &ShapeName) -> String {
    in_this_language(at(&format!("/download/{}/{OFFLINE}", folder(name))))
}

/// What programs would be given in English, in the language of the page that leads there.
fn in_this_language(link: String) -> String {
    match Language::current() {
        Language::ENGLISH => link,
        language => language::in_link(&link, Some(language)),
    }
}

/// The same of a subject.
pub(crate) fn offline_subject(source: &str, subject: &str) -> String {
    in_this_language(at(&format!("/download/{source}/{subject}/{OFFLINE}")))
}

/// What such a page is called in addresses.
pub(crate) const OFFLINE: &str = "offline.html";

/// Where somebody says what is wrong with a shape.
pub(crate) fn report(name: &ShapeName) -> String {
    page(&format!("/report/{name}"))
}

/// What people said is wrong.
pub(crate) fn reports() -> String {
    page("/reports")
}

pub(crate) fn subject(source: &str, subject: &str) -> String {
    page(&format!("/b/{source}/{subject}"))
}

pub(crate) fn source(id: &str) -> String {
    page(&format!("/d/{id}"))
}

pub(crate) fn release(number: u32) -> String {
    page(&format!("/releases/{number}"))
}

/// A document of a release, which never changes.
pub(crate) fn release_document(number: u32, name: &str) -> String {
    at(&format!("/v1/releases/{number}/{name}"))
}

pub(crate) fn search(query: &str, number: u64) -> String {
    let query = escaped(query);
    match number {
        0 | 1 => page(&format!("/search?q={query}")),
        number => page(&format!("/search?q={query}&page={number}")),
    }
}

/// All structures.
pub(crate) fn anatomy() -> String {
    page("/a")
}

pub(crate) fn structure(id: &str) -> String {
    page(&format!("/a/{}", escaped(id)))
}

/// Shapes side by side, laid on the first in a way.
pub(crate) fn compare(names: &[&ShapeName], alignment: &str) -> String {
    let names: Vec<String> = names.iter().map(|name| name.to_string()).collect();
    page(&format!("/compare?s={}&align={alignment}", names.join(",")))
}

/// How far the one is from the other; the versions make it the address of these very numbers.
pub(crate) fn distances(first: &Shape, second: &Shape, alignment: &str) -> String {
    let version =
        |shape| stored(shape, Role::Mesh).map_or_else(String::new, |file| version(&file.sha256));
    at(&format!(
        "/compare/distances?s={},{}&align={alignment}&v={}{}",
        first.name,
        second.name,
        version(first),
        version(second)
    ))
}

/// A search with all that its page can be told: how hits are sorted and shown.
pub(crate) fn browse(query: &str, order: Order, as_table: bool, page: u64) -> String {
    let order = if order == Order::HeldFirst { None } else { Some(("sort", order.word())) };
    let as_table = as_table.then_some(("view", "table"));
    order.into_iter().chain(as_table).fold(search(query, page), with)
}

/// A link with a parameter more; the language stays the last.
pub(crate) fn with(link: String, (name, value): (&str, &str)) -> String {
    let sign = if link.contains('?') { '&' } else { '?' };
    let link = format!("{link}{sign}{name}={value}");
    let Speech { language, is_asked } = address::speech();
    if is_asked { language::in_link(&link, Some(language)) } else { link }
}

/// The stored file of a shape; the version makes the address one of these very bytes.
pub(crate) fn file(name: &ShapeName, file: &StoredFile) -> Option<String> {
    let version = version(&file.sha256);
    Some(at(&format!("/files/{}/{}?v={version}", folder(name), file_name(file.role)?)))
}

/// The address of the file with this role, if there is one.
pub(crate) fn file_among(name: &ShapeName, files: &[StoredFile], role: Role) -> Option<String> {
    file(name, files.iter().find(|file| file.role == role)?)
}

pub(crate) fn file_of(shape: &Shape, role: Role) -> Option<String> {
    file_among(&shape.name, &shape.files, role)
}

/// What a question finds, to be taken home.
pub(crate) fn take(query: &str) -> String {
    page(&format!("/selections?q={}", escaped(query)))
}

pub(crate) fn selection(id: SelectionId) -> String {
    page(&format!("/selections/{id}"))
}

/// A document of a selection: a list of files, or a paper.
pub(crate) fn selection_document(id: SelectionId, name: &str) -> String {
    at(&format!("/v1/selections/{id}/{name}"))
}

/// Where selections are made.
pub(crate) fn selections() -> String {
    page("/selections")
}

/// The record of a selection, for programs.
pub(crate) fn selection_record(id: SelectionId) -> String {
    at(&format!("/v1/selections/{id}"))
}

/// What somebody has put aside to take along.
pub(crate) fn cart() -> String {
    page("/cart")
}

/// A short link.
pub(crate) fn short(id: LinkId) -> String {
    at(&format!("/v/{id}"))
}

/// The shape as a file of `format`; `None` where it cannot be had as that.
pub(crate) fn download(shape: &Shape, format: Format) -> Option<String> {
    stored(shape, Role::Mesh).filter(|_| export::is_offered(shape, format))?;
    let name = download_name(&shape.name, format);
    Some(at(&format!("/download/{}/{name}", folder(&shape.name))))
}

pub(crate) fn download_name(name: &ShapeName, format: Format) -> String {
    format!("{}.{}", name.file_stem(), format.extension())
}

pub(crate) fn stored(shape: &Shape, role: Role) -> Option<&StoredFile> {
    shape.files.iter().find(|file| file.role == role)
}

/// What a stored file is called in an address; label maps are not served.
pub(crate) fn file_name(role: Role) -> Option<&'static str> {
    match role {
        Role::Mesh => Some("mesh.glb"),
        Role::Level1 => Some("level1.glb"),
        Role::Level2 => Some("level2.glb"),
        Role::Level3 => Some("level3.glb"),
        Role::Level4 => Some("level4.glb"),
        Role::Thumbnail => Some("thumbnail.png"),
        Role::Original => Some("original.glb"),
        Role::LabelMap => None,
    }
}

/// The first digits of a hash: enough to tell versions of one shape apart.
pub(crate) fn version(hash: &Sha256) -> String {
    let mut digits = hash.to_string();
    digits.truncate(8);
    digits
}

/// The names that a shape's folder may mean, likelier first: `source/subject/rib.2` is the second
/// rib unless there is a structure of that very name.
pub(crate) fn names_of_folder(source: &str, subject: &str, structure: &str) -> Vec<ShapeName> {
    let plain = format!("{source}/{subject}/{structure}");
    let numbered =
        structure.rsplit_once('.').map(|(kind, n)| format!("{source}/{subject}/{kind}/{n}"));
    [Some(plain), numbered].into_iter().flatten().filter_map(|name| name.parse().ok()).collect()
}

/// An address below `/download` without the version that it may name, and that: `liver@1a2b3c4d`.
pub(crate) fn split_version(address: Address) -> (Address, Option<String>) {
    // No name holds this sign.
    let Some((structure, version)) = address.structure.split_once('@') else {
        return (address, None);
    };
    let (structure, version) = (structure.to_owned(), version.to_owned());
    (Address { structure, ..address }, Some(version))
}

/// A version of a shape as a file of `format`.
pub(crate) fn version_download(name: &ShapeName, mesh: &Sha256, format: Format) -> String {
    let (version, file) = (version(mesh), download_name(name, format));
    at(&format!("/download/{}@{version}/{file}", folder(name)))
}

fn folder(name: &ShapeName) -> String {
    let number = match name.ordinal().get() {
        1 => String::new(),
        ordinal => format!(".{ordinal}"),
    };
    format!("{}/{}/{}{number}", name.source(), name.subject(), name.structure())
}

pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for &byte in text.as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                escaped.push(char::from(byte));
            }
            b' ' => escaped.push('+'),
            other => escaped.push_str(&format!("%{other:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_text_is_escaped_in_addresses() {
        assert_eq!(search("left kidney 60..70", 1), "/search?q=left+kidney+60..70");
        assert_eq!(search("a&b=\"ü\"", 3), "/search?q=a%26b%3D%22%C3%BC%22&page=3");
    }

    #[test]
    fn a_folder_of_a_numbered_shape_leads_back_to_its_name() {
        let name: ShapeName = "phantom/p01/rib-left/3".parse().unwrap();
        assert_eq!(folder(&name), "phantom/p01/rib-left.3");
        assert!(names_of_folder("phantom", "p01", "rib-left.3").contains(&name));
        assert_eq!(names_of_folder("a", "b", "c").len(), 1);
    }
}
