//! Archives, arrays and workbooks between us and Python: zipfile, tarfile, NumPy and openpyxl.
//!
//! `PYTHON` says which one; without it or without those packages these tests skip and say so.

use std::env;
use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;
use std::process::Command;

use medshape_formats::{Input, Limits, archive, npy, npz, table, zip};
use medshape_types::{Affine, Grid, Mask, Mesh, PointCloud, Volume};

use crate::common;

/// Runs a script in a folder; `false` if that cannot be done here.
fn python(folder: &Path, module: &str, script: &str) -> bool {
    let program = env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let run =
        |script: &str| Command::new(&program).args(["-c", script]).current_dir(folder).output();
    if !run(&format!("import {module}")).is_ok_and(|done| done.status.success()) {
        println!("skipped: `{program}` has no {module}");
        return false;
    }
    let done = run(script).unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    true
}

/// Names without the archive's, and bytes.
fn unpacked(path: &Path) -> Vec<(String, Vec<u8>)> {
    let folder = tempfile::tempdir().unwrap();
    let input = Input::on_disk(path);
    assert!(archive::is_archive(&input).unwrap());
    let inputs = archive::unpack(&input, folder.path(), &Limits::DEFAULT).unwrap();
    let file = |input: &Input| {
        let name = input.name().strip_prefix(path).unwrap().to_str().unwrap().to_owned();
        (name, fs::read(input.path()).unwrap())
    };
    inputs.iter().map(file).collect()
}

#[test]
fn archives_of_python_are_read() {
    const SCRIPT: &str = r"
import io, tarfile, zipfile
files = {'a/liver.stl': b'solid ' * 5000, 'a/ö.raw': bytes(range(256)), 'empty': b'', 'n/' + 'x' * 150: b'1'}

class Pipe(io.RawIOBase):
    def __init__(self, path): self.file = open(path, 'wb')
    def writable(self): return True
    def write(self, data): return self.file.write(data)

def pack(target, method, wide):
    with zipfile.ZipFile(target, 'w', method) as out:
        out.mkdir('a')
        for name, data in files.items():
            with out.open(name, 'w', force_zip64=wide) as entry:
                entry.write(data)
        out.comment = b'made by Python'

for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
    for wide in (False, True):
        pack(f'seek{method}{wide}.zip', method, wide)
        pack(Pipe(f'pipe{method}{wide}.zip'), method, wide)

for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
    for mode in ('w', 'w:gz'):
        with tarfile.open(f'{form}{mode[2:]}.tar', mode, format=form) as out:
            folder = tarfile.TarInfo('a')
            folder.type = tarfile.DIRTYPE
            out.addfile(folder)
            for name, data in files.items():
                if form == tarfile.USTAR_FORMAT and len(name) > 100:
                    name = 'n' * 60 + '/' + 'x' * 90
                info = tarfile.TarInfo(name)
                info.size, info.mtime, info.uname = len(data), 1.5, 'somebody'
                out.addfile(info, io.BytesIO(data))
";
    let folder = tempfile::tempdir().unwrap();
    if !python(folder.path(), "numpy", SCRIPT) {
        return;
    }
    let mut n_archives = 0;
    for entry in fs::read_dir(folder.path()).unwrap() {
        let files = unpacked(&entry.unwrap().path());
        assert_eq!(files.len(), 4);
        assert_eq!(files[0], ("a/liver.stl".to_owned(), b"solid ".repeat(5000)));
        assert_eq!(files[1], ("a/ö.raw".to_owned(), (0..=255).collect()));
        assert_eq!(files[2], ("empty".to_owned(), vec![]));
        assert!(files[3].0.len() > 150 && files[3].1 == b"1");
        n_archives += 1;
    }
    assert_eq!(n_archives, 14);
}

#[test]
fn python_reads_our_archives() {
    const SCRIPT: &str = r"
import zipfile
with zipfile.ZipFile('ours.zip') as archive:
    assert archive.testzip() is None
    infos = archive.infolist()
    assert [info.filename for info in infos] == ['a/liver.stl', 'ö', 'b'], infos
    assert all(info.date_time == (1980, 1, 1, 0, 0, 0) for info in infos)
    assert archive.read('a/liver.stl') == b'solid' * 1000
    assert archive.read('ö') == b'aligned' and archive.read('b') == b'1'
    assert infos[0].compress_size < 100
";
    let folder = tempfile::tempdir().unwrap();
    let mut writer = zip::Writer::new(File::create(folder.path().join("ours.zip")).unwrap());
    writer.deflated("a/liver.stl", &b"solid".repeat(1000)).unwrap();
    writer.stored_aligned("ö", b"aligned", 64).unwrap();
    writer.stored("b", b"1").unwrap();
    writer.finish().unwrap();
    python(folder.path(), "numpy", SCRIPT);
}

/// A file in which long runs of zeros are holes.
struct Sparse(File);

impl Write for Sparse {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        const LONG: usize = 1 << 20;
        if bytes.len() >= LONG && bytes.iter().all(|&byte| byte == 0) {
            self.0.seek(SeekFrom::Current(bytes.len() as i64))?;
            return Ok(bytes.len());
        }
        self.0.write_all(bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// What the numbers of the first ZIP have no room for: 70,000 files, and files behind the first 4 GiB.
#[test]
fn archives_of_zip64_are_written_for_python_and_for_us() {
    const SCRIPT: &str = r"
import zipfile
with zipfile.ZipFile('many.zip') as archive:
    assert len(archive.namelist()) == 70_000
    assert archive.read('69999') == b'69999' and archive.read('0') == b'0'
with zipfile.ZipFile('large.zip') as archive:
    infos = archive.infolist()
    assert [info.file_size for info in infos] == [1 << 26] * 65 + [4], infos
    assert infos[-1].header_offset > 1 << 32 and archive.read('last') == b'last'
";
    let folder = tempfile::tempdir().unwrap();
    let create = |name: &str| File::create_new(folder.path().join(name)).unwrap();
    let mut many = zip::Writer::new(io::BufWriter::new(create("many.zip")));
    for n in 0..70_000 {
        many.stored(&n.to_string(), n.to_string().as_bytes()).unwrap();
    }
    many.finish().unwrap();
    let mut large = zip::Writer::new(Sparse(create("large.zip")));
    let zeros = vec![0; 1 << 26];
    for n in 0..65 {
        large.stored(&n.to_string(), &zeros).unwrap();
    }
    large.stored("last", b"last").unwrap();
    large.finish().unwrap();
    let limits = Limits { entries: 1 << 20, archive: 1 << 40, ..Limits::DEFAULT };
    let ours = |name: &str, n_entries: usize| {
        let mut file = File::open(folder.path().join(name)).unwrap();
        let directory = zip::directory(&mut file, &limits).unwrap();
        assert_eq!(directory.entries.len(), n_entries);
        let mut bytes = vec![];
        zip::unpack(&mut file, directory.entries.last().unwrap(), &mut bytes).unwrap();
        bytes
    };
    assert_eq!(ours("many.zip", 70_000), b"69999");
    assert_eq!(ours("large.zip", 66), b"last");
    python(folder.path(), "zipfile", SCRIPT);
}

#[test]
fn arrays_of_numpy_are_read() {
    const SCRIPT: &str = r"
import numpy as np
words = ['?', 'i1', 'u1', 'i2', 'u2', 'i4', 'u4', 'i8', 'u8', 'f2', 'f4', 'f8']
arrays = {}
for word in words:
    values = np.arange(24).reshape(2, 3, 4)
    for order in '<>':
        for layout in 'CF':
            arrays[f'{word}{order}{layout}'] = np.array(values, dtype=np.dtype(word).newbyteorder(order), order=layout)
np.savez('stored.npz', **arrays)
np.savez_compressed('packed.npz', **arrays)
for version in ((1, 0), (2, 0), (3, 0)):
    with open(f'v{version[0]}.npy', 'wb') as out:
        np.lib.format.write_array(out, np.arange(24.0).reshape(2, 3, 4), version)
";
    let folder = tempfile::tempdir().unwrap();
    if !python(folder.path(), "numpy", SCRIPT) {
        return;
    }
    let check = |name: &str, array: npy::Array<'_>| {
        assert_eq!(array.shape(), [2, 3, 4], "{name}");
        for (x, y, z) in [(0, 0, 0), (1, 2, 3), (0, 1, 2), (1, 0, 0)] {
            let expected = (z + 4 * (y + 3 * x)) as f64;
            let expected = if name.starts_with('?') { expected.min(1.0) } else { expected };
            assert_eq!(array.number(&[x, y, z]), expected, "{name}");
        }
    };
    for file in ["stored.npz", "packed.npz"] {
        let bytes = fs::read(folder.path().join(file)).unwrap();
        let arrays = npz::read(&bytes, &Limits::DEFAULT).unwrap();
        assert_eq!(arrays.names().count(), 48);
        arrays.names().for_each(|name| check(name, arrays.array(name).unwrap()));
    }
    for file in ["v1.npy", "v2.npy", "v3.npy"] {
        let bytes = fs::read(folder.path().join(file)).unwrap();
        check(file, npy::read(&bytes, &Limits::DEFAULT).unwrap());
    }
}

#[test]
fn pickled_dictionaries_of_every_protocol_are_read() {
    // As MedShapeNetCore makes its files, and with arrays in lists, of other orders and sizes.
    const SCRIPT: &str = r"
import pickle
from collections import OrderedDict
import numpy as np

class MyDict(OrderedDict):
    def __missing__(self, key):
        value = self[key] = MyDict()
        return value

def group(n):
    data = MyDict()
    data['mask'] = (np.arange(n * 24).reshape(n, 2, 3, 4) % 5 == 1).astype(np.uint8)
    data['point'] = np.arange(n * 30, dtype=float).reshape(n, 10, 3)
    for number in range(n):
        data['mesh']['vertices'][number] = np.asfortranarray(np.arange(12, dtype='>f8').reshape(4, 3) + number)
        data['mesh']['faces'][number] = np.array([[0, 1, 2], [0, 2, 3]])
    data['label'] = np.arange(n) % 2
    return data

flat = group(3)
organs = OrderedDict(liver=group(2), kidney=group(1))
odd = {'mask': [np.ones((1, 1, 1), bool), np.zeros((2, 1, 1))], 'label': [np.int64(1), 0], 'note': None,
       'mesh': {'vertices': np.zeros((2, 3, 3), 'f2'), 'faces': np.array([[[0, 1, 2]], [[2, 1, 0]]])}}
ragged = np.empty(2, object)
ragged[:] = [np.ones((1, 1, 1)), np.ones((1, 2, 1))]
np.savez('flat.npz', data=flat)
np.savez_compressed('organs.npz', data=organs)
for protocol in (2, 3, 4, 5):
    for name, data in (('flat', flat), ('organs', organs), ('odd', odd), ('ragged', {'mask': ragged})):
        with open(f'{name}{protocol}.npy', 'wb') as out:
            array = np.array(None, dtype=object)
            array[()] = data
            np.lib.format.write_array_header_1_0(out, np.lib.format.header_data_from_array_1_0(array))
            pickle.dump(array, out, protocol=protocol)
";
    let folder = tempfile::tempdir().unwrap();
    if !python(folder.path(), "numpy", SCRIPT) {
        return;
    }
    for entry in fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let arrays = npz::read(&fs::read(&path).unwrap(), &Limits::DEFAULT).unwrap();
        let samples = arrays.samples().map_err(|kind| format!("{name}: {kind}")).unwrap().unwrap();
        let names: Vec<String> = samples.iter().map(|sample| sample.name().to_owned()).collect();
        match name.trim_end_matches(char::is_numeric) {
            "flat" => assert_eq!(names, ["0", "1", "2"]),
            "organs" => assert_eq!(names, ["liver/0", "liver/1", "kidney/0"]),
            _ => assert_eq!(names, ["0", "1"]),
        }
        if !name.starts_with("flat") && !name.starts_with("organs") {
            assert_eq!(
                samples.iter().filter(|sample| sample.labels().unwrap().is_some()).count(),
                2
            );
            continue;
        }
        let second = samples.iter().nth(1).unwrap();
        assert_eq!(second.label(), Some(1));
        assert_eq!(second.points().unwrap().unwrap().positions[9], [57.0, 58.0, 59.0]);
        let mesh = second.mesh().unwrap().unwrap();
        assert_eq!(mesh.parts[0].positions()[3], [10.0, 11.0, 12.0]);
        assert_eq!(mesh.parts[0].faces(), [[0, 1, 2], [0, 2, 3]]);
        let labels = second.labels().unwrap().unwrap();
        assert_eq!((labels.grid().dims(), labels.values()), ([2, 3, 4], [0, 1].as_slice()));
        // The 24 numbers from 24 on that leave 1 when divided by 5.
        assert_eq!(labels.counts(), [19, 5]);
    }
}

#[test]
fn numpy_reads_our_arrays() {
    const SCRIPT: &str = r"
import numpy as np
mesh = np.load('mesh.npz', allow_pickle=False)
assert mesh['vertices'].dtype == np.float32 and mesh['vertices'].tolist() == [[0, 0, 0], [2, 0, 0], [0, 3, 0]]
assert mesh['faces'].dtype == np.uint32 and mesh['faces'].tolist() == [[0, 1, 2]]
assert str(mesh['units']) == 'mm' and str(mesh['space']) == 'RAS'
points = np.load('points.npz', allow_pickle=False)
assert points['points'].shape == (3, 3) and points['normals'].tolist() == [[0, 0, 1]] * 3
grid = np.load('mask.npz', allow_pickle=False)
assert grid['occupancy'].dtype == np.uint8 and grid['occupancy'].shape == (2, 3, 4)
assert np.argwhere(grid['occupancy']).tolist() == [[1, 2, 0]]
assert grid['spacing_mm'].tolist() == [1, 0.5, 2]
assert grid['world_from_voxel'].tolist() == [[0, -0.5, 0, 7], [1, 0, 0, -3], [0, 0, 2, 0.5], [0, 0, 0, 1]]
values = np.load('values.npz', allow_pickle=False)['values']
assert values.dtype == np.float32 and values[1, 2, 3] == 23 and values[0, 0, 1] == 6
";
    let folder = tempfile::tempdir().unwrap();
    let out = |name: &str| File::create(folder.path().join(name)).unwrap();
    let positions = vec![[0.0; 3], [2.0, 0.0, 0.0], [0.0, 3.0, 0.0]];
    let mesh = Mesh::new(positions.clone(), vec![[0, 1, 2]]).unwrap();
    npz::write_mesh(&mut out("mesh.npz"), &mesh).unwrap();
    let cloud = PointCloud::new(positions, vec![[0.0, 0.0, 1.0]; 3]).unwrap();
    npz::write_points(&mut out("points.npz"), &cloud).unwrap();
    let rows = [[0.0, -0.5, 0.0, 7.0], [1.0, 0.0, 0.0, -3.0], [0.0, 0.0, 2.0, 0.5]];
    let grid = Grid::new([2, 3, 4], Affine::from_rows(rows).unwrap()).unwrap();
    let inside = grid.index([1, 2, 0]);
    let mask = Mask::new(grid, (0..24).map(|place| place == inside).collect()).unwrap();
    npz::write_occupancy(&mut out("mask.npz"), &mask).unwrap();
    let volume = Volume::new(grid, (0..24_u8).map(f32::from).collect()).unwrap();
    npz::write_volume(&mut out("values.npz"), &volume).unwrap();
    python(folder.path(), "numpy", SCRIPT);
}

#[test]
fn workbooks_of_openpyxl_are_read() {
    const SCRIPT: &str = r"
import datetime, openpyxl
book = openpyxl.Workbook()
book.create_sheet('data', 1)
sheet = book['data']
sheet.append(['id', 'age', 'day', 'dead', 'time', 'note'])
sheet.append(['s1', 50, datetime.date(2024, 2, 29), True, datetime.datetime(1999, 12, 31, 23, 59, 58), ' a <b> & c '])
sheet.append(['s2', 0.1 + 0.2, None, False, datetime.time(12, 30), 'Müller'])
sheet['F9'] = '=1+1'
book.save('book.xlsx')
";
    let folder = tempfile::tempdir().unwrap();
    if !python(folder.path(), "openpyxl", SCRIPT) {
        return;
    }
    let table = table::read(&folder.path().join("book.xlsx")).unwrap();
    assert_eq!(table.columns, ["id", "age", "day", "dead", "time", "note"]);
    let rows: &[&[&str]] = &[
        &["s1", "50", "2024-02-29", "true", "1999-12-31T23:59:58", "a <b> & c"],
        &["s2", "0.3", "", "false", "12:30:00", "Müller"],
    ];
    assert_eq!(table.rows, rows);
}

#[test]
fn every_cell_of_a_real_workbook_is_as_openpyxl_reads_it() {
    const SCRIPT: &str = r"
import openpyxl
sheet = openpyxl.load_workbook(WORKBOOK, data_only=True).worksheets[0]
with open('cells.txt', 'w') as out:
    for row in sheet.iter_rows(values_only=True):
        text = lambda value: '' if value is None else repr(value) if isinstance(value, float) else str(value)
        out.write('\x1f'.join(text(value).strip().removesuffix('.0') for value in row) + '\x1e')
";
    let Some(path) = common::shared("metadata/totalsegmentator_v2_metadata.xlsx") else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = fs::canonicalize(path).unwrap();
    let script = SCRIPT.replace("WORKBOOK", &format!("{:?}", path.to_str().unwrap()));
    if !python(folder.path(), "openpyxl", &script) {
        return;
    }
    let table = table::read(&path).unwrap();
    let text = fs::read_to_string(folder.path().join("cells.txt")).unwrap();
    let rows: Vec<Vec<&str>> =
        text.split_terminator('\u{1e}').map(|row| row.split('\u{1f}').collect()).collect();
    let mut n_cells = 0;
    for (ours, theirs) in [&table.columns].into_iter().chain(&table.rows).zip(&rows) {
        assert_eq!(ours, &theirs[..ours.len()]);
        assert!(theirs[ours.len()..].iter().all(|cell| cell.is_empty()));
        n_cells += ours.len();
    }
    assert_eq!((rows.len(), n_cells), (1229, 1229 * 12));
}
