//! Loss of power: the file that an ext4 file system lies in is copied while the program writes to it.
//! The copy is what a disk would hold; what was not synced is not in it.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::model::{Acknowledged, write_cases};
use crate::{XorShift, common, rounds};

struct Mounted<'a>(&'a Path);

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0).status();
    }
}

fn runs(program: &str, args: &[&str]) -> bool {
    let done = Command::new(program).args(args).output();
    match done {
        Ok(done) if done.status.success() => true,
        Ok(done) => {
            println!("{program}: {}", common::complaint(&done).trim());
            false
        }
        Err(cause) => {
            println!("{program}: {cause}");
            false
        }
    }
}

/// Mounts the file system in a file.
fn mount<'a>(disk: &Path, at: &'a Path) -> Option<Mounted<'a>> {
    std::fs::create_dir_all(at).unwrap();
    let args = ["-o", "loop", disk.to_str().unwrap(), at.to_str().unwrap()];
    runs("mount", &args).then_some(Mounted(at))
}

#[test]
fn what_was_acknowledged_survives_a_loss_of_power() {
    let folder = tempfile::tempdir().unwrap();
    let inputs = write_cases(folder.path(), "c", 30);
    let [disk, here, copy, there] =
        ["disk", "here", "copy", "there"].map(|name| folder.path().join(name));
    File::create(&disk).unwrap().set_len(96 << 20).unwrap();
    if !runs("mkfs.ext4", &["-q", "-F", disk.to_str().unwrap()]) {
        println!("skipped: no ext4");
        return;
    }
    let Some(mounted) = mount(&disk, &here) else {
        println!("skipped: no loop device");
        return;
    };
    let mut random = XorShift::new();
    let mut n_acknowledged = 0;
    for round in 0..rounds(2, 25) {
        let store = here.join(format!("store-{round}"));
        let mut child = common::medshape()
            .args(["ingest", "--json", "--store"])
            .args([&store, &inputs])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut known = Acknowledged::default();
        for _ in 0..=random.below(8) {
            known.read(&lines.next().unwrap().unwrap());
        }
        std::thread::sleep(Duration::from_millis(random.below(40) as u64));
        // Nothing of what was read until now may be missing from the copy.
        assert!(runs("cp", &["--sparse=always", disk.to_str().unwrap(), copy.to_str().unwrap()]));
        child.kill().unwrap();
        child.wait().unwrap();
        let snapshot = mount(&copy, &there).unwrap();
        known.check(&there.join(format!("store-{round}")), &format!("snapshot {round}"));
        n_acknowledged += known.added.len();
        drop(snapshot);
        std::fs::remove_dir_all(&store).unwrap();
    }
    drop(mounted);
    println!("{n_acknowledged} acknowledged shapes in the snapshots");
}
