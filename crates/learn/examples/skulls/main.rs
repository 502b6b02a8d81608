//! Prototype.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "prototype")]
use std::sync::Arc;
use std::time::Instant;

use medshape_geometry::phantom::skull::{self, Skull, defect::*};
use medshape_geometry::voxels::components::{Connectivity, largest_only};
use medshape_learn::networks::{Completion, Widths};
use medshape_learn::operators::Statistics;
use medshape_learn::sparse::Voxel;
use medshape_learn::train::{AdamOptions, Schedule, Trainer};
use medshape_learn::{Parameters, Random, Rows, SparseGrid, Tape, Tensor};
use medshape_types::{Affine, Grid, LabelMap};
use rayon::prelude::*;

struct Case { grid: Grid, whole: SparseGrid, bone: Vec<[f64; 3]> }

fn case(seed: u64, resolution: usize, augment: Option<u64>) -> Case {
    let mut grid = skull::grid(resolution);
    if let Some(n) = augment { grid = jittered(&grid, seed * 1000 + n); }
    let leaves = Skull::new(seed).leaves(&grid);
    let voxels = leaves.iter().flat_map(|l| l.voxels().collect::<Vec<_>>());
    let whole = SparseGrid::from_voxels(voxels.map(|v| Voxel { batch: 0, place: v.map(|k| k as u32) })).unwrap();
    // Places in the unrotated frame, so that holes follow the image's axes.
    let plain = skull::grid(resolution);
    let bone = places(&whole, &plain);
    Case { grid: plain, whole, bone }
}
fn places(grid: &SparseGrid, on: &Grid) -> Vec<[f64; 3]> {
    grid.voxels().map(|v| on.world_from_voxel().apply(v.place.map(f64::from))).collect()
}
fn jittered(grid: &Grid, seed: u64) -> Grid {
    let mut r = Random::new(seed);
    for _ in 0..4 { r.bits(); }
    let s = grid.spacing_mm()[0];
    let a = [0; 3].map(|_| 0.04 * r.normal().clamp(-2.0, 2.0));
    let k = [0; 3].map(|_| s * (1.0 + 0.02 * r.normal().clamp(-2.0, 2.0)));
    let t = [0; 3].map(|_| 2.0 * r.normal().clamp(-2.0, 2.0));
    // small rotation, first order then orthonormalised
    let x = unit([1.0, a[2], -a[1]]);
    let mut y = [-a[2], 1.0, a[0]];
    let d = dot(x, y);
    y = unit([0, 1, 2].map(|i| y[i] - d * x[i]));
    let z = [x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]];
    let c = grid.dims().map(|n| 0.5 * (n as f64 - 1.0));
    let mid = grid.world_from_voxel().apply(c);
    let rows = [0, 1, 2].map(|i| {
        let l = [x[i] * k[0], y[i] * k[1], z[i] * k[2]];
        [l[0], l[1], l[2], mid[i] + t[i] - dot(l, c)]
    });
    Grid::new(grid.dims(), Affine::from_rows(rows).unwrap()).unwrap()
}
fn dot(a: [f64; 3], b: [f64; 3]) -> f64 { a[0] * b[0] + a[1] * b[1] + a[2] * b[2] }
fn unit(a: [f64; 3]) -> [f64; 3] { let n = dot(a, a).sqrt(); a.map(|v| v / n) }

fn mirrored(grid: &SparseGrid, n: u32) -> SparseGrid {
    SparseGrid::from_voxels(grid.voxels().map(|v| Voxel { batch: 0, place: [n - 1 - v.place[0], v.place[1], v.place[2]] })).unwrap()
}
fn input(partial: &SparseGrid, n: u32, sym: bool) -> Tensor<f32> {
    if !sym { return Tensor::ones(Arc::new(partial.clone())); }
    let other = mirrored(partial, n);
    let both = partial.union(&other);
    let (a, b) = (both.is_in(partial), both.is_in(&other));
    let values = a.iter().zip(&b).flat_map(|(&a, &b)| [f32::from(u8::from(a)), f32::from(u8::from(b))]).collect();
    Tensor::new(Arc::new(both), Rows::new(2, values).unwrap()).unwrap()
}
fn cut(case: &Case, recipe: Recipe, seed: u64) -> Option<SparseGrid> {
    let hole = Defect::draw(recipe, &case.bone, &skull::frame(), seed)?;
    let keep: Vec<bool> = case.bone.iter().map(|p| !hole.takes(*p)).collect();
    Some(case.whole.select(&keep))
}
const TRAINED: [Recipe; 4] = [
    Recipe::SkullBreak(Site::Anywhere), Recipe::SkullBreak(Site::Bilateral),
    Recipe::SkullBreak(Site::FrontoOrbital), Recipe::SkullBreak(Site::ParietoTemporal)];

fn logits(net: &Completion, p: &Parameters<f32>, partial: &SparseGrid, n: u32, sym: bool) -> Tensor<f32> {
    let x = input(partial, n, sym);
    net.run(&mut Tape::infer(p), &x, None, Statistics::Volume).logits.pop().unwrap()
}
fn implant(pred: &SparseGrid, partial: &SparseGrid, on: &Grid) -> SparseGrid {
    let diff = pred.difference(partial);
    let mut voxels = vec![0u16; on.n_voxels()];
    let dims = on.dims();
    for v in diff.voxels() {
        let p = v.place.map(|c| c as usize);
        if (0..3).all(|a| p[a] < dims[a]) { voxels[on.index(p)] = 1; }
    }
    let map = LabelMap::new(*on, voxels, vec![0, 1]).unwrap();
    let (map, _) = largest_only(map, Connectivity::Corners);
    let d = map.voxels();
    SparseGrid::from_voxels(diff.voxels().filter(|v| {
        let p = v.place.map(|c| c as usize);
        (0..3).all(|a| p[a] < dims[a]) && d.at(on.index(p)) == 1
    })).unwrap()
}
fn dice(a: &SparseGrid, b: &SparseGrid) -> f64 {
    2.0 * a.intersection(b).n_rows() as f64 / (a.n_rows() + b.n_rows()).max(1) as f64
}
fn median(mut v: Vec<f64>) -> f64 { v.sort_by(f64::total_cmp); v[v.len() / 2] }

const THRESHOLDS: [f32; 8] = [-3.0, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0];
fn evaluate(net: &Completion, p: &Parameters<f32>, cases: &[(Case, SparseGrid)], n: u32, sym: bool, tta: bool) {
    let results: Vec<Vec<[f64; 4]>> = cases.par_iter().map(|(case, partial)| {
        let truth = case.whole.difference(partial);
        let l = logits(net, p, partial, n, sym);
        let mut values: Vec<f32> = l.features().values().to_vec();
        if tta {
            let m = logits(net, p, &mirrored(partial, n), n, sym);
            let mv = m.features();
            for (k, v) in l.grid().voxels().enumerate() {
                let at = if v.place[0] < n { m.grid().row_of(Voxel { batch: 0, place: [n - 1 - v.place[0], v.place[1], v.place[2]] }) } else { None };
                values[k] = 0.5 * (values[k] + at.map_or(-4.0, |r| mv.values()[r]));
            }
        }
        THRESHOLDS.map(|t| {
            let keep: Vec<bool> = values.iter().map(|&v| v > t).collect();
            let pred = l.grid().select(&keep);
            let raw = pred.difference(partial);
            let both = raw.intersection(&truth).n_rows() as f64;
            [dice(&implant(&pred, partial, &case.grid), &truth), dice(&raw, &truth), both / raw.n_rows().max(1) as f64, both / truth.n_rows() as f64]
        }).to_vec()
    }).collect();
    for (k, what) in ["largest", "raw", "precision", "recall"].iter().enumerate() {
        let med: Vec<String> = (0..THRESHOLDS.len()).map(|t| format!("{:.3}", median(results.iter().map(|r| r[t][k]).collect()))).collect();
        println!("   tta {tta} {what:9} {}", med.join(" "));
    }
}

fn main() {
    let a: Vec<String> = std::env::args().collect();
    let (resolution, steps, sym, weight, rate, variants): (usize, u64, bool, f64, f64, u64) =
        (a[1].parse().unwrap(), a[2].parse().unwrap(), a[3] == "1", a[4].parse().unwrap(), a[5].parse().unwrap(), a[6].parse().unwrap());
    let (amsgrad, keep): (bool, f64) = (a[8] == "1", a[9].parse().unwrap());
    let start = Instant::now();
    let n = resolution as u32;
    let train: Vec<Case> = (0..200 * variants).into_par_iter().map(|k| case(k % 200, resolution, (k >= 200).then_some(k / 200))).collect();
    let test: Vec<(Case, SparseGrid)> = (900_000..900_040u64).into_par_iter().filter_map(|s| {
        let c = case(s, resolution, None);
        let p = cut(&c, TRAINED[(s % 4) as usize], s)?;
        Some((c, p))
    }).collect();
    let held: Vec<(Case, SparseGrid)> = (900_040..900_060u64).into_par_iter().filter_map(|s| {
        let c = case(s, resolution, None);
        let p = cut(&c, if s % 2 == 0 { Recipe::Prism } else { Recipe::Ball }, s)?;
        Some((c, p))
    }).collect();
    println!("cohort {:.1} s", start.elapsed().as_secs_f64());
    let (net, parameters) = Completion::with_channels::<f32>(if sym { 2 } else { 1 }, Widths::SMALL, 1);
    let net = net.keeping_above(keep);
    if steps == 0 {
        let mut p = parameters;
        p.load(std::path::Path::new(&a[7])).unwrap();
        for keep in [0.0, -1.0, -2.0] {
            let net = net.clone().keeping_above(keep);
            println!("coarse {keep}");
            evaluate(&net, &p, &test, n, sym, false);
            evaluate(&net, &p, &test, n, sym, true);
        }
        return;
    }
    let options = AdamOptions { amsgrad, ..AdamOptions::default() };
    let mut trainer = Trainer::new(parameters, options, rate, Schedule::Cosine { warm_up: 50, n_steps: steps }, 7);
    let mut sum = 0.0;
    for step in 0..steps {
        sum += trainer.step(1, |tape, random| {
            let c = &train[random.below(train.len())];
            let recipe = TRAINED[if random.below(2) == 0 { 0 } else { random.below(4) }];
            let mut partial = loop {
                if let Some(p) = cut(c, recipe, random.bits()) { break p; }
            };
            let mut whole = c.whole.clone();
            if random.below(2) == 0 { partial = mirrored(&partial, n); whole = mirrored(&whole, n); }
            let x = input(&partial, n, sym);
            net.run_weighted(tape, &x, &whole, (&partial, weight), Statistics::Volume).loss
        });
        if (step + 1) % 500 == 0 {
            println!("{} loss {:.4} {:.0} s", step + 1, sum / 500.0, start.elapsed().as_secs_f64());
            sum = 0.0;
            if (step + 1) % 2500 == 0 || step + 1 == steps {
                evaluate(&net, &trainer.parameters, &test, n, sym, false);
                evaluate(&net, &trainer.parameters, &test, n, sym, true);
                println!("   held out:");
                evaluate(&net, &trainer.parameters, &held, n, sym, true);
            }
        }
    }
    trainer.parameters.save(std::path::Path::new(&a[7])).unwrap();
}
