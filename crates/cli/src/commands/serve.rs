use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;

use medshape::catalog::Audience;
use medshape_server::ServeOptions;

use crate::output;

/// Serve the pages, the API and the downloads of a collection
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Address to listen on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,

    /// For whom: `public` shows what may be passed on to anybody, `curator` everything. If it is
    /// not said, the curator is served on this machine's own addresses (127.0.0.1), the public on all
    /// others. Behind a proxy say `public`: it makes others' requests look like ones of this machine
    #[arg(long, value_name = "WHO", value_parser = super::audience)]
    audience: Option<Audience>,

    #[command(flatten)]
    store: super::Store,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    serve(&args.store.dir, args.listen, args.audience)
}

/// Serves until Ctrl-C or SIGTERM.
pub(crate) fn serve(
    store: &Path,
    listen: SocketAddr,
    audience: Option<Audience>,
) -> anyhow::Result<ExitCode> {
    let options = ServeOptions { store: store.to_owned(), listen, audience };
    medshape_server::run(options, &|address| {
        let _ = output::line(format!("serving on http://{address} — Ctrl-C stops"));
    })?;
    Ok(ExitCode::SUCCESS)
}
