use std::path::Path;

use super::*;
use crate::PrivacyClass;

// The structures of TotalSegmentator's task `total`, as version 2 and version 1 name them
// (Wasserthal et al., 2023).
const TOTAL_V2: &str = "
    spleen kidney_right kidney_left gallbladder liver stomach pancreas adrenal_gland_right
    adrenal_gland_left lung_upper_lobe_left lung_lower_lobe_left lung_upper_lobe_right
    lung_middle_lobe_right lung_lower_lobe_right esophagus trachea thyroid_gland small_bowel
    duodenum colon urinary_bladder prostate kidney_cyst_left kidney_cyst_right sacrum
    vertebrae_S1 vertebrae_L5 vertebrae_L4 vertebrae_L3 vertebrae_L2 vertebrae_L1 vertebrae_T12
    vertebrae_T11 vertebrae_T10 vertebrae_T9 vertebrae_T8 vertebrae_T7 vertebrae_T6 vertebrae_T5
    vertebrae_T4 vertebrae_T3 vertebrae_T2 vertebrae_T1 vertebrae_C7 vertebrae_C6 vertebrae_C5
    vertebrae_C4 vertebrae_C3 vertebrae_C2 vertebrae_C1 heart aorta pulmonary_vein
    brachiocephalic_trunk subclavian_artery_right subclavian_artery_left
    common_carotid_artery_right common_carotid_artery_left brachiocephalic_vein_left
    brachiocephalic_vein_right atrial_appendage_left superior_vena_cava inferior_vena_cava
    portal_vein_and_splenic_vein iliac_artery_left iliac_artery_right iliac_vena_left
    iliac_vena_right humerus_left humerus_right scapula_left scapula_right clavicula_left
    clavicula_right femur_left femur_right hip_left hip_right spinal_cord gluteus_maximus_left
    gluteus_maximus_right gluteus_medius_left gluteus_medius_right gluteus_minimus_left
    gluteus_minimus_right autochthon_left autochthon_right iliopsoas_left iliopsoas_right brain
    skull rib_left_1 rib_left_2 rib_left_3 rib_left_4 rib_left_5 rib_left_6 rib_left_7
    rib_left_8 rib_left_9 rib_left_10 rib_left_11 rib_left_12 rib_right_1 rib_right_2
    rib_right_3 rib_right_4 rib_right_5 rib_right_6 rib_right_7 rib_right_8 rib_right_9
    rib_right_10 rib_right_11 rib_right_12 sternum costal_cartilages
";
const TOTAL_V1: &str = "
    spleen kidney_right kidney_left gallbladder liver stomach aorta inferior_vena_cava
    portal_vein_and_splenic_vein pancreas adrenal_gland_right adrenal_gland_left
    lung_upper_lobe_left lung_lower_lobe_left lung_upper_lobe_right lung_middle_lobe_right
    lung_lower_lobe_right vertebrae_L5 vertebrae_L4 vertebrae_L3 vertebrae_L2 vertebrae_L1
    vertebrae_T12 vertebrae_T11 vertebrae_T10 vertebrae_T9 vertebrae_T8 vertebrae_T7
    vertebrae_T6 vertebrae_T5 vertebrae_T4 vertebrae_T3 vertebrae_T2 vertebrae_T1 vertebrae_C7
    vertebrae_C6 vertebrae_C5 vertebrae_C4 vertebrae_C3 vertebrae_C2 vertebrae_C1 esophagus
    trachea heart_myocardium heart_atrium_left heart_ventricle_left heart_atrium_right
    heart_ventricle_right pulmonary_artery brain iliac_artery_left iliac_artery_right
    iliac_vena_left iliac_vena_right small_bowel duodenum colon rib_left_1 rib_left_2 rib_left_3
    rib_left_4 rib_left_5 rib_left_6 rib_left_7 rib_left_8 rib_left_9 rib_left_10 rib_left_11
    rib_left_12 rib_right_1 rib_right_2 rib_right_3 rib_right_4 rib_right_5 rib_right_6
    rib_right_7 rib_right_8 rib_right_9 rib_right_10 rib_right_11 rib_right_12 humerus_left
    humerus_right scapula_left scapula_right clavicula_left clavicula_right femur_left
    femur_right hip_left hip_right sacrum face gluteus_maximus_left gluteus_maximus_right
    gluteus_medius_left gluteus_medius_right gluteus_minimus_left gluteus_minimus_right
    autochthon_left autochthon_right iliopsoas_left iliopsoas_right urinary_bladder
";

// The structures of the "Anatomy Completor" (Li et al., 2023).
const COMPLETOR: [(&str, &str); 12] = [
    ("lung", "lung"),
    ("heart", "heart"),
    ("spleen", "spleen"),
    ("stomach", "stomach"),
    ("pancreas", "pancreas"),
    ("spine", "spine"),
    ("rib cage", "rib-cage"),
    ("liver", "liver"),
    ("kidneys", "kidney"),
    ("aorta", "aorta"),
    ("autochthonous back muscle", "autochthonous-back-muscle"),
    ("pulmonary artery", "pulmonary-artery"),
];

fn code(label: &str) -> Option<String> {
    Anatomy::builtin().code(label).map(|coded| coded.slug())
}

fn check(label: &str, slug: &str) {
    assert_eq!(code(label).as_deref(), Some(slug), "{label}");
}

#[test]
fn the_vocabulary_that_is_compiled_in_is_sound() {
    let anatomy = Anatomy::parse(&BUILT_IN, &TRANSLATED).map_err(|cause| cause.to_string());
    assert_eq!(anatomy.map(|_| ()), Ok(()));
}

#[test]
fn every_structure_of_totalsegmentator_has_a_code_of_its_own() {
    for (labels, n_labels) in [(TOTAL_V2, 117), (TOTAL_V1, 104)] {
        let slugs: BTreeSet<String> = labels
            .split_whitespace()
            .map(|label| code(label).unwrap_or_else(|| panic!("{label} is not coded")))
            .collect();
        assert_eq!((labels.split_whitespace().count(), slugs.len()), (n_labels, n_labels));
    }
}

#[test]
fn a_label_with_a_side_is_coded_with_that_side() {
    for label in TOTAL_V2.split_whitespace().chain(TOTAL_V1.split_whitespace()) {
        let slug = code(label).unwrap();
        let has = |text: &str, side: &str| text.split(['_', '-']).any(|word| word == side);
        for side in ["left", "right"] {
            assert_eq!(has(label, side), has(&slug, side), "{label} is coded {slug}");
        }
    }
}

#[test]
fn the_structures_of_the_completor_are_coded() {
    for (label, slug) in COMPLETOR {
        check(label, slug);
    }
}

#[test]
fn labels_are_coded_however_they_are_written() {
    check("kidney_left", "kidney-left");
    check("left kidney", "kidney-left");
    check("Kidneys", "kidney");
    check("Rib left 4", "rib-4-left");
    check("left rib 4", "rib-4-left");
    check("4th rib, right", "rib-4-right");
    check("vertebrae_L1", "vertebra-l1");
    check("L1", "vertebra-l1");
    check("left lung upper lobe", "lung-upper-lobe-left");
    check("clavicula_left", "clavicle-left");
    check("esophagus", "oesophagus");
    check("gullet", "oesophagus");
    check("bladder", "urinary-bladder");
    check("gall bladder", "gallbladder");
    check("heart_atrium_left", "heart-atrium-left");
    check("left atrium", "heart-atrium-left");
    check("erector spinae", "autochthonous-back-muscle");
    check("left iliac vena", "common-iliac-vein-left");
    check("uterus", "uterus");
}

#[test]
fn nothing_is_guessed() {
    let strangers = [
        "",
        "_",
        "left",
        "kidney_left_right",
        "kidne",
        "liver_left",
        "label_7",
        "kidney 4",
        "rib 13",
        "left left kidney",
        "kidneyleft",
    ];
    for label in strangers {
        assert_eq!(code(label), None, "{label}");
    }
}

#[test]
fn every_name_of_a_structure_codes_to_it() {
    for structure in Anatomy::builtin().structures() {
        for name in structure.names() {
            check(name, &structure.id);
        }
        if structure.paired {
            check(&format!("left {}", structure.name), &format!("{}-left", structure.id));
        }
    }
}

#[test]
fn what_is_below_and_above_a_structure() {
    let anatomy = Anatomy::builtin();
    let ids = |found: Vec<&Structure>| -> BTreeSet<String> {
        found.iter().map(|structure| structure.id.clone()).collect()
    };
    assert_eq!(anatomy.descendants("rib").len(), 13);
    let lung = ids(anatomy.descendants("lung"));
    assert!(
        ["lung-upper-lobe", "bronchial-tree", "lung-artery"].iter().all(|id| lung.contains(*id))
    );
    // 7 cervical, 13 thoracic, 6 lumbar, the first sacral, three groups, the body, and itself.
    assert_eq!(anatomy.descendants("vertebra").len(), 32);
    assert!(ids(anatomy.descendants("brain")).contains("lateral-ventricle-trigone"));
    assert!(!ids(anatomy.descendants("brain")).contains("brain-tumour"));
    assert!(ids(anatomy.descendants("tumour")).contains("glioblastoma"));
    let rib_cage = ids(anatomy.descendants("rib-cage"));
    assert!(rib_cage.contains("costal-cartilage") && rib_cage.contains("rib-12"));
    assert!(!ids(anatomy.descendants("rib")).contains("costal-cartilage"));
    assert!(!ids(anatomy.descendants("bone")).contains("costal-cartilage"));
    assert!(!ids(anatomy.descendants("kidney")).contains("kidney-cyst"));
    assert!(ids(anatomy.ancestors("rib-4")).is_superset(&ids(vec![
        anatomy.structure("rib-4").unwrap(),
        anatomy.structure("rib").unwrap(),
        anatomy.structure("bone").unwrap(),
        anatomy.structure("thorax").unwrap(),
    ])));
    assert!(anatomy.descendants("nonsense").is_empty());
}

#[test]
fn people_read_the_side_first() {
    let anatomy = Anatomy::builtin();
    assert_eq!(anatomy.display("kidney", Some(Side::Left)), "left kidney");
    assert_eq!(anatomy.display("vertebra-l1", None), "L1 vertebra");
    assert_eq!(anatomy.display("hip-implant", None), "hip implant");
}

#[test]
fn a_vocabulary_that_contradicts_itself_is_refused() {
    let structure = |id: &str, more: &str| {
        format!(
            "[[structure]]\nid = \"{id}\"\nname = \"{id}\"\ncategory = \"organ\"\n\
            colour = [1, 2, 3]\n{more}\n"
        )
    };
    let check = |toml: String, reason: &str| {
        let refused = Anatomy::parse(&[&toml], &[]).unwrap_err().to_string();
        assert!(refused.contains(reason), "{refused}");
    };
    check(structure("a-b", "") + &structure("a-b", ""), "two structures have the id");
    check(structure("liver", "") + &structure("livers", ""), "means both");
    check(structure("x1", "is_a = [\"x2\"]"), "unknown parent");
    check(structure("x1", "site = \"x2\""), "unknown site");
    check(structure("x1", "is_a = [\"x1\"]"), "its own ancestor");
    let one = structure("x1", "is_a = [\"x2\"]");
    check(one + &structure("x2", "is_a = [\"x1\"]"), "its own ancestor");
    check(structure("X", ""), "cannot be part of a name");
    check(structure("x1", "color = [1, 2, 3]"), "unknown field");
}

#[test]
fn a_name_of_one_side_says_the_side() {
    check("FDI 11", "upper-central-incisor-right");
    check("FDI 38", "lower-third-molar-left");
    check("left lower third molar", "lower-third-molar-left");
    check("RCA", "coronary-artery-right");
    check("right coronary artery", "coronary-artery-right");
}

#[test]
fn a_finding_is_coded_whole_and_asked_for_in_parts() {
    let asked = |text: &str| {
        let coded = Anatomy::builtin().code_words(&words(text));
        coded.map(|coded| coded.structure.id.as_str())
    };
    check("liver_tumor", "liver-tumour");
    check("left kidney tumour", "kidney-tumour-left");
    // The query reads a brain and a tumour, which finds brains with a tumour too.
    for composed in ["brain tumour", "kidney tumor", "lung cancer", "liver lesion"] {
        assert_eq!(asked(composed), None, "{composed}");
    }
    assert_eq!(asked("kidney cyst"), Some("kidney-cyst"));
    assert_eq!(asked("renal tumour"), Some("kidney-tumour"));
    assert_eq!(asked("vestibular schwannoma"), Some("vestibular-schwannoma"));
}

#[test]
fn no_two_structures_have_one_code() {
    // DICOM says with the same code what is the same in two places, and names the place beside it.
    let place = |s: &Structure| (s.site.clone(), s.part_of.clone());
    let mut seen = BTreeSet::new();
    for structure in Anatomy::builtin().structures() {
        let codes =
            [("SCT", &structure.snomed), ("UBERON", &structure.uberon), ("FMA", &structure.fma)];
        for (scheme, code) in codes {
            let Some(code) = code else { continue };
            let place = (scheme == "SCT").then(|| place(structure));
            assert!(seen.insert((scheme, code, place)), "{}: {scheme} {code}", structure.id);
            assert!(code.bytes().all(|byte| byte.is_ascii_digit()), "{}: {code}", structure.id);
        }
        assert!(structure.uberon.as_ref().is_none_or(|code| code.len() == 7), "{}", structure.id);
        let checked = structure.snomed.as_ref().is_none_or(|code| has_check_digit(code));
        assert!(checked, "{}: SNOMED CT has no such code", structure.id);
    }
}

/// Whether the last digit of a SNOMED CT code fits the others (Verhoeff, 1969).
fn has_check_digit(code: &str) -> bool {
    let product = |a: usize, b: usize| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b) % 5,
        (false, true) => 5 + (a - b) % 5,
        (false, false) => (5 + a - b) % 5,
    };
    let step = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let permuted = |digit: usize, times: usize| (0..times).fold(digit, |digit, _| step[digit]);
    let digits = code.bytes().rev().map(|byte| usize::from(byte - b'0'));
    let sum = digits.enumerate().fold(0, |sum, (n, digit)| product(sum, permuted(digit, n % 8)));
    sum == 0
}

#[test]
fn a_structure_that_can_show_a_face_says_so() {
    let class = |id: &str| Anatomy::builtin().structure(id).unwrap().privacy;
    assert_eq!(class("face"), PrivacyClass::P3);
    assert_eq!(class("skin"), PrivacyClass::P3);
    assert_eq!(class("skull"), PrivacyClass::P2);
    assert_eq!(class("upper-canine"), PrivacyClass::P2);
    assert_eq!(class("liver"), PrivacyClass::P1);
    assert_eq!(class("scalpel"), PrivacyClass::P0);
}

// Rows of TotalSegmentator's table that are wrong, and the right code. `docs/anatomy.md` says why.
const CORRECTED: [(&str, &str); 6] = [
    ("gluteus_maximus", "206007"),
    ("gluteus_maximus_left", "206007"),
    ("gluteus_maximus_right", "206007"),
    ("gluteus_minimus", "75297007"),
    ("subclavian_artery_left", "36765005"),
    ("subclavian_artery_right", "36765005"),
];

#[test]
fn codes_are_those_that_totalsegmentator_publishes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/ontology/totalsegmentator_snomed_mapping.csv");
    let Ok(table) = std::fs::read_to_string(&path) else {
        println!("skipped: {} is absent", path.display());
        return;
    };
    let mut n_checked = 0;
    for line in table.lines() {
        let columns: Vec<&str> = line.split(',').collect();
        let Some(coded) = Anatomy::builtin().code(columns[0]) else { continue };
        // Regions of the spine and the vertebral body are one code with a modifier there.
        if columns.get(5) == Some(&"51282000") {
            continue;
        }
        let corrected = CORRECTED.iter().find(|(label, _)| *label == columns[0]);
        let expected = corrected.map_or(columns.get(5).copied(), |(_, code)| Some(*code));
        assert_eq!(coded.structure.snomed.as_deref(), expected, "{}", columns[0]);
        n_checked += 1;
    }
    // All rows but the head, and the three regions of the spine.
    assert_eq!(n_checked, 167);
}

#[test]
fn german_names_mean_what_english_ones_do() {
    let anatomy = Anatomy::builtin();
    for (german, english) in [
        ("Leber", "liver"),
        ("linke Niere", "left kidney"),
        ("Nieren, rechts", "right kidney"),
        ("Speiseroehre", "oesophagus"),
        ("5. Rippe links", "left rib 5"),
        ("Halswirbel C3", "C3 vertebra"),
        ("Herzkammer", "ventricle of heart"),
        ("linker Vorhof", "left atrium"),
        ("Oberlappen der linken Lunge", "upper lobe of left lung"),
        ("Zähne", "teeth"),
    ] {
        let (one, other) = (anatomy.code(german), anatomy.code(english));
        assert!(one.is_some() && one == other, "{german}: {one:?} {other:?}");
    }
    assert_eq!(anatomy.name_in("de", "kidney"), Some("Niere"));
    assert_eq!(anatomy.name_in("de", "septum-pellucidum"), None);
    assert_eq!(anatomy.name_in("en", "kidney"), None, "English names are those of the structures");
}
