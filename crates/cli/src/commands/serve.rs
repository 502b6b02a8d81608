use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::process::ExitCode;

use medshape::catalog::Audience;
use medshape_server::{Prefix, ServeOptions};

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

    /// The path that the site stands under behind a proxy, such as /shapes; whether the proxy passes it
    /// on or takes it away makes no difference
    #[arg(long, value_name = "PATH", default_value = "/")]
    prefix: Prefix,

    /// A further name by which the curator's view on this machine may be asked for; localhost and
    /// 127.0.0.1 always may, and no other, so that pages of others cannot read it (DNS rebinding)
    #[arg(long = "host", value_name = "NAME")]
    hosts: Vec<String>,

    #[command(flatten)]
    store: super::Store,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let options = ServeOptions::new(args.store.dir.clone()).at(args.listen);
    let per_second = args.rate.map_or(options.per_second, NonZeroU32::new);
    let (writes_log, behind_proxy) = (args.log, args.behind_proxy);
    let (audience, prefix, hosts) = (args.audience, args.prefix.clone(), args.hosts.clone());
    serve(ServeOptions { per_second, writes_log, behind_proxy, audience, prefix, hosts, ..options })
}

/// Serves until Ctrl-C or SIGTERM.
pub(crate) fn serve(options: ServeOptions) -> anyhow::Result<ExitCode> {
    let prefix = options.prefix.clone();
    medshape_server::run(options, &|address| {
        let prefix = prefix.as_str();
        let _ = output::line(format!("serving on http://{address}{prefix} — Ctrl-C stops"));
    })?;
    Ok(ExitCode::SUCCESS)
}
