//! The list of what `MedShapeNet` publishes, taken in and searched: what its own search fails at is found.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use medshape::catalog::{Catalog, Page, Query, Remote, Subject};
use medshape::formats::Limits;
use medshape::names::{NamesReport, import_names};
use medshape::{Dataset, Reader};

fn import(catalog: &mut Catalog, list: &Path, tables: &[(String, PathBuf)]) -> NamesReport {
    import_names(catalog, list, tables, &Reader::in_process(Limits::DEFAULT)).unwrap()
}

fn names(catalog: &Catalog, text: &str) -> Vec<String> {
    let page = Page { offset: 0, limit: 1000 };
    let answer = catalog.search(&Query::parse(text), page).unwrap();
    answer.hits.iter().map(|hit| hit.name.to_string()).collect()
}

const LIST: &str = "
https://a.example/download?path=%2F&files=s1273_liver.nii.g_1.stl
https://a.example/download?path=%2F&files=s1273_kidney_left.nii.g_1.stl
https://a.example/099815_costa4left.stl
https://a.example/099815_brain.stl
https://a.example/100307_brain.stl
https://a.example/000442_vertebrae.stl
https://a.example/000442_tumoredbrain.stl
https://a.example/000442_tumoredKidney.stl
https://a.example/000442_liver.stl
https://a.example/001_instrument3DCOSI_BoneForceps.stl
https://a.example/ct_skull_07.stl
https://a.example/vessel_tree_07.stl
https://a.example/face_7.stl
https://a.example/100307_brain.stl
https://a.example/readme.txt
";

fn made_up() -> (tempfile::TempDir, Catalog, NamesReport) {
    let dir = tempfile::tempdir().unwrap();
    let list = dir.path().join("list.txt");
    std::fs::write(&list, LIST).unwrap();
    let mut catalog = Catalog::create(&dir.path().join("store")).unwrap();
    let report = import(&mut catalog, &list, &[]);
    (dir, catalog, report)
}

#[test]
fn each_file_is_told_by_its_name_and_by_what_else_there_is_of_its_subject() {
    let (_dir, catalog, report) = made_up();
    assert_eq!((report.n_lines, report.n_new, report.n_not_understood), (15, 13, 1));
    assert_eq!(report.not_understood, ["https://a.example/readme.txt"]);
    let expected = [
        "3d-cosi/001/bone-forceps",
        "autopet/000442/liver",
        "autopet/099815/brain",
        "autopet/099815/rib-4-left",
        "avt/07/aortic-vessel-tree",
        "brats/000442/brain",
        "facialmodels/7/face",
        "hcp/100307/brain",
        "kits21/000442/kidney",
        "medshapenet-ct-skull/07/skull",
        "totalsegmentator-v1/s1273/kidney-left",
        "totalsegmentator-v1/s1273/liver",
        "verse/000442/vertebra",
    ];
    let found: BTreeSet<String> = names(&catalog, "").into_iter().collect();
    assert_eq!(found, expected.map(str::to_owned).into());
}

#[test]
fn a_name_that_a_shape_of_another_source_has_stays_its_own_and_the_list_comes_in() {
    const TAKEN: &str = "s1273_liver.nii.g_1.stl";
    let dir = tempfile::tempdir().unwrap();
    let mut catalog = Catalog::create(dir.path()).unwrap();
    let other = Remote {
        name: "local/anna/liver".parse().unwrap(),
        structure: "liver".to_owned(),
        coded: true,
        side: None,
        finding: None,
        label_name: "liver".to_owned(),
        url: "https://b.example/liver.stl".to_owned(),
        aliases: vec![TAKEN.to_owned()],
    };
    let anna = Subject { source: "local".to_owned(), id: "anna".to_owned(), ..Subject::default() };
    let source = Dataset::find("local").unwrap().source;
    catalog.add_remote(&[source], &[anna], &[other]).unwrap();
    let list = dir.path().join("list.txt");
    std::fs::write(&list, LIST).unwrap();
    for n_new in [13, 0] {
        let report = import(&mut catalog, &list, &[]);
        assert_eq!((report.n_new, report.taken_aliases), (n_new, vec![TAKEN.to_owned()]));
    }
    assert_eq!(catalog.find(TAKEN).unwrap().unwrap().to_string(), "local/anna/liver");
}

#[test]
fn old_names_lead_to_their_shapes_and_a_second_time_changes_nothing() {
    let (dir, mut catalog, _) = made_up();
    for line in LIST.lines().filter(|line| line.ends_with(".stl")) {
        let file = line.rsplit(['/', '=']).next().unwrap();
        let name = catalog.find(file).unwrap().unwrap();
        assert_eq!(catalog.remote(&name).unwrap().unwrap().remote.url, line);
    }
    let before = names(&catalog, "");
    let report = import(&mut catalog, &dir.path().join("list.txt"), &[]);
    assert_eq!((report.n_new, report.n_known), (0, 13));
    assert_eq!(names(&catalog, ""), before);
}

#[test]
fn what_is_no_list_changes_nothing() {
    let (dir, mut catalog, _) = made_up();
    let reader = Reader::in_process(Limits::DEFAULT);
    let list = dir.path().join("list.txt");
    let missing = import_names(&mut catalog, &dir.path().join("none"), &[], &reader).unwrap_err();
    assert!(missing.to_string().contains("none"), "{missing}");
    let stray = [("no-such".to_owned(), list.clone())];
    let unknown = import_names(&mut catalog, &list, &stray, &reader).unwrap_err();
    assert!(unknown.to_string().contains("no source `no-such`"), "{unknown}");
    assert_eq!(catalog.counts().unwrap().n_remote, 13);
}

/// The shared files that the test needs, or nothing.
fn shared() -> Option<(PathBuf, PathBuf)> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/metadata");
    let list = data.join("MedShapeNetDataset.txt.gz");
    if !list.is_file() {
        println!("skipped: ../shared/data/metadata is not there");
        return None;
    }
    Some((list, data.join("totalsegmentator_v2_metadata.xlsx")))
}

/// The failures that were measured on the search by substrings of `MedShapeNet`.
#[test]
fn all_that_medshapenet_publishes_is_found_by_what_it_is() {
    let Some((list, table)) = shared() else { return };
    let dir = tempfile::tempdir().unwrap();
    let mut catalog = Catalog::create(dir.path()).unwrap();
    let tables = [("totalsegmentator-v1".to_owned(), table)];
    let report = import(&mut catalog, &list, &tables);
    assert_eq!((report.n_lines, report.n_new, report.n_not_understood), (106_101, 106_101, 0));
    assert_eq!((report.n_with_metadata, report.taken_aliases.len()), (68_949, 0));
    let find = |text: &str| catalog.search(&Query::parse(text), Page::default()).unwrap();
    let check = |text: &str, n: u64| assert_eq!(find(text).total, n, "{text}");
    let structures = |text: &str| {
        let all = Page { offset: 0, limit: u64::MAX };
        let hits = catalog.search(&Query::parse(text), all).unwrap().hits;
        hits.into_iter().map(|hit| hit.structure).collect::<BTreeSet<String>>()
    };
    check("", 106_101);
    // 6,648 of them are called `costa`, and rib cartilage is none.
    check("rib", 24_299);
    assert_eq!(structures("rib"), (1..=12).map(|level| format!("rib-{level}")).collect());
    check("bladder", 769);
    assert_eq!(structures("bladder"), ["urinary-bladder".to_owned()].into());
    check("clavicle", 1_863);
    check("clavicula", 1_863);
    for text in ["kidney_left", "kidneyleft", "left kidney", "kidneys left"] {
        assert_eq!(structures(text), ["kidney".to_owned()].into(), "{text}");
        check(text, 976);
    }
    let ear = find("ear");
    assert_eq!((ear.total, ear.unknown), (0, vec!["ear".to_owned()]));
    check("heart", find("heart_atrium").total + find("heart_ventricle").total + 1_042 + 277 + 277);
    // And the shapes of those subjects of whom the table says `tumor`.
    check("tumour -totalsegmentator-v1", 922 + 300);
    check("tumor pathology:tumor", find("tumour").total - 922 - 300);
    check("brain tumour -totalsegmentator-v1", 922);
    check("glioblastoma", 922);
    check("cranial_defect", 0);
    let ct = find("ct");
    let sources = |answer: &medshape::catalog::Answer| {
        answer.facets.sources.iter().map(|count| count.value.clone()).collect::<Vec<_>>()
    };
    assert!(ct.total > 100_000 && find("mri").total == 2_226 + 922, "{}", ct.total);
    assert_eq!(ct.total + find("mri").total + find("scan").total, 106_101 - 12);
    assert!(!sources(&ct).is_empty());
    let (male, female) = (find("male").total, find("female").total);
    assert!(male > 30_000 && female > 20_000 && male + female <= 68_949, "{male} {female}");
    assert!(find("male liver 60..70").total > 50);
    check("s1273_liver.nii.g_1.stl", 1);
    check("uterus prostate", find("uterus").total + 42);
}
