use std::collections::BTreeSet;
use std::path::PathBuf;

use medshape_catalog::{Anatomy, Side};

use super::*;

// The sources of MedShapeNet by the README of its version 2, and the two more of its core.
const SOURCES: [&str; 37] = [
    "3d-cosi",
    "3dteethseg",
    "abdomenatlas",
    "abdomenct-1k",
    "amos",
    "asoca",
    "autopet",
    "avt",
    "brats",
    "calgary-campinas",
    "coronary-arteries",
    "crossmoda",
    "ct-org",
    "digital-body-preservation",
    "emidec",
    "facialmodels",
    "flare",
    "glis-rt",
    "hcp",
    "hecktor",
    "isles-2022",
    "kits21",
    "lits",
    "lndb",
    "lumiere",
    "mri-gbm",
    "mug500",
    "promise12",
    "pulmonary-tree",
    "saitta-thoracic-aorta",
    "skullbreak",
    "skullfix",
    "sudmex-conn",
    "tcga-gbm",
    "toothfairy",
    "totalsegmentator-v1",
    "verse",
];

fn all() -> impl Iterator<Item = Dataset> {
    Dataset::built_in_ids().into_iter().map(|id| Dataset::find(id).unwrap())
}

// What a source means by a label, as a slug and a finding.
fn meaning(dataset: &str, label: &str) -> Option<(String, Option<String>)> {
    let mapped = Dataset::find(dataset).unwrap().code(label)?;
    Some((mapped.coded.slug(), mapped.finding.map(|finding| finding.id.clone())))
}

fn check(dataset: &str, label: &str, slug: &str) {
    assert_eq!(meaning(dataset, label), Some((slug.to_owned(), None)), "{dataset}: {label}");
}

// A file of the shared test data; `None`, and a line that says so, where it is not there.
fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(path);
    if !path.exists() {
        println!("skipped: `{}` is not there", path.display());
        return None;
    }
    Some(path)
}

fn json(path: &str) -> Option<serde_json::Value> {
    Some(serde_json::from_slice(&std::fs::read(shared(path)?).unwrap()).unwrap())
}

#[test]
fn every_built_in_dataset_can_be_read() {
    for id in Dataset::built_in_ids() {
        assert_eq!(Dataset::find(id).unwrap().source.id, id);
    }
}

#[test]
fn all_sources_of_medshapenet_are_described() {
    let known = Dataset::built_in_ids();
    for id in SOURCES {
        assert!(known.contains(&id), "{id}");
    }
}

#[test]
fn every_label_means_one_structure_or_is_said_to_mean_none() {
    let mut unmapped = BTreeSet::new();
    for dataset in all() {
        for label in dataset.labels.values() {
            let is_coded = dataset.code(label).is_some();
            let id = &dataset.source.id;
            assert_ne!(is_coded, dataset.is_unmapped(label), "{id}: `{label}`");
            if !is_coded {
                unmapped.insert((id.clone(), label.clone()));
            }
        }
    }
    let expected = [("amos", "prostate or uterus"), ("autopet", "Left to annotate")];
    let expected = expected.map(|(id, label)| (id.to_owned(), label.to_owned()));
    assert_eq!(unmapped, BTreeSet::from(expected));
}

#[test]
fn no_two_numbers_of_a_source_mean_one_structure() {
    for dataset in all() {
        let mut seen = BTreeSet::new();
        for (number, label) in &dataset.labels {
            let Some(mapped) = dataset.code(label) else { continue };
            assert!(seen.insert(mapped.coded.slug()), "{}: {number}, {label}", dataset.source.id);
        }
    }
}

#[test]
fn terms_are_those_of_the_licence_they_are_said_of() {
    for Dataset { source, .. } in all() {
        let Source { id, licence, .. } = &source;
        if !licence.id.starts_with("LicenseRef-") {
            assert_eq!(licence.terms, Terms::of(&licence.id), "{id}");
        } else {
            assert!(!licence.terms.redistributable, "{id}");
        }
        assert_eq!(licence.checked_by.is_some(), licence.checked_on.is_some(), "{id}");
        assert!(!source.citation.is_empty() && !licence.evidence.is_empty(), "{id}");
    }
}

#[test]
fn only_what_was_checked_and_may_be_passed_on_is_public() {
    let public = |id: &str| Dataset::find(id).unwrap().source.licence.is_public();
    for id in ["phantom", "totalsegmentator-v1", "totalsegmentator-v2", "verse", "kits21"] {
        assert!(public(id), "{id}");
    }
    for id in ["local", "brats", "flare", "hcp", "glis-rt", "hecktor", "lndb", "autopet", "avt"] {
        assert!(!public(id), "{id}");
    }
}

#[test]
fn a_source_shows_at_least_the_class_of_its_structures() {
    for dataset in all() {
        for label in dataset.labels.values() {
            let Some(mapped) = dataset.code(label) else { continue };
            let class = mapped.coded.structure.privacy;
            // Nobody is behind a phantom.
            let is_told = class <= dataset.source.privacy_class || dataset.source.id == "phantom";
            assert!(is_told, "{}: {label} is {class:?}", dataset.source.id);
        }
    }
}

#[test]
fn a_source_has_its_own_words() {
    check("autopet", "costa4left", "rib-4-left");
    check("autopet", "costa11right", "rib-11-right");
    check("autopet", "heartatriumright", "heart-atrium-right");
    check("autopet", "celiactrunk", "celiac-trunk");
    check("autopet", "bronchie", "bronchus");
    check("autopet", "thyroid left", "thyroid-lobe-left");
    check("autopet", "thyroidleft", "thyroid-lobe-left");
    check("3d-cosi", "Ronguer", "rongeur");
    check("medshapenet-ct-skull", "ct_skull", "skull");
    check("avt", "vessel_tree", "aortic-vessel-tree");
    check("amos", "postcava", "inferior-vena-cava");
    check("totalsegmentator-v2", "ventricle", "brain-ventricle");
    check("local", "ventricle", "heart-ventricle");
    check("totalsegmentator-v2", "lower_left_canine_fdi33", "lower-canine-left");
    assert_eq!(meaning("local", "costa4left"), None);
}

#[test]
fn a_word_can_name_a_finding_too() {
    let with = |slug: &str, finding: &str| Some((slug.to_owned(), Some(finding.to_owned())));
    assert_eq!(meaning("brats", "tumoredbrain"), with("brain", "brain-tumour"));
    assert_eq!(meaning("kits21", "tumoredKidney"), with("kidney", "kidney-tumour"));
    assert_eq!(meaning("skullfix", "defective_skull"), with("skull", "cranial-defect"));
}

#[test]
fn every_structure_that_totalsegmentator_names_is_coded() {
    let Some(tasks) = json("ontology/totalsegmentator_class_maps.json") else { return };
    let dataset = Dataset::find("totalsegmentator-v2").unwrap();
    let classes = tasks.as_object().unwrap().values().flat_map(|task| task.as_object().unwrap());
    let names: BTreeSet<&str> = classes.map(|(_, name)| name.as_str().unwrap()).collect();
    assert_eq!(names.len(), 427);
    let uncoded: Vec<_> = names.iter().filter(|name| dataset.code(name).is_none()).collect();
    assert!(uncoded.is_empty(), "{uncoded:?}");
}

#[test]
fn labels_are_those_that_the_sources_publish() {
    let same = |id: &str, published: BTreeMap<i64, String>| {
        let clean = |label: &String| label.trim().to_lowercase();
        let known = Dataset::find(id).unwrap().labels;
        let known: BTreeMap<_, _> = known.iter().map(|(n, label)| (*n, clean(label))).collect();
        let published: BTreeMap<_, _> = published.iter().map(|(n, l)| (*n, clean(l))).collect();
        assert_eq!(known, published, "{id}");
    };
    let table = |value: &serde_json::Value| -> BTreeMap<i64, String> {
        let rows = value.as_object().unwrap().iter();
        rows.map(|(n, name)| (n.parse().unwrap(), name.as_str().unwrap().to_owned())).collect()
    };
    if let Some(tasks) = json("ontology/totalsegmentator_class_maps.json") {
        same("totalsegmentator-v1", table(&tasks["total_v1"]));
        same("totalsegmentator-v2", table(&tasks["total"]));
        same("totalsegmentator-mr", table(&tasks["total_mr"]));
    }
    for (id, file) in [("amos", "AMOS22"), ("flare", "FLARE22")] {
        let Some(folds) = json(&format!("ontology/vista3d_{file}_5_folds.json")) else { continue };
        same(id, table(&folds["original_label_dict"]));
    }
    if let Some(path) = shared("ontology/dap_atlas_label_name.csv") {
        let text = std::fs::read_to_string(path).unwrap();
        let rows = text.lines().skip(2).filter_map(|line| line.split_once(','));
        same("autopet", rows.map(|(n, name)| (n.parse().unwrap(), name.to_owned())).collect());
    }
}

#[test]
fn numbers_of_other_sources_are_those_that_vista3d_maps() {
    let Some(mappings) = json("ontology/vista3d_label_mappings.json") else { return };
    let names = json("ontology/vista3d_label_dict.json").unwrap();
    let name_of = |number: &serde_json::Value| {
        let mut names = names.as_object().unwrap().iter();
        names.find(|(_, other)| *other == number).map(|(name, _)| name.clone())
    };
    let sources = [
        ("AbdomenCT-1K", "abdomenct-1k"),
        ("BTCV-Abdomen", "btcv"),
        ("CT-ORG", "ct-org"),
        ("FLARE22", "flare"),
        ("VerSe", "verse"),
    ];
    for (theirs, ours) in sources {
        let dataset = Dataset::find(ours).unwrap();
        for pair in mappings[theirs].as_array().unwrap() {
            let number = pair[0].as_i64().unwrap();
            let expected = Anatomy::builtin().code(&name_of(&pair[1]).unwrap()).unwrap();
            let found = dataset.code(&dataset.labels[&number]).unwrap().coded;
            assert_eq!(found.slug(), expected.slug(), "{ours} {number}");
        }
    }
}

#[test]
fn an_unknown_dataset_lists_the_known_ones() {
    let message = Dataset::find("no-such").unwrap_err().to_string();
    assert!(message.contains("totalsegmentator-v2"), "{message}");
}

#[test]
fn a_broken_description_is_an_error() {
    let good = include_str!("../../../../datasets/kits21.toml");
    assert!(Dataset::parse("x", good).is_ok());
    let check = |from: &str, to: &str, reason: &str| {
        assert!(good.contains(from));
        let message = Dataset::parse("x", &good.replace(from, to)).unwrap_err().to_string();
        assert!(message.contains(reason), "{message}");
    };
    check("title", "titel", "titel");
    check("finding = \"kidney tumour\"", "finding = \"kidney toomour\"", "does not know");
    check("structure = \"kidney\"", "structure = \"-\"", "does not know");
    check("tumoredKidney =", "\"kidney 2\" = \"liver\"\n\"Kidney_2\" =", "twice");
    check("dua_required", "dua", "unknown field");
}

// Where a shape that MedShapeNet publishes comes from, and what its class is called there.
fn published(name: &str, autopet: &BTreeSet<&str>) -> (&'static str, String) {
    let stem = name.strip_suffix(".stl").unwrap();
    if let Some(stem) = stem.strip_suffix(".nii.g_1") {
        return ("totalsegmentator-v1", stem.split_once('_').unwrap().1.to_owned());
    }
    let (first, class) = stem.split_once('_').unwrap();
    if let Some(instrument) = class.strip_prefix("instrument3DCOSI_") {
        return ("3d-cosi", instrument.to_owned());
    }
    let of_hcp = !autopet.contains(first);
    let (dataset, class) = match (first, class) {
        ("ct", _) => ("medshapenet-ct-skull", "ct_skull"),
        ("vessel", _) => ("avt", "vessel_tree"),
        ("face", _) => ("facialmodels", "face"),
        (_, "vertebrae") => ("verse", class),
        (_, "tumoredbrain") => ("brats", class),
        (_, "tumoredKidney") => ("kits21", class),
        (_, "brain" | "skull") if of_hcp => ("hcp", class),
        _ => ("autopet", class),
    };
    (dataset, class.to_owned())
}

// What MedShapeNet publishes, one row each: source, structure, side, finding, and how many.
type Rows = BTreeMap<Row, u64>;
type Row = (&'static str, &'static str, Option<Side>, Option<&'static str>);

fn manifest() -> Option<Rows> {
    let path = shared("metadata/MedShapeNetDataset.txt.gz")?;
    let mut list = String::new();
    let mut packed = flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap());
    std::io::Read::read_to_string(&mut packed, &mut list).unwrap();
    let names: Vec<&str> = list.lines().filter_map(|line| line.rsplit("files=").next()).collect();
    assert_eq!(names.len(), 106_101);
    let aortas = names.iter().filter_map(|name| name.strip_suffix("_aorta.stl"));
    let autopet: BTreeSet<&str> = aortas.collect();
    assert_eq!(autopet.len(), 277);
    let mut classes: BTreeMap<(&str, String), u64> = BTreeMap::new();
    for name in names {
        *classes.entry(published(name, &autopet)).or_default() += 1;
    }
    let mut rows = Rows::new();
    for ((id, class), count) in classes {
        let mapped = Dataset::find(id).unwrap().code(&class);
        let Mapped { coded, finding } = mapped.unwrap_or_else(|| panic!("{id}: {class}"));
        let finding = finding.map(|finding| finding.id.as_str());
        *rows.entry((id, coded.structure.id.as_str(), coded.side, finding)).or_default() += count;
    }
    Some(rows)
}

// The concepts that MedShapeNet's manifest folds to, counted there by hand of other programs: all,
// those of TotalSegmentator, those of autoPET. A structure counts with its kinds and parts, unless
// it is said to count alone.
const CONCEPTS: [(&str, bool, u64, u64, u64); 64] = [
    ("rib", false, 24_299, 17_651, 6_648),
    ("thoracic-vertebra", false, 11_708, 8_384, 3_324),
    ("lumbar-vertebra", false, 4_318, 2_933, 1_385),
    ("cervical-vertebra", false, 4_249, 2_310, 1_939),
    ("vertebra", true, 2_742, 0, 0),
    ("autochthonous-back-muscle", false, 2_567, 2_013, 554),
    ("lung-lower-lobe", false, 2_336, 1_782, 554),
    ("lung-upper-lobe", false, 2_273, 1_719, 554),
    ("lung-middle-lobe", false, 1_058, 781, 277),
    ("lung", false, 5_667, 4_282, 1_385),
    ("heart-ventricle", false, 2_092, 1_538, 554),
    ("heart-atrium", false, 2_075, 1_521, 554),
    ("heart-myocardium", false, 1_042, 765, 277),
    ("heart", true, 277, 0, 277),
    ("heart-tissue", false, 277, 0, 277),
    ("iliopsoas", false, 2_017, 1_463, 554),
    ("adrenal-gland", false, 1_988, 1_434, 554),
    ("kidney", false, 1_931, 1_381, 550),
    ("clavicle", false, 1_863, 1_309, 554),
    ("humerus", false, 1_773, 1_219, 554),
    ("common-iliac-artery", false, 1_667, 1_113, 554),
    ("common-iliac-vein", false, 1_644, 1_090, 554),
    ("hip-bone", false, 1_660, 1_106, 554),
    ("gluteus-medius", false, 1_621, 1_067, 554),
    ("gluteus-maximus", false, 1_577, 1_023, 554),
    ("gluteus-minimus", false, 1_539, 985, 554),
    ("brain", false, 1_611, 221, 277),
    ("femur", false, 1_527, 973, 554),
    ("scapula", false, 1_501, 1_429, 72),
    ("aorta", false, 1_250, 973, 277),
    ("oesophagus", false, 1_199, 922, 277),
    // The CT skulls, of which nobody knows the source, are 100 of these.
    ("skull", false, 1_248, 0, 35),
    ("inferior-vena-cava", false, 1_142, 865, 277),
    ("liver", false, 1_107, 830, 277),
    ("colon", false, 1_076, 799, 277),
    ("trachea", false, 993, 716, 277),
    ("duodenum", false, 945, 668, 277),
    ("gallbladder", false, 843, 571, 272),
    ("stomach", false, 828, 799, 29),
    ("spleen", false, 812, 783, 29),
    ("pancreas", false, 745, 709, 36),
    ("small-bowel", true, 737, 702, 35),
    ("portal-and-splenic-vein", false, 769, 731, 38),
    ("urinary-bladder", false, 769, 492, 277),
    ("pulmonary-artery", false, 697, 648, 49),
    ("sacrum", true, 577, 531, 46),
    ("thyroid-gland", false, 553, 0, 553),
    ("eyeball", false, 550, 0, 550),
    ("breast", false, 497, 0, 497),
    ("cheek", false, 470, 0, 470),
    ("bronchus", false, 277, 0, 277),
    ("celiac-trunk", false, 277, 0, 277),
    ("mediastinal-tissue", false, 277, 0, 277),
    ("uterus", true, 277, 0, 277),
    ("uterocervix", false, 166, 0, 166),
    ("thymus", false, 144, 0, 144),
    ("gonad", false, 108, 0, 108),
    ("prostate", false, 42, 0, 42),
    ("costal-cartilage", false, 39, 0, 39),
    ("sternum", false, 32, 0, 32),
    ("spinal-canal", false, 30, 0, 30),
    ("surgical-instrument", false, 103, 0, 0),
    ("aortic-vessel-tree", false, 56, 0, 0),
    ("face", true, 12, 0, 0),
];

#[test]
fn the_manifest_of_medshapenet_folds_to_its_concepts() {
    let Some(rows) = manifest() else { return };
    let count = |source: Option<&str>, ids: &BTreeSet<&str>, finding: Option<&str>| -> u64 {
        let fits = |row: &(&Row, &u64)| {
            let (from, structure, _, with) = row.0;
            source.is_none_or(|source| source == *from)
                && ids.contains(structure)
                && finding == *with
        };
        rows.iter().filter(fits).map(|(_, count)| count).sum()
    };
    for (id, alone, all, of_totalsegmentator, of_autopet) in CONCEPTS {
        let ids: BTreeSet<&str> = match alone {
            true => BTreeSet::from([id]),
            false => Anatomy::builtin().descendants(id).iter().map(|s| s.id.as_str()).collect(),
        };
        let found = (
            count(None, &ids, None),
            count(Some("totalsegmentator-v1"), &ids, None),
            count(Some("autopet"), &ids, None),
        );
        assert_eq!(found, (all, of_totalsegmentator, of_autopet), "{id}");
    }
    assert_eq!(count(Some("medshapenet-ct-skull"), &BTreeSet::from(["skull"]), None), 100);
    assert_eq!(count(None, &BTreeSet::from(["brain"]), Some("brain-tumour")), 922);
    assert_eq!(count(None, &BTreeSet::from(["kidney"]), Some("kidney-tumour")), 300);
    assert_eq!(rows.values().sum::<u64>(), 106_101);
}
