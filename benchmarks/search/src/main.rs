//! Questions of three words with all their facet counts, of the same million rows: ours, SQLite's FTS5,
//! tantivy.
//!
//!     cargo run --release --manifest-path benchmarks/search/Cargo.toml -- OUT.json [N_SUBJECTS]
//!
//! Every engine answers every question once, in turn with the others, on one thread. Each returns how many
//! rows fit, the keys of the first 48, and counts by structure, side, sex, age, source and pathology.
//! The peers are asked for each word as a term of the row's text; what our vocabulary adds (synonyms,
//! parts, spelling) they do not do, so the questions name structures of one word and without parts.

mod fts5;
mod medshape;
mod rows;
mod tantivy_;

use std::error::Error;
use std::time::Instant;

use rows::{Question, Row};
use serde_json::{Value, json};

/// What an engine says: how many rows fit. The first 48 and the facets it has looked up, too.
#[derive(Debug, PartialEq, Eq)]
pub struct Said {
    pub total: u64,
}

/// Something that answers questions.
pub trait Engine {
    fn name(&self) -> &'static str;
    fn ask(&mut self, question: &Question) -> Result<Said, Box<dyn Error>>;
}

fn main() -> Result<(), Box<dyn Error>> {
    let out = std::env::args().nth(1).ok_or("name a file for the results")?;
    let n_subjects = std::env::args().nth(2).map_or(Ok(10_000), |text| text.parse())?;
    let rows: Vec<Row> = rows::rows(n_subjects);
    let questions = rows::questions(&rows);
    println!("{} rows, {} questions", rows.len(), questions.len());

    let folder = tempfile::tempdir()?;
    let before = resident_bytes();
    let mut engines: Vec<Box<dyn Engine>> = Vec::new();
    let (ours, open_s) = timed(|| medshape::Medshape::new(folder.path(), &rows))?;
    let index_bytes = resident_bytes().saturating_sub(before);
    println!("medshape: rows in and first answer after {open_s:.1} s");
    engines.push(Box::new(ours));
    engines.push(Box::new(timed(|| fts5::Fts5::new(folder.path(), &rows))?.0));
    engines.push(Box::new(timed(|| tantivy_::Tantivy::new(folder.path(), &rows))?.0));

    let mut milliseconds = vec![Vec::new(); engines.len()];
    let mut n_differ = 0;
    for question in &questions {
        let mut said = Vec::new();
        for (engine, times) in engines.iter_mut().zip(&mut milliseconds) {
            let (answer, seconds) = timed(|| engine.ask(question))?;
            times.push(seconds * 1000.0);
            said.push(answer);
        }
        if said.windows(2).any(|pair| pair[0] != pair[1]) {
            n_differ += 1;
            println!("differ on `{}`: {said:?}", question.text);
        }
    }
    let report: Vec<Value> = engines
        .iter()
        .zip(&mut milliseconds)
        .map(|(engine, times)| summary(engine.name(), times))
        .collect();
    let report = json!({
        "command": "cargo run --release --manifest-path benchmarks/search/Cargo.toml -- OUT.json",
        "n_rows": rows.len(),
        "n_questions": questions.len(),
        "n_questions_answered_differently": n_differ,
        "resident_bytes_after_ours_is_made": index_bytes,
        "engines": report,
    });
    println!("{report:#}");
    std::fs::write(out, format!("{report:#}\n"))?;
    Ok(())
}

fn timed<T>(
    work: impl FnOnce() -> Result<T, Box<dyn Error>>,
) -> Result<(T, f64), Box<dyn Error>> {
    let began = Instant::now();
    Ok((work()?, began.elapsed().as_secs_f64()))
}

fn summary(name: &str, milliseconds: &mut [f64]) -> Value {
    milliseconds.sort_by(f64::total_cmp);
    let at = |share: f64| milliseconds[((milliseconds.len() - 1) as f64 * share) as usize];
    json!({ "name": name, "p50_ms": at(0.5), "p99_ms": at(0.99), "max_ms": at(1.0) })
}

fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = status.split_whitespace().nth(1).and_then(|text| text.parse::<u64>().ok());
    pages.unwrap_or_default() * 4096
}
