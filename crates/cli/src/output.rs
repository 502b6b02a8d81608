//! What people and programs read: lines, numbers with units, progress.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;
use signal_hook::consts::{SIGINT, SIGTERM};

/// Prints a line.
pub(crate) fn line(text: impl std::fmt::Display) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{text}")
}

/// Prints JSON on one line, and at once: what a program has read has happened.
pub(crate) fn json_line(value: &Value) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{value}")?;
    out.flush()
}

/// Prints JSON for programs that people also look at.
pub(crate) fn json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    line(serde_json::to_string_pretty(value)?)?;
    Ok(())
}

/// Says what went wrong, in one line.
pub(crate) fn complain(error: &anyhow::Error) {
    let line: String = format!("{error:#}").chars().map(plain).collect();
    // When even this cannot be written there is nobody left to tell.
    let _ = writeln!(io::stderr().lock(), "medshape: {line}");
}

/// Names of files may hold control characters, which must not reach a terminal.
fn plain(c: char) -> char {
    if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }
}

/// A panic is a fault of this program, not of its user: a line that can be reported, no backtrace.
pub(crate) fn fault(panic: &std::panic::PanicHookInfo<'_>) -> anyhow::Error {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let what = panic.payload_as_str().unwrap_or("for an unknown reason");
    anyhow::anyhow!("a fault of medshape itself, please report it: {what} ({place})")
}

/// Whether the reader of our output has gone, as `head` does.
pub(crate) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
    kind == Some(io::ErrorKind::BrokenPipe)
}

/// A flag that Ctrl-C and SIGTERM set; a second one ends the program at once.
pub(crate) fn stop_flag() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&stop))?;
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    Ok(stop)
}

/// A bar with count, rate and time left, on a terminal; nothing where nobody watches.
pub(crate) fn progress(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(0);
    if !io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let template = format!(
        "{{bar:32}} {{pos}} of {{len}} {what} {{msg}} · {{per_sec}} · {{elapsed}}, {{eta}} left"
    );
    bar.set_style(
        ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    bar.enable_steady_tick(Duration::from_millis(250));
    bar
}

/// A number of things, in the singular where it is one.
pub(crate) fn count(n: u64, thing: &str) -> String {
    if n == 1 { format!("1 {thing}") } else { format!("{n} {thing}s") }
}

/// Bytes as people read them.
pub(crate) fn bytes(n_bytes: u64) -> String {
    match n_bytes {
        0..1_000 => format!("{n_bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", n_bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", n_bytes as f64 / 1e6),
        _ => format!("{:.2} GB", n_bytes as f64 / 1e9),
    }
}

/// A volume in millilitres, with three significant digits.
pub(crate) fn millilitres(volume_mm3: f64) -> String {
    let volume_ml = volume_mm3 / 1000.0;
    let digits = match volume_ml.abs() {
        100.0.. => 0,
        10.0.. => 1,
        1.0.. => 2,
        _ => 3,
    };
    format!("{volume_ml:.digits$} ml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_with_units_and_three_digits() {
        assert_eq!(millilitres(1_512_345.0), "1512 ml");
        assert_eq!(millilitres(15_236.0), "15.2 ml");
        assert_eq!(millilitres(27.0), "0.027 ml");
        assert_eq!(count(1, "shape"), "1 shape");
        assert_eq!(count(0, "shape"), "0 shapes");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(3_400_000), "3.4 MB");
    }
}
