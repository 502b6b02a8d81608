//! No room, no right, no file descriptors: reading goes on, nothing is damaged, and when there is room
//! again the work is finished.

use std::path::Path;
use std::process::{Command, Output};

use crate::common;
use crate::model::{Acknowledged, meshes, write_cases};

/// The real program, started by a shell that limits it first.
fn limited(limit: &str, args: &[&str], store: &Path) -> Output {
    let program = env!("CARGO_BIN_EXE_medshape");
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{limit}; exec \"$@\"")).arg("sh").arg(program);
    command.args(args).arg("--store").arg(store).env_remove("MEDSHAPE_STORE").output().unwrap()
}

fn ingest(inputs: &Path, store: &Path, limit: &str, known: &mut Acknowledged) -> Output {
    let output = limited(limit, &["ingest", "--json", inputs.to_str().unwrap()], store);
    known.read(&String::from_utf8_lossy(&output.stdout));
    let complaint = common::complaint(&output);
    assert!(
        !complaint.contains("panic") && !complaint.contains("fault of medshape"),
        "{complaint}"
    );
    output
}

/// A file system of its own, gone when it is dropped.
struct Mounted<'a>(&'a Path);

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0).status();
    }
}

fn mount<'a>(options: &str, at: &'a Path) -> Option<Mounted<'a>> {
    std::fs::create_dir_all(at).unwrap();
    let done = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(at).output();
    match done {
        Ok(done) if done.status.success() => Some(Mounted(at)),
        Ok(done) => {
            println!("skipped: no mount: {}", common::complaint(&done).trim());
            None
        }
        Err(cause) => {
            println!("skipped: no mount: {cause}");
            None
        }
    }
}

#[test]
fn a_full_disk_damages_nothing_and_the_work_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let inputs = write_cases(folder.path(), "c", 20);
    let disk = folder.path().join("disk");
    let Some(_mounted) = mount("size=700k", &disk) else { return };
    let store = disk.join("store");
    let mut known = Acknowledged::default();
    let full = ingest(&inputs, &store, ":", &mut known);
    assert!(!full.status.success());
    assert!(common::complaint(&full).contains("no space left"), "{}", common::complaint(&full));
    known.check(&store, "when the disk is full");
    assert!(!known.added.is_empty(), "not even one case fits");
    assert!(limited(":", &["search", "label"], &store).status.success());
    let more = Command::new("mount").args(["-o", "remount,size=64m"]).arg(&disk).status().unwrap();
    assert!(more.success());
    assert!(ingest(&inputs, &store, ":", &mut known).status.success());
    known.check(&store, "when there is room again");
    assert_eq!(known.added.len(), 60);
    // As if there had always been room.
    let other = folder.path().join("other");
    assert!(ingest(&inputs, &other, ":", &mut Acknowledged::default()).status.success());
    assert_eq!(meshes(&store), meshes(&other));
}

#[test]
fn files_that_must_not_grow_are_a_full_disk() {
    let folder = tempfile::tempdir().unwrap();
    let (inputs, store) = (write_cases(folder.path(), "c", 6), folder.path().join("store"));
    let mut known = Acknowledged::default();
    // Blocks of 512 bytes.
    for blocks in [1, 16, 64, 200, 400] {
        let limited = ingest(&inputs, &store, &format!("ulimit -f {blocks}"), &mut known);
        known.check(&store, &format!("at most {blocks} blocks"));
        if !limited.status.success() {
            println!("{blocks} blocks: {}", common::complaint(&limited).trim());
        }
    }
    assert!(ingest(&inputs, &store, ":", &mut known).status.success());
    known.check(&store, "without a limit");
    assert_eq!(known.added.len(), 18);
}

#[test]
fn too_few_file_descriptors_damage_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (inputs, store) = (write_cases(folder.path(), "c", 4), folder.path().join("store"));
    let mut known = Acknowledged::default();
    for n in [4, 6, 8, 10, 12, 16, 24] {
        ingest(&inputs, &store, &format!("ulimit -n {n}"), &mut known);
        known.check(&store, &format!("{n} descriptors"));
    }
    assert!(ingest(&inputs, &store, ":", &mut known).status.success());
    assert_eq!(known.added.len(), 12);
}

#[test]
fn a_disk_that_cannot_be_written_is_read_and_checked() {
    let folder = tempfile::tempdir().unwrap();
    let inputs = write_cases(folder.path(), "c", 2);
    let disk = folder.path().join("disk");
    let Some(_mounted) = mount("size=64m", &disk) else { return };
    let store = disk.join("store");
    let mut known = Acknowledged::default();
    assert!(ingest(&inputs, &store, ":", &mut known).status.success());
    let run = |command: &str| Command::new("mount").args(["-o", command]).arg(&disk).status();
    assert!(run("remount,ro").unwrap().success());
    known.check(&store, "read-only");
    for args in [&["search", "label"][..], &["fsck", "--bytes"], &["log"], &["reports"]] {
        let done = limited(":", args, &store);
        assert!(done.status.success(), "{args:?}: {}", common::complaint(&done));
    }
    let copy = folder.path().join("copy");
    assert!(limited(":", &["backup", copy.to_str().unwrap()], &store).status.success());
    known.check(&copy, "the copy of what is read-only");
    let name = known.added.first().unwrap();
    for args in [
        &["withdraw", name, "--reason", "other"][..],
        &["gc"],
        &["report", name, "torn"],
        &["ingest", "--smoothing-mm", "9", inputs.to_str().unwrap()],
    ] {
        let done = limited(":", args, &store);
        let complaint = common::complaint(&done);
        assert!(!done.status.success() && complaint.contains("cannot be written"), "{complaint}");
    }
    known.check(&store, "read-only");
}
