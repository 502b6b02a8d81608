//! Records to fill a store with.

use std::collections::BTreeMap;

use medshape_catalog::{
    Added, Anatomy, Case, Catalog, Image, Licence, Measures, PrivacyClass, Quality, Remote, Role,
    Sex, Sha256, Shape, ShapeName, Source, StoredFile, Subject,
};

pub(crate) fn source(id: &str) -> Source {
    Source {
        id: id.to_owned(),
        title: format!("The {id} collection"),
        version: Some("1".to_owned()),
        citation: "Nobody et al.".to_owned(),
        licence: Licence {
            checked_by: Some("a test".to_owned()),
            checked_on: Some("2026-11-28".to_owned()),
            ..Licence::of("CC0-1.0", "made for a test")
        },
        privacy_class: PrivacyClass::P0,
        url: None,
        modalities: Vec::new(),
        keywords: Vec::new(),
    }
}

pub(crate) fn subject(
    source: &str,
    id: &str,
    sex: Option<Sex>,
    age_years: Option<u32>,
    pathology: Option<&str>,
) -> Subject {
    Subject {
        source: source.to_owned(),
        id: id.to_owned(),
        sex,
        age_years,
        pathology: pathology.map(str::to_owned),
        attributes: BTreeMap::new(),
    }
}

/// A liver of `phantom` that others publish.
pub(crate) fn remote_liver(subject: &str) -> Remote {
    Remote {
        name: format!("phantom/{subject}/liver").parse().unwrap(),
        structure: "liver".to_owned(),
        coded: true,
        side: None,
        finding: None,
        label_name: "liver".to_owned(),
        url: "https://example.org/liver.stl".to_owned(),
        aliases: Vec::new(),
    }
}

pub(crate) fn put(catalog: &Catalog, role: Role, text: &str) -> StoredFile {
    let (sha256, size) = catalog.blobs().put(text.as_bytes()).unwrap();
    StoredFile { role, sha256, size, error_mm: None }
}

/// A case whose unit is the hash of `version`.
pub(crate) fn case(catalog: &Catalog, subject: &Subject, version: &str) -> Case {
    Case {
        unit: Sha256::of(format!("{}/{}/{version}", subject.source, subject.id).as_bytes()),
        source: subject.source.clone(),
        subject: subject.id.clone(),
        input_sha256: Sha256::of(version.as_bytes()),
        part: None,
        n_input_files: 1,
        parameters: BTreeMap::from([("version".to_owned(), version.to_owned())]),
        program_version: "0.1.0".to_owned(),
        image: Some(Image {
            dims: [4, 5, 6],
            spacing_mm: [1.5, 1.5, 1.5],
            orientation: "RAS".to_owned(),
            label_map: put(catalog, Role::LabelMap, &format!("{} {version}", subject.id)),
        }),
        notes: Vec::new(),
    }
}

/// A shape of what the source calls `label`.
pub(crate) fn shape(catalog: &Catalog, subject: &Subject, label: &str, version: &str) -> Shape {
    let coded = Anatomy::builtin().code(label);
    let (structure, side, slug) = match coded {
        Some(coded) => (coded.structure.id.clone(), coded.side, coded.slug()),
        None => (label.to_owned(), None, label.to_owned()),
    };
    let name = format!("{}/{}/{slug}", subject.source, subject.id);
    Shape {
        name: name.parse::<ShapeName>().unwrap(),
        structure,
        coded: coded.is_some(),
        side,
        finding: None,
        label_value: 1,
        label_name: label.to_owned(),
        measures: measures(),
        quality: quality(),
        files: vec![
            put(catalog, Role::Mesh, &format!("mesh of {name} {version}")),
            put(catalog, Role::Thumbnail, &format!("picture of {name}")),
        ],
        aliases: Vec::new(),
    }
}

pub(crate) fn add(
    catalog: &mut Catalog,
    subject: &Subject,
    labels: &[&str],
    version: &str,
) -> Added {
    let case = case(catalog, subject, version);
    let shapes: Vec<Shape> =
        labels.iter().map(|label| shape(catalog, subject, label, version)).collect();
    catalog.add_case(&source(&subject.source), subject, &case, &shapes).unwrap()
}

pub(crate) fn measures() -> Measures {
    Measures {
        n_voxels: 8,
        voxel_volume_mm3: 27.0,
        volume_mm3: 26.5,
        area_mm2: 54.0,
        bounds_min_mm: [0.0, -1.5, 2.0],
        bounds_max_mm: [3.0, 1.5, 5.0],
        n_faces: 12,
        n_vertices: 8,
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
