"""Reads the VTP, 3MF, USDZ and GLB that `structured_written` leaves with other programs.

    MEDSHAPE_WRITTEN=folder cargo test -p medshape-formats --test structured_written
    python3 tests/oracles/meshes_out.py folder
"""

import sys
from pathlib import Path

import numpy as np
import trimesh
import vtk
from vtk.util.numpy_support import vtk_to_numpy

POSITIONS = np.array([[0, 0, 0], [10.5, 0, 0], [0, 20.25, 0], [0.1, -0.2, 30]], "f4")
FACES = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])
# (x, y, z) mm RAS+ as metres with y up.
IN_METRES = 1e-3 * np.stack([POSITIONS[:, 0], POSITIONS[:, 2], -POSITIONS[:, 1]], axis=1)


def vtp(path):
    reader = vtk.vtkXMLPolyDataReader()
    reader.SetFileName(str(path))
    reader.Update()
    mesh = reader.GetOutput()
    fields = mesh.GetFieldData()
    says = [fields.GetAbstractArray(name).GetValue(0) for name in ("units", "space")]
    points = vtk_to_numpy(mesh.GetPoints().GetData())
    faces = vtk_to_numpy(mesh.GetPolys().GetConnectivityArray()).reshape(-1, 3)
    return (points == POSITIONS).all() and (faces == FACES).all() and says == ["mm", "RAS+"]


def threemf(path):
    scene = trimesh.load_scene(path, process=False)
    mesh = scene.to_mesh()
    return (
        scene.units == "millimeter"
        and np.allclose(mesh.vertices, POSITIONS, rtol=1e-6)
        and (mesh.faces == FACES).all()
    )


def glb(path):
    mesh = trimesh.load_scene(path, process=False).to_mesh()
    return np.allclose(mesh.vertices, IN_METRES, atol=1e-9) and (mesh.faces == FACES).all()


def usdz(path):
    from pxr import Usd, UsdGeom, UsdValidation

    stage = Usd.Stage.Open(str(path))
    validators = UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
    errors = UsdValidation.ValidationContext(validators).Validate(stage)
    mesh = UsdGeom.Mesh(stage.GetPrimAtPath("/Shape/Mesh"))
    faces = np.array(mesh.GetFaceVertexIndicesAttr().Get()).reshape(-1, 3)
    return (
        not errors
        and UsdGeom.GetStageMetersPerUnit(stage) == 1
        and UsdGeom.GetStageUpAxis(stage) == "Y"
        and np.allclose(mesh.GetPointsAttr().Get(), IN_METRES, atol=1e-9)
        and (faces == FACES).all()
    )


def check(folder):
    """How many files another program reads as they were meant, and how many it does not."""
    readers = {"mesh.vtp": vtp, "mesh.3mf": threemf, "mesh.glb": glb, "mesh.usdz": usdz}
    passed = [name for name, reader in readers.items() if reader(Path(folder) / name)]
    for name in sorted(set(readers) - set(passed)):
        print(f"{name}: not the mesh that was written")
    return len(passed), len(readers) - len(passed)


if __name__ == "__main__":
    n_passed, n_failed = check(sys.argv[1])
    print(f"{n_passed} passed, {n_failed} failed")
    sys.exit(n_failed > 0)
