//! dev
use medshape_studies::*;
use std::sync::atomic::AtomicBool;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let stop = AtomicBool::new(false);
    let t = std::time::Instant::now();
    let progress = |p: Progress| {
        if p.done % 25 == 0 {
            eprintln!("{}/{} {:?} {:.1}s", p.done, p.total, p.loss, t.elapsed().as_secs_f64());
        }
    };
    let watch = Watch { stop: &stop, progress: &progress };
    let task = task::find("completion").unwrap();
    let opt = |i: usize| a.get(i).filter(|s| *s != "-").map(std::path::PathBuf::from);
    let said = match a[1].as_str() {
        "train" => task.train(
            &Train {
                data: opt(2),
                model: opt(3).unwrap(),
                settings: opt(4),
                resume: opt(5).is_some(),
            },
            &watch,
        ),
        "predict" => task.predict(
            &Predict {
                model: opt(2).unwrap(),
                input: opt(3).unwrap(),
                output: opt(4).unwrap(),
                structures: vec![],
            },
            &watch,
        ),
        _ => task.evaluate(
            &Evaluate { data: opt(2), model: opt(3), out: opt(4).unwrap(), settings: opt(5) },
            &watch,
        ),
    };
    match said {
        Ok(l) => l.iter().for_each(|l| println!("{l}")),
        Err(e) => println!("ERR {e}"),
    }
}
