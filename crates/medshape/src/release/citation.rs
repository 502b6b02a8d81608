//! How a release is cited.

use medshape_catalog::release::Release;
use serde_json::Value;

/// `CITATION.cff`, version 1.2.0. Its texts are written as JSON strings, which YAML reads.
pub(super) fn cff(release: &Release) -> String {
    let about = &release.about;
    let quoted = |text: &str| Value::from(text).to_string();
    let author = about.publisher.as_deref().unwrap_or("Publisher unknown");
    let mut lines = vec![
        "cff-version: 1.2.0".to_owned(),
        "message: \"If you use this collection, cite it, and the sources of the shapes that you use: the column citation of manifest.parquet.\"".to_owned(),
        "type: dataset".to_owned(),
        format!("title: {}", quoted(&about.title)),
        format!("version: \"{}\"", release.number),
        format!("date-released: \"{}\"", release.version_date),
        "authors:".to_owned(),
        format!("  - name: {}", quoted(author)),
    ];
    lines.extend(about.url.as_ref().map(|url| format!("url: {}", quoted(url))));
    lines.join("\n") + "\n"
}

/// The same for BibTeX.
pub(super) fn bibtex(release: &Release) -> String {
    // Braces and the like mean something to BibTeX, and no title needs them.
    let plain = |text: &str| text.replace(['{', '}', '\\', '"', '%', '\n', '\r'], " ");
    let about = &release.about;
    let author = plain(about.publisher.as_deref().unwrap_or("Publisher unknown"));
    let mut entry = format!(
        "@misc{{medshape-release-{}, title = {{{}}}, author = {{{{{author}}}}}, year = {{{}}}, version = {{{}}}",
        release.number,
        plain(&about.title),
        &release.version_date[..4],
        release.number
    );
    if let Some(url) = &about.url {
        entry += &format!(", url = {{{}}}", plain(url));
    }
    entry + "}"
}
