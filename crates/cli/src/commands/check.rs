use std::process::ExitCode;

use medshape::catalog::{Catalog, Flag, Review, Reviewed, Weight};
use serde::Serialize;

use crate::output;

/// Hold whole subjects against what must hold in a body, and list what is doubtful
///
///   medshape check
///   medshape check totalsegmentator-v2 --json
///   medshape check phantom/p001
///
/// Looked at are sides and places of organs, the order of vertebrae and ribs, organs of both sexes,
/// volumes against published norms and against the same structure of all others, pairs that differ,
/// islands, meshes that stand under two names, structures that the image cuts. Each flag says why.
/// Nothing is removed or changed; what is doubtful is found by `quality:doubtful`.
///
/// The whole collection is looked at anew each time; SOURCE or SOURCE/SUBJECT says what to list.
///
/// Status: 0 nothing doubtful is listed, 1 something is.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// What to list: a source, or a subject of one; all if left out
    #[arg(value_name = "SOURCE[/SUBJECT]")]
    what: Option<String>,

    /// List also what is worth knowing but not doubtful: islands, cuts
    #[arg(long)]
    notes: bool,

    /// Print the flags as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    store: super::Store,
}

#[derive(Serialize)]
struct Report<'a> {
    review: &'a Review,
    subjects: &'a [Reviewed],
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let mut catalog = Catalog::open(&args.store.dir)?;
    let review = catalog.review()?;
    let what = args.what.as_deref().unwrap_or_default();
    let (source, subject) = what.split_once('/').unwrap_or((what, ""));
    let some = |text| Some(text).filter(|text: &&str| !text.is_empty());
    let mut subjects = catalog.flagged(some(source), some(subject))?;
    if let Some(source) = some(source)
        && !catalog.sources()?.iter().any(|summary| summary.source.id == source)
    {
        anyhow::bail!("`{source}` is no source of this collection");
    }
    if !args.notes {
        for reviewed in &mut subjects {
            reviewed.flags.retain(|flag| flag.weight == Weight::Doubtful);
        }
        subjects.retain(|reviewed| !reviewed.flags.is_empty());
    }
    if args.json {
        output::json(&Report { review: &review, subjects: &subjects })?;
    } else {
        print(&review, &subjects)?;
    }
    let is_doubtful = |flag: &Flag| flag.weight == Weight::Doubtful;
    let any = subjects.iter().any(|reviewed| reviewed.flags.iter().any(is_doubtful));
    Ok(if any { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn print(review: &Review, subjects: &[Reviewed]) -> anyhow::Result<()> {
    for Reviewed { source, subject, flags } in subjects {
        output::line(format!("{source}/{subject}"))?;
        for flag in flags {
            let weight = match flag.weight {
                Weight::Doubtful => "doubtful",
                Weight::Note => "note",
            };
            output::line(format!("  {weight:<8}  {:<18}  {}", flag.code, flag.text))?;
        }
    }
    for (code, n) in &review.n_by_code {
        output::line(format!("{code:<20} {n:>6}"))?;
    }
    output::line(format!(
        "{} of {} looked at, {} doubtful",
        output::count(review.n_shapes, "shape"),
        output::count(review.n_subjects, "subject"),
        review.n_doubtful
    ))?;
    Ok(())
}
