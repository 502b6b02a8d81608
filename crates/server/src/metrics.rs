//! What the operator's monitoring reads: requests, times and memory, in the format of Prometheus. Nothing
//! here says who asked for what.

use std::time::Duration;

use axum::extract::{Extension, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use medshape::catalog::Counts;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::Site;
use crate::failure::Failure;
use crate::peer::Peer;

/// From half a millisecond to half a minute.
const SECONDS: [f64; 12] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5, 10.0, 30.0];
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Counts since the server was started.
#[derive(Debug)]
pub(crate) struct Metrics {
    requests: Family<Request, Counter>,
    seconds: Family<Route, Histogram, fn() -> Histogram>,
    refused: Counter,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let histogram: fn() -> Histogram = || Histogram::new(SECONDS);
        Self {
            requests: Family::default(),
            seconds: Family::new_with_constructor(histogram),
            refused: Counter::default(),
        }
    }

    /// Counts an answer whose head took so long. `route` is the pattern of the address.
    pub(crate) fn answered(&self, route: &str, status: StatusCode, took: Duration) {
        let route = route.to_owned();
        let request = Request { route: route.clone(), status: status.as_u16() };
        self.requests.get_or_create(&request).inc();
        self.seconds.get_or_create(&Route { route }).observe(took.as_secs_f64());
    }

    /// Counts a request that came too soon after others.
    pub(crate) fn refused(&self) {
        self.refused.inc();
    }

    fn text(&self, counts: &Counts) -> Result<String, std::fmt::Error> {
        let mut registry = Registry::with_prefix("medshape");
        let Self { requests, seconds, refused } = self;
        registry.register("http_requests", "Answers by route and status", requests.clone());
        let help = "Time to the head of an answer, by route";
        registry.register_with_unit("http_request_duration", help, Unit::Seconds, seconds.clone());
        let help = "Requests that came too soon after others of the same address";
        registry.register("http_requests_refused", help, refused.clone());
        gauge(&mut registry, "shapes", "Shapes that are held", counts.n_shapes);
        gauge(&mut registry, "shapes_elsewhere", "Shapes that others publish", counts.n_remote);
        gauge(&mut registry, "subjects", "Subjects", counts.n_subjects);
        gauge(&mut registry, "stored_bytes", "Bytes of all files", counts.n_bytes);
        if let Some(n_bytes) = resident_bytes() {
            gauge(&mut registry, "resident_memory_bytes", "Memory in use", n_bytes);
        }
        let mut out = String::new();
        text::encode(&mut out, &registry)?;
        Ok(out)
    }
}

fn gauge(registry: &mut Registry, name: &str, help: &str, value: u64) {
    let gauge: Gauge = Gauge::default();
    gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
    registry.register(name, help, gauge);
}

/// Memory of this process, where the system says it as Linux does.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

/// `/metrics`: for whoever asks from this machine or its own network.
pub(crate) async fn metrics(
    State(site): State<Site>,
    peer: Option<Extension<Peer>>,
) -> Result<Response, Failure> {
    if !peer.is_some_and(|Extension(peer)| peer.is_near()) {
        return Err(Failure::forbidden("Numbers of operation are told in this network only."));
    }
    let counts = site.read(|catalog| catalog.counts()).await?;
    let text = site.metrics().text(&counts).map_err(|cause| site.internal(&cause.to_string()))?;
    let headers = [(header::CONTENT_TYPE, OPENMETRICS), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, text).into_response())
}
