//! A header whose voxels lie in other files, written anew for every case.

use std::fs;

use medshape_formats::{Input, Limits, volume};
use tempfile::TempDir;

pub(crate) struct Detached {
    folder: TempDir,
    name: &'static str,
    /// The lines that all the headers begin with.
    begin: String,
}

impl Detached {
    pub(crate) fn new(name: &'static str, begin: &str) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), name, begin: begin.to_owned() }
    }

    /// A file beside the header.
    pub(crate) fn put(&self, name: &str, bytes: &[u8]) {
        fs::write(self.folder.path().join(name), bytes).unwrap();
    }

    /// The label indices that a header with these lines at its end leads to, or why it leads nowhere.
    pub(crate) fn voxels(&self, lines: &str) -> Result<Vec<u16>, String> {
        self.put(self.name, format!("{}{lines}", self.begin).as_bytes());
        let read = volume::read_segmentation(&self.input(), &Limits::DEFAULT);
        read.map(|read| read.layers()[0].voxels().to_wide())
            .map_err(|error| error.kind().to_string())
    }

    #[track_caller]
    pub(crate) fn check_refused(&self, lines: &str, reason: &str) {
        let refusal = self.voxels(lines).unwrap_err();
        assert!(refusal.contains(reason), "`{refusal}` does not say `{reason}`");
    }

    /// What the files are called that the last header named.
    pub(crate) fn others(&self) -> Vec<String> {
        let files = volume::files_of(&self.input(), &Limits::DEFAULT).unwrap();
        files.iter().map(Input::lower_name).collect()
    }

    fn input(&self) -> Input {
        Input::on_disk(self.folder.path().join(self.name))
    }
}
