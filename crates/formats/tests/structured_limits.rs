//! VTK, VTP, GIFTI and 3MF made by hand: their limits, and files that lie.

use medshape_formats::{ErrorKind, Limits, MeshFile, Units, gifti, threemf, vtk, vtp, zip};

type Read = fn(&[u8], &Limits) -> Result<MeshFile, ErrorKind>;
/// A file of so many faces.
type Make = fn(usize) -> Vec<u8>;

fn answer(read: Read, bytes: impl AsRef<[u8]>) -> String {
    answer_within(read, bytes, &Limits::DEFAULT)
}

fn answer_within(read: Read, bytes: impl AsRef<[u8]>, limits: &Limits) -> String {
    match read(bytes.as_ref(), limits) {
        Ok(file) => format!("{} faces", file.n_faces()),
        Err(kind) => kind.to_string(),
    }
}

/// `n` triangles over three points.
fn legacy(n: usize) -> String {
    let cells = "3 0 1 2\n".repeat(n);
    format!(
        "# vtk DataFile Version 3.0\ntitle\nASCII\nDATASET POLYDATA\nPOINTS 3 float\n\
         0 0 0 1 0 0 0 1 0\nPOLYGONS {n} {}\n{cells}",
        4 * n
    )
}

fn xml(n: usize) -> String {
    let corners = "0 1 2 ".repeat(n);
    let ends: String = (1..=n).map(|end| format!("{} ", 3 * end)).collect();
    format!(
        r#"<VTKFile type="PolyData" version="0.1"><PolyData>
<Piece NumberOfPoints="3" NumberOfPolys="{n}">
<Points><DataArray type="Float32" NumberOfComponents="3" format="ascii">0 0 0 1 0 0 0 1 0</DataArray></Points>
<Polys><DataArray type="Int32" Name="connectivity" format="ascii">{corners}</DataArray>
<DataArray type="Int32" Name="offsets" format="ascii">{ends}</DataArray></Polys>
</Piece></PolyData></VTKFile>"#
    )
}

fn surface(n: usize) -> String {
    let faces = "0 1 2 ".repeat(n);
    format!(
        r#"<GIFTI Version="1.0" NumberOfDataArrays="2">
<DataArray Intent="NIFTI_INTENT_POINTSET" DataType="NIFTI_TYPE_FLOAT32" Dimensionality="2" Dim0="3" Dim1="3" Encoding="ASCII"><Data>0 0 0 1 0 0 0 1 0</Data></DataArray>
<DataArray Intent="NIFTI_INTENT_TRIANGLE" DataType="NIFTI_TYPE_INT32" Dimensionality="2" Dim0="{n}" Dim1="3" Encoding="ASCII"><Data>{faces}</Data></DataArray>
</GIFTI>"#
    )
}

const TRIANGLE: &str = r#"<mesh><vertices><vertex x="0" y="0" z="0"/><vertex x="1" y="0" z="0"/><vertex x="0" y="1" z="0"/></vertices><triangles><triangle v1="0" v2="1" v3="2"/></triangles></mesh>"#;

fn model(resources: &str, items: &str) -> String {
    format!(
        r#"<model unit="inch" xmlns="c" xmlns:p="http://schemas.microsoft.com/3dmanufacturing/production/2015/06"><resources>{resources}</resources><build>{items}</build></model>"#
    )
}

const TARGET: &str = "http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel";

fn package(models: &[(&str, String)]) -> Vec<u8> {
    let mut archive = zip::Writer::new(Vec::new());
    let rels = format!(
        r#"<Relationships><Relationship Type="x" Target="/y"/><Relationship Type="{TARGET}" Target="/{}"/></Relationships>"#,
        models[0].0
    );
    archive.deflated("_rels/.rels", rels.as_bytes()).unwrap();
    for (name, text) in models {
        archive.deflated(name, text.as_bytes()).unwrap();
    }
    archive.finish().unwrap()
}

fn printed(n: usize) -> Vec<u8> {
    let triangles = r#"<triangle v1="0" v2="1" v3="2"/>"#;
    let mesh = TRIANGLE.replace(triangles, &triangles.repeat(n));
    let object = format!(r#"<object id="1">{mesh}</object>"#);
    package(&[("3D/a.model", model(&object, r#"<item objectid="1"/>"#))])
}

#[test]
fn faces_and_vertices_have_limits_in_each_format() {
    let base = Limits::DEFAULT;
    let formats: [(Read, Make); 4] = [
        (vtk::read, |n| legacy(n).into()),
        (vtp::read, |n| xml(n).into()),
        (gifti::read, |n| surface(n).into()),
        (threemf::read, printed),
    ];
    for (read, file) in formats {
        let limits = Limits { faces: 10, ..base };
        assert_eq!(answer_within(read, file(9), &limits), "9 faces");
        assert_eq!(answer_within(read, file(10), &limits), "10 faces");
        assert_eq!(answer_within(read, file(11), &limits), "more than 10 triangles");
        for (vertices, expected) in [(4, "1 faces"), (3, "1 faces"), (2, "more than 2 vertices")] {
            assert_eq!(answer_within(read, file(1), &Limits { vertices, ..base }), expected);
        }
    }
}

#[test]
fn polygons_of_many_corners_have_a_limit() {
    let polygon = |n: usize| {
        let corners = "0 ".repeat(n - 3);
        let cell = format!("POLYGONS 1 {}\n{n} {corners} 0 1 2", n + 1);
        legacy(1).split("POLYGONS").next().unwrap().to_owned() + &cell
    };
    assert_eq!(answer(vtk::read, polygon(255)), "1 faces");
    assert_eq!(answer(vtk::read, polygon(256)), "1 faces");
    assert_eq!(answer(vtk::read, polygon(257)), "more than 256 corners of one polygon");
}

#[test]
fn numbers_have_a_length_and_words_too() {
    let long = |n: usize| format!("0.{}", "0".repeat(n - 2));
    let formats: [(Read, String); 3] =
        [(vtk::read, legacy(1)), (vtp::read, xml(1)), (gifti::read, surface(1))];
    for (read, text) in formats {
        for (n, is_taken) in [(31, true), (32, true), (33, false)] {
            let text = text.replacen("0 0 0 1 0 0", &format!("{} 0 0 1 0 0", long(n)), 1);
            let answer = answer(read, text);
            assert_eq!(answer == "1 faces", is_taken, "{n}: {answer}");
        }
    }
    let limits = Limits { token: 8, ..Limits::DEFAULT };
    assert_eq!(answer_within(vtk::read, legacy(1), &limits), "1 faces");
    let limits = Limits { token: 7, ..Limits::DEFAULT };
    assert_eq!(answer_within(vtk::read, legacy(1), &limits), "more than 7 bytes in a word");
}

#[test]
fn a_title_of_any_length_within_a_line_is_taken() {
    for (n, expected) in [(99, "1 faces"), (100, "1 faces"), (101, "more than 100 bytes in a line")]
    {
        let text = legacy(1).replace("title", &"x".repeat(n));
        let limits = Limits { line: 100, ..Limits::DEFAULT };
        assert_eq!(answer_within(vtk::read, text, &limits), expected);
    }
}

#[test]
fn legacy_files_that_lie_are_refused() {
    for (old, new, reason) in [
        ("POINTS 3", "POINTS 4", "`POLYGONS` is no number"),
        ("POINTS 3", "POINTS 19999999", "values where"),
        ("POINTS 3", "POINTS 4000000000", "more than 20000000 vertices"),
        ("POINTS 3", "POINTS 18446744073709551616", "is no number"),
        ("POINTS 3", "POINTS -3", "is no number"),
        ("POLYGONS 1 4", "POLYGONS 1 4000000000", "values where"),
        ("POLYGONS 1 4", "POLYGONS 2 4", "another number of cells"),
        ("3 0 1 2", "4 0 1 2", "corners that are not there"),
        ("3 0 1 2", "-1 0 1 2", "corners that are not there"),
        ("3 0 1 2", "3 0 1 3", "names vertex 3"),
        ("3 0 1 2", "3 0 1 -2", "names vertex -2"),
        ("Version 3.0", "Version 9.0", "a version that is not 1 to 5"),
        ("ASCII", "EBCDIC", "neither `ASCII` nor `BINARY`"),
        ("POLYDATA", "STRUCTURED_POINTS", "`STRUCTURED_POINTS`: only polygons"),
        ("POLYDATA\n", "POLYDATA\nNONSENSE 1\n", "`NONSENSE` stands where"),
        ("float", "quad", "numbers of type `quad`"),
        ("float", "string", "points that are no numbers"),
        ("# vtk", "# vtx", "does not begin with its version"),
        ("POLYGONS 1 4\n3 0 1 2", "LINES 1 3\n2 0 1", "holds lines and no faces"),
        ("POLYGONS 1 4\n3 0 1 2", "", "holds points and no faces"),
        ("POLYDATA\n", "POLYDATA\nFIELD f 1\na 4294967295 4294967295 int\n", "values where"),
        ("POLYDATA\n", "POLYDATA\nFIELD f 1\na 18446744073709551615 2 int\n", "beyond all bounds"),
        ("POLYDATA\n", "POLYDATA\nFIELD f 5000\n", "more than 4096 arrays in a field"),
    ] {
        let text = legacy(1);
        assert!(text.contains(old), "{old}");
        let answer = answer(vtk::read, text.replace(old, new));
        assert!(answer.contains(reason), "{new}: {answer}");
    }
    // Version 5: offsets and corners apart.
    let new = legacy(1).replace("3.0", "5.1").replace(
        "POLYGONS 1 4\n3 0 1 2",
        "POLYGONS 2 3\nOFFSETS vtktypeint64\n0 3\nCONNECTIVITY vtktypeint64\n0 1 2",
    );
    assert_eq!(answer(vtk::read, &new), "1 faces");
    for (old, bad) in
        [("0 3\n", "0 4\n"), ("0 3\n", "1 3\n"), ("0 3\n", "0 -3\n"), ("OFFSETS", "X")]
    {
        assert!(answer(vtk::read, new.replace(old, bad)).starts_with("malformed VTK"), "{bad}");
    }
    let grid = legacy(1)
        .replace("POLYDATA", "UNSTRUCTURED_GRID")
        .replace("POLYGONS 1 4\n3 0 1 2", "CELLS 1 4\n3 0 1 2\nCELL_TYPES 1\n5");
    assert_eq!(answer(vtk::read, &grid), "1 faces");
    assert!(answer(vtk::read, grid.replace("TYPES 1\n5", "TYPES 2\n5 5")).contains("CELL_TYPES"));
    assert!(answer(vtk::read, grid.replace("\n5", "\n10")).contains("holds volume cells"));
}

#[test]
fn bytes_that_a_binary_legacy_file_lacks_are_not_asked_for() {
    let head = "# vtk DataFile Version 3.0\n\nBINARY\nDATASET POLYDATA\n";
    for text in [
        "POINTS 20000000 double\n",
        "POINTS 1 float\n",
        "POINTS 1 float x\n0123456789ab",
        "POLYGONS 1 18446744073709551615\n",
        "FIELD f 1\nw 1 1000000000 string\n\0\0\0\0\0\0\0\u{1}",
        "FIELD f 1\nb 1 18446744073709551615 bit\n",
    ] {
        let answer = answer(vtk::read, format!("{head}{text}"));
        let is_refused = ["malformed VTK", "truncated VTK"].iter().any(|so| answer.starts_with(so));
        assert!(is_refused, "{text}: {answer}");
    }
}

#[test]
fn xml_of_vtk_that_lies_is_refused() {
    let points = r#"NumberOfPoints="3""#;
    for (old, new, reason) in [
        (points, r#"NumberOfPoints="4""#, "another number of points"),
        (points, r#"NumberOfPoints="-1""#, "is no count"),
        (points, r#"NumberOfPoints="4000000000""#, "more than 20000000 vertices"),
        (points, r#"NumberOfPoints="18446744073709551615""#, "more than 20000000 vertices"),
        (r#"NumberOfPolys="1""#, r#"NumberOfPolys="2""#, "another number of cells"),
        (r#"NumberOfPolys="1""#, r#"NumberOfPolys="0""#, "holds points and no faces"),
        (">3 </", ">4 </", "lead out of `connectivity`"),
        (">3 </", ">-3 </", "lead out of `connectivity`"),
        ("0 1 2 <", "0 1 3 <", "names vertex 3"),
        (r#"NumberOfComponents="3""#, r#"NumberOfComponents="2""#, "three coordinates"),
        ("Float32", "Float128", "`Float128` is no type of numbers"),
        (r#"type="Int32" Name="c"#, r#"type="Float32" Name="c"#, "no whole numbers"),
        (r#"format="ascii""#, r#"format="appended" offset="9""#, "appended data is missing"),
        (r#"format="ascii""#, r#"format="binary""#, "an array"),
        (r#"format="ascii""#, r#"format="hex""#, "`hex` is no form"),
        (r#"type="PolyData""#, r#"type="UnstructuredGrid""#, "only `PolyData` is read"),
        (r#"version="0.1""#, r#"compressor="vtkLZ4DataCompressor""#, "vtkLZ4DataCompressor"),
        (r#"version="0.1""#, r#"byte_order="Middle""#, "`byte_order`"),
        (r#"version="0.1""#, r#"header_type="UInt8""#, "`header_type`"),
        ("</VTKFile>", "", "it ends inside of an element"),
        ("</VTKFile>", "</VTKFile>PK", "something follows"),
        ("<VTKFile", "<!DOCTYPE a [<!ENTITY b 'c'>]><VTKFile", "declares something"),
        ("0 1 2 <", "&b;<", "means nothing"),
        ("0 1 2 <", "0 1 x<", "`x` is no number"),
    ] {
        let text = xml(1);
        assert!(text.contains(old), "{old}");
        let answer = answer(vtp::read, text.replace(old, new));
        assert!(answer.contains(reason), "{new}: {answer}");
    }
    let deep = format!("<VTKFile type=\"PolyData\">{}", "<a>".repeat(100_000));
    assert_eq!(answer(vtp::read, deep), "more than 32 XML elements in one another");
}

/// Arrays behind the XML, each with its length in front.
fn appended(points: &str, pieces: usize, bytes: &[u8], root: &str) -> Vec<u8> {
    let piece = format!(
        r#"<Piece NumberOfPoints="{points}" NumberOfPolys="1"><Points><DataArray type="Float32" format="appended" offset="0"/></Points><Polys><DataArray type="Int32" Name="connectivity" format="appended" offset="40"/><DataArray type="Int32" Name="offsets" format="appended" offset="56"/></Polys></Piece>"#
    );
    let head = format!(
        r#"<VTKFile type="PolyData" {root}><PolyData>{}</PolyData><AppendedData encoding="raw">_"#,
        piece.repeat(pieces)
    );
    [head.as_bytes(), bytes, b"</AppendedData></VTKFile>"].concat()
}

#[test]
fn appended_bytes_are_taken_once_and_only_if_they_are_there() {
    let mut bytes = Vec::new();
    bytes.extend(36_u32.to_le_bytes());
    for value in [0.0_f32, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0] {
        bytes.extend(value.to_le_bytes());
    }
    for values in [&[12_u32, 0, 1, 2][..], &[4, 3]] {
        bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }
    assert_eq!(answer(vtp::read, appended("3", 1, &bytes, "")), "1 faces");
    let limits = Limits { parts: 3, ..Limits::DEFAULT };
    for (n, expected) in [(2, "2 faces"), (3, "3 faces"), (4, "more than 3 pieces")] {
        assert_eq!(answer_within(vtp::read, appended("3", n, &bytes, ""), &limits), expected);
    }
    for (place, value) in [(0, u32::MAX), (0, 37), (0, 32), (40, u32::MAX), (56, u32::MAX), (56, 0)]
    {
        let mut bytes = bytes.clone();
        bytes[place..place + 4].copy_from_slice(&value.to_le_bytes());
        let answer = answer(vtp::read, appended("3", 1, &bytes, ""));
        assert!(answer.starts_with("malformed VTP"), "{place} = {value}: {answer}");
    }
    // Blocks: how many, how long, the last one, how long each is when packed.
    let zlib = r#"compressor="vtkZLibDataCompressor""#;
    for header in [
        [u32::MAX, 1, 0, 8],
        [1, u32::MAX, 0, 8],
        [1, 36, 0, u32::MAX],
        [2, u32::MAX, u32::MAX, 8],
        [1, 36, 0, 8],
        [0, 36, 0, 8],
    ] {
        let mut bytes: Vec<u8> = header.iter().flat_map(|value| value.to_le_bytes()).collect();
        bytes.resize(64, 0);
        let answer = answer(vtp::read, appended("3", 1, &bytes, zlib));
        assert!(answer.starts_with("malformed VTP"), "{header:?}: {answer}");
    }
}

#[test]
fn pieces_that_share_their_bytes_are_refused() {
    // Not the bytes of the file but those that arrays take in all are held against its length.
    let n_points = 30_000_usize;
    let mut bytes = Vec::new();
    bytes.extend((12 * n_points as u32).to_le_bytes());
    bytes.resize(4 + 12 * n_points, 0);
    let piece = format!(
        r#"<Piece NumberOfPoints="{n_points}"><Points><DataArray type="Float32" format="appended" offset="0"/></Points></Piece>"#
    );
    let head = format!(
        r#"<VTKFile type="PolyData"><PolyData>{}</PolyData><AppendedData encoding="raw">_"#,
        piece.repeat(3)
    );
    let file = [head.as_bytes(), &bytes, b"</AppendedData></VTKFile>"].concat();
    assert_eq!(answer(vtp::read, file), "malformed VTP: its arrays are longer than the file");
}

#[test]
fn surfaces_that_lie_are_refused() {
    let ascii = r#"Encoding="ASCII""#;
    for (old, new, reason) in [
        (r#"Dim0="3""#, r#"Dim0="4""#, "another length"),
        (r#"Dim0="3""#, r#"Dim0="2""#, "another length"),
        (r#"Dim0="3""#, r#"Dim0="18446744073709551615""#, "more than 20000000 vertices"),
        (r#"Dim0="1""#, r#"Dim0="4000000000""#, "more than 20000000 triangles"),
        (r#"Dim1="3""#, r#"Dim1="4""#, "do not come in threes"),
        (r#"Dimensionality="2""#, r#"Dimensionality="1""#, "do not come in threes"),
        (ascii, r#"Encoding="ExternalFileBinary" ExternalFileName="/etc/passwd""#, "another file"),
        (ascii, r#"Encoding="Base64Binary""#, "damaged"),
        (ascii, r#"Encoding="GZipBase64Binary""#, "damaged"),
        (ascii, r#"Encoding="ROT13""#, "`Encoding` is `ROT13`"),
        (ascii, r#"Encoding="ASCII" Endian="Middle""#, "`Endian` is `Middle`"),
        (ascii, r#"Encoding="ASCII" ArrayIndexingOrder="X""#, "`ArrayIndexingOrder`"),
        (ascii, r#"Encoding="ASCII" ArrayIndexingOrder="ColumnMajorOrder""#, "column order"),
        ("NIFTI_TYPE_INT32", "NIFTI_TYPE_FLOAT32", "no whole numbers"),
        ("NIFTI_TYPE_INT32", "NIFTI_TYPE_RGB24", "`DataType` is `NIFTI_TYPE_RGB24`"),
        ("NIFTI_INTENT_TRIANGLE", "NIFTI_INTENT_SHAPE", "holds points and no triangles"),
        ("NIFTI_INTENT_POINTSET", "NIFTI_INTENT_SHAPE", "not as many sets of points"),
        ("<Data>0 1 2 </Data>", "", "without `Data`"),
        ("<Data>0 1 2 ", "<Data>0 1 3 ", "names vertex 3"),
        ("<GIFTI", "<CIFTI", "does not begin with `<GIFTI>`"),
        ("</GIFTI>", "</GIFTI><html/>", "something follows"),
    ] {
        let text = surface(1);
        assert!(text.contains(old), "{old}");
        let answer = answer(gifti::read, text.replace(old, new));
        assert!(answer.contains(reason), "{new}: {answer}");
    }
    assert_eq!(answer(gifti::read, surface(1) + "\n\0"), "1 faces");
    let limits = Limits { parts: 2, ..Limits::DEFAULT };
    assert_eq!(answer_within(gifti::read, surface(1), &limits), "1 faces");
    let limits = Limits { parts: 1, ..Limits::DEFAULT };
    assert_eq!(answer_within(gifti::read, surface(1), &limits), "more than 1 data arrays");
    let matrix = |numbers: &str| {
        let matrix = format!(
            "<CoordinateSystemTransformMatrix><DataSpace><![CDATA[NIFTI_XFORM_UNKNOWN]]></DataSpace>\
             <TransformedSpace>NIFTI_XFORM_SCANNER_ANAT</TransformedSpace>\
             <MatrixData>{numbers}</MatrixData></CoordinateSystemTransformMatrix><Data>0 0 0"
        );
        surface(1).replace("<Data>0 0 0", &matrix)
    };
    let moved = gifti::read(matrix("1 0 0 5 0 1 0 6 0 0 1 7 0 0 0 1").as_bytes(), &Limits::DEFAULT);
    let moved = moved.unwrap();
    assert_eq!(moved.parts[0].positions()[0], [5.0, 6.0, 7.0]);
    assert_eq!(moved.notes, ["its matrix to scanner space was applied"]);
    for numbers in
        ["1 0 0 5", "1 0 0 5 0 1 0 6 0 0 1 7 0 0 1 1", "nan 0 0 5 0 1 0 6 0 0 1 7 0 0 0 1"]
    {
        assert!(answer(gifti::read, matrix(numbers)).contains("not affine"), "{numbers}");
    }
    let talairach = matrix("1 0 0 5 0 1 0 6 0 0 1 7 0 0 0 1").replace("SCANNER_ANAT", "TALAIRACH");
    let file = gifti::read(talairach.as_bytes(), &Limits::DEFAULT).unwrap();
    assert_eq!((file.parts[0].positions()[0], file.notes.len()), ([0.0; 3], 0));
}

#[test]
fn items_and_components_put_objects_where_they_say() {
    let objects = format!(
        r#"<object id="1" name="a">{TRIANGLE}</object><object id="2"><components><component objectid="1" transform="2 0 0 0 1 0 0 0 1 10 0 0"/><component objectid="3" p:path="/3D/b.model"/></components></object>"#
    );
    let other = model(&format!(r#"<object id="3" name="b">{TRIANGLE}</object>"#), "");
    let items = r#"<item objectid="2" transform="0 1 0 1 0 0 0 0 1 0 0 5"/><item objectid="1"/>"#;
    let bytes = package(&[("3D/a.model", model(&objects, items)), ("3D/b.model", other)]);
    let file = threemf::read(&bytes, &Limits::DEFAULT).unwrap();
    assert_eq!((file.units, file.space), (Some(Units::Inches), None));
    let names: Vec<_> = file.parts.iter().map(|part| part.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "a"]);
    // First doubled and moved along x, then x and y changed places, which turns the face over.
    assert_eq!(file.parts[0].positions(), [[0.0, 10.0, 5.0], [0.0, 12.0, 5.0], [1.0, 10.0, 5.0]]);
    assert_eq!(file.parts[0].faces(), [[0, 2, 1]]);
    assert_eq!(file.parts[2].faces(), [[0, 1, 2]]);
}

#[test]
fn packages_that_lie_are_refused() {
    let object = format!(r#"<object id="1">{TRIANGLE}</object>"#);
    let item = r#"<item objectid="1"/>"#;
    let one = |resources: &str, items: &str| package(&[("3D/a.model", model(resources, items))]);
    for (resources, items, reason) in [
        (object.as_str(), "", "holds no faces"),
        (&object, r#"<item objectid="2"/>"#, "names object 2"),
        (&object, r#"<item/>"#, "`objectid` is missing"),
        (&object, r#"<item objectid="1" transform="1 0 0"/>"#, "not twelve numbers"),
        (&object, r#"<item objectid="1" transform="0 0 0 0 0 0 0 0 0 0 0 0"/>"#, "flattened"),
        (&object, r#"<item objectid="1" transform="nan 0 0 0 1 0 0 0 1 0 0 0"/>"#, "twelve"),
        (
            &object,
            r#"<item objectid="1" p:path="/3D/b.model"/>"#,
            "`3D/b.model` is not in the archive",
        ),
        (&object, r#"<item objectid="1" p:path="../../etc/passwd"/>"#, "is not in the archive"),
        (&object.repeat(2), item, "object 1 is there twice"),
        (&object.replace("v3=\"2\"", "v3=\"3\""), item, "names vertex 3"),
        (&object.replace("v3=\"2\"", "v3=\"-1\""), item, "names vertex -1"),
        (&object.replace("v3=\"2\"", ""), item, "`v3` is missing"),
        (&object.replace("x=\"1\"", "x=\"one\""), item, "`one` is no number"),
    ] {
        let answer = answer(threemf::read, one(resources, items));
        assert!(answer.contains(reason), "{items}: {answer}");
    }
    let text = model(&object, item);
    for (old, new, reason) in [
        ("unit=\"inch\"", "unit=\"parsec\"", "`unit` is `parsec`"),
        (
            "unit=\"inch\"",
            "requiredextensions=\"b\" xmlns:b=\"urn:beam\"",
            "the extension `urn:beam`",
        ),
        ("<model", "<modal", "does not begin with `<model>`"),
    ] {
        let answer = answer(threemf::read, package(&[("a", text.replace(old, new))]));
        assert!(answer.contains(reason), "{new}: {answer}");
    }
    let mut bare = zip::Writer::new(Vec::new());
    bare.stored("a", b"b").unwrap();
    assert!(answer(threemf::read, bare.finish().unwrap()).contains("`_rels/.rels` is not in"));
    assert!(answer(threemf::read, b"PK\x03\x04").starts_with("malformed ZIP"));
}

#[test]
fn objects_in_one_another_have_limits() {
    // Each object is the next one twice: with 30 of them a thousand million triangles.
    let doubled = |n: usize| {
        let pair = |at: usize| {
            let component = format!(r#"<component objectid="{}"/>"#, at + 1).repeat(2);
            format!(r#"<object id="{at}"><components>{component}</components></object>"#)
        };
        let objects: String = (1..n).map(pair).collect();
        let last = format!(r#"<object id="{n}">{TRIANGLE}</object>"#);
        package(&[("a", model(&(objects + &last), r#"<item objectid="1"/>"#))])
    };
    assert_eq!(answer(threemf::read, doubled(11)), "1024 faces");
    assert_eq!(answer(threemf::read, doubled(30)), "more than 4096 items and components");
    let limits = Limits { faces: 4, ..Limits::DEFAULT };
    assert_eq!(answer_within(threemf::read, doubled(3), &limits), "4 faces");
    assert_eq!(answer_within(threemf::read, doubled(4), &limits), "more than 4 triangles");
    let limits = Limits { depth: 5, ..Limits::DEFAULT };
    // The model itself is as deep as `model/resources/object/components/component`.
    for (n, expected) in
        [(4, "8 faces"), (5, "16 faces"), (6, "more than 5 objects in one another")]
    {
        let bytes = doubled(n);
        let answer = answer_within(threemf::read, bytes, &limits);
        assert!(answer == expected || answer.contains("XML elements"), "{n}: {answer}");
    }
    let ring = r#"<object id="1"><components><component objectid="1"/></components></object>"#;
    let ring = package(&[("a", model(ring, r#"<item objectid="1"/>"#))]);
    assert_eq!(answer(threemf::read, ring), "more than 32 objects in one another");
    let limits = Limits { parts: 2, ..Limits::DEFAULT };
    for (n, expected) in [(1, "1 faces"), (2, "2 faces"), (3, "more than 2 items and components")] {
        let object = format!(r#"<object id="1">{TRIANGLE}</object>"#);
        let items = r#"<item objectid="1"/>"#.repeat(n);
        let bytes = package(&[("a", model(&object, &items))]);
        assert_eq!(answer_within(threemf::read, bytes, &limits), expected);
    }
}
