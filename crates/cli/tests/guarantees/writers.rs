//! Eight processes write at once, the same cases and their own, while another removes what nobody
//! needs: what was acknowledged is what is there.

use std::process::Stdio;

use medshape::catalog::Catalog;

use crate::model::{Acknowledged, LABELS, write_cases};
use crate::{common, rounds};

const N_WRITERS: usize = 8;

#[test]
fn eight_who_write_at_once_agree() {
    let n_rounds = rounds(1, 20);
    for round in 0..n_rounds {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("store");
        let shared = write_cases(folder.path(), "all-", 3);
        let spawn = |command: &mut std::process::Command| {
            let command = command.arg("--store").arg(&store).stdout(Stdio::piped());
            command.stderr(Stdio::piped()).spawn().unwrap()
        };
        let writers: Vec<_> = (0..N_WRITERS)
            .map(|who| {
                let own = write_cases(folder.path(), &format!("own{who}-"), 2);
                spawn(common::medshape().args(["ingest", "--json"]).args([&shared, &own]))
            })
            .collect();
        let mut known = Acknowledged::default();
        let mut n_acknowledged = 0;
        let mut n_gc = 0;
        for writer in writers {
            if store.join("catalog.sqlite").exists() {
                let done = spawn(common::medshape().args(["gc", "--grace", "60s"]));
                n_gc += u32::from(done.wait_with_output().unwrap().status.success());
            }
            let done = writer.wait_with_output().unwrap();
            assert!(done.status.success(), "{}", common::complaint(&done));
            let lines = String::from_utf8(done.stdout).unwrap();
            n_acknowledged += lines.matches("\"outcome\":\"added\"").count();
            known.read(&lines);
        }
        known.check(&store, &format!("round {round}"));
        let n_cases = 3 + 2 * N_WRITERS as u64;
        let counts = Catalog::open(&store).unwrap().counts().unwrap();
        assert_eq!((counts.n_cases, counts.n_shapes), (n_cases, LABELS * n_cases));
        // Each case was acknowledged by one writer only, and those are all that are there.
        assert_eq!(n_acknowledged as u64, n_cases);
        assert_eq!(known.added.len() as u64, LABELS * n_cases);
        println!("round {round}: {n_cases} cases of {N_WRITERS} writers, {n_gc} times gc");
    }
}
