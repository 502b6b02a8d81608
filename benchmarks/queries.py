"""Conversions of meshes and distances between them, beside Open3D, trimesh, VTK and SciPy.

    cargo bench -p medshape-geometry --bench surfaces --bench queries --no-run      # names both programs
    python3 benchmarks/queries.py SURFACES QUERIES [--organs N]

Inputs are the organs with most triangles of TotalSegmentator's s0328, surfaced by us, each compared with the next one.
Every program runs alone, on one thread, three times; the least CPU seconds count. Results are compared as well.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VTK_SMP_MAX_THREADS", "RAYON_NUM_THREADS")
os.environ.update({name: "1" for name in THREADS})
# Open3D's ray casting takes all processors that it may run on.
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

import numpy as np  # noqa: E402

import inputs  # noqa: E402

RUNS = Path(__file__).resolve().parent / "runs"
N_POINTS, N_CHAMFER = 10_000, 100_000


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("surfaces", type=Path)
    arguments.add_argument("queries", type=Path)
    arguments.add_argument("--organs", type=int, default=3)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        meshes = organs(options.surfaces, folder, options.organs + 1)
        if meshes is None:
            sys.exit("skipped: the data is not there")
        organs_run = [compare(options.queries, a, b, folder) for a, b in zip(meshes, meshes[1:])]
    out = RUNS / f"{date.today()}-surfaces-and-meshes"
    out.mkdir(parents=True, exist_ok=True)
    result = {"command": "benchmarks/queries.py", "machine": machine(), "versions": versions(), "organs": organs_run}
    (out / "queries.json").write_text(json.dumps(result, indent=1) + "\n")
    print(table(organs_run))


def machine():
    model = [line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    return {"cpu": model[0] if model else platform.processor(), "system": platform.platform()}


def versions():
    from importlib.metadata import version

    return {name: version(name) for name in ("open3d", "trimesh", "vtk", "scipy", "numpy")}


def organs(program, folder, n):
    """The meshes with most triangles, largest first."""
    paths = inputs.ensure(folder, ("s0328",))
    if paths is None:
        return None
    run([program, paths["s0328"], folder])
    meshes = sorted(folder.glob("*.mesh"), key=lambda path: -path.stat().st_size)
    return meshes[:n]


def run(command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def compare(program, first, second, folder):
    lines = run([program, first, second, folder])
    ours = {line["name"]: line["cpu_s"] for line in lines if "cpu_s" in line}
    values = {line["name"]: line["value"] for line in lines if "value" in line}
    peers, checks = {}, {}
    mesh, other = inputs.read_mesh(first), inputs.read_mesh(second)
    for name, peer, work in works(mesh, other, folder):
        seconds, found = least(work)
        peers.setdefault(name, {})[peer] = seconds
        checks.setdefault(name, {})[peer] = check(name, found, values, folder)
        print(f"  {name}: ours {ours[name]:.4f}, {peer} {seconds:.4f} s; {checks[name][peer]}", flush=True)
    return {"triangles": len(mesh[1]), "ours": ours, "peers": peers, "checks": checks}


def least(work):
    best = float("inf")
    for _ in range(3):
        started = time.process_time()
        found = work()
        best = min(best, time.process_time() - started)
        if best > 20:
            break
    return best, found


def centres(positions, n):
    """The voxel centres of our benchmark's grid, x fastest, their spacing and the first one."""
    low, high = positions.min(0).astype(float), positions.max(0).astype(float)
    side = 1.1 * (high - low).max()
    spacing = side / n
    origin = 0.5 * (low + high) - 0.5 * side + 0.5 * spacing
    axes = [origin[axis] + spacing * np.arange(n) for axis in range(3)]
    z, y, x = np.meshgrid(axes[2], axes[1], axes[0], indexing="ij")
    return np.stack([x, y, z], -1).reshape(-1, 3).astype(np.float32), spacing, origin


def points(folder, name):
    return np.fromfile(folder / name, "<f4").reshape(-1, 3)


def works(mesh, other, folder):
    """What is measured: the work, the peer, a function that does it."""
    import open3d
    import trimesh
    import vtk
    from scipy.spatial import cKDTree
    from vtk.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray, vtk_to_numpy

    positions, faces = mesh
    queries = other[0]

    def o3d_scene():
        scene = open3d.t.geometry.RaycastingScene(nthreads=1)
        scene.add_triangles(open3d.core.Tensor(positions), open3d.core.Tensor(faces))
        return scene

    def poly():
        data = vtk.vtkPolyData()
        points_ = vtk.vtkPoints()
        points_.SetData(numpy_to_vtk(positions, deep=True))
        data.SetPoints(points_)
        cells = vtk.vtkCellArray()
        offsets = np.arange(0, 3 * len(faces) + 1, 3, dtype=np.int64)
        cells.SetData(
            numpy_to_vtkIdTypeArray(offsets, deep=True),
            numpy_to_vtkIdTypeArray(faces.astype(np.int64).ravel(), deep=True),
        )
        data.SetPolys(cells)
        return data

    legacy = open3d.geometry.TriangleMesh(
        open3d.utility.Vector3dVector(positions.astype(float)), open3d.utility.Vector3iVector(faces.astype(np.int32))
    )
    tri = trimesh.Trimesh(positions, faces, process=False)
    data = poly()
    grid_256 = centres(positions, 256)

    def vtk_stencil():
        _, spacing, origin = grid_256
        stencil = vtk.vtkPolyDataToImageStencil()
        stencil.SetInputData(data)
        stencil.SetOutputSpacing([spacing] * 3)
        stencil.SetOutputOrigin(origin)
        stencil.SetOutputWholeExtent(0, 255, 0, 255, 0, 255)
        image = vtk.vtkImageStencilToImage()
        image.SetInputConnection(stencil.GetOutputPort())
        image.SetInsideValue(1)
        image.SetOutputScalarTypeToUnsignedChar()
        image.Update()
        return vtk_to_numpy(image.GetOutput().GetPointData().GetScalars())

    yield "voxelise 256", "VTK stencil", vtk_stencil
    yield "voxelise 256", "Open3D occupancy", lambda: (
        o3d_scene().compute_occupancy(open3d.core.Tensor(grid_256[0]), nthreads=1).numpy()
    )

    def o3d_field(n):
        query = open3d.core.Tensor(centres(positions, n)[0])
        return lambda: o3d_scene().compute_signed_distance(query, nthreads=1).numpy()

    yield "distance field 64", "Open3D", o3d_field(64)
    yield "distance field 128", "Open3D", o3d_field(128)

    yield "sample", "Open3D", lambda: np.asarray(legacy.sample_points_uniformly(N_POINTS).points)
    yield "sample", "trimesh", lambda: trimesh.Trimesh(positions, faces, process=False).sample(N_POINTS)
    yield "poisson disk", "Open3D", lambda: np.asarray(legacy.sample_points_poisson_disk(N_POINTS).points)
    dense = points(folder, "dense.f32")

    def scipy_chamfer(far):
        there = cKDTree(far).query(dense)[0]
        return there.mean() + cKDTree(dense).query(far)[0].mean()

    def o3d_chamfer(far):
        clouds = [open3d.geometry.PointCloud(open3d.utility.Vector3dVector(p.astype(float))) for p in (dense, far)]
        there = np.asarray(clouds[0].compute_point_cloud_distance(clouds[1]))
        return there.mean() + np.asarray(clouds[1].compute_point_cloud_distance(clouds[0])).mean()

    for pair in ("one organ", "two organs"):
        second = points(folder, f"{pair}.f32")
        yield f"chamfer, {pair}", "SciPy", lambda: scipy_chamfer(second)
        yield f"chamfer, {pair}", "Open3D", lambda: o3d_chamfer(second)
    yield "vertices to faces", "Open3D", lambda: float(
        o3d_scene().compute_distance(open3d.core.Tensor(queries), nthreads=1).numpy().max()
    )

    def vtk_distance():
        locator = vtk.vtkStaticCellLocator()
        locator.SetDataSet(data)
        locator.BuildLocator()
        near, cell, sub, squared = [0.0] * 3, vtk.reference(0), vtk.reference(0), vtk.reference(0.0)
        farthest = 0.0
        for query in queries.astype(float).tolist():
            locator.FindClosestPoint(query, near, cell, sub, squared)
            farthest = max(farthest, float(squared))
        return farthest**0.5

    yield "vertices to faces", "VTK, from Python", vtk_distance

    def o3d_farthest():
        cloud = open3d.geometry.PointCloud(open3d.utility.Vector3dVector(dense.astype(float)))
        return np.asarray(cloud.farthest_point_down_sample(1_000).points)

    yield "farthest 1000 of 100000", "Open3D", o3d_farthest
    assert tri.is_watertight


def check(name, found, values, folder):
    """How the peer's result compares with ours, in words."""
    if name == "voxelise 256":
        ours = np.fromfile(folder / "mask-256.u8", np.uint8)
        return f"{int((ours != (found.ravel() > 0)).sum())} of {int(ours.sum())} voxels inside differ"
    if name.startswith("distance field"):
        ours = np.fromfile(folder / f"field-{name.split()[-1]}.f32", "<f4")
        away = np.abs(np.abs(ours) - np.abs(found))
        signs = (np.sign(ours) != np.sign(found)) & (np.abs(ours) > 1e-3)
        return f"largest difference {away.max():.2g} mm, {int(signs.sum())} other signs"
    if name == "poisson disk":
        return f"least distance {spread(points(folder, 'poisson.f32')):.3f} mm, theirs {spread(found):.3f} mm"
    if name.startswith("chamfer"):
        return f"{values[name]:.6f} mm, theirs {found:.6f} mm"
    if name == "vertices to faces":
        return f"{values['farthest vertex']:.6f} mm, theirs {found:.6f} mm"
    return f"{len(found)} points"


def spread(cloud):
    from scipy.spatial import cKDTree

    return cKDTree(cloud).query(cloud, 2)[0][:, 1].min()


def table(organs_run):
    lines = [
        "| work | " + " | ".join(f"{run['triangles']:,} triangles" for run in organs_run) + " | fastest peer | ratio |",
        "|---|" + "---|" * len(organs_run) + "---|---|",
    ]
    for name in organs_run[0]["ours"]:
        mine = [run["ours"][name] for run in organs_run]
        cells = " | ".join(f"{seconds:.4f}" for seconds in mine)
        if name not in organs_run[0]["peers"]:
            lines.append(f"| {name} | {cells} | – | – |")
            continue
        best = [min(run["peers"][name].items(), key=lambda item: item[1]) for run in organs_run]
        ratios = [peer[1] / seconds for peer, seconds in zip(best, mine)]
        theirs = ", ".join(f"{seconds:.3f}" for _, seconds in best)
        lines.append(f"| {name} | {cells} | {best[0][0]}: {theirs} | {min(ratios):.1f} to {max(ratios):.1f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
