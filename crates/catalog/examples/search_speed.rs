//! How long a search takes in a store of 100,000 shapes: `search_speed DIR` makes the store in an
//! empty folder, or finishes and asks the one that is there. Killed at any moment and started
//! again, it must find nothing wrong.

#![allow(clippy::print_stdout, reason = "a program that prints a table")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use medshape_catalog::{
    Anatomy, Case, Catalog, Category, Depth, Image, Licence, Measures, Page, PrivacyClass, Quality,
    Query, Role, Severity, Sex, Sha256, Shape, ShapeName, Side, Source, StoredFile, Subject,
};

const N_SUBJECTS: u32 = 850;
const N_RUNS: usize = 20;

const QUESTIONS: [&str; 16] = [
    "",
    "liver",
    "left kidney",
    "rib",
    "bone",
    "liver spleen",
    "left kidney right femur liver",
    "female",
    "female liver",
    "male heart 60..70",
    "bone -rib",
    "tumor",
    "left",
    "source:speed-1 -male",
    "speed s0042",
    "xyzzy",
];

fn main() -> Result<(), Box<dyn Error>> {
    let dir = PathBuf::from(std::env::args().nth(1).ok_or("name a folder for the store")?);
    let mut catalog = Catalog::create(&dir)?;
    let n_errors =
        catalog.check(Depth::Bytes)?.iter().filter(|f| f.severity == Severity::Error).count();
    println!("{n_errors} errors in {:?}", catalog.counts()?);
    let began = Instant::now();
    fill(&mut catalog)?;
    println!("filled in {:.1} s", began.elapsed().as_secs_f64());
    println!("{:?}", catalog.counts()?);
    measure("counts", || Ok(catalog.counts()?.n_shapes))?;
    measure("sources", || Ok(catalog.sources()?.len() as u64))?;
    for question in QUESTIONS {
        for offset in [0, 20_000] {
            let page = Page { offset, limit: 48 };
            let label = format!("`{question}` from {offset}");
            measure(&label, || Ok(catalog.search(&Query::parse(question), page)?.total))?;
        }
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let memory =
        status.lines().filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM"));
    memory.for_each(|line| println!("{line}"));
    Ok(())
}

/// Prints the median and the longest time.
fn measure(
    label: &str,
    mut work: impl FnMut() -> Result<u64, medshape_catalog::Error>,
) -> Result<(), Box<dyn Error>> {
    let mut milliseconds = Vec::new();
    let mut n_found = 0;
    for _ in 0..N_RUNS {
        let began = Instant::now();
        n_found = work()?;
        milliseconds.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    milliseconds.sort_by(f64::total_cmp);
    let (median, longest) = (milliseconds[N_RUNS / 2], milliseconds[N_RUNS - 1]);
    println!("{label:45} {n_found:7} found {median:8.2} ms, at most {longest:8.2} ms");
    Ok(())
}

fn fill(catalog: &mut Catalog) -> Result<(), Box<dyn Error>> {
    for number in 0..N_SUBJECTS {
        let source = Source {
            id: format!("speed-{}", number % 3),
            title: format!("Speed {}", number % 3),
            version: None,
            citation: String::new(),
            licence: Licence::of("CC0-1.0", "made up"),
            privacy_class: PrivacyClass::P0,
            url: None,
            modalities: Vec::new(),
            keywords: Vec::new(),
        };
        let subject = Subject {
            source: source.id.clone(),
            id: format!("s{number:04}"),
            sex: [Some(Sex::Female), Some(Sex::Male), None][number as usize % 3],
            age_years: Some(20 + number % 70),
            pathology: [Some("tumor"), Some("trauma"), None, Some("no pathology")]
                [number as usize % 4]
                .map(str::to_owned),
            attributes: BTreeMap::new(),
        };
        if catalog.has_unit(&unit(&subject))? {
            continue;
        }
        let file = |role, bytes: &[u8]| -> Result<StoredFile, medshape_catalog::Error> {
            let (sha256, size) = catalog.blobs().put(bytes)?;
            Ok(StoredFile { role, sha256, size, error_mm: None })
        };
        let files = vec![file(Role::Mesh, b"mesh")?, file(Role::Thumbnail, b"picture")?];
        let case = case(&subject, file(Role::LabelMap, b"label map")?);
        let shapes = shapes(&subject, &files)?;
        catalog.add_case(&source, &subject, &case, &shapes)?;
    }
    Ok(())
}

fn unit(subject: &Subject) -> Sha256 {
    Sha256::of(subject.id.as_bytes())
}

fn case(subject: &Subject, label_map: StoredFile) -> Case {
    Case {
        unit: unit(subject),
        source: subject.source.clone(),
        subject: subject.id.clone(),
        input_sha256: Sha256::of(b"input"),
        n_input_files: 1,
        part: None,
        parameters: BTreeMap::new(),
        program_version: String::new(),
        image: Some(Image {
            dims: [1, 1, 1],
            spacing_mm: [1.0; 3],
            orientation: "RAS".to_owned(),
            label_map,
        }),
        notes: Vec::new(),
    }
}

/// One shape of each structure and side that is no heading.
fn shapes(subject: &Subject, files: &[StoredFile]) -> Result<Vec<Shape>, Box<dyn Error>> {
    let mut shapes = Vec::new();
    for structure in Anatomy::builtin().structures() {
        if matches!(structure.category, Category::Region | Category::Group) {
            continue;
        }
        let both = [Some(Side::Left), Some(Side::Right)];
        for &side in if structure.paired { &both[..] } else { &[None] } {
            let slug = match side {
                Some(side) => format!("{}-{}", structure.id, side.word()),
                None => structure.id.clone(),
            };
            let name: ShapeName = format!("{}/{}/{slug}", subject.source, subject.id).parse()?;
            shapes.push(Shape {
                aliases: vec![format!("{}_{slug}_{}.stl", subject.id, subject.source)],
                name,
                structure: structure.id.clone(),
                coded: true,
                side,
                finding: None,
                label_value: 1,
                label_name: slug,
                measures: measures(),
                quality: quality(),
                files: files.to_vec(),
            });
        }
    }
    Ok(shapes)
}

fn measures() -> Measures {
    Measures {
        n_voxels: 123_456,
        voxel_volume_mm3: 416_664.0,
        volume_mm3: 415_123.456,
        area_mm2: 54_321.987,
        bounds_min_mm: [-123.456, -234.567, -345.678],
        bounds_max_mm: [123.456, 234.567, 345.678],
        n_faces: 23_456,
        n_vertices: 11_730,
        n_components: 1,
    }
}

fn quality() -> Quality {
    Quality {
        closed: true,
        manifold: true,
        oriented: true,
        touches_border: false,
        notes: Vec::new(),
        import: None,
    }
}
