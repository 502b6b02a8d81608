//! Shapes that others publish, fetched from a web server by the real program.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Output;
use std::sync::{Arc, Mutex};
use std::thread;

use crate::common::{BOX_FACES, complaint, medshape, small_label_map, write_label_map};

/// A web server that answers each path with what is written for it, in turn where it is several things.
struct Site {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Site {
    fn new(mut answers: BTreeMap<&'static str, Vec<Vec<u8>>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let path = path_of(&stream);
                let answers = answers.get_mut(path.as_str());
                let answer = match answers {
                    Some(answers) if answers.len() > 1 => answers.remove(0),
                    Some(answers) => answers[0].clone(),
                    None => status("404 Not Found", b""),
                };
                log.lock().unwrap().push(path);
                let _ = stream.write_all(&answer);
            }
        });
        Self { address, asked }
    }

    fn n_asked(&self, path: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| *asked == path).count()
    }

    /// A list of links to it.
    fn list(&self, folder: &Path, paths: &[&str]) -> String {
        let lines: String =
            paths.iter().map(|path| format!("http://{}{path}\n", self.address)).collect();
        let list = folder.join("list.txt");
        fs::write(&list, lines).unwrap();
        list.display().to_string()
    }
}

fn path_of(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    let mut line = String::new();
    while reader.read_line(&mut line).unwrap() > 2 {
        line.clear();
    }
    first.split(' ').nth(1).unwrap_or_default().to_owned()
}

fn status(status: &str, body: &[u8]) -> Vec<u8> {
    let head =
        format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn ok(body: &[u8]) -> Vec<u8> {
    status("200 OK", body)
}

/// A box of 40 × 30 × 20 mm as binary STL, moved along x.
fn solid_box(x_mm: f32) -> Vec<u8> {
    let corner = |i: u32| {
        [(i & 1) as f32 * 40.0 + x_mm, (i >> 1 & 1) as f32 * 30.0, (i >> 2 & 1) as f32 * 20.0]
    };
    let mut bytes = vec![0; 80];
    bytes.extend(12_u32.to_le_bytes());
    for face in BOX_FACES {
        bytes.extend([0; 12]);
        let numbers = face.into_iter().flat_map(corner);
        bytes.extend(numbers.flat_map(f32::to_le_bytes));
        bytes.extend([0; 2]);
    }
    bytes
}

fn run(arguments: &[&str], store: &Path) -> Output {
    let mut command = medshape();
    for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(proxy);
    }
    command.args(arguments).arg("--store").arg(store).output().unwrap()
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

fn shown(name: &str, store: &Path) -> serde_json::Value {
    json(&run(&["show", name, "--json"], store))
}

const LIVER: &str = "/d?files=s0011_liver.nii.g_1.stl";
const SPLEEN: &str = "/d?files=s0011_spleen.nii.g_1.stl";

#[test]
fn a_shape_is_fetched_by_either_name_and_its_neighbours_stay() {
    let site = Site::new(BTreeMap::from([
        (LIVER, vec![ok(&solid_box(0.0))]),
        (SPLEEN, vec![status("302 Found\r\nlocation: /moved", b"")]),
        ("/moved", vec![status("503 Service Unavailable", b""), ok(&solid_box(60.0))]),
    ]));
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let list = site.list(folder.path(), &[LIVER, SPLEEN]);
    assert!(run(&["import-names", &list], &store).status.success());

    let fetched = run(&["fetch", "s0011_liver.nii.g_1.stl"], &store);
    assert!(fetched.status.success(), "{}", complaint(&fetched));
    let fetched = run(&["fetch", "--query", "spleen", "--json"], &store);
    assert!(fetched.status.success(), "{}", complaint(&fetched));
    assert_eq!(json(&fetched)["name"], "totalsegmentator-v1/s0011/spleen");

    for (name, middle_mm) in [("liver", 20.0), ("spleen", 80.0)] {
        let page = shown(&format!("totalsegmentator-v1/s0011/{name}"), &store);
        let measures = &page["shape"]["measures"];
        assert_eq!(measures["volume_mm3"], 24_000.0);
        let x = |end: &str| measures[end][0].as_f64().unwrap();
        assert_eq!((x("bounds_min_mm") + x("bounds_max_mm")) / 2.0, middle_mm);
    }
    let again = run(&["fetch", "totalsegmentator-v1/s0011/liver"], &store);
    assert!(again.status.success());
    assert!(String::from_utf8_lossy(&again.stdout).contains("held already"));
    assert_eq!((site.n_asked(LIVER), site.n_asked("/moved")), (1, 2));
    assert!(run(&["fsck", "--bytes"], &store).status.success());
    let found = run(&["search", "quality:remote"], &store);
    assert!(String::from_utf8_lossy(&found.stdout).contains("0 shapes"));
}

#[test]
fn what_does_not_come_whole_leaves_nothing_and_the_status_says_so() {
    let whole = solid_box(0.0);
    let cut = [
        format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", whole.len()).as_bytes(),
        &whole[..300],
    ]
    .concat();
    let lost = "/d?files=s0011_aorta.nii.g_1.stl";
    let pancreas = "/d?files=s0011_pancreas.nii.g_1.stl";
    let site = Site::new(BTreeMap::from([
        (LIVER, vec![cut]),
        (SPLEEN, vec![ok(b"<html>Please sign in</html>")]),
        (pancreas, vec![ok(&whole[..500])]),
    ]));
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let list = site.list(folder.path(), &[LIVER, SPLEEN, lost, pancreas]);
    assert!(run(&["import-names", &list], &store).status.success());
    let check = |structure: &str, reason: &str| {
        let name = format!("totalsegmentator-v1/s0011/{structure}");
        let output = run(&["fetch", &name], &store);
        assert_eq!(output.status.code(), Some(1));
        let complaint = complaint(&output);
        assert!(complaint.contains(reason) && complaint.contains(&site.address), "{complaint}");
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
        assert_eq!(shown(&name, &store)["remote"]["name"], name);
    };
    check("liver", "ended after");
    check("aorta", "HTTP status 404");
    check("spleen", "");
    check("pancreas", "");
    assert_eq!(site.n_asked(LIVER), 3);
    let unknown = run(&["fetch", "nobody/knows/this"], &store);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(complaint(&unknown).contains("nobody/knows/this"));
    assert!(run(&["fsck", "--bytes"], &store).status.success());
}

#[test]
fn a_whole_case_takes_the_place_of_what_was_fetched_of_it() {
    let site = Site::new(BTreeMap::from([
        (LIVER, vec![ok(&solid_box(0.0))]),
        (SPLEEN, vec![ok(&solid_box(60.0))]),
    ]));
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let list = site.list(folder.path(), &[LIVER, SPLEEN]);
    assert!(run(&["import-names", &list], &store).status.success());
    assert!(run(&["fetch", "--query", "s0011"], &store).status.success());

    let masks = folder.path().join("s0011/segmentations");
    fs::create_dir_all(&masks).unwrap();
    write_label_map(&masks, "liver.nii.gz", &ball());
    let taken =
        ["ingest", folder.path().to_str().unwrap(), "--dataset", "totalsegmentator-v1", "--json"];
    let taken = run(&taken, &store);
    assert!(taken.status.success(), "{}", complaint(&taken));
    let liver = shown("totalsegmentator-v1/s0011/liver", &store);
    assert!(liver["shape"]["measures"]["n_voxels"].as_u64() > Some(0));
    assert_eq!(liver["superseded"].as_array().unwrap().len(), 1);
    let spleen = shown("totalsegmentator-v1/s0011/spleen", &store);
    assert_eq!(spleen["shape"]["measures"]["volume_mm3"], 24_000.0);
    assert!(run(&["fsck", "--bytes"], &store).status.success());
}

/// A mask of one of the small map's structures.
fn ball() -> medshape::types::LabelMap {
    let (grid, voxels, _) = small_label_map(0).into_parts();
    let voxels = voxels.iter().map(|voxel| u16::from(voxel == 1)).collect();
    medshape::types::LabelMap::new(grid, voxels, vec![0, 1]).unwrap()
}
