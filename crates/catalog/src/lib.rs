//! Remembers shapes: records, content-addressed blobs, vocabulary, search.
//!
//! A store is a folder: `catalog.sqlite` holds the records, `blobs/` the files, each under the
//! SHA-256 of its bytes. A blob is written and synced before the row that names it, and one
//! database transaction is the only commit point, so a crash leaves at worst a blob that no row
//! names.
//!
//! ```no_run
//! # fn main() -> Result<(), medshape_catalog::Error> {
//! use medshape_catalog::{Catalog, Page, Query};
//!
//! let catalog = Catalog::open("collection".as_ref())?;
//! let answer = catalog.search(&Query::parse("female left kidney 60..70"), Page::default())?;
//! # Ok(())
//! # }
//! ```

mod catalog;
pub mod name;
pub mod record;

mod anatomy;
mod index;
mod query;
pub mod release;
mod search;
mod similar;
mod words;

mod access;
mod add;
mod backup;
mod blobs;
mod check;
mod clerk;
mod error;
mod folder;
mod gc;
mod id;
mod lease;
mod let_go;
mod link;
mod log;
mod mend;
mod migrate;
mod moment;
mod read;
mod report;
mod review;
mod rules;
mod selection;
mod sha256;
mod store;
mod watch;
mod withdraw;
mod write;

pub use access::{Audience, KeptBack, Reserve, privacy_class};
pub use add::{Added, AddedRemote};
pub use anatomy::{Anatomy, BadAnatomy, Category, Coded, Structure};
pub use backup::CopyReport;
pub use blobs::Blobs;
pub use catalog::Catalog;
pub use check::{CheckOptions, CheckReport, Depth, Finding, Severity, Subset};
pub use clerk::Clerk;
pub use error::{Error, Kind};
pub use gc::{GcOptions, GcReport};
pub use id::{Id, LinkId, NotAnId, SelectionId};
pub use index::facets::{Count, Facets};
pub use index::order::Order;
pub use link::MAX_ADDRESS;
pub use log::{LogRow, Verb};
pub use mend::RepairLease;
pub use moment::Moment;
pub use name::ShapeName;
pub use query::{LicenceClass, Meaning, QualityClass, Query, Term};
pub use read::{Counts, RemotePage, ShapePage, SourceSummary, SubjectPage, SubjectSummary};
pub use record::{
    Case, Faults, Image, Import, Licence, Measures, Note, PrivacyClass, Quality, Remote, Repair,
    Role, Sex, Shape, Side, Source, StoredFile, Subject, Terms,
};
pub use report::{Report, ReportState};
pub use review::{Review, Reviewed};
pub use rules::{Flag, Weight};
pub use search::{Answer, Held, Hit, Measured, Page, Suggestion};
pub use selection::{
    AsAsked, Chosen, FoundHere, Frozen, HeldVersion, LeftOut, MAX_SELECTED, Selected, Selection,
    WhyLeftOut,
};
pub use sha256::{Hasher, NotASha256, Sha256};
pub use similar::{Alike, Described, Descriptor, Neighbours, Scale, Similar, SimilarPage};
pub use watch::Watch;
pub use withdraw::{Reason, Tombstone, Withdrawal};
