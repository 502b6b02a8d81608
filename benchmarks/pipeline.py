"""From a label map to meshes that can be shown: surface, smoothing, simplification to 10 %, normals, GLB.

    python3 benchmarks/pipeline.py BENCH [--inputs FOLDER] [--out FOLDER] [--only NAME...]

BENCH is what `cargo bench -p medshape --bench pipeline --no-run` made. The peer does 3D Slicer's steps for a closed
surface in VTK, each label in its own box: discrete flying edges, decimation (vtkDecimatePro, topology kept), windowed
sinc smoothing with Slicer's default factor, normals, and a GLB of floats. CPU seconds of one thread; each program in a
process of its own.

The error is measured on shapes whose surface is known, meshed and simplified by both: mean distance of the surface, and
the volume.

Peers: pip install numpy scipy nibabel vtk
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import inputs
from surfaces import ONE_THREAD

PEER = """
import json, struct, sys, time
sys.path.insert(0, {folder!r})
from pathlib import Path
import numpy as np, vtk
from scipy import ndimage
from vtk.util import numpy_support
import inputs
labels, spacing = inputs.read_labels(Path({path!r}))
labels = labels.astype(np.uint8)
out = {out!r}
seconds = dict(surface=0.0, simplify=0.0, smooth=0.0, normals=0.0, glb=0.0)
clock = time.process_time
def timed(name, work):
    started = clock()
    result = work()
    seconds[name] += clock() - started
    return result
def filtered(make):
    def work():
        step = make()
        step.Update()
        return step.GetOutput()
    return work
def arrays(mesh):
    positions = numpy_support.vtk_to_numpy(mesh.GetPoints().GetData())
    faces = numpy_support.vtk_to_numpy(mesh.GetPolys().GetConnectivityArray()).reshape(-1, 3)
    return positions, faces
def glb(mesh):
    positions, faces = arrays(mesh)
    normals = numpy_support.vtk_to_numpy(mesh.GetPointData().GetNormals())
    parts = [positions.astype('<f4').tobytes(), normals.astype('<f4').tobytes(), faces.astype('<u4').tobytes()]
    return b''.join(parts)
started = clock()
boxes = ndimage.find_objects(labels)
seconds['surface'] += clock() - started
n_before = n_after = n_bytes = n_closed = 0
for value, box in enumerate(boxes, 1):
    if box is None: continue
    def surface():
        part = np.pad(labels[box], 1)
        image = vtk.vtkImageData()
        image.SetDimensions(part.shape)
        image.SetSpacing(spacing)
        image.SetOrigin([(p.start - 1) * s for p, s in zip(box, spacing)])
        flat = numpy_support.numpy_to_vtk(part.ravel('F'), deep=False)
        image.GetPointData().SetScalars(flat)
        image.flat = flat
        edges = vtk.vtkDiscreteFlyingEdges3D()
        edges.SetInputData(image)
        edges.ComputeNormalsOff(); edges.ComputeGradientsOff(); edges.ComputeScalarsOff()
        edges.SetValue(0, value)
        edges.Update()
        return edges.GetOutput()
    mesh = timed('surface', surface)
    n_before += mesh.GetNumberOfPolys()
    def decimate():
        step = vtk.vtkDecimatePro()
        step.SetInputData(mesh); step.SetFeatureAngle(60); step.SplittingOff(); step.PreserveTopologyOn()
        step.SetMaximumError(1); step.SetTargetReduction(0.9)
        return step
    mesh = timed('simplify', filtered(decimate))
    def smooth():
        step = vtk.vtkWindowedSincPolyDataFilter()
        step.SetInputData(mesh); step.SetNumberOfIterations(20); step.SetPassBand(10 ** (-4 * 0.5))
        step.BoundarySmoothingOff(); step.FeatureEdgeSmoothingOff(); step.NonManifoldSmoothingOn(); step.NormalizeCoordinatesOn()
        return step
    mesh = timed('smooth', filtered(smooth))
    def normals():
        step = vtk.vtkPolyDataNormals()
        step.SetInputData(mesh); step.ConsistencyOn(); step.SplittingOff()
        return step
    mesh = timed('normals', filtered(normals))
    n_bytes += len(timed('glb', lambda: glb(mesh)))
    positions, faces = arrays(mesh)
    n_after += len(faces)
    edges = np.sort(faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2).astype(np.int64), axis=1)
    if len(faces) and (np.unique(edges[:, 0] << 32 | edges[:, 1], return_counts=True)[1] == 2).all(): n_closed += 1
    if out: inputs.write_mesh(Path(out) / f"{{value}}.mesh", positions, faces)
print(json.dumps(dict(seconds=seconds, cpu_s=sum(seconds.values()), n_before=n_before, n_after=n_after,
                      n_bytes=n_bytes, n_closed=n_closed)))
"""

SPACING_MM = (0.8, 0.8, 1.25)


def shapes():
    """Name, signed distance in mm, and volume of the shapes of the accuracy table."""
    import numpy as np

    length = lambda *p: np.sqrt(sum(v * v for v in p))

    def capsule(x, y, z):
        axis = np.array([35.0, 31.0, 28.0])
        along = np.clip(((x + 17.5) * axis[0] + (y + 15.5) * axis[1] + (z + 14.0) * axis[2]) / axis.dot(axis), 0, 1)
        return length(x + 17.5 - along * axis[0], y + 15.5 - along * axis[1], z + 14.0 - along * axis[2]) - 2

    def torus(x, y, z):
        along = (x + 2 * y + 2 * z) / 3
        return length(np.sqrt(np.maximum(x * x + y * y + z * z - along**2, 0)) - 18, along) - 6

    return {
        "sphere r 20": (lambda x, y, z: length(x, y, z) - 20, 4 / 3 * np.pi * 8000),
        "torus R 18 r 6": (torus, 2 * np.pi**2 * 18 * 36),
        "capsule r 2": (capsule, np.pi * 4 * np.sqrt(35**2 + 31**2 + 28**2) + 4 / 3 * np.pi * 8),
        "shell 24/27": (
            lambda x, y, z: np.maximum(length(x, y, z) - 27, 24 - length(x, y, z)),
            4 / 3 * np.pi * (27**3 - 24**3),
        ),
    }


def write_shape(path, distance):
    """The shape by the sign at the centre of each voxel; where its middle lies in the image, in mm."""
    import numpy as np

    dims = [80, 80, 54]
    middle = np.array([0.1, 0.5, 0.6]) + np.array([d // 2 * s for d, s in zip(dims, SPACING_MM)])
    axes = np.meshgrid(*[np.arange(d) * s - m for d, s, m in zip(dims, SPACING_MM, middle)], indexing="ij")
    inputs.write_labels(path, (distance(*axes) <= 0).astype(np.uint16), SPACING_MM)
    return middle


def error(mesh, distance, volume, middle):
    """Mean distance of the surface in mm, and error of the volume in percent."""
    import numpy as np

    positions, faces = inputs.read_mesh(mesh)
    if len(faces) == 0:
        return {"mean_mm": float("nan"), "volume_percent": -100.0}
    a, b, c = (positions[faces[:, k]].astype(float) - middle for k in range(3))
    cross = np.cross(b - a, c - a)
    area = np.linalg.norm(cross, axis=1)
    # Seven points a triangle.
    weights = [(1 / 3, 1 / 3, 1 / 3), (0.6, 0.2, 0.2), (0.2, 0.6, 0.2), (0.2, 0.2, 0.6), (0.8, 0.1, 0.1), (0.1, 0.8, 0.1), (0.1, 0.1, 0.8)]
    mean = np.mean([np.abs(distance(*(u * a + v * b + w * c).T)) for u, v, w in weights], axis=0)
    found = np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6
    return {
        "mean_mm": float((mean * area).sum() / area.sum()),
        "volume_percent": float(100 * (abs(found) / volume - 1)),
        "n_faces": len(faces),
    }


def run_peer(path, out=""):
    script = PEER.format(folder=str(Path(__file__).parent), path=str(path), out=str(out))
    done = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, **ONE_THREAD}, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout.strip().splitlines()[-1])


def run_ours(bench, path, out=""):
    command = [bench, str(path)] + ([str(out)] if out else [])
    done = subprocess.run(command, env={**os.environ, **ONE_THREAD}, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench")
    parser.add_argument("--inputs", default=Path(tempfile.gettempdir()) / "medshape-bench-inputs")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--only", nargs="*", default=["s0328", "big"])
    arguments = parser.parse_args()
    paths = inputs.ensure(arguments.inputs)
    if paths is None:
        sys.exit("benchmark skipped: the data are not beside the clone")
    results = {"command": sys.argv, "speed": {}, "accuracy": {}}
    for name in arguments.only:
        ours = [run_ours(arguments.bench, paths[name]) for _ in range(3)]
        peer = [run_peer(paths[name])]
        results["speed"][name] = {"medshape": ours, "Slicer's steps in VTK": peer}
        best, theirs = min(ours, key=lambda run: run["cpu_s"]), peer[0]
        print(f"\n{name}: {best['n_before'] / 1e6:.2f} M triangles to {best['n_after'] / 1e6:.2f} M")
        for who, run in [("medshape", best), ("Slicer's steps in VTK", theirs)]:
            steps = ", ".join(f"{step} {value:.2f}" for step, value in run["seconds"].items())
            print(f"  {who}: {run['cpu_s']:.2f} s CPU ({steps}), {run['n_after']} triangles, {run['n_bytes'] / 1e6:.1f} MB")
        print(f"  {theirs['cpu_s'] / best['cpu_s']:.1f} times as fast; closed: {theirs['n_closed']} of theirs")
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for name, (distance, volume) in shapes().items():
            path = folder / "shape.labels"
            middle = write_shape(path, distance)
            found = {}
            for who, run in [("medshape", lambda out: run_ours(arguments.bench, path, out)), ("Slicer", lambda out: run_peer(path, out))]:
                out = folder / who
                out.mkdir(exist_ok=True)
                run(out)
                found[who] = error(out / "1.mesh", distance, volume, middle)
            results["accuracy"][name] = found
            print(f"{name}: " + "; ".join(f"{who} {one['mean_mm']:.3f} mm, volume {one['volume_percent']:+.1f} %" for who, one in found.items()))
    if arguments.out:
        arguments.out.mkdir(parents=True, exist_ok=True)
        (arguments.out / "pipeline.json").write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
