mod from_portal;

use std::path::PathBuf;
use std::process::ExitCode;

use medshape::catalog::{Audience, Catalog, Query, SelectionId};
use medshape::content::WriteOptions;
use medshape::download::{self, DownloadOptions, DownloadReport};
use medshape::format::Format;

use self::from_portal::Wanted;
use crate::output;
use crate::portal::Portal;

/// How it is used, for its help.
const EXAMPLES: &str = "\
Examples:
  medshape download \"liver female\" ./livers --format stl
  medshape download liver ./masks --format nii.gz                 # on the grid of each image
  medshape download liver ./grids --format occupancy.npz --spacing-mm 2
  medshape download liver ./clouds --format points.ply --points 2048
  medshape download https://shapes.example.org --query \"liver female\" --to ./livers
  medshape download https://shapes.example.org/selections/0123… --format stl --to ./mine
  medshape download ./collection --selection 0123… --to ./mine
  medshape download https://shapes.example.org --manifest manifest.jsonl --to ./mine";

/// Write shapes to a folder: from a collection here, or from a portal elsewhere
///
/// Meshes: glb (as stored, compressed), plain.glb, stl, ply, obj, off, 3mf, usdz, vtp, npz.
/// Points on the surface: points.ply, points.xyz, points.pcd, points.npz.
/// Voxels: nii.gz, nrrd, seg.nrrd, seg.dcm, occupancy.npz; distances: distance.npz.
///
/// A run that was stopped goes on where it was: files that are whole are kept, and of those that are
/// not only the rest is fetched. A file has its name only when its SHA-256 was found right.
/// `manifest.tsv` lists each file with size, SHA-256 and licence; `ATTRIBUTION.md` says how to cite.
/// The status is 1 if anything failed, and what it was is printed.
#[derive(clap::Args)]
#[command(verbatim_doc_comment, after_long_help = EXAMPLES)]
pub(crate) struct Args {
    /// What to look for (see `medshape search --help`); or the address of a portal, of a selection or
    /// of a search there; or, with `--query` or `--selection`, the folder of a collection
    #[arg(value_name = "QUERY|URL|STORE", allow_hyphen_values = true)]
    what: String,

    /// Folder to write to; made if it is not there
    #[arg(value_name = "DIR", required_unless_present = "to")]
    dir: Option<PathBuf>,

    /// The same
    #[arg(long, value_name = "DIR", conflicts_with = "dir")]
    to: Option<PathBuf>,

    /// Of the portal or the collection: what this finds; "" is all
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
    query: Option<String>,

    /// Of the portal or the collection: a selection that was kept there, by its id
    #[arg(long, value_name = "ID", conflicts_with = "query")]
    selection: Option<String>,

    /// Of the portal: the files of a list that was taken there, as jsonl, tsv or txt
    #[arg(long, value_name = "FILE", conflicts_with_all = ["query", "selection"])]
    manifest: Option<PathBuf>,

    /// File format, by its ending (see above)
    #[arg(long, value_name = "FORMAT", default_value = "glb")]
    format: Format,

    /// Of voxels: their spacing; the grid of the image is taken otherwise
    #[arg(long, value_name = "MM", value_parser = super::spacing_mm)]
    spacing_mm: Option<f64>,

    /// Of voxels: only the part of the image's grid that holds the structure
    #[arg(long, conflicts_with = "spacing_mm")]
    crop: bool,

    /// Of points: how many
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = super::n_points)]
    points: usize,

    /// Print what came of it as JSON
    #[arg(long)]
    json: bool,

    /// Take only what this audience may see: `public`, to pass on, or `curator`, all
    #[arg(long, value_name = "WHO", default_value = "curator", value_parser = super::audience)]
    audience: Audience,

    #[command(flatten)]
    store: super::Store,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let folder = args.to.clone().or_else(|| args.dir.clone()).unwrap_or_default();
    let write =
        WriteOptions { spacing_mm: args.spacing_mm, crop: args.crop, n_points: args.points };
    let is_portal = ["http://", "https://"].iter().any(|scheme| args.what.starts_with(scheme));
    if is_portal {
        return run_from_portal(args, &write, folder);
    }
    anyhow::ensure!(
        args.manifest.is_none(),
        "a list of files is of a portal: name its address first"
    );
    run_from_store(args, write, folder)
}

fn run_from_portal(args: &Args, write: &WriteOptions, folder: PathBuf) -> anyhow::Result<ExitCode> {
    let (portal, path) = Portal::at(&args.what)?;
    let wanted = match (&args.query, &args.selection, &args.manifest) {
        (Some(query), ..) => Wanted::Query(query.clone()),
        (_, Some(id), _) => Wanted::Selection(id.clone()),
        (.., Some(path)) => Wanted::List(path.clone()),
        _ => wanted_at(&path).ok_or_else(|| {
            anyhow::anyhow!(
                "`{}` says not what to download: add --query (\"\" for all), --selection or --manifest",
                args.what
            )
        })?,
    };
    let (stop, bar) = (output::stop_flag()?, output::progress("files"));
    let chosen = (args.format, write);
    let report = from_portal::download(&portal, &wanted, chosen, &folder, (&*stop, &bar))?;
    bar.finish_and_clear();
    if args.json {
        output::json(&report)?
    } else {
        report.print(&folder)?
    }
    Ok(if report.is_whole() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What the path of an address within a portal asks for.
fn wanted_at(path: &str) -> Option<Wanted> {
    if let Some(id) = path.strip_prefix("/selections/") {
        return Some(Wanted::Selection(id.split(['?', '#', '/']).next()?.to_owned()));
    }
    let (_, query) =
        path.split_once('?').filter(|(page, _)| ["/search", "/selections"].contains(page))?;
    let query = query.split('#').next()?;
    let q = query.split('&').find_map(|pair| pair.strip_prefix("q="))?;
    Some(Wanted::Query(unescaped(q)))
}

/// Text that stood in the query of an address.
fn unescaped(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, more @ ..] = rest {
        let pair = more.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        let code = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok());
        (bytes, rest) = match (first, code) {
            (b'%', Some(code)) => ([bytes, vec![code]].concat(), &more[2..]),
            (b'+', _) => ([bytes, vec![b' ']].concat(), more),
            (&byte, _) => ([bytes, vec![byte]].concat(), more),
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn run_from_store(args: &Args, write: WriteOptions, folder: PathBuf) -> anyhow::Result<ExitCode> {
    let names_store = args.query.is_some() || args.selection.is_some();
    let store = if names_store { PathBuf::from(&args.what) } else { args.store.dir.clone() };
    let catalog = Catalog::open(&store)?.seen_by(args.audience);
    let stop = output::stop_flag()?;
    let bar = output::progress("shapes");
    let options = DownloadOptions { folder: folder.clone(), format: args.format, write };
    let watch = |done: u64, total: u64| {
        bar.set_length(total);
        bar.set_position(done);
    };
    let query = args.query.as_ref().unwrap_or(&args.what);
    let report = match &args.selection {
        Some(id) => {
            let id: SelectionId = id.parse().map_err(|cause| anyhow::anyhow!("`{id}`: {cause}"))?;
            download::download_selection(&catalog, id, &options, &stop, &watch)?
        }
        None => download::download(&catalog, &Query::parse(query), &options, &stop, &watch)?,
    };
    bar.finish_and_clear();
    print(args, &report, &folder)?;
    if args.selection.is_none() && is_empty(&report) {
        anyhow::bail!("`{query}` finds no shape");
    }
    Ok(if report.was_stopped { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn is_empty(report: &DownloadReport) -> bool {
    report.n_written + report.n_kept + report.n_remote + report.not_closed.len() as u64 == 0
}

fn print(args: &Args, report: &DownloadReport, folder: &std::path::Path) -> anyhow::Result<()> {
    if args.json {
        return output::json(report);
    }
    output::line(format!(
        "{} files written ({}), {} were there already, in `{}`",
        report.n_written,
        output::bytes(report.n_bytes_written),
        report.n_kept,
        folder.display()
    ))?;
    if report.n_remote > 0 {
        output::line(format!(
            "{} not held here: medshape show NAME tells where others publish one",
            output::count(report.n_remote, "shape")
        ))?;
    }
    for name in &report.not_closed {
        output::line(format!("not written: {name} is not closed, so nothing is inside of it"))?;
    }
    for name in &report.gone {
        output::line(format!("not written: {name} is not here any more"))?;
    }
    if !report.unknown.is_empty() {
        output::line(format!("not understood: {}", report.unknown.join(", ")))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_pages_say_what_is_wanted() {
        let query = |path: &str| match wanted_at(path) {
            Some(Wanted::Query(q)) => Some(q),
            _ => None,
        };
        assert_eq!(query("/search?q=left+kidney&page=2").as_deref(), Some("left kidney"));
        assert_eq!(query("/selections?q=age%3A60..70%25#x").as_deref(), Some("age:60..70%"));
        assert_eq!(query("/search?q=%C3%BC%").as_deref(), Some("ü%"));
        assert!(
            matches!(wanted_at("/selections/00ff?x"), Some(Wanted::Selection(id)) if id == "00ff")
        );
        assert!(wanted_at("").is_none() && wanted_at("/d?q=x").is_none());
    }
}
