//! What the reports of all tasks share: their files, and which cases they show.

use std::path::Path;

use medshape_formats::png;
use medshape_types::Picture;

use crate::Error;
use crate::statistics::Mean;

/// Writes `report.html`, `report.json` and pictures under their names; the line that says so.
///
/// # Errors
/// If a file cannot be written.
pub(crate) fn write<'a>(
    folder: &Path,
    pictures: impl IntoIterator<Item = (String, &'a Picture)>,
    json: &serde_json::Value,
    html: &str,
) -> Result<String, Error> {
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).map_err(Error::io(&path))
    };
    for (name, picture) in pictures {
        let mut bytes = Vec::new();
        png::write(&mut bytes, picture).map_err(Error::io(folder))?;
        put(&name, &bytes)?;
    }
    put("report.json", serde_json::to_string_pretty(json).unwrap_or_default().as_bytes())?;
    put("report.html", html.as_bytes())?;
    Ok(format!("the report is `{}`", folder.join("report.html").display()))
}

/// The methods of cases, as they come.
pub(crate) fn methods<'a>(of_cases: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut methods: Vec<String> = Vec::new();
    for method in of_cases {
        if !methods.contains(method) {
            methods.push(method.clone());
        }
    }
    methods
}

/// The best, the median and the worst of the cases shown, by their score, of which more is better.
pub(crate) fn choose<'a, T>(
    shown: impl Iterator<Item = &'a T>,
    score: fn(&T) -> f64,
) -> Vec<(&'static str, &'a T)> {
    let mut order: Vec<&T> = shown.collect();
    order.sort_by(|a, b| score(a).total_cmp(&score(b)));
    let Some(last) = order.len().checked_sub(1) else { return Vec::new() };
    vec![("best", order[last]), ("median", order[last / 2]), ("worst", order[0])]
}

/// A mean with its interval as a cell of a table.
pub(crate) fn cell(mean: Option<Mean>) -> String {
    mean.map_or("–".to_owned(), |m| {
        format!("{:.3} <small>{:.3}–{:.3}</small>", m.mean, m.low, m.high)
    })
}
