//! What the commands of learning tasks share.

use std::process::ExitCode;

use clap::builder::{PossibleValue, PossibleValuesParser};
use medshape_studies::{Error, Progress, Watch, task};

use crate::output;

/// The tasks that can be named, with what they are for.
pub(crate) fn task_names() -> PossibleValuesParser {
    let value =
        |task: &&dyn medshape_studies::Task| PossibleValue::new(task.name()).help(task.about());
    PossibleValuesParser::new(task::TASKS.iter().map(value))
}

/// Does a work with a bar that shows how far it is, the loss where there is one, and the time left;
/// Ctrl-C ends it in an orderly way. Prints what is to be said of it.
pub(crate) fn watched(
    what: &'static str,
    work: impl FnOnce(&Watch<'_>) -> Result<Vec<String>, Error>,
) -> anyhow::Result<ExitCode> {
    let stop = output::stop_flag()?;
    let bar = output::progress(what);
    let progress = |Progress { done, total, loss }: Progress| {
        bar.set_length(total);
        bar.set_position(done);
        if let Some(loss) = loss {
            bar.set_message(format!("loss {loss:.3}"));
        }
    };
    let said = work(&Watch { stop: &stop, progress: &progress });
    bar.finish_and_clear();
    said?.iter().try_for_each(output::line)?;
    Ok(ExitCode::SUCCESS)
}
