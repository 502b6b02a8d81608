//! One module per command.

pub(crate) mod compare;
pub(crate) mod demo;
pub(crate) mod download;
pub(crate) mod features;
pub(crate) mod fsck;
pub(crate) mod ingest;
pub(crate) mod model;
pub(crate) mod parse_worker;
pub(crate) mod phantom;
pub(crate) mod search;
pub(crate) mod serve;
pub(crate) mod show;

use std::path::PathBuf;

/// Where the collection lies.
#[derive(clap::Args)]
pub(crate) struct Store {
    /// Folder of the collection
    #[arg(
        id = "store",
        long,
        value_name = "DIR",
        env = "MEDSHAPE_STORE",
        default_value = "collection"
    )]
    pub(crate) dir: PathBuf,
}
