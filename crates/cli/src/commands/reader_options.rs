use medshape::Reader;
use medshape::formats::Limits;

/// How files are read.
#[derive(clap::Args)]
pub(crate) struct ReaderOptions {
    /// Of a fractional DICOM segmentation: the share of the full value from which a voxel is inside
    #[arg(long, value_name = "SHARE", value_parser = super::share)]
    fractional_threshold: Option<f64>,

    /// Read each file in a process of its own that can do no harm: for files of strangers
    #[arg(long)]
    isolated: bool,
}

impl ReaderOptions {
    pub(crate) fn reader(&self) -> Reader {
        let reader = match self.isolated {
            true => Reader::isolated(Limits::DEFAULT),
            false => Reader::in_process(Limits::DEFAULT),
        };
        reader.with_least_fraction(self.fractional_threshold)
    }
}
