use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;

use medshape_server::ServeOptions;

use crate::output;

/// Serve the pages, the API and the downloads of a collection
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Address to listen on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,

    #[command(flatten)]
    store: super::Store,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    serve(&args.store.dir, args.listen)
}

/// Serves until Ctrl-C or SIGTERM.
pub(crate) fn serve(store: &Path, listen: SocketAddr) -> anyhow::Result<ExitCode> {
    let options = ServeOptions { store: store.to_owned(), listen };
    medshape_server::run(options, &|address| {
        let _ = output::line(format!("serving on http://{address} — Ctrl-C stops"));
    })?;
    Ok(ExitCode::SUCCESS)
}
