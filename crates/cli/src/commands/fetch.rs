use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::ProgressBar;
use medshape::Reader;
use medshape::catalog::{Catalog, Remote};
use medshape::fetch::{self, Wanted};
use medshape::formats::Limits;
use medshape::report::{CaseReport, Outcome};
use serde_json::json;

use super::mesh_options::MeshOptions;
use crate::http::Client;
use crate::output;

/// Download shapes that others publish, and take them in
///
///   medshape fetch totalsegmentator-v1/s1273/kidney-left
///   medshape fetch s1273_liver.nii.g_1.stl
///   medshape fetch --query "male brain tumour" --limit 10
///
/// The names are those that `import-names` took in. Each file is read in a process of its own that can do
/// no harm, inspected, and kept under the name that it has already. What is held is not fetched again.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(false))]
pub(crate) struct Args {
    /// Names, or older names, of shapes
    #[arg(value_name = "NAME", group = "what")]
    names: Vec<String>,

    /// Those that a query finds; see `medshape search --help`
    #[arg(long, value_name = "QUERY", group = "what", allow_hyphen_values = true)]
    query: Option<String>,

    /// Of a query: at most so many
    #[arg(long, value_name = "N", default_value_t = 10, requires = "query")]
    limit: usize,

    #[command(flatten)]
    meshes: MeshOptions,

    /// Print one JSON object a shape
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    store: super::Store,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let catalog = Catalog::open(&args.store.dir)?;
    let stop = output::stop_flag()?;
    let client = Client::new();
    let bar = output::progress("shapes");
    let mut n_failed = 0;
    let wanted = wanted(args, &catalog)?;
    bar.set_length(wanted.len() as u64);
    for (name, wanted) in wanted {
        let came = match wanted {
            Wanted::Held => Came::Held,
            Wanted::Unknown => Came::Not(unknown(&name)),
            Wanted::Elsewhere(_) if stop.load(Ordering::Relaxed) => Came::stopped(),
            Wanted::Elsewhere(remote) => {
                fetch_one(args, &client, &remote, &stop, &bar).unwrap_or_else(Came::failed)
            }
        };
        n_failed += u32::from(came.is_failure());
        bar.suspend(|| came.print(&name, args.json))?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(if n_failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn wanted(args: &Args, catalog: &Catalog) -> anyhow::Result<Vec<(String, Wanted)>> {
    let Some(query) = &args.query else {
        let one = |name: &String| Ok((name.clone(), fetch::wanted(catalog, name)?));
        return args.names.iter().map(one).collect();
    };
    let found = fetch::wanted_by(catalog, query, args.limit)?;
    anyhow::ensure!(
        !found.is_empty(),
        "`{query}` finds no shape that others publish and this collection does not hold"
    );
    let one = |remote: Remote| (remote.name.to_string(), Wanted::Elsewhere(Box::new(remote)));
    Ok(found.into_iter().map(one).collect())
}

fn unknown(name: &str) -> String {
    format!(
        "`{name}` is no shape of this collection; `medshape import-names` takes in a list of names"
    )
}

fn fetch_one(
    args: &Args,
    client: &Client,
    remote: &Remote,
    stop: &AtomicBool,
    bar: &ProgressBar,
) -> anyhow::Result<Came> {
    let folder = tempfile::Builder::new().prefix("medshape-").tempdir()?;
    let path = folder.path().join(fetch::safe_file_name(&remote.url));
    let watch = |n_bytes, n_said: Option<u64>| bar.set_message(bytes(n_bytes, n_said));
    let n_bytes = client.fetch(&remote.url, &path, stop, &watch)?;
    let reader = Reader::isolated(Limits::DEFAULT);
    let import = args.meshes.import();
    let report = fetch::take_in(&args.store.dir, remote, &path, import, reader, stop)?;
    Ok(Came::of(report, n_bytes))
}

fn bytes(n_bytes: u64, n_said: Option<u64>) -> String {
    match n_said {
        Some(n_said) => format!("({} of {})", output::bytes(n_bytes), output::bytes(n_said)),
        None => format!("({})", output::bytes(n_bytes)),
    }
}

/// What came of one name.
enum Came {
    /// It is held now.
    Now { n_bytes: u64, report: CaseReport },
    /// It was held before.
    Held,
    /// It is not held, and why.
    Not(String),
}

impl Came {
    fn of(report: CaseReport, n_bytes: u64) -> Self {
        match report.outcome {
            Outcome::Refused { reason, .. } => Self::Not(reason),
            Outcome::Stopped => Self::stopped(),
            Outcome::Added { .. } | Outcome::Skipped => Self::Now { n_bytes, report },
        }
    }

    fn stopped() -> Self {
        Self::Not("not fetched because you asked to stop (run again to go on)".to_owned())
    }

    fn failed(cause: anyhow::Error) -> Self {
        Self::Not(format!("{cause:#}"))
    }

    fn is_failure(&self) -> bool {
        matches!(self, Self::Not(_))
    }

    fn print(&self, name: &str, as_json: bool) -> anyhow::Result<()> {
        if as_json {
            output::json_line(&self.json(name))?;
            return Ok(());
        }
        match self {
            Self::Now { n_bytes, report } => {
                output::line(format!("{name}: taken in, {}", output::bytes(*n_bytes)))?;
                if let Outcome::Added { notes, .. } = &report.outcome {
                    notes.iter().try_for_each(|note| output::line(format!("  {}", note.text)))?;
                }
            }
            Self::Held => output::line(format!("{name}: held already"))?,
            Self::Not(reason) => output::complain(&anyhow::anyhow!("{name}: {reason}")),
        }
        Ok(())
    }

    fn json(&self, name: &str) -> serde_json::Value {
        match self {
            Self::Now { n_bytes, report } => {
                json!({ "name": name, "n_bytes": n_bytes, "case": report })
            }
            Self::Held => json!({ "name": name, "outcome": "held" }),
            Self::Not(reason) => json!({ "name": name, "outcome": "failed", "reason": reason }),
        }
    }
}
