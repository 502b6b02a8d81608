use medshape::{Dataset, Error};

/// What labels are called.
#[derive(clap::Args)]
pub(crate) struct LabelOptions {
    /// What the numbers of a label map mean: a known dataset, or a TOML file that describes one
    #[arg(long, value_name = "NAME|FILE.toml", default_value = "local")]
    dataset: String,
}

impl LabelOptions {
    pub(crate) fn dataset(&self) -> Result<Dataset, Error> {
        Dataset::find(&self.dataset)
    }
}
