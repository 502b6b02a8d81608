//! `kill -9` at random moments of an ingest: the store opens, nothing that was acknowledged is lost,
//! nothing half is visible, and the next run goes on without repeating what was finished.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use medshape::catalog::{Catalog, Depth, Kind, Query, Severity};
use serde_json::Value;

use crate::common;

const KILLS: usize = 100;
const CASES: u16 = 30;
const LABELS: u64 = 3;

/// Numbers that look random and are the same in every run (Marsaglia, 2003).
struct XorShift(u64);

impl XorShift {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// Content hashes of acknowledged shapes by their names.
type Acknowledged = BTreeMap<String, ()>;

fn ingest(inputs: &Path, store: &Path) -> Child {
    common::medshape()
        .args(["ingest", "--json", "--store"])
        .args([store, inputs])
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

/// Reads what the child acknowledges; kills it after `delay`. Says whether the kill came in time.
fn run_and_kill(child: &mut Child, delay: Duration, acknowledged: &mut Acknowledged) -> bool {
    let out = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || {
        let lines = out.lines().map_while(Result::ok);
        lines.filter_map(|line| serde_json::from_str(&line).ok()).collect::<Vec<Value>>()
    });
    std::thread::sleep(delay);
    let was_running = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    for line in reader.join().unwrap() {
        let case = &line["case"];
        assert_ne!(case["outcome"], "refused", "{line}");
        if case["outcome"] == "added" {
            for name in case["shapes"].as_array().unwrap() {
                let name = name.as_str().unwrap().to_owned();
                assert!(acknowledged.insert(name.clone(), ()).is_none(), "{name} was made twice");
            }
        }
    }
    was_running
}

/// What a reader of the store sees after a crash.
fn check(store: &Path, acknowledged: &Acknowledged) {
    if !store.join("catalog.sqlite").exists() {
        assert!(acknowledged.is_empty());
        return;
    }
    // Killed between making the file and its first transaction: there is no store yet.
    let catalog = match Catalog::open(store) {
        Err(error) if matches!(error.kind(), Kind::NotAStore) && acknowledged.is_empty() => return,
        opened => opened.unwrap(),
    };
    let faults: Vec<_> = catalog.check(Depth::Bytes).unwrap();
    let faults: Vec<_> =
        faults.iter().filter(|finding| finding.severity == Severity::Error).collect();
    assert!(faults.is_empty(), "{faults:?}");
    for name in acknowledged.keys() {
        let page = catalog.shape(&name.parse().unwrap()).unwrap();
        let shape = page.unwrap_or_else(|| panic!("{name} was acknowledged and is lost")).shape;
        for file in &shape.files {
            catalog.blobs().read(file).unwrap();
        }
    }
    let counts = catalog.counts().unwrap();
    assert_eq!(counts.n_shapes, LABELS * counts.n_cases, "a half case is visible");
    assert!(catalog.search(&Query::parse("label"), Default::default()).is_ok());
}

#[test]
fn killed_a_hundred_times_the_store_keeps_its_word() {
    let folder = tempfile::tempdir().unwrap();
    let inputs = folder.path().join("inputs");
    std::fs::create_dir(&inputs).unwrap();
    for number in 0..CASES {
        let name = format!("c{number:02}.nii.gz");
        common::write_label_map(&inputs, &name, &common::small_label_map(number));
    }
    let mut random = XorShift(0x9e37_79b9_7f4a_7c15);
    let mut kills = 0;
    let mut stores = 0;
    while kills < KILLS {
        stores += 1;
        let store = folder.path().join(format!("store-{stores}"));
        let mut acknowledged = Acknowledged::new();
        loop {
            let delay = Duration::from_millis(random.below(160));
            let mut child = ingest(&inputs, &store);
            kills += usize::from(run_and_kill(&mut child, delay, &mut acknowledged));
            check(&store, &acknowledged);
            if acknowledged.len() as u64 == LABELS * u64::from(CASES) || kills >= KILLS {
                break;
            }
        }
        // Undisturbed, the next run finishes what is left and repeats nothing.
        let mut child = ingest(&inputs, &store);
        let finished = child.stdout.take().map(BufReader::new).unwrap().lines();
        let lines: Vec<String> = finished.map_while(Result::ok).collect();
        assert!(child.wait().unwrap().success());
        let counts = Catalog::open(&store).unwrap().counts().unwrap();
        assert_eq!(counts.n_shapes, LABELS * u64::from(CASES));
        for name in acknowledged.keys() {
            let again = |line: &String| line.contains("\"added\"") && line.contains(name.as_str());
            assert!(!lines.iter().any(again), "{name} was made twice");
        }
        std::fs::remove_dir_all(&store).unwrap();
    }
    println!("{kills} kills over {stores} stores");
}
