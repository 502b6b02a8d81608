use std::net::SocketAddr;
use std::num::NonZeroU32;
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

    /// Requests that one address may send in a second, in the long run; 0 for any number. Without it
    /// there is no limit on this machine's own address, and 100 elsewhere
    #[arg(long, value_name = "N")]
    rate: Option<u32>,

    /// A proxy of your own stands before: its `X-Forwarded-For` says who the client is
    #[arg(long)]
    behind_proxy: bool,

    /// Write a line of JSON to standard error for each request: route, status and time, nothing else
    #[arg(long)]
    log: bool,

    /// For whom: `public` shows what may be passed on to anybody, `curator` everything. If it is
    /// not said, the curator is served on this machine's own addresses (127.0.0.1), the public on all
    /// others and behind a proxy
    #[arg(long, value_name = "WHO", value_parser = super::audience)]
    audience: Option<Audience>,

    #[command(flatten)]
    store: super::Store,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let options = ServeOptions::new(args.store.dir.clone()).at(args.listen);
    let per_second = args.rate.map_or(options.per_second, NonZeroU32::new);
    let (writes_log, behind_proxy) = (args.log, args.behind_proxy);
    let audience = args.audience;
    serve(ServeOptions { per_second, writes_log, behind_proxy, audience, ..options })
}

/// Serves until Ctrl-C or SIGTERM.
pub(crate) fn serve(options: ServeOptions) -> anyhow::Result<ExitCode> {
    medshape_server::run(options, &|address| {
        let _ = output::line(format!("serving on http://{address} — Ctrl-C stops"));
    })?;
    Ok(ExitCode::SUCCESS)
}
