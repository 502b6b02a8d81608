use std::process::ExitCode;

use medshape::catalog::{Answer, Audience, Catalog, Hit, Page, Query, Sex, Subject};
use medshape::export;

use crate::output;

/// Find shapes by structure, side, sex, age, pathology and source, in any order
///
///   medshape search "left kidney"
///   medshape search "female liver 60..70"
///   medshape search "rib -cartilage source:totalsegmentator-v2"
///
/// Synonyms, plurals and codes (`SCT:64033007`) are understood; `rib` finds all ribs, `lung` its
/// lobes. Several structures mean either of them; everything else narrows the answer.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// What to look for; nothing finds everything
    #[arg(value_name = "QUERY", allow_hyphen_values = true)]
    query: String,

    /// How many shapes to list
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u64,

    /// Pass over so many first
    #[arg(long, value_name = "N", default_value_t = 0)]
    offset: u64,

    /// Print the answer as JSON
    #[arg(long)]
    json: bool,

    /// Find only what this audience may see: `public` or `curator`
    #[arg(long, value_name = "WHO", default_value = "curator", value_parser = super::audience)]
    audience: Audience,

    #[command(flatten)]
    store: super::Store,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let catalog = Catalog::open(&args.store.dir)?.seen_by(args.audience);
    let page = Page { offset: args.offset, limit: args.limit };
    let answer = catalog.search(&Query::parse(&args.query), page)?;
    if args.json {
        output::json(&answer)?
    } else {
        print(&answer, args.offset)?
    }
    Ok(ExitCode::SUCCESS)
}

fn print(answer: &Answer, offset: u64) -> anyhow::Result<()> {
    for hit in &answer.hits {
        output::line(line(hit))?;
    }
    for (word, instead) in &answer.corrected {
        output::line(format!("read `{instead}` for `{word}`"))?;
    }
    if !answer.unknown.is_empty() {
        output::line(format!("not understood: {}", answer.unknown.join(", ")))?;
    }
    let understood: Vec<_> = answer.terms.iter().map(ToString::to_string).collect();
    let shown = answer.hits.len() as u64;
    let range = match shown {
        0 => "none shown".to_owned(),
        shown if shown == answer.total => "all shown".to_owned(),
        shown => format!("{} to {} shown", offset + 1, offset + shown),
    };
    let asked = match &understood[..] {
        [] if answer.unknown.is_empty() => "everything".to_owned(),
        [] => "nothing that was understood".to_owned(),
        understood => understood.join(" · "),
    };
    output::line(format!("{} ({range}) for: {asked}", output::count(answer.total, "shape")))?;
    if answer.total == 0 {
        for (term, n) in answer.terms.iter().zip(&answer.n_without).filter(|(_, n)| **n > 0) {
            output::line(format!("without `{term}`: {}", output::count(*n, "shape")))?;
        }
    }
    Ok(())
}

fn line(hit: &Hit) -> String {
    let sex = match hit.sex {
        Some(Sex::Female) => "female",
        Some(Sex::Male) => "male",
        None => "",
    };
    let age = hit.age_years.map(Subject::age_mark).unwrap_or_default();
    let title = export::title(hit.coded, &hit.structure, hit.side, &hit.label_name);
    let volume = match hit.measures() {
        Some(measures) => output::millilitres(measures.volume_mm3),
        None => "not here".to_owned(),
    };
    format!("{:<52} {title:<28} {sex:<6} {age:>3} {volume:>11}", hit.name.to_string())
}
