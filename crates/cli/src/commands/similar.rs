use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use medshape::catalog::{Catalog, Descriptor, Kind, Page, Query, ShapeName, Similar, SimilarPage};
use medshape::similar::{self, Likeness, doubts::Doubts};
use medshape::{Error, export};

use super::reader_options::ReaderOptions;
use crate::output;

/// Find the shapes that are most like a shape or a file, or what shapes say against their names
///
///   medshape similar phantom/p001/kidney-left          # of the collection
///   medshape similar liver.stl --any-size              # a file; size does not count
///   medshape similar mask.nii.gz --filter "kidney"     # among kidneys
///   medshape similar --doubts                          # copies, likely wrong labels and sides
///
/// Shapes are compared wherever they lie and however they are turned; a shape and its mirror image
/// are two. docs/similar.md says what is compared, and how well that works. Shapes that were ingested
/// by an earlier version are described first, once.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Name of a shape, or a mesh, or a label map with one label
    #[arg(value_name = "NAME|FILE", required_unless_present = "doubts")]
    of: Option<String>,

    /// List what speaks against names: one mesh twice, another structure, the other side
    #[arg(long, conflicts_with_all = ["of", "any_size", "filter", "limit", "offset"])]
    doubts: bool,

    /// Form and size count (as it is without saying)
    #[arg(long, conflicts_with = "any_size")]
    same_size: bool,

    /// Only form counts: a child's liver can be like a grown-up's
    #[arg(long)]
    any_size: bool,

    /// Only among the shapes that `medshape search` finds for this
    #[arg(long, value_name = "QUERY", default_value = "", hide_default_value = true)]
    filter: String,

    /// How many shapes to list
    #[arg(long, value_name = "N", default_value_t = 10)]
    limit: u64,

    /// Pass over so many first
    #[arg(long, value_name = "N", default_value_t = 0)]
    offset: u64,

    #[command(flatten)]
    reading: ReaderOptions,

    /// Print the answer as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    store: super::Store,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let mut catalog = Catalog::open(&args.store.dir)?;
    describe_all(&mut catalog)?;
    let Some(of) = &args.of else {
        let found = similar::doubts::doubts(&catalog)?;
        if args.json {
            output::json(&found)?
        } else {
            print_doubts(&found)?
        }
        return Ok(ExitCode::SUCCESS);
    };
    let (to, but) = asked(&catalog, of, args)?;
    let likeness = if args.any_size { Likeness::AnySize } else { Likeness::SameSize };
    let page = Page { offset: args.offset, limit: args.limit };
    let filter = Query::parse(&args.filter);
    let found = similar::similar(&catalog, &to, but.as_ref(), likeness, &filter, page)?;
    if args.json {
        output::json(&found)?
    } else {
        print(&found)?
    }
    Ok(ExitCode::SUCCESS)
}

/// On a disk that cannot be written, what is not described is left out, and the answer says so.
fn describe_all(catalog: &mut Catalog) -> anyhow::Result<()> {
    let bar = output::progress("shapes described");
    let described = similar::describe_all(catalog, &|n_done, n| {
        bar.set_length(n);
        bar.set_position(n_done);
    });
    bar.finish_and_clear();
    match described {
        Err(Error::Catalog(error)) if matches!(error.kind(), Kind::ReadOnly) => Ok(()),
        described => Ok(described.map(|_| ())?),
    }
}

/// What the shape or the file is like, and its name if it is of the store.
fn asked(
    catalog: &Catalog,
    of: &str,
    args: &Args,
) -> anyhow::Result<(Descriptor, Option<ShapeName>)> {
    if let Some(name) = catalog.find(of)?
        && let Some(page) = catalog.shape(&name)?
    {
        let found = similar::of_shape(catalog, &page.shape)?;
        let found = found.with_context(|| format!("`{name}`: {}", similar::FLAT))?;
        return Ok((found, Some(name)));
    }
    let path = Path::new(of);
    if !path.exists() {
        anyhow::bail!("`{of}` is neither a file nor a shape that this collection holds");
    }
    Ok((similar::of_file(path, &args.reading.reader())?, None))
}

fn print(found: &SimilarPage) -> anyhow::Result<()> {
    for similar in &found.hits {
        output::line(line(similar))?;
    }
    output::line(format!(
        "{} of {} compared",
        output::count(found.hits.len() as u64, "shape"),
        found.n_compared
    ))?;
    if found.n_undescribed > 0 {
        output::line(format!("{} not compared", output::count(found.n_undescribed, "shape")))?;
    }
    Ok(())
}

fn line(Similar { distance, hit }: &Similar) -> String {
    let title = export::title(hit.coded, &hit.structure, hit.side, &hit.label_name);
    let volume = hit.measures().map(|found| output::millilitres(found.volume_mm3));
    let volume = volume.unwrap_or_default();
    format!("{distance:>6.2}  {:<52} {title:<28} {volume:>11}", hit.name.to_string())
}

fn print_doubts(found: &Doubts) -> anyhow::Result<()> {
    for doubt in &found.doubts {
        for name in &doubt.shapes {
            output::line(name)?;
        }
        output::line(format!("    {}", doubt.text))?;
    }
    output::line(format!(
        "{} about {}; sides were told of: {}",
        output::count(found.doubts.len() as u64, "doubt"),
        output::count(found.n_compared as u64, "shape"),
        if found.told_sides.is_empty() {
            "nothing".to_owned()
        } else {
            found.told_sides.join(", ")
        },
    ))?;
    Ok(())
}
