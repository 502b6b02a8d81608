"""How far surfaces of digitised shapes lie from the shapes: ours and the peers', measured by the same code.

    python3 benchmarks/accuracy.py BENCH [--out FOLDER]

BENCH is the program of the benchmark `surfaces` (see surfaces.py); it writes our meshes. Each shape is digitised on
three grids at six places among the voxels, each voxel labelled by the sign of the distance at its centre.

distance   mean over the surface (at the middles of faces) and the largest of a vertex, mm
faces      angle between the normal of a face and the shape's there, mean over the surface
drawn      the same with normals as they are drawn: those of vertices (means of the faces around, weighted by area, or
           by angle), interpolated to the middles of faces
volume     mesh against shape: mean over the places, and the worst
floor      our meshes with their vertices projected onto the shape: what no mesh with such faces can undercut

Peers: pip install numpy vtk scikit-image
"""

import argparse
import json
import math
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import inputs
import numpy as np

SPACINGS_MM = [(1.0, 1.0, 1.0), (0.8, 0.8, 1.25), (0.7, 0.7, 2.5)]
# In parts of the spacing; the first is that of the published comparison of peers.
PLACES = [(0.125, 0.625, 0.48), (0.5, 0.5, 0), (0.2875, 0.8875, 0.776), (0.775, 0.2125, 0.328), (0.0625, 0.4125, 0.64),
          (0.875, 0.75, 0.16)]  # fmt: skip


def length(v):
    return np.linalg.norm(v, axis=-1)


def torus(p):
    along = p @ np.array([1, 2, 2]) / 3
    from_axis = np.sqrt(np.maximum((p * p).sum(-1) - along * along, 0))
    return np.hypot(from_axis - 18, along) - 6


def capsule(radius):
    axis = np.array([35.0, 31.0, 28.0])

    def distance(p):
        from_end = p + axis / 2
        along = np.clip(from_end @ axis / (axis @ axis), 0, 1)
        return length(from_end - along[..., None] * axis) - radius

    volume = math.pi * radius**2 * length(axis) + 4 / 3 * math.pi * radius**3
    return distance, (axis + 2 * radius + 0.5) / 2, volume


def lens(p):
    """Two balls' intersection; its rim has an angle of 63 degrees. Outside, near the rim, the value is too small."""
    centre = np.array([1, 2, 2]) / 3 * 34
    return np.maximum(length(p - centre), length(p + centre)) - 40


# Distance (negative inside), half the size of a box around, volume.
SHAPES = {
    "sphere r 20": (lambda p: length(p) - 20, [20.0] * 3, 4 / 3 * math.pi * 20**3),
    "torus R 18 r 6": (torus, [24.0] * 3, 2 * math.pi**2 * 18 * 36),
    "shell 24/27": (
        lambda p: np.maximum(length(p) - 27, 24 - length(p)),
        [27.0] * 3,
        4 / 3 * math.pi * (27**3 - 24**3),
    ),
    "capsule r 2": capsule(2.0),
    "capsule r 1.2": capsule(1.2),
    "lens, sharp rim": (lens, [22.0] * 3, 2 * math.pi * 36 * (120 - 6) / 3),
}


def digitised(shape, spacing_mm, place):
    """Labels indexed [x, y, z], and where voxel (0, 0, 0) lies; the shape's centre is (0, 0, 0)."""
    distance, half_size, _ = shape
    spacing_mm = np.array(spacing_mm)
    dims = (2 * np.array(half_size) / spacing_mm).astype(int) + 6
    origin = (np.array(place) - dims // 2) * spacing_mm
    at = np.stack(np.meshgrid(*map(np.arange, dims), indexing="ij"), -1) * spacing_mm + origin
    return (distance(at) <= 0).astype(np.uint16), origin


def ours(bench):
    def mesh(labels, spacing_mm):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "shape.labels"
            inputs.write_labels(path, labels, spacing_mm)
            subprocess.run([bench, path, folder], check=True, capture_output=True)
            return inputs.read_mesh(Path(folder) / "1.mesh")

    return mesh


def scikit_image(labels, spacing_mm):
    from skimage.measure import marching_cubes

    positions, faces, _, _ = marching_cubes(np.pad(labels, 1).astype(np.float32), 0.5, spacing=spacing_mm)
    return positions - np.array(spacing_mm), faces


def vtk_mesh(labels, spacing_mm, filters):
    from vtk import vtkImageData
    from vtk.util import numpy_support

    image = vtkImageData()
    padded = np.pad(labels, 1).astype(np.uint8)
    image.SetDimensions(padded.shape)
    image.SetSpacing(spacing_mm)
    image.SetOrigin(*(-np.array(spacing_mm)))
    image.GetPointData().SetScalars(numpy_support.numpy_to_vtk(padded.ravel("F"), deep=True))
    filters[0].SetInputData(image)
    for before, after in zip(filters, filters[1:]):
        after.SetInputConnection(before.GetOutputPort())
    filters[-1].Update()
    found = filters[-1].GetOutput()
    positions = numpy_support.vtk_to_numpy(found.GetPoints().GetData()).astype(float)
    faces = numpy_support.vtk_to_numpy(found.GetPolys().GetConnectivityArray()).reshape(-1, 3).astype(int)
    return positions, faces


def surface_nets(labels, spacing_mm):
    """With its own smoothing, as it comes."""
    import vtk

    nets = vtk.vtkSurfaceNets3D()
    nets.SetValue(0, 1)
    nets.SmoothingOn()
    nets.SetOutputMeshTypeToTriangles()
    return vtk_mesh(labels, spacing_mm, [nets])


def slicer(labels, spacing_mm):
    """The steps of 3D Slicer's closed surface at its default smoothing factor 0.5, without decimation."""
    import vtk

    edges = vtk.vtkDiscreteFlyingEdges3D()
    edges.SetValue(0, 1)
    smoother = vtk.vtkWindowedSincPolyDataFilter()
    smoother.SetNumberOfIterations(40)
    smoother.SetPassBand(10 ** (-4 * 0.5))
    smoother.BoundarySmoothingOff()
    smoother.FeatureEdgeSmoothingOff()
    smoother.NonManifoldSmoothingOn()
    smoother.NormalizeCoordinatesOn()
    return vtk_mesh(labels, spacing_mm, [edges, smoother])


def gradient(distance, at):
    steps = np.eye(3) * 1e-4
    found = np.stack([distance(at + step) - distance(at - step) for step in steps], -1)
    return found / np.maximum(length(found), 1e-30)[..., None]


def degrees(a, b):
    return np.degrees(np.arccos(np.clip((a * b).sum(-1), -1, 1)))


def unit(v):
    return v / np.maximum(length(v), 1e-30)[..., None]


def accuracy(shape, positions, faces):
    distance, _, volume = shape
    corners = positions[faces]
    u, v = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    normals = np.cross(u, v)
    signed_volume = (corners[:, 0] * np.cross(corners[:, 1], corners[:, 2])).sum() / 6
    if signed_volume < 0:
        normals, signed_volume = -normals, -signed_volume
    weights = length(normals) / length(normals).sum()
    middles = corners.mean(1)
    expected = gradient(distance, middles)
    by_area, by_angle = np.zeros_like(positions), np.zeros_like(positions)
    for n in range(3):
        u = unit(corners[:, (n + 1) % 3] - corners[:, n])
        v = unit(corners[:, (n + 2) % 3] - corners[:, n])
        angle = np.arccos(np.clip((u * v).sum(-1), -1, 1))
        np.add.at(by_area, faces[:, n], normals)
        np.add.at(by_angle, faces[:, n], unit(normals) * angle[:, None])
    drawn = [(weights * degrees(unit(unit(found)[faces].mean(1)), expected)).sum() for found in (by_area, by_angle)]
    return {
        "mean_mm": (weights * np.abs(distance(middles))).sum(),
        "max_mm": np.abs(distance(positions)).max(),
        "faces_degrees": (weights * degrees(unit(normals), expected)).sum(),
        "drawn_by_area_degrees": drawn[0],
        "drawn_by_angle_degrees": drawn[1],
        "volume_percent": 100 * (signed_volume / volume - 1),
    }


def projected(shape, positions):
    for _ in range(8):
        positions = positions - shape[0](positions)[:, None] * gradient(shape[0], positions)
    return positions


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    try:
        import skimage
        import vtk
    except ImportError as missing:
        sys.exit(f"benchmark skipped: {missing}")
    methods = {
        "medshape": ours(arguments.bench),
        "3D Slicer's steps": slicer,
        "VTK surface nets, smoothed": surface_nets,
        "scikit-image marching cubes": scikit_image,
    }
    rows = []
    for spacing_mm in SPACINGS_MM:
        for name, shape in SHAPES.items():
            found = {}
            for place in PLACES:
                labels, origin = digitised(shape, spacing_mm, place)
                for method, mesh in methods.items():
                    positions, faces = mesh(labels, spacing_mm)
                    positions = positions.astype(float) + origin
                    found.setdefault(method, []).append(accuracy(shape, positions, faces))
                    if method == "medshape" and "lens" not in name:
                        floor = accuracy(shape, projected(shape, positions), faces)
                        found.setdefault("floor", []).append(floor)
            for method, results in found.items():
                rows.append({"spacing_mm": spacing_mm, "shape": name, "method": method, "places": results})
    show(rows)
    if arguments.out:
        arguments.out.mkdir(parents=True, exist_ok=True)
        results = {
            "command": "python3 benchmarks/accuracy.py BENCH",
            "machine": f"{platform.machine()}, {os.cpu_count()} cores",
            "versions": {"vtk": vtk.vtkVersion().GetVTKVersion(), "scikit-image": skimage.__version__},
            "rows": rows,
        }
        (arguments.out / "accuracy.json").write_text(json.dumps(results, indent=1))


def show(rows):
    spacing_mm = None
    for row in rows:
        if row["spacing_mm"] != spacing_mm:
            spacing_mm = row["spacing_mm"]
            print(f"\n{' × '.join(map(str, spacing_mm))} mm\n")
            print("| shape | method | mean / max mm | faces | drawn: by area, by angle | volume: mean, worst |")
            print("|---|---|---|---|---|---|")
        mean = {key: np.mean([place[key] for place in row["places"]]) for key in row["places"][0]}
        worst = {key: max((place[key] for place in row["places"]), key=abs) for key in row["places"][0]}
        print(
            f"| {row['shape']} | {row['method']} | {mean['mean_mm']:.3f} / {worst['max_mm']:.2f} |"
            f" {mean['faces_degrees']:.1f}° | {mean['drawn_by_area_degrees']:.1f}°, {mean['drawn_by_angle_degrees']:.1f}° |"
            f" {mean['volume_percent']:+.2f} %, {worst['volume_percent']:+.2f} % |"
        )


if __name__ == "__main__":
    main()
