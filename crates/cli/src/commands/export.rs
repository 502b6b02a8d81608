use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use medshape::catalog::{Audience, Catalog};
use medshape_server::Language;
use medshape_server::offline::{Error, LIMIT_BYTES, OfflinePage};

use crate::output;

/// Write a shape or a whole subject as a page that opens without a network
///
///   medshape export phantom/p001/liver liver.html
///   medshape export phantom/p001 whole-body.html --limit-mb 40
///
/// One file holds the 3D view, the geometry, the licence and the citation. Of a subject each structure
/// is as fine as the limit has room for. Other formats: `medshape download`.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// A shape, such as `phantom/p001/liver`, or a subject, such as `phantom/p001`
    name: String,

    /// File to write
    file: PathBuf,

    /// What to write
    #[arg(long, value_name = "FORMAT", default_value = "html", value_parser = ["html"])]
    format: String,

    /// How large the file may be, in millions of bytes
    #[arg(long, value_name = "MB", default_value_t = LIMIT_BYTES / 1_000_000)]
    limit_mb: u64,

    /// Language of the page: `en`, `de`
    #[arg(long, value_name = "LANGUAGE", default_value = "en", value_parser = language)]
    language: Language,

    /// Take only what this audience may see: `public`, to pass on, or `curator`, all
    #[arg(long, value_name = "WHO", default_value = "curator", value_parser = super::audience)]
    audience: Audience,

    #[command(flatten)]
    store: super::Store,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let catalog = Catalog::open(&args.store.dir)?.seen_by(args.audience);
    let limit_bytes = args.limit_mb.saturating_mul(1_000_000);
    let page = args.language.speaking(|| page(&catalog, &args.name, limit_bytes))?;
    write(&catalog, &page, &args.file)?;
    output::line(format!("`{}`", args.file.display()))?;
    Ok(ExitCode::SUCCESS)
}

fn language(tag: &str) -> Result<Language, String> {
    let known = || Language::all().map(Language::tag).collect::<Vec<_>>().join(", ");
    Language::of_tag(tag).ok_or_else(|| format!("there are {}", known()))
}

fn page(catalog: &Catalog, name: &str, limit_bytes: u64) -> anyhow::Result<OfflinePage> {
    if let Some((source, subject)) = name.split_once('/').filter(|(_, rest)| !rest.contains('/')) {
        let found = catalog.subject(source, subject)?;
        let found = found.with_context(|| format!("`{name}` is no subject of this collection"))?;
        return OfflinePage::of_subject(&found, None, limit_bytes).map_err(by_option);
    }
    let name = super::known_name(catalog, name)?;
    let found = catalog.shape(&name)?;
    let found = found.with_context(|| format!("the files of `{name}` are not held here"))?;
    OfflinePage::of_shape(&found, None, limit_bytes).map_err(by_option)
}

/// What went wrong, and which option would let it be.
fn by_option(cause: Error) -> anyhow::Error {
    match cause {
        Error::TooLarge(..) => anyhow::anyhow!("{cause} with `--limit-mb`"),
        other => other.into(),
    }
}

/// Writes beside the file first, so that there is a whole one or none.
fn write(catalog: &Catalog, page: &OfflinePage, file: &Path) -> anyhow::Result<()> {
    let mut name = file.as_os_str().to_owned();
    name.push(".part");
    let part = PathBuf::from(name);
    let written = begin(catalog, page, &part).and_then(|()| Ok(std::fs::rename(&part, file)?));
    if written.is_err() {
        // What is left of it helps nobody; that it cannot be removed is not what went wrong.
        let _ = std::fs::remove_file(&part);
    }
    written.with_context(|| format!("cannot write `{}`", file.display()))
}

fn begin(catalog: &Catalog, page: &OfflinePage, part: &Path) -> anyhow::Result<()> {
    let mut out = BufWriter::new(File::create(part)?);
    page.write(catalog, &mut out)?;
    out.flush()?;
    Ok(out.get_ref().sync_all()?)
}
