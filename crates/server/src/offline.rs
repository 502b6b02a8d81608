//! A page with a 3D view in it that needs no network: one file, opened from a disk.
//!
//! Viewer, style, geometry, licence and citation are all inside. Its own policy lets it load nothing:
//! script and style are named by their hashes, and the geometry stands in the page.

use std::io::{self, Write};
use std::sync::OnceLock;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use medshape::catalog::{Catalog, Role, Sha256, Shape, ShapePage, Source, StoredFile, SubjectPage};

use crate::http::base64::base64;
use crate::language::Language;
use crate::pages::{Scene, json_block, licence_panel, numbered_label, texts_of};
use crate::texts::key;
use crate::{assets, words};

/// How large a page may be, if nobody says otherwise: mail takes as much.
pub const LIMIT_BYTES: u64 = 24_000_000;
/// Pictures that stand for a whole subject until it is drawn.
const MAX_PICTURES: usize = 12;
/// Bytes of geometry that are written at once; a multiple of three, so that base64 goes on.
const CHUNK: usize = 3 << 14;

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The view is not in the program.
    #[error(
        "the program was built without the 3D view: run `npm ci && npm run build` in web/ first"
    )]
    NoViewer,
    /// Even the coarsest levels are too much.
    #[error("the page would have {0} bytes with the coarsest levels, more than {1}; allow more")]
    TooLarge(u64, u64),
    /// The store fails.
    #[error(transparent)]
    Store(#[from] medshape::catalog::Error),
    /// The page cannot be written.
    #[error("cannot write the page: {0}")]
    Write(#[from] io::Error),
}

/// A page that can be written.
#[derive(Debug, Clone)]
pub struct OfflinePage {
    title: String,
    source: Source,
    /// Each with the level of detail that the page has room for.
    parts: Vec<(Shape, StoredFile)>,
    /// Each with what it shows.
    pictures: Vec<(String, StoredFile)>,
    /// Where the shape or subject is found, if that is known.
    address: Option<String>,
    language: Language,
}

impl OfflinePage {
    /// Of one shape, in full detail.
    ///
    /// # Errors
    /// It would be larger than `limit_bytes`.
    pub fn of_shape(
        page: &ShapePage,
        address: Option<String>,
        limit_bytes: u64,
    ) -> Result<Self, Error> {
        let title = words::title(&numbered_label(&page.shape), &page.subject.id);
        let shapes = std::slice::from_ref(&page.shape);
        Self::of(title, &page.source, shapes, address, limit_bytes)
    }

    /// Of all shapes of a subject, each as finely as there is room for.
    ///
    /// # Errors
    /// It would be larger than `limit_bytes` with the coarsest levels of all.
    pub fn of_subject(
        page: &SubjectPage,
        address: Option<String>,
        limit_bytes: u64,
    ) -> Result<Self, Error> {
        let title = key::subject::TITLE.with(&[("subject", &page.subject.id)]);
        Self::of(title, &page.source, &page.shapes, address, limit_bytes)
    }

    fn of(
        title: String,
        source: &Source,
        shapes: &[Shape],
        address: Option<String>,
        limit_bytes: u64,
    ) -> Result<Self, Error> {
        let listed = words::listed(shapes.iter());
        let thumbnail = |shape: &&Shape| {
            let file = shape.files.iter().find(|file| file.role == Role::Thumbnail)?;
            Some((numbered_label(shape), file.clone()))
        };
        let pictures: Vec<_> = listed.iter().take(MAX_PICTURES).filter_map(thumbnail).collect();
        let fixed = assets::viewer_script().ok_or(Error::NoViewer)?.len() as u64
            + assets::STYLE.len() as u64
            + pictures.iter().map(|(_, file)| in_text(file.size)).sum::<u64>()
            + 2_000 * (1 + listed.len() as u64);
        let parts = fitting(&listed, limit_bytes.saturating_sub(fixed))
            .map_err(|least| Error::TooLarge(fixed + least, limit_bytes))?;
        let parts = parts.into_iter().map(|(shape, file)| (shape.clone(), file.clone())).collect();
        let language = Language::current();
        Ok(Self { title, source: source.clone(), parts, pictures, address, language })
    }

    /// A hash of all that decides the bytes of the page.
    pub fn tag(&self) -> Sha256 {
        self.language.speaking(|| self.hash())
    }

    fn hash(&self) -> Sha256 {
        let files: Vec<String> =
            self.parts.iter().map(|(_, file)| file.sha256.to_string()).collect();
        let said = self.head().into_string() + &self.foot().into_string();
        Sha256::of(format!("{said}\n{}", files.join("\n")).as_bytes())
    }

    /// Writes the page. The same page gives the same bytes.
    ///
    /// # Errors
    /// The store is damaged, or `out` cannot be written.
    pub fn write(&self, catalog: &Catalog, out: &mut dyn Write) -> Result<(), Error> {
        // Whatever thread writes it speaks the language in which it was asked for.
        self.language.speaking(|| self.write_in_language(catalog, out))
    }

    fn write_in_language(&self, catalog: &Catalog, out: &mut dyn Write) -> Result<(), Error> {
        out.write_all(self.head().into_string().as_bytes())?;
        out.write_all(self.poster(catalog)?.into_string().as_bytes())?;
        for (at, (_, file)) in self.parts.iter().enumerate() {
            write!(out, "<script type=\"text/plain\" id=\"geometry-{at}\">")?;
            for chunk in catalog.blobs().read(file)?.chunks(CHUNK) {
                out.write_all(base64(chunk).as_bytes())?;
            }
            out.write_all(b"</script>")?;
        }
        out.write_all(self.foot().into_string().as_bytes())?;
        Ok(())
    }

    fn head(&self) -> Markup {
        let style = style();
        html! {
            (DOCTYPE)
            (PreEscaped(format!("<html lang=\"{}\">", self.language.tag())))
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy(&style));
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { (self.title) " · medshape" }
                style { (PreEscaped(style)) }
            }
            (PreEscaped("<body><main id=\"main\">"))
            div.page-head {
                h1 { (self.title) }
                p {
                    (key::offline::LEAD)
                    @if let Some(address) = &self.address { " " (key::offline::TAKEN_FROM.around(&[("address", html! { a href=(address) rel="noreferrer" { (address) } })])) }
                }
            }
            (PreEscaped(format!("<shape-viewer{}>", if self.parts.len() > 1 { " class=\"has-parts\"" } else { "" })))
        }
    }

    /// What is seen until the view is drawn, and where there is no WebGL.
    fn poster(&self, catalog: &Catalog) -> Result<Markup, Error> {
        let mut pictures = Vec::new();
        for (label, file) in &self.pictures {
            let address = format!("data:image/png;base64,{}", base64(&catalog.blobs().read(file)?));
            pictures.push((label, address));
        }
        Ok(html! {
            div.poster.is-several[pictures.len() > 1] {
                @for (label, address) in &pictures {
                    img src=(address) alt=(label) width="256" height="256";
                }
            }
        })
    }

    fn foot(&self) -> Markup {
        let scene = Scene::offline(&self.title, &self.parts);
        let n_coarse = self.parts.iter().filter(|(_, file)| file.role != Role::Mesh).count() as u64;
        html! {
            script type="application/json" { (json_block(&scene.json())) }
            (PreEscaped("</shape-viewer>"))
            (texts_of("viewer"))
            noscript { p.viewer-note { (key::offline::NO_SCRIPT) } }
            @if n_coarse > 0 {
                p.notice {
                    (key::offline::COARSE.counted_with(n_coarse, &[("error", &words::mm(self.error_mm()))]))
                }
            }
            div.columns.section {
                section.panel aria-labelledby="contents" {
                    h2 id="contents" { (key::offline::CONTENTS) }
                    div.scroll tabindex="0" role="region" aria-label=(key::offline::TABLE) {
                        table {
                            thead { tr { th scope="col" { (key::kind::STRUCTURE) } th.number scope="col" { (key::kind::VOLUME) } th scope="col" { (key::share::NAME) } } }
                            tbody {
                                @for (shape, _) in &self.parts {
                                    tr { th scope="row" { (numbered_label(shape)) } td.number { (words::volume(shape.measures.volume_mm3)) } td { code { (shape.name) } } }
                                }
                            }
                        }
                    }
                }
                (licence_panel(&self.source))
            }
            p.muted { (key::offline::MADE_BY.with(&[("version", &env!("CARGO_PKG_VERSION"))])) }
            (PreEscaped("</main>"))
            @if let Some(script) = script() { script type="module" { (PreEscaped(script)) } }
            (PreEscaped("</body></html>\n"))
        }
    }

    fn error_mm(&self) -> f64 {
        let errors = self.parts.iter().filter(|(_, file)| file.role != Role::Mesh);
        errors.filter_map(|(_, file)| file.error_mm).fold(0.0, f64::max)
    }
}

/// Bytes as base64.
fn in_text(n_bytes: u64) -> u64 {
    n_bytes.div_ceil(3) * 4
}

/// For each shape the finest level such that all fit: while they do not, what is largest becomes coarser.
/// The error is the least that they take.
fn fitting<'a>(shapes: &[&'a Shape], budget: u64) -> Result<Vec<(&'a Shape, &'a StoredFile)>, u64> {
    // Finest first.
    let levels = |shape: &'a Shape| -> Vec<&'a StoredFile> {
        let roles = [Role::Mesh].into_iter().chain(Role::LEVELS);
        roles.filter_map(|role| shape.files.iter().find(|file| file.role == role)).collect()
    };
    let all: Vec<(&Shape, Vec<&StoredFile>)> =
        shapes.iter().map(|shape| (*shape, levels(shape))).filter(|(_, l)| !l.is_empty()).collect();
    let mut chosen = vec![0; all.len()];
    let size = |at: usize, level: usize| in_text(all[at].1[level].size);
    let mut total: u64 = (0..all.len()).map(|at| size(at, 0)).sum();
    while total > budget {
        let can_shrink = |at: &usize| chosen[*at] + 1 < all[*at].1.len();
        let largest = (0..all.len()).filter(can_shrink).max_by_key(|at| size(*at, chosen[*at]));
        let Some(at) = largest else { return Err(total) };
        total = total - size(at, chosen[at]) + size(at, chosen[at] + 1);
        chosen[at] += 1;
    }
    Ok(all.iter().zip(chosen).map(|((shape, files), level)| (*shape, files[level])).collect())
}

/// The style of all pages, as it stands in this one: nothing in it may end the element.
fn style() -> String {
    String::from_utf8_lossy(assets::STYLE).replace("</", "<\\/")
}

/// The script of the view, in which nothing ends the element; `<!--` would open another.
fn script() -> Option<&'static str> {
    static SCRIPT: OnceLock<Option<String>> = OnceLock::new();
    let made = || {
        let script = assets::viewer_script()?;
        let text = String::from_utf8_lossy(&script).replace("\r\n", "\n");
        Some(text.replace("</script", "<\\/script").replace("<!--", "<\\!--"))
    };
    SCRIPT.get_or_init(made).as_deref()
}

/// Script and style by their hashes, pictures that stand in the page, and nothing else.
fn policy(style: &str) -> String {
    let hash = |text: &str| base64(Sha256::of(text.as_bytes()).as_bytes());
    let script = script().map_or_else(String::new, |script| format!("'sha256-{}'", hash(script)));
    format!(
        "default-src 'none'; script-src {script} 'wasm-unsafe-eval'; style-src 'sha256-{}'; \
         img-src data: blob:; base-uri 'none'; form-action 'none'; object-src 'none'",
        hash(style)
    )
}

#[cfg(test)]
mod tests {
    use medshape::catalog::{Measures, Quality};

    use super::*;

    fn shape(name: &str, sizes: &[u64]) -> Shape {
        let roles = [Role::Mesh].into_iter().chain(Role::LEVELS);
        let file = |(role, size): (Role, &u64)| StoredFile {
            role,
            size: *size,
            sha256: Sha256::of(b""),
            error_mm: None,
        };
        Shape {
            name: name.parse().unwrap(),
            structure: "liver".to_owned(),
            coded: true,
            side: None,
            finding: None,
            label_value: 1,
            label_name: "liver".to_owned(),
            measures: Measures {
                n_voxels: 0,
                voxel_volume_mm3: 0.0,
                volume_mm3: 0.0,
                area_mm2: 0.0,
                bounds_min_mm: [0.0; 3],
                bounds_max_mm: [0.0; 3],
                n_faces: 0,
                n_vertices: 0,
                n_components: 0,
            },
            quality: Quality {
                closed: true,
                manifold: true,
                oriented: true,
                touches_border: false,
                notes: Vec::new(),
                import: None,
            },
            files: roles.zip(sizes).map(file).collect(),
            aliases: Vec::new(),
        }
    }

    #[test]
    fn what_is_largest_becomes_coarser_until_all_fit() {
        let (big, small) = (shape("a/b/liver", &[900, 90, 9]), shape("a/b/spleen", &[300, 30, 3]));
        let chosen = |budget| {
            let fits = fitting(&[&big, &small], budget);
            fits.map(|parts| parts.iter().map(|(_, file)| file.size).collect::<Vec<_>>())
        };
        assert_eq!(chosen(1600), Ok(vec![900, 300]));
        assert_eq!(chosen(1599), Ok(vec![90, 300]));
        assert_eq!(chosen(519), Ok(vec![90, 30]));
        assert_eq!(chosen(16), Ok(vec![9, 3]));
        assert_eq!(chosen(15), Err(16));
    }
}
