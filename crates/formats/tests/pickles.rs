//! Pickles in files of NumPy, which are read without being run.

use medshape_formats::npz::{self, Arrays, SampleFacts, Samples};
use medshape_formats::{Input, Limits, mesh, points, volume};

use crate::npz::{arrays, f32s, i32s, npy_file, npz_file};

/// A pickle of protocol 2, as Python writes one.
mod pickled {
    pub(super) fn text(text: &str) -> Vec<u8> {
        [b"X".as_slice(), &(text.len() as u32).to_le_bytes(), text.as_bytes()].concat()
    }

    pub(super) fn dict(class: Option<&str>, items: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
        let begin = match class {
            Some(class) => format!("c{class}\n)R").into_bytes(),
            None => b"}".to_vec(),
        };
        let items: Vec<u8> =
            items.iter().flat_map(|(a, b)| [a.clone(), b.clone()].concat()).collect();
        [begin, b"(".to_vec(), items, b"u".to_vec()].concat()
    }

    pub(super) fn int(value: u8) -> Vec<u8> {
        vec![b'K', value]
    }

    pub(super) fn array(word: &str, shape: &[u8], items: &[u8]) -> Vec<u8> {
        let bytes = [b"B".as_slice(), &(items.len() as u32).to_le_bytes(), items].concat();
        with_items(word, shape, &bytes)
    }

    pub(super) fn objects(shape: &[u8], items: &[Vec<u8>]) -> Vec<u8> {
        with_items("O8", shape, &[b"](".as_slice(), &items.concat(), b"e"].concat())
    }

    fn with_items(word: &str, shape: &[u8], items: &[u8]) -> Vec<u8> {
        let shape: Vec<u8> = shape.iter().flat_map(|&dim| int(dim)).collect();
        [
            b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85U\x01b\x87R(K\x01(",
            shape.as_slice(),
            b"tcnumpy\ndtype\n",
            &text(word),
            b"\x89\x88\x87R(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89",
            items,
            b"tb",
        ]
        .concat()
    }

    /// An array without axes of this one object, as NumPy saves it.
    pub(super) fn file(object: &[u8]) -> Vec<u8> {
        [b"\x80\x02".to_vec(), objects(&[], &[object.to_vec()]), b".".to_vec()].concat()
    }
}

fn core_file(pickle: &[u8]) -> Vec<u8> {
    npz_file(&[("data", npy_file("'|O'", false, "()", pickle))])
}

fn core_arrays(object: &[u8]) -> Arrays {
    arrays(&core_file(&pickled::file(object))).unwrap()
}

fn check_pickle_refused(pickle: &[u8], reason: &str) {
    let refusal = arrays(&core_file(pickle)).unwrap().samples().map(drop).unwrap_err().to_string();
    assert!(refusal.contains(reason), "`{refusal}` does not say `{reason}`");
}

const TRIANGLE: [f32; 9] = [0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 3.0, 0.0];

fn names(samples: &Samples<'_>) -> Vec<String> {
    samples.iter().map(|sample| sample.name().to_owned()).collect()
}

#[test]
fn a_file_of_medshapenetcore_is_read() {
    let key = pickled::text;
    let vertices = |x: f32| {
        let mut triangle = TRIANGLE;
        triangle[3] = x;
        pickled::array("f4", &[3, 3], &f32s(&triangle))
    };
    let faces = pickled::array("i4", &[1, 3], &i32s(&[0, 1, 2]));
    let class = Some("__main__\nMyDict");
    let meshes = pickled::dict(
        class,
        &[
            (
                key("vertices"),
                pickled::dict(
                    class,
                    &[(pickled::int(0), vertices(2.0)), (pickled::int(1), vertices(9.0))],
                ),
            ),
            (
                key("faces"),
                pickled::dict(class, &[(pickled::int(0), faces.clone()), (pickled::int(1), faces)]),
            ),
        ],
    );
    let cloud: Vec<f32> = (0..12_u8).map(f32::from).collect();
    let all = [
        (key("mask"), pickled::array("u1", &[2, 1, 1, 2], &[0, 1, 1, 1])),
        (key("point"), pickled::array("f4", &[2, 2, 3], &f32s(&cloud))),
        (key("mesh"), meshes),
        (key("label"), pickled::array("i4", &[2], &i32s(&[0, 1]))),
    ];
    let flat = pickled::dict(Some("collections\nOrderedDict"), &all);
    let arrays = core_arrays(&flat);
    let samples = arrays.samples().unwrap().unwrap();
    assert_eq!(names(&samples), ["0", "1"]);
    let second = samples.iter().nth(1).unwrap();
    assert_eq!(second.label(), Some(1));
    assert_eq!(second.mesh().unwrap().unwrap().parts[0].positions()[1], [9.0, 0.0, 0.0]);
    assert_eq!(second.points().unwrap().unwrap().positions[1], [9.0, 10.0, 11.0]);
    assert_eq!(second.labels().unwrap().unwrap().voxels(), [1, 1]);
    assert_eq!(samples.iter().next().unwrap().labels().unwrap().unwrap().voxels(), [0, 1]);
    let meshes = arrays.mesh().unwrap().unwrap();
    assert_eq!(meshes.parts.len(), 2);
    assert_eq!(meshes.parts[1].name, "1");
    assert!(arrays.points().unwrap_err().to_string().contains("2 point clouds"));
    assert!(arrays.labels().unwrap_err().to_string().contains("2 masks"));
    // One of them by its name, from a file.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("core.npz");
    std::fs::write(&path, core_file(&pickled::file(&flat))).unwrap();
    let input = Input::on_disk(&path);
    let list = npz::list(&input, &Limits::DEFAULT).unwrap();
    let facts = |name: &str, label| SampleFacts {
        name: name.to_owned(),
        label: Some(label),
        has_mesh: true,
        has_points: true,
        has_mask: true,
    };
    assert_eq!(list, [facts("0", 0), facts("1", 1)]);
    assert_eq!(npz::names_in_words(&list), "0, 1");
    let second = input.clone().with_sample(Some("1".to_owned()));
    let parts = mesh::read(&second, &Limits::DEFAULT).unwrap().parts;
    assert_eq!((parts.len(), parts[0].positions()[1]), (1, [9.0, 0.0, 0.0]));
    assert_eq!(volume::read_label_map(&second, &Limits::DEFAULT).unwrap().voxels(), [1, 1]);
    let found = points::read(&second, &Limits::DEFAULT).unwrap();
    assert_eq!(found.positions[1], [9.0, 10.0, 11.0]);
    let third = mesh::read(&input.with_sample(Some("2".to_owned())), &Limits::DEFAULT);
    assert!(third.unwrap_err().to_string().contains("no sample `2`: there are 0, 1"));
    // The same under the names of organs.
    let organs = pickled::dict(None, &[(key("liver"), flat.clone()), (key("kidney"), flat)]);
    let arrays = core_arrays(&organs);
    let samples = arrays.samples().unwrap().unwrap();
    assert_eq!(names(&samples), ["liver/0", "liver/1", "kidney/0", "kidney/1"]);
    assert!(samples.iter().all(|sample| sample.mesh().unwrap().is_some()));
}

#[test]
fn the_jaws_of_each_person_are_found() {
    let key = pickled::text;
    let jaw = pickled::dict(
        None,
        &[
            (key("vertices"), pickled::array("f4", &[3, 3], &f32s(&TRIANGLE))),
            (key("faces"), pickled::array("i4", &[1, 3], &i32s(&[0, 1, 2]))),
            (key("labels"), pickled::array("i4", &[3], &i32s(&[11, 11, 12]))),
        ],
    );
    let mesh = pickled::dict(None, &[(key("upper"), jaw.clone()), (key("lower"), jaw)]);
    let people = pickled::dict(None, &[(key("A1"), pickled::dict(None, &[(key("mesh"), mesh)]))]);
    let arrays = core_arrays(&people);
    let samples = arrays.samples().unwrap().unwrap();
    assert_eq!(names(&samples), ["A1/upper", "A1/lower"]);
    assert!(samples.iter().all(|sample| sample.mesh().unwrap().unwrap().n_faces() == 1));
    assert!(samples.iter().all(|sample| sample.label().is_none()));
}

#[test]
fn masks_of_different_sizes_are_a_list() {
    let masks = [pickled::array("u1", &[1, 1, 1], &[1]), pickled::array("u1", &[1, 1, 2], &[0, 3])];
    for container in [
        pickled::objects(&[2], &masks),
        [b"](".to_vec(), masks.concat(), b"e".to_vec()].concat(),
        [b"(".to_vec(), masks.concat(), b"t".to_vec()].concat(),
    ] {
        let arrays = core_arrays(&pickled::dict(None, &[(pickled::text("mask"), container)]));
        let samples = arrays.samples().unwrap().unwrap();
        let second = samples.iter().nth(1).unwrap().labels().unwrap().unwrap();
        assert_eq!((second.grid().dims(), second.values()), ([1, 1, 2], [0, 3].as_slice()));
    }
}

#[test]
fn bytes_that_python_3_pickled_for_python_2_are_read() {
    // 200 is two bytes in UTF-8.
    let items = "c_codecs\nencode\nX\u{2}\0\0\0\u{c8}X\u{6}\0\0\0latin1\u{ffff}";
    let items = items.strip_suffix('\u{ffff}').unwrap().as_bytes();
    let items = [items, b"\x86R".as_slice()].concat();
    let array = pickled::array("u1", &[1, 1, 1], b"\x01");
    let at = array.len() - 2 - 6;
    let array = [&array[..at], &items, b"tb"].concat();
    let arrays = core_arrays(&pickled::dict(None, &[(pickled::text("mask"), array)]));
    let samples = arrays.samples().unwrap().unwrap();
    assert_eq!(samples.iter().next().unwrap().labels().unwrap().unwrap().values(), [0, 200]);
}

#[test]
fn no_pickle_is_run() {
    let folder = tempfile::tempdir().unwrap();
    let made = folder.path().join("made");
    let touch = format!("touch {}", made.display());
    for call in [
        [b"\x80\x02cposix\nsystem\n".to_vec(), pickled::text(&touch), b"\x85R.".to_vec()].concat(),
        [
            b"\x80\x04\x8c\x02os\x8c\x06system\x93".to_vec(),
            pickled::text(&touch),
            b"\x85R.".to_vec(),
        ]
        .concat(),
        b"\x80\x02c__builtin__\neval\n.".to_vec(),
        b"\x80\x02cnumpy\nload\n.".to_vec(),
        b"\x80\x02cnumpy.core.multiarray\nndarray\n.".to_vec(),
        b"\x80\x02ccollections\ndefaultdict\n.".to_vec(),
        b"\x80\x02c__main__\nEvil\n.".to_vec(),
    ] {
        check_pickle_refused(&call, "NPZ with a pickle that names `");
    }
    check_pickle_refused(b"\x80\x02(cos\nsystem\nios\nsystem\n.", "names `os.system`");
    // To make an instance, to ask for an object from elsewhere, a registered extension, a set.
    for code in [b'i', b'o', b'P', b'Q', 0x82, 0x83, 0x84, 0x92, 0x8f, 0x90, 0x97, b'I', b'p'] {
        check_pickle_refused(&[0x80, 2, code, b'.'], "it does what is not done here");
    }
    assert!(!made.exists());
}

#[test]
fn damaged_pickles_are_refused() {
    let sound = pickled::file(&pickled::dict(
        None,
        &[(pickled::text("mask"), pickled::array("u1", &[1, 1, 1], &[1]))],
    ));
    assert!(arrays(&core_file(&sound)).unwrap().samples().unwrap().is_some());
    for n_bytes in 0..sound.len() {
        check_pickle_refused(&sound[..n_bytes], "malformed pickle");
    }
    for (pickle, reason) in [
        (b"\x80\x02.".as_slice(), "takes more than it has"),
        (b"\x80\x02]0.", "takes more than it has"),
        (b"\x80\x02](0.", "takes more than it has"),
        (b"\x80\x02Nu.", "takes more than it has"),
        (b"\x80\x02(u.", "takes more than it has"),
        (b"\x80\x02}(Nu.", "a key without a value"),
        (b"\x80\x02NNa.", "no list"),
        (b"\x80\x02h\x07.", "not there"),
        (b"\x80\x02NNb.", "state of what has none"),
        (b"\x80\x02NNR.", "calls what is no class"),
        (b"\x80\x02\x8a\x09123456789.", "more than 64 bits"),
        (b"\x80\x02X\xff\xff\xff\xff.", "ends too early"),
        (b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\xff.", "ends too early"),
        (b"\x80\x06.", "protocol 2 to 5"),
        (b"(dp0\n.", "protocol 2 to 5"),
        (b"\x80\x02N.", "without `mesh`"),
        (b"\x80\x02cnumpy\ndtype\nU\x02c8\x85R.", "items of type `c8`"),
        (b"\x80\x02cnumpy\ndtype\n)R.", "wrong parts"),
    ] {
        check_pickle_refused(pickle, reason);
    }
}

#[test]
fn a_pickle_that_holds_itself_ends() {
    // A list and a dictionary that are their own items.
    check_pickle_refused(b"\x80\x02]q\0h\0a.", "without `mesh`");
    check_pickle_refused(b"\x80\x02}q\0X\x01\0\0\0ah\0s.", "without `mesh`");
    // Sixty lists, each of which holds the one before twice: 2^60 ways to the innermost.
    let mut laughs = b"\x80\x02]q\0".to_vec();
    for n in 0..20_u8 {
        laughs.extend([b']', b'q', n + 1, b'(', b'h', n, b'h', n, b'e']);
    }
    check_pickle_refused(&[laughs.as_slice(), b"."].concat(), "without `mesh`");
}

#[test]
fn a_list_that_is_named_everywhere_is_not_looked_at_everywhere() {
    // A list of 200 arrays under 200 keys that all say `mask`.
    let limits = Limits { parts: 200, ..Limits::DEFAULT };
    let array = pickled::array("u1", &[1, 1, 1], &[1]);
    let list = [b"](".to_vec(), array, b"q\0".to_vec(), b"h\0".repeat(199), b"eq\x01".to_vec()];
    let key = [pickled::text("mask"), b"q\x02".to_vec()].concat();
    let again = |n: usize| {
        [b"}(".to_vec(), key.clone(), list.concat(), b"h\x02h\x01".repeat(n), b"u".to_vec()]
            .concat()
    };
    let read = |n| {
        let file = core_file(&pickled::file(&again(n)));
        let arrays = npz::read(&file, &limits).unwrap();
        arrays
            .samples()
            .map(|samples| samples.unwrap().iter().len())
            .map_err(|kind| kind.to_string())
    };
    assert_eq!(read(9), Ok(200));
    assert!(read(200).unwrap_err().contains("again and again"));
}

#[test]
fn what_a_pickle_builds_stays_in_proportion_to_its_bytes() {
    let limits = Limits { entries: 25, depth: 3, ..Limits::DEFAULT };
    let read = |n: usize, item: &[u8]| {
        let pickle = [b"\x80\x02", item.repeat(n).as_slice(), b"."].concat();
        let file = core_file(&pickle);
        let arrays = npz::read(&file, &limits).unwrap();
        arrays.samples().map(drop).unwrap_err().to_string()
    };
    // 100 objects, and one more for 16 bytes: 106 of them take 109 bytes.
    assert!(read(105, b"]").contains("without `mesh`"));
    assert!(read(106, b"]").contains("without `mesh`"));
    assert_eq!(read(107, b"]"), "more than 106 objects in a pickle of its size");
    assert!(read(5, b"(").contains("takes more than it has"));
    assert!(read(6, b"(").contains("takes more than it has"));
    assert_eq!(read(7, b"("), "more than 6 objects in one another");
    assert!(read(150, b"N2").contains("more than"));
}

#[test]
fn one_array_named_by_many_shapes_is_refused() {
    let vertices = pickled::array("u1", &[200, 3], &[1; 600]);
    let faces = pickled::array("u1", &[1, 3], &[0, 1, 2]);
    let read = |n: u8| {
        let shared = |memo: u8, array: &[u8]| {
            let again: Vec<u8> = (0..n).flat_map(|key| [b'K', key, b'h', memo]).collect();
            [array, &[b'q', memo, b'0', b'}', b'('], &again, b"u"].concat()
        };
        let mesh = [
            b"}".to_vec(),
            pickled::text("vertices"),
            shared(0, &vertices),
            b"s".to_vec(),
            pickled::text("faces"),
            shared(1, &faces),
            b"s".to_vec(),
        ];
        let object = [b"}".to_vec(), pickled::text("mesh"), mesh.concat(), b"s".to_vec()].concat();
        core_arrays(&object).mesh().map(drop).map_err(|kind| kind.to_string())
    };
    assert_eq!(read(4), Ok(()));
    assert!(read(100).unwrap_err().ends_with("vertices"));
}

#[test]
fn the_number_of_shapes_is_bounded() {
    let mask = pickled::array("u1", &[3, 1, 1, 1], &[1, 1, 1]);
    let file = core_file(&pickled::file(&pickled::dict(None, &[(pickled::text("mask"), mask)])));
    let read = |parts| {
        let arrays = npz::read(&file, &Limits { parts, ..Limits::DEFAULT }).unwrap();
        arrays.samples().map(|samples| samples.unwrap().iter().len()).map_err(|e| e.to_string())
    };
    assert_eq!(read(4), Ok(3));
    assert_eq!(read(3), Ok(3));
    assert_eq!(read(2), Err("more than 2 shapes in a file".to_owned()));
}
