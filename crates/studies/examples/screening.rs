//! Trains and scores the task `screening` without the program: `screening SETTINGS FOLDER`. For measuring.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for measuring")]

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use medshape_studies::screening::Screening;
use medshape_studies::{Evaluate, Task, Train, Watch};

fn main() {
    let mut words = std::env::args().skip(1).map(PathBuf::from);
    let (Some(settings), Some(out)) = (words.next(), words.next()) else {
        eprintln!("usage: screening SETTINGS FOLDER");
        return;
    };
    let (stop, begin) = (AtomicBool::new(false), Instant::now());
    let watch = Watch { stop: &stop, progress: &|_| () };
    let model = out.join("model.safetensors");
    let train = Train { data: None, settings: Some(settings), model: model.clone(), resume: false };
    let evaluate = Evaluate { data: None, model: Some(model), settings: None, out };
    let work: [(&str, &dyn Fn() -> _); 2] = [
        ("trained", &|| Screening.train(&train, &watch)),
        ("scored", &|| Screening.evaluate(&evaluate, &watch)),
    ];
    for (word, work) in work {
        match work() {
            Ok(said) => println!("{}\n{word} after {:?}", said.join("\n"), begin.elapsed()),
            Err(error) => return eprintln!("{error}"),
        }
    }
}
