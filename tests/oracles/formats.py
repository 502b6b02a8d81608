"""Every file of the shared data, as medshape and as another program read it.

    python3 tests/oracles/formats.py target/release/medshape                  # print what differs
    python3 tests/oracles/formats.py target/release/medshape --table FILE.tsv # and keep the whole table

Voxels: dims, affine (RAS+), voxels of each label, against nibabel (NIfTI, Analyze, MGH), pynrrd (NRRD),
SimpleITK (MetaImage) and pydicom (DICOM SEG). Meshes: triangles, vertices at different places, volume,
against trimesh (STL, OBJ, PLY, OFF, glTF), VTK (VTP) and nibabel (GIFTI).
A file on which we differ from the other program has to stand in `EXPLAINED`, with the reason.
"""

import argparse
import json
import subprocess
import sys
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
FOLDERS = ["volumes", "meshes", "nc_sharealike"]
MESHES = (".stl", ".obj", ".ply", ".off", ".glb", ".gltf", ".vtp", ".gii")
VOLUMES = (".nii", ".nii.gz", ".nrrd", ".mha", ".mhd", ".mgz", ".hdr", ".dcm", ".seg")

# File: why we and the other program do not say the same. Each was looked at.
EXPLAINED = {
    "volumes/frog/frogtissue.mhd": "its header says 260,020 packed bytes and there are 262,087: SimpleITK stops "
    "there and leaves 2,670 voxels of label 13 empty; we read the stream to its checksum, which is right",
    "volumes/odd_headers/example_nifti2.nii.gz": "two volumes, one after the other: refused, as no label map has them",
    "volumes/odd_headers/test.mgz": "two frames: refused, as no label map has them",
    "meshes/broken_edge/assimp_OBJ__box_UTF16BE.obj": "UTF-16, which trimesh reads only with a further package",
    "meshes/broken_edge/trimesh_face_in_group_name.obj": "one vertex and no face: no mesh, and OBJ is no format of points",
    "meshes/broken_edge/trimesh_wallhole.obj": "we cut its polygons without triangles of no area, which closes it; "
    "trimesh cuts them as fans, 11 of whose triangles have none",
    "meshes/anatomy/opensim_jaw_s.vtp": "1,108 bent quads: cut along the other diagonal the volume is 0.2 % larger",
    "meshes/anatomy/opensim_skull.vtp": "VTK leaves out 4 triangles of two polygons with 6 corners, and a hole in each",
    "meshes/anatomy/opensim_spine.vtp": "91 polygons name 7 corners, many of them the same one twice: VTK leaves out "
    "what has no area, 157 triangles more than the 22 repeated last corners that we leave out",
}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("medshape", type=Path)
    arguments.add_argument("--table", type=Path, help="write a line per file to this TSV file")
    options = arguments.parse_args()
    n_passed, n_failed = check(options.medshape.resolve(), options.table)
    print(f"files: {n_passed} as the other program reads them or explained, {n_failed} not")
    sys.exit(1 if n_failed else 0)


def check(program, table=None):
    try:
        global nibabel, np, trimesh, nrrd, SimpleITK, pydicom, vtk, numpy_support
        import nibabel
        import nrrd
        import numpy as np
        import pydicom
        import SimpleITK
        import trimesh
        import vtk
        from vtk.util import numpy_support
    except ImportError as missing:
        print(f"oracle tests of formats skipped: {missing} (pip install -r tests/oracles/requirements.txt)")
        return 0, 0
    if not DATA.is_dir():
        print("oracle tests of formats skipped: ../shared/data is not there")
        return 0, 0
    SimpleITK.ProcessObject_SetGlobalWarningDisplay(False)
    vtk.vtkObject.GlobalWarningDisplayOff()
    warnings.simplefilter("ignore")
    rows = [row(program, path) for path in files()]
    if table:
        write(rows, table)
    wrong = [row for row in rows if row["verdict"] == "differs"]
    for row_ in wrong:
        print(f"FAILED {row_['file']}: ours {row_['ours']}; {row_['peer_name']} {row_['peer']}")
    return len(rows) - len(wrong), len(wrong)


def files():
    found = (path for folder in FOLDERS for path in sorted((DATA / folder).rglob("*")))
    wanted = MESHES + VOLUMES
    return [path for path in found if path.is_file() and path.name.lower().endswith(wanted)]


def row(program, path):
    name = str(path.relative_to(DATA))
    ours = read_ours(program, path)
    peer_name, peer = read_peer(path)
    is_same = same(ours, peer)
    why = EXPLAINED.get(name, "")
    verdict = "same" if is_same else "explained" if why else "differs"
    return {
        "file": name,
        "verdict": verdict,
        "ours": words(ours),
        "peer_name": peer_name,
        "peer": words(peer),
        "explanation": why,
    }


def read_ours(program, path):
    command = [program, "inspect", path, "--json"]
    if path.suffix.lower() in (".vtp", ".stl", ".obj", ".ply", ".off", ".glb", ".gltf", ".gii"):
        command += ["--units", "mm", "--space", "RAS"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        return {"refused": done.stderr.strip().split("`: ", 1)[-1]}
    found = json.loads(done.stdout)
    if found["kind"] in ("labels", "image"):
        grid = found["grid"]
        counts = None
        if found["kind"] == "labels":
            counts = sorted((label["value"], label["n_voxels"]) for label in found["labels"] if label["n_voxels"])
        return {"dims": grid["dims"], "affine": grid["world_from_voxel"], "counts": counts}
    if found["kind"] == "mesh":
        mesh = found["mesh"]
        return {"faces": mesh["n_faces"], "places": mesh["n_places"], "volume": mesh["volume_mm3"]}
    if found["kind"] == "points":
        count = next(fact["value"] for fact in found["facts"] if fact["name"] == "points")
        return {"points": int(count)}
    return {"refused": found["kind"]}


def read_peer(path):
    lower = path.name.lower()
    readers = [
        ((".nii", ".nii.gz", ".hdr", ".mgz"), "nibabel", with_nibabel),
        ((".nrrd",), "pynrrd", with_pynrrd),
        ((".mha", ".mhd"), "SimpleITK", with_simpleitk),
        ((".dcm", ".seg"), "pydicom", with_pydicom),
        ((".gii",), "nibabel", gifti),
        ((".vtp",), "VTK", vtp),
        (MESHES, "trimesh", with_trimesh),
    ]
    name, reader = next((name, reader) for ends, name, reader in readers if lower.endswith(ends))
    try:
        return name, reader(path)
    except BaseException as error:
        return name, {"refused": f"{type(error).__name__}: {error}".replace(f"{DATA}/", "").splitlines()[0][:120]}


def voxels(values, affine):
    values = np.asarray(values)
    if values.dtype.names or np.iscomplexobj(values):
        return {"refused": "colours or complex numbers"}
    dims = list(values.shape) + [1] * (3 - values.ndim)
    while len(dims) > 3 and dims[-1] == 1:
        dims.pop()
    counts = None
    if np.all(np.isfinite(values)) and np.array_equal(values, np.round(values)):
        found, n = np.unique(values, return_counts=True)
        if len(found) <= 4097:
            counts = sorted((int(v), int(c)) for v, c in zip(found, n) if v != 0)
    return {"dims": [int(dim) for dim in dims], "affine": [[float(x) for x in row] for row in affine[:3]], "counts": counts}


def with_nibabel(path):
    image = nibabel.load(path)
    return voxels(image.dataobj, image.affine)


LPS = [-1, -1, 1, 1]


def with_pynrrd(path):
    values, header = nrrd.read(str(path))
    directions = np.asarray(header.get("space directions", np.eye(3)), float)
    directions = directions[~np.isnan(directions).any(axis=1)]
    affine = np.eye(4)
    affine[:3, :3] = directions.T
    affine[:3, 3] = header.get("space origin", [0, 0, 0])
    if header.get("space", "").lower() in ("left-posterior-superior", "lps"):
        affine = np.diag(LPS) @ affine
    if values.ndim == 4:
        return {"dims": list(values.shape[1:]), "affine": affine[:3].tolist(), "counts": layer_counts(values, header)}
    return voxels(values, affine)


def layer_counts(values, header):
    counts = []
    for layer in values:
        found, n = np.unique(layer, return_counts=True)
        counts += [(int(v), int(c)) for v, c in zip(found, n) if v != 0]
    return sorted(counts)


def with_simpleitk(path):
    image = SimpleITK.ReadImage(str(path))
    affine = np.eye(4)
    direction = np.array(image.GetDirection()).reshape(3, 3)
    affine[:3, :3] = direction * np.array(image.GetSpacing())
    affine[:3, 3] = image.GetOrigin()
    return voxels(SimpleITK.GetArrayFromImage(image).transpose(2, 1, 0), np.diag(LPS) @ affine)


def with_pydicom(path):
    data = pydicom.dcmread(path)
    if data.get("Modality") != "SEG":
        return {"refused": f"{data.get('Modality')} image"}
    if data.SegmentationType == "FRACTIONAL":
        return {"refused": "fractional"}
    pixels = np.asarray(data.pixel_array)
    pixels = pixels.reshape(-1, data.Rows, data.Columns)
    if data.SegmentationType == "LABELMAP":
        found, n = np.unique(pixels, return_counts=True)
        return {"counts": sorted((int(v), int(c)) for v, c in zip(found, n) if v != 0)}
    counts = {}
    for at, frame in enumerate(pixels):
        groups = data.PerFrameFunctionalGroupsSequence[at] if "PerFrameFunctionalGroupsSequence" in data else None
        if groups is not None and "SegmentIdentificationSequence" in groups:
            number = groups.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        elif "SharedFunctionalGroupsSequence" in data and "SegmentIdentificationSequence" in data.SharedFunctionalGroupsSequence[0]:
            number = data.SharedFunctionalGroupsSequence[0].SegmentIdentificationSequence[0].ReferencedSegmentNumber
        else:
            number = 1
        counts[number] = counts.get(number, 0) + int(np.count_nonzero(frame))
    return {"counts": sorted((int(k), v) for k, v in counts.items() if v)}


def with_trimesh(path):
    loaded = trimesh.load(path, process=False)
    if isinstance(loaded, trimesh.PointCloud):
        return {"points": len(loaded.vertices)}
    parts = loaded.dump() if isinstance(loaded, trimesh.Scene) else [loaded]
    parts = [part for part in parts if isinstance(part, trimesh.Trimesh) and len(part.faces)]
    if not parts:
        return {"refused": "no triangles"}
    corners = np.concatenate([part.triangles for part in parts]).astype(np.float32)
    return triangles(corners)


def vtp(path):
    reader = vtk.vtkXMLPolyDataReader()
    reader.SetFileName(str(path))
    cut = vtk.vtkTriangleFilter()
    cut.SetInputConnection(reader.GetOutputPort())
    cut.PassLinesOff()
    cut.PassVertsOff()
    cut.Update()
    data = cut.GetOutput()
    if data.GetNumberOfPolys() == 0:
        return {"refused": "no polygons"}
    points = np.array([data.GetPoint(i) for i in range(data.GetNumberOfPoints())], np.float32)
    cells = numpy_support.vtk_to_numpy(data.GetPolys().GetConnectivityArray()).reshape(-1, 3)
    return triangles(points[cells])


def gifti(path):
    surface = nibabel.load(path)
    points, faces = surface.agg_data(("pointset", "triangle"))
    return triangles(np.asarray(points, np.float32)[np.asarray(faces)])


def triangles(corners):
    places = np.unique(corners.reshape(-1, 3) + 0.0, axis=0)
    # Vertices nearer than 1e-8 are one, as trimesh has it: many files have noise in their last digits.
    mesh = trimesh.Trimesh(corners.reshape(-1, 3), np.arange(3 * len(corners)).reshape(-1, 3), process=False)
    mesh.merge_vertices()
    closed = mesh.is_watertight and mesh.is_winding_consistent
    return {"faces": len(corners), "places": len(places), "volume": float(mesh.volume) if closed else None}


def same(ours, peer):
    if "refused" in ours or "refused" in peer:
        return "refused" in ours and "refused" in peer
    return all(same_value(key, ours.get(key), value) for key, value in peer.items())


def same_value(key, ours, peer):
    if key == "affine":
        return ours is not None and np.allclose(ours, peer, rtol=1e-5, atol=1e-4)
    if key == "volume":
        if ours is None or peer is None:
            return ours is peer
        return abs(ours - peer) <= 1e-3 * abs(peer) + 1e-12
    if key == "counts" and ours is not None and peer is not None:
        return [tuple(pair) for pair in ours] == [tuple(pair) for pair in peer]
    return ours == peer


def words(found):
    parts = []
    for key, value in found.items():
        if key == "affine":
            value = " ".join(f"{x:.5g}" for row in value for x in row)
        elif key == "counts" and value is not None:
            shown = ", ".join(f"{v}: {c}" for v, c in value[:6])
            value = f"{len(value)} labels ({shown}{', …' if len(value) > 6 else ''})"
        elif isinstance(value, float):
            value = f"{value:.6g}"
        parts.append(f"{key} {value}")
    return "; ".join(parts)


def write(rows, path):
    columns = ["file", "verdict", "ours", "peer_name", "peer", "explanation"]
    with path.open("w") as out:
        print("\t".join(columns), file=out)
        for row_ in rows:
            print("\t".join(str(row_[column]).replace("\t", " ") for column in columns), file=out)


if __name__ == "__main__":
    main()
