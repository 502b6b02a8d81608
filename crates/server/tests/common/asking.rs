//! Further ways to make and to ask a site.

use axum::body::Body;
use axum::http::{Method, Request};
use medshape::catalog::Audience;
use medshape_server::{ServeOptions, Site, router};
use tower::ServiceExt;

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
    pub(crate) fn send(&self, path: &str, form: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(Method::POST).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let request = request.body(Body::from(form.to_owned())).unwrap();
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let body = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
            Answer { status: parts.status, headers: parts.headers, body }
        })
    }
}
