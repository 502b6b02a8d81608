use std::fmt::Debug;

use medshape_formats::Limits;

use super::*;

const PLENTY: u64 = 1 << 30;

fn bytes_of<W: Wire>(noun: &W) -> Vec<u8> {
    let mut bytes = Vec::new();
    noun.encode(&mut bytes).unwrap();
    bytes
}

fn decoded<W: Wire>(mut bytes: &[u8], left: u64, limits: Limits) -> io::Result<W> {
    let mut from = Source::new(&mut bytes, left, limits);
    let noun = W::decode(&mut from)?;
    from.end().map(|()| noun)
}

/// It arrives as it was sent; cut anywhere, longer, or with less allowed than it takes, it does not;
/// and no damage does more than make it another noun or none.
fn check<W: Wire + PartialEq + Debug>(noun: &W) {
    let bytes = bytes_of(noun);
    let n_bytes = bytes.len() as u64;
    assert_eq!(&decoded::<W>(&bytes, n_bytes, Limits::DEFAULT).unwrap(), noun);
    assert!(decoded::<W>(&bytes, n_bytes - 1, Limits::DEFAULT).is_err());
    assert!(decoded::<W>(&[bytes.as_slice(), &[0]].concat(), PLENTY, Limits::DEFAULT).is_err());
    for n in 0..bytes.len() {
        assert!(decoded::<W>(&bytes[..n], PLENTY, Limits::DEFAULT).is_err(), "cut at {n}");
        for byte in [0, 1, 0x7f, 0x80, 0xff] {
            let mut damaged = bytes.clone();
            damaged[n] = byte;
            let _ = decoded::<W>(&damaged, PLENTY, Limits::DEFAULT);
        }
    }
}

fn grid() -> Grid {
    let rows = [[1.2, 0.3, 0.0, -5.0], [-0.2, 0.9, 0.1, 7.0], [0.0, 0.2, -2.0, 11.0]];
    Grid::new([3, 2, 1], Affine::from_rows(rows).unwrap()).unwrap()
}

fn map(value: i64) -> LabelMap {
    LabelMap::new(grid(), vec![0, 1, 2, 2, 1, 0], vec![0, -4, value]).unwrap()
}

fn code(value: &str) -> Code {
    Code { scheme: "SCT".to_owned(), value: value.to_owned(), meaning: "Kidney".to_owned() }
}

fn segment() -> Segment {
    let meaning = Meaning {
        category: code("1"),
        kind: code("64033007"),
        modifier: Some(code("3")),
        region: None,
        region_modifier: Some(code("5")),
    };
    Segment {
        layer: 1,
        value: i64::MIN,
        name: "Niere, links µ".to_owned(),
        colour: Some([1, 2, 3]),
        meaning: Some(meaning),
    }
}

#[test]
fn segmentations_cross() {
    let bare = Segment { value: 9, ..Segment::default() };
    check(&Segmentation::new(vec![map(7), map(i64::MAX)], vec![segment(), bare]).unwrap());
}

#[test]
fn what_a_file_is_crosses() {
    for kind in [None, Some(Kind::Volume), Some(Kind::Archive)] {
        check(&FileKind(kind));
    }
    for kind in [None, Some(dicom::Kind::Segmentation), Some(dicom::Kind::Other)] {
        check(&DicomKind(kind));
    }
    check(&Header(vec![("dims".to_owned(), "3 µ".to_owned()), Default::default()]));
    check(&Beside(vec!["voxels.raw".to_owned()]));
    check(&IsArchive(true));
    check(&IsArchive(false));
    assert!(decoded::<IsArchive>(&[2], PLENTY, Limits::DEFAULT).is_err());
}

#[test]
fn grids_and_volumes_cross() {
    check(&grid());
    let values = vec![0.0, -1.5, f32::INFINITY, f32::MIN_POSITIVE, 1e30, -0.0];
    check(&Volume::new(grid(), values).unwrap());
}

#[test]
fn meshes_and_points_cross() {
    let positions = vec![[0.0, 1.0, f32::INFINITY], [1e-9, 2.0, 3.0], [4.0, 5.0, 6.0]];
    let part = |name: &str| {
        MeshPart::new(name.to_owned(), positions.clone(), vec![[0, 1, 2]], &Limits::DEFAULT)
    };
    let parts = vec![part("liver").unwrap(), part("").unwrap(), MeshPart::default()];
    let notes = vec!["a note".to_owned(), String::new()];
    let units = Some(Units::Inches);
    check(&MeshFile { parts, units, space: Some(Space::YUp), notes: notes.clone() });
    let normals = vec![[0.0, 0.0, 1.0]; 3];
    check(&PointFile { positions, normals, units: None, space: Some(Space::Lps), notes });
}

#[test]
fn contours_and_tables_cross() {
    let outline = vec![[0.5, -1e300, 3.0], [1.0, 2.0, 3.0]];
    let structure = ContouredStructure {
        number: -3,
        name: "GTV".to_owned(),
        colour: None,
        outlines: vec![outline, Vec::new()],
    };
    check(&Contours { structures: vec![structure, ContouredStructure::default()], n_left_out: 3 });
    let row = |a: &str, b: &str| vec![a.to_owned(), b.to_owned()];
    check(&Table { columns: row("subject", "age"), rows: vec![row("s1", "50"), row("", "")] });
}

#[test]
fn large_arrays_cross_in_steps() {
    let grid = Grid::new([301, 211, 3], Affine::IDENTITY).unwrap();
    let voxels: Vec<u16> = (0..grid.n_voxels()).map(|at| (at * 7919 % 4097) as u16).collect();
    let map = LabelMap::new(grid, voxels, (0..=4096).collect()).unwrap();
    let arrived: LabelMap = decoded(&bytes_of(&map), PLENTY, Limits::DEFAULT).unwrap();
    assert_eq!(arrived, map);
    let LabelVoxels::Wide(voxels) = arrived.into_parts().1 else { panic!("4097 values") };
    assert_eq!(voxels.capacity(), grid.n_voxels(), "memory that nothing fills");
}

#[test]
fn more_than_the_limits_allow_is_refused() {
    let part = |n: usize| {
        let faces = vec![[0, 0, 0]; n];
        MeshPart::new(String::new(), vec![[0.0; 3]; n], faces, &Limits::DEFAULT).unwrap()
    };
    let limits = |most: usize| Limits { vertices: most, faces: most, ..Limits::DEFAULT };
    let bytes = bytes_of(&part(10));
    assert!(decoded::<MeshPart>(&bytes, PLENTY, limits(11)).is_ok());
    assert!(decoded::<MeshPart>(&bytes, PLENTY, limits(10)).is_ok());
    assert!(decoded::<MeshPart>(&bytes, PLENTY, limits(9)).is_err());

    let segmentation = Segmentation::new(vec![map(7); 3], Vec::new()).unwrap();
    let layers = |layers: usize| {
        let limits = Limits { layers, ..Limits::DEFAULT };
        decoded::<Segmentation>(&bytes_of(&segmentation), PLENTY, limits)
    };
    assert!(layers(4).is_ok() && layers(3).is_ok() && layers(2).is_err());
}

#[test]
fn what_its_constructor_refuses_does_not_arrive() {
    let mut bytes = bytes_of(&map(7));
    let first_voxel = 3 * 8 + 12 * 8 + 1 + 8;
    bytes[first_voxel] = 3;
    let error = decoded::<LabelMap>(&bytes, PLENTY, Limits::DEFAULT).unwrap_err();
    assert_eq!(error.to_string(), "a voxel names a label that is not there");
}
