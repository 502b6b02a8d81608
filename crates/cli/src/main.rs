//! The program `medshape`: one file per command, and nothing decided here.

#![allow(clippy::doc_markdown, reason = "names of formats are names, not code")]

mod commands;
mod output;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::commands::{
    compare, convert, demo, download, features, fsck, import_names, ingest, inspect, model,
    parse_worker, phantom, privacy, release, search, serve, show,
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
    ImportNames(import_names::Args),
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
    Privacy(privacy::Args),
    Release(release::Args),
    #[command(hide = true)]
    ParseWorker(parse_worker::Args),
}

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| output::complain(&output::fault(panic))));
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return usage(&error),
    };
    match run(args) {
        Ok(code) => code,
        Err(error) if output::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&error);
            ExitCode::FAILURE
        }
    }
}

/// Prints help, or what is wrong with the arguments: then the status is that of `sysexits.h`, so that
/// no command's own statuses mean it.
fn usage(error: &clap::Error) -> ExitCode {
    const EX_USAGE: u8 = 64;
    // When even this cannot be written there is nobody left to tell.
    let _ = error.print();
    if error.use_stderr() { ExitCode::from(EX_USAGE) } else { ExitCode::SUCCESS }
}

fn run(args: Args) -> anyhow::Result<ExitCode> {
    match args.command {
        Command::Demo(args) => demo::run(&args),
        Command::Ingest(args) => ingest::run(&args),
        Command::ImportNames(args) => import_names::run(&args),
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
        Command::Privacy(args) => privacy::run(&args),
        Command::Release(args) => release::run(&args),
        Command::ParseWorker(args) => parse_worker::run(&args),
    }
}
