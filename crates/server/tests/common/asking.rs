//! Further ways to make and to ask a site.

use axum::http::Method;
use medshape::catalog::Audience;
use medshape_server::{ServeOptions, Site, router};

use super::{Answer, TestSite, fill};

impl TestSite {
    /// Over the small store, with options changed.
    pub(crate) fn with(change: impl FnOnce(&mut ServeOptions)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        fill(dir.path());
        Self::over_with(dir, change)
    }

    /// Over a store, with options changed.
    pub(crate) fn over_with(
        dir: tempfile::TempDir,
        change: impl FnOnce(&mut ServeOptions),
    ) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let mut options = ServeOptions::new(dir.path().to_owned());
        options.audience = Some(Audience::Curator);
        change(&mut options);
        let router = router(Site::with(&options, |line| eprintln!("{line}")).unwrap());
        Self { runtime, router, dir }
    }

    /// What a form sends.
    pub(crate) fn send_form(&self, path: &str, form: &str, headers: &[(&str, &str)]) -> Answer {
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        self.send(Method::POST, path, &[headers, &kind].concat(), form)
    }
}
