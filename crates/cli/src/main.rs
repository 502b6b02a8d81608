//! The program `medshape`: one file per command, and nothing decided here.

#![allow(clippy::doc_markdown, reason = "names of formats are names, not code")]

mod commands;
mod output;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::commands::{
    compare, convert, demo, download, features, fsck, ingest, inspect, model, parse_worker,
    phantom, search, serve, show,
};

/// Turns anatomical segmentations into a collection of 3D shapes that can be searched, looked at and
/// downloaded.
///
/// Begin with `medshape demo`, or with your own label maps:
///
///   medshape ingest FOLDER --store ./collection
///   medshape search "left kidney" --store ./collection
///   medshape serve --store ./collection
#[derive(Parser)]
#[command(name = "medshape", version, verbatim_doc_comment, max_term_width = 100)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Demo(demo::Args),
    Ingest(ingest::Args),
    Inspect(inspect::Args),
    Convert(convert::Args),
    Compare(compare::Args),
    Search(search::Args),
    Show(show::Args),
    Download(download::Args),
    Model(model::Args),
    Serve(serve::Args),
    Features(features::Args),
    Phantom(phantom::Args),
    Fsck(fsck::Args),
    #[command(hide = true)]
    ParseWorker(parse_worker::Args),
}

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| output::complain(&output::fault(panic))));
    match run(Args::parse()) {
        Ok(code) => code,
        Err(error) if output::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(args: Args) -> anyhow::Result<ExitCode> {
    match args.command {
        Command::Demo(args) => demo::run(&args),
        Command::Ingest(args) => ingest::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Convert(args) => convert::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Search(args) => search::run(&args),
        Command::Show(args) => show::run(&args),
        Command::Download(args) => download::run(&args),
        Command::Model(args) => model::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Features(args) => features::run(&args),
        Command::Phantom(args) => phantom::run(&args),
        Command::Fsck(args) => fsck::run(&args),
        Command::ParseWorker(args) => parse_worker::run(&args),
    }
}
