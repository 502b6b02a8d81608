//! One module per command.

pub(crate) mod backup;
pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod convert;
pub(crate) mod demo;
pub(crate) mod download;
pub(crate) mod evaluate;
pub(crate) mod export;
pub(crate) mod features;
pub(crate) mod fetch;
pub(crate) mod fsck;
pub(crate) mod gc;
pub(crate) mod import_names;
pub(crate) mod ingest;
pub(crate) mod inspect;
pub(crate) mod label_options;
pub(crate) mod learning;
pub(crate) mod log;
pub(crate) mod mesh_options;
pub(crate) mod model;
pub(crate) mod parse_worker;
pub(crate) mod phantom;
pub(crate) mod predict;
pub(crate) mod privacy;
pub(crate) mod reader_options;
pub(crate) mod release;
pub(crate) mod repair;
pub(crate) mod report;
pub(crate) mod search;
#[cfg(feature = "onnx")]
pub(crate) mod segment;
pub(crate) mod serve;
pub(crate) mod show;
pub(crate) mod similar;
pub(crate) mod train;
pub(crate) mod withdraw;

use std::path::PathBuf;
use std::time::Duration;

use medshape::catalog::{Catalog, ShapeName};

use medshape::catalog::Audience;

/// Where the collection lies.
#[derive(clap::Args)]
pub(crate) struct Store {
    /// Folder of the collection
    #[arg(
        id = "store",
        long,
        value_name = "DIR",
        env = "MEDSHAPE_STORE",
        default_value = "collection"
    )]
    pub(crate) dir: PathBuf,
}

/// Who asks.
pub(crate) fn audience(text: &str) -> Result<Audience, String> {
    Audience::from_word(text).ok_or_else(|| "it is `public` or `curator`".to_owned())
}

/// A number that is not negative.
pub(crate) fn amount(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if number >= 0.0 { Ok(number) } else { Err("less than 0, or not a number".to_owned()) }
}

/// A distance between voxel centres.
pub(crate) fn spacing_mm(text: &str) -> Result<f64, String> {
    let mm = amount(text)?;
    let is_sound = (0.001..=100.0).contains(&mm);
    if is_sound { Ok(mm) } else { Err("not within 0.001 and 100 mm".to_owned()) }
}

/// A number of points.
pub(crate) fn n_points(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n @ 1..=10_000_000) => Ok(n),
        _ => Err("not a whole number from 1 to 10,000,000".to_owned()),
    }
}

/// A share of a whole.
pub(crate) fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if share > 0.0 && share <= 1.0 => Ok(share),
        _ => Err("not a number above 0 and at most 1".to_owned()),
    }
}

/// The shape that a name or an alias means.
pub(crate) fn known_name(catalog: &Catalog, text: &str) -> anyhow::Result<ShapeName> {
    let found = catalog.find(text)?;
    found.ok_or_else(|| {
        anyhow::anyhow!("`{text}` is no shape of this collection; try `medshape search`")
    })
}

/// A span of time: a number with `s`, `m`, `h` or `d`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "a number with s, m, h or d, such as 30m or 24h".to_owned();
    let at = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let number: u64 = text[..at].parse().map_err(|_| wrong())?;
    let unit = match &text[at..] {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 24 * 3600,
        _ => return Err(wrong()),
    };
    number.checked_mul(unit).map(Duration::from_secs).ok_or_else(wrong)
}
