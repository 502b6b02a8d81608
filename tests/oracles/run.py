"""Our files, read by other programs, and theirs by ours.

    python3 tests/oracles/run.py target/release/medshape            # phantoms, and a few real cases if they are there
    python3 tests/oracles/run.py target/release/medshape --all      # all 28 whole-body cases
    python3 tests/oracles/run.py target/release/medshape --store X  # every shape of a collection

Every mesh is checked, not a sample: closed, 2-manifold (edges and vertices), wound alike and outward after
welding by position, volume within 1 % of voxel count times voxel volume above 1,000 voxels.
Every format that we write is read back by the programs that people use (`written.py`), and every file of the
shared data is read as they read it (`formats.py`). Releases are read by the programs that load data sets (`releases.py`).
Networks answer as in another program (`segmentation.py`).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import features
import formats
import papers
import releases
import segmentation
import written

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
METADATA = DATA / "metadata" / "totalsegmentator_v2_metadata.xlsx"
WHOLEBODY = DATA / "volumes" / "wholebody"

try:
    import nibabel
    import numpy as np
    import trimesh
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
except ImportError as missing:
    print(f"oracle tests skipped: {missing} (pip install -r tests/oracles/requirements.txt)")
    sys.exit(0)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("medshape", type=Path)
    arguments.add_argument("--all", action="store_true", help="all 28 whole-body cases")
    arguments.add_argument("--store", type=Path, help="check this collection instead of making one")
    arguments.add_argument("--report", type=Path, help="write a line per shape to this TSV file")
    options = arguments.parse_args()
    program = options.medshape.resolve()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        store = options.store or make_store(program, folder, options.all)
        rows = check_store(program, store.resolve(), folder)
    if options.report:
        write_report(rows, options.report)
    faults = [row for row in rows if row["faults"]]
    for row in faults:
        print(f"FAILED {row['name']}: {', '.join(row['faults'])}")
    n_passed, n_failed = len(rows) - len(faults), len(faults)
    for check in (features.check, written.check, formats.check, papers.check, releases.check, segmentation.check):
        n_good, n_bad = check(program)
        n_passed, n_failed = n_passed + n_good, n_failed + n_bad
    print(f"oracles: {n_passed} passed, {n_failed} failed")
    sys.exit(1 if n_failed or not rows else 0)


def make_store(program, folder, everything):
    store = folder / "store"
    cohort = folder / "cohort"
    run(program, "phantom", cohort, "--subjects", "2", "--seed", "7")
    check_phantoms(cohort)
    ingest = [program, "ingest", "--store", store, "--dataset"]
    run(*ingest, "phantom", cohort, "--metadata", cohort / "subjects.tsv")
    if not WHOLEBODY.is_dir():
        print("oracle tests on real cases skipped: ../shared/data is not there")
        return store
    cases = sorted(WHOLEBODY.glob("completor_s*_full.nii.gz"))
    if not everything:
        cases = [case for case in cases if case.name[10:15] in ("s0585", "s1380")]
    run(*ingest, "medshapenet-completor", *cases, "--metadata", METADATA)
    run(*ingest, "totalsegmentator-v2", WHOLEBODY / "totalsegv2_s0328", "--metadata", METADATA)
    return store


def check_phantoms(cohort):
    for path in sorted(cohort.glob("*.nii.gz")):
        image = nibabel.load(path)
        labels = np.asarray(image.dataobj)
        assert nibabel.aff2axcodes(image.affine) == ("R", "A", "S"), path
        assert np.issubdtype(labels.dtype, np.integer) and labels.max() > 12, path


def run(*command):
    started = time.monotonic()
    printed = output(*command)
    print(f"{time.monotonic() - started:6.1f} s  {' '.join(str(part) for part in command[1:4])} …")
    return printed


def output(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"failed: {' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def check_store(program, store, folder):
    """One row a shape, with its faults."""
    meshes = folder / "meshes"
    run(program, "download", "", meshes, "--format", "stl", "--store", store)
    found = json.loads(run(program, "search", "", "--json", "--limit", "1000000", "--store", store))
    files = manifest(meshes)
    rows = [check_shape(hit, meshes / files[hit["name"]]) for hit in found["hits"]]
    for name in sorted({hit["name"].rsplit("/", 1)[0] for hit in found["hits"]}):
        first = next(hit["name"] for hit in found["hits"] if hit["name"].startswith(name + "/"))
        rows.append(check_label_map(program, store, first, found["hits"]))
    return rows


def manifest(folder):
    lines = (folder / "manifest.tsv").read_text().splitlines()
    columns = lines[0].split("\t")
    rows = (dict(zip(columns, line.split("\t"))) for line in lines[1:])
    return {row["name"]: row["file"] for row in rows}


def check_shape(hit, path):
    mesh = trimesh.load(path, process=True)
    measures = hit["measures"]
    n_voxels, voxel_volume = measures["n_voxels"], measures["voxel_volume_mm3"]
    error = mesh.volume / voxel_volume - 1
    faults = []
    if not mesh.is_watertight:
        faults.append("not closed")
    if not mesh.is_winding_consistent:
        faults.append("faces do not wind alike")
    if not mesh.volume > 0:
        faults.append("inside out")
    if n_fans(mesh) != len(np.unique(mesh.faces)):
        faults.append("a vertex joins several sheets")
    if len(mesh.faces) != measures["n_faces"]:
        faults.append(f"{len(mesh.faces)} faces, not {measures['n_faces']}")
    if n_voxels > 1000 and abs(error) > 0.01:
        faults.append(f"volume is off by {100 * error:.2f} %")
    if abs(mesh.volume - measures["volume_mm3"]) > 1e-3 * measures["volume_mm3"] + 1e-3:
        faults.append("volume is not that of the record")
    if not (hit["quality"]["closed"] and hit["quality"]["manifold"] and hit["quality"]["oriented"]):
        faults.append("the record says that it is broken")
    return {
        "name": hit["name"],
        "n_voxels": n_voxels,
        "n_faces": len(mesh.faces),
        "volume_mm3": mesh.volume,
        "volume_error": error,
        "faults": faults,
    }


def n_fans(mesh):
    """How many fans of faces there are around all vertices; one a vertex if it is manifold."""
    # A corner is a face seen from one of its vertices; corners of neighbouring faces at a common
    # vertex belong to one fan.
    left, right = mesh.face_adjacency.T
    ends = mesh.face_adjacency_edges
    first, second = [], []
    for end in (0, 1):
        vertex = ends[:, end]
        first.append(3 * left + np.argmax(mesh.faces[left] == vertex[:, None], axis=1))
        second.append(3 * right + np.argmax(mesh.faces[right] == vertex[:, None], axis=1))
    first, second = np.concatenate(first), np.concatenate(second)
    n_corners = 3 * len(mesh.faces)
    graph = coo_matrix((np.ones(len(first), bool), (first, second)), shape=(n_corners, n_corners))
    return connected_components(graph, directed=False)[0]


def check_label_map(program, store, name, hits):
    """The stored label map of a case holds just the voxels that its shapes' records count."""
    page = json.loads(output(program, "show", name, "--json", "--store", store))
    case, blob = page["case"], page["case"]["label_map"]["sha256"]
    path = store / "blobs" / blob[:2] / blob[2:4] / blob
    with tempfile.TemporaryDirectory() as folder:
        link = Path(folder) / "labels.nii.gz"
        os.symlink(path, link)
        image = nibabel.load(link)
        values, counts = np.unique(np.asarray(image.dataobj), return_counts=True)
    counts = dict(zip((int(value) for value in values), (int(count) for count in counts)))
    faults = []
    if list(image.shape) != case["dims"]:
        faults.append(f"shape {image.shape}, not {case['dims']}")
    if "".join(nibabel.aff2axcodes(image.affine)) != case["orientation"]:
        faults.append("another orientation")
    if image.header["descrip"].tobytes().strip(b"\0"):
        faults.append("a description in the header")
    subject = name.rsplit("/", 1)[0] + "/"
    for hit in hits:
        if hit["name"].startswith(subject):
            shape = json.loads(output(program, "show", hit["name"], "--json", "--store", store))["shape"]
            n_voxels = counts.get(shape["label_value"], 0)
            if n_voxels != hit["measures"]["n_voxels"]:
                faults.append(f"{hit['name']}: {n_voxels} voxels")
    return {"name": f"label map of {subject}", "faults": faults}


def write_report(rows, path):
    columns = ["name", "n_voxels", "n_faces", "volume_mm3", "volume_error", "faults"]
    with path.open("w") as out:
        print("\t".join(columns), file=out)
        for row in rows:
            print("\t".join(str(row.get(column, "")) for column in columns), file=out)


if __name__ == "__main__":
    main()
