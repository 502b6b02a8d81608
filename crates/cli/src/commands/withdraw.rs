use std::process::ExitCode;

use medshape::catalog::{Catalog, Reason};
use medshape::withdraw::{WithdrawOptions, withdraw};

use crate::output;

/// Take a shape back: it is found, shown and downloaded no more, and does not come back
///
/// Its name stays, with the day and the reason, and is never given to another shape. Its voxels become
/// background in the label map of its case. Its files go with `medshape gc` after a day; with --erase
/// they are gone at once, and with the next `medshape backup` from the backup, too.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Its name, such as `phantom/p001/kidney-left`, or an older name of it
    name: String,

    /// Why; everybody may read it
    #[arg(long, value_parser = reason)]
    reason: Reason,

    /// More on why, for the curators
    #[arg(long, default_value = "")]
    note: String,

    /// Remove its files at once
    #[arg(long)]
    erase: bool,

    #[command(flatten)]
    store: super::Store,
}

fn reason(word: &str) -> Result<Reason, String> {
    Reason::from_word(word).ok_or_else(|| {
        let words: Vec<_> = Reason::ALL.into_iter().map(Reason::word).collect();
        format!("one of {}", words.join(", "))
    })
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let mut catalog = Catalog::open(&args.store.dir)?;
    let name = super::known_name(&catalog, &args.name)?;
    let Args { reason, note, erase, .. } = args;
    let options = WithdrawOptions { reason: *reason, note: note.clone(), erase: *erase };
    let stone = withdraw(&mut catalog, &name, &options)?;
    output::line(format!(
        "{} withdrawn on {}: {}{}",
        stone.name,
        stone.withdrawn_at.date(),
        stone.reason.about(),
        if stone.erased { "; its files are gone" } else { "; its files go with `medshape gc`" }
    ))?;
    Ok(ExitCode::SUCCESS)
}
