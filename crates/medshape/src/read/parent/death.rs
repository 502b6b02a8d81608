//! Why a child came to no answer, in words.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

/// The kind of fault in one word, and what to tell people.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Death {
    pub(super) code: &'static str,
    pub(super) reason: String,
}

// The same numbers on all systems that have them.
const SIGILL: i32 = 4;
const SIGABRT: i32 = 6;
const SIGFPE: i32 = 8;
const SIGKILL: i32 = 9;
const SIGSEGV: i32 = 11;
const SIGXCPU: i32 = 24;

impl Death {
    /// From how it ended and what it said.
    pub(super) fn of(status: ExitStatus, complaint: &str, cpu_s: u64, memory: u64) -> Self {
        // The words of Rust's own handlers.
        let ran_out_of = |words: &str| complaint.contains(words);
        match status.signal() {
            Some(SIGXCPU) => {
                Self::limit(format!("its parser took more than {cpu_s} s of CPU time"))
            }
            Some(SIGABRT) if ran_out_of("memory allocation of") => {
                Self::limit(format!("its parser ran out of memory (limit {})", amount(memory)))
            }
            Some(SIGABRT | SIGSEGV) if ran_out_of("overflowed its stack") => {
                Self::crash("its parser ran out of stack".to_owned())
            }
            Some(SIGKILL) => Self::crash(
                "its parser was killed: by somebody, or by a system without memory".to_owned(),
            ),
            Some(signal) => Self::crash(format!("its parser crashed ({})", name(signal))),
            None => Self::crash(said(status, complaint)),
        }
    }

    pub(super) fn late(wall: Duration) -> Self {
        Self::limit(format!("its parser did not finish within {} s", wall.as_secs_f64()))
    }

    pub(super) fn nonsense(what: &io::Error) -> Self {
        Self::crash(format!("its parser gave an answer that makes no sense: {what}"))
    }

    /// The parent's own memory.
    pub(super) fn too_large() -> Self {
        Self::limit("not enough memory for what is in it".to_owned())
    }

    pub(super) fn silent() -> Self {
        Self::crash("its parser broke off its answer".to_owned())
    }

    fn limit(reason: String) -> Self {
        Self { code: "limit", reason }
    }

    fn crash(reason: String) -> Self {
        Self { code: "crash", reason }
    }
}

fn said(status: ExitStatus, complaint: &str) -> String {
    let code = status.code().unwrap_or_default();
    match complaint.lines().next().map(|line| line.trim_start_matches("medshape: ")) {
        Some(line) if !line.is_empty() => format!("its parser failed: {line}"),
        _ => format!("its parser ended without an answer (status {code})"),
    }
}

fn name(signal: i32) -> String {
    let name = match signal {
        SIGILL => "illegal instruction",
        SIGABRT => "aborted",
        SIGFPE => "arithmetic fault",
        SIGSEGV => "invalid memory access",
        _ => return format!("signal {signal}"),
    };
    format!("signal {signal}, {name}")
}

fn amount(n_bytes: u64) -> String {
    format!("{:.1} GiB", n_bytes as f64 / f64::from(1 << 30))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_death_has_its_words() {
        let check = |status: i32, complaint: &str, code: &str, words: &str| {
            let death = Death::of(ExitStatus::from_raw(status), complaint, 60, 2 << 30);
            assert_eq!((death.code, death.reason.as_str()), (code, words));
        };
        let oom = "memory allocation of 9 bytes failed\n";
        check(SIGABRT, oom, "limit", "its parser ran out of memory (limit 2.0 GiB)");
        check(SIGXCPU, "", "limit", "its parser took more than 60 s of CPU time");
        check(SIGABRT, "", "crash", "its parser crashed (signal 6, aborted)");
        check(0, "", "crash", "its parser ended without an answer (status 0)");
        check(101 << 8, "medshape: a fault\n", "crash", "its parser failed: a fault");
    }
}
