//! `kill -9` at random moments while four processes write: ingest, withdraw, gc and backup.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use medshape::catalog::Catalog;

use crate::model::{Acknowledged, faults, write_cases};
use crate::{XorShift, common, rounds};

/// Processes at once.
const N_WRITERS: usize = 4;
/// After so many rounds a new store is begun.
const N_PER_STORE: usize = 50;

/// What a process was asked to do.
enum Task {
    Ingest,
    Withdraw(String),
    Other,
}

struct Running {
    task: Task,
    child: Child,
    /// Where it writes what it has done; a file, so that nothing is lost when it is killed.
    said: PathBuf,
}

struct Round<'a> {
    folder: &'a Path,
    store: &'a Path,
    inputs: &'a [PathBuf],
}

impl Round<'_> {
    fn start(&self, who: usize, random: &mut XorShift, known: &Acknowledged) -> Running {
        let said = self.folder.join(format!("said-{who}"));
        let mut command = common::medshape();
        let candidates: Vec<&String> = known.added.difference(&known.withdrawn).collect();
        let task = match random.below(10) {
            0 | 1 if !candidates.is_empty() => {
                let name = candidates[random.below(candidates.len())].clone();
                command.args(["withdraw", &name, "--reason", "other"]);
                if random.below(2) == 0 {
                    command.arg("--erase");
                }
                Task::Withdraw(name)
            }
            2 => {
                command.args(["gc", "--grace", "5s"]);
                Task::Other
            }
            3 => {
                command.arg("backup").arg(self.backup());
                Task::Other
            }
            _ => {
                // Other parameters make another version of the same cases.
                let smoothing = ["8", "9"][random.below(2)];
                command.args(["ingest", "--json", "--smoothing-mm", smoothing]);
                command.arg(&self.inputs[who]);
                Task::Ingest
            }
        };
        let out = File::create(&said).unwrap();
        let child = command.arg("--store").arg(self.store).stdout(out).stderr(Stdio::null());
        Running { task, child: child.spawn().unwrap(), said }
    }

    fn backup(&self) -> PathBuf {
        self.store.with_extension("backup")
    }
}

/// Kills a process, and takes in what it had acknowledged. Says whether the kill came in time.
fn kill(mut running: Running, known: &mut Acknowledged) -> bool {
    let was_running = running.child.try_wait().unwrap().is_none();
    running.child.kill().unwrap();
    let status = running.child.wait().unwrap();
    let said = std::fs::read_to_string(&running.said).unwrap();
    match running.task {
        Task::Ingest => known.read(&said),
        Task::Withdraw(name) if status.success() => {
            known.withdrawn.insert(name);
        }
        Task::Withdraw(name) => {
            known.perhaps_withdrawn.insert(name);
        }
        Task::Other => {}
    }
    was_running
}

#[test]
fn killed_while_four_write_the_store_keeps_its_word() {
    let n_rounds = rounds(12, 500);
    let folder = tempfile::tempdir().unwrap();
    let inputs: Vec<PathBuf> =
        (0..N_WRITERS).map(|who| write_cases(folder.path(), &format!("w{who}-"), 6)).collect();
    let mut random = XorShift::new();
    let (mut n_kills, mut n_added, mut n_withdrawn) = (0, 0, 0);
    let mut known = Acknowledged::default();
    let mut store = PathBuf::new();
    for round in 0..n_rounds {
        if round % N_PER_STORE == 0 {
            store = folder.path().join(format!("store-{round}"));
            known = Acknowledged::default();
        }
        let context = format!("round {round}");
        let this = Round { folder: folder.path(), store: &store, inputs: &inputs };
        let mut running = Vec::new();
        for who in 0..N_WRITERS {
            running.push(this.start(who, &mut random, &known));
        }
        // Mostly early, and now and then so late that much was acknowledged.
        let longest_ms = [300, 300, 300, 3000][random.below(4)];
        for one in running {
            let delay_ms = random.below(longest_ms / N_WRITERS) as u64;
            std::thread::sleep(Duration::from_millis(delay_ms));
            n_kills += usize::from(kill(one, &mut known));
        }
        known.check(&store, &context);
        let backup = this.backup();
        if round % 10 == 9 && backup.join("catalog.sqlite").exists() {
            let mut found = faults(&Catalog::open(&backup).unwrap());
            // Files may be there already of a later state than the one that it is in, or still there of an
            // earlier one: the next backup takes them away.
            found.retain(|fault| !fault.starts_with("E008"));
            assert!(found.is_empty(), "{context}, the backup: {found:?}");
        }
        if round % N_PER_STORE == N_PER_STORE - 1 || round + 1 == n_rounds {
            n_added += known.added.len();
            n_withdrawn += known.withdrawn.len();
            finish(&this, &mut known);
            std::fs::remove_dir_all(&store).unwrap();
        }
    }
    println!(
        "{n_rounds} rounds, {n_kills} kills, {n_added} shapes acknowledged, {n_withdrawn} withdrawn"
    );
    assert!(n_added > 0 || n_rounds < 100, "nothing was acknowledged");
    assert!(n_kills > n_rounds, "hardly anything was killed in time");
}

/// Undisturbed, all is finished: every case is there, and gc finds the store as clean as before.
fn finish(this: &Round<'_>, known: &mut Acknowledged) {
    for inputs in this.inputs {
        let mut command = common::medshape();
        let done =
            command.args(["ingest", "--json", "--store"]).args([this.store, inputs]).output();
        let done = done.unwrap();
        assert!(done.status.success(), "{}", common::complaint(&done));
        known.read(&String::from_utf8(done.stdout).unwrap());
    }
    let gc = common::medshape().args(["gc", "--grace", "0s", "--store"]).arg(this.store).output();
    assert!(gc.unwrap().status.success());
    known.check(this.store, "at the end");
    let catalog = Catalog::open(this.store).unwrap();
    assert_eq!(faults(&catalog), Vec::<String>::new());
    assert_eq!(catalog.counts().unwrap().n_cases, 6 * N_WRITERS as u64);
    let backup = this.backup();
    let done =
        common::medshape().arg("backup").arg(&backup).arg("--store").arg(this.store).output();
    assert!(done.unwrap().status.success());
    assert_eq!(faults(&Catalog::open(&backup).unwrap()), Vec::<String>::new());
}
