//! The n-th call of the system fails, or the process is killed at it, for each n: `strace` does it to the
//! real program.

use std::path::Path;
use std::process::{Command, Output};

use medshape::catalog::Catalog;

use crate::model::{Acknowledged, LABELS, faults, write_cases};
use crate::{common, rounds};

/// The program under `strace`, which does `what` to it.
fn injected(what: &str, args: &[&str], store: &Path) -> Output {
    let program = env!("CARGO_BIN_EXE_medshape");
    let mut command = Command::new("strace");
    let calls = what.split(':').next().unwrap();
    command.args(["-f", "-q", "-o", "/dev/null", "-e", &format!("trace={calls}"), "-e"]);
    command.arg(format!("inject={what}")).arg(program).args(args).arg("--store").arg(store);
    command.env_remove("MEDSHAPE_STORE").env("RAYON_NUM_THREADS", "1").output().unwrap()
}

fn has_strace() -> bool {
    let tried = Command::new("strace").args(["-q", "-o", "/dev/null", "true"]).status();
    let has = tried.is_ok_and(|status| status.success());
    if !has {
        println!("skipped: there is no strace, or it may not trace");
    }
    has
}

/// What can fail while a store is written.
const CALLS: [(&str, &[&str]); 5] = [
    ("fsync", &["EIO"]),
    ("fdatasync", &["EIO", "ENOSPC"]),
    ("pwrite64", &["EIO", "ENOSPC"]),
    ("rename,renameat,renameat2,link,linkat", &["EIO", "ENOSPC"]),
    ("ftruncate,fallocate", &["ENOSPC"]),
];

/// Calls of each kind that are made to fail at most; an ingest of one case has fewer.
const MAX_N: usize = 60;

#[test]
fn whichever_call_fails_the_store_is_as_before_or_after() {
    if !has_strace() {
        return;
    }
    let step = rounds(9, 1);
    let folder = tempfile::tempdir().unwrap();
    let inputs = write_cases(folder.path(), "c", 1);
    let (mut n_failed, mut n_tried) = (0, 0);
    for (call, errors) in CALLS {
        for error in errors {
            for n in (1..MAX_N).step_by(step) {
                let store = folder.path().join("store");
                let args = ["ingest", "--json", inputs.to_str().unwrap()];
                let what = format!("{call}:error={error}:when={n}");
                let output = injected(&what, &args, &store);
                let complaint = common::complaint(&output);
                assert!(!complaint.contains("fault of medshape"), "{what}: {complaint}");
                let mut known = Acknowledged::default();
                known.read(&String::from_utf8_lossy(&output.stdout));
                known.check(&store, &what);
                n_tried += 1;
                let has_failed = !output.status.success();
                n_failed += usize::from(has_failed);
                finish(&inputs, &store, &what);
                std::fs::remove_dir_all(&store).unwrap();
                if !has_failed && n > 20 {
                    break;
                }
            }
        }
    }
    println!("{n_tried} runs with one failing call, of which {n_failed} gave up");
    assert!(n_failed > 0, "nothing failed");
}

#[test]
fn killed_at_whichever_call_the_store_is_as_before_or_after() {
    if !has_strace() {
        return;
    }
    let step = rounds(8, 1);
    let folder = tempfile::tempdir().unwrap();
    let inputs = write_cases(folder.path(), "c", 1);
    let mut n_killed = 0;
    for call in ["pwrite64", "fsync,fdatasync", "rename,renameat,renameat2,link,linkat"] {
        for n in (1..MAX_N).step_by(step) {
            let store = folder.path().join("store");
            let args = ["ingest", "--json", inputs.to_str().unwrap()];
            let what = format!("{call}:signal=KILL:when={n}");
            let output = injected(&what, &args, &store);
            let mut known = Acknowledged::default();
            known.read(&String::from_utf8_lossy(&output.stdout));
            known.check(&store, &what);
            let was_killed = !output.status.success();
            n_killed += usize::from(was_killed);
            finish(&inputs, &store, &what);
            std::fs::remove_dir_all(&store).unwrap();
            if !was_killed {
                break;
            }
        }
    }
    println!("{n_killed} kills, each at another call");
    assert!(n_killed > 0);
}

#[test]
fn killed_at_whichever_call_of_a_migration_the_store_has_one_schema() {
    if !has_strace() {
        return;
    }
    let step = rounds(4, 1);
    let dump = concat!(env!("CARGO_MANIFEST_DIR"), "/../catalog/tests/stores/1.sql");
    let folder = tempfile::tempdir().unwrap();
    let mut n_killed = 0;
    for call in ["pwrite64", "fsync,fdatasync", "ftruncate"] {
        for n in (1..MAX_N).step_by(step) {
            let store = folder.path().join("store");
            std::fs::create_dir(&store).unwrap();
            let made = Command::new("sqlite3")
                .arg(store.join("catalog.sqlite"))
                .args([format!(".read {dump}").as_str(), "PRAGMA journal_mode = WAL"])
                .output()
                .map(|made| made.status);
            if !made.is_ok_and(|status| status.success()) {
                println!("skipped: there is no sqlite3");
                return;
            }
            let what = format!("{call}:signal=KILL:when={n}");
            let was_killed = !injected(&what, &["log"], &store).status.success();
            n_killed += usize::from(was_killed);
            let catalog = Catalog::open(&store).unwrap_or_else(|e| panic!("{what}: {e}"));
            let found = catalog.check(medshape::catalog::Depth::Catalog).unwrap();
            assert!(found.is_empty(), "{what}: {found:?}");
            assert_eq!(catalog.counts().unwrap().n_shapes, 1, "{what}");
            let rows = catalog.log(9).unwrap();
            assert_eq!((rows.len(), rows[0].verb.as_str()), (1, "migrate"), "{what}");
            drop(catalog);
            std::fs::remove_dir_all(&store).unwrap();
            if !was_killed {
                break;
            }
        }
    }
    println!("{n_killed} kills in a migration");
    assert!(n_killed > 0);
}

/// Undisturbed, the next run finishes the work.
fn finish(inputs: &Path, store: &Path, what: &str) {
    let done = common::medshape().args(["ingest", "--store"]).args([store, inputs]).output();
    let done = done.unwrap();
    assert!(done.status.success(), "{what}: {}", common::complaint(&done));
    let catalog = Catalog::open(store).unwrap();
    assert_eq!(catalog.counts().unwrap().n_shapes, LABELS, "{what}");
    assert_eq!(faults(&catalog), Vec::<String>::new(), "{what}");
}
