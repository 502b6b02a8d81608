//! Whole answers that were given a moment ago, and are given again while the store stays as it is.
//!
//! Records and pictures are asked for over and over. Their answers are [marked](mark) and kept, with the
//! address that they were found under and the encoding that they are in, until the store changes or a
//! minute has passed. What a withdrawal takes back is in no answer that comes after it: the store is
//! asked for its version before each answer that is given again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Extensions, HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use medshape::catalog::Watch;

use crate::Site;
use crate::address::Address;
use crate::http::encoding::accepts_gzip;

/// Bytes of all answers, young and old each.
const ROOM: usize = 8 << 20;
/// Bytes of one answer.
const MOST: usize = 256 << 10;
/// What an answer takes beside its body, about.
const HEAD: usize = 1 << 10;
/// Some answers tell what day it is.
const PATIENCE: Duration = Duration::from_mins(1);

/// Marks an answer that depends on nothing but the address, the encoding and the store.
#[derive(Debug, Clone, Copy)]
struct Lasting;

/// Lets the answer be kept.
pub(crate) async fn mark(mut response: Response) -> Response {
    response.extensions_mut().insert(Lasting);
    response
}

/// Gives a kept answer, or the one that is made now.
pub(crate) async fn around(State(site): State<Site>, request: Request, next: Next) -> Response {
    let Some(key) = Key::of(&request) else { return next.run(request).await };
    let (kept, version) = site.shelf().find(&key);
    if let Some(kept) = kept {
        return kept.answer();
    }
    let response = next.run(request).await;
    let (Some(version), true) = (version, is_fit(&response)) else { return response };
    let kept = match Kept::of(response).await {
        Ok(kept) => Arc::new(kept),
        Err(cause) => return site.internal(&cause.to_string()).answer_to(&key.path_and_query),
    };
    let answer = kept.answer();
    site.shelf().keep(key, kept, version);
    answer
}

fn is_fit(response: &Response) -> bool {
    response.status() == StatusCode::OK
        && response.extensions().get::<Lasting>().is_some()
        && response.body().size_hint().exact().is_some_and(|n| n <= MOST as u64)
}

/// What an answer depends on beside the store.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    found_at: Address,
    path_and_query: String,
    in_gzip: bool,
}

impl Key {
    /// `None` for requests that want less than the whole answer, or something else.
    fn of(request: &Request) -> Option<Self> {
        let headers = request.headers();
        let wants_part =
            [header::RANGE, header::IF_NONE_MATCH, header::IF_MODIFIED_SINCE, header::IF_MATCH]
                .iter()
                .any(|name| headers.contains_key(name));
        (request.method() == Method::GET && !wants_part).then(|| Self {
            found_at: Address::current(),
            path_and_query: request
                .uri()
                .path_and_query()
                .map_or("/", |text| text.as_str())
                .to_owned(),
            in_gzip: accepts_gzip(headers),
        })
    }
}

#[derive(Debug)]
struct Kept {
    headers: HeaderMap,
    /// Marks for the layers further out.
    extensions: Extensions,
    body: Bytes,
    since: Instant,
}

impl Kept {
    /// Fails if the body ends before it should.
    async fn of(response: Response) -> Result<Self, axum::Error> {
        let (head, body) = response.into_parts();
        let body = to_bytes(body, MOST).await?;
        let (headers, extensions) = (head.headers, head.extensions);
        Ok(Self { headers, extensions, body, since: Instant::now() })
    }

    fn answer(&self) -> Response {
        let mut response = Response::new(Body::from(self.body.clone()));
        *response.headers_mut() = self.headers.clone();
        *response.extensions_mut() = self.extensions.clone();
        response
    }

    fn size(&self) -> usize {
        self.body.len() + HEAD
    }
}

/// The answers of one site.
#[derive(Debug)]
pub(crate) struct Shelf(Mutex<Answers>);

#[derive(Debug)]
struct Answers {
    watch: Watch,
    version: Option<i64>,
    /// Those that were asked for since the shelf was last half full.
    young: HashMap<Key, Arc<Kept>>,
    old: HashMap<Key, Arc<Kept>>,
    young_bytes: usize,
}

impl Shelf {
    pub(crate) fn new(watch: Watch) -> Self {
        let (young, old) = (HashMap::new(), HashMap::new());
        Self(Mutex::new(Answers { watch, version: None, young, old, young_bytes: 0 }))
    }

    /// The answer that is kept, and the version of the store now.
    fn find(&self, key: &Key) -> (Option<Arc<Kept>>, Option<i64>) {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let version = answers.look();
        (answers.take(key), version)
    }

    /// Keeps an answer that was made from the store as it was in this version, or in a later one.
    fn keep(&self, key: Key, kept: Arc<Kept>, version: i64) {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.look() == Some(version) {
            answers.put(key, kept);
        }
    }
}

impl Answers {
    /// Throws all away if the store is not what it was.
    fn look(&mut self) -> Option<i64> {
        let version = self.watch.version();
        if version.is_none() || version != self.version {
            (self.young, self.old) = (HashMap::new(), HashMap::new());
            (self.young_bytes, self.version) = (0, version);
        }
        version
    }

    fn take(&mut self, key: &Key) -> Option<Arc<Kept>> {
        let kept = self.young.get(key).or_else(|| self.old.get(key))?;
        if kept.since.elapsed() > PATIENCE {
            return None;
        }
        let kept = kept.clone();
        if !self.young.contains_key(key) {
            self.put(key.clone(), kept.clone());
        }
        Some(kept)
    }

    fn put(&mut self, key: Key, kept: Arc<Kept>) {
        if self.young_bytes + kept.size() > ROOM {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        self.young_bytes += kept.size();
        if let Some(before) = self.young.insert(key, kept) {
            self.young_bytes -= before.size();
        }
    }
}
