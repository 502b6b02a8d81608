//! The program `medshape`: one file per command, and nothing decided here.

#![allow(clippy::doc_markdown, reason = "names of formats are names, not code")]

mod commands;
mod http;
mod output;
mod portal;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[cfg(feature = "onnx")]
use crate::commands::segment;
use crate::commands::{
    backup, check, compare, convert, demo, download, evaluate, export, features, fetch, fsck, gc,
    import_names, ingest, inspect, log, model, parse_worker, phantom, predict, privacy, release,
    repair, report, search, serve, show, similar, train, withdraw,
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
    Fetch(fetch::Args),
    Inspect(inspect::Args),
    Convert(convert::Args),
    Compare(compare::Args),
    Search(search::Args),
    Similar(similar::Args),
    Show(show::Args),
    Download(download::Args),
    Export(export::Args),
    Model(model::Args),
    Train(train::Args),
    Predict(predict::Args),
    Evaluate(evaluate::Args),
    #[cfg(feature = "onnx")]
    Segment(segment::Args),
    Check(check::Args),
    Serve(serve::Args),
    Features(features::Args),
    Phantom(phantom::Args),
    Withdraw(withdraw::Args),
    Report(report::Args),
    Reports(report::ListArgs),
    Fsck(fsck::Args),
    Repair(repair::Args),
    Gc(gc::Args),
    Backup(backup::Args),
    Restore(backup::RestoreArgs),
    Log(log::Args),
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
        Command::Fetch(args) => fetch::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Convert(args) => convert::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Search(args) => search::run(&args),
        Command::Similar(args) => similar::run(&args),
        Command::Show(args) => show::run(&args),
        Command::Download(args) => download::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Model(args) => model::run(&args),
        Command::Train(args) => train::run(&args),
        Command::Predict(args) => predict::run(&args),
        Command::Evaluate(args) => evaluate::run(&args),
        #[cfg(feature = "onnx")]
        Command::Segment(args) => segment::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Features(args) => features::run(&args),
        Command::Phantom(args) => phantom::run(&args),
        Command::Withdraw(args) => withdraw::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Reports(args) => report::list(&args),
        Command::Fsck(args) => fsck::run(&args),
        Command::Repair(args) => repair::run(&args),
        Command::Gc(args) => gc::run(&args),
        Command::Backup(args) => backup::run(&args),
        Command::Restore(args) => backup::restore(&args),
        Command::Log(args) => log::run(&args),
        Command::Privacy(args) => privacy::run(&args),
        Command::Release(args) => release::run(&args),
        Command::ParseWorker(args) => parse_worker::run(&args),
    }
}
