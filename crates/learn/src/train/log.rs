use std::io::{self, Write};
use std::time::Duration;

/// A line of a training log.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogLine {
    /// Steps taken.
    pub step: u64,
    /// Loss of the last one.
    pub loss: f64,
    /// Rate of learning at it.
    pub rate: f64,
    /// Time since the run began or was resumed.
    pub elapsed: Duration,
}

/// Writes a training log, one line a step, in tab-separated columns that any program reads.
#[derive(Debug)]
pub struct Log<W> {
    to: W,
}

impl<W: Write> Log<W> {
    /// A log with its heading; `is_new` is false where an older log goes on.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn new(mut to: W, is_new: bool) -> io::Result<Self> {
        if is_new {
            writeln!(to, "step\tloss\trate\tseconds")?;
        }
        Ok(Self { to })
    }

    /// Writes a line at once, so that a run that is killed has its log.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&mut self, line: LogLine) -> io::Result<()> {
        let LogLine { step, loss, rate, elapsed } = line;
        writeln!(self.to, "{step}\t{loss:.6}\t{rate:.3e}\t{:.2}", elapsed.as_secs_f64())?;
        self.to.flush()
    }
}
