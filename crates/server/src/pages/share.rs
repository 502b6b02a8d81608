//! How to cite a shape, to pass it on and to put it into pages, programs and phones.

use maud::{Markup, html};
use medshape::catalog::{ShapeName, ShapePage};
use medshape::citation::Form;
use medshape::format::Format;

use super::embed::iframe;
use super::viewer::numbered_label;
use crate::texts::key;
use crate::{assets, links, words};

/// Characters of a title that Scene Viewer shows.
const TITLE: usize = 60;

/// Citations for programs, and lines to copy.
pub(super) fn panel(page: &ShapePage) -> Markup {
    let name = &page.shape.name;
    html! {
        section.panel aria-labelledby="share" {
            h2 id="share" { (key::share::TITLE) }
            ul.chips aria-label=(key::share::AS_FILE) {
                @for form in Form::ALL {
                    li { a.chip href=(links::of_record(name, form.file_name())) download=(format!("{}-{}", name.file_stem(), form.file_name())) { (form.title()) } }
                }
            }
            dl.copies {
                (line(key::share::NAME.text(), &name.to_string()))
                (line(key::share::LINK.text(), &links::absolute(&links::shape(name))))
                @if let Some((curl, python)) = commands(page) { (line("curl", &curl)) (line("Python", &python)) }
                @if assets::viewer_url().is_some() {
                    (line(key::share::EMBED.text(), &iframe(page)))
                    (line(key::share::ELEMENT.text(), &element(name)))
                }
            }
            p.share-more {
                a href=(links::offline(name)) download { (key::share::OFFLINE) } " " (key::share::OFFLINE_NOTE)
            }
            p.share-more { a href=(links::report(name)) data-with-view { (key::report::TITLE) } }
        }
    }
}

/// A text that the script adds a button to; without the script it can be selected.
fn line(what: &str, text: &str) -> Markup {
    html! { div { dt { (what) } dd data-copy=(what) { code { (text) } } } }
}

/// How programs take the mesh.
fn commands(page: &ShapePage) -> Option<(String, String)> {
    let link = links::absolute(&links::download(&page.shape, Format::Stl)?);
    let file = links::download_name(&page.shape.name, Format::Stl);
    let curl = format!("curl --fail --remote-name {link}");
    let python = format!(
        "import urllib.request, trimesh; mesh = trimesh.load(urllib.request.urlretrieve(\"{link}\", \"{file}\")[0])"
    );
    Some((curl, python))
}

/// The element for pages of others.
fn element(name: &ShapeName) -> String {
    let script = links::absolute(&links::at("/embed.js"));
    let element = html! {
        script type="module" src=(script) {}
        medshape-viewer shape=(name) {}
    };
    element.into_string()
}

/// Links for phones that show a shape in the room. The script takes the word `hidden` away on devices
/// where they work; there the plain links of the list of files would only be saved.
pub(super) fn in_the_room(page: &ShapePage) -> Markup {
    let quick_look = links::download(&page.shape, Format::Usdz);
    let scene_viewer = links::download(&page.shape, Format::PlainGlb);
    let title = words::title(&numbered_label(&page.shape), &page.subject.id);
    html! {
        @if let Some(link) = quick_look {
            // Quick Look wants a link with a picture in it and nothing else; true to size.
            p.room hidden data-room="quick-look" {
                a rel="ar" href={ (link) "#allowsContentScaling=0" } {
                    img src=(links::icon()) alt=(key::share::QUICK_LOOK) width="48" height="48";
                }
            }
        }
        @if let Some(link) = scene_viewer {
            p.room hidden data-room="scene-viewer" {
                a.button href=(intent(&links::absolute(&link), &title, &links::absolute(&links::shape(&page.shape.name)))) { (key::share::SCENE_VIEWER) }
            }
        }
    }
}

/// The address that opens a file in Google's Scene Viewer, true to size; without it, the page stays.
fn intent(file: &str, title: &str, page: &str) -> String {
    let title: String = title.chars().take(TITLE).collect();
    // In this address a space is `%20`.
    let escaped = |text: &str| links::escaped(text).replace('+', "%20");
    format!(
        "intent://arvr.google.com/scene-viewer/1.0?file={}&mode=ar_preferred&resizable=false&title={}&link={}\
         #Intent;scheme=https;package=com.google.android.googlequicksearchbox;\
         action=android.intent.action.VIEW;S.browser_fallback_url={};end;",
        escaped(file),
        escaped(&title),
        escaped(page),
        escaped(page)
    )
}

#[cfg(test)]
mod tests {
    use super::intent;

    #[test]
    fn an_intent_holds_whole_addresses_escaped() {
        let intent =
            intent("https://a.example/x.plain.glb", "Left; kidney & more", "https://a.example/s/a");
        assert!(
            intent.contains("file=https%3A%2F%2Fa.example%2Fx.plain.glb&mode=ar_preferred"),
            "{intent}"
        );
        assert!(intent.contains("title=Left%3B%20kidney%20%26%20more&link="), "{intent}");
        assert_eq!(intent.matches("#Intent;").count(), 1);
    }
}
