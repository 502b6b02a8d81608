"""Simplification to a tenth of the faces, beside the programs that people use for it.

    cargo bench --no-run -p medshape-geometry --bench surfaces --bench simplify
    python3 benchmarks/simplify.py SURFACES SIMPLIFY FOLDER [s0328|big ...]

SURFACES and SIMPLIFY are the two programs that cargo built; FOLDER keeps the inputs of `inputs.py` and all results.
Ours makes the meshes (`surfaces`), then all programs reduce the same ones on one thread: of s0328 the seven largest, of
big all. Closed and manifold are looked at after joining vertices by position. Errors are distances between the
surfaces, both ways, of all vertices and 100,000 points of each mesh (Open3D's exact distances).
"""

import json
import os
import platform
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

for name in ("OMP_NUM_THREADS", "RAYON_NUM_THREADS", "VTK_SMP_MAX_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np

from inputs import ensure, read_mesh, write_mesh

N_POINTS = 100_000
N_LARGEST = {"s0328": 7, "big": 104}
RUNS = Path(__file__).parent / "runs" / f"{date.today()}-surfaces-and-meshes"


def rust(command):
    lines = subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout
    return {line["name"]: line for line in map(json.loads, filter(lambda line: line.startswith("{"), lines.splitlines()))}


def by_fast_simplification(positions, faces):
    import fast_simplification

    return fast_simplification.simplify(positions, faces.astype(np.int32), 0.9)


def by_vtk(positions, faces):
    import vtk
    from vtk.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray, vtk_to_numpy

    data, points, cells = vtk.vtkPolyData(), vtk.vtkPoints(), vtk.vtkCellArray()
    points.SetData(numpy_to_vtk(positions, deep=True))
    cells.SetData(3, numpy_to_vtkIdTypeArray(faces.astype(np.int64).ravel(), deep=True))
    data.SetPoints(points)
    data.SetPolys(cells)
    quadric = vtk.vtkQuadricDecimation()
    quadric.SetInputData(data)
    quadric.SetTargetReduction(0.9)
    quadric.Update()
    result = quadric.GetOutput()
    faces = vtk_to_numpy(result.GetPolys().GetConnectivityArray()).reshape(-1, 3)
    return vtk_to_numpy(result.GetPoints().GetData()), faces


def reduce(simplify, names, source, out):
    """Least CPU seconds of three runs over all meshes."""
    out.mkdir(parents=True, exist_ok=True)
    meshes = [read_mesh(source / name) for name in names]
    least = float("inf")
    for _ in range(3 if len(names) < 50 else 1):
        start = time.process_time()
        results = [simplify(*mesh) for mesh in meshes]
        least = min(least, time.process_time() - start)
    for name, (positions, faces) in zip(names, results):
        write_mesh(out / name, positions, faces)
    return least


def is_sound(positions, faces):
    """Closed, manifold and wound alike, after joining vertices by position."""
    _, same = np.unique(positions, axis=0, return_inverse=True)
    faces = same.reshape(-1)[faces]
    n = np.int64(len(positions))
    sides = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]).astype(np.int64)
    there, back = np.sort(sides[:, 0] * n + sides[:, 1]), np.sort(sides[:, 1] * n + sides[:, 0])
    if (there[1:] == there[:-1]).any() or (there != back).any() or (sides[:, 0] == sides[:, 1]).any():
        return False
    # One fan a vertex: corners joined through faces' sides form as many groups as there are vertices.
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    m = len(faces)
    key = sides[:, 0] * n + sides[:, 1]
    order = np.argsort(key)
    twin = order[np.searchsorted(key[order], sides[:, 1] * n + sides[:, 0])]
    face, side = np.arange(3 * m) % m, np.arange(3 * m) // m
    begin, end = 3 * face + side, 3 * face + (side + 1) % 3
    joined = coo_matrix((np.ones(3 * m), (begin, end[twin])), (3 * m, 3 * m))
    return connected_components(joined, directed=False)[0] == len(np.unique(faces))


def points_on(positions, faces, random):
    corners = positions[faces].astype(float)
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    chosen = random.choice(len(faces), N_POINTS, p=area / area.sum())
    share = random.random((N_POINTS, 2))
    share[share.sum(1) > 1] = 1 - share[share.sum(1) > 1]
    a, b, c = corners[chosen].transpose(1, 0, 2)
    return a + share[:, :1] * (b - a) + share[:, 1:] * (c - a)


def distances(points, positions, faces):
    import open3d

    scene = open3d.t.geometry.RaycastingScene(nthreads=1)
    scene.add_triangles(open3d.core.Tensor(positions.astype(np.float32)), open3d.core.Tensor(faces.astype(np.uint32)))
    return scene.compute_distance(open3d.core.Tensor(points.astype(np.float32)), nthreads=1).numpy()


def volume(positions, faces):
    corners = positions[faces].astype(float) - positions[0]
    return np.einsum("ij,ij->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6


def compare(before, after):
    """Largest and mean distance in mm, and the error of the volume."""
    random = np.random.default_rng(1)
    there = distances(np.concatenate([points_on(*before, random), before[0]]), *after)
    back = distances(np.concatenate([points_on(*after, random), after[0]]), *before)
    mean = (there[:N_POINTS].mean() + back[:N_POINTS].mean()) / 2
    return max(there.max(), back.max()), mean, abs(volume(*after) / volume(*before) - 1)


def row(name, seconds, n_input, source, out):
    names = sorted(path.name for path in out.glob("*.mesh"))
    meshes = {mesh: read_mesh(out / mesh) for mesh in names}
    found = np.array([compare(read_mesh(source / mesh), meshes[mesh]) for mesh in names])
    return {
        "program": name,
        "cpu_s": round(seconds, 3),
        "us_per_face": round(1e6 * seconds / n_input, 3),
        "sound": f"{sum(is_sound(*mesh) for mesh in meshes.values())}/{len(names)}",
        "largest_mm": round(float(found[:, 0].max()), 3),
        "median_largest_mm": round(float(np.median(found[:, 0])), 3),
        "mean_mm": round(float(found[:, 1].mean()), 4),
        "volume_error_percent": round(100 * float(found[:, 2].max()), 3),
        "faces": int(sum(len(faces) for _, faces in meshes.values())),
    }


def main():
    surfaces, simplify, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    names = sys.argv[4:] or list(N_LARGEST)
    maps = ensure(folder, tuple(names))
    if maps is None:
        sys.exit("the data is not there")
    results = {"machine": platform.processor() or platform.machine(), "command": sys.argv}
    for name in names:
        source, out = folder / f"{name}-meshes", folder / f"{name}-simple"
        if not source.exists():
            source.mkdir()
            rust([surfaces, maps[name], source])
        options = ["bound", "levels"] if name == "s0328" else []
        measured = rust([simplify, source, out, N_LARGEST[name], *options])
        used = sorted(path.name for path in (out / "ours").glob("*.mesh"))
        n_input = measured["input"]["faces"]
        rows = [row(peer, measured[peer]["cpu_s"], n_input, source, out / peer) for peer in ("ours", "meshoptimizer")]
        peers = {"fast-simplification": by_fast_simplification, "VTK quadric": by_vtk}
        for peer in peers if len(used) < 50 else ["fast-simplification"]:
            seconds = reduce(peers[peer], used, source, out / peer)
            rows.append(row(peer, seconds, n_input, source, out / peer))
        results[name] = {"rows": rows, "measured": measured}
        print(f"\n{name}: {len(used)} meshes, {n_input:,} faces\n")
        print("| program | CPU s | µs a face | closed and manifold | largest / median error mm | mean mm | volume |")
        print("|---|--:|--:|--:|--:|--:|--:|")
        for r in rows:
            print(
                f"| {r['program']} | {r['cpu_s']:.2f} | {r['us_per_face']:.2f} | {r['sound']} | {r['largest_mm']:.2f} / "
                f"{r['median_largest_mm']:.2f} | {r['mean_mm']:.4f} | {r['volume_error_percent']:.2f} % |"
            )
    RUNS.mkdir(parents=True, exist_ok=True)
    (RUNS / "simplify.json").write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
