use std::fmt;

use serde::{Deserialize, Serialize};

/// What held a child process while it read a file; what is missing, its system does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Protections {
    /// Memory, CPU time, processes, open files, and nothing written to a file.
    pub limits: bool,
    /// No new privileges, and those of an administrator given up, but to read its input.
    pub no_new_privs: bool,
    /// Landlock: no file but its input, no network, no signals to others.
    pub landlock: Extent,
    /// seccomp: only the system calls that reading takes.
    pub seccomp: bool,
}

/// How much of a protection is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Extent {
    /// The system does not have it.
    #[default]
    None,
    /// The system has an earlier form of it.
    Partial,
    /// All that was asked for.
    Full,
}

impl Protections {
    /// What is in force in both.
    pub fn weaker(self, other: Self) -> Self {
        Self {
            limits: self.limits && other.limits,
            no_new_privs: self.no_new_privs && other.no_new_privs,
            landlock: self.landlock.min(other.landlock),
            seccomp: self.seccomp && other.seccomp,
        }
    }
}

impl fmt::Display for Protections {
    /// Those in force, then those that are missing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let landlock = match self.landlock {
            Extent::Partial => "Landlock in part",
            Extent::None | Extent::Full => "Landlock",
        };
        let all = [
            ("limits", self.limits),
            ("no new privileges", self.no_new_privs),
            (landlock, self.landlock != Extent::None),
            ("seccomp", self.seccomp),
        ];
        let words = |wanted: bool| {
            let words = all.iter().filter(|(_, there)| *there == wanted).map(|(word, _)| *word);
            words.collect::<Vec<_>>().join(", ")
        };
        match (words(true), words(false)) {
            (there, missing) if missing.is_empty() => f.write_str(&there),
            (there, missing) if there.is_empty() => write!(f, "this system has no {missing}"),
            (there, missing) => write!(f, "{there}; this system has no {missing}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_said() {
        let all =
            Protections { limits: true, no_new_privs: true, landlock: Extent::Full, seccomp: true };
        assert_eq!(all.to_string(), "limits, no new privileges, Landlock, seccomp");
        let old = Protections { landlock: Extent::None, ..all };
        let text = "limits, no new privileges, seccomp; this system has no Landlock";
        assert_eq!(all.weaker(old).to_string(), text);
    }
}
