//! For `benchmarks/similar.py`.
//!
//! `features STORE`: a line of JSON for each shape of a store, with its features and its descriptor.
//! `scan BASE QUERIES N N_RUNS`: times the scan over descriptors in raw 32-bit floats, and says what it found.

#![allow(clippy::print_stdout, reason = "this is what it is for")]

use std::time::Instant;

use medshape::catalog::{Catalog, Descriptor, Neighbours, Page, Query, Role, Scale};
use medshape::formats::glb;
use medshape::geometry::describe::descriptor;
use serde_json::json;

type Numbers = [f32; Descriptor::N];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["features", store] => features(store),
        ["scan", base, queries, n, n_runs] => scan(base, queries, n.parse()?, n_runs.parse()?),
        _ => Err("features STORE, or scan BASE QUERIES N N_RUNS".into()),
    }
}

fn features(store: &str) -> Result<(), Box<dyn std::error::Error>> {
    let catalog = Catalog::open(store.as_ref())?;
    let all = catalog.search(&Query::parse(""), Page { offset: 0, limit: 1_000_000 })?;
    for hit in &all.hits {
        let Some(file) = hit.files().iter().find(|file| file.role == Role::Mesh) else { continue };
        let mesh = glb::read(&catalog.blobs().read(file)?)?;
        let started = Instant::now();
        let Some(features) = descriptor::features(&mesh) else { continue };
        let seconds = started.elapsed().as_secs_f64();
        let numbers = descriptor::descriptor(&mesh).ok_or("no descriptor")?;
        println!(
            "{}",
            json!({
                "name": hit.name.to_string(), "structure": hit.structure, "side": hit.side,
                "subject": hit.name.subject(), "seconds": seconds, "n_faces": mesh.faces().len(),
                "features": features.to_vec(), "descriptor": numbers.to_vec(),
            })
        );
    }
    Ok(())
}

fn scan(
    base: &str,
    queries: &str,
    n: usize,
    n_runs: usize,
) -> Result<(), Box<dyn std::error::Error>> {
    let (base, queries) = (numbers(base)?, numbers(queries)?);
    let started = Instant::now();
    let mut scale = Scale::default();
    base.iter().for_each(|numbers| scale.add(numbers));
    let mut neighbours = Neighbours::with_room(&scale, base.len());
    base.iter().for_each(|numbers| neighbours.push(numbers));
    let build_s = started.elapsed().as_secs_f64();
    let (mut seconds, mut found) = (Vec::new(), Vec::new());
    for query in &queries {
        let mut shortest_s = f64::INFINITY;
        let mut answer = Vec::new();
        for _ in 0..n_runs {
            let started = Instant::now();
            answer = nearest(&neighbours, &base, query, n);
            shortest_s = shortest_s.min(started.elapsed().as_secs_f64());
        }
        seconds.push(shortest_s);
        found.push(answer);
    }
    println!(
        "{}",
        json!({
            "build_s": build_s, "bytes": neighbours.n_bytes(), "seconds": seconds, "found": found,
        })
    );
    Ok(())
}

/// As the catalog asks: candidates by bytes, measured again on the numbers.
fn nearest(neighbours: &Neighbours, base: &[Numbers], query: &Numbers, n: usize) -> Vec<usize> {
    let candidates = neighbours.nearest(query, Descriptor::N, 2 * n + 64, |_| true);
    let measure = |at: usize| {
        let pairs = query.iter().zip(&base[at]);
        (pairs.map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>(), at)
    };
    let mut measured: Vec<(f64, usize)> = candidates.into_iter().map(measure).collect();
    measured.sort_by(|a, b| a.0.total_cmp(&b.0));
    measured.into_iter().take(n).map(|(_, at)| at).collect()
}

fn numbers(path: &str) -> Result<Vec<Numbers>, Box<dyn std::error::Error>> {
    let bytes = std::fs::read(path)?;
    let row = |bytes: &[u8]| -> Numbers {
        std::array::from_fn(|at| f32::from_le_bytes([0, 1, 2, 3].map(|byte| bytes[4 * at + byte])))
    };
    Ok(bytes.chunks_exact(4 * Descriptor::N).map(row).collect())
}
