//! Settings: a TOML file of defaults with a comment for each, and over it a file with those that differ.

use std::path::Path;

use serde::de::DeserializeOwned;

use crate::Error;

/// The defaults, and over them what a file says; `check` says what is wrong with them.
///
/// # Errors
/// If the file cannot be read, or says what cannot be set.
///
/// # Panics
/// If the defaults are no TOML.
pub fn read<S: DeserializeOwned>(
    defaults: &str,
    path: Option<&Path>,
    check: impl Fn(&S) -> Result<(), String>,
) -> Result<S, Error> {
    let Some(path) = path else { return of(defaults, "", check).map_err(Error::Request) };
    let text = std::fs::read_to_string(path).map_err(Error::io(path))?;
    of(defaults, &text, check).map_err(|reason| Error::file(path, reason))
}

/// The same, where what the file says is known.
///
/// # Errors
/// In words, if it says what cannot be set.
///
/// # Panics
/// If the defaults are no TOML.
pub fn of<S: DeserializeOwned>(
    defaults: &str,
    own: &str,
    check: impl Fn(&S) -> Result<(), String>,
) -> Result<S, String> {
    let fault = |cause: toml::de::Error| cause.to_string();
    let mut table: toml::Table = defaults.parse().expect("the defaults are TOML");
    lay_over(&mut table, own.parse().map_err(fault)?);
    let settings: S = table.try_into().map_err(fault)?;
    check(&settings).map(|()| settings)
}

/// The first fault that there is, in words.
///
/// # Errors
/// If there is any.
pub(crate) fn no_fault(faults: &[(bool, &str)]) -> Result<(), String> {
    match faults.iter().find(|(is_there, _)| *is_there) {
        Some((_, reason)) => Err((*reason).to_owned()),
        None => Ok(()),
    }
}

fn lay_over(table: &mut toml::Table, own: toml::Table) {
    for (key, value) in own {
        match (table.get_mut(&key), value) {
            (Some(toml::Value::Table(under)), toml::Value::Table(over)) => lay_over(under, over),
            (_, value) => {
                table.insert(key, value);
            }
        }
    }
}

/// What the tests of all settings ask.
#[cfg(test)]
pub(crate) mod checks {
    use super::*;

    type Read<S> = fn(Option<&Path>) -> Result<S, Error>;

    /// The settings of a file that says this.
    pub(crate) fn of_file<S>(text: &str, read: Read<S>) -> Result<S, Error> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("own.toml");
        std::fs::write(&path, text).expect("written");
        read(Some(&path))
    }

    /// Each text is refused, with the name of its file and with words of the reason.
    pub(crate) fn refuses<S: std::fmt::Debug>(read: Read<S>, cases: &[(&str, &str)]) {
        for (text, expected) in cases {
            let error = of_file(text, read).expect_err(text).to_string();
            assert!(error.contains(expected) && error.contains("own.toml"), "{text}: {error}");
        }
    }
}
