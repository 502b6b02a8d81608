"""Surfaces of all labels into separate meshes: CPU seconds of one thread, memory, and whether the meshes are sound.

    python3 benchmarks/surfaces.py BENCH [--inputs FOLDER] [--out FOLDER]

BENCH is what `cargo build --release -p medshape-geometry --bench surfaces --message-format short` made:
target/release/deps/surfaces-<hash>. Every program runs in a process of its own, three times, in turn with the others;
the least CPU time counts. Peers mesh each label in its own box, which is the fastest way to use them, and the time to
find the boxes is part of theirs.

Peers: pip install numpy scipy nibabel vtk scikit-image zmesh open3d
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import inputs

ONE_THREAD = {
    "RAYON_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "VTK_SMP_MAX_THREADS": "1",
    "VTK_SMP_BACKEND_IN_USE": "Sequential",
}

PEER = """
import json, resource, sys, time
sys.path.insert(0, {folder!r})
from pathlib import Path
import numpy as np
import inputs
{imports}
labels, spacing = inputs.read_labels(Path({path!r}))
labels = labels.astype(np.uint8)
before_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
def boxes():
    from scipy import ndimage
    for value, box in enumerate(ndimage.find_objects(labels), 1):
        if box is not None:
            yield value, tuple(slice(max(p.start - 1, 0), p.stop + 1) for p in box)
def padded(value, box):
    mask = labels[box] == value
    return np.pad(mask, 1)
from scipy import ndimage
started, wall = time.process_time(), time.perf_counter()
meshes = []
{body}
cpu_s, wall_s = time.process_time() - started, time.perf_counter() - wall
peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
def sound(faces):
    # Every edge is passed once in each direction.
    faces = np.asarray(faces, np.int64)
    edges = faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    there = edges[:, 0] << 32 | edges[:, 1]
    back = edges[:, 1] << 32 | edges[:, 0]
    there.sort(); back.sort()
    return bool(len(there) and (np.diff(there) > 0).all() and (there == back).all())
faces = [to_faces(mesh) for mesh in meshes]
print(json.dumps(dict(cpu_s=cpu_s, wall_s=wall_s, extra_bytes=peak_bytes - before_bytes, n_meshes=len(faces),
                      n_triangles=int(sum(map(len, faces))), n_sound=sum(map(sound, faces)))))
"""

VTK_IMPORTS = """
import vtk
from vtk.util import numpy_support
def image_of(array):
    image = vtk.vtkImageData()
    image.SetDimensions(array.shape)
    image.SetSpacing(spacing)
    flat = numpy_support.numpy_to_vtk(np.ascontiguousarray(array.ravel('F')), deep=False)
    image.GetPointData().SetScalars(flat)
    image.flat = flat
    return image
def to_faces(mesh):
    return numpy_support.vtk_to_numpy(mesh.GetPolys().GetConnectivityArray()).reshape(-1, 3)
"""

PEERS = {
    "VTK flying edges": (
        VTK_IMPORTS,
        """
for value, box in boxes():
    edges = vtk.vtkDiscreteFlyingEdges3D()
    part = np.pad(labels[box], 1)
    image = image_of(part)
    edges.SetInputData(image)
    edges.ComputeNormalsOff(); edges.ComputeGradientsOff(); edges.ComputeScalarsOff()
    edges.SetValue(0, value)
    edges.Update()
    meshes.append(edges.GetOutput())
""",
    ),
    "zmesh": (
        """
import zmesh
def to_faces(mesh):
    return mesh.faces
""",
        """
mesher = zmesh.Mesher(tuple(spacing))
mesher.mesh(labels)
for value in mesher.ids():
    meshes.append(mesher.get(value, normals=False, reduction_factor=0))
    mesher.erase(value)
""",
    ),
    "scikit-image": (
        """
from skimage.measure import marching_cubes
def to_faces(mesh):
    return mesh
""",
        """
for value, box in boxes():
    _, faces, _, _ = marching_cubes(padded(value, box).astype(np.float32), 0.5, spacing=tuple(spacing))
    meshes.append(faces)
""",
    ),
}


def run_peer(name, path):
    imports, body = PEERS[name]
    script = PEER.format(folder=str(Path(__file__).parent), path=str(path), imports=imports, body=body)
    done = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, **ONE_THREAD}, capture_output=True, text=True
    )
    if done.returncode != 0:
        return None, done.stderr.strip().splitlines()[-1:]
    return json.loads(done.stdout.strip().splitlines()[-1]), None


def run_ours(bench, path, n_threads=1):
    env = {**os.environ, **ONE_THREAD, "RAYON_NUM_THREADS": str(n_threads)}
    done = subprocess.run([bench, path], env=env, capture_output=True, text=True, check=True)
    return {line["name"]: line for line in map(json.loads, done.stdout.splitlines())}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench")
    parser.add_argument("--inputs", default=Path(tempfile.gettempdir()) / "medshape-bench-inputs")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=["s0328", "big", "smooth"])
    arguments = parser.parse_args()
    paths = inputs.ensure(arguments.inputs)
    if paths is None:
        sys.exit("benchmark skipped: the data are not beside the clone")
    results = {"command": sys.argv, "machine": platform.processor() or platform.machine(), "inputs": {}}
    for name in arguments.only:
        rows = {}
        for _ in range(arguments.rounds):
            for peer in PEERS:
                found, why = run_peer(peer, paths[name])
                rows.setdefault(peer, []).append(found or {"failed": why})
            rows.setdefault("medshape", []).append(run_ours(arguments.bench, paths[name]))
        rows["medshape, 2 threads"] = [run_ours(arguments.bench, paths[name], 2) for _ in range(3)]
        results["inputs"][name] = rows
        show(name, rows)
    if arguments.out:
        arguments.out.mkdir(parents=True, exist_ok=True)
        (arguments.out / "surfaces.json").write_text(json.dumps(results, indent=1))


def show(name, rows):
    least = lambda runs, key="cpu_s": min(run[key] for run in runs)
    ours = {kind: least([run[f"surfaces, {kind}"] for run in rows["medshape"]]) for kind in ("plain", "smooth")}
    base = rows["medshape"][0]
    print(f"\n{name}: {base['triangles']['count'] / 1e6:.2f} M triangles")
    print("| | CPU s | × plain | × smooth | extra MB | closed and manifold |\n|---|---|---|---|---|---|")
    for kind, seconds in ours.items():
        extra = base[f"surfaces, {kind}"]["peak_bytes"] - base["input"]["peak_bytes"]
        print(f"| medshape, {kind} | {seconds:.3f} | | | {extra / 1e6:.0f} | by construction |")
    for peer in PEERS:
        runs = [run for run in rows[peer] if "cpu_s" in run]
        if not runs:
            print(f"| {peer} | failed: {rows[peer][0]['failed']} |")
            continue
        seconds, one = least(runs), runs[0]
        print(
            f"| {peer} | {seconds:.3f} | {seconds / ours['plain']:.1f} | {seconds / ours['smooth']:.1f} |"
            f" {one['extra_bytes'] / 1e6:.0f} | {one['n_sound']}/{one['n_meshes']} |"
        )
    two = rows["medshape, 2 threads"]
    for kind in ("plain", "smooth"):
        one_wall = least([run[f"surfaces, {kind}"] for run in rows["medshape"]], "wall_s")
        two_wall = least([run[f"surfaces, {kind}"] for run in two], "wall_s")
        print(f"{kind}: {one_wall:.3f} s wall on one thread, {two_wall:.3f} s on two: {one_wall / two_wall:.2f} ×")


if __name__ == "__main__":
    main()
