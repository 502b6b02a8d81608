//! A small store whose content is known, and a way to ask the site about it.

mod asking;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::sync::atomic::AtomicBool;

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use medshape::catalog::{
    Audience, Case, Catalog, Image, Licence, Measures, Note, PrivacyClass, Quality, Role, Sex,
    Sha256, Shape, ShapeName, Side, Source, StoredFile, Subject,
};
use medshape::formats::{glb, nifti};
use medshape::release::{CreateOptions, Created, create};
use medshape::types::{Affine, Grid, LabelMap, Mesh};
use medshape_server::{Site, router};
use tower::ServiceExt;

/// What stands where text from outside can stand.
pub(crate) const HOSTILE: &str =
    "</script><script>alert(1)</script>\"'&<img src=x onerror=alert(2)>";
pub(crate) const ALIAS: &str = "p1_kidney_left.nii.g_1.stl";

/// An answer, whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// A site over a store of its own, on a runtime of its own.
pub(crate) struct TestSite {
    runtime: tokio::runtime::Runtime,
    router: axum::Router,
    pub(crate) dir: tempfile::TempDir,
}

impl TestSite {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fill(dir.path());
        Self::over(dir)
    }

    /// With a release of `alpha`, whose licence somebody has checked.
    pub(crate) fn released() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fill(dir.path());
        release(dir.path());
        Self::over(dir)
    }

    pub(crate) fn over(dir: tempfile::TempDir) -> Self {
        Self::for_audience(dir, Audience::Curator)
    }

    pub(crate) fn for_audience(dir: tempfile::TempDir, audience: Audience) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let router = router(Site::open(dir.path(), audience, |line| eprintln!("{line}")).unwrap());
        Self { runtime, router, dir }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[])
    }

    /// Whether the answer ends before it is whole, and the client is told.
    pub(crate) fn breaks_off(&self, path: &str, accepted_encoding: &str) -> bool {
        let request = Request::builder().uri(path).header("accept-encoding", accepted_encoding);
        let request = request.body(Body::empty()).unwrap();
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            axum::body::to_bytes(response.into_body(), usize::MAX).await.is_err()
        })
    }

    /// All addresses that can be reached from some, each with its answer.
    pub(crate) fn walk(&self, starts: Vec<String>) -> Vec<(String, Answer)> {
        let mut open = VecDeque::from(starts);
        let (mut seen, mut answers) = (BTreeSet::new(), Vec::new());
        while let Some(address) = open.pop_front() {
            if is_narrowed(&address) || !seen.insert(address.clone()) {
                continue;
            }
            // Lists hold whole addresses, for which they need a host.
            let answer = self.ask(Method::GET, &address, &[("host", "localhost")]);
            if ["html", "json"].iter().any(|kind| answer.header("content-type").contains(kind)) {
                open.extend(addresses(answer.text()));
            }
            open.extend(answer.headers.get("location").map(|to| to.to_str().unwrap().to_owned()));
            answers.push((address, answer));
        }
        answers
    }

    pub(crate) fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(method, path, headers, "")
    }

    /// As [`ask`](Self::ask), with a body.
    pub(crate) fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let body = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
            Answer { status: parts.status, headers: parts.headers, body }
        })
    }
}

/// Two sources: `alpha` with all that is known, `beta` with hostile text and no licence.
pub(crate) fn fill(dir: &Path) {
    let mut catalog = Catalog::create(dir).unwrap();
    let alpha = source("alpha", "CC-BY-4.0");
    let p1 = subject("alpha", "p1");
    let mut kidney = shape(&catalog, "alpha/p1/kidney-left", "kidney", 24);
    kidney.side = Some(Side::Left);
    kidney.aliases = vec![ALIAS.to_owned()];
    let shapes = [
        kidney,
        shape(&catalog, "alpha/p1/liver", "liver", 40),
        shape(&catalog, "alpha/p1/rib/2", "rib", 8),
    ];
    let unit = case(&catalog, &p1, "alpha p1");
    catalog.add_case(&alpha, &p1, &unit, &shapes).unwrap();

    let mut beta = source("beta", "LicenseRef-unknown");
    beta.title = HOSTILE.to_owned();
    beta.citation = HOSTILE.to_owned();
    beta.url = Some("javascript:alert(3)".to_owned());
    let mut p2 = subject("beta", "p2");
    p2.pathology = Some(HOSTILE.to_owned());
    p2.attributes = BTreeMap::from([(HOSTILE.to_owned(), HOSTILE.to_owned())]);
    let mut thing = shape(&catalog, "beta/p2/thing", "thing", 8);
    thing.coded = false;
    thing.label_name = HOSTILE.to_owned();
    thing.quality.notes = vec![HOSTILE.to_owned()];
    thing.quality.closed = false;
    let mut unit = case(&catalog, &p2, "beta p2");
    unit.notes[0].text = HOSTILE.to_owned();
    catalog.add_case(&beta, &p2, &unit, &[thing]).unwrap();
    medshape::similar::describe_all(&mut catalog, &|_, _| ()).unwrap();
}

/// Makes the next release.
pub(crate) fn release(dir: &Path) {
    let mut catalog = Catalog::open(dir).unwrap();
    let mut alpha = source("alpha", "CC-BY-4.0");
    alpha.licence.checked_by = Some("a test".to_owned());
    alpha.licence.checked_on = Some("2026-11-28".to_owned());
    catalog.add_remote(&[alpha], &[], &[]).unwrap();
    let options = CreateOptions {
        note: Some(HOSTILE.to_owned()),
        title: Some(HOSTILE.to_owned()),
        publisher: Some(HOSTILE.to_owned()),
        url: Some("javascript:alert(4)".to_owned()),
        ..CreateOptions::default()
    };
    let created = create(&mut catalog, &options, &AtomicBool::new(false), &|_, _| {}).unwrap();
    assert!(matches!(created, Created::Released(_)), "{created:?}");
}

pub(crate) fn source(id: &str, licence: &str) -> Source {
    Source {
        id: id.to_owned(),
        title: format!("The {id} dataset"),
        citation: format!("{id} et al. (2020)"),
        version: None,
        licence: Licence::of(licence, "its README"),
        privacy_class: PrivacyClass::P1,
        url: Some(format!("https://example.org/{id}")),
        modalities: Vec::new(),
        keywords: Vec::new(),
    }
}

pub(crate) fn subject(source: &str, id: &str) -> Subject {
    Subject {
        source: source.to_owned(),
        id: id.to_owned(),
        sex: Some(Sex::Female),
        age_years: Some(63),
        ..Subject::default()
    }
}

pub(crate) fn case(catalog: &Catalog, subject: &Subject, seed: &str) -> Case {
    Case {
        unit: Sha256::of(seed.as_bytes()),
        source: subject.source.clone(),
        subject: subject.id.clone(),
        input_sha256: Sha256::of(b"input"),
        n_input_files: 1,
        part: None,
        parameters: BTreeMap::from([("smoothing".to_owned(), "0.5".to_owned())]),
        program_version: "0.1.0".to_owned(),
        image: Some(Image {
            dims: [10, 20, 30],
            spacing_mm: [1.5; 3],
            orientation: "LPS".to_owned(),
            label_map: stored(catalog, Role::LabelMap, &label_map()),
        }),
        notes: vec![Note {
            kind: "empty-mask".to_owned(),
            text: "the mask of the spleen is empty".to_owned(),
            label: Some("spleen".to_owned()),
            n_voxels: Some(0),
        }],
    }
}

/// A label map without labels, whose grid holds the balls.
fn label_map() -> Vec<u8> {
    let affine = Affine::from_spacing([5.0; 3], [-22.0; 3]).unwrap();
    let grid = Grid::new([10, 20, 30], affine).unwrap();
    let map = LabelMap::new(grid, vec![0; 6000], vec![0]).unwrap();
    let mut bytes = Vec::new();
    nifti::write_label_map(&mut bytes, &map).unwrap();
    bytes
}

/// A ball with `n` rings.
pub(crate) fn shape(catalog: &Catalog, name: &str, structure: &str, n: u32) -> Shape {
    let name: ShapeName = name.parse().unwrap();
    let mesh = ball(n);
    let mut bytes = Vec::new();
    glb::write_packed(&mut bytes, &mesh, -8, &glb::Look::default()).unwrap();
    // Told apart by its last byte, so that no two shapes share a picture.
    let picture = [PNG, name.to_string().as_bytes()].concat();
    Shape {
        structure: structure.to_owned(),
        coded: true,
        side: None,
        finding: None,
        label_value: 2,
        label_name: name.structure().to_owned(),
        measures: Measures {
            n_voxels: 4000,
            voxel_volume_mm3: 33_000.0,
            volume_mm3: 33_510.3,
            area_mm2: 5026.5,
            bounds_min_mm: [-20.0; 3],
            bounds_max_mm: [20.0; 3],
            n_faces: mesh.faces().len() as u64,
            n_vertices: mesh.positions().len() as u64,
            n_components: 1,
        },
        quality: Quality {
            closed: true,
            manifold: true,
            oriented: true,
            touches_border: true,
            notes: vec![],
            import: None,
        },
        files: vec![
            stored(catalog, Role::Mesh, &bytes),
            stored(catalog, Role::Level4, &bytes),
            stored(catalog, Role::Thumbnail, &picture),
        ],
        aliases: vec![],
        name,
    }
}

/// One transparent pixel.
const PNG: &[u8] = &[
    137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 1, 0, 0, 0, 1, 8, 4, 0,
    0, 0, 181, 28, 12, 2, 0, 0, 0, 11, 73, 68, 65, 84, 120, 218, 99, 100, 96, 0, 0, 0, 6, 0, 2, 48,
    129, 208, 47, 0, 0, 0, 0, 73, 69, 78, 68,
];

fn stored(catalog: &Catalog, role: Role, bytes: &[u8]) -> StoredFile {
    let (sha256, size) = catalog.blobs().put(bytes).unwrap();
    StoredFile { role, sha256, size, error_mm: None }
}

/// A ball of radius 20 mm.
fn ball(n: u32) -> Mesh {
    let (rings, sectors) = (n, 2 * n);
    let mut positions = vec![[0.0, 0.0, -20.0], [0.0, 0.0, 20.0]];
    for ring in 1..rings {
        let polar = std::f32::consts::PI * (1.0 - ring as f32 / rings as f32);
        for sector in 0..sectors {
            let around = std::f32::consts::TAU * sector as f32 / sectors as f32;
            let (radius, z) = (20.0 * polar.sin(), 20.0 * polar.cos());
            let corner = [radius * around.cos(), radius * around.sin(), z];
            // On the lattice of the stored form.
            positions.push(corner.map(|value| (value * 256.0).round() / 256.0));
        }
    }
    let at = |ring: u32, sector: u32| 2 + (ring - 1) * sectors + sector % sectors;
    let mut faces = Vec::new();
    for sector in 0..sectors {
        faces.push([0, at(1, sector + 1), at(1, sector)]);
        faces.push([1, at(rings - 1, sector), at(rings - 1, sector + 1)]);
        for ring in 1..rings - 1 {
            let (a, b) = (at(ring, sector), at(ring, sector + 1));
            let (c, d) = (at(ring + 1, sector), at(ring + 1, sector + 1));
            faces.push([a, b, d]);
            faces.push([a, d, c]);
        }
    }
    Mesh::new(positions, faces).unwrap()
}

/// Addresses within the site that a text names.
fn addresses(text: &str) -> impl Iterator<Item = String> {
    let is_plain =
        |part: &&str| part.chars().all(|c| c.is_ascii_graphic() && !"<>{}\\".contains(c));
    let quoted = text.split(['"', '\'']).filter(|part| part.starts_with('/')).filter(is_plain);
    quoted.map(|part| part.replace("&amp;", "&"))
}

/// Filters can be put on filters without end: one is enough.
fn is_narrowed(address: &str) -> bool {
    let starts = |starts: &[&str]| starts.iter().any(|start| address.starts_with(start));
    // A list and an archive are there in each format: one is enough.
    let is_taken = starts(&["/v1/manifests/", "/v1/archive.zip"]);
    if is_taken && !address.ends_with("format=stl") {
        return true;
    }
    let is_search = starts(&[
        "/search?",
        "/v1/search?",
        "/compare",
        "/selections?",
        "/v1/manifests/",
        "/v1/archive.zip",
    ]);
    is_search && address.matches(['&', '+']).count() + address.matches("%20").count() > 1
}
