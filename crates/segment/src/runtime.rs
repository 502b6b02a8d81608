//! onnxruntime: a library that is looked for when it is needed, and loaded once.

mod places;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ort::environment::Environment;
use ort::logging::LogLevel;

use crate::Error;

/// What to do where there is no library.
const HOW_TO_GET_IT: &str = "`pip install onnxruntime` brings it and it is found there; or take \
    `libonnxruntime` from https://github.com/microsoft/onnxruntime/releases and name it with \
    `--runtime FILE` or ORT_DYLIB_PATH";

/// onnxruntime, loaded.
#[derive(Debug, Clone)]
pub struct Runtime {
    /// The library that it came from.
    pub path: PathBuf,
    environment: Environment,
}

/// A process can have one of these libraries, and one environment in it.
static LOADED: Mutex<Option<Runtime>> = Mutex::new(None);

impl Runtime {
    /// Loads the library that is named; without one that of `ORT_DYLIB_PATH`, or else the newest in the
    /// usual places: Python's package, and the folders of the system's libraries. Nothing is started to
    /// find it.
    ///
    /// What was loaded first in a process stays, whatever is named later.
    ///
    /// # Errors
    /// There is none, or it is no library, not onnxruntime, or older than 1.17.
    pub fn load(named: Option<&Path>) -> Result<Self, Error> {
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(loaded) = &*loaded {
            return Ok(loaded.clone());
        }
        let runtime = Self::of(&find(named)?)?;
        Ok(loaded.insert(runtime).clone())
    }

    fn of(path: &Path) -> Result<Self, Error> {
        let refused = |cause: &dyn std::fmt::Display| {
            let cause = short(&cause.to_string());
            Error::Runtime(format!(
                "`{}` cannot be used as onnxruntime 1.{} or newer: {cause}; {HOW_TO_GET_IT}",
                path.display(),
                ort::MINOR_VERSION
            ))
        };
        // What it would print on its own goes nowhere; its errors come back as values.
        let silent = Arc::new(|_: LogLevel, _: &str, _: &str, _: &str, _: &str| {});
        let builder = ort::init_from(path).map_err(|cause| refused(&cause))?;
        let builder = builder.with_telemetry(false).with_logger(silent);
        let environment = builder.build().map_err(|cause| refused(&cause))?;
        environment.set_log_level(LogLevel::Fatal);
        Ok(Self { path: path.to_owned(), environment })
    }

    pub(crate) fn environment(&self) -> &Environment {
        &self.environment
    }
}

fn find(named: Option<&Path>) -> Result<PathBuf, Error> {
    let of_environment = std::env::var_os("ORT_DYLIB_PATH").filter(|path| !path.is_empty());
    let named = named.map(Path::to_owned).or(of_environment.map(PathBuf::from));
    match named {
        Some(named) => {
            let path = fs::canonicalize(&named).map_err(Error::io(&named))?;
            if !path.is_file() {
                return Err(Error::file(&named, "no file; onnxruntime's library is wanted"));
            }
            Ok(path)
        }
        None => places::newest().ok_or_else(|| {
            Error::Runtime(format!(
                "onnxruntime, which runs the network, was not found: {HOW_TO_GET_IT}"
            ))
        }),
    }
}

/// The first line of what a library says, without what only its authors can read.
pub(crate) fn short(text: &str) -> String {
    const MOST: usize = 300;
    let line =
        text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("no reason given");
    line.chars().take(MOST).collect()
}
