use std::process::ExitCode;

use medshape::catalog::release::{Published, Release};
use medshape::catalog::{Catalog, Finding, Severity};
use medshape::release::diff::Tally;
use medshape::release::{self, CreateOptions, Created, Diff, LeftOut};

use crate::output;

/// Make numbered releases of a collection that never change, check and compare them
///
///   medshape release create --note "Ribs of 40 more subjects"
///   medshape release list
///   medshape release verify 3
///   medshape release diff 3 4
///
/// A release holds what is public of the collection. It is the folder `releases/NUMBER` of the store:
/// `manifest.parquet` with a row for each shape, `manifest.sha256` for `sha256sum --check`,
/// `croissant.json`, `datacite.json`, `CITATION.cff`, `CHANGES.md`, and `release.json` with the hashes
/// of all of these.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    Create(CreateArgs),
    List(ListArgs),
    Show(NumberArgs),
    Verify(NumberArgs),
    Diff(DiffArgs),
}

/// Make the next release: all bytes of all files are read and compared with their hashes first
#[derive(clap::Args)]
struct CreateArgs {
    /// What is worth knowing of this release
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,

    /// The day it is cited by; today otherwise
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    version_date: Option<String>,

    /// What the collection is called; as in the release before otherwise
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,

    /// Who publishes it; as in the release before otherwise
    #[arg(long, value_name = "NAME")]
    publisher: Option<String>,

    /// Where it is published; as in the release before otherwise
    #[arg(long, value_name = "URL")]
    url: Option<String>,

    /// Print the release as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    store: super::Store,
}

/// List the releases
#[derive(clap::Args)]
struct ListArgs {
    /// Print them as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    store: super::Store,
}

#[derive(clap::Args)]
struct NumberArgs {
    /// Number of the release
    number: u32,

    /// Print it as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    store: super::Store,
}

/// Show what is another in a later release than in an earlier one
#[derive(clap::Args)]
struct DiffArgs {
    /// Number of the one
    from: u32,

    /// Number of the other
    to: u32,

    /// Print it as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    store: super::Store,
}

fn day(text: &str) -> Result<String, String> {
    if release::is_date(text) { Ok(text.to_owned()) } else { Err("not a day".to_owned()) }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.action {
        Action::Create(args) => create(args),
        Action::List(args) => list(args),
        Action::Show(args) => show(args),
        Action::Verify(args) => verify(args),
        Action::Diff(args) => diff(args),
    }
}

fn create(args: &CreateArgs) -> anyhow::Result<ExitCode> {
    let mut catalog = Catalog::open(&args.store.dir)?;
    let options = CreateOptions {
        note: args.note.clone(),
        version_date: args.version_date.clone(),
        title: args.title.clone(),
        publisher: args.publisher.clone(),
        url: args.url.clone(),
    };
    let stop = output::stop_flag()?;
    let bar = output::progress("files verified");
    let watch = |done: u64, total: u64| {
        bar.set_length(total);
        bar.set_position(done);
    };
    let created = release::create(&mut catalog, &options, &stop, &watch)?;
    bar.finish_and_clear();
    if args.json {
        output::json(&created)?;
    }
    match created {
        Created::Released(release) => {
            if !args.json {
                print(&release)?;
                let folder = catalog.release_path(release.number, "");
                row("folder", format!("`{}`", folder.display()))?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Created::Refused(findings) => {
            if !args.json {
                print_findings(&findings)?;
                output::line("nothing was released")?;
            }
            Ok(ExitCode::FAILURE)
        }
    }
}

fn list(args: &ListArgs) -> anyhow::Result<ExitCode> {
    let catalog = Catalog::open(&args.store.dir)?;
    let releases: Vec<Release> =
        catalog.releases()?.into_iter().map(|published| published.release).collect();
    if args.json {
        output::json(&releases)?;
        return Ok(ExitCode::SUCCESS);
    }
    for release in &releases {
        output::line(format!(
            "{:>4}  {}  {:>9} shapes  {:>10}  {}",
            release.number,
            release.version_date,
            release.counts.n_shapes,
            output::bytes(release.counts.n_bytes),
            release.note.as_deref().unwrap_or_default()
        ))?;
    }
    if releases.is_empty() {
        output::line("no release yet: `medshape release create` makes one")?;
    }
    Ok(ExitCode::SUCCESS)
}

fn show(args: &NumberArgs) -> anyhow::Result<ExitCode> {
    let catalog = Catalog::open(&args.store.dir)?;
    let Published { release, sha256, .. } = release::find(&catalog, args.number)?;
    if args.json {
        output::json(&release)?;
    } else {
        print(&release)?;
        row("record", format!("SHA-256 {sha256}"))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn verify(args: &NumberArgs) -> anyhow::Result<ExitCode> {
    let catalog = Catalog::open(&args.store.dir)?;
    let release = release::find(&catalog, args.number)?.release;
    let bar = output::progress("files verified");
    let watch = |done: u64, total: u64| {
        bar.set_length(total);
        bar.set_position(done);
    };
    let findings = catalog.check_release(args.number, &watch)?.unwrap_or_default();
    bar.finish_and_clear();
    let is_fault = |finding: &&Finding| finding.severity == Severity::Error;
    let n_faults = findings.iter().filter(is_fault).count();
    if args.json {
        output::json(&findings)?;
    } else {
        print_findings(&findings)?;
        output::line(format!(
            "release {}: {} and {} verified, {}",
            args.number,
            output::count(release.files.len() as u64 + 1, "document"),
            output::count(release.counts.n_blobs, "file"),
            output::count(n_faults as u64, "fault")
        ))?;
    }
    Ok(if n_faults == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn diff(args: &DiffArgs) -> anyhow::Result<ExitCode> {
    let catalog = Catalog::open(&args.store.dir)?;
    let diff = release::diff(&catalog, args.from, args.to)?;
    if args.json {
        output::json(&diff)?
    } else {
        print_diff(&diff)?
    }
    Ok(ExitCode::SUCCESS)
}

fn print(release: &Release) -> anyhow::Result<()> {
    let counts = release.counts;
    row("release", release.number)?;
    row("title", &release.about.title)?;
    row("date", format!("{}, made {}", release.version_date, release.created_at))?;
    if let Some(note) = &release.note {
        row("note", note)?;
    }
    row("shapes", format!("{} of {} structures", counts.n_shapes, counts.n_structures))?;
    row("of", format!("{} subjects, {} sources", counts.n_subjects, counts.n_sources))?;
    row("files", format!("{}, {}", counts.n_blobs, output::bytes(counts.n_bytes)))?;
    for (word, n) in &release.left_out {
        let why = LeftOut::from_word(word).map_or(word.as_str(), |why| why.in_words());
        row("left out", format!("{} {why}", output::count(*n, "shape")))?;
    }
    row("root", release.merkle.root)?;
    for document in &release.files {
        let size = output::bytes(document.size);
        row("document", format!("{} · {size} · SHA-256 {}", document.name, document.sha256))?;
    }
    Ok(())
}

fn print_findings(findings: &[Finding]) -> anyhow::Result<()> {
    for finding in findings {
        output::line(format!("{} `{}`: {}", finding.code, finding.path.display(), finding.text))?;
    }
    Ok(())
}

fn print_diff(diff: &Diff) -> anyhow::Result<()> {
    for name in &diff.added {
        output::line(format!("+ {name}"))?;
    }
    for shape in &diff.removed {
        output::line(format!("- {} ({})", shape.name, shape.reason))?;
    }
    for shape in &diff.changed {
        output::line(format!("~ {} ({})", shape.name, shape.columns.join(", ")))?;
    }
    for (source, Tally { added, removed, changed }) in &diff.by_source {
        output::line(format!("{source}: {added} added, {removed} removed, {changed} changed"))?;
    }
    output::line(format!(
        "{} to {}: {} added, {} removed, {} changed ({} in geometry), {} the same",
        diff.from,
        diff.to,
        diff.added.len(),
        diff.removed.len(),
        diff.changed.len(),
        diff.n_geometry_changed,
        diff.n_unchanged
    ))?;
    Ok(())
}

fn row(name: &str, value: impl std::fmt::Display) -> anyhow::Result<()> {
    output::line(format!("{name:<10} {value}"))?;
    Ok(())
}
